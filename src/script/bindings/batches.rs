//! Fits of many channels at once, and of the slices of histograms in two dimensions; the meaning is
//! in the room `fit`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, Engine, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed, raise};
use super::super::worker;
use super::blocks::{Histograms, push};
use super::fit::{ModelHandle, options};
use super::fits::refused;
use super::tables::{CHANNEL, Table, count};
use crate::calibrate::Seen;
use crate::expr;
use crate::fit::{
    Compiled, Errors, Model, Options, Row, Warm, failed_everywhere, pictures, points_of, table,
};
use crate::hist::{Axis, Histogram};

/// The fits of all slices of each channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Slices(Arc<Sliced>);

#[derive(Debug)]
struct Sliced {
    /// What a channel is; empty for a single object.
    name: String,
    /// What was sliced.
    axis: Axis,
    /// Names of the parameters.
    parameters: Vec<String>,
    /// What their errors are taken from.
    errors: Errors,
    /// The fits of each channel in the order of the bins.
    channels: Vec<(i64, Vec<Row>)>,
}

/// A curve of points with errors for each channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Points {
    name: String,
    channels: Arc<Vec<(i64, Histogram)>>,
}

/// One point of a curve.
#[derive(Clone, Copy, Debug)]
struct Point {
    x: f64,
    y: f64,
    error: f64,
}

/// Options of a fit, with where it starts taken out of the map.
pub(super) fn batch_options(map: &Map, model: &Model) -> Fallible<(Options, Warm)> {
    let mut map = map.clone();
    let start = map.remove("start");
    let mut options = options(&map)?;
    let warm = match start {
        Some(start) => warm(&start, model)?,
        None => Warm::No,
    };
    options.neighbour = warm == Warm::Neighbour;
    Ok((options, warm))
}

/// `"neighbour"`, or a table with a column per parameter.
fn warm(start: &Dynamic, model: &Model) -> Fallible<Warm> {
    if start
        .clone()
        .into_string()
        .is_ok_and(|word| word == "neighbour")
    {
        return Ok(Warm::Neighbour);
    }
    let Some(earlier) = start.read_lock::<Table>() else {
        let message = format!(
            "`start` of the fits of many channels is \"neighbour\" or a table of earlier fits, not {}",
            a_kind(start)
        );
        return Err(Raised::new("script::wrong-value", message)
            .key("start")
            .boxed());
    };
    let expr::Column::Int(channels) = earlier.column(CHANNEL)? else {
        let message = format!("`{CHANNEL}` of earlier fits does not hold whole numbers");
        return Err(Raised::new("table::no-channels", message).boxed());
    };
    let mut values = Vec::new();
    for parameter in &model.parameters {
        let column = earlier.column(&parameter.name)?.to_floats();
        values.push(column.ok_or_else(|| {
            let message = format!("`{}` does not hold numbers", parameter.name);
            Raised::new("table::no-numbers", message).boxed()
        })?);
    }
    let row = |at: usize| values.iter().map(|column| column[at]).collect();
    let rows = channels.iter().enumerate();
    let rows: BTreeMap<i64, Vec<f64>> = rows.map(|(at, n)| (*n, row(at))).collect();
    Ok(Warm::Earlier(rows))
}

/// A rule that failed everywhere is an error of the script; what fails here and there is a flag.
fn refuse_failed(rows: &[Row], nouns: &str) -> Fallible<()> {
    failed_everywhere(rows, nouns).map_or(Ok(()), |failure| Err(failed("closure::failed", failure)))
}

fn each(histograms: &Histograms, model: &ModelHandle, map: &Map) -> Fallible<Table> {
    let names = histograms.index_columns()?;
    each_of(histograms.name(), names, &histograms.all()?, model, map)
}

/// The fits of channels; what says more of a channel than its number gets a column of its name.
fn each_of(
    name: &str,
    names: Vec<(String, expr::Column)>,
    all: &[(i64, Histogram)],
    model: &ModelHandle,
    map: &Map,
) -> Fallible<Table> {
    worker::large_step();
    let channels: Vec<(i64, &Histogram)> = all.iter().map(|(n, h)| (*n, h)).collect();
    let model = model.get();
    let (options, warm) = batch_options(map, &model)?;
    let compiled = Compiled::new(&model).map_err(|error| refused(&error))?;
    let rows = compiled.fit_each_from(&channels, &warm, &options);
    refuse_failed(&rows, "channels")?;
    let fits = table(&rows, &model.names(), options.errors);
    let mut fits = fits.map_err(|error| raise("table::column")(&error))?;
    if let Some(data) = worker::current() {
        data.fitted(|| {
            let pictures = pictures("", &channels, &rows, &model, &options).ok()?;
            Some(Seen {
                name: name.to_owned(),
                indices: several(&names),
                fits: fits.clone(),
                pictures,
            })
        });
    }
    if let [_, _, ..] = names.as_slice() {
        // Several numbers stand in place of one, as in the tables of sums and efficiencies.
        let mut split = expr::Table::new();
        let others = fits.columns().filter(|(name, _)| *name != CHANNEL);
        let others = others.map(|(name, column)| (name.to_owned(), column.clone()));
        for (name, column) in names.into_iter().chain(others) {
            push(&mut split, &name, column)?;
        }
        return Ok(Table::new(split));
    }
    // The channel also goes by its own name: `class`.
    for (name, numbers) in names {
        if fits.column(&name).is_none() {
            push(&mut fits, &name, numbers)?;
        }
    }
    Ok(Table::new(fits))
}

