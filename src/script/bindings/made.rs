//! Tables made of arrays, for scripts that bring their own numbers.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::columns::Column;
use super::fit::number;
use super::ordered::Ordered;
use super::tables::Table;
use crate::expr;

/// A column of an array: truth values, texts, whole numbers, or numbers, where `()` is NaN.
fn column(name: &str, values: &Dynamic) -> Fallible<Arc<expr::Column>> {
    if let Some(column) = values.read_lock::<Column>() {
        return Ok(Arc::clone(&column.values));
    }
    let Some(items) = values.read_lock::<Array>() else {
        let message = format!(
            "the column `{name}` is made of an array, not {}",
            a_kind(values)
        );
        return Err(Raised::new("script::wrong-value", message)
            .key(name)
            .boxed());
    };
    let all = |is: fn(&Dynamic) -> bool| !items.is_empty() && items.iter().all(is);
    let made = if all(Dynamic::is_int) {
        let whole = items.iter().filter_map(|item| item.as_int().ok());
        expr::Column::Int(whole.collect())
    } else if all(Dynamic::is_bool) {
        let truths = items.iter().filter_map(|item| item.as_bool().ok());
        expr::Column::Bool(truths.collect())
    } else if all(Dynamic::is_string) {
        let texts = items.iter().map(|item| Arc::from(item.to_string()));
        expr::Column::Text(texts.collect())
    } else {
        let value = |(row, item): (usize, &Dynamic)| {
            if item.is_unit() {
                return Ok(f64::NAN);
            }
            number(item).map_err(|_| {
                let message = format!("row {row} of the column `{name}` is {}", a_kind(item));
                Raised::new("script::wrong-value", message)
                    .hint(
                        "all values of a column are of one kind; `()` stands for a missing number",
                    )
                    .boxed()
            })
        };
        let numbers = items.iter().enumerate().map(value);
        expr::Column::Float(numbers.collect::<Fallible<_>>()?)
    };
    Ok(Arc::new(made))
}

fn table<'a>(columns: impl Iterator<Item = (&'a str, &'a Dynamic)>) -> Fallible<Table> {
    let mut made = expr::Table::new();
    for (name, values) in columns {
        let pushed = made.push(name, column(name, values)?);
        pushed.map_err(|error| raise("table::column")(&error))?;
    }
    Ok(Table::new(made))
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("table", |columns: Map| {
            table(columns.iter().map(|(name, values)| (name.as_str(), values)))
        })
        .register_fn("table", |columns: Ordered| {
            let all = columns.0.iter();
            table(all.map(|(name, values)| (name.as_str(), values)))
        });
}
