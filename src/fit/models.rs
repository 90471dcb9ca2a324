//! Models that need no closure: the usual peaks and curves, with their start rules.
//!
//! The same models are in `stdlib/models.rhai` as a script would write them.

use std::sync::Arc;

use crate::expr::build::{
    add, binary, call, choose, column, div, mul, neg, number, parameter, sub,
};
use crate::expr::{BinaryOp, Expr, Failure, Function, maths, parameters};
use crate::hist::Histogram;

use super::{Fit, Model, Parameter, Refit, Rule, RuleFunction, Start};

/// A rule written in Rust.
struct Native<F> {
    source: String,
    function: F,
}

impl<Q: ?Sized, A, F: Fn(&Q) -> A + Send + Sync> RuleFunction<Q, A> for Native<F> {
    fn ask(&self, question: &Q) -> Result<A, Failure> {
        Ok((self.function)(question))
    }

    fn source(&self) -> &str {
        &self.source
    }
}

/// A rule written in Rust; `source` is its identity and must name all it captures.
pub fn rule<Q: ?Sized, A>(
    source: impl Into<String>,
    function: impl Fn(&Q) -> A + Send + Sync + 'static,
) -> Rule<Q, A> {
    Rule(Arc::new(Native {
        source: source.into(),
        function,
    }))
}

impl Model {
    /// A model with this formula of `x`; parameters in order of appearance, without start values.
    #[must_use]
    pub fn new(name: impl Into<String>, formula: Expr) -> Self {
        let parameter = |name| Parameter {
            name,
            start: Start::Unset,
            limits: (None, None),
            fixed: false,
        };
        Self {
            name: name.into(),
            parameters: parameters(&formula).into_iter().map(parameter).collect(),
            formula,
            of_rows: false,
            held_at_limit: Vec::new(),
            range: None,
            prepare: None,
            refit: None,
        }
    }

    fn edit(mut self, name: &str, change: impl FnOnce(&mut Parameter)) -> Self {
        if let Some(parameter) = self.parameters.iter_mut().find(|p| p.name == name) {
            change(parameter);
        }
        self
    }

    /// A start value; an unknown parameter is left out.
    #[must_use]
    pub fn start(self, name: &str, value: f64) -> Self {
        self.edit(name, |p| p.start = Start::Value(value))
    }

    /// A start value asked of each histogram; an unknown parameter is left out.
    #[must_use]
    pub fn start_from(
        self,
        name: &str,
        source: &str,
        function: impl Fn(&Histogram) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.edit(name, |p| p.start = Start::Histogram(rule(source, function)))
    }

    /// Limits; an unknown parameter is left out.
    #[must_use]
    pub fn limits(self, name: &str, low: Option<f64>, high: Option<f64>) -> Self {
        self.edit(name, |p| p.limits = (low, high))
    }

    /// Where a fit ends at a limit of this parameter, it is held there and the fit is done again.
    #[must_use]
    pub fn hold_at_limit(mut self, name: &str) -> Self {
        self.held_at_limit.push(name.to_owned());
        self
    }

    /// Holds a parameter at its start value; an unknown parameter is left out.
    #[must_use]
    pub fn fix(self, name: &str) -> Self {
        self.edit(name, |p| p.fixed = true)
    }
}

/// exp(−½ ((x − mean)/sigma)²)
fn bell(mean: &Expr, sigma: &Expr) -> Expr {
    let pull = div(&sub(&column("x"), mean), sigma);
    call(Function::Exp, &mul(&number(-0.5), &mul(&pull, &pull)))
}

/// A Gaussian: `norm` (its height), `mean`, `sigma`.
#[must_use]
pub fn gaussian() -> Model {
    let shape = bell(&parameter("mean"), &parameter("sigma"));
    Model::new("gaussian", mul(&parameter("norm"), &shape))
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mean", Histogram::mean)
        .start_from("sigma", "std", Histogram::std)
        .limits("sigma", Some(0.0), None)
}

/// A Gaussian fitted to the core only: within `width` sigmas of its own mean, until the range
/// moves by less than half a bin, ten fits more at most.
#[must_use]
pub fn gaussian_core(width: f64) -> Model {
    let next = move |(histogram, fit): &(Histogram, Fit)| {
        let (mean, sigma) = (fit.parameter("mean")?.0, fit.parameter("sigma")?.0);
        let (low, high) = (mean - width * sigma, mean + width * sigma);
        let moved = (low - fit.low).abs().max((high - fit.high).abs());
        (moved >= 0.5 * histogram.bin_width()).then_some((low, high))
    };
    let mut model = gaussian().start_from("mean", "mode", Histogram::mode);
    model.name = "gaussian_core".into();
    model.refit = Some(Refit {
        times: 10,
        rule: rule(format!("mean ± {width} sigma"), next),
    });
    model
}

