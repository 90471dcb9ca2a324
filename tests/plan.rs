//! Plans that are wrong, and the order of those that are not.

use std::sync::Arc;

use indexmap::IndexMap;

use b2caf::calibrate::{Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};
use b2caf::collect::{Binning, Collector, External, Granularity, Object, PathStep, Step, Storage};
use b2caf::expr::{Expr, Formula, Node, Path, Place, Value};
use b2caf::fit::{Model, Options, Parameter, Start};
use b2caf::hist::Axis;
use b2caf::iov::{ExpRun, IoV};
use b2caf::plan::{Calibration, Collection, Plan, calibration_fingerprint, check};
use b2caf::settings::{CalibrationSettings, FieldValue};

fn column(path: &[&str]) -> Expr {
    let path = Path(path.iter().map(ToString::to_string).collect());
    Arc::new(Node::Column(path, Place::default()))
}

fn place(line: u32) -> Place {
    Place {
        source: 1,
        line,
        column: 1,
    }
}

fn collector(objects: &[&str]) -> Collector {
    let mut collector = Collector::new("Times");
    for name in objects {
        collector.steps.push(Step::Fill(Object {
            name: (*name).into(),
            storage: Storage::Histogram(vec![Binning {
                value: Formula::Compiled(column(&["m_time"])),
                axis: Axis::Regular {
                    bins: 10,
                    low: 0.0,
                    high: 1.0,
                    unit: "ns".into(),
                },
            }]),
            channels: Vec::new(),
            place: place(3),
        }));
    }
    collector
}

fn model() -> Model {
    let parameter = |name: &str| Parameter {
        name: name.into(),
        start: Start::Value(1.0),
        limits: (None, None),
        fixed: false,
    };
    Model {
        name: "line".into(),
        formula: Arc::new(Node::Constant(Value::Float(1.0))),
        parameters: vec![parameter("mean"), parameter("sigma")],
        of_rows: false,
        held_at_limit: Vec::new(),
        range: None,
        prepare: None,
        refit: None,
    }
}

fn declared(object: &str, member: Expr) -> Algorithm {
    Algorithm {
        name: "Offsets".into(),
        kind: Kind::Declared(Declared {
            fits: vec![FitStep {
                object: object.into(),
                model: model(),
                options: Options::default(),
                place: place(5),
            }],
            payloads: vec![PayloadRule {
                name: "Offset".into(),
                class: "ExampleCalib".into(),
                members: vec![("m_CalibConst".into(), Formula::Compiled(member))],
                place: place(6),
            }],
            ..Declared::default()
        }),
        strategy: Strategy::SingleIOV,
        params: Params::default(),
        place: place(4),
    }
}

fn calibration(name: &str, depends_on: &[&str]) -> Calibration {
    let collection = Collection {
        collector: Some(collector(&["dt"])),
        input_files: IndexMap::from([("a.root".into(), IoV::EVERYTHING)]),
        path: Default::default(),
    };
    Calibration {
        name: name.into(),
        collections: IndexMap::from([("default".into(), collection)]),
        algorithms: vec![declared("dt", column(&["mean"]))],
        depends_on: depends_on.iter().map(ToString::to_string).collect(),
        ignored_runs: Vec::new(),
        max_iterations: 5,
        save_payloads: true,
        granularity: None,
        place: place(2),
    }
}

fn settings() -> CalibrationSettings {
    let text = |text: &str| FieldValue::Text(text.into());
    CalibrationSettings::from_fields(IndexMap::from([
        ("name".into(), text("Example")),
        ("expert_username".into(), text("expert")),
        ("subsystem".into(), text("example")),
        ("description".into(), text("A test.")),
        ("input_data_formats".into(), FieldValue::texts(["raw"])),
        ("input_data_names".into(), FieldValue::texts(["cosmics"])),
    ]))
    .unwrap()
}

fn plan(calibrations: Vec<Calibration>) -> Plan {
    Plan {
        settings: settings(),
        calibrations,
        requested_iov: IoV::EVERYTHING,
        sources: Vec::new(),
        release: None,
        texts: Vec::new(),
        expert_config: serde_json::Value::Null,
    }
}

