//! Search as the SQL side of Medplum does it (`transcripts/06a` to `06c`, `03c`): parse, match, sort, page, include.
//!
//! Not the matcher of Subscriptions: the two disagree on a real server and must stay two implementations here.

mod criteria;
mod fields;
mod include;
mod matching;
mod page;
mod params;
mod parse;
mod run;
mod values;

pub(crate) use criteria::Criteria;
pub(crate) use page::{Page, Reader};
pub(crate) use parse::{SearchRequest, encode_component, parse_query};
