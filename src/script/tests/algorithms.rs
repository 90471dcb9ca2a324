//! How scripted algorithms answer, what they save, and how they go wrong.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use crate::calibrate::{AlgResult, Answer, Kind, Opaque, Scripted};
use crate::conditions::{Payload, Store};
use crate::iov::{ExpRun, IoV};

use super::super::bindings::AlgorithmHandle;
use super::harness::{answer, data, executed, executed_with, input, value};

fn scripted(body: &str) -> String {
    format!("Algorithm(\"A\").calibrate(|data| {{ {body} }})")
}

fn hooks(text: &str) -> (Arc<dyn Scripted>, super::super::load::Text) {
    let (value, text) = value(text).unwrap();
    match value.cast::<AlgorithmHandle>().get().kind {
        Kind::Scripted(scripted) => (scripted, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_algorithm_answers_with_a_result_and_a_sentence() {
    for (body, result, message) in [
        ("AlgResult::ok", AlgResult::Ok, ""),
        ("AlgResult::iterate", AlgResult::Iterate, ""),
        (
            "AlgResult::iterate(\"once more\")",
            AlgResult::Iterate,
            "once more",
        ),
        (
            "return AlgResult::not_enough_data(`${1 + 1} hits`);",
            AlgResult::NotEnoughData,
            "2 hits",
        ),
        (
            "AlgResult::failure(\"broken\")",
            AlgResult::Failure,
            "broken",
        ),
        (
            "if true { return AlgResult::failure; } AlgResult::ok",
            AlgResult::Failure,
            "",
        ),
    ] {
        let execution = executed(&scripted(body));
        assert_eq!(
            (execution.result, execution.message.as_str()),
            (result, message),
            "{body}"
        );
    }
}

#[test]
fn anything_else_than_a_result_is_a_failure_at_its_place() {
    for (body, kind) in [
        ("1", "an int"),
        ("let x = 1;", "nothing"),
        ("data", "a Data"),
    ] {
        let execution = executed(&scripted(body));
        assert_eq!(execution.result, AlgResult::Failure, "{body}");
        let expected =
            format!("`calibrate` failed: `calibrate` must give an AlgResult, not {kind}");
        assert!(
            execution.message.starts_with(&expected),
            "{}",
            execution.message
        );
        assert_eq!(execution.place.map(|place| place.line), Some(1));
    }
}

#[test]
fn errors_stand_where_they_happen_and_endless_loops_end() {
    let text = "fn deep(data) {\n    let n = 0;\n    data.table(\"hists\")\n}\n\
        Algorithm(\"A\").calibrate(|data| { deep(data); AlgResult::ok })";
    let execution = executed(text);
    assert_eq!(execution.result, AlgResult::Failure);
    assert!(
        execution.message.contains("did you mean `hits`?"),
        "{}",
        execution.message
    );
    assert_eq!(execution.place.map(|p| (p.line, p.column)), Some((3, 10)));
    let execution =
        executed("Algorithm(\"A\").calibrate(|data| {\n  let n = 0;\n  loop { n += 1; }\n})");
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.place.map(|p| p.line),
        Some(3),
        "{}",
        execution.message
    );
    // Steps over whole tables count for many operations: 2500 are too many here.
    let text = |n: &str| {
        format!(
            "Algorithm(\"A\").calibrate(|data| {{\n  for n in 0..{n} {{\n data.table(\"hits\"); }}\n AlgResult::ok }})"
        )
    };
    assert_eq!(executed(&text("2000")).result, AlgResult::Ok);
    let execution = executed(&text("20000"));
    assert_eq!(execution.result, AlgResult::Failure);
    assert!(
        execution.message.contains("does not come to an end"),
        "{}",
        execution.message
    );
    assert!(execution.place.is_some_and(|p| (2..=3).contains(&p.line)));
    let execution = executed("fn f(x) { f(x) }\nAlgorithm(\"A\").calibrate(|data| f(data))");
    assert_eq!(
        execution.result,
        AlgResult::Failure,
        "{}",
        execution.message
    );
}

#[test]
fn what_is_said_becomes_notes() {
    let execution = executed(&scripted(
        "info(\"a\"); warning(\"b\"); print(\"c\"); data.note(\"d\"); AlgResult::ok",
    ));
    assert_eq!(execution.notes, ["a", "b", "c", "d"]);
    let slow = "for n in 0..3 { data.table(\"hits\").any(|h| { let n = 0; while n < h.time { n += 1; } n > 2 }); } AlgResult::ok";
    let notes = executed(&scripted(slow)).notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].starts_with("script.rhai:1: this closure runs row by row"),
        "{notes:?}"
    );
}

