//! Derivatives of random formulas against differences taken with 50 digits.

use std::sync::Arc;

use serde::Deserialize;

use crate::expr::build::{binary, call, choose, column, neg, number, parameter};
use crate::expr::{BinaryOp, Expr, Function, Node, Place, derivative};
use crate::fit::objective::evaluate_once;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    formula: String,
    x: f64,
    a: f64,
    b: f64,
    /// Value, ∂a, ∂b, ∂aa, ∂ab, ∂bb.
    results: Vec<f64>,
}

struct Reader<'a> {
    words: Vec<&'a str>,
    locals: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> &'a str {
        self.words.pop().expect("a word")
    }

    fn formula(&mut self) -> Expr {
        let word = self.next();
        if word != "(" {
            return self.leaf(word);
        }
        let name = self.next();
        let made = if name == "let" {
            let local = self.next();
            let value = self.formula();
            self.locals.push(local);
            let id = u32::try_from(self.locals.len()).expect("few");
            Arc::new(Node::Let(id, value, self.formula()))
        } else {
            let mut parts = Vec::new();
            while self.words.last() != Some(&")") {
                parts.push(self.formula());
            }
            node(name, &parts)
        };
        assert_eq!(self.next(), ")");
        made
    }

    fn leaf(&self, word: &str) -> Expr {
        match word {
            "x" => column("x"),
            "a" | "b" => parameter(word),
            _ => match self.locals.iter().rposition(|local| *local == word) {
                Some(at) => Arc::new(Node::Local(u32::try_from(at).expect("few") + 1)),
                None => number(word.parse().expect("a number")),
            },
        }
    }
}

fn node(name: &str, parts: &[Expr]) -> Expr {
    use BinaryOp::{Add, Div, Lt, Mul, Pow, Rem, Sub};
    let operators = [
        ("add", Add),
        ("sub", Sub),
        ("mul", Mul),
        ("div", Div),
        ("pow", Pow),
        ("rem", Rem),
        ("lt", Lt),
    ];
    let operator = operators.iter().find(|(known, _)| *known == name);
    match (parts, operator) {
        ([a, b], Some((_, operator))) => binary(*operator, a, b),
        ([a], _) if name == "neg" => neg(a),
        ([a], _) => call(Function::named(name, 1).expect("a function"), a),
        ([a, b], None) => Arc::new(Node::Call(
            Function::named(name, 2).expect("a function"),
            vec![Arc::clone(a), Arc::clone(b)],
            Place::default(),
        )),
        ([c, a, b], _) if name == "if" => choose(c, a, b),
        ([_, _, _], _) => Arc::new(Node::Call(
            Function::named(name, 3).expect("a function"),
            parts.to_vec(),
            Place::default(),
        )),
        _ => unreachable!("{name}"),
    }
}

#[test]
fn derivatives_of_random_formulas() {
    let reference = include_str!("../../../tests/data/derivative_reference.json");
    let reference: Reference = serde_json::from_str(reference).expect("the reference");
    assert!(reference.cases.len() > 100);
    let mut wrong = Vec::new();
    for case in &reference.cases {
        let spaced = case.formula.replace('(', " ( ").replace(')', " ) ");
        let mut reader = Reader {
            words: spaced.split_whitespace().rev().collect(),
            locals: Vec::new(),
        };
        let f = reader.formula();
        let by = |f: &Expr, name| derivative(f, name).expect("differentiable");
        let (da, db) = (by(&f, "a"), by(&f, "b"));
        let formulas = [
            f,
            da.clone(),
            db.clone(),
            by(&da, "a"),
            by(&da, "b"),
            by(&db, "b"),
        ];
        let names = ["a".to_owned(), "b".to_owned()];
        let have = evaluate_once(&formulas, &names, case.x, &[case.a, case.b]).expect("compiled");
        // what a relative error of 10⁻¹³ of the parameters themselves would do, and 10⁻¹⁰
        let size = case.results.iter().fold(1.0, |m: f64, r| m.max(r.abs()));
        for (have, want) in have.iter().zip(&case.results) {
            if !((have - want).abs() <= 1e-10 * want.abs() + 1e-13 * size) {
                wrong.push(format!("{}: {have:?} is not {want:?}", case.formula));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
