//! What a script can fit, from the values it gives; the meaning is in the room `fit`.

use std::sync::Arc;

use rhai::{Array, Dynamic, EvalAltResult, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::blocks::Histograms;
use super::columns::Column;
use super::fit::number;
use super::ordered::{Ordered, refuse_others};
use super::tables::Table;
use crate::expr;
use crate::fit::{Model, Points, Sample};
use crate::hist::{Axis, Histogram};

/// What is fitted.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Histogram(Histogram),
    Points(Measured),
    Values(Vec<f64>),
    Rows(Arc<expr::Table>),
}

/// Points with errors.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) sigma: Vec<f64>,
    pub(super) x_errors: Vec<f64>,
}

const POINTS: [&str; 4] = ["x", "y", "sigma", "x_errors"];
const BINS: [&str; 5] = ["edges", "low", "high", "contents", "variances"];

impl Data {
    /// Whatever a script gives for this model to be fitted to.
    pub(super) fn of(value: &Dynamic, model: &Model) -> Fallible<Self> {
        if let Some(histogram) = value.read_lock::<Histogram>() {
            return Ok(Self::Histogram(histogram.clone()));
        }
        if let Some(table) = value.read_lock::<Table>() {
            return Ok(Self::Rows(Arc::clone(&table.0)));
        }
        if let Some(map) = map(value) {
            return if model.of_rows {
                rows(&map)
            } else if map.contains_key("y") {
                Measured::of(&map).map(Self::Points)
            } else {
                bins(&map).map(Self::Histogram)
            };
        }
        if value.is::<Column>() || value.is_array() {
            return numbers(value, "values").map(Self::Values);
        }
        Err(unfit(value))
    }

    pub(super) fn sample(&self) -> Sample<'_> {
        match self {
            Self::Histogram(histogram) => Sample::Histogram(histogram),
            Self::Points(points) => Sample::Points(points.borrowed()),
            Self::Values(values) => Sample::Values(values),
            Self::Rows(table) => Sample::Rows(table),
        }
    }
}

/// A map of either kind.
fn map(value: &Dynamic) -> Option<Map> {
    if let Some(map) = value.read_lock::<Map>() {
        return Some(map.clone());
    }
    let ordered = value.read_lock::<Ordered>()?;
    let members = ordered.0.iter();
    Some(members.map(|(k, v)| (k.into(), v.clone())).collect())
}

fn unfit(value: &Dynamic) -> Box<EvalAltResult> {
    let message = format!("a model cannot be fitted to {}", a_kind(value));
    let hint = if value.is::<Histograms>() {
        "`fit_each` fits every channel, `.channel(n)` is one of them"
    } else {
        "there are fits of a Histogram, an array or Column of values, a Table, and of maps \
         `#{ x, y, sigma }` or `#{ edges, contents }`"
    };
    Raised::new("fit::data", message).hint(hint).boxed()
}

impl Measured {
    /// From `#{ x, y, sigma, x_errors }`; one of the last two may be missing.
    fn of(map: &Map) -> Fallible<Self> {
        refuse_others(map, &POINTS, "points")?;
        Self::new(
            needed(map, "x", "points")?,
            needed(map, "y", "points")?,
            map.get("sigma"),
            map.get("x_errors"),
        )
    }

    /// From columns; an error that is one number is that of every point.
    pub(super) fn new(
        x: &Dynamic,
        y: &Dynamic,
        sigma: Option<&Dynamic>,
        x_errors: Option<&Dynamic>,
    ) -> Fallible<Self> {
        let x = numbers(x, "x")?;
        let errors = |value: Option<&Dynamic>, what: &str| match value {
            None => Ok(Vec::new()),
            Some(value) if value.is_unit() => Ok(Vec::new()),
            Some(value) if value.is_float() || value.is_int() => Ok(vec![number(value)?; x.len()]),
            Some(value) => numbers(value, what),
        };
        Ok(Self {
            y: numbers(y, "y")?,
            sigma: errors(sigma, "sigma")?,
            x_errors: errors(x_errors, "x_errors")?,
            x,
        })
    }

