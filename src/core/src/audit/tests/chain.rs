//! What was changed, taken out or moved is found, wherever it was.

use proptest::prelude::*;

use super::{
    super::{
        chain::{Break, Chain, Mark},
        deed::{Deed, Outcome, What},
        entry::{Entry, Fate, Hash},
    },
    chain, draft, full, record,
};
use crate::time::Timestamp;

#[test]
fn a_chain_as_it_was_written_is_whole() {
    let chain = chain(20);
    assert_eq!(chain.verify_to(&chain.last()), Ok(()));
    assert_eq!(Chain::new().verify_to(&Mark::start()), Ok(()));
}

#[test]
fn a_change_of_any_field_of_any_entry_is_found() {
    let changes: [fn(&mut Entry); 12] = [
        |entry| entry.draft.id = "life/0x".into(),
        |entry| entry.draft.at = Timestamp(7),
        |entry| entry.draft.who = "Practitioner/other".into(),
        |entry| entry.draft.deed = full(What::Exported),
        |entry| entry.draft.deed.outcome = Outcome::Success,
        |entry| entry.draft.deed.record = Some(record("Task/t2")),
        |entry| entry.draft.deed.record = None,
        |entry| entry.draft.deed.patient = Some(record("Patient/p2")),
        |entry| entry.draft.deed.job = None,
        |entry| entry.draft.deed.size = Some(501),
        |entry| entry.previous = Hash::of("x"),
        |entry| entry.hash = Hash::of("x"),
    ];
    for place in 0..5 {
        for (index, change) in changes.iter().enumerate() {
            let mut chain = chain(5);
            change(&mut chain.entries[place]);
            let found = chain.verify().map_err(Break::number);
            assert_eq!(found, Err(place as u64 + 1), "change {index}");
        }
    }
}

#[test]
fn an_entry_that_is_hashed_anew_breaks_the_one_after_it() {
    let mut chain = chain(5);
    let (number, previous) = (chain.entries[2].number, chain.entries[2].previous.clone());
    chain.entries[2] = Entry::new(number, previous, draft(2, full(What::Exported)));
    assert_eq!(chain.verify(), Err(Break::Unlinked { number: 4 }));
}

#[test]
fn the_last_entry_hashed_anew_is_found_by_what_is_known_of_the_end() {
    let mut chain = chain(5);
    let last = chain.last();
    let previous = chain.entries[4].previous.clone();
    chain.entries[4] = Entry::new(5, previous, draft(4, full(What::Exported)));
    assert_eq!(chain.verify(), Ok(()));
    assert_eq!(chain.verify_to(&last), Err(Break::Changed { number: 5 }));
}

#[test]
fn an_entry_that_is_taken_out_is_missed_wherever_it_was() {
    for place in 0..5 {
        let mut chain = chain(5);
        let last = chain.last();
        chain.entries.remove(place);
        let number = place as u64 + 1;
        assert_eq!(chain.verify_to(&last), Err(Break::Missing { number }));
    }
}

#[test]
fn the_oldest_go_only_when_the_server_has_them_and_the_rest_still_verifies() {
    let mut chain = chain(10);
    assert!(chain.trim(4).is_empty(), "all of them wait");
    for number in [1, 2, 3, 5] {
        chain.settle(number, Fate::Sent);
    }
    assert_eq!(chain.trim(4), [1, 2, 3], "the fourth waits");
    assert_eq!(chain.verify(), Ok(()));
    assert_eq!((chain.anchor.number, chain.waiting()), (3, 6));
    chain.append(draft(10, full(What::Viewed)));
    assert_eq!((chain.last().number, chain.verify()), (11, Ok(())));
    chain.anchor = Mark::start();
    assert_eq!(chain.verify(), Err(Break::Missing { number: 1 }));
}

#[test]
fn what_is_no_id_does_not_get_in() {
    let odd = crate::identity::ResourceKey::new(
        "Task".into(),
        crate::identity::ResourceId::new("Müller, Anna"),
    );
    let deed = Deed::new(What::Viewed).about(&odd, Some(&odd));
    let deed = deed.in_job(Some("tab 1\nhas: a \"name\" {}"));
    assert_eq!((&deed.record, &deed.patient), (&None, &None));
    assert_eq!(deed.job.as_deref(), Some("tab1has:aname"));
}

prop_compose! {
    fn deeds()(
        what in prop::sample::select(What::ALL),
        outcome in prop::sample::select(vec![Outcome::Success, Outcome::Failure, Outcome::Serious]),
        ids in prop::option::of("[A-Za-z0-9.-]{1,64}"),
        job in prop::option::of(any::<String>()),
        size in prop::option::of(any::<u64>()),
    ) -> Deed {
        let mut deed = Deed::new(what).with(outcome).in_job(job.as_deref());
        if let Some(id) = &ids {
            let patient = record(&format!("Patient/{id}"));
            deed = deed.about(&record(&format!("Task/{id}")), Some(&patient));
        }
        deed.size = size;
        // An empty job is stored as none.
        deed.job = deed.job.filter(|job| !job.is_empty());
        deed
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_chain_is_read_as_it_was_written_and_no_byte_of_it_can_change(
        deeds in prop::collection::vec(deeds(), 1..12),
        place in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in 0x20_u8..0x7f,
    ) {
        let mut chain = Chain::new();
        for (number, deed) in deeds.into_iter().enumerate() {
            chain.append(draft(number, deed));
        }
        let texts: Vec<String> = chain.entries.iter().map(Entry::to_text).collect();
        let read: Option<Vec<_>> = texts.iter().map(|text| Entry::parse(text)).collect();
        let read = Chain::of(Mark::start(), read.unwrap());
        prop_assert_eq!(&read, &chain);
        prop_assert_eq!(read.verify_to(&chain.last()), Ok(()));

        // One byte of what is hashed, or of the hash, is another one.
        let place = place.index(texts.len());
        let mut text = texts[place].clone().into_bytes();
        let fate = texts[place].rfind('\n').unwrap();
        let at = at.index(fate);
        prop_assume!(text[at] != byte);
        text[at] = byte;
        let changed = Entry::parse(std::str::from_utf8(&text).unwrap());
        let mut damaged = chain.clone();
        match changed {
            Some(entry) => damaged.entries[place] = entry,
            None => drop(damaged.entries.remove(place)),
        }
        prop_assert!(damaged.verify_to(&chain.last()).is_err());
    }

    #[test]
    fn entries_in_another_order_are_found(length in 2_usize..12, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let mut chain = chain(length);
        let (a, b) = (a.index(length), b.index(length));
        prop_assume!(a != b);
        chain.entries.swap(a, b);
        let number = a.min(b) as u64 + 1;
        prop_assert_eq!(chain.verify(), Err(Break::Missing { number }));
        // Their numbers changed too.
        for (index, entry) in chain.entries.iter_mut().enumerate() {
            entry.number = index as u64 + 1;
        }
        prop_assert!(chain.verify().is_err());
    }
}
