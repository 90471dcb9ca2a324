//! The certified results of the NIST Statistical Reference Datasets, nonlinear regression.
//!
//! Whatever `.dat` files are in the folder are read, formula included.

use std::path::PathBuf;
use std::sync::Arc;

use crate::expr::{Column, Columns, Expr, Program, Scratch, Slice, Type, parameters};
use crate::fit::cost::Measure;
use crate::fit::objective::Objective;
use crate::fit::problem::{Extent, Part, Problem, Thread, Unknown};
use crate::fit::{Errors, Fit, Model, Options, fit_points};

use super::published::{Published, read};

fn folder() -> PathBuf {
    std::env::var_os("B2CAF_TEST_DATA")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        )
        .join("nist-strd")
}

/// All sets of the folder by name; says so when there are none.
pub(super) fn sets() -> Vec<Published> {
    let Ok(folder) = std::fs::read_dir(folder()) else {
        eprintln!("skipped: there are no NIST sets in the test data");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = folder
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "dat"));
    files.sort();
    let set = |file: &PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(file).expect("readable")).into_owned();
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        match read(&text, &stem) {
            Ok(set) => set,
            Err(why) => panic!("{}: {why}", file.display()),
        }
    };
    files.iter().map(set).collect()
}

impl Published {
    /// The model with these start values.
    pub(super) fn model(&self, start: &[f64]) -> Model {
        let mut model = Model::new(&self.name, self.formula.clone());
        for (parameter, start) in self.parameters.iter().zip(start) {
            model = model.start(&parameter.name, *start);
        }
        model
    }

    /// A fit with the same error for all points.
    pub(super) fn fit(&self, start: &[f64], error: f64) -> Fit {
        let errors = vec![error; self.y.len()];
        let options = Options {
            errors: Errors::Linearised,
            ..Options::default()
        };
        match &self.x[..] {
            [(name, x)] if name == "x" => {
                fit_points(x, &self.y, &errors, &self.model(start), &options).expect("a fit")
            }
            _ => self.fit_rows(start, &errors, &options),
        }
    }

    /// A fit of a model of several columns.
    fn fit_rows(&self, start: &[f64], errors: &[f64], options: &Options) -> Fit {
        let names: Vec<String> = self.parameters.iter().map(|p| p.name.clone()).collect();
        let schema = Columns::new(self.x.iter().map(|(name, _)| (name.as_str(), Type::Float)));
        let objective = Objective::new(&self.formula, &schema, &names).expect("a formula");
        let part = Part {
            objective: Arc::new(objective),
            columns: self
                .x
                .iter()
                .map(|(_, x)| Column::Float(x.clone()))
                .collect(),
            weights: vec![1.0],
            measure: Measure::Chi2,
            x: self.x[0].1.clone(),
            y: self.y.clone(),
            weight: errors.iter().map(|error| 1.0 / error).collect(),
            widths: Vec::new(),
        };
        let unknown = |(name, start): (&String, &f64)| Unknown {
            name: name.clone(),
            start: Some(*start),
            limits: (f64::NEG_INFINITY, f64::INFINITY),
            fixed: false,
            hidden: false,
        };
        let unknowns: Vec<Unknown> = names.iter().zip(start).map(unknown).collect();
        let own = (0..unknowns.len()).collect();
        let parts = vec![(part, own)];
        let problem = Problem::new(self.name.clone(), unknowns, parts, Extent::default());
        let problem = problem.expect("a problem");
        let solved = problem.solve(options, &mut Thread::default());
        solved.expect("a fit").fit
    }

    /// Digits to which the worst parameter agrees.
    pub(super) fn digits(&self, fit: &Fit) -> f64 {
        digits(self.parameters.iter().map(|certified| {
            let (value, _) = fit.parameter(&certified.name).expect("the parameter");
            value / certified.value
        }))
    }

