//! Every cost against the exact minimum, found elsewhere in 40 digits.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expr::{Column, Table};
use crate::fit::{Cost, Fit, Model, Options, Points, Sample, fit_together};
use crate::hist::{Axis, Histogram};

use super::parser::parse_over;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    names: Vec<String>,
    start: Vec<f64>,
    fixed: Vec<String>,
    limits: BTreeMap<String, (f64, f64)>,
    parts: Vec<Part>,
    values: Vec<f64>,
    errors: Vec<f64>,
    cost: f64,
    correlation_01: f64,
    /// The slope of the density jumps where a parameter says: so does the gradient of the cost at
    /// each value, and errors are those of the expected information.
    #[serde(default)]
    kinked: bool,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Part {
    formula: String,
    cost: Option<Cost>,
    range: Option<(f64, f64)>,
    integrate: bool,
    edges: Vec<f64>,
    contents: Vec<f64>,
    variances: Option<Vec<f64>>,
    mask: Option<Vec<bool>>,
    x: Vec<f64>,
    y: Vec<f64>,
    sigma: Vec<f64>,
    x_errors: Vec<f64>,
    values: Vec<f64>,
    columns: BTreeMap<String, Vec<f64>>,
}

/// What a part of a case is made of.
enum Made {
    Histogram(Histogram),
    Points,
    Values,
    Rows(Table),
}

impl Part {
    fn made(&self) -> Made {
        if !self.columns.is_empty() {
            let mut table = Table::new();
            for (name, column) in &self.columns {
                let pushed = table.push(name.as_str(), Column::Float(column.clone()));
                pushed.expect("a column");
            }
            return Made::Rows(table);
        }
        if self.edges.is_empty() {
            return if self.x.is_empty() {
                Made::Values
            } else {
                Made::Points
            };
        }
        let cells = |values: &[f64]| [&[0.0], values, &[0.0]].concat();
        let axis = Axis::variable(self.edges.clone(), "").expect("an axis");
        let mut histogram = Histogram::of_counts(axis, cells(&self.contents));
        histogram.variances = self.variances.as_deref().map(cells);
        histogram.mask.clone_from(&self.mask);
        Made::Histogram(histogram)
    }

    fn sample<'a>(&'a self, made: &'a Made) -> Sample<'a> {
        match made {
            Made::Histogram(histogram) => Sample::Histogram(histogram),
            Made::Values => Sample::Values(&self.values),
            Made::Rows(table) => Sample::Rows(table),
            Made::Points => Sample::Points(Points {
                x: &self.x,
                y: &self.y,
                errors: &self.sigma,
                x_errors: &self.x_errors,
            }),
        }
    }

    fn model(&self, case: &Case) -> Model {
        let rows: Vec<&str> = self.columns.keys().map(String::as_str).collect();
        let of_rows = !rows.is_empty();
        let columns = if of_rows { rows } else { vec!["x"] };
        let formula = parse_over(&self.formula, &columns).expect("a formula");
        let mut model = Model::new(case.name.clone(), formula);
        model.of_rows = of_rows;
        for (name, start) in case.names.iter().zip(&case.start) {
            model = model.start(name, *start);
        }
        for name in &case.fixed {
            model = model.fix(name);
        }
        for (name, (low, high)) in &case.limits {
            model = model.limits(name, Some(*low), Some(*high));
        }
        model
    }
}

impl Case {
    fn fit(&self) -> Fit {
        let made: Vec<Made> = self.parts.iter().map(Part::made).collect();
        let models: Vec<Model> = self.parts.iter().map(|part| part.model(self)).collect();
        let parts = self.parts.iter().zip(&made).zip(&models);
        let samples: Vec<_> = parts
            .map(|((part, made), model)| (part.sample(made), model))
            .collect();
        let options = Options {
            cost: self.parts[0].cost.filter(|_| self.parts.len() == 1),
            range: self.parts.iter().find_map(|part| part.range),
            integrate: self.parts.iter().any(|part| part.integrate),
            ..Options::default()
        };
        let fit = fit_together(&samples, &options);
        fit.unwrap_or_else(|error| panic!("{}: {error}", self.name))
            .fit
    }
}

/// Values within 10⁻⁶ of an error, errors within 10⁻⁵, the cost itself within 10⁻⁷.
#[test]
fn agrees_with_the_exact_minimum() {
    let reference = include_str!("../../../tests/data/cost_reference.json");
    let reference: Reference = serde_json::from_str(reference).expect("the reference");
    assert!(reference.cases.len() > 15);
    let mut wrong = Vec::new();
    for case in &reference.cases {
        let fit = case.fit();
        let (mut shift, mut change): (f64, f64) = (0.0, 0.0);
        let wanted = case.values.iter().zip(&case.errors);
        for (name, (want, sigma)) in case.names.iter().zip(wanted) {
            let (value, error) = fit.parameter(name).expect("the parameter");
            if case.fixed.contains(name) {
                assert_eq!((value, error), (*want, 0.0), "{}: {name}", case.name);
                continue;
            }
            shift = shift.max(((value - want) / sigma).abs());
            change = change.max((error / sigma - 1.0).abs());
        }
        let at = |name: &String| fit.names.iter().position(|known| known == name);
        let (i, j) = (
            at(&case.names[0]).expect("there"),
            at(&case.names[1]).expect("there"),
        );
        let product = fit.errors[i] * fit.errors[j];
        let correlation = fit.covariance[i * fit.names.len() + j] / product;
        let correlated = case
            .fixed
            .is_empty()
            .then_some(correlation - case.correlation_01);
        let cost = fit.chi2 - case.cost;
        let said = format!(
            "{}: values within {shift:.1e} σ, errors {change:.1e}, correlation {:.1e}, cost {cost:.1e} {}",
            case.name,
            correlated.unwrap_or(0.0),
            fit.why
        );
        eprintln!("{said}");
        // a kink whose place is a parameter has no second derivative: the values are right all the
        // same, and the errors are flagged
        let by = if case.kinked { 1e-2 } else { 1e-6 };
        let errors = if case.kinked {
            !fit.accurate && !fit.valid()
        } else {
            fit.valid()
                && change <= 1e-5
                && correlated.is_none_or(|difference| difference.abs() <= 1e-5)
        };
        let good = shift <= by && errors && cost.abs() <= 1e-7_f64.max(by * by);
        if !good {
            wrong.push(format!("{said} {:?} {:?}", fit.values, fit.errors));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
