//! States and ways of the machines of calibrations and algorithms.

use std::collections::BTreeSet;

use b2caf::caf::machine::{Course, MachineError, calibration};
use b2caf::caf::{CalibrationState as State, StateDb};
use b2caf::calibrate::{AlgorithmState, AlgorithmTrigger};
use serde_json::{Value, json};

use super::golden::{Tally, entry};
use super::model::{array, text};
use super::stand_in::{NAME, StandIn, folder};

/// Ways that only we have, with the weakness of upstream that each of them mends.
const OURS: &[(&str, &str, &str, &str)] = &[
    ("fail", "init", "collector_failed", NO_WAY),
    ("fail", "collector_completed", "collector_failed", NO_WAY),
    ("fail", "algorithms_completed", "algorithms_failed", NO_WAY),
    ("block", "init", "blocked", UNSAID),
    ("block", "collector_completed", "blocked", UNSAID),
    ("collect_again", "collector_completed", "init", GONE),
    ("fail_fully", "algorithms_failed", "not_enough_data", LACK),
    ("fail_fully", "collector_failed", "not_enough_data", LACK),
];
const NO_WAY: &str = "upstream has no way from an error in this state to the end";
const UNSAID: &str = "upstream leaves what waits for a failed calibration without a word";
const GONE: &str = "upstream has no way back to collecting when collected data are gone";
const LACK: &str = "upstream does not tell too little data from failures";

/// What upstream's conditions are called here.
fn condition(upstream: &str) -> &str {
    match upstream {
        "dependencies_completed" => "dependencies_completed",
        "_collection_failed" | "_runner_failed" => "failed",
        "_collection_completed" | "_runner_not_failed" => "not_failed",
        "_require_iteration" => "iteration_wanted",
        "_below_max_iterations" => "below_max_iterations",
        "_no_require_iteration" => "no_further_iteration",
        other => panic!("a condition this test does not know: {other}"),
    }
}

/// What is done here in place of upstream's hooks, before (`true`) or after a transition.
///
/// The next transition is looked for by the driver of the machine and is no hook. The number of
/// the iteration goes up before the state is written, not after (upstream writes them one after
/// the other, and a crash in between mixes them).
fn hooks(way: &Value) -> BTreeSet<(bool, &str)> {
    let before = array(&way["before"]).iter().map(|hook| (true, text(hook)));
    let after = array(&way["after"]).iter().map(|hook| (false, text(hook)));
    let ours = before.chain(after).filter_map(|(before, hook)| match hook {
        "_make_output_dir"
        | "_resolve_file_paths"
        | "_build_iov_dicts"
        | "_create_collector_jobs"
        | "_submit_collections"
        | "_dump_job_config" => Some((true, "submit")),
        "_check_valid_collector_output" => Some((true, "check_collected")),
        "_prepare_final_db" => Some((true, "finish")),
        "_increment_iteration" => Some((true, "next_iteration")),
        "_run_algorithms" => Some((before, "run_algorithms")),
        "automatic_transition" => None,
        other => panic!("a hook this test does not know: {other}"),
    });
    ours.collect()
}

#[test]
fn states_of_a_calibration() {
    let Some(table) = entry("state_machines.json", "calibration_machine") else {
        return;
    };
    let names = |states: &[State]| json!(states.iter().map(|s| s.name()).collect::<Vec<_>>());
    let (shared, own): (Vec<State>, Vec<State>) = State::ALL
        .iter()
        .partition(|state| state.upstream() == **state);
    assert_eq!(names(&shared), table["states"]);
    assert_eq!(names(&own), json!(["not_enough_data", "blocked"]));
    assert_eq!(names(&State::CHECKPOINTS), table["checkpoint_states"]);
    let ends: Vec<State> = shared.into_iter().filter(|state| state.is_end()).collect();
    assert_eq!(
        names(&ends),
        json!([table["end_state"], table["fail_state"]])
    );
    assert_eq!(calibration().unwrap().state(), text(&table["initial"]));
}

#[test]
fn ways_of_a_calibration() {
    let Some(table) = entry("state_machines.json", "calibration_machine") else {
        return;
    };
    let mut tally = Tally::of("calibration_machine");
    let machine = calibration().unwrap();
    for way in machine.transitions() {
        let ends = (way.trigger(), way.from(), way.to());
        let same = |one: &&Value| {
            (
                text(&one["trigger"]),
                text(&one["source"]),
                text(&one["dest"]),
            ) == ends
        };
        let Some(upstream) = array(&table["transitions"]).iter().find(same) else {
            let known = OURS.iter().find(|(a, b, c, _)| (*a, *b, *c) == ends);
            let (.., rule) = known.unwrap_or_else(|| panic!("a way without a rule: {way:?}"));
            tally.count(rule);
            continue;
        };
        let mut conditions: Vec<&str> = array(&upstream["conditions"])
            .iter()
            .map(|one| condition(text(one)))
            .collect();
        let mut done = hooks(upstream);
        match way.trigger() {
            // Waiting is part of the transition here, and of the thread there.
            "submit_collector" => drop(done.insert((false, "collected"))),
            // A run that goes on looks again; upstream's main loop looks before.
            "run_algorithms" => conditions.push("dependencies_completed"),
            _ => {}
        }
        assert_eq!(way.conditions().collect::<Vec<_>>(), conditions, "{way:?}");
        let before = way.befores().map(|hook| (true, hook));
        let found: BTreeSet<_> = before
            .chain(way.afters().map(|hook| (false, hook)))
            .collect();
        assert_eq!(found, done, "{way:?}");
        tally.count("agrees");
    }
    let all = array(&table["transitions"]).len() + OURS.len();
    assert_eq!(machine.transitions().count(), all);
    for name in array(&table["moves"]) {
        assert!(machine.transitions().any(|way| way.trigger() == text(name)));
    }
}

