//! Finding the rows of a search, in order, and no more of them than the page needs.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    criteria::{Filter, Prefix},
    matching,
    params::{self, Kind},
    parse::SearchRequest,
    values,
};
use crate::{
    outcome::Outcome,
    policy::{Access, Policy},
    sandbox::Millis,
    store::{Row, Store, Version},
};

/// A row of the result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'a> {
    pub(super) resource_type: &'a str,
    pub(super) id: &'a str,
    pub(super) version: &'a Version,
}

/// The rows of a page and what is beyond them.
#[derive(Debug, Default)]
pub(super) struct Selection<'a> {
    pub(super) hits: Vec<Hit<'a>>,
    /// The first row of the next page.
    pub(super) next: Option<Hit<'a>>,
    pub(super) total: Option<usize>,
}

/// `2-<milliseconds>-<ids>`: where a page starts, and what of that millisecond has been given already.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    from: Millis,
    given: Vec<&'a str>,
}

impl<'a> Cursor<'a> {
    /// A junk cursor is ignored (`transcripts/06c`).
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        if parts.next() != Some("2") {
            return None;
        }
        let from = parts.next()?.parse().ok()?;
        let given = parts.next().map(|ids| ids.split(',').collect());
        Some(Self {
            from,
            given: given.unwrap_or_default(),
        })
    }
}

/// Everything a row is tested against.
struct Test<'a> {
    store: &'a Store,
    policy: &'a Policy,
    request: &'a SearchRequest,
    tombstones: bool,
}

impl Test<'_> {
    fn admits(&self, resource_type: &str, id: &str, row: &Row) -> Option<bool> {
        let version = row.newest()?;
        if version.deleted != self.tombstones {
            return None;
        }
        if let Some(project) = &self.policy.project {
            let own = row.project.as_deref() == Some(project)
                || (resource_type == "Project" && id == project);
            if !own {
                return None;
            }
        }
        let admitted = self
            .request
            .filters
            .iter()
            .all(|filter| match filter.param.kind {
                Kind::LastUpdated if filter.modifier.is_none() => {
                    matching::moment(filter, version.last_updated * 1000)
                }
                Kind::Id if filter.modifier.is_none() => {
                    filter.values.iter().any(|value| value == id)
                }
                Kind::Deleted => true,
                _ if self.tombstones => false,
                _ => matching::matches(self.store, filter, &version.value),
            });
        if !admitted {
            return None;
        }
        let open = self.policy.is_open(Access::Search, resource_type);
        let allowed = open
            || (self.tombstones && !self.policy.has_criteria(resource_type))
            || (!self.tombstones
                && self
                    .policy
                    .entry_for(Access::Search, self.store, &version.value)
                    .is_some());
        allowed.then_some(true)
    }
}

