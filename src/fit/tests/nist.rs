//! The certified results of the NIST Statistical Reference Datasets, nonlinear regression.
//!
//! Whatever `.dat` files are in the folder are read, formula included; what cannot be read is
//! printed.

use std::path::PathBuf;

use crate::fit::{Fit, Model, Options, fit_points};

use super::parser::parse;

/// One parameter: two starts, certified value and standard deviation.
struct Certified {
    name: String,
    starts: [f64; 2],
    value: f64,
}

struct Set {
    model: Model,
    parameters: Vec<Certified>,
    sum: f64,
    deviation: f64,
    x: Vec<f64>,
    y: Vec<f64>,
}

fn folder() -> PathBuf {
    std::env::var_os("B2CAF_TEST_DATA")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        )
        .join("nist-strd")
}

fn read(text: &str) -> Result<Set, String> {
    let number = |word: &str| {
        word.parse::<f64>()
            .map_err(|_| format!("no number: {word}"))
    };
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let trimmed = |line: &&&str| line.trim_start().to_owned();
    let start = lines
        .iter()
        .position(|line| trimmed(&line).starts_with("y ") && line.contains('='))
        .ok_or("no formula y = …")?;
    let formula: String = lines[start..]
        .iter()
        .take_while(|line| !line.trim().is_empty())
        .copied()
        .collect();
    let formula = formula.split_once('=').ok_or("no formula")?.1.trim();
    let formula = formula.strip_suffix('e').ok_or("no + e")?.trim_end();
    let formula = formula.strip_suffix('+').ok_or("no + e")?;
    let mut parameters = Vec::new();
    for line in &lines {
        let Some((name, values)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        let values: Vec<f64> = values
            .split_whitespace()
            .map_while(|w| w.parse().ok())
            .collect();
        if name.starts_with('b') && values.len() == 4 {
            parameters.push(Certified {
                name: name.into(),
                starts: [values[0], values[1]],
                value: values[2],
            });
        }
    }
    let after = |label: &str| {
        let line = lines.iter().find(|line| line.starts_with(label));
        let word = line.and_then(|line| line.split_whitespace().last());
        number(word.ok_or(format!("no {label}"))?)
    };
    let (sum, deviation) = (
        after("Residual Sum of Squares:")?,
        after("Residual Standard Deviation:")?,
    );
    let data = lines
        .iter()
        .rposition(|line| line.starts_with("Data:"))
        .ok_or("no data")?;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for line in lines[data + 1..]
        .iter()
        .filter(|line| !line.trim().is_empty())
    {
        let values = line
            .split_whitespace()
            .map(number)
            .collect::<Result<Vec<_>, _>>()?;
        let [response, predictor] = values[..] else {
            return Err(format!("{} columns", values.len()));
        };
        y.push(response);
        x.push(predictor);
    }
    let name = lines
        .iter()
        .find_map(|line| line.strip_prefix("Dataset Name:"));
    let name = name.unwrap_or("").split_whitespace().next().unwrap_or("");
    Ok(Set {
        model: Model::new(name, parse(formula)?),
        parameters,
        sum,
        deviation,
        x,
        y,
    })
}

impl Set {
    fn fit(&self, start: usize, error: f64) -> Fit {
        let mut model = self.model.clone();
        for parameter in &self.parameters {
            model = model.start(&parameter.name, parameter.starts[start]);
        }
        let errors = vec![error; self.x.len()];
        fit_points(&self.x, &self.y, &errors, &model, &Options::default()).expect("a fit")
    }

    /// Digits to which the worst parameter agrees.
    fn digits(&self, fit: &Fit) -> f64 {
        let worst = self.parameters.iter().map(|certified| {
            let (value, _) = fit.parameter(&certified.name).expect("the parameter");
            ((value - certified.value) / certified.value).abs()
        });
        -worst.fold(1e-16, f64::max).log10()
    }
}

#[test]
fn certified_values_from_both_starts() {
    let Ok(folder) = std::fs::read_dir(folder()) else {
        eprintln!("skipped: there are no NIST sets in the test data");
        return;
    };
    let mut files: Vec<PathBuf> = folder
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "dat"));
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(&file).expect("readable")).into_owned();
        let set = match read(&text) {
            Ok(set) => set,
            Err(why) => {
                eprintln!("not known: {} ({why})", file.display());
                continue;
            }
        };
        for start in 0..2 {
            for error in [1.0, set.deviation] {
                let fit = set.fit(start, error);
                let digits = set.digits(&fit);
                let sum = fit.chi2 * error * error;
                let line = format!(
                    "{} start {} error {error:.1e}: {digits:.1} digits, sum {sum:e} of {:e} {}",
                    set.model.name,
                    start + 1,
                    set.sum,
                    fit.why
                );
                eprintln!("{line}");
                if digits < 6.0 || !fit.valid() {
                    wrong.push(line);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
