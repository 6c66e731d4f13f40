//! What a spreadsheet finds in the file.

use proptest::prelude::*;

use super::*;
use crate::{
    identity::{ResourceId, ResourceType, VersionId},
    protocol::PanelView,
    protocol::{Cell, Column, FhirDate, Hiding, Priority},
};

/// A small reader of RFC 4180: every line with its fields.
fn read(text: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let (mut line, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'), "half a line end");
                line.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut line));
            }
            other => {
                assert!(quoted || other != '\n', "half a line end");
                field.push(other);
            }
        }
    }
    assert!(
        !quoted && field.is_empty() && line.is_empty(),
        "half a line"
    );
    lines
}

fn view(kinds: &[ColumnKind]) -> PanelView {
    let columns = kinds.iter().map(|kind| Column {
        id: format!("{kind:?}"),
        title: format!("{kind:?}"),
        kind: *kind,
    });
    PanelView {
        id: PanelId::new("open-tasks"),
        name: "All open tasks".into(),
        description: String::new(),
        row_type: ResourceType::Task,
        columns: columns.collect(),
        sort: Vec::new(),
        blind_spots: Vec::new(),
        bars: Vec::new(),
        saved: None,
    }
}

/// All columns of a panel, in a file.
fn sheet(view: &PanelView) -> Sheet {
    let columns: Vec<_> = view.columns.iter().cloned().enumerate().collect();
    Sheet::new(Form::Csv, &columns)
}

fn row(cells: Vec<Cell>) -> Row {
    Row {
        id: ResourceId::new("t1"),
        version: VersionId::new("v1"),
        updated: Timestamp(1),
        cells,
        pending: Vec::new(),
    }
}

/// The lines of a file with one row, of somebody whose zone is `zone` minutes east.
fn lines(kinds: &[ColumnKind], cells: Vec<Cell>, zone: i32) -> Vec<Vec<String>> {
    let mut sheet = super::tests::sheet(&view(kinds));
    sheet.push(&row(cells), |_| zone);
    read(sheet.take().strip_prefix('\u{feff}').unwrap())
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn the_file_of_a_row_with_every_kind_of_cell() {
    let kinds = [
        ColumnKind::Priority,
        ColumnKind::Due,
        ColumnKind::Title,
        ColumnKind::Patient,
        ColumnKind::Status,
        ColumnKind::Person,
        ColumnKind::Workload,
        ColumnKind::Changed,
    ];
    let mut sheet = super::tests::sheet(&view(&kinds));
    let cells = vec![
        Cell::Priority(Priority::Stat),
        Cell::Date(FhirDate::Day(2026, 11, 22)),
        text("Call \"back\", today"),
        Cell::Patient {
            id: None,
            name: "DOE, Jo".into(),
            birth_date: Some(FhirDate::Month(1980, 3)),
        },
        Cell::Status {
            code: "requested".into(),
            label: "Requested".into(),
            business: Some("Called".into()),
        },
        Cell::Person {
            reference: None,
            name: "Ada".into(),
            me: true,
        },
        Cell::Workload {
            open: 2,
            worst: Some(Priority::Urgent),
            next_due: Some(FhirDate::Year(2027)),
        },
        Cell::Moment(Timestamp(0)),
    ];
    sheet.push(&row(cells), |_| 60);
    let expected = concat!(
        "\u{feff}Priority,Due,Title,Patient,Date of birth,Status,Business status,Person,Workload,Worst priority,Next due,Changed\r\n",
        "Stat,2026-11-22,\"Call \"\"back\"\", today\",\"DOE, Jo\",1980-03,Requested,Called,Ada,2,Urgent,2027,1970-01-01T01:00:00+01:00\r\n",
    );
    assert_eq!(sheet.take(), expected);
    assert_eq!(sheet.rows(), 1);
}

#[test]
fn a_date_without_a_time_is_never_shifted_and_an_instant_says_whose_clock_it_is() {
    let at = Timestamp::parse("2026-03-01T00:30:00.120Z").unwrap();
    for (date, zone, expected) in [
        (FhirDate::Day(1958, 3, 1), -720, "1958-03-01"),
        (FhirDate::Day(1958, 3, 1), 840, "1958-03-01"),
        (FhirDate::Month(1958, 3), -720, "1958-03"),
        (FhirDate::Year(958), -720, "0958"),
        (FhirDate::Instant(at), 0, "2026-03-01T00:30:00.120+00:00"),
        (FhirDate::Instant(at), -210, "2026-02-28T21:00:00.120-03:30"),
        (FhirDate::Instant(at), 345, "2026-03-01T06:15:00.120+05:45"),
    ] {
        let found = lines(&[ColumnKind::Due], vec![Cell::Date(date)], zone);
        assert_eq!(found[1], [expected]);
    }
    let found = lines(&[ColumnKind::Age], vec![Cell::Moment(at - 120)], -60);
    assert_eq!(found, [["Age since"], ["2026-02-28T23:30:00-01:00"]]);
}

#[test]
fn what_is_at_a_path_is_written_as_it_is_shown() {
    let kinds = [
        ColumnKind::Number,
        ColumnKind::Flag,
        ColumnKind::Tags,
        ColumnKind::Date,
    ];
    let cells = vec![
        Cell::Number {
            value: 1.5,
            shown: "1.50 kg".into(),
        },
        Cell::Flag(false),
        Cell::Tags(vec!["falls".into(), "diet".into()]),
        Cell::Date(FhirDate::Day(1958, 3, 1)),
    ];
    let found = lines(&kinds, cells, -720);
    assert_eq!(found[1], ["1.50 kg", "No", "falls; diet", "1958-03-01"]);
}

#[test]
fn the_offset_is_the_one_of_the_moment_that_is_written() {
    let mut sheet = super::tests::sheet(&view(&[ColumnKind::Changed]));
    let (winter, summer) = (Timestamp(0), Timestamp(200 * 86_400_000));
    let zone = |at: Timestamp| if at < summer { 60 } else { 120 };
    for at in [winter, summer] {
        sheet.push(&row(vec![Cell::Moment(at)]), zone);
    }
    let file = sheet.take();
    assert!(file.contains("T01:00:00+01:00") && file.contains("T02:00:00+02:00"));
}

#[test]
fn what_is_hidden_says_so_in_every_part_and_what_is_empty_is_empty() {
    let kinds = [
        ColumnKind::Patient,
        ColumnKind::Workload,
        ColumnKind::Person,
        ColumnKind::Due,
    ];
    let cells = vec![
        Cell::Hidden(Hiding::Always),
        Cell::Empty,
        Cell::Hidden(Hiding::Sometimes),
    ];
    let found = lines(&kinds, cells, 0);
    assert_eq!(
        found[1],
        ["Hidden", "Hidden", "", "", "", "None or hidden", ""]
    );
    assert_eq!(found[0].len(), found[1].len());
}

#[test]
fn what_a_spreadsheet_takes_for_a_formula_is_marked_as_text() {
    for formula in [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u{a0}=1",
        "＝1",
    ] {
        let found = lines(&[ColumnKind::Title], vec![text(formula)], 0);
        assert_eq!(found[1], [format!("'{formula}")]);
    }
    for plain in ["", "1=1", "a-b", "'x", " a", "Müller", "3"] {
        let found = lines(&[ColumnKind::Title], vec![text(plain)], 0);
        assert_eq!(found[1], [plain]);
    }
    // A name may come from outside in any cell.
    let status = Cell::Status {
        code: "=1".into(),
        label: "=1".into(),
        business: Some("=2".into()),
    };
    let found = lines(&[ColumnKind::Status], vec![status], 0);
    assert_eq!(found[1], ["'=1", "'=2"]);
}

#[test]
fn a_file_that_is_taken_in_slices_is_the_same_file() {
    let rows: Vec<Row> = (0..10).map(|id| row(vec![text(&id.to_string())])).collect();
    let view = view(&[ColumnKind::Title]);
    let (mut whole, mut sliced) = (sheet(&view), sheet(&view));
    let mut slices = String::new();
    for (place, row) in rows.iter().enumerate() {
        whole.push(row, |_| 0);
        sliced.push(row, |_| 0);
        if place % 3 == 0 {
            slices += &sliced.take();
        }
    }
    slices += &sliced.take();
    assert_eq!(whole.take(), slices);
    assert_eq!((whole.rows(), sliced.rows()), (10, 10));
}

#[test]
fn what_is_hidden_or_elsewhere_in_the_table_is_so_in_the_file_too() {
    let view = view(&[ColumnKind::Title, ColumnKind::Text, ColumnKind::Text]);
    let columns = [2, 0].map(|place| (place, view.columns[place].clone()));
    let mut sheet = Sheet::new(Form::Csv, &columns);
    sheet.push(&row(vec![text("a"), text("b"), text("c")]), |_| 0);
    let found = read(sheet.take().strip_prefix('\u{feff}').unwrap());
    assert_eq!(found[1], ["c", "a"]);
}

#[test]
fn text_to_be_pasted_has_a_line_for_each_row_and_no_formula() {
    let view = view(&[ColumnKind::Title, ColumnKind::Text]);
    let columns: Vec<_> = view.columns.iter().cloned().enumerate().collect();
    let mut sheet = Sheet::new(Form::Text, &columns);
    sheet.push(
        &row(vec![text("two\nlines\tand, a \"tab\""), text("=1+1")]),
        |_| 0,
    );
    let pasted = sheet.take();
    let lines: Vec<_> = pasted.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1], "two lines and, a \"tab\"\t'=1+1");
}

