//! Runs, intervals and sets of them against vectors of the upstream code.
//!
//! Every case is asked twice: of the edge type [`Interval`], which must do exactly as upstream, and of [`IoV`],
//! which either agrees or differs under a rule. A rule is a predicate on the numbers of the case; what is
//! expected then is worked out run by run from the meaning of the numbers.

#[macro_use]
mod support;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/lists.rs"]
mod lists;

use std::collections::BTreeSet;

use b2caf::iov::upstream::{Interval, ReadError, Trim};
use b2caf::iov::{Error, ExpRun, IoV, IovSet};
use golden::Tally;
use serde_json::Value;

fn cases(list: &str) -> Vec<Value> {
    golden::cases("iov.json", list)
}

fn numbers(value: &Value) -> [i32; 4] {
    serde_json::from_value(value.clone()).unwrap()
}

fn run(value: &Value) -> ExpRun {
    serde_json::from_value(value.clone()).unwrap()
}

fn yes(case: &Value, name: &str) -> bool {
    case[name].as_bool().unwrap()
}

/// Whether a run lies in an interval given by four numbers in order, from what they mean.
fn holds([el, rl, eh, rh]: [i32; 4], (exp, run): (i32, i32)) -> bool {
    let above = el < 0 || exp > el || (exp == el && run >= rl);
    let below = eh < 0 || exp < eh || (exp == eh && (rh < 0 || run <= rh));
    above && below && !(el < 0 && eh < 0)
}

type Runs = BTreeSet<(i32, i32)>;

/// All runs around the numbers of some intervals.
fn around(intervals: &[[i32; 4]]) -> Vec<(i32, i32)> {
    let mut exps: BTreeSet<i32> = BTreeSet::from([0, 1_000]);
    let mut runs: BTreeSet<i32> = BTreeSet::from([0, 1_000_000]);
    for [el, rl, eh, rh] in intervals {
        exps.extend([el - 1, *el, el + 1, eh - 1, *eh, eh + 1]);
        runs.extend([rl - 1, *rl, rl + 1, rh - 1, *rh, rh + 1]);
    }
    let exps = exps.into_iter().filter(|exp| *exp >= 0);
    exps.flat_map(|exp| {
        let runs = runs.iter().filter(|run| **run >= 0);
        runs.map(move |run| (exp, *run)).collect::<Vec<_>>()
    })
    .collect()
}

/// The runs around `all` that lie in `one`.
fn runs_of(one: [i32; 4], all: &[[i32; 4]]) -> Runs {
    let inside = around(all).into_iter().filter(|run| holds(one, *run));
    inside.collect()
}

fn four(iov: impl Into<[i32; 4]>) -> [i32; 4] {
    iov.into()
}

/// Why four numbers are no interval to us; `None` if they are one.
fn refusal([el, rl, eh, rh]: [i32; 4]) -> Option<&'static str> {
    let end = |exp: i32, run: i32| (exp >= 0 && run >= -1) || (exp, run) == (-1, -1);
    if !end(el, rl) || !end(eh, rh) {
        Some("a run without an experiment is refused (upstream drops it)")
    } else if el < 0 && eh < 0 {
        Some("an empty interval is refused (upstream: every interval contains it)")
    } else if eh >= 0 && (el > eh || (el == eh && rh >= 0 && rl > rh)) {
        Some("an interval in the wrong order is refused (upstream swaps the ends)")
    } else {
        None
    }
}

/// The interval, or the rule under which it is refused.
fn interval(numbers: [i32; 4]) -> Result<IoV, &'static str> {
    let ours = IoV::try_from(numbers);
    assert_eq!(ours, IoV::try_from(Interval::from(numbers)));
    let rule = refusal(numbers);
    match (&ours, rule) {
        (Ok(_), None) => {}
        (Err(Error::NoExperiment(_)), Some(rule)) => assert!(rule.contains("without")),
        (Err(Error::Empty), Some(rule)) => assert!(rule.contains("empty")),
        (Err(Error::Backwards { .. }), Some(rule)) => assert!(rule.contains("order")),
        _ => panic!("{numbers:?}: {ours:?}, but {rule:?}"),
    }
    ours.map_err(|_| rule.unwrap())
}

/// A run of −1 at the low end within an experiment, or an open beginning.
fn starts_below_zero([_, run, ..]: [i32; 4]) -> bool {
    run < 0
}

