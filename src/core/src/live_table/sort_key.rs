//! The order of rows as bytes: two rows compare as their keys do, so that a comparison never looks into a cell.

use crate::{
    protocol::{Cell, FhirDate},
    time::{CivilDay, DAY_MS},
};

/// Bytes that are compared where they lie, without following a pointer: enough for a priority and a date.
const PREFIX_BYTES: usize = 12;
/// First byte of a cell that is empty or hidden: these are last in either direction. No kind of cell begins with it, or with its
/// complement.
const EMPTY: u8 = u8::MAX;
/// Ends a text. Nothing in a text is written as it.
const END: u8 = 0;
/// Precedes what would be mistaken for an end.
const ESCAPE: u8 = 1;

/// A column of the sort, and whether the largest comes first.
pub(super) type SortColumn = (usize, bool);

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey {
    prefix: Prefix,
    rest: Box<[u8]>,
}

/// The first bytes of a key as numbers, the most significant first.
pub(super) type Prefix = [u32; PREFIX_BYTES / 4];

impl SortKey {
    /// The key of a row; `scratch` is any buffer.
    pub(super) fn of(columns: &[SortColumn], cells: &[Cell], scratch: &mut Vec<u8>) -> Self {
        scratch.clear();
        for (index, descending) in columns {
            let start = scratch.len();
            match cells.get(*index).filter(|cell| !is_empty(cell)) {
                Some(cell) => {
                    write_filled(cell, scratch);
                    if *descending {
                        scratch[start..].iter_mut().for_each(|byte| *byte = !*byte);
                    }
                }
                None => scratch.push(EMPTY),
            }
        }
        let byte = |at: usize| scratch.get(at).copied().unwrap_or_default();
        let number =
            |at: usize| u32::from_be_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)]);
        Self {
            prefix: [number(0), number(4), number(8)],
            rest: scratch.get(PREFIX_BYTES..).unwrap_or_default().into(),
        }
    }

    pub(super) fn prefix(&self) -> Prefix {
        self.prefix
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.rest
    }
}

fn is_empty(cell: &Cell) -> bool {
    match cell {
        Cell::Empty | Cell::Hidden(_) => true,
        Cell::Text(text) => text.is_empty(),
        Cell::Tags(tags) => tags.is_empty(),
        Cell::Workload { open, .. } => *open == 0,
        _ => false,
    }
}

/// The kind comes first: a code that the standard does not know is a text among priorities, after all of them.
fn write_filled(cell: &Cell, key: &mut Vec<u8>) {
    match cell {
        Cell::Empty | Cell::Hidden(_) => key.push(EMPTY),
        Cell::Priority(priority) => key.extend([1, *priority as u8]),
        Cell::Status { label, .. } => write_text(2, label, key),
        Cell::Date(date) => {
            key.push(3);
            write_date(*date, key);
        }
        Cell::Moment(moment) => {
            key.push(4);
            // Moved so that what is before 1970 is smaller than what is after.
            key.extend(((moment.0 as u64) ^ (1 << 63)).to_be_bytes());
        }
        Cell::Person { name, .. } => write_text(5, name, key),
        Cell::Patient { name, .. } => write_text(6, name, key),
        Cell::Workload { open, worst, .. } => {
            // The most urgent first, then the most.
            key.extend([7, worst.map_or(u8::MAX, |priority| priority as u8)]);
            key.extend((u32::MAX - open).to_be_bytes());
        }
        Cell::Text(text) => write_text(8, text, key),
        Cell::Number { value, .. } => {
            key.push(9);
            key.extend(ordered(*value).to_be_bytes());
        }
        // What is so comes first.
        Cell::Flag(flag) => key.extend([10, u8::from(!flag)]),
        Cell::Tags(tags) => write_text(11, &tags.join(" "), key),
    }
}

/// A number whose order is that of the value: the larger the number, the larger its bits; of negative ones the other way round.
fn ordered(value: f64) -> u64 {
    // Minus zero is zero.
    let bits = (value + 0.0).to_bits();
    match bits >> 63 {
        0 => bits | (1 << 63),
        _ => !bits,
    }
}

