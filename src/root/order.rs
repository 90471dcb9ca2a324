//! The order of values, as keys of maps and items of sets have it.

use std::cmp::Ordering;

use super::value::Value;

/// Numbers by size, texts by their bytes, objects and lists by their parts.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Ints(a), Value::Ints(b)) => a.cmp(b),
        (Value::Floats(a), Value::Floats(b)) => {
            let pairs = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
            first(pairs).then(a.len().cmp(&b.len()))
        }
        (Value::List(a), Value::List(b)) => {
            first(a.iter().zip(b).map(|(a, b)| compare(a, b))).then(a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => {
            let pairs = a.iter().zip(b);
            first(pairs.map(|(a, b)| compare(&a.0, &b.0).then_with(|| compare(&a.1, &b.1))))
                .then(a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let pairs = a.members.iter().zip(&b.members);
            first(pairs.map(|(a, b)| compare(&a.1, &b.1)))
                .then(a.members.len().cmp(&b.members.len()))
        }
        // Values of one place are of one kind.
        _ => Ordering::Equal,
    }
}

/// The first that decides.
fn first(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
