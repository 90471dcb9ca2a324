//! Tags put together, compared, copied, and running tags that go on. Expected rows are those of the
//! description of upstream's tools, or follow from their rules by hand.

use proptest::prelude::*;

use crate::iov::{ExpRun, IoV};

use super::super::*;
use super::place::{entry, iov};

fn entries(rows: &[(&str, i64, &str)]) -> Vec<TagEntry> {
    rows.iter()
        .map(|(name, revision, iov)| entry(name, *revision, iov))
        .collect()
}

fn running() -> Vec<TagEntry> {
    entries(&[
        ("p1", 1, "0,1,1,0"),
        ("p1", 2, "1,1,-1,-1"),
        ("p2", 1, "0,1,-1,-1"),
        ("p3", 1, "0,1,1,0"),
        ("p4", 1, "0,1,-1,-1"),
        ("p5", 1, "0,1,-1,-1"),
    ])
}

fn staging() -> Vec<TagEntry> {
    entries(&[
        ("p1", 3, "0,0,1,8"),
        ("p1", 4, "1,9,1,20"),
        ("p2", 2, "1,5,1,20"),
        ("p3", 2, "0,0,-1,-1"),
        ("p4", 1, "0,0,1,20"),
    ])
}

fn steps(update: &Update) -> Vec<String> {
    let steps = update.operations.iter().map(|operation| match operation {
        Operation::Close { entry, iov } => {
            format!(
                "CLOSE {} r{} {iov}",
                entry.payload.name, entry.payload.revision
            )
        }
        Operation::Create(entry) => format!(
            "CREATE {} r{} {}",
            entry.payload.name, entry.payload.revision, entry.iov
        ),
    });
    steps.collect()
}

fn kinds(result: Result<Update, Vec<UpdateProblem>>) -> Vec<&'static str> {
    let problems = result.err().unwrap_or_default();
    problems.iter().map(|problem| problem.kind.name()).collect()
}

const V: ExpRun = ExpRun::new(1, 2);

#[test]
fn the_worked_example_has_its_seven_operations() {
    let update = plan_update(&running(), &staging(), V, UpdateMode::AllowClosed).unwrap();
    assert_eq!(
        steps(&update),
        [
            "CLOSE p1 r2 1,1,1,1",
            "CLOSE p2 r1 0,1,1,4",
            "CLOSE p4 r1 0,1,1,20",
            "CREATE p1 r3 1,2,1,8",
            "CREATE p1 r4 1,9,1,20",
            "CREATE p2 r2 1,5,1,20",
            "CREATE p3 r2 1,2,-1,-1",
        ]
    );
    assert_eq!(
        (update.closed(), update.created(), update.names()),
        (3, 4, 4)
    );
    assert_eq!(update.next, Some(ExpRun::new(1, 21)));
    assert_eq!(update.remarks.len(), 3);
    let strict = plan_update(&running(), &staging(), V, UpdateMode::Strict);
    assert_eq!(kinds(strict), ["closed payloads"; 3]);
    let update = plan_update(&running(), &staging(), V, UpdateMode::FullReplacement).unwrap();
    assert_eq!(steps(&update)[3], "CLOSE p5 r1 0,1,1,1");
    assert_eq!(steps(&update).len(), 8);
    let update = plan_update(&running(), &staging(), V, UpdateMode::FixClosed).unwrap();
    assert_eq!(
        steps(&update),
        [
            "CLOSE p1 r2 1,1,1,1",
            "CLOSE p2 r1 0,1,1,4",
            "CREATE p1 r3 1,2,1,8",
            "CREATE p1 r4 1,9,-1,-1",
            "CREATE p2 r2 1,5,-1,-1",
            "CREATE p3 r2 1,2,-1,-1",
        ]
    );
}

#[test]
fn a_running_tag_must_leave_the_first_run_free() {
    let staging = entries(&[("x", 9, "0,0,-1,-1")]);
    let mode = UpdateMode::Strict;
    for (row, first, problems) in [
        (
            "1,0,1,2",
            (1, 2),
            &["payloads end after first valid run"][..],
        ),
        ("1,0,1,1", (1, 2), &[]),
        ("1,0,1,-1", (1, 2), &["payloads end after first valid run"]),
        ("1,0,1,-1", (2, 0), &[]),
        (
            "1,2,-1,-1",
            (1, 2),
            &["payloads start after first valid run"],
        ),
        ("1,1,-1,-1", (1, 2), &[]),
    ] {
        let running = entries(&[("y", 1, row)]);
        let found = plan_update(&running, &staging, first.into(), mode);
        assert_eq!(kinds(found), problems, "{row} at {first:?}");
        let earliest = next_run(running.iter().map(|entry| &entry.iov)).unwrap();
        assert_eq!(earliest <= first.into(), problems.is_empty(), "{row}");
    }
}