/// Without regard to case. The order of UTF-8 is that of the characters.
fn write_text(kind: u8, text: &str, key: &mut Vec<u8>) {
    key.push(kind);
    for char in text.chars() {
        if char.is_ascii() {
            let byte = char.to_ascii_lowercase() as u8;
            if byte <= ESCAPE {
                key.push(ESCAPE);
                key.push(byte + 1);
            } else {
                key.push(byte);
            }
        } else {
            for lower in char.to_lowercase() {
                key.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    key.push(END);
}

/// Year, month, day and the millisecond within it: a less precise date is before a more precise one in it.
fn write_date(date: FhirDate, key: &mut Vec<u8>) {
    let (year, month, day, ms) = match date {
        FhirDate::Year(year) => (year, 0, 0, 0),
        FhirDate::Month(year, month) => (year, month, 0, 0),
        FhirDate::Day(year, month, day) => (year, month, day, 0),
        FhirDate::Instant(time) => {
            let day = CivilDay::from_days(time.0.div_euclid(DAY_MS));
            let ms = time.0.rem_euclid(DAY_MS) as u32 + 1;
            (day.year(), day.month(), day.day(), ms)
        }
    };
    key.extend(((year as u32) ^ (1 << 31)).to_be_bytes());
    key.extend([month, day]);
    key.extend(ms.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;
    use crate::{protocol::Priority, time::Timestamp};

    /// The order in words: the key must agree with it for any two cells.
    fn compare(left: &Cell, right: &Cell, descending: bool) -> Ordering {
        match (is_empty(left), is_empty(right)) {
            (true, true) => Ordering::Equal,
            (false, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, false) if descending => compare_filled(right, left),
            (false, false) => compare_filled(left, right),
        }
    }

    fn compare_filled(left: &Cell, right: &Cell) -> Ordering {
        let folded = |text: &str| {
            text.chars()
                .flat_map(char::to_lowercase)
                .collect::<Vec<_>>()
        };
        let date = |date: &FhirDate| match *date {
            FhirDate::Year(year) => (i64::from(year), 0, 0, i64::MIN),
            FhirDate::Month(year, month) => (i64::from(year), month, 0, i64::MIN),
            FhirDate::Day(year, month, day) => (i64::from(year), month, day, i64::MIN),
            FhirDate::Instant(time) => {
                let day = CivilDay::from_days(time.0.div_euclid(DAY_MS));
                (i64::from(day.year()), day.month(), day.day(), time.0)
            }
        };
        match (left, right) {
            (Cell::Priority(left), Cell::Priority(right)) => left.cmp(right),
            (Cell::Moment(left), Cell::Moment(right)) => left.cmp(right),
            (Cell::Date(left), Cell::Date(right)) => date(left).cmp(&date(right)),
            (Cell::Text(left), Cell::Text(right)) => folded(left).cmp(&folded(right)),
            (Cell::Flag(left), Cell::Flag(right)) => right.cmp(left),
            (Cell::Number { value: left, .. }, Cell::Number { value: right, .. }) => {
                left.partial_cmp(right).unwrap()
            }
            (Cell::Tags(left), Cell::Tags(right)) => {
                folded(&left.join(" ")).cmp(&folded(&right.join(" ")))
            }
            (
                Cell::Workload {
                    open: left,
                    worst: left_worst,
                    ..
                },
                Cell::Workload {
                    open: right,
                    worst: right_worst,
                    ..
                },
            ) => {
                let rank = |worst: &Option<Priority>| worst.map_or(u8::MAX, |worst| worst as u8);
                rank(left_worst)
                    .cmp(&rank(right_worst))
                    .then(right.cmp(left))
            }
            (left, right) => kind(left).cmp(&kind(right)),
        }
    }

    fn kind(cell: &Cell) -> u8 {
        match cell {
            Cell::Priority(_) => 0,
            Cell::Date(_) => 2,
            Cell::Moment(_) => 3,
            Cell::Workload { .. } => 6,
            Cell::Number { .. } => 8,
            Cell::Flag(_) => 9,
            Cell::Tags(_) => 10,
            _ => 7,
        }
    }

    fn any_cell() -> impl Strategy<Value = Cell> {
        let priority = || {
            prop_oneof![
                Just(Priority::Stat),
                Just(Priority::Asap),
                Just(Priority::Routine)
            ]
        };
        prop_oneof![
            Just(Cell::Empty),
            Just(Cell::Hidden(crate::protocol::Hiding::Always)),
            "[a-cA-CßİÄ\u{0}\u{1} ]{0,14}".prop_map(Cell::Text),
            priority().prop_map(Cell::Priority),
            prop_oneof![Just(0.0), Just(-0.0), -9.0_f64..9.0, any::<f64>()]
                .prop_filter("a number", |value| value.is_finite())
                .prop_map(|value| Cell::Number {
                    value,
                    shown: String::new()
                }),
            any::<bool>().prop_map(Cell::Flag),
            proptest::collection::vec("[a-cA-C ]{0,3}", 0..3).prop_map(Cell::Tags),
            (-100_000_i64..100_000).prop_map(|hours| Cell::Moment(Timestamp(hours * 3_600_000))),
            (1968..1972).prop_map(|year| Cell::Date(FhirDate::Year(year))),
            (1968..1972, 1_u8..13)
                .prop_map(|(year, month)| Cell::Date(FhirDate::Month(year, month))),
            (1968..1972, 1_u8..13, 1_u8..29)
                .prop_map(|(year, month, day)| Cell::Date(FhirDate::Day(year, month, day))),
            (-20_000_i64..20_000)
                .prop_map(|hours| Cell::Date(FhirDate::Instant(Timestamp(hours * 3_600_000)))),
            (0_u32..4, proptest::option::of(priority())).prop_map(|(open, worst)| Cell::Workload {
                open,
                worst,
                next_due: None
            }),
        ]
    }

    proptest! {
        #[test]
        fn keys_compare_as_their_cells(
            left in proptest::collection::vec(any_cell(), 2),
            right in proptest::collection::vec(any_cell(), 2),
            descending in proptest::array::uniform2(any::<bool>()),
        ) {
            let columns = [(0, descending[0]), (1, descending[1])];
            let key = |cells: &[Cell]| SortKey::of(&columns, cells, &mut Vec::new());
            let expected = compare(&left[0], &right[0], descending[0]).then(compare(&left[1], &right[1], descending[1]));
            prop_assert_eq!(key(&left).cmp(&key(&right)), expected);
        }
    }
}
