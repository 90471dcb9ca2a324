//! Drawings; what is drawn is in the room `calibrate`, how is not known here.

use rhai::{Array, Dynamic, Engine};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::fits::Fitted;
use super::handle::Handle;
use super::objects::{items, number};
use crate::calibrate::{AxisTitle, Data, Places, Plot, Series};
use crate::hist::Histogram;
use crate::iov::ExpRun;

pub(crate) type PlotHandle = Handle<Plot>;

/// Points of a curve.
const STEPS: u32 = 400;

fn wrong(what: &str, value: &Dynamic, wanted: &str) -> Box<rhai::EvalAltResult> {
    let message = format!("{what} is {wanted}, not {}", a_kind(value));
    Raised::new("script::wrong-value", message).boxed()
}

fn numbers(what: &str, value: &Dynamic) -> Fallible<Vec<f64>> {
    let all = items(value).and_then(|all| all.iter().map(number).collect::<Option<Vec<f64>>>());
    all.ok_or_else(|| wrong(what, value, "a column or an array of numbers"))
}

/// Numbers, or runs.
fn places(value: &Dynamic) -> Fallible<Places> {
    let runs = value.read_lock::<Array>().and_then(|all| {
        let runs: Option<Vec<ExpRun>> = all.iter().map(|one| one.clone().try_cast()).collect();
        runs.filter(|runs| !runs.is_empty())
    });
    match runs {
        Some(runs) => Ok(Places::Runs(runs)),
        None => numbers("x", value).map(Places::Numbers),
    }
}

fn points(
    plot: &PlotHandle,
    x: &Dynamic,
    y: &Dynamic,
    errors: Option<&Dynamic>,
) -> Fallible<PlotHandle> {
    let x = places(x)?;
    let y = numbers("y", y)?;
    let errors = errors.map_or(Ok(Vec::new()), |errors| numbers("the error", errors))?;
    let fits = x.len() == y.len() && (errors.is_empty() || errors.len() == y.len());
    if !fits {
        let message = format!(
            "there are {} places, {} values and {} errors",
            x.len(),
            y.len(),
            errors.len()
        );
        return Err(Raised::new("plot::lengths", message)
            .hint("take all of them from one table")
            .boxed());
    }
    plot.edit(|plot| plot.series.push(Series::Points { x, y, errors }));
    Ok(plot.clone())
}

/// One more point of the series that single points make.
fn point(plot: &PlotHandle, at: &Dynamic, value: f64, error: Option<f64>) -> Fallible<PlotHandle> {
    let run = at.clone().try_cast::<ExpRun>();
    let place = number(at);
    if run.is_none() && place.is_none() {
        return Err(wrong("x", at, "a number or an ExpRun"));
    }
    let mixed = plot.edit(|plot| {
        let fresh = match plot.series.last() {
            Some(Series::Points { errors, .. }) => errors.is_empty() == error.is_some(),
            _ => true,
        };
        if fresh {
            let x = match run {
                Some(_) => Places::Runs(Vec::new()),
                None => Places::Numbers(Vec::new()),
            };
            let (y, errors) = (Vec::new(), Vec::new());
            plot.series.push(Series::Points { x, y, errors });
        }
        let Some(Series::Points { x, y, errors }) = plot.series.last_mut() else {
            return true;
        };
        match (x, run, place) {
            (Places::Runs(all), Some(run), _) => all.push(run),
            (Places::Numbers(all), None, Some(place)) => all.push(place),
            _ => return true,
        }
        y.push(value);
        errors.extend(error);
        false
    });
    match mixed {
        false => Ok(plot.clone()),
        true => Err(Raised::new(
            "plot::mixed",
            "points of one plot lie at numbers or at runs, not both",
        )
        .boxed()),
    }
}

/// A fitted curve over the range of its fit.
fn curve(plot: &PlotHandle, fitted: &Fitted) -> Fallible<PlotHandle> {
    let fit = &fitted.fit;
    let (low, high) = (fit.low, fit.high);
    let x: Vec<f64> = (0..=STEPS)
        .map(|step| low + (high - low) * f64::from(step) / f64::from(STEPS))
        .collect();
    let y = x
        .iter()
        .map(|x| fitted.value(*x))
        .collect::<Fallible<Vec<f64>>>()?;
    let label = format!("fit, χ²/ndf = {:.1}/{}", fit.chi2, fit.ndf);
    plot.edit(|plot| plot.series.push(Series::Curve { x, y, label }));
    Ok(plot.clone())
}

fn titled(plot: &PlotHandle, set: impl FnOnce(&mut Plot)) -> PlotHandle {
    plot.edit(set);
    plot.clone()
}

fn axis(title: &str, unit: &str) -> AxisTitle {
    AxisTitle {
        title: title.to_owned(),
        unit: unit.to_owned(),
    }
}

pub(super) fn register(engine: &mut Engine) {
    type P = PlotHandle;
    engine
        .register_type_with_name::<P>("Plot")
        .register_fn("Plot", |title: &str| {
            Handle::new(Plot {
                title: title.to_owned(),
                ..Plot::default()
            })
        })
        .register_fn("x", |p: &mut P, title: &str| {
            titled(p, |plot| plot.x = axis(title, ""))
        })
        .register_fn("x", |p: &mut P, title: &str, unit: &str| {
            titled(p, |plot| plot.x = axis(title, unit))
        })
        .register_fn("y", |p: &mut P, title: &str| {
            titled(p, |plot| plot.y = axis(title, ""))
        })
        .register_fn("y", |p: &mut P, title: &str, unit: &str| {
            titled(p, |plot| plot.y = axis(title, unit))
        })
        .register_fn("points", |p: &mut P, x: Dynamic, y: Dynamic| {
            points(p, &x, &y, None)
        })
        .register_fn(
            "points",
            |p: &mut P, x: Dynamic, y: Dynamic, error: Dynamic| points(p, &x, &y, Some(&error)),
        )
        .register_fn("point", |p: &mut P, x: Dynamic, y: f64| {
            point(p, &x, y, None)
        })
        .register_fn("point", |p: &mut P, x: Dynamic, y: f64, error: f64| {
            point(p, &x, y, Some(error))
        })
        .register_fn("histogram", |p: &mut P, histogram: Histogram| {
            let series = Series::from(&histogram);
            titled(p, |plot| plot.series.push(series))
        })
        .register_fn("curve", |p: &mut P, fit: Fitted| curve(p, &fit))
        .register_fn("plot", |d: &mut Data, plot: P| d.plot(plot.get()));
}
