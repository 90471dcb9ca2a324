//! Jobs, their states, and how they are split.

use std::num::NonZeroUsize;
use std::path::Path;

use b2caf::backend::{Argument, Error, Job, Splitter, Status, in_chunks};
use serde_json::{Value, json};

use crate::golden::{Tally, cases};

fn status(value: &Value) -> Status {
    serde_json::from_value(value.clone()).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

/// A list in groups: the files of a job, so many each.
#[test]
fn grouper() {
    let mut tally = Tally::of("grouper");
    for case in cases("utils.json", "grouper") {
        let items: Vec<i64> = serde_json::from_value(case["in"]["items"].clone()).unwrap();
        let size = case["in"]["n"].as_i64().unwrap();
        if size < 1 {
            assert!(matches!(
                Splitter::max_files(size),
                Err(Error::Limit { .. })
            ));
            assert!(
                case["out"] == json!([]) || case.get("error").is_some(),
                "{case}"
            );
            tally.count("a size below 1 is refused (upstream: with 0 everything is lost)");
            continue;
        }
        let size = NonZeroUsize::new(usize::try_from(size).unwrap()).unwrap();
        assert_eq!(json!(in_chunks(&items, size)), case["out"], "{case}");
        let files: Vec<String> = items.iter().map(ToString::to_string).collect();
        let split = Splitter::MaxFiles(size).split(&files, None).unwrap();
        assert_eq!(split.len(), case["out"].as_array().unwrap().len(), "{case}");
        tally.count("agrees");
    }
}

/// The counting arguments of a case, as the vectors describe them.
fn counting(arguments: &Value) -> Option<Box<dyn Iterator<Item = Vec<Argument>>>> {
    let start = arguments["start"].as_i64()?;
    let step = arguments["step"].as_i64()?;
    let stop = arguments["stop"].as_i64();
    let values = (0..).map(move |number| start + number * step);
    let values = values.take_while(move |value| stop.is_none_or(|stop| *value < stop));
    Some(Box::new(values.map(|value| vec![Argument::Integer(value)])))
}

#[test]
fn splitter() {
    let mut tally = Tally::of("splitter");
    for case in cases("utils.json", "splitter") {
        tally.count(split(&case));
    }
}

fn split(case: &Value) -> &'static str {
    let given = &case["in"];
    let kind = given["splitter"].as_str().unwrap();
    let limit = given["max"].as_i64();
    let made = match (kind, limit) {
        ("MaxFiles", Some(limit)) => Splitter::max_files(limit),
        ("MaxSubjobs", Some(limit)) => Splitter::max_subjobs(limit),
        ("Arguments", limit) => Splitter::arguments(limit),
        _ => panic!("{case}"),
    };
    if limit.is_some_and(|limit| limit < 1) {
        assert!(matches!(made, Err(Error::Limit { .. })), "{case}");
        return "a limit below 1 is refused (upstream crashes or never ends)";
    }
    let name = given["job_name"].as_str().unwrap();
    let mut job = Job::new(name, Path::new("/base")).unwrap();
    job.input_files = texts(&given["input_files"]);
    let mut arguments = counting(&given["arguments"]);
    let arguments = arguments
        .as_mut()
        .map(|all| all as &mut dyn Iterator<Item = _>);
    let ours = job.split(&made.unwrap(), arguments);
    let Some(expected) = case.get("out") else {
        return beyond_the_limit(case, &job, ours);
    };
    ours.unwrap();
    let parts = job.subjobs.iter().zip(job.parts());
    let found: Vec<Value> = parts
        .map(|(subjob, part)| {
            let (files, args) = (&part.input_files, &part.args);
            json!({"id": subjob.id, "name": part.name, "input_files": files, "args": args})
        })
        .collect();
    assert_eq!(json!(found), *expected, "{case}");
    "agrees"
}

/// Arguments whose number upstream holds against them.
fn beyond_the_limit(case: &Value, job: &Job, ours: Result<(), Error>) -> &'static str {
    let given = &case["in"];
    assert_eq!(given["splitter"], "Arguments", "{case}");
    let endless = given["arguments"]["stop"].is_null();
    let limit = given["max"].as_u64();
    let all = counting(&given["arguments"]).unwrap();
    let sets = all
        .take(limit.map_or(1_000_000, |limit| limit as usize + 1))
        .count();
    if endless || limit.is_some_and(|limit| sets as u64 > limit) {
        assert!(
            matches!(ours, Err(Error::TooManyArguments { .. })),
            "{case}"
        );
        return "agrees: too many arguments";
    }
    ours.unwrap();
    let all = counting(&given["arguments"]).unwrap();
    let expected: Vec<Value> = all
        .enumerate()
        .map(|(id, args)| json!({"id": id, "input_files": given["input_files"], "args": args}))
        .collect();
    assert_eq!(json!(job.subjobs), json!(expected), "{case}");
    if limit.is_none() {
        return "no limit means none (upstream: a type error)";
    }
    assert_eq!(limit, Some(sets as u64), "{case}");
    "as many arguments as the limit says are fine (upstream: an error)"
}

#[test]
fn job_status() {
    let mut tally = Tally::of("job_status");
    for case in cases("utils.json", "job_status") {
        let own = status(&case["in"]["own"]);
        let subjobs = case["in"]["subjobs"].as_array().unwrap().iter().map(status);
        let ours = Status::of_subjobs(subjobs).unwrap_or(own);
        assert_eq!(ours, status(&case["out"]["status"]), "{case}");
        assert_eq!(
            json!(ours.has_ended()),
            case["out"]["in_exit_states"],
            "{case}"
        );
        tally.count("agrees");
    }
}

#[test]
fn job_json() {
    let mut tally = Tally::of("job_json");
    let folder = tempfile::tempdir().unwrap();
    for case in cases("utils.json", "job_json") {
        let (given, expected) = (&case["in"], &case["out"]);
        let base = Path::new("/base");
        let text = |name: &str| given[name].as_str().unwrap();
        let mut job = Job::new(text("name"), &base.join(text("working_dir"))).unwrap();
        job.output_dir = base.join(text("output_dir"));
        let sandbox = texts(&given["sandbox"]);
        job.input_sandbox_files = sandbox.iter().map(|file| base.join(file)).collect();
        job.output_patterns = texts(&given["output_patterns"]);
        job.cmd = texts(&given["cmd"]);
        job.args = serde_json::from_value(given["args"].clone()).unwrap();
        job.input_files = texts(&given["input_files"]);
        job.setup_cmds = texts(&given["setup_cmds"]);
        job.backend_args = given["backend_args"].as_object().unwrap().clone();
        if given["split"] == true {
            let limit = given["max_files"].as_i64().unwrap();
            job.split(&Splitter::max_files(limit).unwrap(), None)
                .unwrap();
        }

        let file = folder.path().join("job.json");
        job.write(&file).unwrap();
        let first = std::fs::read_to_string(&file).unwrap();
        let record: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(record, expected["json"], "{case}");
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(json!(keys), expected["key_order"], "{case}");
        let back = Job::read(&file).unwrap();
        assert_eq!(back, job, "{case}");
        back.write(&file).unwrap();
        let same = first == std::fs::read_to_string(&file).unwrap();
        assert_eq!(json!(same), expected["round_trip_equal"], "{case}");
        assert_eq!(json!(job.command()), expected["full_command"], "{case}");
        let parts: Vec<Value> = job
            .parts()
            .map(|part| json!([part.working_dir, part.output_dir, part.command()]))
            .collect();
        assert_eq!(json!(parts), expected["subjob_dirs"], "{case}");
        tally.count("agrees");
    }
}
