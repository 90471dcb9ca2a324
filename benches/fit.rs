//! Fits of given histograms, timed.
//!
//! `cargo bench --bench fit -- FILE…` prints one line of JSON per case of the files: microseconds
//! per fit, and values, errors and facts of each fit. `benches/compare_minimisers.py` writes the
//! files and runs it beside iminuit and ROOT. A file holds cases of lines of words:
//!
//! ```text
//! case NAME MODEL COST BINS LOW HIGH THREADS
//! parameter NAME START LOW HIGH          one line per parameter, limits may be -inf and inf
//! counts NUMBER…                         one line per histogram
//! ```

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::error::Error;
use std::time::Instant;

use b2caf::expr::build::{add, column, mul, parameter};
use b2caf::fit::{Compiled, Cost, Errors, Fit, Minos, Model, Options, Row, Start, models};
use b2caf::hist::{Axis, Histogram};
use serde_json::{Value, json};

/// Seconds spent on the repetitions of a case at least.
const SECONDS: f64 = 0.5;
/// Repetitions of a case at least.
const TIMES: usize = 5;
/// Histograms at most for which asymmetric errors are asked.
const PROFILED: usize = 100;

/// Histograms of one kind, and how they are fitted.
struct Case {
    name: String,
    model: String,
    options: Options,
    axis: Axis,
    threads: usize,
    parameters: Vec<(String, f64, f64, f64)>,
    histograms: Vec<Histogram>,
}

fn read(text: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), cases.last_mut()) {
            (["case", name, model, cost, bins, low, high, threads], _) => cases.push(Case {
                name: (*name).into(),
                model: (*model).into(),
                options: Options {
                    cost: Some(match *cost {
                        "chi2" => Cost::Chi2,
                        _ => Cost::Poisson,
                    }),
                    ..Options::default()
                },
                axis: Axis::regular(bins.parse()?, low.parse()?, high.parse()?, "")?,
                threads: threads.parse()?,
                parameters: Vec::new(),
                histograms: Vec::new(),
            }),
            (["parameter", name, start, low, high], Some(case)) => {
                case.parameters
                    .push(((*name).into(), start.parse()?, low.parse()?, high.parse()?))
            }
            (["counts", counts @ ..], Some(case)) => {
                let counts = counts.iter().map(|word| word.parse::<f64>());
                let mut cells = vec![0.0];
                cells.extend(counts.collect::<Result<Vec<_>, _>>()?);
                let histogram = Histogram::of_counts(case.axis.clone(), cells);
                case.histograms.push(histogram);
            }
            _ => return Err(format!("not understood: {line:.60}").into()),
        }
    }
    Ok(cases)
}

impl Case {
    fn model(&self) -> Result<Model, Box<dyn Error>> {
        let mut model = match self.model.as_str() {
            "gaussian" => models::gaussian(),
            "gaussian_constant" => models::on_constant(models::gaussian()),
            "gaussian_line" => {
                let slope = mul(&parameter("slope"), &column("x"));
                let line = add(&parameter("offset"), &slope);
                Model::new("gaussian_line", add(&models::gaussian().formula, &line))
            }
            "double_gaussian_constant" => models::on_constant(models::double_gaussian()),
            "novosibirsk_constant" => models::novosibirsk(),
            other => return Err(format!("no such model: {other}").into()),
        };
        for (name, start, low, high) in &self.parameters {
            let known = model.parameters.iter_mut().find(|p| p.name == *name);
            let known = known.ok_or_else(|| format!("{}: no parameter {name}", self.model))?;
            known.start = Start::Value(*start);
            let open = |value: f64| value.is_finite().then_some(value);
            known.limits = (open(*low), open(*high));
        }
        Ok(model)
    }

    /// Values, errors and facts, parameters in the order of the file.
    fn result(&self, fit: &Fit) -> Value {
        let both = |(name, ..): &(String, f64, f64, f64)| fit.parameter(name).unwrap_or_default();
        let (values, errors): (Vec<f64>, Vec<f64>) = self.parameters.iter().map(both).unzip();
        json!({
            "values": values,
            "errors": errors,
            "cost": fit.chi2,
            "valid": fit.valid(),
            "at_limit": fit.at_limit,
            "lower": self.sides(fit, |minos| minos.lower.filter(|_| minos.lower_valid())),
            "upper": self.sides(fit, |minos| minos.upper.filter(|_| minos.upper_valid())),
            "why": fit.why,
        })
    }

    /// One side of the asymmetric errors, parameters in the order of the file.
    fn sides(&self, fit: &Fit, side: fn(&Minos) -> Option<f64>) -> Vec<Option<f64>> {
        let own = |name: &str| fit.minos.iter().find(|minos| minos.parameter == name);
        let names = self.parameters.iter();
        names.map(|(name, ..)| own(name).and_then(side)).collect()
    }

    fn run(&self) -> Result<Value, Box<dyn Error>> {
        let model = self.model()?;
        let (made, compiled) = timed_for(0.0, 1, || Compiled::new(&model));
        let compiled = compiled?;
        let one_by_one = || {
            let fits = self.histograms.iter();
            fits.map(|histogram| compiled.fit(histogram, &self.options))
                .collect::<Result<Vec<_>, _>>()
        };
        let channels: Vec<(i64, &Histogram)> = (1..).zip(&self.histograms).collect();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()?;
        let (batch, rows) = pool.install(|| {
            timed(self.histograms.len(), || {
                compiled.fit_each(&channels, &self.options)
            })
        });
        let single = match self.threads {
            1 => Some(timed(self.histograms.len(), one_by_one).0),
            _ => None,
        };
        let valid = rows.iter().filter(|row| row.ok).count();
        // asymmetric errors are asked for apart: they are no part of what is timed
        let rows = if self.threads == 1 && rows.len() <= PROFILED {
            let options = Options {
                errors: Errors::Minos,
                ..self.options.clone()
            };
            compiled.fit_each(&channels, &options)
        } else {
            rows
        };
        let fit = |row: &Row| row.fit.as_ref().map(|fit| self.result(fit));
        Ok(json!({
            "case": self.name,
            "threads": self.threads,
            "channels": rows.len(),
            "valid": valid,
            "compile_us": made,
            "us": single,
            "batch_us": batch,
            "fits": rows.iter().map(fit).collect::<Vec<_>>(),
        }))
    }
}

/// The best of several repetitions, in microseconds for each of `parts`.
fn timed<T>(parts: usize, work: impl FnMut() -> T) -> (f64, T) {
    timed_for(SECONDS, parts, work)
}

/// The same with another time.
fn timed_for<T>(seconds: f64, parts: usize, mut work: impl FnMut() -> T) -> (f64, T) {
    let began = Instant::now();
    let mut best = f64::INFINITY;
    let mut times = 0;
    loop {
        let start = Instant::now();
        let result = work();
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / parts as f64);
        times += 1;
        if times >= TIMES && began.elapsed().as_secs_f64() > seconds {
            return (best, result);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| w != "--bench")
        .collect();
    if files.is_empty() {
        println!("usage: cargo bench --bench fit -- FILE…");
    }
    for file in files {
        for case in read(&std::fs::read_to_string(file)?)? {
            println!("{}", case.run()?);
        }
    }
    Ok(())
}
