//! Which rows a membership check asks about: those that somebody sees each time, all others in turns.

use crate::{collections::Set, identity::ResourceId};

/// Chooses at most `count_max` of `ids`. `cursor` remembers where the turn of the others ended.
pub(super) fn choose(
    mut ids: Vec<ResourceId>,
    seen: &[ResourceId],
    count_max: usize,
    cursor: &mut Option<ResourceId>,
) -> Vec<ResourceId> {
    let seen: Set<&ResourceId> = seen.iter().collect();
    ids.sort_unstable();
    let (mut chosen, mut others): (Vec<_>, Vec<_>) =
        ids.into_iter().partition(|id| seen.contains(id));
    chosen.truncate(count_max);
    // Round and round: the next ids after those checked last come first.
    let start = match cursor {
        Some(cursor) => others.partition_point(|id| id <= cursor),
        None => 0,
    };
    others.rotate_left(start);
    others.truncate(count_max - chosen.len());
    if let Some(last) = others.last() {
        *cursor = Some(last.clone());
    }
    chosen.extend(others);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<ResourceId> {
        names.iter().map(|name| ResourceId::new(*name)).collect()
    }

    #[test]
    fn what_somebody_sees_is_asked_each_time_and_the_rest_in_turns() {
        let all = ids(&["a", "b", "c", "d", "e"]);
        let mut cursor = None;
        let seen = ids(&["d", "not known any longer"]);
        let mut ask = || choose(all.clone(), &seen, 3, &mut cursor);
        assert_eq!(ask(), ids(&["d", "a", "b"]));
        assert_eq!(ask(), ids(&["d", "c", "e"]));
        assert_eq!(ask(), ids(&["d", "a", "b"]));
    }

    #[test]
    fn more_on_screen_than_may_be_asked_leaves_the_turn_where_it_was() {
        let all = ids(&["a", "b", "c"]);
        let mut cursor = None;
        assert_eq!(choose(all.clone(), &all, 2, &mut cursor), ids(&["a", "b"]));
        assert_eq!(cursor, None);
    }
}