fn problems(calibrations: Vec<Calibration>) -> Vec<String> {
    let error = check(&plan(calibrations)).unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn the_order_is_that_of_the_script_where_nothing_else_asks() {
    let order = check(&plan(vec![
        calibration("d", &["b", "c"]),
        calibration("c", &["a"]),
        calibration("b", &["a"]),
        calibration("a", &[]),
        calibration("e", &[]),
    ]))
    .unwrap();
    assert_eq!(order.sequence, [3, 4, 1, 2, 0]);
    assert_eq!(order.waits_for[0], [3, 1, 2]);
    assert_eq!(order.waits_for[1], [3]);
    assert!(order.waits_for[4].is_empty());
}

#[test]
fn cycles_are_drawn() {
    let cycle = |text: &str| {
        format!(
            "calibrations wait for each other: {text}; an arrow reads \"runs before\"; take one `depends_on` away"
        )
    };
    let three = vec![
        calibration("free", &[]),
        calibration("a", &["c", "free"]),
        calibration("b", &["a"]),
        calibration("c", &["b"]),
        calibration("after", &["c"]),
    ];
    assert_eq!(problems(three), [cycle("a → b → c → a")]);
    let two_ways = vec![calibration("a", &["b"]), calibration("b", &["a"])];
    assert_eq!(problems(two_ways), [cycle("a → b → a")]);
    assert_eq!(problems(vec![calibration("a", &["a"])]), [cycle("a → a")]);
    let two = vec![
        calibration("a", &["b"]),
        calibration("b", &["a"]),
        calibration("c", &["d", "a"]),
        calibration("d", &["c"]),
    ];
    assert_eq!(problems(two), [cycle("a → b → a"), cycle("c → d → c")]);
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_script() {
    let mut first = calibration("first", &["secnod"]);
    first.algorithms.clear();
    let mut second = calibration("second", &[]);
    second.algorithms = vec![declared("td", column(&["meen"]))];
    second.algorithms[0].strategy = Strategy::SequentialRunByRun;
    second.algorithms[0].params.apply_iov = Some(IoV::EVERYTHING);
    let mut third = calibration("second", &[]);
    third.collections[0].input_files.clear();
    third.max_iterations = 0;
    assert_eq!(
        problems(vec![first, second, third]),
        [
            "two calibrations have the name second; give one of them another name: results are filed under it",
            "calibration first has no algorithms; give it at least one: `algorithms: [Algorithm(\"…\")…]`",
            "algorithm Offsets: the strategy SequentialRunByRun does not read `apply_iov`; it reads step_size, iov_coverage, has_experiment_settings; SingleIOV reads `apply_iov`",
            "algorithm Offsets asks for `td`, which no collector of calibration second fills; did you mean `dt`?",
            "`meen` is no column of a row of fits (in `payload`); did you mean `mean`?",
            "collection default of calibration second has no input files; give `input_files`; a filter may have taken all of them away",
            "calibration second may not iterate at all: max_iterations is 0; max_iterations counts every pass, so 1 is the least",
            "calibration first waits for `secnod`, which is not among the calibrations of the script; did you mean `second`?",
        ]
    );
}

/// All problems; none for a plan that can run.
fn found_in(calibration: Calibration) -> Vec<String> {
    match check(&plan(vec![calibration])) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

/// Problems of a calibration whose algorithm has that strategy and these params.
fn strategy_problems(strategy: Strategy, params: Params) -> Vec<String> {
    let mut calibration = calibration("a", &[]);
    calibration.algorithms[0].strategy = strategy;
    calibration.algorithms[0].params = params;
    found_in(calibration)
}

#[test]
fn each_strategy_reads_its_own_params() {
    let set: [(&str, fn(&mut Params)); 5] = [
        ("apply_iov", |p| p.apply_iov = Some(IoV::EVERYTHING)),
        ("iov_coverage", |p| p.iov_coverage = Some(IoV::EVERYTHING)),
        ("payload_boundaries", |p| {
            p.payload_boundaries = Some(vec![])
        }),
        ("step_size", |p| p.step_size = Some(2)),
        ("has_experiment_settings", |p| {
            p.has_experiment_settings = true;
        }),
    ];
    // As upstream documents them.
    for (strategy, read) in [
        (Strategy::SingleIOV, "apply_iov"),
        (
            Strategy::SequentialRunByRun,
            "step_size iov_coverage has_experiment_settings",
        ),
        (Strategy::SimpleRunByRun, ""),
        (
            Strategy::SequentialBoundaries,
            "iov_coverage payload_boundaries",
        ),
    ] {
        for (name, set) in set {
            let mut params = Params::default();
            if strategy == Strategy::SequentialBoundaries {
                params.payload_boundaries = Some(vec![ExpRun::new(7, 1)]);
            }
            set(&mut params);
            let found = strategy_problems(strategy.clone(), params);
            let known = read.split(' ').any(|read| read == name);
            assert_eq!(found.is_empty(), known, "{name}: {found:?}");
            assert!(known || found[0].contains("does not read"), "{found:?}");
        }
    }
    let mut both = Params::default();
    set[0].1(&mut both);
    set[1].1(&mut both);
    let found = strategy_problems(Strategy::SingleIOV, both);
    assert!(found[0].contains("exclude each other"), "{found:?}");
    let step = Params {
        step_size: Some(0),
        ..Params::default()
    };
    let found = strategy_problems(Strategy::SequentialRunByRun, step);
    assert_eq!(
        found,
        [
            "algorithm Offsets: `step_size` is 0, so no run would ever be executed; give a number of runs above 0"
        ]
    );
}

#[test]
fn algorithms_of_one_calibration_have_different_names() {
    let mut twice = calibration("a", &[]);
    twice.algorithms.push(declared("dt", column(&["mean"])));
    assert_eq!(
        found_in(twice),
        [
            "two algorithms of calibration a have the name Offsets; give one of them another name: results are filed under it"
        ]
    );
}

#[test]
fn boundaries_come_from_somewhere_and_are_runs() {
    let boundaries = |runs: Option<Vec<(i32, i32)>>| {
        let runs = runs.map(|runs| runs.into_iter().map(ExpRun::from).collect());
        let params = Params {
            payload_boundaries: runs,
            ..Params::default()
        };
        strategy_problems(Strategy::SequentialBoundaries, params)
    };
    assert_eq!(
        boundaries(None),
        [
            "algorithm Offsets: where do payloads begin? SequentialBoundaries has no list, and the algorithm does not say; give `payload_boundaries` in its params, or `.boundary_required(|data| …)`"
        ]
    );
    assert!(boundaries(Some(vec![(7, 9), (7, 0), (7, 9)])).is_empty());
    assert_eq!(
        boundaries(Some(vec![(7, 9), (7, -1), (-1, -1)])),
        [
            "algorithm Offsets: `payload_boundaries` holds 7,-1, which is no run; give the first run of each payload; experiment and run are 0 or more",
            "algorithm Offsets: `payload_boundaries` holds -1,-1, which is no run; give the first run of each payload; experiment and run are 0 or more",
        ]
    );
}

#[test]
fn strategies_fit_their_parameters_and_their_data() {
    let with = |strategy: Strategy, change: fn(&mut Calibration)| {
        let mut one = calibration("a", &[]);
        one.algorithms[0].strategy = strategy;
        change(&mut one);
        let problems = check(&plan(vec![one])).err();
        let all = problems.iter().flat_map(|error| error.problems());
        all.map(|problem| problem.code).collect::<Vec<_>>()
    };
    let coverage = |c: &mut Calibration| {
        c.algorithms[0].params.iov_coverage = Some(IoV::EVERYTHING);
    };
    let boundaries = |c: &mut Calibration| {
        c.algorithms[0].params.payload_boundaries = Some(vec![ExpRun::new(7, 1)]);
    };
    let together = |c: &mut Calibration| c.granularity = Some(Granularity::All);
    let unused = ["plan::unused-parameter"];
    assert_eq!(with(Strategy::SingleIOV, coverage), unused);
    assert_eq!(with(Strategy::SimpleRunByRun, coverage), unused);
    assert!(with(Strategy::SequentialRunByRun, coverage).is_empty());
    assert!(with(Strategy::SequentialBoundaries, boundaries).is_empty());
    let unknown = ["plan::no-boundaries"];
    assert_eq!(with(Strategy::SequentialBoundaries, coverage), unknown);
    assert!(with(Strategy::SingleIOV, together).is_empty());
    assert_eq!(
        with(Strategy::SimpleRunByRun, together),
        ["plan::granularity"]
    );
}

#[test]
fn constants_in_force_are_members_of_the_same_payload() {
    let mut good = calibration("a", &[]);
    good.algorithms = vec![declared("dt", column(&["previous", "m_CalibConst"]))];
    assert!(check(&plan(vec![good])).is_ok());
    let mut bad = calibration("a", &[]);
    bad.algorithms = vec![declared("dt", column(&["previous", "m_CalibCost"]))];
    assert_eq!(
        problems(vec![bad]),
        [
            "`previous.m_CalibCost` is no column of a row of fits (in `payload`); did you mean `m_CalibConst`?"
        ]
    );
}

#[test]
fn formulas_must_give_what_is_asked() {
    let mut bad = calibration("a", &[]);
    bad.algorithms = vec![declared("dt", column(&["ok"]))];
    let Kind::Declared(rules) = &mut bad.algorithms[0].kind else {
        panic!("it was declared");
    };
    rules.accept = Some(Formula::Compiled(column(&["mean"])));
    let found = problems(vec![bad]);
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("truth value"), "{found:?}");
    assert!(found[1].contains("number"), "{found:?}");
    // A parameter must not take the place of another column.
    let mut taken = calibration("a", &[]);
    let Kind::Declared(rules) = &mut taken.algorithms[0].kind else {
        panic!("it was declared");
    };
    rules.fits[0].model.parameters[1].name = "entries".into();
    let found = problems(vec![taken]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("column entries already"), "{found:?}");
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    for name in ["", "../up", "a/b", ".hidden", "outputdb", "a\nb"] {
        let found = problems(vec![calibration(name, &[])]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("cannot be the name of a calibration"),
            "{found:?}"
        );
    }
}

#[test]
fn fingerprints_change_with_what_matters() {
    let base = calibration_fingerprint(&calibration("a", &[]));
    let mut moved = calibration("a", &[]);
    moved.place = place(77);
    moved.collections[0]
        .collector
        .as_mut()
        .unwrap()
        .steps
        .iter_mut()
        .for_each(|step| {
            if let Step::Fill(object) = step {
                object.place = place(78);
            }
        });
    assert_eq!(calibration_fingerprint(&moved), base);
    let mut other = calibration("a", &[]);
    other.algorithms = vec![declared("dt", column(&["sigma"]))];
    let mut file = calibration("a", &[]);
    file.collections[0].input_files = IndexMap::from([("b.root".into(), IoV::EVERYTHING)]);
    let mut ignoring = calibration("a", &[]);
    ignoring.ignored_runs = vec![ExpRun::new(7, 1)];
    let named = [calibration("b", &[]), calibration("a", &["b"])];
    for changed in [other, file, ignoring].into_iter().chain(named) {
        assert_ne!(calibration_fingerprint(&changed), base);
    }
}

#[test]
fn collections_that_fill_one_object_must_fill_it_alike() {
    let mut one = calibration("one", &[]);
    let second = one.collections["default"].clone();
    one.collections.insert("second".into(), second);
    assert!(check(&plan(vec![one.clone()])).is_ok());
    for step in &mut one.collections["second"].collector.as_mut().unwrap().steps {
        if let Step::Fill(object) = step {
            object.storage = Storage::Sum(formula());
        }
    }
    let problems = check(&plan(vec![one])).unwrap_err();
    let codes: Vec<&str> = problems.problems().iter().map(|p| p.code).collect();
    assert_eq!(codes, ["plan::objects-differ"]);
}

fn formula() -> Formula {
    Formula::Compiled(column(&["dt"]))
}

#[test]
fn a_step_without_data_needs_files_and_has_no_objects() {
    let mut one = calibration("one", &[]);
    one.collections["default"].collector = None;
    let codes = |one: &Calibration| -> Vec<&'static str> {
        let problems = check(&plan(vec![one.clone()])).unwrap_err();
        problems.problems().iter().map(|p| p.code).collect()
    };
    assert_eq!(codes(&one), ["plan::unknown-object"]);
    one.collections.clear();
    assert_eq!(codes(&one), ["plan::no-files", "plan::unknown-object"]);
}

#[test]
fn what_happens_before_the_collector_is_part_of_the_fingerprint() {
    let print = |steps: Vec<PathStep>| {
        let mut one = calibration("one", &[]);
        one.collections["default"].path.steps = steps;
        calibration_fingerprint(&one)
    };
    let external = |file: &str| {
        let words = ["cp", "{input}", "{output}"].map(str::to_owned);
        let mut external = External::new("copy", words.into(), place(9)).unwrap();
        external.file(std::path::Path::new(file)).unwrap();
        PathStep::External(Box::new(external))
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let here = write("a/steering.py", "one");
    let same = write("b/steering.py", "one");
    let other = write("c/steering.py", "two");
    let all = [
        print(Vec::new()),
        print(vec![PathStep::First(3)]),
        print(vec![PathStep::First(4)]),
        print(vec![PathStep::prescale(0.5, 1).unwrap()]),
        print(vec![PathStep::prescale(0.5, 2).unwrap()]),
        print(vec![external(&here)]),
        print(vec![external(&other)]),
    ];
    assert!((1..all.len()).all(|i| !all[..i].contains(&all[i])));
    // The content counts, not the place.
    assert_eq!(print(vec![external(&here)]), print(vec![external(&same)]));
}
