//! Writes numbers, each checked against what its type holds.

use super::bytes::Bytes;
use super::kinds::{Form, Number};
use super::misfit::{At, Fit, Misfit, Misfitting};
use super::value::{Record, Value};

/// A value of the wrong kind.
pub(super) fn wrong(wanted: &str, found: &Value) -> Box<Misfitting> {
    let misfit = Misfit::Type {
        wanted: wanted.to_owned(),
        found: found.kind(),
    };
    misfit.into()
}

/// The object that a value is, which may leave out its class.
pub(super) fn record<'v>(class: &str, value: &'v Value) -> Fit<&'v Record> {
    match value {
        Value::Object(record) if record.class.is_empty() || &*record.class == class => Ok(record),
        _ => Err(wrong(&format!("an object of class {class}"), value)),
    }
}

/// One number.
pub(super) fn one(out: &mut Bytes, number: Number, value: &Value) -> Fit {
    match (number.form, value) {
        (Form::Float, Value::Float(value)) => float(out, number, *value),
        (Form::Float, Value::Int(value)) => float(out, number, *value as f64),
        (_, Value::Bool(value)) if number.form == Form::Bool => int(out, number, (*value).into()),
        (form, Value::Int(value)) if form != Form::Float => int(out, number, *value),
        (Form::Signed | Form::Unsigned, Value::Float(value)) => whole(out, number, *value),
        _ => Err(wrong(number.name, value)),
    }
}

/// So many numbers, packed; an empty list is none of any kind.
pub(super) fn many(out: &mut Bytes, number: Number, value: &Value, count: usize) -> Fit {
    let found = length(value).ok_or_else(|| wrong(&format!("a list of {}", number.name), value))?;
    if found != count {
        return Misfit::Length {
            wanted: count,
            found,
        }
        .no();
    }
    match value {
        Value::Ints(items) if number.is_float() => {
            each(items, |item| float(out, number, *item as f64))
        }
        Value::Ints(items) => each(items, |item| int(out, number, *item)),
        Value::Floats(items) if number.is_float() => each(items, |item| float(out, number, *item)),
        Value::Floats(items) => each(items, |item| whole(out, number, *item)),
        Value::List(items) => each(items, |item| one(out, number, item)),
        _ => Ok(()),
    }
}

/// Numbers with their count before them.
pub(super) fn counted(out: &mut Bytes, number: Number, value: &Value) -> Fit {
    let count = length(value).unwrap_or(0);
    out.u32(count as u32);
    many(out, number, value, count)
}

/// Values in a list of any kind.
pub(super) fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Ints(items) => Some(items.len()),
        Value::Floats(items) => Some(items.len()),
        Value::List(items) => Some(items.len()),
        _ => None,
    }
}

fn each<T>(items: &[T], mut write: impl FnMut(&T) -> Fit) -> Fit {
    for (index, item) in items.iter().enumerate() {
        write(item).at_index(index)?;
    }
    Ok(())
}

fn int(out: &mut Bytes, number: Number, value: i64) -> Fit {
    let (low, high) = number.range();
    if !(low..=high).contains(&value) {
        let cpp_type = number.name;
        return Misfit::Whole { value, cpp_type }.no();
    }
    let bytes = value.to_be_bytes();
    out.data.extend(&bytes[bytes.len() - number.bytes..]);
    Ok(())
}

/// A float without fraction where a whole number belongs.
fn whole(out: &mut Bytes, number: Number, value: f64) -> Fit {
    // Beyond 2^53 a float does not say which whole number it means.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return int(out, number, value as i64);
    }
    let cpp_type = number.name;
    Misfit::Range { value, cpp_type }.no()
}

fn float(out: &mut Bytes, number: Number, value: f64) -> Fit {
    if number.bytes == 8 {
        out.f64(value);
        return Ok(());
    }
    let single = value as f32;
    if single.is_infinite() && value.is_finite() {
        let cpp_type = number.name;
        return Misfit::Range { value, cpp_type }.no();
    }
    out.u32(single.to_bits());
    Ok(())
}
