//! Columns of tables: operators on all values at once, and questions about all of them.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine};

use super::super::raise::{Fallible, Raised};
use super::tables::{count, dynamic};
use crate::expr::{self, BinaryOp, Operand, Statistics, Value, operate};

/// A column, and the channels that its values belong to, if its table says so; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(super) values: Arc<expr::Column>,
    pub(super) channels: Option<Arc<expr::Column>>,
}

/// What may stand beside a column.
trait Side: Clone + Send + Sync + 'static {
    fn operand(self) -> Operand;
    fn channels(&self) -> Option<Arc<expr::Column>> {
        None
    }
}

impl Side for Column {
    fn operand(self) -> Operand {
        Operand::Column(self.values)
    }
    fn channels(&self) -> Option<Arc<expr::Column>> {
        self.channels.clone()
    }
}

impl Side for i64 {
    fn operand(self) -> Operand {
        Operand::Value(Value::Int(self))
    }
}

impl Side for f64 {
    fn operand(self) -> Operand {
        Operand::Value(Value::Float(self))
    }
}

/// `a op b`; the channels stay known unless the two belong to different ones.
fn join<A: Side, B: Side>(op: BinaryOp, a: A, b: B) -> Fallible<Column> {
    let channels = match (a.channels(), b.channels()) {
        (Some(one), Some(other)) if !Arc::ptr_eq(&one, &other) && one != other => None,
        (one, other) => one.or(other),
    };
    let values = operate(op, a.operand(), b.operand()).map_err(|failure| {
        Raised::new("table::operator", failure.message)
            .maybe_hint(failure.hint)
            .boxed()
    })?;
    Ok(Column {
        values: Arc::new(values),
        channels,
    })
}

fn refuse(sign: &str) -> Fallible<bool> {
    let message = format!("`{sign}` compares values, not whole columns");
    Err(Raised::new("table::compared", message)
        .hint("row by row: `table.filter(|row| …)`; of all rows: `table.any(|row| …)`, `column.max()`")
        .boxed())
}

fn operators(engine: &mut Engine) {
    let operators = [
        ("+", BinaryOp::Add),
        ("-", BinaryOp::Sub),
        ("*", BinaryOp::Mul),
        ("/", BinaryOp::Div),
        ("**", BinaryOp::Pow),
    ];
    for (sign, op) in operators {
        engine
            .register_fn(sign, move |a: Column, b: Column| join(op, a, b))
            .register_fn(sign, move |a: Column, b: i64| join(op, a, b))
            .register_fn(sign, move |a: Column, b: f64| join(op, a, b))
            .register_fn(sign, move |a: i64, b: Column| join(op, a, b))
            .register_fn(sign, move |a: f64, b: Column| join(op, a, b));
    }
    engine.register_fn("-", |a: Column| join(BinaryOp::Mul, -1_i64, a));
    for sign in ["<", "<=", ">", ">=", "==", "!="] {
        engine
            .register_fn(sign, move |_: Column, _: Column| refuse(sign))
            .register_fn(sign, move |_: Column, _: i64| refuse(sign))
            .register_fn(sign, move |_: Column, _: f64| refuse(sign))
            .register_fn(sign, move |_: Column, _: &str| refuse(sign))
            .register_fn(sign, move |_: i64, _: Column| refuse(sign))
            .register_fn(sign, move |_: f64, _: Column| refuse(sign))
            .register_fn(sign, move |_: &str, _: Column| refuse(sign));
    }
}

fn about(column: &Column, what: fn(&Statistics) -> f64) -> Fallible<f64> {
    let numbers = Statistics::of(&column.values).ok_or_else(|| {
        let kind = column.values.kind().sentence();
        let message = format!("a column whose values are each {kind} has no mean and the like");
        Raised::new("table::no-numbers", message).boxed()
    })?;
    Ok(what(&numbers))
}

fn quantile(column: &Column, q: f64) -> Fallible<f64> {
    if !(0.0..=1.0).contains(&q) {
        let message = format!("a quantile is a fraction from 0 to 1, not {q}");
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    let all = Statistics::of(&column.values);
    all.map_or_else(
        || about(column, Statistics::mean),
        |all| Ok(all.quantile(q)),
    )
}

pub(super) fn register(engine: &mut Engine) {
    operators(engine);
    engine
        .register_type_with_name::<Column>("Column")
        .register_fn("len", |c: &mut Column| count(c.values.len()))
        .register_fn("mean", |c: &mut Column| about(c, Statistics::mean))
        .register_fn("median", |c: &mut Column| about(c, Statistics::median))
        .register_fn("std", |c: &mut Column| about(c, Statistics::std))
        .register_fn("sum", |c: &mut Column| about(c, Statistics::sum))
        .register_fn("min", |c: &mut Column| about(c, Statistics::min))
        .register_fn("max", |c: &mut Column| about(c, Statistics::max))
        .register_fn("quantile", |c: &mut Column, q: f64| quantile(c, q))
        .register_fn("quantile", |c: &mut Column, q: i64| quantile(c, q as f64))
        .register_fn("to_array", |c: &mut Column| -> Array {
            let values = (0..c.values.len()).filter_map(|row| c.values.value(row));
            values.map(dynamic).collect::<Vec<Dynamic>>()
        });
}
