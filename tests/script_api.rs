//! The names of the scripting API, asked one by one: expression, and the value it must have.

#![cfg(feature = "script")]

use b2caf::script::{Options, draw, eval};
use serde_json::{Value, json};

/// The last value of a text, or everything that is said about it.
fn value_of(text: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().expect("a folder for the script");
    let path = folder.path().join("script.rhai");
    std::fs::write(&path, text).expect("the script is written");
    let arguments = [(
        "given".to_owned(),
        json!({"z": 1, "a": {"y": [1, 2.5], "b": null}}),
    )];
    let (value, _) = eval(&path, &arguments, &Options::default());
    value.map_err(|all| all.iter().map(|one| draw(one, false)).collect())
}

fn check(cases: &[(&str, Value)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        match value_of(text) {
            Ok(value) if value == *expected => {}
            Ok(value) => wrong.push(format!("{text}\n  gives {value}, not {expected}")),
            Err(said) => wrong.push(format!("{text}\n{said}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn settings() {
    let made = |rest: &str| {
        format!(
            r#"const s = CalibrationSettings(#{{ name: "Times", expert_username: "me", subsystem: "ecl",
            description: "d", input_data_formats: ["CDST"], input_data_names: ["a"],
            expert_config: ordered([["z", 1], ["a", [2, ()]]]) }}); {rest}"#
        )
    };
    check(&[
        (&made("s.name"), json!("Times")),
        (&made("s.subsystem"), json!("ecl")),
        (&made("s.expert_config"), json!({"z": 1, "a": [2, null]})),
        (&made("s.expert_config.z"), json!(1)),
        (
            &made("[s.expert_config.keys(), s.expert_config.len(), s.input_data_names.len()]"),
            json!([["z", "a"], 2, 1]),
        ),
        ("given.a.keys()", json!(["y", "b"])),
        (&made("s.depends_on"), json!([])),
        (&made("s.input_data_formats"), json!(["cdst"])),
        ("INPUT_DATA_FILTERS.Magnet.On", json!("On")),
        (
            r#"const F = INPUT_DATA_FILTERS; `NOT ${F["Data Tag"]["hadron_calib"]}`"#,
            json!("NOT hadron_calib"),
        ),
        (
            "//! What it does.\n//!\n//! And how.\n__doc__",
            json!("What it does.\n\nAnd how."),
        ),
        ("fn doc() { __doc__ } doc()", json!("")),
        (
            r#"let o = ordered([["z", 1], ["a", 2]]); [o.keys(), o.z, o["a"], o.get("b", 7), o.len(), "z" in o, o.contains("q")]"#,
            json!([["z", "a"], 1, 2, 7, 2, true, false]),
        ),
        (r#"ordered([["z", 1]]).items()[0].key"#, json!("z")),
        (
            r#"let n = 0; for entry in ordered([["z", 1], ["a", 2]]).items() { n = n * 10 + entry.value; } n"#,
            json!(12),
        ),
        (r#"map_of(["a", "b"], |k| k + "!").b"#, json!("b!")),
        (
            r##"#{ a: 1 }.get("a", 0) + #{ a: 1 }.get("b", 5)"##,
            json!(6),
        ),
        (r##"check_keys(#{ a: 1 }, ["a", "b"]); true"##, json!(true)),
        (
            "[given.z, given.a.y, given[\"a\"].b, given]",
            json!([1, [1, 2.5], null, {"z": 1, "a": {"y": [1, 2.5], "b": null}}]),
        ),
    ]);
}

#[test]
fn paths_and_native_collectors() {
    let path = "let p = Path().first(10).prescale(0.5).trigger(\"x\"); ";
    let program = r##"external("copy", #{ command: ["cp", "{input}", "{output}"], arguments: #{ fast: true, n: 3 },
        environment: #{ LEVEL: "1" }, trees: ["tree"] })"##;
    check(&[
        ("Path().steps()", json!([])),
        (
            &format!("{path} p.steps()"),
            json!(["first", "prescale", "trigger"]),
        ),
        // A handle: a second name is the same path, a copy is another one.
        (
            &format!(
                "{path} let q = p; let r = p.copy(); q.first(1); r.prescale(1, 7); [p.steps().len(), r.steps().len()]"
            ),
            json!([4, 4]),
        ),
        (
            "create_path().trigger([\"a\", \"b\"], \"and\").steps()",
            json!(["trigger"]),
        ),
        (
            &format!("Path().{program}.first(5).steps()"),
            json!(["copy", "first"]),
        ),
        (
            "let c = Calibration(\"c\"); c.pre_collector_path.first(3); c.pre_collector_path.steps()",
            json!(["first"]),
        ),
        (
            "let c = Calibration(\"c\", #{ collector: register_module(\"CaTest\") }); c.pre_collector_path.first(3); c.pre_collector_path.steps()",
            json!(["first"]),
        ),
        (
            "let c = Calibration(\"c\"); c.pre_collector_path = Path().first(3); [c.pre_collector_path.steps(), c.collections.keys()]",
            json!([["first"], ["default"]]),
        ),
        (
            "let c = register_module(\"CaTest\", #{ spread: 4 }).param(\"granularity\", \"all\"); c.name",
            json!("CaTest"),
        ),
        (
            "let c = Calibration(\"c\", #{ collector: Collector(\"C\", #{ granularity: \"all\" }) }); \
             c.backend_args = #{ queue: \"l\" }; c.max_files_per_collector_job = 3; \
             [c.granularity, c.backend_args.queue, c.max_collector_jobs, c.max_files_per_collector_job, Calibration(\"d\").max_collector_jobs]",
            json!(["all", "l", null, 3, 1000]),
        ),
        (
            "register_module(\"DummyCollector\").name",
            json!("DummyCollector"),
        ),
    ]);
}

#[test]
fn runs_and_intervals() {
    check(&[
        ("IoV(7, 1, 7, 99)", json!([7, 1, 7, 99])),
        ("IoV(ExpRun(7, 1), ExpRun(8, -1)).exp_high", json!(8)),
        (
            "let i = IoV(7, 1, 8, 99); [i.exp_low, i.run_low, i.exp_high, i.run_high]",
            json!([7, 1, 8, 99]),
        ),
        (
            "IoV(7, 1, 7, 99).open_ended().to_string()",
            json!("7,1,-1,-1"),
        ),
        (
            "`${IoV(7, 1, 7, 99)} ${ExpRun(7, 1)}`",
            json!("7,1,7,99 7,1"),
        ),
        (
            "IoV(7, 1, 7, 99).low == ExpRun(7, 1) && IoV(7, 1, 7, 99).high == ExpRun([7, 99])",
            json!(true),
        ),
        ("IoV(7, 1, 7, 9).overlaps(IoV(7, 9, 7, 12))", json!(true)),
        ("IoV(7, 1, 7, 9).contains(IoV(7, 2, 7, 10))", json!(false)),
        ("IoV(7, 1, 7, 9).contains(ExpRun(7, 9))", json!(true)),
        ("IoV(7, 1, 9, 9).contains(ExpRun(8))", json!(true)),
        ("IoV(7, 1, 9, 9).contains(ExpRun(7))", json!(false)),
        ("IoV(7, 1, 9, 9).overlaps(ExpRun(7))", json!(true)),
        ("IoV(7, -1, 7, 9) == IoV(7, 0, 7, 9)", json!(true)),
        ("ExpRun(7, 0).before()", json!([6, -1])),
        ("ExpRun(7, 5).before().run", json!(4)),
        (
            "ExpRun(7, 5) < ExpRun(8, 0) && ExpRun(7, 5) != ExpRun(7, 6)",
            json!(true),
        ),
        ("ExpRun(7, 5) in [ExpRun(7, 4), ExpRun(7, 5)]", json!(true)),
        ("IoV(7, 5, 7, 5) in [IoV(7, 4, 7, 4)]", json!(false)),
        ("max(ExpRun(7, 5), ExpRun(7, 6)).run", json!(6)),
        ("min(IoV(7, 5, 7, 5), IoV(7, 4, 7, 9)).run_low", json!(4)),
        (
            "let a = [ExpRun(7, 5), ExpRun(6, 9)]; a.sort(); a",
            json!([[6, 9], [7, 5]]),
        ),
        ("let a = [3, 1, 2]; a.sort(); a", json!([1, 2, 3])),
        (
            "chunk_by([ExpRun(7, 1), ExpRun(7, 2), ExpRun(8, 1), ExpRun(7, 3)], |r| r.exp).map(|c| c.len())",
            json!([2, 1, 1]),
        ),
        ("chunk_by([1, 2, 5], |n| [n > 2, 0]).len()", json!(2)),
        (
            "[ExpRun(7, 1)] + [[8, 2], [9, 3]].map(|pair| ExpRun(pair))",
            json!([[7, 1], [8, 2], [9, 3]]),
        ),
        (
            "switch ExpRun(7, 1).exp { 7 => \"seven\", _ => \"other\" }",
            json!("seven"),
        ),
    ]);
}

#[test]
fn file_maps() {
    let f = r#"let f = FileMap([["b", IoV(7, 1, 7, 1)], ["a", IoV(7, 1, 7, 1)], ["c", IoV(7, 2, 7, 2)]]);"#;
    let of = |rest: &str| format!("{f} {rest}");
    check(&[
        (&of("f.keys()"), json!(["b", "a", "c"])),
        (&of("f.values()[2]"), json!([7, 2, 7, 2])),
        (&of("f.items()[1].path"), json!("a")),
        (&of("f.items()[1].iov.run_low"), json!(1)),
        (
            &of("[f.len(), f.is_empty(), f.contains(\"c\"), \"d\" in f, \"a\" in f]"),
            json!([3, false, true, false, true]),
        ),
        (
            &of("f.filter(|path, iov| iov.run_low == 1).keys()"),
            json!(["b", "a"]),
        ),
        (&of("f.only([\"c\", \"b\"]).len()"), json!(2)),
        (&of("f.first(2).keys()"), json!(["b", "a"])),
        (
            &of("f.shuffled(3).keys() == f.shuffled(3).keys()"),
            json!(true),
        ),
        (
            &of("let s = f.shuffled(3).keys(); s.sort(); s"),
            json!(["a", "b", "c"]),
        ),
        (&of("f.iovs()"), json!([[7, 1, 7, 1], [7, 2, 7, 2]])),
        (
            &of("(f + FileMap([[\"d\", IoV(7, 3, 7, 3)]])).len()"),
            json!(4),
        ),
        (
            &of("filter_by_max_files_per_run(f).keys()"),
            json!(["b", "c"]),
        ),
        (&of("filter_by_max_files_per_run(f, 2).len()"), json!(3)),
        (&of("group_files_by_iov(f)[0].files.len()"), json!(2)),
        (&of("group_files_by_iov(f)[1].iov.run_low"), json!(2)),
        (
            &of("let n = 0; for file in f.items() { n += file.iov.run_low; } n"),
            json!(4),
        ),
        (
            &format!("import \"std/files\" as files; {f} files::max_per_run(f, 1).keys()"),
            json!(["b", "c"]),
        ),
    ]);
}

#[test]
fn collectors_and_calibrations() {
    let c = r#"let c = Collector("T", #{ granularity: "all", max_events_per_run: 10, prescale: 0.5 }).each("E")
        .define("d", |r| r.t - 1.0).select("s", |r| r.d > 0.0)
        .histogram("h", |r| r.d, regular(10, 0, 1.0, "ns")).per_channel("crystal", |r| r.n, 1..=8)
        .histogram("hh", |r| r.d, regular(10, 0.0, 1.0), |r| r.n, variable([0, 1, 5.5]))
        .profile("p", |r| r.d, regular(2, 0, 2), |r| r.n).efficiency("e", |r| r.d > 0.5)
        .sum("u", |r| r.d).per_channel("a", |r| r.n, 0..4).table("t", ["d", "n"]).table("m", #{ x: |r| r.d * 2.0 });"#;
    let a =
        r#"let a = Algorithm("A").fit("h", Model("line", |x, p| p.a + p.b * x)).tolerate(0.1);"#;
    let of = |rest: &str| format!("{c} {a} {rest}");
    check(&[
        (&of("c.name"), json!("T")),
        (
            &of("let d = c.copy(); d.select(\"more\", |r| r.d < 9.0); [c.name, d.name]"),
            json!(["T", "T"]),
        ),
        (&of("a.name"), json!("A")),
        (
            &of(
                "let k = Calibration(\"K\", #{ collector: c, algorithms: a }); k.algorithms[0].name",
            ),
            json!("A"),
        ),
        (
            &of("let k = Calibration(\"K\", #{ algorithms: [a, a.copy()] }); k.algorithms.len()"),
            json!(2),
        ),
        (
            &of(
                "let k = Calibration(\"K\", #{ algorithms: [a] }); k.algorithms[0].params.apply_iov = IoV(7, 1, -1, -1); a.params.apply_iov",
            ),
            json!([7, 1, -1, -1]),
        ),
        (
            &of(
                "let k = Calibration(\"K\", #{ algorithms: [a] }); for one in k.algorithms { one.params = #{ iov_coverage: IoV(7, 1, 7, 2) }; } a.params.iov_coverage.run_high",
            ),
            json!(2),
        ),
        (
            &of(
                "a.params.payload_boundaries = [ExpRun(7, 1)] + [ExpRun(7, 5)]; a.params.payload_boundaries.len()",
            ),
            json!(2),
        ),
        (
            &of(
                "let b = a.copy(); b.params = #{ step_size: 3 }; [a.params.len(), b.params.step_size]",
            ),
            json!([0, 3]),
        ),
        (
            &of(
                "a.strategy = strategies::SequentialRunByRun; let k = Calibration(\"K\", #{ algorithms: [a] }); k.strategies = strategies::SingleIOV; a.strategy == strategies::SingleIOV",
            ),
            json!(true),
        ),
        (
            &of(
                "let k = Calibration(\"K\", #{ algorithms: [a], strategies: strategies::SimpleRunByRun }); a.strategy == strategies::SimpleRunByRun && k.strategies == strategies::SimpleRunByRun",
            ),
            json!(true),
        ),
        (
            &of(
                "Calibration(\"K\", #{ algorithms: [a] }).cover(IoV(7, 1, 7, 9)).algorithms[0].params.apply_iov.run_high",
            ),
            json!(9),
        ),
        (
            "let k = Calibration(\"K\"); [k.max_iterations, k.save_payloads, k.name, k.input_files.len(), k.collections.len()]",
            json!([5, true, "K", 0, 0]),
        ),
        (
            "let k = Calibration(\"K\", #{ max_iterations: 2 }); k.save_payloads = false; k.max_iterations += 1; [k.max_iterations, k.save_payloads]",
            json!([3, false]),
        ),
        (
            &of(
                "let k = Calibration(\"K\"); k.add_collection(\"x\", Collection(#{ collector: c, input_files: FileMap([[\"a\", IoV(1, 1, 1, 1)]]) })); k.collections.keys()",
            ),
            json!(["x"]),
        ),
        (
            "let k = Calibration(\"K\", #{ input_files: FileMap([[\"a\", IoV(1, 1, 1, 1)]]) }); k.input_files = k.input_files + FileMap([[\"b\", IoV(1, 1, 1, 1)]]); k.input_files.keys()",
            json!(["a", "b"]),
        ),
        (
            "let all = [Calibration(\"a\"), Calibration(\"b\"), Calibration(\"c\")]; chain(all).len()",
            json!(3),
        ),
        (
            "let k = Calibration(\"K\", #{ granularity: \"all\" }); k.granularity",
            json!("all"),
        ),
    ]);
}

#[test]
fn models_and_results() {
    check(&[
        (
            "Model(\"g\", |x, p| p.norm * exp(-0.5 * ((x - p.mean) / p.sigma) ** 2)).parameters",
            json!(["norm", "mean", "sigma"]),
        ),
        (
            "let m = Model(\"l\", |x, p| p.a + p.b * x).start(\"a\", 1).limits(\"b\", 0.0, ()).fix(\"a\", 2.5).range(|h| [h.low, h.high]); m.copy().parameters.len()",
            json!(2),
        ),
        (
            "import \"std/models\" as models; models::gaussian_core(2.0).parameters",
            json!(["norm", "mean", "sigma"]),
        ),
        (
            "AlgResult::ok == AlgResult::ok && AlgResult::ok != AlgResult::failure",
            json!(true),
        ),
    ]);
}

#[test]
fn numbers_and_texts() {
    check(&[
        (
            "[abs(-2.5), sqrt(9.0), exp(0.0), ln(1.0), log10(1000.0), hypot(3.0, 4.0), pow(2.0, 3.0), 2.0 ** 3]",
            json!([2.5, 3.0, 1.0, 0.0, 3.0, 5.0, 8.0, 8.0]),
        ),
        (
            "[sin(0.0), cos(0.0), tan(0.0), asin(0.0), acos(1.0), atan(0.0), atan2(0.0, 1.0), sinh(0.0), cosh(0.0), tanh(0.0)]",
            json!([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        ),
        (
            "[floor(1.7), ceil(1.2), round(2.5), min(1.0, 2.0), max(1, 2)]",
            json!([1.0, 2.0, 3.0, 1.0, 2]),
        ),
        (
            "[div(7, 2), div(-7, 2), to_int(2.9), to_float(7) / 2]",
            json!([3, -3, 2, 3.5]),
        ),
        (
            "[is_nan(NAN), is_nan(1.0), INFINITY > 1e308]",
            json!([true, false, true]),
        ),
        ("abs(PI - 3.141592653589793) < 1e-15", json!(true)),
        ("(2.4).to_int() + (3.0).floor().to_int()", json!(5)),
        ("\"sr_tz1\".without_digits()", json!("sr_tz")),
        ("[5, 7, 9].index_of(|n| n > 6)", json!(1)),
        ("[5].index_of(|n| n > 6)", json!(-1)),
        ("[1, 2, 3].filter(|n| n > 1).map(|n| n * 2)", json!([4, 6])),
        (
            "let out = []; for (x, i) in [\"a\", \"b\"] { out.push(`${i}${x}`); } out",
            json!(["0a", "1b"]),
        ),
        (
            "[10, 20, 30][-1] + [10, 20, 30].extract(0..2).len()",
            json!(32),
        ),
        (
            "if \"x\" != \"y\" && !(3 in [1, 2]) { 1 } else { 2 }",
            json!(1),
        ),
        ("let v = (); v == ()", json!(true)),
        ("1 == 1.0 && [1, 2] == [1, 2]", json!(true)),
        ("50_000_000 - 1", json!(49_999_999)),
    ]);
}

#[test]
fn what_is_refused() {
    let cases = [
        ("1 + \"a\"", "number"),
        ("\"a\" + 1", "number"),
        ("7 / 2", "cut"),
        ("7 % 0", "zero"),
        ("9223372036854775807 + 1", "64 bits"),
        ("let i = IoV(7, 1, 7, 2); i.runn_low", "did you mean"),
        ("IoV(-1, 5, 7, 2)", "no end"),
        ("ExpRun([7])", "pair"),
        (
            "FileMap([[\"a\", IoV(1, 1, 1, 1)]]).only([\"b\"])",
            "b is not among",
        ),
        ("FileMap([[\"a\", 3]])", "pairs"),
        (
            "Collector(\"T\").histogram(\"h\", |r| r.t, regular(0, 0.0, 1.0))",
            "at least one bin",
        ),
        (
            "Collector(\"T\").per_channel(\"n\", |r| r.n, 1..=3)",
            "declared just before",
        ),
        (
            "Collector(\"T\", #{ granularity: \"week\" })",
            "\"run\" or \"all\"",
        ),
        ("Algorithm(\"A\").tolerate(1.5)", "0 to 1"),
        (
            "let a = Algorithm(\"A\"); a.params = #{ apply_iov: IoV(1, 1, 1, 1), iov_coverage: IoV(1, 1, 1, 1) };",
            "exclude",
        ),
        (
            "let a = Algorithm(\"A\"); a.params = #{ aply_iov: IoV(1, 1, 1, 1) };",
            "did you mean `apply_iov`",
        ),
        (
            "let a = Algorithm(\"A\"); a.params.aply_iov = IoV(1, 1, 1, 1);",
            "did you mean `apply_iov`",
        ),
        (
            "let a = Algorithm(\"A\"); a.paramss = #{};",
            "did you mean `params`",
        ),
        (
            "let c = Collector(\"A\"); c.nam = \"x\";",
            "did you mean `name`",
        ),
        (
            "Model(\"l\", |x, p| p.a * x).start(\"b\", 1.0)",
            "no parameter `b`",
        ),
        ("timestamp()", "not for scripts"),
        ("eval(\"1\")", "eval"),
        ("let s = \"x\"; loop { s += s; }", "larger"),
        ("let a = []; a.pad(100_000_000, 0)", "larger"),
        ("let s = CalibrationSettings(#{}); s", "is missing"),
        ("AlgResult::okay", "there are: ok"),
        ("strategies::SingleIoV", "did you mean"),
    ];
    let mut wrong = Vec::new();
    for (text, word) in cases {
        match value_of(text) {
            Ok(value) => wrong.push(format!("{text}\n  gives {value}")),
            Err(said) if said.contains(word) => {}
            Err(said) => wrong.push(format!("{text}\n  does not say {word}:\n{said}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
