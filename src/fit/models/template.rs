//! A histogram as a model.

use std::sync::Arc;

use crate::expr::build::{add, binary, call, choose, column, div, mul, number, parameter, sub};
use crate::expr::{BinaryOp, Expr, Function, Lookup, LookupTable, Node, Place, UnaryOp};
use crate::fit::{Error, Model};
use crate::hist::{Axis, Histogram};

/// A template: `norm` times the content of the histogram's bin at x, 0 outside of it. The
/// contents become part of the formula; they have no errors.
///
/// # Errors
/// When a content is not a finite number, or all are 0.
pub fn template(histogram: &Histogram) -> Result<Model, Error> {
    let contents = contents(histogram)?;
    let x = column("x");
    let value = lookup(&contents, &bin(&histogram.axis, &x));
    finished("template", value, histogram)
}

/// A template that is moved: `norm` times the content at x − `shift`, interpolated linearly
/// between the centres of bins (constant in the outer halves of the first and last bin, 0
/// outside). With kinks at the centres: errors of `shift` mean something where the template
/// changes little from bin to bin.
///
/// # Errors
/// As [`template`].
pub fn interpolated_template(histogram: &Histogram) -> Result<Model, Error> {
    let contents = contents(histogram)?;
    let axis = &histogram.axis;
    let x = sub(&column("x"), &parameter("shift"));
    // the pieces between neighbouring centres, and one more at either end
    let centres: Vec<f64> = (0..contents.len()).map(|i| axis.centre(i)).collect();
    let (mut bases, mut slopes) = (vec![contents[0]], vec![0.0]);
    for i in 1..contents.len() {
        bases.push(contents[i - 1]);
        slopes.push((contents[i] - contents[i - 1]) / (centres[i] - centres[i - 1]));
    }
    bases.push(contents[contents.len() - 1]);
    slopes.push(0.0);
    let mut starts = vec![centres[0]];
    starts.extend(&centres);
    let piece = piece(axis, &centres, &x);
    let distance = sub(&x, &lookup(&starts, &piece));
    let value = add(
        &lookup(&bases, &piece),
        &mul(&lookup(&slopes, &piece), &distance),
    );
    let inside = between(axis.low(), &x, axis.high());
    let value = choose(&inside, &value, &number(0.0));
    Ok(finished("interpolated_template", value, histogram)?.start("shift", 0.0))
}

fn finished(name: &str, value: Expr, histogram: &Histogram) -> Result<Model, Error> {
    let size = histogram.maximum();
    let model = Model::new(name, mul(&parameter("norm"), &value));
    let sum: f64 = histogram.values().iter().sum();
    if sum == 0.0 {
        return Err(Error::Empty {
            low: histogram.low(),
            high: histogram.high(),
        });
    }
    let source = format!("contents over {sum:e}, at most {size:e}");
    let bins = histogram.bins() as f64;
    Ok(
        model.start_from("norm", &format!("{source}, {bins} bins"), move |h| {
            let mean = h.values().iter().sum::<f64>() / h.bins() as f64;
            mean / (sum / bins)
        }),
    )
}

fn contents(histogram: &Histogram) -> Result<Vec<f64>, Error> {
    for (i, value) in histogram.values().iter().enumerate() {
        if !value.is_finite() {
            return Err(Error::NotFinite {
                what: "the content of a template",
                x: histogram.axis.centre(i),
                value: *value,
            });
        }
    }
    Ok(histogram.values().to_vec())
}

fn between(low: f64, x: &Expr, high: f64) -> Expr {
    let above = binary(BinaryOp::Ge, x, &number(low));
    binary(
        BinaryOp::And,
        &above,
        &binary(BinaryOp::Lt, x, &number(high)),
    )
}

/// The value of that number; 0 where there is none.
fn lookup(values: &[f64], index: &Expr) -> Expr {
    let table = LookupTable::new((0..).zip(values.iter().copied())).unwrap_or_default();
    let lookup = Lookup::Fixed(Arc::new(table.with_missing(0.0)));
    let place = Place::default();
    let channel = Arc::new(Node::Unary(UnaryOp::Channel, Arc::clone(index), place));
    Arc::new(Node::Lookup(lookup, channel, place))
}

/// The number of the bin that holds x as a number; −1 below and above.
fn bin(axis: &Axis, x: &Expr) -> Expr {
    let (low, high) = (axis.low(), axis.high());
    let number_of = if matches!(axis, Axis::Regular { .. }) {
        let place = mul(&number(axis.bins() as f64), &sub(x, &number(low)));
        let floor = call(Function::Floor, &div(&place, &number(high - low)));
        // rounding may reach the next bin just below the high end
        let last = number(axis.bins() as f64 - 1.0);
        choose(&binary(BinaryOp::Lt, &floor, &last), &floor, &last)
    } else {
        let edges: Vec<f64> = (1..axis.bins()).map(|i| axis.edge(i)).collect();
        tree(&edges, 0, x)
    };
    choose(&between(low, x, high), &number_of, &number(-1.0))
}

/// The number of centres at or below x.
fn piece(axis: &Axis, centres: &[f64], x: &Expr) -> Expr {
    if !matches!(axis, Axis::Regular { .. }) {
        return tree(centres, 0, x);
    }
    let (low, high) = (axis.low(), axis.high());
    let place = mul(&number(axis.bins() as f64), &sub(x, &number(low)));
    let place = add(&div(&place, &number(high - low)), &number(0.5));
    let floor = call(Function::Floor, &place);
    choose(&between(low, x, high), &floor, &number(0.0))
}

/// How many of the rising places are at or below x, by halving; added to `offset`.
fn tree(places: &[f64], offset: usize, x: &Expr) -> Expr {
    if places.is_empty() {
        return number(offset as f64);
    }
    let middle = places.len() / 2;
    let below = binary(BinaryOp::Lt, x, &number(places[middle]));
    choose(
        &below,
        &tree(&places[..middle], offset, x),
        &tree(&places[middle + 1..], offset + middle + 1, x),
    )
}
