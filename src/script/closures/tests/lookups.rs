//! Look-ups: compiled and row by row the same values, and the same rows without one.

use std::sync::Arc;

use crate::expr::{
    Bound, Column, Formula, LookupTable, PayloadMember, Scratch, Table, Value, Wanted,
};

use super::super::{compile_row, interpret_row};
use super::harness::{compiled, script};

/// Channels 1 to 4 of `t`, 0 to 9 of `gain` with gaps.
fn constants() -> Bound {
    let table = |values: &[(i64, f64)]| Arc::new(LookupTable::new(values.to_vec()).unwrap());
    let offset = table(&[(1, 0.1), (2, -0.0), (3, 1e-300), (4, -2.5)]);
    let crates = table(&[(1, 2.0), (2, 4.0), (3, 1.0), (4, f64::NAN), (5, 77.0)]);
    let gain = table(&[(0, 2.0), (9, 0.5), (5, 1.5)]);
    Bound::new(vec![
        (PayloadMember::new("T", "offset"), offset),
        (PayloadMember::new("G", "gain"), gain),
        (PayloadMember::new("G", "crate"), crates),
    ])
}

fn rows() -> Table {
    let mut table = Table::new();
    let numbers: Vec<i64> = (-2..12).chain([i64::MIN, i64::MAX]).collect();
    let floats = numbers.iter().map(|n| (*n % 7) as f64 / 3.0).collect();
    let flags = numbers.iter().map(|n| n % 3 == 0).collect();
    table.push("n", Column::Int(numbers)).unwrap();
    table.push("a", Column::Float(floats)).unwrap();
    table.push("k", Column::Bool(flags)).unwrap();
    table
}

const BEFORE: &str = "let t = payload(\"T\").column(\"offset\"); let p = payload(\"G\"); \
    let both = #{ t: t, list: [p.column(\"gain\")] }; const K = 3; \
    fn shifted(table, c) { c.a - table.at(c.n) } ";

const CLOSURES: &[&str] = &[
    "|c| t.at(c.n)",
    "|c| c.a - t.at(c.n)",
    "|c| t.at(c.n) > 0.0",
    "|c| t.at(3)",
    "|c| t.at(77) + c.a",
    "|c| if c.k { t.at(c.n) } else { 0.0 }",
    "|c| c.k && t.at(c.n) < 1.0",
    "|c| c.k || t.at(c.n) < 1.0",
    "|c| { if c.n < 1 { return 0.0; } t.at(c.n) * t.at(c.n - 1) }",
    "|c| t.at(c.n) + t.at(c.n)",
    "|c| both.t.at(c.n) + both.list[0].at(c.n)",
    "|c| payload(\"T\").column(\"offset\").at(c.n)",
    "|c| p.column(\"gain\").at(c.n % 10)",
    "|c| shifted(t, c)",
    "|c| shifted(if c.k { t } else { t }, c)",
    "|c| at(t, c.n)",
    "|c| t.at(p.column(\"crate\").at(c.n))",
    "|c| if c.k { t.at(p.column(\"crate\").at(c.n)) } else { c.a }",
    "|c| { let x = t.at(c.n); if is_nan(x) { c.a } else { x } }",
    "|c| to_int(t.at(1) * 10.0) + c.n % 5",
    "|c| t.at(to_int(t.at(1) * 20.0))",
    "|c| t.at(c.n) in [0.1, -2.5]",
    "|c| { let s = 0.0; for i in 0..4 { s += t.at(c.n % 100 + i); } s }",
    "|c| { let s = 0.0; for x in both.list { s += x.at(c.n); } s + t.at(c.n) }",
];

type Answer = (Result<Vec<Value>, String>, Vec<(String, u64)>);

fn evaluated(formula: &Formula) -> Answer {
    let mut scratch = Scratch::default();
    scratch.bind(constants());
    let column = rows().evaluate_in(formula, Wanted::Any, &mut scratch);
    let bits = |value: Value| match value {
        Value::Float(x) => Value::Text(format!("{:x}", x.to_bits()).into()),
        other => other,
    };
    let values = column
        .map(|column| {
            (0..column.len())
                .filter_map(|i| column.value(i))
                .map(bits)
                .collect()
        })
        .map_err(|failure| failure.message);
    let missed = scratch.take_missed().into_iter();
    (
        values,
        missed
            .map(|(member, rows)| (member.to_string(), rows))
            .collect(),
    )
}