/// Two Gaussians around one mean: `norm` (height of both together), `tail` (part of the height
/// in the wide one), `mean`, `sigma` of the narrow one, `ratio` (width of the wide one in units
/// of `sigma`, at least 1).
#[must_use]
pub fn double_gaussian() -> Model {
    let (mean, sigma, tail) = (parameter("mean"), parameter("sigma"), parameter("tail"));
    let narrow = mul(&sub(&number(1.0), &tail), &bell(&mean, &sigma));
    let wide = mul(&tail, &bell(&mean, &mul(&sigma, &parameter("ratio"))));
    let formula = mul(&parameter("norm"), &add(&narrow, &wide));
    let mut model = Model::new("double_gaussian", formula)
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mode", Histogram::mode)
        .start_from("sigma", "half of std", |h| 0.5 * h.std())
        .start("tail", 0.2)
        .start("ratio", 2.5);
    model = model.limits("sigma", Some(0.0), None);
    model = model.limits("tail", Some(0.0), Some(1.0));
    model.limits("ratio", Some(1.0), None)
}

/// An exponential: `norm` (its value at x = 0), `tau` (falling for positive values).
#[must_use]
pub fn exponential() -> Model {
    let shape = call(Function::Exp, &neg(&div(&column("x"), &parameter("tau"))));
    Model::new("exponential", mul(&parameter("norm"), &shape))
        .start_from("norm", "maximum seen from 0", |h| {
            h.maximum() * maths::exp(h.low() / h.std())
        })
        .start_from("tau", "std", Histogram::std)
}

/// The same model on a constant `level`.
#[must_use]
pub fn on_constant(model: Model) -> Model {
    let mut model = model;
    model.formula = add(&model.formula, &parameter("level"));
    model.name = format!("{}_on_constant", model.name);
    model.parameters.push(Parameter {
        name: "level".into(),
        start: Start::Histogram(rule("1 % of maximum", |h: &Histogram| 0.01 * h.maximum())),
        limits: (None, None),
        fixed: false,
    });
    model
}

/// A straight line: `offset`, `slope`.
#[must_use]
pub fn line() -> Model {
    let formula = add(
        &parameter("offset"),
        &mul(&parameter("slope"), &column("x")),
    );
    Model::new("line", formula)
}

/// A polynomial of degree `degree`: `c0`, `c1`, …
#[must_use]
pub fn polynomial(degree: u32) -> Model {
    let mut formula = parameter(&format!("c{degree}"));
    for power_of_x in (0..degree).rev() {
        let lower = parameter(&format!("c{power_of_x}"));
        formula = add(&lower, &mul(&column("x"), &formula));
    }
    Model::new("polynomial", formula)
}

/// A Novosibirsk peak on a constant: `eta` (the tail), `peak`, `sigma`, `norm` (its height),
/// `level`. Where the logarithm does not exist the exponent is 15, as calibrations have it.
/// Source: H. Ikeda et al., Nucl. Instrum. Meth. A 441 (2000) 401, appendix A.
#[must_use]
pub fn novosibirsk() -> Model {
    let (one, half) = (number(1.0), number(0.5));
    let root_log_four = number(LOG_FOUR.sqrt());
    let y = mul(&parameter("eta"), &root_log_four);
    let root = call(Function::Sqrt, &add(&one, &mul(&y, &y)));
    let tail = neg(&div(&call(Function::Ln, &add(&y, &root)), &root_log_four));
    let pull = div(&sub(&column("x"), &parameter("peak")), &parameter("sigma"));
    let width = mul(&tail, &root_log_four);
    let slope = div(&call(Function::Sinh, &width), &width);
    let stretched = add(&one, &mul(&mul(&tail, &pull), &slope));
    let bent = div(&call(Function::Ln, &stretched), &tail);
    let bent = mul(&half, &add(&mul(&bent, &bent), &mul(&tail, &tail)));
    let above = binary(BinaryOp::Gt, &stretched, &number(1e-7));
    let inside = choose(&above, &bent, &number(15.0));
    let straight = binary(BinaryOp::Lt, &call(Function::Abs, &tail), &number(1e-7));
    let exponent = choose(&straight, &mul(&half, &mul(&pull, &pull)), &inside);
    let peak = mul(&parameter("norm"), &call(Function::Exp, &neg(&exponent)));
    ordered(
        Model::new("novosibirsk", add(&peak, &parameter("level"))),
        &["eta", "peak", "sigma", "norm", "level"],
    )
    .start_from("norm", "maximum", Histogram::maximum)
    .start_from("peak", "mode", Histogram::mode)
    .start_from("sigma", "std", Histogram::std)
    .start("eta", -0.41)
    .start_from("level", "1 % of maximum", |h| 0.01 * h.maximum())
}

const LOG_FOUR: f64 = 2.0 * std::f64::consts::LN_2;

/// The parameters in the order given, which must name them all.
fn ordered(mut model: Model, names: &[&str]) -> Model {
    model
        .parameters
        .sort_by_key(|parameter| names.iter().position(|name| *name == parameter.name));
    model
}