#[test]
fn every_list_is_tested() {
    let tested = [
        "pairs",
        "find_gap",
        "order",
        "contains_point",
        "trim_overlap",
        "text",
    ];
    lists::all_tested("iov.json", &tested);
}

#[test]
fn pairs() {
    let mut tally = Tally::of("pairs");
    for case in cases("pairs") {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        as_upstream(&case, Interval::from(a), Interval::from(b));
        for name in ["a", "b"] {
            let repaired = Interval::from(numbers(&case[name])).repaired();
            let expected = numbers(&case[format!("{name}_normalised")]);
            assert_eq!(
                repaired.map_or(Runs::new(), |iov| runs_of(iov.into(), &[a, b])),
                runs_of(expected, &[a, b]),
                "{case}"
            );
        }
        tally.count(match (interval(a), interval(b)) {
            (Ok(one), Ok(two)) => as_interval(&case, (a, one), (b, two)),
            (Err(rule), _) | (_, Err(rule)) => rule,
        });
    }
}

fn as_upstream(case: &Value, a: Interval, b: Interval) {
    assert_eq!(a.normalised(), numbers(&case["a_normalised"]).into());
    assert_eq!(b.normalised(), numbers(&case["b_normalised"]).into());
    assert_eq!(a.is_empty(), yes(case, "a_empty"), "{case}");
    assert_eq!(b.is_empty(), yes(case, "b_empty"), "{case}");
    assert_eq!(a.contains(&b), yes(case, "a_contains_b"), "{case}");
    assert_eq!(b.contains(&a), yes(case, "b_contains_a"), "{case}");
    assert_eq!(a.overlaps(&b), yes(case, "a_overlaps_b"), "{case}");
    assert_eq!(b.overlaps(&a), yes(case, "b_overlaps_a"), "{case}");
    assert_eq!(a.overlap(&b), numbers(&case["overlap"]).into(), "{case}");
    assert_eq!(b.overlap(&a), numbers(&case["overlap_reversed"]).into());
    assert_eq!(a == b, yes(case, "tuple_equal"), "{case}");
    assert_eq!(a < b, yes(case, "tuple_less"), "{case}");
    let equal = a.normalised() == b.normalised();
    assert_eq!(equal, yes(case, "normalised_equal"), "{case}");
}

/// Compares proper intervals and gives the rule under which they agree.
fn as_interval(case: &Value, (a, one): ([i32; 4], IoV), (b, two): ([i32; 4], IoV)) -> &'static str {
    let all = [a, b];
    let (in_a, in_b) = (runs_of(a, &all), runs_of(b, &all));
    assert_eq!(one.overlaps(&two), yes(case, "a_overlaps_b"), "{case}");
    assert_eq!(two.overlaps(&one), yes(case, "b_overlaps_a"), "{case}");
    let common = one.intersection(&two);
    assert_eq!(common, two.intersection(&one), "{case}");
    let common = common.map_or(Runs::new(), |iov| runs_of(iov.into(), &all));
    assert_eq!(common, runs_of(numbers(&case["overlap"]), &all), "{case}");
    assert_eq!(common, &in_a & &in_b, "{case}");
    assert_eq!(one.contains(&two), in_b.is_subset(&in_a), "{case}");
    assert_eq!(two.contains(&one), in_a.is_subset(&in_b), "{case}");
    set_of_both(one, two, &all, (&in_a, &in_b));

    let ours = (
        one.contains(&two),
        two.contains(&one),
        one < two,
        one == two,
    );
    let expected = |name| yes(case, name);
    let theirs = (
        expected("a_contains_b"),
        expected("b_contains_a"),
        expected("tuple_less"),
        expected("tuple_equal"),
    );
    if ours == theirs {
        return "agrees";
    }
    assert!(starts_below_zero(a) || starts_below_zero(b), "{case}");
    "a low run of -1 is 0 and an open beginning is 0,0 (upstream compares the -1 as a number)"
}

/// What a set of two intervals is, by the runs in them.
fn set_of_both(one: IoV, two: IoV, all: &[[i32; 4]], (in_a, in_b): (&Runs, &Runs)) {
    let (a, b) = (IovSet::from(one), IovSet::from(two));
    let members = |set: &IovSet| -> Runs {
        let inside = |run: &(i32, i32)| set.contains_run(ExpRun::from(*run));
        around(all).into_iter().filter(inside).collect()
    };
    assert_eq!(members(&a.union(&b)), in_a | in_b);
    assert_eq!(members(&a.intersection(&b)), in_a & in_b);
    assert_eq!(members(&a.difference(&b)), in_a - in_b);
}