/// The numbers of channels that have several.
fn several(names: &[(String, expr::Column)]) -> Vec<(String, Vec<i64>)> {
    let numbers = |(name, column): &(String, expr::Column)| match column {
        expr::Column::Int(numbers) => Some((name.clone(), numbers.clone())),
        _ => None,
    };
    match names {
        [_, _, ..] => names.iter().filter_map(numbers).collect(),
        _ => Vec::new(),
    }
}

fn slices(histograms: &Histograms, model: &ModelHandle, map: &Map) -> Fallible<Slices> {
    worker::large_step();
    let (axis, channels) = histograms.slices()?;
    let model = model.get();
    let (options, warm) = batch_options(map, &model)?;
    let compiled = Compiled::new(&model).map_err(|error| refused(&error))?;
    let bins = axis.bins().max(1);
    let all: Vec<(i64, &Histogram)> = channels
        .iter()
        .flat_map(|(_, slices)| (0..).zip(slices))
        .collect();
    let rows = compiled.fit_each_from(&all, &warm, &options);
    refuse_failed(&rows, "slices")?;
    let fits = channels.iter().zip(rows.chunks(bins));
    Ok(Slices(Arc::new(Sliced {
        name: histograms.name().to_owned(),
        axis,
        parameters: model.names(),
        errors: options.errors,
        channels: fits.map(|((n, _), rows)| (*n, rows.to_vec())).collect(),
    })))
}

impl Points {
    /// The channel by its own name, if it has one.
    fn names(&self) -> Vec<(String, expr::Column)> {
        if self.name.is_empty() || self.name == CHANNEL {
            return Vec::new();
        }
        let numbers = self.channels.iter().map(|(n, _)| *n).collect();
        vec![(self.name.clone(), expr::Column::Int(numbers))]
    }
}

impl Slices {
    fn points(&self, parameter: &str) -> Fallible<Points> {
        let sliced = &self.0;
        if !sliced.parameters.iter().any(|name| name == parameter) {
            let names = sliced.parameters.iter().map(String::as_str);
            let near = crate::settings::nearest(parameter, names);
            let message = format!("the fits of the slices have no parameter `{parameter}`");
            return Err(Raised::new("fit::unknown-parameter", message)
                .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
                .boxed());
        }
        let curve = |(n, rows): &(i64, Vec<Row>)| {
            let points = points_of(&sliced.axis, rows, parameter);
            points.map(|points| (*n, points))
        };
        let channels: Vec<_> = sliced.channels.iter().filter_map(curve).collect();
        Ok(Points {
            name: sliced.name.clone(),
            channels: Arc::new(channels),
        })
    }

    /// All fits: a row per channel and bin, with the centre of the bin as `x`.
    fn table(&self) -> Fallible<Table> {
        let sliced = &self.0;
        let rows: Vec<Row> = sliced
            .channels
            .iter()
            .flat_map(|(n, rows)| {
                let of_channel = |row: &Row| Row {
                    channel: *n,
                    ..row.clone()
                };
                rows.iter().map(of_channel)
            })
            .collect();
        let bins = sliced.channels.iter().flat_map(|(_, rows)| 0..rows.len());
        let x = bins.map(|bin| sliced.axis.centre(bin)).collect();
        let fits = table(&rows, &sliced.parameters, sliced.errors);
        let mut fits = fits.map_err(|error| raise("table::column")(&error))?;
        push(&mut fits, "x", expr::Column::Float(x))?;
        Ok(Table::new(fits))
    }
}

impl Points {
    fn channel(&self, number: i64) -> Fallible<Histogram> {
        let found = self.channels.iter().find(|(n, _)| *n == number);
        found.map(|(_, curve)| curve.clone()).ok_or_else(|| {
            let message = format!("there are no points of channel {number}");
            Raised::new("hist::unknown-channel", message).boxed()
        })
    }
}

/// The first or last filled bin of a histogram as a point.
fn point(histogram: &Histogram, last: bool) -> Fallible<Point> {
    let (first, end) = histogram.filled().ok_or_else(|| {
        Raised::new("hist::empty", "there is no point: all bins are empty").boxed()
    })?;
    let bin = if last { end } else { first };
    Ok(Point {
        x: histogram.axis.centre(bin),
        y: histogram.values()[bin],
        error: histogram.error(bin),
    })
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("fit_each", |h: Histograms, model: ModelHandle| {
            each(&h, &model, &Map::new())
        })
        .register_fn("fit_each", |h: Histograms, model: ModelHandle, map: Map| {
            each(&h, &model, &map)
        })
        .register_fn("fit_each", |points: Points, model: ModelHandle| {
            each_of(
                &points.name,
                points.names(),
                &points.channels,
                &model,
                &Map::new(),
            )
        })
        .register_fn(
            "fit_each",
            |points: Points, model: ModelHandle, map: Map| {
                each_of(&points.name, points.names(), &points.channels, &model, &map)
            },
        )
        .register_type_with_name::<Slices>("Slices")
        .register_fn("slices", |h: &mut Histograms, model: ModelHandle| {
            slices(h, &model, &Map::new())
        })
        .register_fn(
            "slices",
            |h: &mut Histograms, model: ModelHandle, map: Map| slices(h, &model, &map),
        )
        .register_fn("points", |slices: &mut Slices, parameter: &str| {
            slices.points(parameter)
        })
        .register_fn("table", |slices: &mut Slices| slices.table())
        .register_type_with_name::<Points>("Points")
        .register_fn("channel", |points: &mut Points, n: i64| points.channel(n))
        .register_fn("len", |points: &mut Points| count(points.channels.len()))
        .register_type_with_name::<Point>("Point")
        .register_get("x", |point: &mut Point| point.x)
        .register_get("y", |point: &mut Point| point.y)
        .register_get("error", |point: &mut Point| point.error)
        .register_get("first", |h: &mut Histogram| point(h, false))
        .register_get("last", |h: &mut Histogram| point(h, true));
}
