//! Fits that a script does itself, and what comes out; the meaning is in the room `fit`.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult};

use super::super::raise::{Fallible, Raised, failed, raise};
use super::fit::number;
use crate::fit::{Drawn, Error, Fit, Model, Solved, probability};

/// A fit, and the curve that was fitted.
#[derive(Clone, Debug)]
pub(crate) struct Fitted {
    pub(super) fit: Fit,
    /// None where there is more than one, or it is one of rows.
    pub(super) curve: Option<Arc<Drawn>>,
    /// What was fitted; nothing while a model is asked for its next range.
    pub(super) solved: Option<Arc<Solved>>,
}

pub(super) fn refused(error: &Error) -> Box<EvalAltResult> {
    match error {
        Error::Rule { failure, .. } => failed("closure::failed", failure.clone()),
        other => raise("fit::refused")(other),
    }
}

/// A fit as scripts see it.
pub(super) fn fitted(solved: Solved, models: &[Model]) -> Fallible<Fitted> {
    let curve = match models {
        [model] if !model.of_rows => Some(curve_of(model)?),
        _ => None,
    };
    Ok(Fitted {
        fit: solved.fit.clone(),
        curve,
        solved: Some(Arc::new(solved)),
    })
}

/// The curve of a model, for closures that see its fits.
pub(super) fn curve_of(model: &Model) -> Fallible<Arc<Drawn>> {
    let curve = Drawn::new(model).map_err(|error| refused(&error))?;
    Ok(Arc::new(curve))
}

impl Fitted {
    /// The numbers of the fit.
    pub(in super::super) fn fit(&self) -> &Fit {
        &self.fit
    }

    fn curve(&self) -> Fallible<&Drawn> {
        self.curve.as_deref().ok_or_else(|| {
            let message = "a fit of several models, or of rows, is no single curve of x";
            Raised::new("fit::no-curve", message).boxed()
        })
    }

    pub(super) fn value(&self, x: f64) -> Fallible<f64> {
        Ok(self.curve()?.value(x, &self.fit.values))
    }

    /// Where the curve crosses `y` first on the way; NaN if nowhere.
    fn find_x(&self, y: f64, from: f64, to: f64) -> Fallible<f64> {
        Ok(self.curve()?.crossing(y, from, to, &self.fit.values))
    }
}

/// Facts by name: the fit's own, and `PARAMETER`, `PARAMETER_error`, and with errors by profiling
/// `PARAMETER_lower`, `PARAMETER_upper`.
pub(super) fn member(fit: &Fit, name: &str) -> Fallible<Dynamic> {
    let own: Dynamic = match name {
        "valid" => fit.valid().into(),
        "edm_reached" => fit.edm_reached.into(),
        "at_limit" => fit.at_limit.into(),
        "call_limit" => fit.call_limit.into(),
        "accurate" => fit.accurate.into(),
        "chi2" => fit.chi2.into(),
        "ndf" => fit.ndf.into(),
        "chi2_ndf" => fit.chi2_ndf().into(),
        "probability" => probability(fit.chi2, fit.ndf).into(),
        "entries" => whole(fit.entries).into(),
        "low" => fit.low.into(),
        "high" => fit.high.into(),
        "edm" => fit.edm.into(),
        "ranges" => ranges(fit),
        "minimum" => fit.minimum.into(),
        "minos_valid" => fit.minos_valid().into(),
        "why" => fit.why.as_str().into(),
        "refits" => i64::from(fit.refits).into(),
        _ => Dynamic::UNIT,
    };
    if !own.is_unit() {
        return Ok(own);
    }
    if let Some((value, _)) = fit.parameter(name) {
        return Ok(value.into());
    }
    let error = name.strip_suffix("_error");
    if let Some((_, error)) = error.and_then(|name| fit.parameter(name)) {
        return Ok(error.into());
    }
    if let Some(error) = super::profile::side(fit, name) {
        return Ok(error);
    }
    let near = crate::settings::nearest(name, fit.names.iter().map(String::as_str));
    Err(
        Raised::new("fit::unknown-parameter", format!("a fit has no `{name}`"))
            .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
            .boxed(),
    )
}

/// The ranges of the fits before as `[low, high]`.
fn ranges(fit: &Fit) -> Dynamic {
    let range = |(low, high): &(f64, f64)| -> Dynamic {
        let ends: Array = vec![Dynamic::from_float(*low), Dynamic::from_float(*high)];
        ends.into()
    };
    let ranges: Array = fit.ranges.iter().map(range).collect();
    ranges.into()
}

/// Entries are counted.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, and no histogram has so many"
)]
pub(super) fn whole(entries: f64) -> i64 {
    entries.round() as i64
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Fitted>("Fit")
        .register_indexer_get(|fit: &mut Fitted, name: &str| member(&fit.fit, name))
        .register_fn("value", |fit: &mut Fitted, x: Dynamic| -> Fallible<f64> {
            fit.value(number(&x)?)
        })
        .register_fn(
            "find_x",
            |fit: &mut Fitted, y: Dynamic, from: Dynamic, to: Dynamic| -> Fallible<f64> {
                fit.find_x(number(&y)?, number(&from)?, number(&to)?)
            },
        );
}
