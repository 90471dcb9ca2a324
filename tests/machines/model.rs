//! Another machine, written over the vectors' own words: it can be as upstream's or as ours.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What upstream does and we do not.
#[derive(Clone, Copy)]
pub(crate) struct Habits {
    /// Only the first way of a trigger and state is ever looked at.
    pub(crate) first_only: bool,
    /// A key error inside a callback is said to be an unknown state.
    pub(crate) hides_key_errors: bool,
}

pub(crate) struct Model<'a> {
    input: &'a Value,
    habits: Habits,
    states: Vec<&'a str>,
    ways: Vec<&'a Value>,
    current: &'a str,
    log: Vec<Value>,
    /// How often each condition was asked.
    asked: BTreeMap<&'a str, usize>,
}

/// The name of an error as the vectors have it.
type Outcome<T> = Result<T, &'static str>;

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// What Python takes for true.
pub(crate) fn truth(value: &Value) -> bool {
    !(value.is_null() || *value == false || *value == 0 || *value == "")
}

/// What a condition says when it is asked for the `call`-th time.
pub(crate) fn answer(value: &Value, call: usize) -> Outcome<bool> {
    let now = match value {
        Value::Array(answers) => answers.get(call).or(answers.last()).unwrap(),
        other => other,
    };
    if now == "raise" {
        return Err("ValueError");
    }
    Ok(truth(now))
}

/// What a callback of this name throws.
pub(crate) fn thrown(name: &str) -> Outcome<()> {
    if name.starts_with("raise_key") {
        Err("KeyError")
    } else if name.starts_with("raise") {
        Err("ValueError")
    } else {
        Ok(())
    }
}

/// What a hook writes down: one that throws does so before it comes to the state.
pub(crate) fn hook(when: &str, name: &str, given: &Value, current: &str) -> Value {
    match thrown(name) {
        Ok(()) => json!([when, name, given, current]),
        Err(_) => json!([when, name, given]),
    }
}

impl<'a> Model<'a> {
    /// All steps of a case as the machine with these habits makes them.
    pub(crate) fn run(input: &'a Value, habits: Habits) -> Vec<Value> {
        let mut model = Self {
            input,
            habits,
            states: Vec::new(),
            ways: Vec::new(),
            current: "",
            log: Vec::new(),
            asked: BTreeMap::new(),
        };
        let mut steps = Vec::new();
        let built = model.build();
        steps.push(model.step(built.map(|()| None)));
        if built.is_err() {
            return steps;
        }
        for way in array(&input["transitions"]) {
            let ends = [&way["source"], &way["dest"]];
            let known = ends.iter().all(|end| model.states.contains(&text(end)));
            if known {
                model.ways.push(way);
            }
            let added = if known { Ok(None) } else { Err("KeyError") };
            steps.push(model.step(added));
        }
        for order in array(&input["steps"]) {
            let done = model.obey(order);
            steps.push(model.step(done));
        }
        steps
    }

    /// A step in the words of the vectors.
    fn step(&mut self, done: Outcome<Option<Value>>) -> Value {
        let log = std::mem::take(&mut self.log);
        step(done, log, self.current)
    }

    fn build(&mut self) -> Outcome<()> {
        for state in array(&self.input["states"]) {
            self.add(text(&state["name"]));
        }
        let initial = self.input["initial"].as_str();
        let initial = initial.unwrap_or("default_initial");
        if self.input["initial"].is_null() {
            self.add(initial);
        }
        self.begin_in(initial)
    }

    fn add(&mut self, state: &'a str) {
        if !self.states.contains(&state) {
            self.states.push(state);
        }
    }

    fn begin_in(&mut self, state: &'a str) -> Outcome<()> {
        if !self.states.contains(&state) {
            return Err("KeyError");
        }
        self.current = state;
        Ok(())
    }