    fn borrowed(&self) -> Points<'_> {
        Points {
            x: &self.x,
            y: &self.y,
            errors: &self.sigma,
            x_errors: &self.x_errors,
        }
    }
}

fn needed<'a>(map: &'a Map, key: &str, what: &str) -> Fallible<&'a Dynamic> {
    map.get(key).ok_or_else(|| {
        let message = format!("{what} need the key `{key}`");
        Raised::new("script::missing-key", message).boxed()
    })
}

/// A histogram from `#{ edges, contents }` or `#{ low, high, contents }`, `variances` as wanted.
fn bins(map: &Map) -> Fallible<Histogram> {
    refuse_others(map, &BINS, "bins")?;
    let contents = numbers(needed(map, "contents", "bins")?, "contents")?;
    let axis = match map.get("edges") {
        Some(edges) if !map.contains_key("low") && !map.contains_key("high") => {
            Axis::variable(numbers(edges, "edges")?, "").map_err(|e| raise("hist::axis")(&e))?
        }
        Some(_) => {
            let message = "bins have either `edges`, or `low` and `high`";
            return Err(Raised::new("script::wrong-value", message).boxed());
        }
        None => regular(
            contents.len(),
            needed(map, "low", "bins")?,
            needed(map, "high", "bins")?,
        )?,
    };
    let variances = map.get("variances").map(|v| numbers(v, "variances"));
    histogram(axis, contents, variances.transpose()?)
}

/// Equal bins.
pub(super) fn regular(bins: usize, low: &Dynamic, high: &Dynamic) -> Fallible<Axis> {
    let bins = i64::try_from(bins).unwrap_or(i64::MAX);
    Axis::regular(bins, number(low)?, number(high)?, "").map_err(|e| raise("hist::axis")(&e))
}

/// Contents of the bins of an axis: counts, or sums of weights where there are variances.
pub(super) fn histogram(
    axis: Axis,
    contents: Vec<f64>,
    variances: Option<Vec<f64>>,
) -> Fallible<Histogram> {
    let bins = axis.bins();
    let cells = |values: Vec<f64>, what: &str| -> Fallible<Vec<f64>> {
        if values.len() != bins {
            let message = format!("{bins} bins need as many {what}, not {}", values.len());
            return Err(Raised::new("script::wrong-value", message).boxed());
        }
        Ok([vec![0.0], values, vec![0.0]].concat())
    };
    let mut histogram = Histogram::of_counts(axis, cells(contents, "contents")?);
    histogram.variances = variances.map(|v| cells(v, "variances")).transpose()?;
    Ok(histogram)
}

/// A map of columns as a table.
fn rows(map: &Map) -> Fallible<Data> {
    let mut table = expr::Table::new();
    for (name, values) in map {
        let values = expr::Column::Float(numbers(values, name)?);
        let pushed = table.push(name.as_str(), values);
        pushed.map_err(|error| raise("table::column")(&error))?;
    }
    Ok(Data::Rows(Arc::new(table)))
}

/// Numbers from an array or a column.
pub(super) fn numbers(value: &Dynamic, what: &str) -> Fallible<Vec<f64>> {
    let wrong = |found: &str| {
        let message = format!("`{what}` is an array or Column of numbers, not {found}");
        Raised::new("script::wrong-value", message).boxed()
    };
    if let Some(column) = value.read_lock::<Column>() {
        let floats = column.values.to_floats();
        return floats.ok_or_else(|| wrong("a Column of something else"));
    }
    let Some(items) = value.read_lock::<Array>() else {
        return Err(wrong(&a_kind(value)));
    };
    let item = |item: &Dynamic| {
        let whole = item.as_int().ok().map(|n| n as f64);
        let found = item.as_float().ok().or(whole);
        found.ok_or_else(|| wrong(&format!("one that holds {}", a_kind(item))))
    };
    items.iter().map(item).collect()
}
