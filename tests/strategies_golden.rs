//! Strategies against vectors of the upstream code: every case agrees, or falls under a rule that
//! says what upstream does wrong and what is right.

#[macro_use]
mod support;
#[path = "strategies/case.rs"]
mod case;
#[path = "strategies/rules.rs"]
mod rules;
#[path = "strategies/stand_in.rs"]
mod stand_in;

use std::collections::BTreeMap;
use std::path::PathBuf;

use b2caf::calibrate::{AlgResult, StrategyOutcome};
use b2caf::iov::IoV;
use case::{Case, Seen};
use rules::Rule;
use stand_in::Throw;

fn cases() -> Vec<Case> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = folder.join("golden/strategies.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        say!("skipped: there is no {}", file.display());
        return Vec::new();
    };
    let mut all: serde_json::Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(all["cases"].take()).unwrap()
}

#[test]
fn every_case_agrees_or_has_a_rule() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases() {
        let mut found = check(&case);
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            found.push("agrees");
        }
        for rule in found {
            *counts.entry(rule).or_default() += 1;
        }
    }
    for (rule, count) in counts {
        say!("{count:4} {rule}");
    }
}

/// Compares one case; gives the rules it falls under.
fn check(given: &Case) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut case = given.clone();
    if rules::repair(&mut case, &mut rules).is_none() {
        return rules;
    }
    let (seen, outcome) = stand_in::run(&case, Throw::Error);
    let (after_panic, _) = stand_in::run(&case, Throw::Panic);
    assert_eq!(seen, after_panic, "{}", case.id);
    sound(&case, &seen, &outcome);
    if let Some((rule, word)) = rules::nothing_executed(&case) {
        assert_eq!(seen, rules::nothing(), "{}", case.id);
        assert!(
            outcome.message.contains(word),
            "{}: {}",
            case.id,
            outcome.message
        );
        let lacks = outcome.result == AlgResult::NotEnoughData;
        assert_eq!(lacks, rule == rules::NO_RUNS, "{}", case.id);
        rules.push(rule);
        return rules;
    }
    let mut expected = given.expected.seen();
    for one in &mut expected.executions {
        // One that raised has no payload whose label were put right.
        if IoV::try_from(one.iov).is_err() && case.strategy == "SingleIOV" {
            let data = IoV::of_runs(&one.runs).unwrap();
            one.iov = case.params.apply_iov.unwrap_or(data.into());
        }
    }
    if let Some((rule, other)) = rules::equivalent(&case) {
        let (same, _) = stand_in::run(&other, Throw::Error);
        assert_eq!(seen, same, "{}", case.id);
        if rule != rules::DOUBLED {
            assert!(
                seen.executions.starts_with(&expected.executions),
                "{}",
                case.id
            );
            assert!(
                seen.committed.starts_with(&expected.committed),
                "{}",
                case.id
            );
        }
        rules.push(rule);
        rules.extend(rules::equivalent(&other).map(|(rule, _)| rule));
        return rules;
    }
    assert_eq!(given.expected.error_cause, None, "{}", case.id);
    let differ = |one: &case::One| one.payload_iov.is_some_and(|iov| iov != one.iov);
    if given.expected.executions.iter().any(differ) {
        rules.push(rules::LABELS_DIFFER);
    }
    let mut right = expected;
    rules::put_right(&case, &mut right, &mut rules);
    assert_eq!(seen, right, "{}", case.id);
    rules
}

/// What holds for every case, whatever upstream does.
fn sound(case: &Case, seen: &Seen, outcome: &StrategyOutcome) {
    let id = &case.id;
    let results = rules::results(&seen.executions);
    let told: Vec<_> = results.iter().map(|one| (one.iov, one.result)).collect();
    assert_eq!(seen.reported, told, "{id}");
    assert_eq!(seen.gaps, rules::gaps(&seen.committed), "{id}");
    let well = !told.is_empty() && told.iter().all(|(_, code)| rules::well(*code));
    assert!(!seen.completed || well, "{id}");
    assert_eq!(
        outcome.message.is_empty(),
        outcome.result == AlgResult::Ok,
        "{id}"
    );
    let iov = |four: &case::Four| IoV::try_from(*four).unwrap();
    for (position, one) in seen.committed.iter().enumerate() {
        let before = &seen.committed[..position];
        assert!(
            !before.iter().any(|other| iov(other).overlaps(&iov(one))),
            "{id}"
        );
    }
    let runs = case.runs();
    for one in &seen.executions {
        assert!(one.runs.iter().all(|run| runs.contains(run)), "{id}");
        assert!(one.runs.is_sorted_by(|a, b| a < b), "{id}");
        let own = case.params.apply_iov.is_some();
        assert!(
            own || one.runs.iter().all(|run| iov(&one.iov).contains_run(*run)),
            "{id}"
        );
    }
    if seen.completed {
        for run in &runs {
            let holds = |one: &&&case::Done| one.runs.contains(run);
            assert_eq!(results.iter().filter(holds).count(), 1, "{id}: {run}");
        }
    }
}