#[test]
fn both_ways_find_the_same_values_and_miss_the_same_rows() {
    let mut missing = 0;
    for text in CLOSURES {
        let script = script(&format!("{BEFORE}{text}"));
        let formula = compile_row(&script.context, &script.closure)
            .unwrap()
            .formula;
        let slow = interpret_row(&script.context, &script.closure, None)
            .unwrap()
            .formula;
        let loops = text.contains("for ") || text.contains("if c.k { t }");
        assert_eq!(matches!(formula, Formula::Compiled(_)), !loops, "{text}");
        let fast = evaluated(&formula);
        assert!(fast.0.is_ok(), "{text}: {:?}", fast.0);
        assert_eq!(fast, evaluated(&slow), "{text}");
        missing += fast.1.len();
        let names = |formula: &Formula| {
            let mut names: Vec<String> = formula
                .lookups()
                .iter()
                .map(|(m, _)| m.to_string())
                .collect();
            names.sort();
            names
        };
        // A captured look-up may turn out not to be used.
        let (asked, foreseen) = (names(&formula), names(&slow));
        assert!(asked.iter().all(|name| foreseen.contains(name)), "{text}");
    }
    assert!(missing > 10, "{missing}");
}

#[test]
fn values_and_rows_without_one_are_those_of_the_table() {
    let script = script(&format!(
        "{BEFORE}|c| if c.k {{ t.at(c.n) }} else {{ 7.0 }}"
    ));
    let formula = compile_row(&script.context, &script.closure)
        .unwrap()
        .formula;
    let mut scratch = Scratch::default();
    scratch.bind(constants());
    let table = rows();
    let column = table
        .evaluate_in(&formula, Wanted::Number, &mut scratch)
        .unwrap();
    let (Some(Column::Int(numbers)), Column::Float(found)) = (table.column("n"), column) else {
        panic!("columns");
    };
    let mut without = 0;
    for (n, value) in numbers.iter().zip(found) {
        let expected = match n {
            _ if n % 3 != 0 => 7.0,
            3 => 1e-300,
            _ => f64::NAN,
        };
        without += u64::from(expected.is_nan());
        assert_eq!(value.to_bits(), expected.to_bits(), "channel {n}");
    }
    let missed = scratch.take_missed();
    assert_eq!(
        missed.get(&PayloadMember::new("T", "offset")),
        Some(&without)
    );
    assert!(scratch.take_missed().is_empty());
}

#[test]
fn a_look_up_is_shown_and_identified_by_names() {
    let before = "let t = payload(\"T\").column(\"offset\"); ";
    let shown = compiled(&format!("{before}|c| t.at(c.n) - 1.0"));
    assert_eq!(shown, "(Sub (payload(\"T\").column(\"offset\") n) 1.0)");
    let script = script(&format!("{before}|c| t.at(c.n)"));
    let slow = interpret_row(&script.context, &script.closure, None)
        .unwrap()
        .formula;
    let json = serde_json::to_string(&slow).unwrap();
    assert!(
        json.contains("t = payload(\\\"T\\\").column(\\\"offset\\\")"),
        "{json}"
    );
    let formula = compile_row(&script.context, &script.closure)
        .unwrap()
        .formula;
    let json = serde_json::to_value(&formula).unwrap();
    assert_eq!(
        json["Lookup"][0],
        serde_json::json!({"payload": "T", "member": "offset"})
    );
}

#[test]
fn what_is_wrong_with_a_look_up_is_said_alike_in_both_ways() {
    for (text, message) in [
        (
            "|c| t.at(c.a)",
            "-0.6666666666666666 is no channel: channels have whole numbers",
        ),
        (
            "|c| t.at(c.k)",
            "a channel must be a whole number, this is a truth value",
        ),
    ] {
        let script = script(&format!("{BEFORE}{text}"));
        let fast = compile_row(&script.context, &script.closure)
            .unwrap()
            .formula;
        let slow = interpret_row(&script.context, &script.closure, None)
            .unwrap()
            .formula;
        assert_eq!(evaluated(&fast).0, Err(message.to_owned()));
        assert_eq!(evaluated(&slow).0, Err(message.to_owned()));
        let unbound = rows().evaluate(&Formula::clone(&fast));
        assert!(unbound.is_err());
    }
    let script = script(&format!("{BEFORE}|c| t.at(c.n)"));
    let fast = compile_row(&script.context, &script.closure)
        .unwrap()
        .formula;
    let slow = interpret_row(&script.context, &script.closure, None)
        .unwrap()
        .formula;
    let [fast, slow] = [fast, slow].map(|formula| rows().evaluate(&formula).unwrap_err());
    assert_eq!(
        fast.message,
        "which constants of payload T are in force is not known here"
    );
    assert_eq!((slow.message, slow.hint), (fast.message, fast.hint));
    // A look-up that could not be found by looking through the closure.
    let script = super::harness::script(
        "|c| { let s = 0.0; for name in [\"offset\"] { s += payload(\"T\").column(name).at(c.n); } s }",
    );
    let hidden = compile_row(&script.context, &script.closure)
        .unwrap()
        .formula;
    let said = evaluated(&hidden).0.unwrap_err();
    assert_eq!(
        said,
        "which constants of payload T are in force is not known here"
    );
}
