//! Answers that come in another order than that in which they were asked for, or in which the server wrote.

use super::{key, task};
use crate::{
    limits,
    replica::{GoneReason, Replica, Source, Verdict},
    time::Timestamp,
};

#[test]
fn an_answer_that_was_asked_for_before_a_newer_version_came_never_takes_its_place() {
    // The server took its time over the read, and wrote in between.
    for late in [Source::Write(Timestamp(10)), Source::Read(Timestamp(10))] {
        let mut replica = Replica::default();
        replica.accept(
            Timestamp(50),
            task("t", 2, 1_300),
            1,
            Source::Read(Timestamp(5)),
        );
        let verdict = replica.accept(Timestamp(60), task("t", 1, 1_000), 1, late);
        assert_eq!(verdict, Verdict::Late, "{late:?}");
        let due = Timestamp(60 + limits::SETTLE_QUIET_MS);
        assert_eq!(replica.disputes().take_due(due), [key("t")], "a read tells");
        let verdict = replica.accept(due + 5, task("t", 1, 1_000), 1, Source::Read(due));
        assert_eq!(verdict, Verdict::Settled);
    }
}

#[test]
fn what_a_read_found_deleted_does_not_come_back_with_the_answer_to_a_write() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
    replica.delete_by_read(Timestamp(5), &key("t"), GoneReason::Deleted, Timestamp(5));
    let write = Source::Write(Timestamp(10));
    let verdict = replica.accept(Timestamp(60), task("t", 2, 5_000), 1, write);
    assert_eq!(
        verdict,
        Verdict::Late,
        "the read may have been answered after it"
    );
    let due = Timestamp(60 + limits::SETTLE_QUIET_MS);
    assert_eq!(replica.disputes().take_due(due), [key("t")]);
}

#[test]
fn what_the_server_has_said_is_not_replaced_by_what_was_stored_before() {
    let said = [
        Source::Read(Timestamp(5)),
        Source::Write(Timestamp(5)),
        Source::Frame,
    ];
    for source in said {
        let mut replica = Replica::default();
        replica.accept(Timestamp(10), task("t", 2, 1_300), 1, source);
        replica.restore(task("t", 1, 1_000), 1);
        let version = |replica: &Replica| {
            let entry = replica.get(&key("t"));
            entry.map(|entry| entry.resource.version.clone())
        };
        assert_eq!(
            version(&replica),
            Some(task("t", 2, 1_300).version),
            "{source:?}"
        );
        replica.restore_gone(&key("t"));
        assert!(version(&replica).is_some(), "{source:?}");
    }
    let mut replica = Replica::default();
    replica.restore(task("t", 2, 1_300), 1);
    // The store tells in the order of what was seen, whatever the server's clock said.
    replica.restore(task("t", 1, 1_000), 1);
    assert!(
        replica
            .get(&key("t"))
            .is_some_and(|entry| entry.resource.version == task("t", 1, 1_000).version)
    );
    replica.restore_gone(&key("t"));
    assert!(replica.get(&key("t")).is_none());
}

#[test]
fn a_late_version_with_a_later_stamp_does_not_replace_the_one_that_a_clock_set_back_stamped() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 1_000), 1, Source::Frame);
    // Written after it, by a clock that is behind: a read has told.
    let asked = Timestamp(500);
    let verdict = replica.accept(asked + 9, task("t", 3, 700), 1, Source::Read(asked));
    assert_eq!(verdict, Verdict::Settled);
    let late = [
        Source::Frame,
        Source::Search(Timestamp(400)),
        Source::Write(Timestamp(400)),
    ];
    for late in late {
        let now = Timestamp(1_500);
        let verdict = replica.accept(now, task("t", 2, 900), 1, late);
        assert_eq!(verdict, Verdict::Late, "{late:?}");
        let due = now + limits::SETTLE_QUIET_MS;
        assert_eq!(replica.disputes().take_due(due), [key("t")], "a read tells");
    }
    let asked = Timestamp(9_000);
    let verdict = replica.accept(asked, task("t", 2, 900), 1, Source::Read(asked));
    assert_eq!(verdict, Verdict::Applied);
    let verdict = replica.accept(asked, task("t", 4, 1_001), 1, Source::Frame);
    assert_eq!(
        verdict,
        Verdict::Applied,
        "nothing before had so late a stamp"
    );
}