#[test]
fn captured_values_are_those_of_the_time_of_writing() {
    let text = "let n = [1]; let a = Algorithm(\"A\").calibrate(|data| { n.push(2); data.result.x = n; AlgResult::ok }); \
        n.push(9); a";
    let (scripted, _text) = hooks(text);
    for _ in 0..2 {
        let data = data();
        scripted.calibrate(&data).unwrap();
        assert_eq!(answer(data.result().as_ref()), "[1, 2]");
    }
    let text = "let m = Model(\"m\", |x, p| p.a + 0.0 * x); let all = #{ m: [m] }; \
        let a = Algorithm(\"A\").calibrate(|data| { \
            data.result.x = fit(data.histogram(\"all\"), all.m[0]).a; AlgResult::ok }); m.fix(\"a\", 7.0); a";
    let (scripted, _text) = hooks(text);
    let data = data();
    scripted.calibrate(&data).unwrap();
    let fitted: f64 = answer(data.result().as_ref()).parse().unwrap();
    assert!((fitted - 1.0).abs() < 1e-6, "{fitted}");
}

#[test]
fn setup_and_boundaries_are_asked_with_what_earlier_runs_left() {
    let text = "Algorithm(\"A\").setup(|data| { data.result.n = 10; })\
        .boundary_required(|data| { data.result.n = data.result.get(\"n\", 0) + 1; data.result.n % 2 == 0 })\
        .calibrate(|data| AlgResult::ok)";
    let (scripted, _text) = hooks(text);
    assert!(scripted.finds_boundaries());
    let data = data();
    scripted.setup(&data).unwrap();
    let found: Vec<bool> = (0..3)
        .map(|_| scripted.boundary_required(&data).unwrap())
        .collect();
    assert_eq!(found, [false, true, false]);
    let (scripted, _text) = hooks("Algorithm(\"A\").boundary_required(|data| 1)");
    let failure = scripted.boundary_required(&data).unwrap_err();
    assert_eq!(
        failure.message,
        "`boundary_required` must give true or false, not an int"
    );
    assert!(scripted.calibrate(&data).is_err());
    let (scripted, _text) = hooks("Algorithm(\"A\").calibrate(|data| AlgResult::ok)");
    assert!(!scripted.finds_boundaries());
    assert!(scripted.setup(&data).is_ok() && scripted.boundary_required(&data).is_err());
    let ok = Answer {
        result: AlgResult::Ok,
        message: String::new(),
    };
    assert_eq!(scripted.calibrate(&data), Ok(ok));
}