#[test]
fn what_begins_at_the_beginning_begins_with_the_update() {
    let staging = entries(&[("x", 1, "0,0,-1,-1")]);
    let first = ExpRun::new(2, 0);
    let update = plan_update(&[], &staging, first, UpdateMode::Strict).unwrap();
    assert_eq!(steps(&update), ["CREATE x r1 2,0,-1,-1"]);
    assert_eq!(update.next, Some(ExpRun::new(2, 1)));
    let simple = plan_update(&[], &staging, first, UpdateMode::Simple).unwrap();
    assert_eq!(steps(&simple), steps(&update));
    // The same payload goes on: there is nothing to do.
    let running = entries(&[("x", 1, "0,0,-1,-1")]);
    let update = plan_update(&running, &staging, first, UpdateMode::Strict).unwrap();
    assert!(update.operations.is_empty());
}

#[test]
fn staging_tags_are_checked() {
    let check = |rows: &[(&str, i64, &str)], mode| kinds(plan_update(&[], &entries(rows), V, mode));
    for (rows, problems) in [
        (
            &[("x", 1, "1,2,1,5"), ("x", 2, "1,5,-1,-1")][..],
            &["overlaps"][..],
        ),
        (&[("x", 1, "1,2,1,5"), ("x", 2, "1,7,-1,-1")], &["gaps"]),
        (&[("x", 1, "1,1,-1,-1")], &["starts too early"]),
        (
            &[("x", 1, "0,0,1,1"), ("x", 2, "1,2,-1,-1")],
            &["starts too early"],
        ),
        (&[("x", 1, "1,2,1,5")], &["closed payloads"]),
        (&[("x", 1, "1,2,1,-1"), ("x", 2, "2,1,-1,-1")], &[]),
    ] {
        assert_eq!(check(rows, UpdateMode::Strict), problems, "{rows:?}");
    }
    for (rows, problems) in [
        (
            &[("x", 1, "0,0,-1,-1"), ("x", 2, "0,0,-1,-1")][..],
            &["duplicate payloads"][..],
        ),
        (&[("x", 1, "1,2,-1,-1")], &["wrong validity"]),
        (&[("x", 1, "0,0,-1,-1"), ("y", 1, "0,0,-1,-1")], &[]),
    ] {
        assert_eq!(check(rows, UpdateMode::Simple), problems, "{rows:?}");
    }
}

/// The revision in force, as the highest of those that are valid.
fn valid(entries: &[TagEntry], name: &str, run: ExpRun) -> Option<i64> {
    let valid = entries
        .iter()
        .filter(|entry| entry.payload.name == name && entry.iov.contains_run(run));
    valid.map(|entry| entry.payload.revision).max()
}

fn applied(running: &[TagEntry], update: &Update) -> Vec<TagEntry> {
    let mut after = running.to_vec();
    for operation in &update.operations {
        match operation {
            Operation::Close { entry, iov } => {
                let position = after.iter().position(|there| there == entry).unwrap();
                after[position].iov = *iov;
            }
            Operation::Create(entry) => after.push(entry.clone()),
        }
    }
    after
}

/// Consecutive intervals of one name, each with a revision, the last one open or not.
fn chain(
    name: &'static str,
    runs: std::ops::Range<i32>,
    base: i64,
) -> impl Strategy<Value = Vec<TagEntry>> {
    let starts = proptest::collection::btree_set(runs, 0..4);
    (starts, any::<bool>(), 0..2_i64).prop_map(move |(starts, open, same)| {
        let starts: Vec<i32> = starts.into_iter().collect();
        let mut all = Vec::new();
        for (at, start) in starts.iter().enumerate() {
            let high = match starts.get(at + 1) {
                Some(next) => ExpRun::new(1, next - 1),
                None if open => ExpRun::new(-1, -1),
                None => ExpRun::new(1, *start),
            };
            let revision = if at == 0 && same == 1 {
                1
            } else {
                base + at as i64
            };
            let mut row = entry(name, revision, "0,0,-1,-1");
            row.iov = IoV::new(ExpRun::new(1, *start), high).unwrap();
            all.push(row);
        }
        all
    })
}

