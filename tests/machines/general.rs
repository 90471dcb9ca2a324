//! The general machine.
//!
//! After the first step in which ours does something else, the rest of a case goes another way
//! too. So there is a second machine ([`super::model`]): with upstream's habits it must give the
//! vectors, all of them; without them it says what ours must give.

use std::collections::BTreeMap;

use b2caf::caf::machine::{Event, Machine, MachineError, State, Transition};
use serde_json::{Map, Value, json};

use super::golden::{Tally, cases};
use super::model::{Habits, Model, answer, array, hook as written, step, text, thrown};

const UPSTREAM: Habits = Habits {
    first_only: true,
    hides_key_errors: true,
};

const OURS: Habits = Habits {
    first_only: false,
    hides_key_errors: false,
};

#[derive(Default)]
struct Record {
    log: Vec<Value>,
    asked: BTreeMap<String, usize>,
}

type Ours = Machine<Record, &'static str, Value>;

fn state(description: &Value) -> State<Record, &'static str, Value> {
    let mut state = State::new(text(&description["name"]));
    for (kind, enters) in [("enter", true), ("exit", false)] {
        for name in array(&description[kind]) {
            let name = text(name).to_owned();
            let call = move |record: &mut Record, event: &Event<'_, Value>| {
                let Event {
                    from, to, current, ..
                } = event;
                record.log.push(json!([kind, name, from, to, current]));
                thrown(&name)
            };
            state = if enters {
                state.on_enter(call)
            } else {
                state.on_exit(call)
            };
        }
    }
    state
}

fn transition(description: &Value) -> Transition<Record, &'static str, Value> {
    let word = |key: &str| text(&description[key]);
    let mut way = Transition::new(word("trigger"), word("source"), word("dest"));
    for condition in array(&description["conditions"]) {
        let (name, value) = (
            text(&condition["name"]).to_owned(),
            condition["value"].clone(),
        );
        way = way.when(name.clone(), move |record: &mut Record, event| {
            record.log.push(json!(["condition", name, event.argument]));
            let call = record.asked.entry(name.clone()).or_default();
            *call += 1;
            answer(&value, *call - 1)
        });
    }
    let hook = |when: &'static str, name: &Value| {
        let name = text(name).to_owned();
        move |record: &mut Record, event: &Event<'_, Value>| {
            let given = event.argument.unwrap();
            record.log.push(written(when, &name, given, event.current));
            thrown(&name)
        }
    };
    for name in array(&description["before"]) {
        way = way.before(text(name), hook("before", name));
    }
    for name in array(&description["after"]) {
        way = way.after(text(name), hook("after", name));
    }
    way
}

/// Upstream's name of an error.
fn named(error: MachineError<&'static str>, unknown: &'static str) -> &'static str {
    match error {
        MachineError::UnknownState { .. } => unknown,
        MachineError::NoTransition { .. } => "AttributeError",
        MachineError::ConditionFalse { .. } => "ConditionError",
        MachineError::Callback(error) => error,
        other => panic!("an error that upstream does not have: {other}"),
    }
}

fn obey(
    machine: &mut Ours,
    record: &mut Record,
    order: &Value,
) -> Result<Option<Value>, &'static str> {
    let state = order["state"].as_str().unwrap_or_default();
    match text(&order["op"]) {
        "trigger" => {
            let nothing = Value::Object(Map::new());
            let given = order.get("kwargs").unwrap_or(&nothing);
            let done = machine.trigger(record, text(&order["name"]), given);
            done.map(|()| None).map_err(|e| named(e, "KeyError"))
        }
        "set_state" => {
            let done = machine.set_state(record, state);
            done.map(|()| None).map_err(|e| named(e, "MachineError"))
        }
        "set_initial_state" => {
            let done = machine.set_initial(state);
            done.map(|()| None).map_err(|e| named(e, "KeyError"))
        }
        "add_state" => {
            machine.add_state(State::new(state));
            Ok(None)
        }
        "states" => Ok(Some(machine.states().collect())),
        "get_transitions" => {
            let ways = machine.transitions_from(state);
            Ok(Some(ways.map(Transition::trigger).collect()))
        }
        "graph" => Ok(Some(machine.graph("golden").into())),
        other => panic!("the vectors have a step this test does not know: {other}"),
    }
}

fn ours(input: &Value) -> Vec<Value> {
    let states = array(&input["states"]).iter().map(state);
    let built = match input["initial"].as_str() {
        Some(initial) => Ours::new(states, initial),
        // Ours must be told where to begin.
        None => Ours::new(
            states.chain([State::new("default_initial")]),
            "default_initial",
        ),
    };
    let mut machine = match built {
        Ok(machine) => machine,
        Err(error) => return vec![step(Err(named(error, "KeyError")), Vec::new(), "")],
    };
    let mut steps = vec![step(Ok(None), Vec::new(), machine.state())];
    for way in array(&input["transitions"]) {
        let added = machine.add_transition(transition(way)).map(|()| None);
        let added = added.map_err(|error| named(error, "KeyError"));
        steps.push(step(added, Vec::new(), machine.state()));
    }
    let mut record = Record::default();
    for order in array(&input["steps"]) {
        let done = obey(&mut machine, &mut record, order);
        let log = std::mem::take(&mut record.log);
        steps.push(step(done, log, machine.state()));
    }
    steps
}

#[test]
fn machines_go_from_state_to_state() {
    let mut tally = Tally::of("generic");
    for case in cases("state_machines.json", "generic") {
        let input = &case["in"];
        let expected = array(&case["steps"]);
        assert_eq!(
            Model::run(input, UPSTREAM),
            expected,
            "the model is wrong\n{case}"
        );
        let found = ours(input);
        assert_eq!(found, Model::run(input, OURS), "{case}");
        if input["initial"].is_null() {
            tally.count("also: upstream invents a state to begin in: it must be given");
        }
        if found == expected {
            tally.count("agrees");
            continue;
        }
        let named = Habits {
            first_only: true,
            ..OURS
        };
        let tried = Habits {
            first_only: false,
            ..UPSTREAM
        };
        if Model::run(input, named) != expected {
            tally.count(
                "upstream reports a key error of a callback as an unknown state: it is passed on",
            );
        }
        if Model::run(input, tried) != expected {
            tally.count("upstream looks at the first way of a trigger only: each is tried in turn");
        }
    }
}
