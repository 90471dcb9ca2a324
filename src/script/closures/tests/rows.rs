//! Closures that are asked row by row: what they read, what they give, how they fail.

use std::sync::Arc;

use crate::expr::{Failure, Formula, Place, RowFunction, Value};

use super::super::{compile_map, compile_row};
use super::harness::{Script, script, script_with, show};

fn asked(script: &Script) -> (Arc<dyn RowFunction>, Failure) {
    let compiled = compile_row(&script.context, &script.closure).unwrap();
    match (compiled.formula, compiled.warning) {
        (Formula::Interpreted(function), Some(warning)) => (function, warning),
        other => panic!("{other:?}"),
    }
}

fn inputs(function: &Arc<dyn RowFunction>) -> Vec<String> {
    function.inputs().iter().map(show).collect()
}

const LOOP: &str = "let s = 0.0; for i in 0..2 { s += i; } ";

#[test]
fn columns_are_found_without_running() {
    let reads = |text: &str| inputs(&asked(&script(text)).0).join(" ");
    let looped = |rest: &str| reads(&format!("|c| {{ {LOOP} {rest} }}"));
    assert_eq!(
        looped("s + c.a + c.fit.p + c[\"module\"]"),
        "a fit.p module"
    );
    assert_eq!(looped("let f = c.fit; f.p * f.q + s"), "fit.p fit.q");
    assert_eq!(looped("c.m_pos[2] + c.m_pos[0] + s"), "m_pos[2] m_pos[0]");
    assert_eq!(
        looped("c.T.len + c.T.len() + c.T.count(|t| t.p > 1.0) + s"),
        "(Len T) (Count T (Gt p 1.0))"
    );
    assert_eq!(looped("if s > 0 { c.a } else { c.b }"), "a b");
    assert_eq!(looped("let g = |x| x + c.z; g.call(c.y) + s"), "z y");
    assert_eq!(
        looped("[c.a, c.b].map(|x| x * c.k).reduce(|t, x| t + x, 0.0) + s"),
        "a b k"
    );
    assert_eq!(looped("while s < c.limit { s += c.step; } s"), "limit step");
    assert_eq!(
        reads(&format!(
            "fn f(r, n) {{ {LOOP} r.p + n + s }} |c| f(c.fit, c.m)"
        )),
        "fit.p m"
    );
    assert_eq!(
        reads("fn f(r, n) { if n > 0 { f(r, n - 1) } else { r.p } } |c| f(c, 3)"),
        "p"
    );
}

#[test]
fn answers_of_rows() {
    let answer =
        |text: &str, row: &[Value]| asked(&script(text)).0.call(row, &Arc::default()).unwrap();
    let f = Value::Float;
    assert_eq!(
        answer(
            "|c| { let s = 0.0; for i in 0..4 { s += c.x ** i; } s }",
            &[f(2.0)]
        ),
        f(15.0)
    );
    assert_eq!(
        answer(
            "|c| { let n = c.n; let k = 0; while n > 1 { n = if n % 2 == 0 { div(n, 2) } else { 3 * n + 1 }; k += 1; } k }",
            &[Value::Int(27)]
        ),
        Value::Int(111)
    );
    assert_eq!(
        answer(
            "fn fac(n) { if n < 2 { 1 } else { n * fac(n - 1) } } |c| fac(c.n)",
            &[Value::Int(10)]
        ),
        Value::Int(3_628_800)
    );
    assert_eq!(
        answer("|c| `${c.s}!` == \"a!\"", &[Value::Text("a".into())]),
        Value::Bool(true)
    );
    assert_eq!(
        answer(
            "|c| { let s = 0.0; for i in 0..3 { s += c.v[1]; } s + c.T.len + c.T.sum(|t| t.e) }",
            &[f(1.5), Value::Int(4), f(0.25)]
        ),
        f(8.75)
    );
    assert_eq!(
        answer(
            "let w = [1.0, 2.0]; |c| w.map(|k| k * c.a).reduce(|t, x| t + x, 0.0)",
            &[f(3.0)]
        ),
        f(9.0)
    );
}

#[test]
fn nothing_is_kept_between_rows() {
    let script = script(
        "let list = [1]; |c| { let l = list; l.push(c.n); let k = 0; for x in l { k += x; } k }",
    );
    let (function, _) = asked(&script);
    for n in [5, 7, 5] {
        assert_eq!(
            function.call(&[Value::Int(n)], &Arc::default()),
            Ok(Value::Int(n + 1))
        );
    }
}

#[test]
fn many_threads_ask_at_once() {
    let text = "let k = 3; |c| { let s = 0; for i in 0..10 { s += c.n * k; } s }";
    let script = script(text);
    let (function, _) = asked(&script);
    std::thread::scope(|scope| {
        for start in 0..4 {
            let function = &function;
            scope.spawn(move || {
                for n in start * 500..start * 500 + 500 {
                    assert_eq!(
                        function.call(&[Value::Int(n)], &Arc::default()),
                        Ok(Value::Int(30 * n))
                    );
                }
            });
        }
    });
}

