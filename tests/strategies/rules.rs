//! Where b2caf does on purpose what upstream does not, and what is right then.

use b2caf::iov::{ExpRun, IoV, upstream::Interval};

use super::case::{Case, Done, Four, Seen};

/// A deviation: its name and the upstream behaviour that is not wanted.
pub(crate) type Rule = &'static str;

pub(crate) const NOT_AN_INTERVAL: Rule = "intervals that are empty or end before they begin are repaired or ignored upstream; here they are refused";
pub(crate) const LABELS_DIFFER: Rule =
    "a result may carry another label than its payload upstream; here there is one";
pub(crate) const STEP_BELOW_ZERO: Rule =
    "a step below 0 raises upstream; here it is no number of runs";
pub(crate) const STEP_ZERO: Rule =
    "a step of 0 executes nothing and completes upstream; here it is refused";
pub(crate) const NO_RUNS: Rule =
    "without runs upstream raises, or calibrates on all data; here there is not enough data";
pub(crate) const NARROW: Rule = "a coverage that does not hold all runs gives labels that are wrong or backwards upstream; here it is refused";
pub(crate) const IGNORED: Rule =
    "ignored runs without a requested interval raise upstream; here they are left out";
pub(crate) const RAISED: Rule =
    "an exception ends everything upstream; here it is a failure of that execution";
pub(crate) const UNDEFINED: Rule =
    "an undefined result raises or is passed over upstream; here it is a failure of that execution";
pub(crate) const DOUBLED: Rule =
    "doubled boundaries run data twice upstream; here each counts once";
pub(crate) const HELD: Rule = "a success held back is lost upstream when a later step fails; here it is committed and reported";
pub(crate) const BAD_UNTOLD: Rule =
    "executions without constants are not reported upstream; here they are";
pub(crate) const EMPTY_UNTOLD: Rule =
    "a success without a payload is not reported upstream; here it is";
pub(crate) const SIMPLE_STATE: Rule =
    "SimpleRunByRun completes upstream whatever failed; here it does not";
pub(crate) const GAPS: Rule = "results without payloads count as covered upstream, and there are no gaps of a strategy that failed; here gaps are what no payload covers";
pub(crate) const TOO_LITTLE: Rule =
    "an execution with too little data leaves the machine completed upstream; here it is failed";

/// Interval that is none to us.
fn refused(four: Option<Four>) -> bool {
    four.is_some_and(|four| IoV::try_from(four).is_err())
}

/// Replaces intervals that are refused by what upstream makes of them in the payload; `None`
/// if nothing can be executed for the sake of a refused one.
pub(crate) fn repair(case: &mut Case, rules: &mut Vec<Rule>) -> Option<()> {
    let repaired = |four: Option<Four>| {
        let [exp_low, run_low, exp_high, run_high] = four?;
        let interval = Interval {
            exp_low,
            run_low,
            exp_high,
            run_high,
        };
        interval.repaired().map(<[i32; 4]>::from)
    };
    if refused(case.params.apply_iov) {
        rules.push(NOT_AN_INTERVAL);
        case.params.apply_iov = repaired(case.params.apply_iov);
    }
    if refused(case.requested_iov) || refused(case.params.iov_coverage) {
        rules.push(NOT_AN_INTERVAL);
        return None;
    }
    if case.params.step_size.is_some_and(|step| step < 0) {
        rules.push(STEP_BELOW_ZERO);
        return None;
    }
    Some(())
}

/// The rule by which nothing is executed, and a word of the message.
pub(crate) fn nothing_executed(case: &Case) -> Option<(Rule, &'static str)> {
    let coverage = case
        .params
        .iov_coverage
        .map(|four| IoV::try_from(four).unwrap());
    let runs = case.runs();
    let narrow = |iov: IoV| runs.iter().any(|run| !iov.contains_run(*run));
    if runs.is_empty() {
        Some((NO_RUNS, "run"))
    } else if case.sequential() && case.params.step_size == Some(0) {
        Some((STEP_ZERO, "`step_size`"))
    } else if case.sequential() && coverage.is_some_and(narrow) {
        Some((NARROW, "`iov_coverage`"))
    } else {
        None
    }
}

/// What is seen when nothing is executed.
pub(crate) fn nothing() -> Seen {
    Seen {
        executions: Vec::new(),
        reported: Vec::new(),
        committed: Vec::new(),
        empty_commits: 0,
        completed: false,
        gaps: Vec::new(),
        set_up: Vec::new(),
        asked: Vec::new(),
        experiments: Vec::new(),
        state: "init".into(),
    }
}