#[test]
fn triggers_are_tried_in_the_same_order() {
    let Some(table) = entry("state_machines.json", "calibration_machine") else {
        return;
    };
    let machine = calibration().unwrap();
    for (state, triggers) in table["possible_triggers"].as_object().unwrap() {
        let mut ours: Vec<&str> = machine
            .transitions_from(state)
            .filter(|way| {
                OURS.iter()
                    .all(|(a, b, c, _)| (*a, *b, *c) != (way.trigger(), way.from(), way.to()))
            })
            .map(|way| way.trigger())
            .collect();
        let mut upstream: Vec<&str> = array(triggers).iter().map(text).collect();
        assert_eq!(ours.contains(&"fail"), upstream.contains(&"fail"));
        // It comes last whatever its place is.
        ours.retain(|trigger| *trigger != "fail");
        upstream.retain(|trigger| *trigger != "fail");
        assert_eq!(ours, upstream, "{state}");
    }
}

#[test]
fn other_pairs_of_state_and_trigger_lead_nowhere() {
    let machine = calibration().unwrap();
    let triggers: BTreeSet<String> = machine
        .transitions()
        .map(|way| way.trigger().to_owned())
        .collect();
    with_course(|course| {
        let mut machine = calibration().unwrap();
        for state in State::ALL {
            for trigger in &triggers {
                machine.set_initial(state.name()).unwrap();
                let mut ways = machine.transitions_from(state.name());
                if ways.any(|way| way.trigger() == trigger) {
                    continue;
                }
                drop(ways);
                let refused = machine.trigger(course, trigger, &());
                assert!(matches!(refused, Err(MachineError::NoTransition { .. })));
                assert_eq!(machine.state(), state.name());
            }
        }
    });
}

#[test]
fn every_state_is_written_when_it_is_entered() {
    let Some(table) = entry("state_machines.json", "calibration_machine") else {
        return;
    };
    let states = table["enter_callbacks"].as_object().unwrap().clone();
    let writes = with_course(|course| {
        let mut machine = calibration().unwrap();
        for (state, callbacks) in &states {
            assert!(array(callbacks).contains(&json!("_update_cal_state")));
            machine.set_state(course, state).unwrap();
        }
    });
    let written = writes.iter().filter(|one| one[0] == "state");
    let expected: Vec<Value> = states.keys().map(|state| json!(["state", state])).collect();
    assert_eq!(written.cloned().collect::<Vec<_>>(), expected);
}

/// Something for a machine to work on; gives what was written.
fn with_course(work: impl FnOnce(&mut Course<'_>)) -> Vec<Value> {
    let input = json!({"dependencies": [], "max_iterations": 0, "iterations": [{}]});
    let output = folder();
    let db = StateDb::create_or_open(output.path().join(StateDb::FILE)).unwrap();
    db.ensure([NAME]).unwrap();
    let mut actions = StandIn {
        input: &input,
        output: output.path().into(),
        db: &db,
        trace: Vec::new(),
        writes: Vec::new(),
        messages: Vec::new(),
        iteration: 0,
    };
    work(&mut Course::new(&mut actions, State::Init, 0));
    actions.writes
}

#[test]
fn states_and_ways_of_an_algorithm() {
    let Some(table) = entry("state_machines.json", "algorithm_machine") else {
        return;
    };
    let mut tally = Tally::of("algorithm_machine");
    let names: Vec<&str> = AlgorithmState::ALL
        .iter()
        .map(|state| state.name())
        .collect();
    assert_eq!(json!(names), table["states"]);
    assert_eq!(AlgorithmState::default().name(), text(&table["initial"]));
    for state in AlgorithmState::ALL {
        let mut possible = BTreeSet::new();
        for trigger in AlgorithmTrigger::ALL {
            let same =
                |way: &&Value| way["source"] == state.name() && way["trigger"] == trigger.name();
            let way = array(&table["transitions"]).iter().find(same);
            let to = state.after(trigger).map(AlgorithmState::name);
            assert_eq!(
                to,
                way.map(|way| text(&way["dest"])),
                "{state:?} {trigger:?}"
            );
            possible.extend(to.map(|_| trigger.name()));
            let hooks = way.map_or(0, |way| {
                [&way["before"], &way["after"]]
                    .map(|list| array(list).len())
                    .iter()
                    .sum()
            });
            // There is no condition on any of them, there as here.
            assert!(way.is_none_or(|way| array(&way["conditions"]).is_empty()));
            tally.count(match (way, hooks) {
                (None, _) => "agrees: leads nowhere",
                (Some(_), 0) => "agrees",
                (Some(_), _) => {
                    "agrees; what upstream's machine calls on the way is done by the execution"
                }
            });
        }
        let upstream: BTreeSet<&str> = array(&table["possible_triggers"][state.name()])
            .iter()
            .map(text)
            .collect();
        assert_eq!(possible, upstream, "{state:?}");
    }
}