#[test]
fn the_name_of_a_file_has_a_panel_and_a_day_and_nothing_else() {
    let day = CivilDay::new(2026, 11, 27).unwrap();
    let name = |id: &str| file_name(&PanelId::new(id), day);
    assert_eq!(name("open-tasks"), "panels-open-tasks-2026-11-27.csv");
    assert_eq!(name("../a b\u{202e}.exe"), "panels-abexe-2026-11-27.csv");
    assert_eq!(
        name(&"x".repeat(500)).len(),
        "panels--2026-11-27.csv".len() + 64
    );
}

proptest! {
    #[test]
    fn a_reader_gets_back_what_was_written(
        table in prop::collection::vec(prop::collection::vec("[ -~\t\r\n\u{e9}\u{1f600}]{0,12}", 3), 0..6),
    ) {
        let kinds = [ColumnKind::Title, ColumnKind::Text, ColumnKind::Text];
        let mut sheet = super::tests::sheet(&view(&kinds));
        for cells in &table {
            sheet.push(&row(cells.iter().map(|cell| text(cell)).collect()), |_| 0);
        }
        let file = sheet.take();
        let found = read(file.strip_prefix('\u{feff}').unwrap());
        prop_assert_eq!(found.len(), 1 + table.len());
        for (found, written) in found.iter().skip(1).zip(&table) {
            prop_assert_eq!(found.len(), written.len());
            for (found, written) in found.iter().zip(written) {
                let risky = written.trim_start().starts_with(['=', '+', '-', '@'])
                    || written.starts_with(['\t', '\r', '\n']);
                let expected = if risky { format!("'{written}") } else { written.clone() };
                prop_assert_eq!(found, &expected);
            }
        }
    }
}