#[test]
fn failures_say_where() {
    let script = script(
        "|c| {\n    let s = 0;\n    for i in 0..2 {\n        s += div(c.n, i);\n    }\n    s\n}",
    );
    let (function, warning) = asked(&script);
    assert_eq!(
        warning.place,
        Place {
            source: 2,
            line: 3,
            column: 5
        }
    );
    let failure = function
        .call(&[Value::Int(3)], &Arc::default())
        .unwrap_err();
    assert!(
        failure.message.starts_with("div(3, 0): division by zero"),
        "{failure:?}"
    );
    assert_eq!((failure.place.line, failure.place.column), (4, 14));
    let two = script_with("fn f(n) {\n    let l = [1];\n    l[n]\n}", "|c| m::f(c.n)");
    let (function, _) = asked(&two);
    assert_eq!(
        function.call(&[Value::Int(0)], &Arc::default()),
        Ok(Value::Int(1))
    );
    let failure = function
        .call(&[Value::Int(7)], &Arc::default())
        .unwrap_err();
    assert_eq!(
        (failure.place.source, failure.place.line),
        (1, 3),
        "{failure:?}"
    );
    // What comes after a failure is as before.
    assert_eq!(
        function.call(&[Value::Int(0)], &Arc::default()),
        Ok(Value::Int(1))
    );
}

#[test]
fn what_works_in_neither_way() {
    let refused = |text: &str| {
        let script = script(text);
        compile_row(&script.context, &script.closure).unwrap_err()
    };
    let message = |rest: &str| refused(&format!("|c| {{ {LOOP} {rest} }}")).message;
    assert_eq!(
        message("for t in c.Tracks { s += 1; } s"),
        "a loop over `Tracks` is not possible: a row has no arrays to loop over"
    );
    assert_eq!(
        message("c.v[c.i]"),
        "an element of a column needs a constant index"
    );
    assert_eq!(
        message("switch c.n { 1 => 2, _ => s }"),
        "a `switch` over single numbers cannot be run row by row, since `2.0` would not be `2`"
    );
    assert_eq!(message("[c].len()"), "the row itself is not a value");
    assert_eq!(
        message("c.a.b + c.a"),
        "`a` is used as a value and as an object"
    );
    assert_eq!(
        refused("let n = 0; |c| { for i in 0..2 { n += 1; } c.x }").message,
        "the captured variable `n` cannot be changed"
    );
    assert_eq!(
        refused("let l = []; |c| { l.push(c.x); l.len() }").message,
        "the captured variable `l` cannot be changed"
    );
    assert_eq!(
        refused("|c| { for i in 0..2 { c.x = 3; } 1 }").message,
        "the row `c` cannot be changed"
    );
    assert_eq!(
        refused("|c| log(c.x)").hint.unwrap(),
        "write `ln(x)` or `log10(x)`"
    );
}

#[test]
fn captured_objects_are_refused() {
    let script = script("let t = timestamp(); |c| c.x > t.elapsed");
    let failure = compile_row(&script.context, &script.closure).unwrap_err();
    assert_eq!(
        failure.message,
        "the closure captures `t`, which is of type timestamp"
    );
    assert_eq!((failure.place.line, failure.place.column), (1, 32));
}

#[test]
fn identities_follow_the_meaning() {
    let identity = |text: &str| asked(&script(text)).0.source().to_owned();
    let body = "|c| { let s = 0; for i in 0..2 { s += c.n * k; } f(s) }";
    let first = identity(&format!("fn f(x) {{ x + 1 }} let k = 2; {body}"));
    let spaced = identity(&format!(
        "fn f(x) {{ x   + 1 /* one */ }}\n\n let k = 2; {}",
        body.replace(' ', "  ")
    ));
    assert_eq!(first, spaced);
    assert_ne!(
        first,
        identity(&format!("fn f(x) {{ x + 2 }} let k = 2; {body}"))
    );
    assert_ne!(
        first,
        identity(&format!("fn f(x) {{ x + 1 }} let k = 3; {body}"))
    );
    assert_ne!(
        first,
        identity(&format!(
            "fn f(x) {{ x + 1 }} let k = 2; {}",
            body.replace("c.n", "c.m")
        ))
    );
    assert!(
        first.contains("let s = 0") && first.contains("k = 2"),
        "{first}"
    );
    let constant = |value: i32| {
        identity(&format!(
            "const K = {value}; fn f(x) {{ let s = 0; while s < x {{ s += K; }} s }} |c| f(c.n)"
        ))
    };
    assert_ne!(constant(1), constant(2));
}

#[test]
fn maps_are_asked_member_by_member() {
    let script = script(
        "|c| { let s = 0; for i in 0..3 { s += c.n; } if c.ok { #{ a: s, b: 1.5 } } else { #{ a: 0, b: 2.5 } } }",
    );
    let members = compile_map(&script.context, &script.closure).unwrap();
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(members[0].1.warning.is_some() && members[1].1.warning.is_none());
    let values: Vec<Value> = members
        .iter()
        .map(|(_, compiled)| match &compiled.formula {
            Formula::Interpreted(function) => function
                .call(&[Value::Int(4), Value::Bool(true)], &Arc::default())
                .unwrap(),
            Formula::Compiled(_) => panic!("compiled"),
        })
        .collect();
    assert_eq!(values, [Value::Int(12), Value::Float(1.5)]);
}
