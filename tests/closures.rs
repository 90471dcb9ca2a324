//! Closures of whole scripts: what a collector gets, compiled or row by row, and what is said.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use b2caf::collect::{Collector, Step};
use b2caf::dataset::InputData;
use b2caf::expr::{Column, Formula, Table, Value};
use b2caf::iov::IoV;
use b2caf::script::{Diagnostic, Options, Script};
use serde_json::Map;
use tempfile::TempDir;

const HEAD: &str = r#"
import "lib/shared" as common;
const LIMIT = 0.5;
const CUTS = #{ energy: 0.3, layers: [1, 2] };
export const settings = CalibrationSettings(#{
    name: "Closures", expert_username: "mmuster", subsystem: "example", description: "closures",
    input_data_formats: ["cdst"], input_data_names: ["sample"],
    expert_config: #{ least: 2, window: [0.1, 0.9] },
});
fn is_wire(c) { c.kind == "wire" }
fn halved(x) { if x > LIMIT { return x / 2.0; } x }
fn get_calibrations(input_data, kwargs) {
    let config = kwargs.expert_config;
    let iov = kwargs.requested_iov;
    let collector = Collector("Closures");
"#;

const TAIL: &str = r#"
    [Calibration("closures", #{ collector: collector, algorithms: [Algorithm("a").fit("h", Model("m", |x, p| p.a * x))] })]
}
"#;

const SHARED: &str = r#"
const MASS = 0.25;
fn energy(t) { sqrt(t.p ** 2 + MASS ** 2) }
fn apply(collector, name, row) { collector.define(name, row) }
fn squared(x) { (-x) ** 2 }
fn limited(collector, name) { let most = 3; collector.define(name, |c| min(c.n, most)) }
"#;

/// A script with these statements between head and tail, beside a module `lib/shared`.
fn load(statements: &str) -> (Result<Vec<Collector>, Vec<Diagnostic>>, Vec<Diagnostic>) {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("lib")).unwrap();
    fs::write(folder.path().join("lib/shared.rhai"), SHARED).unwrap();
    let path = folder.path().join("closures.rhai");
    fs::write(&path, format!("{}{statements}{TAIL}", HEAD.trim_start())).unwrap();
    plan(&path)
}

fn plan(path: &Path) -> (Result<Vec<Collector>, Vec<Diagnostic>>, Vec<Diagnostic>) {
    let script = match Script::load(path, &Options::default()) {
        Ok(script) => script,
        Err(found) => return (Err(found), Vec::new()),
    };
    let iov = IoV::try_from([7, 1, 7, 9]).unwrap();
    let plan = script.plan(&InputData::default(), iov, &Map::new());
    let collectors = plan.map(|plan| {
        let calibrations = plan.calibrations.into_iter();
        let collections = calibrations.flat_map(|c| c.collections.into_values());
        collections.filter_map(|c| c.collector).collect()
    });
    (collectors, script.take_messages())
}

/// Formulas of a collector's new columns, by name.
fn defined(statements: &str) -> (Vec<(String, Formula)>, Vec<Diagnostic>) {
    let (collectors, messages) = load(statements);
    let steps = collectors.unwrap().remove(0).steps.into_iter();
    let formulas = steps.filter_map(|step| match step {
        Step::Define(name, formula, _) => Some((name, formula)),
        _ => None,
    });
    (formulas.collect(), messages)
}

/// Three rows.
fn rows() -> Table {
    let mut table = Table::new();
    let mut push = |name: &str, column: Column| table.push(name, column).unwrap();
    push("p", Column::Float(vec![0.0, 0.6, 3.0]));
    push("n", Column::Int(vec![1, 2, 7]));
    push("ok", Column::Bool(vec![true, false, true]));
    push(
        "kind",
        Column::Text(["wire", "pixel", "wire"].map(Arc::from).to_vec()),
    );
    table
}

fn values(formula: &Formula) -> Vec<Value> {
    let column = rows().evaluate(formula).unwrap();
    (0..3).filter_map(|row| column.value(row)).collect()
}

fn floats(values: [f64; 3]) -> Vec<Value> {
    values.map(Value::Float).to_vec()
}

fn ints(values: [i64; 3]) -> Vec<Value> {
    values.map(Value::Int).to_vec()
}

fn bools(values: [bool; 3]) -> Vec<Value> {
    values.map(Value::Bool).to_vec()
}

#[test]
fn closures_of_a_script_are_compiled() {
    let (formulas, messages) = defined(
        r#"
        let least = config.least;
        let t0 = #{ shift: [1.5, -0.5] };
        let good = |c| c.ok && c.p > LIMIT;
        collector
            .define("constant", |c| if c.p > LIMIT { 1 } else { 0 })
            .define("map", |c| c.n in CUTS.layers)
            .define("function", |c| halved(c.p))
            .define("module", |c| common::energy(c))
            .define("square", |c| common::squared(c.n))
            .define("constant of a module", |c| common::MASS * c.n)
            .define("captured", |c| c.n >= least)
            .define("configured", |c| c.p > config.window[0] && c.p < config.window[1])
            .define("member", |c| c.p - t0.shift[1])
            .define("variable", good)
            .define("named", is_wire)
            .define("by name", Fn("is_wire"))
            .define("interval", |c| c.n + iov.run_high)
            .define("text", |c| c.kind == "wire")
            .define("switch", |c| switch c.n { 1 => 10.5, 2..5 => PI, _ => 0.0 });
        common::apply(collector, "through a module", |c| c.p > LIMIT);
        common::limited(collector, "of a module");
        "#,
    );
    assert_eq!(messages, []);
    let expected = [
        ints([0, 1, 1]),
        bools([true, true, false]),
        floats([0.0, 0.3, 1.5]),
        floats([0.25, 0.65, 9.0625_f64.sqrt()]),
        ints([1, 4, 49]),
        floats([0.25, 0.5, 1.75]),
        bools([false, true, true]),
        bools([false, true, false]),
        floats([0.5, 1.1, 3.5]),
        bools([false, false, true]),
        bools([true, false, true]),
        bools([true, false, true]),
        ints([10, 11, 16]),
        bools([true, false, true]),
        floats([10.5, std::f64::consts::PI, 0.0]),
        bools([false, true, true]),
        ints([1, 2, 3]),
    ];
    assert_eq!(formulas.len(), expected.len());
    for ((name, formula), expected) in formulas.iter().zip(expected) {
        assert!(
            matches!(formula, Formula::Compiled(_)),
            "{name} is not compiled"
        );
        assert_eq!(values(formula), expected, "{name}");
    }
}

#[test]
fn what_cannot_be_compiled_gives_the_same() {
    let twins = [
        (
            "|c| c.p ** 3 + 1.0",
            "|c| { let r = 1.0; for i in 0..3 { r *= c.p; } r + 1.0 }",
        ),
        (
            "|c| c.n * 3 + 6",
            "|c| [1, 2, 3].map(|k| c.n + k).reduce(|t, x| t + x, 0)",
        ),
        (
            "|c| common::energy(c) > LIMIT",
            "|c| { let e = common::energy(c); while e > 10.0 * LIMIT { e -= 1.0; } e > LIMIT }",
        ),
        (
            "|c| c.kind == \"wire\" && c.ok",
            "|c| `${c.kind}s` == \"wires\" && c.ok",
        ),
        (
            "|c| if c.n == 2 { 1.5 } else { halved(c.p) }",
            "|c| { let n = 0; do { n += 1; } while n < c.n; if n == 2 { 1.5 } else { halved(c.p) } }",
        ),
    ];
    for (fast, slow) in twins {
        let text = format!("collector.define(\"fast\", {fast}).define(\"slow\", {slow});");
        let (formulas, messages) = defined(&text);
        let [(_, fast), (_, slow)] = formulas.as_slice() else {
            panic!("{formulas:?}")
        };
        assert!(
            matches!(fast, Formula::Compiled(_)) && matches!(slow, Formula::Interpreted(_)),
            "{text}"
        );
        assert_eq!(values(fast), values(slow), "{text}");
        let [warning] = messages.as_slice() else {
            panic!("{messages:?}")
        };
        assert_eq!(warning.code, "closure::row-by-row");
        assert!(
            warning.message.starts_with("this closure runs row by row"),
            "{}",
            warning.message
        );
        let first = HEAD.trim_start().lines().count() + 1;
        assert_eq!(warning.labels[0].line as usize, first, "{text}");
    }
}

#[test]
fn refused_closures_show_the_place_and_what_to_do() {
    let cases = [
        (
            "|c| c.x > lesst",
            "there is no variable `lesst` here",
            Some("did you mean `least"),
            "lesst",
        ),
        (
            "|c| sqr(c.x)",
            "there is no function `sqr`",
            Some("did you mean `sqrt"),
            "sqr",
        ),
        (
            "|c| c.x > config.leest",
            "there is no `leest` here",
            Some("did you mean `least"),
            "leest",
        ),
        (
            "|c| { other.name; 1 }",
            "the closure captures `other`, which is of type Collector",
            None,
            "other",
        ),
        (
            "|c| { least += 1; c.x }",
            "the captured variable `least` cannot be changed",
            None,
            "+",
        ),
        (
            "|c| c",
            "the row itself is not a value",
            Some("name one of its members, as in `row.member`"),
            "c",
        ),
        (
            "|a, b| a.x",
            "this closure has 2 parameters instead of 1",
            Some("`|a, b|` comes after `pairs()`"),
            "a",
        ),
        ("|c| log(c.x)", "`log`", Some("log10"), "log"),
        (
            "|c| common::enrgy(c)",
            "`enrgy`",
            Some("did you mean `energy"),
            "enrgy",
        ),
        (
            "|c| c.T.cuont(|t| t.p > 1.0)",
            "`cuont` cannot be asked of the array `T`",
            Some("did you mean `count"),
            "cuont",
        ),
    ];
    for (closure, message, hint, word) in cases {
        let statements = format!(
            "let least = 3;\nlet other = Collector(\"other\");\ncollector.select(\"s\", {closure});"
        );
        let found = load(&statements).0.unwrap_err();
        assert!(
            found[0].message.contains(message),
            "{closure}: {}",
            found[0].message
        );
        if let Some(hint) = hint {
            assert!(
                found[0].hints.concat().contains(hint),
                "{closure}: {:?}",
                found[0].hints
            );
        }
        let label = &found[0].labels[0];
        let line = label.text.lines().nth(label.line as usize - 1).unwrap();
        let shown: String = line.chars().skip(label.column as usize - 1).collect();
        assert!(
            shown.starts_with(word),
            "{closure}: {shown} instead of {word}"
        );
    }
}

#[test]
fn word_for_word_the_same_closures_keep_their_own_constants() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("lib")).unwrap();
    for (name, limit) in [("one", 1), ("two", 2)] {
        let text = format!(
            "const LIMIT = {limit};\nfn cut() {{ |c| over(c.n) }}\nfn over(n) {{ n > LIMIT }}\n\
             fn put(collector, row) {{ collector.define(\"{name}\", row) }}\n"
        );
        fs::write(folder.path().join(format!("lib/{name}.rhai")), text).unwrap();
    }
    let path = folder.path().join("closures.rhai");
    let head = HEAD.trim_start().replace(
        "import \"lib/shared\" as common;",
        "import \"lib/one\" as one;\nimport \"lib/two\" as two;",
    );
    // Each is made in one module and used by the other.
    let statements = "two::put(collector, one::cut());\none::put(collector, two::cut());";
    fs::write(&path, format!("{head}{statements}{TAIL}")).unwrap();
    let collectors = plan(&path).0.unwrap();
    let values: Vec<Vec<Value>> = collectors[0]
        .steps
        .iter()
        .map(|step| match step {
            Step::Define(_, formula, _) => values(formula),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        values,
        [bools([false, true, true]), bools([false, false, true])]
    );
}
