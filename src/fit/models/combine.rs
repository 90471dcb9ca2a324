//! Sums and products of models.

use crate::expr::Expr;
use crate::expr::build::{add, mul, parameter};
use crate::fit::{Error, Model, Parameter, Start};
use crate::hist::Histogram;

use super::builder::{rule, seeing};

/// The same model on a constant `level`, which starts at the [`Histogram::floor`]; the other
/// parameters start as if the floor were taken away.
#[must_use]
pub fn on_constant(model: Model) -> Model {
    let mut model = model;
    model.formula = add(&model.formula, &parameter("level"));
    model.name = format!("{}_on_constant", model.name);
    model.parameters = seeing(&model.parameters, "the contents above the floor", |h| {
        h.without(h.floor())
    });
    model.parameters.push(Parameter {
        name: "level".into(),
        start: Start::Histogram(rule("floor", Histogram::floor)),
        limits: (None, None),
        fixed: false,
    });
    model
}

/// The sum of two models, most often of a peak and what lies below it. A parameter that both have
/// must be named in `shared` and is then one parameter, with start and limits of the first.
///
/// The start rules of `peak` see the contents above the straight line through both ends of the
/// histogram, those of `below` see that line.
///
/// # Errors
/// When both have a parameter of a name that is not shared; when a shared one is not in both; when
/// both move their range or prepare their histogram.
pub fn sum(peak: &Model, below: &Model, shared: &[&str]) -> Result<Model, Error> {
    let (mut peak, mut below) = (peak.clone(), below.clone());
    peak.parameters = seeing(
        &peak.parameters,
        "the contents above the line through both ends",
        Histogram::above_ends,
    );
    below.parameters = seeing(
        &below.parameters,
        "the line through both ends",
        Histogram::line_of_ends,
    );
    joined(peak, below, shared, "+", add)
}

/// The product of two models. Start rules see the histogram as it is; parameters as for [`sum`].
/// Where both have a height, one of them must be renamed and held, since only their product
/// matters.
///
/// # Errors
/// As [`sum`].
pub fn product(a: &Model, b: &Model, shared: &[&str]) -> Result<Model, Error> {
    joined(a.clone(), b.clone(), shared, "*", mul)
}

fn joined(
    a: Model,
    b: Model,
    shared: &[&str],
    sign: &str,
    join: fn(&Expr, &Expr) -> Expr,
) -> Result<Model, Error> {
    let name = format!("{} {sign} {}", a.name, b.name);
    let clash = |parameter: &str, both: bool| Error::Clash {
        model: name.clone(),
        parameter: parameter.to_owned(),
        what: if both {
            "is in both: rename one of them, or name it as shared to have one parameter for both"
        } else {
            "is not in both and cannot be shared"
        },
    };
    if let Some(wrong) = shared.iter().find(|n| !(a.has(n) && b.has(n))) {
        return Err(clash(wrong, false));
    }
    let mut parameters = a.parameters.clone();
    for parameter in b.parameters {
        let Some(known) = parameters.iter_mut().find(|p| p.name == parameter.name) else {
            parameters.push(parameter);
            continue;
        };
        if !shared.contains(&parameter.name.as_str()) {
            return Err(clash(&parameter.name, true));
        }
        merge(known, parameter);
    }
    if a.of_rows || b.of_rows {
        return Err(Error::Clash {
            model: name,
            parameter: "the formula".into(),
            what: "is the logarithm of a density of rows: write the sum into one closure",
        });
    }
    let once = |one: bool, other: bool, what: &str| {
        if one && other {
            return Err(Error::Clash {
                model: name.clone(),
                parameter: what.to_owned(),
                what: "is in both: take it out of one of them",
            });
        }
        Ok(())
    };
    once(a.range.is_some(), b.range.is_some(), "range")?;
    once(a.prepare.is_some(), b.prepare.is_some(), "prepare")?;
    once(a.refit.is_some(), b.refit.is_some(), "refit")?;
    Ok(Model {
        formula: join(&a.formula, &b.formula),
        of_rows: false,
        held_at_limit: [a.held_at_limit, b.held_at_limit].concat(),
        name,
        parameters,
        range: a.range.or(b.range),
        prepare: a.prepare.or(b.prepare),
        refit: a.refit.or(b.refit),
    })
}

/// What the first says counts; what it leaves open is taken from the second.
fn merge(known: &mut Parameter, other: Parameter) {
    if matches!(known.start, Start::Unset) {
        known.start = other.start;
    }
    known.limits = (
        known.limits.0.or(other.limits.0),
        known.limits.1.or(other.limits.1),
    );
    known.fixed |= other.fixed;
}
