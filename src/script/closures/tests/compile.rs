//! What closures compile to.

use crate::expr::{Failure, Formula, Value};

use super::super::{self as closures, compile_map, compile_model, compile_row};
use super::harness::{compiled, script, script_with, show, shown};

#[test]
fn arithmetic_and_columns() {
    assert_eq!(compiled("|c| c.m_time - 3.5"), "(Sub m_time 3.5)");
    assert_eq!(
        compiled("|c| -c.a * 2 + c.b ** 2"),
        "(Add (Mul (Neg a) 2) (Pow b 2))"
    );
    assert_eq!(
        compiled("|e| e.event.EventMetaData.m_run"),
        "event.EventMetaData.m_run"
    );
    assert_eq!(
        compiled(r#"|c| c["module"] + c.x["y"]"#),
        "(Add module x.y)"
    );
    assert_eq!(
        compiled("|c| c.m_pos[2] / c.a.b[0]"),
        "(Div m_pos[2] a.b[0])"
    );
    assert_eq!(
        compiled("|c| c.a < 1 && c.b >= 2 && !(c.c != 3) || c.d"),
        "(Or (And (And (Lt a 1) (Ge b 2)) (Not (Ne c 3))) d)"
    );
    assert_eq!(compiled("|c| c.kind == \"wire\""), "(Eq kind \"wire\")");
    assert_eq!(
        compiled("|c| abs(c.x) + c.x.abs() + atan2(c.y, c.x)"),
        "(Add (Add (Abs x) (Abs x)) (Atan2 y x))"
    );
    assert_eq!(
        compiled("|c| (c.x + 1.0).sqrt().to_int()"),
        "(ToInt (Sqrt (Add x 1.0)))"
    );
    assert_eq!(
        compiled("|c| PI * c.x"),
        format!("(Mul {:?} x)", std::f64::consts::PI)
    );
    assert_eq!(compiled("|e| 1"), "1");
}

#[test]
fn captured_values_and_constants() {
    assert_eq!(compiled("let t0 = 2.5; |c| c.t - t0"), "(Sub t 2.5)");
    assert_eq!(
        compiled(
            "let o = #{ cut: #{ low: 1 }, list: [1.0, 2.0] }; |c| c.t > o.cut.low && c.t < o.list[1] && c.t < o.list[-1]"
        ),
        "(And (And (Gt t 1) (Lt t 2.0)) (Lt t 2.0))"
    );
    assert_eq!(
        compiled("const LIMIT = 7; fn f(x) { x > LIMIT } |c| f(c.n)"),
        "(Gt n 7)"
    );
    assert_eq!(
        compiled("let which = true; |c| if which { c.a } else { c.b }"),
        "a"
    );
    let two = script_with(
        "const TICK = 0.5; fn twice(x) { x * 2 * TICK }",
        "|c| m::TICK * c.t + m::twice(c.u)",
    );
    assert_eq!(shown(&two), "(Add (Mul 0.5 t) (Mul (Mul u 2) 0.5))");
}

#[test]
fn statements() {
    assert_eq!(
        compiled("|c| { let u = c.x * 2; let u = u + 1; u * u }"),
        "(Let 1 (Mul x 2) (Let 2 (Add #1 1) (Mul #2 #2)))"
    );
    assert_eq!(
        compiled("|c| { if c.x > 0 { return 1; } if c.x < -5 { return 2; } 3 }"),
        "(If (Gt x 0) 1 (If (Lt x -5) 2 3))"
    );
    assert_eq!(
        compiled("|c| if c.x > 0 { 1 } else if c.y { 2 } else { 3 }"),
        "(If (Gt x 0) 1 (If y 2 3))"
    );
    assert_eq!(
        compiled("|c| { if c.a { if c.b { return 1 } } c.d }"),
        "(If a (If b 1 d) d)"
    );
    assert_eq!(
        compiled("|c| switch c.layer { 1 | 2 => 10, -3 if c.x > 0 => 20, 5..8 => 30, _ => 40 }"),
        "(If (Eq layer 1) 10 (If (Eq layer 2) 10 (If (And (Eq layer -3) (Gt x 0)) 20 (If (And (Ge layer 5) (Lt layer 8)) 30 40))))"
    );
    assert_eq!(
        compiled("|c| switch c.kind { \"a\" => 1.5, _ => { let z = c.x + 1; z * z } }"),
        "(If (Eq kind \"a\") 1.5 (Let 1 (Add x 1) (Mul #1 #1)))"
    );
}

#[test]
fn reductions() {
    assert_eq!(
        compiled("|e| e.Tracks.len == 2 && e.Tracks.len() > 0"),
        "(And (Eq (Len Tracks) 2) (Gt (Len Tracks) 0))"
    );
    assert_eq!(
        compiled("let cut = 1.5; |e| e.Tracks.count(|t| t.p > cut)"),
        "(Count Tracks (Gt p 1.5))"
    );
    assert_eq!(
        compiled("|e| e.T.sum(|t| t.p) + e.T.max(|t| t.p) + e.T.min(|t| t.p)"),
        "(Add (Add (Sum T p) (Max T p)) (Min T p))"
    );
    assert_eq!(compiled("|e| e.T.any(|t| t.p > 1.0)"), "(Any T (Gt p 1.0))");
    assert_eq!(
        compiled("|e| e.T.count(|t| t.p > e.x)"),
        "(Let 1 x (Count T (Gt p #1)))"
    );
}

#[test]
fn functions_of_the_script() {
    let mass = "fn mass(a, b) { let d = cos(a.phi - b.phi); sqrt(2.0 * a.E * b.E * (1.0 - d)) } ";
    assert_eq!(
        compiled(&format!("{mass} |c| mass(c.fit, c.other)")),
        "(Let 1 (Cos (Sub fit.phi other.phi)) (Sqrt (Mul (Mul (Mul 2.0 fit.E) other.E) (Sub 1.0 #1))))"
    );
    assert!(
        compiled("fn f(n) { if n > 0 { f(n - 1) } else { 0 } } |c| f(c.n)").starts_with(
            "this closure runs row by row, hundreds of times slower: `f` calls itself"
        )
    );
}

#[test]
fn what_cannot_be_compiled_runs_row_by_row() {
    assert_eq!(
        compiled("|c| { let s = 0; for i in 0..3 { s += c.x * i; } s + c.fit.p }"),
        "this closure runs row by row, hundreds of times slower: `for` loops cannot be compiled -> x fit.p"
    );
    let text = "|c| `${c.x}`.len()";
    assert_eq!(
        compiled(text),
        "this closure runs row by row, hundreds of times slower: building a text cannot be compiled -> x"
    );
}

#[test]
fn wrong_closures_are_refused_with_a_hint() {
    assert_eq!(
        compiled("|c| sqt(c.x)"),
        "the function `sqt` is unknown (did you mean `sqrt`?)"
    );
    assert_eq!(
        compiled("|c| atan2(c.x)"),
        "`atan2` takes 2 values, not 1 (write `atan2(x, y)`)"
    );
    assert_eq!(
        compiled("|c| c"),
        "the row itself is not a value (name one of its members, as in `row.member`)"
    );
    assert_eq!(
        compiled("|a, b| a.x"),
        "this closure has 2 parameters instead of 1 (rows are no pairs here, so write it as `|row| …`; `|a, b|` comes after `pairs()`)"
    );
    assert_eq!(
        compiled("|c| if c.x > 1 { 2 }"),
        "this gives a value in some cases and none in others (give a value in every case; `if` needs an `else`, `switch` a `_`)"
    );
    assert_eq!(
        compiled("let n = 0; |c| { n += 1; c.x }"),
        "the captured variable `n` cannot be changed (rows are worked on in any order, and several at once; use a sum or a histogram)"
    );
    assert_eq!(
        compiled("let o = #{ cut: 1 }; |c| c.x > o.cutt"),
        "the captured map has no member `cutt` (did you mean `cut`?)"
    );
}

#[test]
fn models() {
    let model = |text: &str| {
        let script = script(text);
        compile_model(&script.context, &script.closure)
            .map(|curve| (show(&curve.formula), curve.parameters))
    };
    let (expr, names) = model("|x, p| p.norm * exp(-0.5 * ((x - p.mean) / p.sigma) ** 2)").unwrap();
    assert_eq!(
        expr,
        "(Mul p.norm (Exp (Mul -0.5 (Pow (Div (Sub x p.mean) p.sigma) 2))))"
    );
    assert_eq!(names, ["norm", "mean", "sigma"]);
    assert!(model("|x, p| p").is_err());
    assert!(model("|x, p| { let s = 0.0; for i in 0..3 { s += p.a * x; } s }").is_err());
}

#[test]
fn maps() {
    let map = |text: &str| -> Result<Vec<String>, Failure> {
        let script = script(text);
        let members = compile_map(&script.context, &script.closure)?;
        Ok(members
            .into_iter()
            .map(|(name, compiled)| match compiled.formula {
                Formula::Compiled(expr) => format!("{name}: {}", show(&expr)),
                Formula::Interpreted(_) => format!("{name}: row by row"),
            })
            .collect())
    };
    assert_eq!(
        map("|c| #{ a: c.mean / 2.0, b: if c.ok { 1.0 } else { c.x } }").unwrap(),
        ["a: (Div mean 2.0)", "b: (If ok 1.0 x)"]
    );
    assert_eq!(
        map("|c| if c.ok { #{ a: c.x, b: 1 } } else { #{ b: 2, a: c.y } }").unwrap(),
        ["a: (If ok x y)", "b: (If ok 1 2)"]
    );
    assert_eq!(
        map("fn f(c) { let z = c.x + 1; #{ a: z, b: 2 } } |c| f(c)").unwrap(),
        ["a: (Let 1 (Add x 1) #1)", "b: 2"]
    );
    assert_eq!(
        map("|c| { let s = 0; while s < 3 { s += 1; } #{ a: s + c.x } }").unwrap(),
        ["a: row by row"]
    );
    assert!(map("|c| if c.ok { #{ a: 1 } } else { #{ b: 2 } }").is_err());
    assert!(map("|c| c.x").is_err());
}

#[test]
fn rows_are_asked_one_by_one() {
    let script =
        script("let k = 2; |c| { let s = 0.0; for i in 0..3 { s += c.x * i; } s + c.fit.p * k }");
    let compiled = compile_row(&script.context, &script.closure).unwrap();
    let Formula::Interpreted(function) = compiled.formula else {
        panic!("compiled")
    };
    for _ in 0..3 {
        let value = function
            .call(
                &[Value::Float(1.5), Value::Int(4)],
                &std::sync::Arc::default(),
            )
            .unwrap();
        assert_eq!(value, Value::Float(12.5));
    }
}

#[test]
fn rules_are_asked_of_histograms() {
    let rule = |text: &str| script(text);
    let axis = crate::hist::Axis::Regular {
        bins: 1,
        low: 0.0,
        high: 1.0,
        unit: String::new(),
    };
    let histogram = crate::hist::Histogram::of_counts(axis, vec![0.0, 7.0, 0.0]);
    let one = rule("let least = 40; |h| 2 * least");
    let number = closures::number_rule(&one.context, &one.closure, "start").unwrap();
    assert_eq!(number.0.ask(&histogram), Ok(80.0));
    let condition = closures::condition_rule(&one.context, &one.closure, "enough_data").unwrap();
    let failure = condition.0.ask(&histogram).unwrap_err();
    assert_eq!(
        failure.message,
        "`enough_data` must give true or false, not the number 80"
    );
    let two = rule("|h| [0.25, 3]");
    assert_eq!(
        closures::range_rule(&two.context, &two.closure, "range")
            .unwrap()
            .0
            .ask(&histogram),
        Ok((0.25, 3.0))
    );
    let same = rule("|h| h");
    assert_eq!(
        closures::histogram_rule(&same.context, &same.closure, "prepare")
            .unwrap()
            .0
            .ask(&histogram),
        Ok(histogram)
    );
    assert!(
        closures::condition_rule(&rule("|a, b| 1").context, &rule("|a, b| 1").closure, "x")
            .is_err()
    );
}

/// The engine of these tests knows no histograms: what has an answer was asked as column code.
#[test]
fn rules_of_numbers_are_column_code() {
    let axis = crate::hist::Axis::regular(4, 0.0, 8.0, "ns").unwrap();
    let counts = vec![2.0, 1.0, 6.0, 3.0, 0.0, 5.0];
    let histogram = crate::hist::Histogram::of_counts(axis, counts);
    let ask = |text: &str| {
        let one = script(text);
        let rule = closures::number_rule(&one.context, &one.closure, "start").unwrap();
        rule.0.ask(&histogram)
    };
    let (mean, std) = (histogram.mean(), histogram.std());
    for (text, expected) in [
        ("|h| h.maximum", 6.0),
        ("|h| h.mode", 3.0),
        ("|h| max(h.std, 0.3 * h.bin_width)", std),
        ("|h| max(0.1 * h.std, 0.3 * h.bin_width)", 0.6),
        ("|h| h.entries + 4", 14.0),
        ("|h| h.entries / 4.0", 2.5),
        (
            "|h| { let w = h.high - h.low; if h.mean > 3.0 { w } else { -w } }",
            8.0,
        ),
        ("let part = 0.5; |h| part * h.mean", 0.5 * mean),
        ("fn half(x) { 0.5 * x } |h| half(h.std)", 0.5 * std),
    ] {
        assert_eq!(ask(text), Ok(expected), "{text}");
    }
    let enough = script("|h| h.entries > 9 && h.mean < 8");
    let enough = closures::condition_rule(&enough.context, &enough.closure, "enough_data").unwrap();
    assert_eq!(enough.0.ask(&histogram), Ok(true));
    // What fails is asked again as it was written: the engine has the words.
    assert!(ask("|h| h.entries / 0").is_err());
}