proptest! {
    #[test]
    fn an_update_changes_no_run_before_it(
        a in chain("a", 0..10, 1), b in chain("b", 0..10, 1),
        c in chain("a", 10..20, 10), d in chain("b", 10..20, 10),
        full in any::<bool>(),
    ) {
        let (running, staging) = ([a, b].concat(), [c, d].concat());
        let first = ExpRun::new(1, 10);
        let mode = if full { UpdateMode::FullReplacement } else { UpdateMode::AllowClosed };
        let update = plan_update(&running, &staging, first, mode);
        let Ok(update) = update else {
            // Only what ends at or after the first run is in the way.
            let earliest = next_run(running.iter().map(|e| &e.iov)).unwrap();
            prop_assert!(earliest > first);
            return Ok(());
        };
        let after = applied(&running, &update);
        for name in ["a", "b"] {
            let begins = staging.iter().filter(|e| e.payload.name == name);
            let begins = begins.map(|e| e.iov.low()).min();
            for run in 0..25 {
                let run = ExpRun::new(1, run);
                let before = valid(&running, name, run);
                let now = valid(&after, name, run);
                if run < first {
                    prop_assert_eq!(now, before, "{} {}", name, run);
                } else if let Some(staged) = valid(&staging, name, run) {
                    prop_assert_eq!(now, Some(staged), "{} {}", name, run);
                } else if begins.is_none_or(|begins| run < begins) && !(full && begins.is_none()) {
                    prop_assert_eq!(now, before, "{} {}", name, run);
                } else {
                    prop_assert_eq!(now, None, "{} {}", name, run);
                }
            }
        }
        // The next update can begin where it is said that it can, and not before.
        let next = update.next.unwrap();
        prop_assert!(plan_update(&after, &[], next, mode).is_ok());
        if next > ExpRun::new(1, 0) {
            prop_assert!(plan_update(&after, &[], next.before(), mode).is_err());
        }
    }

    #[test]
    fn a_merged_tag_is_the_list_of_tags(
        a in chain("p", 0..20, 1), b in chain("p", 0..20, 10), c in chain("q", 0..20, 1),
        range in proptest::option::of((0..20, 0..20)),
    ) {
        let tags = [("A".to_owned(), a), ("B".to_owned(), [b, c].concat())];
        let range = range.map(|(x, y): (i32, i32)| {
            IoV::new(ExpRun::new(1, x.min(y)), ExpRun::new(1, x.max(y))).unwrap()
        });
        let (rows, _) = merge_tags(&tags, range);
        let merged: Vec<TagEntry> = rows.into_iter().map(|row| row.entry).collect();
        for name in ["p", "q"] {
            for run in 0..25 {
                let run = ExpRun::new(1, run);
                let mut expected = tags.iter().find_map(|(_, rows)| valid(rows, name, run));
                if range.is_some_and(|range| !range.contains_run(run)) {
                    expected = None;
                }
                let found: Vec<_> = merged
                    .iter()
                    .filter(|e| e.payload.name == name && e.iov.contains_run(run))
                    .map(|e| e.payload.revision)
                    .collect();
                prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn the_merge_example_has_its_six_rows() {
    let tags = [
        (
            "A".to_owned(),
            entries(&[
                ("p1", 2, "1,0,1,10"),
                ("p1", 3, "1,20,1,22"),
                ("p2", 1, "1,0,1,-1"),
            ]),
        ),
        (
            "B".to_owned(),
            entries(&[("p1", 1, "1,1,1,30"), ("p2", 2, "0,1,1,20")]),
        ),
    ];
    let rows = |range: Option<IoV>| -> Vec<String> {
        let (rows, faults) = merge_tags(&tags, range);
        assert!(faults.is_empty());
        rows.iter()
            .map(|row| {
                let payload = &row.entry.payload;
                format!(
                    "{} r{} {} {}",
                    payload.name, payload.revision, row.entry.iov, row.source
                )
            })
            .collect()
    };
    assert_eq!(
        rows(None),
        [
            "p1 r2 1,0,1,10 A",
            "p1 r1 1,11,1,19 B",
            "p1 r3 1,20,1,22 A",
            "p1 r1 1,23,1,30 B",
            "p2 r2 0,1,0,-1 B",
            "p2 r1 1,0,1,-1 A",
        ]
    );
    assert_eq!(
        rows(Some(iov("1,0,1,21"))),
        [
            "p1 r2 1,0,1,10 A",
            "p1 r1 1,11,1,19 B",
            "p1 r3 1,20,1,21 A",
            "p2 r1 1,0,1,21 A",
        ]
    );
}

#[test]
fn a_tag_does_not_differ_from_itself() {
    let rows = running();
    let found = diff_tags(&rows, &rows);
    assert_eq!(found.len(), rows.len());
    assert!(found.iter().all(|(side, _)| *side == Side::Both));
    // Revisions are numbers of a store; content counts.
    let mut other = rows.clone();
    let mut payload = (*other[0].payload).clone();
    payload.revision = 77;
    other[0].payload = payload.into();
    other[2].iov = iov("0,1,5,-1");
    let found = diff_tags(&rows, &other);
    let changed: Vec<String> = found
        .iter()
        .filter(|(side, _)| *side != Side::Both)
        .map(|(side, e)| format!("{side:?} {} {}", e.payload.name, e.iov))
        .collect();
    assert_eq!(changed, ["Second p2 0,1,5,-1", "First p2 0,1,-1,-1"]);
}

/// A store with two tags: `running` in state OPEN, `staging`.
fn store() -> (tempfile::TempDir, TagStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = TagStore::create_or_open(folder.path()).unwrap();
    store.add("running", TagState::Running, &running()).unwrap();
    store
        .add("staging", TagState::Validated, &staging())
        .unwrap();
    store.create_tag("empty").unwrap();
    (folder, store)
}

#[test]
fn an_update_is_done_as_it_was_planned_or_not_at_all() {
    let (_folder, store) = store();
    let mode = UpdateMode::AllowClosed;
    let plan = store.plan_update("running", "staging", V, mode).unwrap();
    assert!(store.wrong_states("running", "staging").unwrap().is_empty());
    assert_eq!(store.wrong_states("staging", "running").unwrap().len(), 2);
    let other = UpdateMode::FixClosed;
    let error = store
        .update("running", "staging", other, &plan)
        .unwrap_err();
    assert!(matches!(error, TagError::Changed(_)));
    assert_eq!(store.entries("running").unwrap(), running());
    let error = store.update("empty", "staging", mode, &plan).unwrap_err();
    assert!(matches!(error, TagError::WrongState { .. }));
    store.update("running", "staging", mode, &plan).unwrap();
    let mut expected = applied(&running(), &plan);
    expected.sort_by_cached_key(listed);
    assert_eq!(store.entries("running").unwrap(), expected);
    // Done once, it cannot be done again.
    let again = store.update("running", "staging", mode, &plan);
    assert!(matches!(again, Err(TagError::Update(_))));
    assert_eq!(store.entries("running").unwrap(), expected);
}

#[test]
fn tags_are_merged_into_an_open_and_empty_one() {
    let (_folder, store) = store();
    let tags = ["running".to_owned(), "staging".to_owned()];
    store.merge(&tags, "empty", None, true).unwrap();
    assert!(store.entries("empty").unwrap().is_empty());
    let (rows, _) = store.merge(&tags, "empty", None, false).unwrap();
    let rows: Vec<TagEntry> = rows.into_iter().map(|row| row.entry).collect();
    assert_eq!(store.entries("empty").unwrap(), rows);
    let error = store.merge(&tags, "empty", None, false).unwrap_err();
    assert!(matches!(error, TagError::NotEmpty { .. }));
    let error = store.merge(&tags, "staging", None, false).unwrap_err();
    assert!(matches!(error, TagError::Closed { .. }));
}

#[test]
fn copies_overlap_nothing_unless_they_replace_it() {
    let (_folder, store) = store();
    let some = Selection {
        names: vec!["P1".into(), "p4".into()],
        without: vec!["4".into()],
        ..Selection::default()
    };
    let copying = Copying::default();
    let copied = store.copy("staging", "empty", &some, copying).unwrap();
    assert_eq!(
        copied.added,
        entries(&[("p1", 3, "0,0,1,8"), ("p1", 4, "1,9,1,20")])
    );
    // What is there is not there twice.
    let copied = store.copy("staging", "empty", &some, copying).unwrap();
    assert!(copied.added.is_empty());
    let part = Selection {
        names: vec!["p1".into()],
        runs: Some(iov("1,3,1,15")),
        cut: true,
        ..Selection::default()
    };
    let error = store.copy("running", "empty", &part, copying).unwrap_err();
    assert!(matches!(error, TagError::Faults(_)));
    let replace = Copying {
        replace: true,
        ..copying
    };
    let copied = store.copy("running", "empty", &part, replace).unwrap();
    assert_eq!(copied.removed.len(), 2);
    assert_eq!(
        store.entries("empty").unwrap(),
        entries(&[
            ("p1", 3, "0,0,1,2"),
            ("p1", 2, "1,3,1,15"),
            ("p1", 4, "1,16,1,20")
        ])
    );
    let error = store
        .copy("staging", "running", &some, replace)
        .unwrap_err();
    assert!(matches!(error, TagError::Closed { .. }), "{error}");
}