    /// Digits to which the worst standard deviation agrees: errors in units of the residual
    /// standard deviation, as they are published.
    fn deviation_digits(&self, fit: &Fit) -> f64 {
        digits(self.parameters.iter().map(|certified| {
            let (_, error) = fit.parameter(&certified.name).expect("the parameter");
            error * fit.chi2_ndf().sqrt() / certified.deviation
        }))
    }

    /// Digits that a standard deviation can have: the residuals are known to the last digits of the
    /// curve and the data, which is little where a curve is exact to twelve digits.
    fn deviation_limit(&self) -> f64 {
        let largest = self.y.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
        let rounding = f64::EPSILON * largest / self.deviation;
        -(1e-4 + 0.5 * rounding).log10()
    }

    /// The values of a formula at all places.
    fn values(&self, formula: &Expr, at: &[f64]) -> Vec<f64> {
        let names: Vec<String> = self.parameters.iter().map(|p| p.name.clone()).collect();
        let schema = Columns::new(self.x.iter().map(|(name, _)| (name.as_str(), Type::Float)));
        let formula = std::slice::from_ref(formula);
        let program = Program::with_parameters(formula, &schema, &names).expect("a program");
        let of = |slot: &usize| Slice::Float(&self.x[*slot].1);
        let order: Vec<usize> = (0..self.x.len()).collect();
        let columns: Vec<Slice> = order.iter().map(of).collect();
        let mut scratch = Scratch::default();
        let outputs = program.evaluate(&columns, at, self.y.len(), &mut scratch);
        outputs.expect("values").get(0).floats().to_vec()
    }
}

fn digits(ratios: impl Iterator<Item = f64>) -> f64 {
    let off = |ratio: f64| (ratio - 1.0).abs();
    -ratios.map(off).fold(1e-16, f64::max).log10()
}

/// The models by name and those of the files are the same curves, and give the certified sum of
/// squares at the certified values.
#[test]
fn models_by_name_are_those_of_the_files() {
    for set in sets() {
        let certified: Vec<f64> = set.parameters.iter().map(|p| p.value).collect();
        let residuals = set.values(&set.formula, &certified);
        let squares = residuals.iter().zip(&set.y).map(|(f, y)| (f - y) * (f - y));
        let sum: f64 = squares.sum();
        // certified values have eleven digits, too few for an exact curve
        let rounding: f64 = set.y.iter().map(|y| (1e-10 * y) * (1e-10 * y)).sum();
        assert!(
            (sum - set.sum).abs() <= 1e-6 * set.sum + rounding,
            "{}: {sum:e} is not {:e}",
            set.name,
            set.sum
        );
        assert_eq!(parameters(&set.formula).len(), set.parameters.len());
        let written = match &set.written {
            Ok(written) => written,
            Err(why) => {
                eprintln!("{} is taken by its name: {why}", set.name);
                continue;
            }
        };
        for start in 0..2 {
            let at: Vec<f64> = set.parameters.iter().map(|p| p.starts[start]).collect();
            let named = set.values(&set.formula, &at);
            for (a, b) in named.iter().zip(set.values(written, &at)) {
                assert!((a - b).abs() <= 1e-12 * a.abs(), "{}: {a} {b}", set.name);
            }
        }
    }
}

#[test]
fn certified_values_from_both_starts() {
    let mut wrong = Vec::new();
    for set in sets() {
        for start in 0..2 {
            for error in [1.0, set.deviation] {
                let at: Vec<f64> = set.parameters.iter().map(|p| p.starts[start]).collect();
                let fit = set.fit(&at, error);
                let (digits, deviations) = (set.digits(&fit), set.deviation_digits(&fit));
                let line = format!(
                    "{} start {} error {error:.1e}: {digits:.1} digits, {deviations:.1} of deviations, sum {:e} of {:e} {}",
                    set.name,
                    start + 1,
                    fit.chi2 * error * error,
                    set.sum,
                    fit.why
                );
                eprintln!("{line}");
                if digits < 6.0 || deviations < set.deviation_limit() || !fit.valid() {
                    wrong.push(line);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
