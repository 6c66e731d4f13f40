//! The next order when a heading is chosen.

use crate::protocol::SortKey;

/// Ascending, then descending, then as the panel says. With `further`, what is ordered by already stays and goes first.
pub fn next_sort(
    current: &[SortKey],
    default: &[SortKey],
    column: &str,
    further: bool,
) -> Vec<SortKey> {
    let current = if current.is_empty() { default } else { current };
    let is_default = current == default;
    let key = |descending| SortKey {
        column: column.to_owned(),
        descending,
    };
    let place = current.iter().position(|key| key.column == column);
    if further && !is_default {
        let mut sort = current.to_vec();
        match place {
            Some(place) if !sort[place].descending => sort[place].descending = true,
            Some(place) => {
                sort.remove(place);
            }
            None => sort.push(key(false)),
        }
        return as_chosen(sort, default);
    }
    match current.first().filter(|first| first.column == column) {
        Some(first) if !first.descending => as_chosen(vec![key(true)], default),
        Some(_) if !is_default => Vec::new(),
        _ => as_chosen(vec![key(false)], default),
    }
}

/// The order of the panel is not written out.
fn as_chosen(sort: Vec<SortKey>, default: &[SortKey]) -> Vec<SortKey> {
    match sort == default {
        true => Vec::new(),
        false => sort,
    }
}