impl SearchRequest {
    /// Runs the search.
    pub(super) fn select<'a>(
        &'a self,
        store: &'a Store,
        policy: &'a Policy,
    ) -> Result<Selection<'a>, Outcome> {
        let tombstones = self
            .filter(Kind::Deleted)
            .any(|filter| filter.modifier.is_none() && filter.raw == "true");
        let test = Test {
            store,
            policy,
            request: self,
            tombstones,
        };
        let cursor = self.cursor.as_deref().and_then(Cursor::parse);
        let ordered = self.natural_order();
        let mut rows = self.candidates(store, cursor.as_ref().map(|cursor| cursor.from));
        let descending = self.sort.first().is_some_and(|(_, descending)| *descending);
        let mut admitted = Vec::new();
        let count = usize::try_from(self.count.unwrap_or(0)).unwrap_or(0);
        let offset = usize::try_from(self.offset).unwrap_or(0);
        let enough = if self.total || !ordered {
            usize::MAX
        } else {
            offset + count + 1
        };
        while admitted.len() < enough && (count > 0 || self.total) {
            let row = if descending && ordered {
                rows.next_back()
            } else {
                rows.next()
            };
            let Some((resource_type, id, row)) = row else {
                break;
            };
            let given = cursor
                .as_ref()
                .is_some_and(|cursor| cursor.given.contains(&id) && row_time(row) == cursor.from);
            if !given
                && test.admits(resource_type, id, row).is_some()
                && let Some(version) = row.newest()
            {
                admitted.push(Hit {
                    resource_type,
                    id,
                    version,
                });
            }
        }
        if !ordered {
            admitted.sort_by(|a, b| self.compare(a, b));
        }
        let total = self.total.then_some(admitted.len());
        let mut page = admitted.into_iter().skip(offset);
        let hits: Vec<_> = page.by_ref().take(count).collect();
        let next = if hits.is_empty() { None } else { page.next() };
        Ok(Selection { hits, next, total })
    }

    /// Whether the order asked for is the order of the index, in one direction or the other.
    fn natural_order(&self) -> bool {
        let codes: Vec<_> = self
            .sort
            .iter()
            .map(|(code, down)| (code.as_str(), *down))
            .collect();
        matches!(
            codes.as_slice(),
            [] | [("_lastUpdated", _)]
                | [("_lastUpdated", false), ("_id", false)]
                | [("_lastUpdated", true), ("_id", true)]
        )
    }

    fn compare(&self, a: &Hit<'_>, b: &Hit<'_>) -> Ordering {
        let mut order = Ordering::Equal;
        for (code, descending) in &self.sort {
            order = order.then_with(|| {
                let order = compare_by(code, a, b);
                if *descending { order.reverse() } else { order }
            });
        }
        order
    }

    /// The rows that can match, oldest change first: by id where ids are given, else by the range of `_lastUpdated`.
    fn candidates<'a>(&'a self, store: &'a Store, from: Option<Millis>) -> Candidates<'a> {
        let ids = self
            .filter(Kind::Id)
            .find(|filter| filter.modifier.is_none());
        let (first, last) = self.range();
        let first = first.max(from.unwrap_or(Millis::MIN));
        let mut found: Vec<(&str, &str, &Row)> = Vec::new();
        if let Some(filter) = ids {
            for name in &self.types {
                let rows = filter
                    .values
                    .iter()
                    .filter_map(|id| Some((id, store.row(name, id)?)));
                found.extend(rows.map(|(id, row)| (name.as_str(), id.as_str(), row)));
            }
            found.sort_by_key(|(_, id, row)| (row_time(row), *id));
            found.dedup_by_key(|(name, id, _)| (*name, *id));
            return Box::new(found.into_iter());
        }
        if let [name] = self.types.as_slice() {
            let rows = store.by_time(name, first, last);
            return Box::new(rows.map(move |(id, row)| (name.as_str(), id, row)));
        }
        for name in &self.types {
            let rows = store.by_time(name, first, last);
            found.extend(rows.map(|(id, row)| (name.as_str(), id, row)));
        }
        found.sort_by_key(|(_, id, row)| (row_time(row), *id));
        Box::new(found.into_iter())
    }

    /// The range of milliseconds that the `_lastUpdated` filters leave, bounds included; the filters are tested exactly later.
    fn range(&self) -> (Millis, Millis) {
        let (mut first, mut last) = (Millis::MIN, Millis::MAX);
        let single = |filter: &&Filter| filter.modifier.is_none() && filter.moments.len() == 1;
        for filter in self.filter(Kind::LastUpdated).filter(single) {
            let (prefix, micros) = filter.moments[0];
            let millis = micros.div_euclid(1000);
            match prefix {
                Prefix::Equal => (first, last) = (first.max(millis), last.min(millis)),
                Prefix::Greater | Prefix::GreaterOrEqual => first = first.max(millis),
                Prefix::Less | Prefix::LessOrEqual => last = last.min(millis),
                Prefix::NotEqual => {}
            }
        }
        (first, last)
    }
}

type Candidates<'a> = Box<dyn DoubleEndedIterator<Item = (&'a str, &'a str, &'a Row)> + 'a>;

fn row_time(row: &Row) -> Millis {
    row.newest().map_or(0, |version| version.last_updated)
}

fn compare_by(code: &str, a: &Hit<'_>, b: &Hit<'_>) -> Ordering {
    match code {
        "_lastUpdated" => a.version.last_updated.cmp(&b.version.last_updated),
        "_id" => a.id.cmp(b.id),
        _ => sort_key(code, a).cmp(&sort_key(code, b)),
    }
}

/// Rows without a value come last in ascending order, as in SQL.
fn sort_key(code: &str, hit: &Hit<'_>) -> (bool, String) {
    let value: &Value = &hit.version.value;
    let found = params::find(hit.resource_type, code).and_then(|param| {
        values::all(value, param.paths)
            .first()
            .map(|value| values::text(value))
    });
    (found.is_none(), found.unwrap_or_default())
}