#[test]
fn a_read_from_before_a_delete_does_not_bring_back_what_a_search_has_told_to_be_deleted_meanwhile()
{
    let asked = Timestamp(1_000);
    for told_by_frame in [true, false] {
        let mut replica = Replica::default();
        replica.accept(Timestamp(0), task("t", 1, 100), 1, Source::Frame);
        if told_by_frame {
            assert!(replica.delete_by_frame(Timestamp(1_300), &task("t", 1, 100)));
        }
        // The search was asked before the read, and answered after the delete.
        let deleted = Timestamp(1_700_000_000_000 + 250);
        replica.delete_by_tombstone(Timestamp(1_400), &key("t"), deleted, Timestamp(990));
        // What was read is what was here, or a version of which nothing was heard.
        for (version, updated) in [(1, 100), (2, 200)] {
            replica.accept(
                Timestamp(1_500),
                task("t", version, updated),
                1,
                Source::Read(asked),
            );
            assert!(
                replica.get(&key("t")).is_none(),
                "v{version} {told_by_frame}"
            );
        }
        // Created again since.
        replica.accept(Timestamp(1_600), task("t", 3, 400), 1, Source::Read(asked));
        assert!(replica.get(&key("t")).is_some());
    }
}

#[test]
fn a_slow_answer_does_not_bring_back_what_a_search_that_waited_has_told_to_have_left_meanwhile() {
    for late in [Source::Write(Timestamp(100)), Source::Read(Timestamp(100))] {
        let mut replica = Replica::default();
        replica.accept(Timestamp(0), task("t", 1, 10), 1, Source::Frame);
        // It was to be asked before, and was answered long after.
        let search = Source::Search(Timestamp(50));
        replica.accept(Timestamp(900), task("t", 3, 700), 0, search);
        replica.accept(Timestamp(1_000), task("t", 2, 120), 1, late);
        assert!(replica.get(&key("t")).is_none(), "{late:?}");
        let due = Timestamp(1_000 + limits::SETTLE_QUIET_MS);
        assert_eq!(replica.disputes().take_due(due), [key("t")], "a read tells");
        replica.accept(due + 5, task("t", 4, 800), 1, Source::Read(due));
        assert!(replica.get(&key("t")).is_some(), "it is back by then");
    }
}

#[test]
fn an_answer_from_before_a_read_told_that_a_row_is_out_of_sight_does_not_bring_it_back() {
    let answers = [Source::Search, Source::Read, Source::Write];
    for (source, (version, updated)) in answers
        .into_iter()
        .flat_map(|source| [(source, (1, 100)), (source, (2, 200))])
    {
        let mut replica = Replica::default();
        replica.accept(Timestamp(0), task("t", 1, 100), 1, Source::Frame);
        // The read was asked for again and again: the question that was answered is much younger than the first one.
        let (asked, told) = (Timestamp(10), Timestamp(900));
        assert!(replica.delete_by_read(told, &key("t"), GoneReason::AccessLost, asked));
        let came = |replica: &mut Replica, source| {
            let resource = task("t", version, updated);
            replica.accept(Timestamp(950), resource, 1, source)
        };
        assert_eq!(came(&mut replica, source(Timestamp(500))), Verdict::Late);
        let due = Timestamp(950 + limits::SETTLE_QUIET_MS);
        assert_eq!(replica.disputes().take_due(due), [key("t")], "a read tells");
        assert_eq!(came(&mut replica, Source::Read(told)), Verdict::Applied);
    }
}

#[test]
fn a_late_delete_frame_does_not_make_room_for_what_was_written_between_it_and_the_last_version() {
    let mut replica = Replica::default();
    replica.accept(Timestamp(0), task("t", 1, 100), 1, Source::Frame);
    // Deleted, created again as version 2, closed with version 3, which a read has told.
    let read = Source::Read(Timestamp(900));
    replica.accept(Timestamp(950), task("t", 3, 900), 0, read);
    assert!(
        replica.get(&key("t")).is_none(),
        "nobody shows it any longer"
    );
    assert!(!replica.delete_by_frame(Timestamp(990), &task("t", 1, 100)));
    let verdict = replica.accept(Timestamp(990), task("t", 2, 800), 1, Source::Frame);
    assert_eq!(verdict, Verdict::Late);
    let verdict = replica.accept(Timestamp(999), task("t", 4, 990), 1, Source::Frame);
    assert_eq!(verdict, Verdict::Applied);
}