#[test]
fn options_come_from_the_strategy_and_results_go_back() {
    let (map, _text) = value("#{ stage: \"check\", runs: [ExpRun(7, 1)] }").unwrap();
    let mut input = input(Vec::new());
    input.options = Some(Opaque::new(map, "…"));
    let body = "data.result.list = []; data.result.list.push(data.options.stage); data.result.n = data.options.runs.len(); AlgResult::ok";
    let execution = executed_with(&scripted(body), &input);
    let answer = execution.answer.unwrap();
    assert_eq!(answer.text(), r#"#{"list": ["check"], "n": 1}"#);
}

#[test]
fn members_and_tables_become_payloads() {
    let saved = |body: &str| {
        let execution = executed(&scripted(&format!(
            "let t = data.table(\"hits\"); {body}; AlgResult::ok"
        )));
        match execution.payloads.as_slice() {
            [one] => {
                let payload = &one.payload;
                json!([
                    payload.name,
                    payload.class,
                    payload.channels,
                    payload.members,
                    one.iov.to_string()
                ])
            }
            _ => json!(execution.message),
        }
    };
    let iov = "7,1,7,1";
    assert_eq!(
        saved("data.save(\"P\", #{ a: 1, b: 2.5 })"),
        json!(["P", "P", {}, {"a": [1.0], "b": [2.5]}, iov])
    );
    assert_eq!(
        saved(
            "data.save(\"P\", #{ channel: [3, 4], m_timeDelay: [1, 2.5] }, #{ class: \"KLMTimeCableDelay\", iov: IoV(7, 0, 8, -1) })"
        ),
        json!(["P", "KLMTimeCableDelay", {"channel": [3, 4]}, {"m_timeDelay": [1.0, 2.5]}, "7,0,8,-1"])
    );
    // Columns know the channels of their table.
    let one = "let c = t.distinct(\"channel\", [\"time\", \"side\"])";
    assert_eq!(
        saved(&format!(
            "{one}; data.save(\"P\", #{{ twice: 2.0 * c.time }})"
        )),
        json!(["P", "P", {"channel": [1, 2, 4]}, {"twice": [2.0, 4.0, 20.0]}, iov])
    );
    assert_eq!(
        saved(&format!("{one}; data.save(\"P\", c)")),
        json!(["P", "P", {"channel": [1, 2, 4]}, {"time": [1.0, 2.0, 10.0]}, iov])
    );
    assert_eq!(
        saved("data.save(\"P\", t.first(2), #{ columns: [\"time\"] })"),
        json!(["P", "P", {"row": [0, 1]}, {"time": [1.0, 3.0]}, iov])
    );
    for (body, expected) in [
        (
            "data.save(\"P\", #{ a: [1, 2] })",
            "payload P: `a` has several values, and nothing says of which channels",
        ),
        (
            "data.save(\"P\", #{ a: t.first(1).time, b: t.first(2).time })",
            "payload P: `b` belongs to other channels",
        ),
        (
            "data.save(\"P\", #{ a: t.side })",
            "payload P: `a` does not hold numbers",
        ),
        (
            "data.save(\"P\", #{ a: \"x\" })",
            "payload P: `a` is a string, not numbers",
        ),
        (
            "data.save(\"P\", 1)",
            "payload P: an int is no map of members and no table",
        ),
        ("data.save(\"P\", t)", "payload P: channel 1 appears twice"),
        (
            "data.save(\"P\", t, #{ column: [\"time\"] })",
            "options of `save` have no key `column`",
        ),
        (
            "data.save(\"P\", t, #{ columns: [\"tiem\"] })",
            "the table has no column `tiem`",
        ),
        ("data.save(\"P\", #{})", "payload P has no members"),
        ("data.save(\"P\", #{ a: NAN })", "payload P"),
    ] {
        let found = saved(body);
        let found = found
            .as_str()
            .unwrap_or_default()
            .replace("`calibrate` failed: ", "");
        assert!(found.contains(expected), "{body}\n{found}\n{expected}");
    }
}

#[test]
fn constants_in_force_are_tables() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let mut commit = store.commit();
    for (name, member) in [("Times", "t0"), ("Widths", "sigma")] {
        let payload = Payload {
            name: name.into(),
            class: "ExampleCalib".into(),
            channels: IndexMap::from([("crystal".to_owned(), vec![1, 2])]),
            members: IndexMap::from([(member.to_owned(), vec![0.5, 0.25])]),
            object: None,
        };
        let iov = IoV::new(ExpRun::new(7, 0), ExpRun::new(7, 5)).unwrap();
        commit.add(payload, iov, json!({})).unwrap();
    }
    commit.finish().unwrap();
    let given = |expression: &str, earlier: bool| {
        let mut input = input(vec![store.clone()]);
        input.earlier = earlier.then(|| store.clone());
        let body = format!("data.result.x = {expression}; AlgResult::ok");
        let execution = executed_with(&scripted(&body), &input);
        match execution.result {
            AlgResult::Ok => answer(execution.answer.as_ref()),
            _ => execution.message.replace("`calibrate` failed: ", ""),
        }
    };
    let times = "let p = data.payload(\"Times\"); [p.channel.to_array(), p.t0.to_array()]";
    let times = format!("{{ {times} }}");
    assert_eq!(given(&times, false), "[[1, 2], [0.5, 0.25]]");
    assert_eq!(
        given("data.payload(\"Times\", ExpRun(7, 5)).len()", false),
        "2"
    );
    assert!(
        given("data.payload(\"Times\", ExpRun(7, 6))", false)
            .contains("there are no constants `Times` in force for run 7,6")
    );
    assert_eq!(
        given("data.previous(\"sigma\").sigma.to_array()", true),
        "[0.5, 0.25]"
    );
    assert!(
        given("data.previous(\"t1\")", true).contains("no earlier iteration saved a member `t1`")
    );
    assert!(given("data.previous(\"t0\")", false).contains("no earlier iteration"));
    // Look-ups that were written before are those of the first run.
    let text = "let t0 = payload(\"Times\").column(\"t0\"); Algorithm(\"A\").calibrate(|data| { \
        data.result.x = data.table(\"hits\").column(|h| h.time - t0.at(h.channel)).to_array(); AlgResult::ok })";
    let execution = executed_with(text, &input(vec![store.clone()]));
    let found = answer(execution.answer.as_ref());
    assert_eq!(
        found, "[0.5, 2.5, 1.75, 3.75, 5.75, NaN]",
        "{}",
        execution.message
    );
    assert_eq!(
        execution.notes,
        ["1 row looked up in Times.t0 for a channel that is not there"]
    );
    // Without another class, that of the constants in force is kept.
    let body = "data.save(\"Times\", #{ t0: data.payload(\"Times\").t0 }); AlgResult::ok";
    let execution = executed_with(&scripted(body), &input(vec![store.clone()]));
    assert_eq!(execution.payloads[0].payload.class, "ExampleCalib");
}