    fn obey(&mut self, order: &'a Value) -> Outcome<Option<Value>> {
        let state = order["state"].as_str().unwrap_or_default();
        match text(&order["op"]) {
            "trigger" => {
                let nothing = Value::Object(Map::new());
                let given = order.get("kwargs").unwrap_or(&nothing).clone();
                self.trigger(text(&order["name"]), &given).map(|()| None)
            }
            "set_state" if !self.states.contains(&state) => Err("MachineError"),
            "set_state" => self.change(state).map(|()| None),
            "set_initial_state" => self.begin_in(state).map(|()| None),
            "add_state" => {
                self.add(state);
                Ok(None)
            }
            "states" => Ok(Some(json!(self.states))),
            "get_transitions" => {
                let ways = self.sorted().into_iter();
                let here = ways.filter(|way| way["source"] == state);
                Ok(Some(here.map(|way| way["trigger"].clone()).collect()))
            }
            "graph" => Ok(Some(self.graph().into())),
            other => panic!("the vectors have a step this test does not know: {other}"),
        }
    }

    /// Ways by trigger, triggers in the order in which they were first named.
    fn sorted(&self) -> Vec<&'a Value> {
        let first = |way: &Value| {
            let same = |other: &&Value| other["trigger"] == way["trigger"];
            self.ways.iter().position(same)
        };
        let mut ways = self.ways.clone();
        ways.sort_by_key(|way| first(way));
        ways
    }

    fn trigger(&mut self, name: &str, given: &Value) -> Outcome<()> {
        let mut ways = self.sorted();
        ways.retain(|way| way["trigger"] == name && way["source"] == self.current);
        if ways.is_empty() {
            return Err("AttributeError");
        }
        if self.habits.first_only {
            ways.truncate(1);
        }
        for way in ways {
            if self.is_open(way, given)? {
                self.hooks("before", way, given)?;
                self.change(text(&way["dest"]))?;
                return self.hooks("after", way, given);
            }
        }
        Err("ConditionError")
    }

    fn is_open(&mut self, way: &'a Value, given: &Value) -> Outcome<bool> {
        for condition in array(&way["conditions"]) {
            let name = text(&condition["name"]);
            self.log.push(json!(["condition", name, given]));
            let call = self.asked.entry(name).or_default();
            *call += 1;
            if !answer(&condition["value"], *call - 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn hooks(&mut self, when: &str, way: &Value, given: &Value) -> Outcome<()> {
        for name in array(&way[when]) {
            self.log.push(hook(when, text(name), given, self.current));
            thrown(text(name))?;
        }
        Ok(())
    }

    fn change(&mut self, to: &'a str) -> Outcome<()> {
        for (kind, state) in [("exit", self.current), ("enter", to)] {
            let mut all = array(&self.input["states"]).iter();
            // The first of a name is the one that was added; an added one has no callbacks.
            let Some(found) = all.find(|one| one["name"] == state) else {
                continue;
            };
            for name in array(&found[kind]) {
                let entry = json!([kind, name, self.current, to, self.current]);
                self.log.push(entry);
                thrown(text(name)).map_err(|error| match error {
                    "KeyError" if self.habits.hides_key_errors => "MachineError",
                    other => other,
                })?;
            }
        }
        self.current = to;
        Ok(())
    }

    fn graph(&self) -> String {
        let states = self.states.iter();
        let mut lines: Vec<String> = states
            .map(|state| format!("\"{state}\" [shape=ellipse, color=black]"))
            .collect();
        for way in self.sorted() {
            let (from, to, name) = (&way["source"], &way["dest"], &way["trigger"]);
            lines.push(format!("{from} -> {to} [label={name}]"));
        }
        format!("digraph golden {{\n{}\n}}\n", lines.join("\n"))
    }
}

/// A step in the words of the vectors.
pub(crate) fn step(done: Outcome<Option<Value>>, log: Vec<Value>, state: &str) -> Value {
    let mut step = Map::new();
    match done {
        Ok(Some(value)) => {
            step.insert("value".into(), value);
        }
        Ok(None) => {}
        Err(error) => {
            step.insert("error".into(), error.into());
        }
    }
    if !log.is_empty() {
        step.insert("log".into(), log.into());
    }
    // Nothing was built, so it is in no state.
    if !state.is_empty() {
        step.insert("state".into(), state.into());
    }
    step.into()
}
