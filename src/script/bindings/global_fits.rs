//! Least squares over many records that share parameters; the meaning is in the room `fit`.

use std::collections::BTreeMap;

use rhai::{Array, Dynamic, Engine, EvalAltResult, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::super::worker;
use super::blocks::push;
use super::fit::number;
use super::matrices::{floats, whole_numbers};
use super::ordered::refuse_others;
use super::tables::Table;
use crate::expr::{self, Column};
use crate::fit::systems::{Constraint, GlobalFit, GlobalMethod, GlobalResult, Records};

const OPTIONS: &[&str] = &[
    "globals",
    "locals",
    "fix",
    "constrain",
    "presigma",
    "method",
    "min_entries",
    "chi2_cut",
    "huber",
    "scale_errors",
    "max_iterations",
    "errors",
    "weak_cut",
];

fn wrong(key: &str, message: String) -> Box<EvalAltResult> {
    Raised::new("script::wrong-value", message).key(key).boxed()
}

fn array(map: &Map, key: &str) -> Fallible<Array> {
    let Some(value) = map.get(key) else {
        return Ok(Array::new());
    };
    let array = value.clone().try_cast::<Array>();
    array.ok_or_else(|| wrong(key, format!("`{key}` is an array, not {}", a_kind(value))))
}

fn whole(value: &Dynamic, key: &str) -> Fallible<i64> {
    let message = || format!("labels in `{key}` are whole numbers, not {}", a_kind(value));
    value.as_int().map_err(|_| wrong(key, message()))
}

fn count(map: &Map, key: &str, default: usize) -> Fallible<usize> {
    let Some(value) = map.get(key) else {
        return Ok(default);
    };
    let count = value.as_int().ok().and_then(|n| usize::try_from(n).ok());
    count.ok_or_else(|| {
        wrong(
            key,
            format!("`{key}` is a whole number that is not negative"),
        )
    })
}

fn column(name: &Dynamic, key: &str) -> Fallible<String> {
    let message = || format!("`{key}` names columns, it does not hold {}", a_kind(name));
    name.clone()
        .into_string()
        .map_err(|_| wrong(key, message()))
}

/// The measurements of a table, those of one record together.
fn records(table: &Table, options: &Map) -> Fallible<Records> {
    let numbers = whole_numbers(table, "record")?;
    let (residuals, errors) = (floats(table, "residual")?, floats(table, "error")?);
    let mut globals = Vec::new();
    for pair in array(options, "globals")? {
        let pair = pair.try_cast::<Array>().unwrap_or_default();
        let [label, slope] = pair.as_slice() else {
            let message = "`globals` holds pairs [column of labels, column of derivatives]";
            return Err(wrong("globals", message.to_owned()));
        };
        let label = whole_numbers(table, &column(label, "globals")?)?;
        globals.push((label, floats(table, &column(slope, "globals")?)?));
    }
    if globals.is_empty() {
        let message =
            "a global fit needs `globals`: pairs [column of labels, column of derivatives]";
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    let mut locals = Vec::new();
    for name in array(options, "locals")? {
        locals.push(floats(table, &column(&name, "locals")?)?);
    }
    let mut rows: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (row, number) in numbers.iter().enumerate() {
        rows.entry(*number).or_default().push(row);
    }
    let mut records = Records::new();
    for (number, rows) in rows {
        records.begin(number);
        for row in rows {
            let own: Vec<f64> = locals.iter().map(|column| column[row]).collect();
            // label 0 is none
            let terms = globals
                .iter()
                .map(|(labels, slopes)| (labels[row], slopes[row]));
            let terms: Vec<(i64, f64)> = terms.filter(|(label, _)| *label != 0).collect();
            let pushed = records.push(residuals[row], errors[row], &own, &terms);
            pushed.map_err(|error| raise("fit::refused")(&error))?;
        }
    }
    Ok(records)
}

fn constraint(value: &Dynamic) -> Fallible<Constraint> {
    let Some(map) = value.read_lock::<Map>() else {
        let message = "`constrain` holds maps #{ name, labels, weights, value }";
        return Err(wrong("constrain", message.to_owned()));
    };
    refuse_others(
        &map,
        &["name", "labels", "weights", "value"],
        "parts of a constraint",
    )?;
    let labels = array(&map, "labels")?;
    let labels = labels.iter().map(|label| whole(label, "labels"));
    let labels = labels.collect::<Fallible<Vec<i64>>>()?;
    let weights = array(&map, "weights")?;
    let weights = weights.iter().map(number).collect::<Fallible<Vec<f64>>>()?;
    let weights = if map.contains_key("weights") {
        weights
    } else {
        vec![1.0; labels.len()]
    };
    if labels.len() != weights.len() {
        let message = format!("{} labels have {} weights", labels.len(), weights.len());
        return Err(wrong("weights", message));
    }
    Ok(Constraint {
        name: map
            .get("name")
            .map_or_else(|| "sum".to_owned(), ToString::to_string),
        terms: labels.into_iter().zip(weights).collect(),
        value: map.get("value").map_or(Ok(0.0), number)?,
    })
}

pub(super) fn method(value: &Dynamic) -> Fallible<GlobalMethod> {
    Ok(match value.to_string().as_str() {
        "inversion" => GlobalMethod::Inversion,
        "diagonalization" => GlobalMethod::Diagonalization,
        "decomposition" => GlobalMethod::Decomposition,
        "cholesky" => GlobalMethod::Cholesky,
        other => {
            let message = format!("there is no method `{other}`");
            return Err(Raised::new("script::wrong-value", message)
                .key("method")
                .hint("there are \"inversion\", \"diagonalization\", \"decomposition\" and \"cholesky\"")
                .boxed());
        }
    })
}

fn options(map: &Map) -> Fallible<GlobalFit> {
    refuse_others(map, OPTIONS, "options of a global fit")?;
    let default = GlobalFit::default();
    let float = |key: &str, default: f64| map.get(key).map_or(Ok(default), number);
    let fixed = array(map, "fix")?;
    let constraints = array(map, "constrain")?;
    let presigmas = array(map, "presigma")?;
    let presigma = |pair: &Dynamic| -> Fallible<(i64, f64)> {
        let pair = pair.clone().try_cast::<Array>().unwrap_or_default();
        match pair.as_slice() {
            [label, sigma] => Ok((whole(label, "presigma")?, number(sigma)?)),
            _ => Err(wrong(
                "presigma",
                "`presigma` holds pairs [label, error]".to_owned(),
            )),
        }
    };
    let chi2_cut = match map.get("chi2_cut") {
        Some(one) if !one.is_array() => vec![number(one)?],
        _ => {
            let cuts = array(map, "chi2_cut")?;
            cuts.iter().map(number).collect::<Fallible<Vec<f64>>>()?
        }
    };
    let errors = map.get("errors").map(|value| {
        let wanted = value.as_bool();
        wanted.map_err(|kind| wrong("errors", format!("`errors` is true or false, not {kind}")))
    });
    Ok(GlobalFit {
        fixed: fixed
            .iter()
            .map(|label| whole(label, "fix"))
            .collect::<Fallible<_>>()?,
        constraints: constraints
            .iter()
            .map(constraint)
            .collect::<Fallible<_>>()?,
        presigmas: presigmas.iter().map(presigma).collect::<Fallible<_>>()?,
        method: map.get("method").map_or(Ok(default.method), method)?,
        min_entries: count(map, "min_entries", default.min_entries)?,
        chi2_cut,
        huber: map.get("huber").map(number).transpose()?,
        scale_errors: float("scale_errors", default.scale_errors)?,
        max_iterations: count(map, "max_iterations", default.max_iterations)?,
        errors: errors.transpose()?,
        weak_cut: float("weak_cut", default.weak_cut)?,
    })
}

fn global_fit(table: &Table, map: &Map) -> Fallible<Map> {
    worker::large_step();
    let fit = options(map)?;
    let records = records(table, map)?;
    let result = fit
        .solve(&records)
        .map_err(|error| raise("fit::refused")(&error))?;
    said(&result)
}

/// The result as a map, with a row per parameter.
fn said(result: &GlobalResult) -> Fallible<Map> {
    let all = &result.parameters;
    let int = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut table = expr::Table::new();
    push(
        &mut table,
        "label",
        Column::Int(all.iter().map(|p| p.label).collect()),
    )?;
    push(
        &mut table,
        "value",
        Column::Float(all.iter().map(|p| p.value).collect()),
    )?;
    push(
        &mut table,
        "error",
        Column::Float(all.iter().map(|p| p.error).collect()),
    )?;
    push(
        &mut table,
        "entries",
        Column::Int(all.iter().map(|p| int(p.entries)).collect()),
    )?;
    let correlations = all.iter().map(|p| p.correlation).collect();
    push(&mut table, "correlation", Column::Float(correlations))?;
    let states = all.iter().map(|p| p.state.name().into()).collect();
    push(&mut table, "state", Column::Text(states))?;
    let rejected: Map = [
        ("singular".into(), int(result.rejected.singular).into()),
        ("no_freedom".into(), int(result.rejected.no_freedom).into()),
        ("chi2".into(), int(result.rejected.chi2).into()),
    ]
    .into();
    let weak: Array = result
        .weak_modes
        .iter()
        .map(|mode| mode.text().into())
        .collect();
    Ok([
        ("parameters".into(), Dynamic::from(Table::new(table))),
        ("chi2".into(), result.chi2.into()),
        ("ndf".into(), result.ndf.into()),
        ("records".into(), int(result.records).into()),
        ("rejected".into(), rejected.into()),
        ("down_weighted".into(), int(result.down_weighted).into()),
        ("condition".into(), result.condition.into()),
        ("weak_modes".into(), weak.into()),
        ("iterations".into(), int(result.iterations).into()),
        ("converged".into(), result.converged.into()),
    ]
    .into())
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("global_fit", |table: Table, options: Map| {
        global_fit(&table, &options)
    });
}