#[test]
fn find_gap() {
    let mut tally = Tally::of("find_gap");
    for case in cases("find_gap") {
        let (a, b) = (run(&case["a"]), run(&case["b"]));
        let expected: Option<IoV> = serde_json::from_value(case["gap"].clone()).unwrap();
        assert_eq!(case["gap"], case["gap_reversed"]);
        assert_eq!(a < b, yes(&case, "less"), "{case}");
        match interval(numbers(&case["make_iov_a"])) {
            Ok(_) => {
                let start = ExpRun::new(a.exp, a.run.max(0));
                let single = IoV::single(a).unwrap();
                assert_eq!((single.low(), single.high()), (start, a), "{case}");
            }
            Err(_) => assert!(IoV::single(a).is_err(), "{case}"),
        }
        let ours = a.gap_to(b);
        assert_eq!(ours, b.gap_to(a), "{case}");
        tally.count(if ours == expected {
            "agrees"
        } else {
            assert!(a.run < 0 || b.run < 0, "{case}");
            assert_eq!(ours, None, "{case}");
            "there is no gap beside an open end (upstream takes it for run -1)"
        });
    }
}

#[test]
fn order() {
    let mut tally = Tally::of("order");
    for case in cases("order") {
        let mut runs: Vec<ExpRun> = serde_json::from_value(case["expruns"].clone()).unwrap();
        runs.sort();
        assert_eq!(serde_json::json!(runs), case["expruns_sorted"], "{case}");

        let all = |name: &str| -> Vec<[i32; 4]> {
            case[name].as_array().unwrap().iter().map(numbers).collect()
        };
        let (given, sorted) = (all("iovs"), all("iovs_sorted"));
        let mut edge: Vec<Interval> = given.iter().map(|iov| (*iov).into()).collect();
        edge.sort();
        let edge: Vec<[i32; 4]> = edge.into_iter().map(four).collect();
        assert_eq!(edge, sorted, "{case}");

        let sound = |iovs: &[[i32; 4]]| -> Vec<IoV> {
            iovs.iter().filter_map(|iov| interval(*iov).ok()).collect()
        };
        let mut ours = sound(&given);
        ours.sort();
        let expected = sound(&sorted);
        tally.count(if ours == expected {
            "agrees"
        } else {
            let low_run = |iov: &[i32; 4]| iov[0] >= 0 && iov[1] < 0;
            assert!(given.iter().any(low_run), "{case}");
            let mut numbers: Vec<[i32; 4]> = expected.into_iter().map(four).collect();
            numbers.sort();
            let ours: Vec<[i32; 4]> = ours.into_iter().map(four).collect();
            assert_eq!(ours, numbers, "{case}");
            "a low run of -1 is 0 and sorts as that"
        });
    }
}

#[test]
fn contains_point() {
    let mut tally = Tally::of("contains_point");
    for case in cases("contains_point") {
        let (numbers, point) = (numbers(&case["iov"]), run(&case["point"]));
        let expected = yes(&case, "contains");
        let edge = Interval::from(numbers);
        assert_eq!(edge.contains_event(point), expected, "{case}");
        let repaired = edge.repaired().is_some_and(|iov| iov.contains_run(point));
        assert_eq!(repaired, expected, "{case}");
        tally.count(match interval(numbers) {
            Ok(iov) => {
                assert_eq!(iov.contains_run(point), expected, "{case}");
                assert_eq!(holds(numbers, point.into()), expected, "{case}");
                "agrees"
            }
            Err(rule) => rule,
        });
    }
}

#[test]
fn trim_overlap() {
    let mut tally = Tally::of("trim_overlap");
    for case in cases("trim_overlap") {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        let older = yes(&case, "trim_older");
        let which = if older { Trim::Older } else { Trim::Younger };
        let (one, two) = (Interval::from(a), Interval::from(b));
        let edge = one.trim_overlap(two, which);
        assert_eq!(edge.is_some(), yes(&case, "returned"), "{case}");
        let (one, two) = edge.unwrap_or((one.normalised(), two.normalised()));
        assert_eq!(four(one), numbers(&case["a_after"]), "{case}");
        assert_eq!(four(two), numbers(&case["b_after"]), "{case}");
        tally.count(match (interval(a), interval(b)) {
            (Ok(one), Ok(two)) => trimmed(&case, one, two, older),
            (Err(rule), _) | (_, Err(rule)) => rule,
        });
    }
}