/// The same task in words that upstream handles well, if it is one that it does not.
pub(crate) fn equivalent(case: &Case) -> Option<(Rule, Case)> {
    let mut other = case.clone();
    let boundaries = case.params.payload_boundaries.clone().unwrap_or_default();
    let mut once = boundaries.clone();
    once.sort_unstable();
    once.dedup();
    if case.sequential() && !case.ignored_runs.is_empty() && case.requested_iov.is_none() {
        let ignored =
            |run: &(i32, i32, u64)| case.ignored_runs.contains(&ExpRun::new(run.0, run.1));
        other.data.runs.retain(|run| !ignored(run));
        other.ignored_runs.clear();
        return Some((IGNORED, other));
    }
    let experiments = |run: &ExpRun| case.runs().iter().any(|known| known.exp == run.exp);
    if once.iter().filter(|run| experiments(run)).count()
        < boundaries.iter().filter(|run| experiments(run)).count()
    {
        other.params.payload_boundaries = Some(once);
        return Some((DOUBLED, other));
    }
    let meets = |list: &[ExpRun]| case.runs().iter().any(|run| list.contains(run));
    let stops = !matches!(case.strategy.as_str(), "SingleIOV" | "SequentialBoundaries");
    let stand_in = &mut other.algorithm;
    let (rule, list) = if meets(&stand_in.throw_runs) {
        (RAISED, &mut stand_in.throw_runs)
    } else if stops && meets(&stand_in.undefined_runs) {
        (UNDEFINED, &mut stand_in.undefined_runs)
    } else {
        return None;
    };
    stand_in.fail_runs.append(list);
    Some((rule, other))
}

/// Codes of constants that were found.
pub(crate) fn well(code: u8) -> bool {
    code < 2
}

/// The results among executions: those whose runs are not part of a later one that makes up for
/// them. A success is made up for by a success only.
pub(crate) fn results(executions: &[Done]) -> Vec<&Done> {
    let made_up = |(position, one): &(usize, &Done)| {
        executions[position + 1..].iter().any(|later| {
            one.runs.iter().all(|run| later.runs.contains(run))
                && (well(later.result) || !well(one.result))
        })
    };
    let numbered = executions.iter().enumerate();
    numbered
        .filter(|one| !made_up(one))
        .map(|(_, one)| one)
        .collect()
}

/// What is right for a case whose executions are those of upstream.
pub(crate) fn put_right(case: &Case, seen: &mut Seen, rules: &mut Vec<Rule>) {
    let empty = |one: &Done| {
        one.runs
            .iter()
            .any(|run| case.algorithm.no_payload_runs.contains(run))
    };
    let told = std::mem::take(&mut seen.reported);
    let results = results(&seen.executions);
    seen.reported = results.iter().map(|one| (one.iov, one.result)).collect();
    let good: Vec<&&Done> = results.iter().filter(|one| well(one.result)).collect();
    seen.committed = good
        .iter()
        .filter(|one| !empty(one))
        .map(|one| one.iov)
        .collect();
    seen.empty_commits = good.iter().filter(|one| empty(one)).count();
    for one in results
        .iter()
        .filter(|one| !told.contains(&(one.iov, one.result)))
    {
        rules.push(match (well(one.result), empty(one)) {
            (false, _) => BAD_UNTOLD,
            (true, true) => EMPTY_UNTOLD,
            (true, false) => HELD,
        });
    }
    let all_well = !results.is_empty() && results.iter().all(|one| well(one.result));
    let completed = all_well && !boundaries_lack(case);
    if completed != seen.completed {
        assert_eq!(case.strategy, "SimpleRunByRun", "{}", case.id);
        seen.completed = completed;
        rules.push(SIMPLE_STATE);
    }
    let gaps = gaps(&seen.committed);
    if gaps != seen.gaps {
        let covered = |one: &&Done| !well(one.result) || empty(one);
        assert!(results.iter().any(covered), "{}", case.id);
        seen.gaps = gaps;
        rules.push(GAPS);
    }
    if let Some(last) = seen.executions.last()
        && last.result == 2
        && seen.state == "completed"
    {
        assert_eq!(case.strategy, "SequentialBoundaries", "{}", case.id);
        seen.state = "failed".into();
        rules.push(TOO_LITTLE);
    }
}

/// Whether the algorithm is asked for boundaries and finds none in some experiment.
fn boundaries_lack(case: &Case) -> bool {
    let asked = case.strategy == "SequentialBoundaries" && case.params.payload_boundaries.is_none();
    let found = |exp| {
        let mut boundaries = case.algorithm.boundary_runs.iter();
        boundaries.any(|run| run.exp == exp && case.runs().contains(run))
    };
    asked && !case.runs().iter().all(|run| found(run.exp))
}

/// Runs between intervals that do not overlap, within experiments.
pub(crate) fn gaps(intervals: &[Four]) -> Vec<Four> {
    let mut sorted = intervals.to_vec();
    sorted.sort_unstable();
    let pairs = sorted.windows(2).filter_map(|pair| {
        let ([_, _, exp, last], [next, first, _, _]) = (pair[0], pair[1]);
        let gap = exp == next && last >= 0 && first > last + 1;
        gap.then_some([exp, last + 1, exp, first - 1])
    });
    pairs.collect()
}