/// Trims proper intervals and gives the rule under which the runs that are left agree.
fn trimmed(case: &Value, one: IoV, two: IoV, older: bool) -> &'static str {
    let all = [four(one), four(two)];
    // With equal beginnings the first one is the older, as upstream has it.
    let start = |value: &Value| (numbers(value)[0], numbers(value)[1]);
    let one_is_older = start(&case["a"]) <= start(&case["b"]);
    let one_gives_way = one_is_older == older;
    let (giving, staying) = if one_gives_way {
        (one, two)
    } else {
        (two, one)
    };
    let after = if one_gives_way { "a_after" } else { "b_after" };
    let expected = &runs_of(giving.into(), &all) - &runs_of(staying.into(), &all);

    let ours = giving.trim(&staying);
    let left = match &ours {
        Ok(left) => left.map_or(Runs::new(), |iov| runs_of(iov.into(), &all)),
        Err(error) => {
            assert!(matches!(error, Error::CutInTwo { .. }));
            let both = IovSet::from(giving).difference(&IovSet::from(staying));
            assert_eq!(both.intervals().len(), 2, "{case}");
            both.intervals()
                .iter()
                .flat_map(|iov| runs_of((*iov).into(), &all))
                .collect()
        }
    };
    assert_eq!(left, expected, "{case}");
    if !yes(case, "returned") {
        if ours.is_err() {
            return "agrees: it would be cut in two";
        }
        // Nothing is left before the younger one.
        let begins = |iov: IoV| (four(iov)[0].max(0), four(iov)[1].max(0));
        assert!(older && begins(giving) >= begins(staying), "{case}");
        return "of two that begin together, the longer one keeps its end (upstream gives up)";
    }
    if runs_of(numbers(&case[after]), &all) == left {
        return "agrees";
    }
    let (end, start) = (staying.high(), staying.low());
    assert!(
        (!older && end.exp < 0) || (older && start.exp <= 0 && start.run <= 0),
        "{case}"
    );
    "nothing is left behind an open end or before an open beginning (upstream counts on from -1)"
}

#[test]
fn text() {
    let mut tally = Tally::of("text");
    for case in cases("text") {
        let text = case["text"].as_str().unwrap();
        let edge = Interval::read(text);
        match case.get("error").and_then(Value::as_str) {
            Some("out_of_range") => assert!(matches!(edge, Err(ReadError::TooLarge(_))), "{case}"),
            Some(_) => assert!(matches!(edge, Err(ReadError::NotFourNumbers(_))), "{case}"),
            None => {
                let edge = edge.unwrap();
                assert_eq!(four(edge), numbers(&case["iov"]), "{case}");
                assert_eq!(edge.to_string(), case["text_out"].as_str().unwrap());
            }
        }
        tally.count(text_rule(&case, text));
    }
}

/// Whether a text is four whole numbers and nothing else.
fn clean(text: &str) -> bool {
    let number = |word: &str| {
        let digits = word.trim().trim_start_matches(['+', '-']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(',').all(number)
}

fn text_rule(case: &Value, text: &str) -> &'static str {
    let ours = text.parse::<IoV>();
    if case.get("error").is_some() {
        let words: String = text.split_whitespace().collect();
        let words: Option<Vec<i32>> = words.split(',').map(|word| word.parse().ok()).collect();
        let four = words.and_then(|words| <[i32; 4]>::try_from(words).ok());
        if let Some(four) = four.filter(|_| clean(text)) {
            assert!(text.trim().contains(char::is_whitespace), "{case}");
            assert_eq!(ours.ok(), interval(four).ok(), "{case}");
            return "blanks beside the commas are read (upstream stops at them)";
        }
        assert!(matches!(ours, Err(Error::NotFourNumbers(_))), "{case}");
        return "agrees: refused";
    }
    if !clean(text) {
        assert!(matches!(ours, Err(Error::NotFourNumbers(_))), "{case}");
        return "rubbish behind a number or behind the interval is refused (upstream ignores it)";
    }
    let expected = numbers(&case["iov"]);
    let Ok(iov) = interval(expected) else {
        assert!(ours.is_err(), "{case}");
        return "what is no interval is refused (upstream reads it as it is)";
    };
    assert_eq!(ours, Ok(iov), "{case}");
    assert_eq!(
        iov.to_string(),
        case["text_out"].as_str().unwrap(),
        "{case}"
    );
    "agrees"
}
