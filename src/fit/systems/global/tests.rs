//! Global fits against dense least squares with all local parameters and Lagrange multipliers.

use super::super::tests::Random;
use super::*;
use crate::fit::systems::SystemError;

/// One measurement of a record: residual, error, local and global derivatives.
type Measurement = (f64, f64, Vec<f64>, Vec<(i64, f64)>);

fn records(all: &[Vec<Measurement>]) -> Records {
    let mut records = Records::new();
    for (number, measurements) in all.iter().enumerate() {
        records.begin(number as i64);
        for (residual, error, locals, globals) in measurements {
            records.push(*residual, *error, locals, globals).unwrap();
        }
    }
    records
}

/// Solves by elimination with exchanged rows, for all columns of `right`.
fn eliminated(mut a: Vec<Vec<f64>>, mut right: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for k in 0..n {
        let pivot = (k..n)
            .max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs()))
            .unwrap();
        a.swap(k, pivot);
        right.swap(k, pivot);
        for i in 0..n {
            if i == k {
                continue;
            }
            let f = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= f * a[k][j];
            }
            for j in 0..right[0].len() {
                right[i][j] -= f * right[k][j];
            }
        }
    }
    for i in 0..n {
        right[i].iter_mut().for_each(|x| *x /= a[i][i]);
    }
    right
}

struct Dense {
    values: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    chi2: f64,
    ndf: i64,
}

/// All parameters of all records at once.
fn dense(all: &[Vec<Measurement>], labels: &[i64], options: &GlobalFit) -> Dense {
    let place = |label: i64| labels.iter().position(|l| *l == label);
    let globals = labels.len();
    let locals: usize = all.iter().map(|r| r.first().map_or(0, |m| m.2.len())).sum();
    let mut rows: Vec<(Vec<f64>, f64)> = Vec::new();
    let mut before = globals;
    for record in all {
        for (residual, error, local, global) in record {
            let sigma = error * options.scale_errors;
            let mut row = vec![0.0; globals + locals];
            for (label, slope) in global {
                if let Some(at) = place(*label) {
                    row[at] += slope / sigma;
                }
            }
            for (at, slope) in local.iter().enumerate() {
                row[before + at] = slope / sigma;
            }
            rows.push((row, residual / sigma));
        }
        before += record.first().map_or(0, |m| m.2.len());
    }
    for (label, sigma) in &options.presigmas {
        let mut row = vec![0.0; globals + locals];
        row[place(*label).unwrap()] = 1.0 / sigma;
        rows.push((row, 0.0));
    }
    let size = globals + locals;
    let number = options.constraints.len();
    let mut a = vec![vec![0.0; size + number]; size + number];
    let mut right = vec![vec![0.0; size + number + 1]; size + number];
    for (row, value) in &rows {
        for i in 0..size {
            right[i][0] += row[i] * value;
            for j in 0..size {
                a[i][j] += row[i] * row[j];
            }
        }
    }
    for (k, constraint) in options.constraints.iter().enumerate() {
        for (label, weight) in &constraint.terms {
            if let Some(at) = place(*label) {
                a[at][size + k] += weight;
                a[size + k][at] += weight;
            }
        }
        right[size + k][0] = constraint.value;
    }
    for i in 0..size + number {
        right[i][i + 1] = 1.0;
    }
    let x = eliminated(a, right);
    let chi2 = rows.iter().map(|(row, value)| {
        let expected: f64 = row.iter().zip(&x).map(|(a, x)| a * x[0]).sum();
        (value - expected).powi(2)
    });
    Dense {
        chi2: chi2.sum(),
        ndf: rows.len() as i64 - size as i64 + number as i64,
        values: x.iter().take(globals).map(|x| x[0]).collect(),
        covariance: x
            .iter()
            .take(globals)
            .map(|x| x[1..=globals].to_vec())
            .collect(),
    }
}

fn random_records(random: &mut Random, labels: &[i64]) -> Vec<Vec<Measurement>> {
    let pick = |random: &mut Random| {
        let at = ((random.next() + 0.5) * labels.len() as f64) as usize;
        labels[at.min(labels.len() - 1)]
    };
    let record = |number: usize, random: &mut Random| -> Vec<Measurement> {
        let locals = number % 4;
        (0..locals + 2 + number % 3)
            .map(|_| {
                let local = (0..locals).map(|_| random.next()).collect();
                // the same label twice now and then
                let global = (0..3).map(|_| (pick(random), random.next())).collect();
                (random.next(), 0.1 + (random.next() + 0.5), local, global)
            })
            .collect()
    };
    (0..25).map(|number| record(number, random)).collect()
}

fn constraint(name: &str, terms: &[(i64, f64)], value: f64) -> Constraint {
    Constraint {
        name: name.into(),
        terms: terms.to_vec(),
        value,
    }
}

const METHODS: [GlobalMethod; 4] = [
    GlobalMethod::Inversion,
    GlobalMethod::Diagonalization,
    GlobalMethod::Decomposition,
    GlobalMethod::Cholesky,
];

fn close(have: f64, want: f64) -> bool {
    (have - want).abs() <= 1e-10 * want.abs().max(1.0)
}

/// The share of a variance that the other parameters explain, by regression on them.
fn explained(covariance: &[Vec<f64>], at: usize) -> f64 {
    let others: Vec<usize> = (0..covariance.len()).filter(|&j| j != at).collect();
    let rows = |i: &usize| others.iter().map(|&j| covariance[*i][j]).collect();
    let beside: Vec<Vec<f64>> = others.iter().map(|&j| vec![covariance[j][at]]).collect();
    let weights = eliminated(others.iter().map(rows).collect(), beside.clone());
    let both = weights.iter().zip(&beside);
    both.map(|(w, c)| w[0] * c[0]).sum::<f64>() / covariance[at][at]
}

#[test]
fn eliminating_changes_nothing() {
    let labels = [-3, 1, 2, 10, 11, 500];
    for seed in 1..30 {
        let mut random = Random(seed);
        let all = random_records(&mut random, &labels);
        let mut options = GlobalFit {
            errors: Some(true),
            scale_errors: 1.0 + 0.1 * (seed % 3) as f64,
            ..GlobalFit::default()
        };
        let mut free = labels.to_vec();
        if seed % 2 == 0 {
            options.fixed.push(10);
            free.retain(|label| *label != 10);
        }
        if seed % 3 == 0 {
            options.presigmas = vec![(1, 0.2), (500, 3.0)];
        }
        if seed % 5 > 1 {
            let terms = [(1, 1.0), (2, -2.0), (10, 7.0)];
            options
                .constraints
                .push(constraint("difference", &terms, 0.3));
        }
        if seed % 5 > 2 {
            let terms: Vec<(i64, f64)> = labels.iter().map(|l| (*l, 1.0)).collect();
            options.constraints.push(constraint("sum", &terms, 0.0));
        }
        let want = dense(&all, &free, &options);
        for method in METHODS {
            options.method = method;
            let have = options.solve(&records(&all)).unwrap();
            assert!(close(have.chi2, want.chi2), "{} {}", have.chi2, want.chi2);
            assert_eq!(have.ndf, want.ndf);
            assert!(have.converged && have.rejected.total() == 0 && have.weak_modes.is_empty());
            for parameter in &have.parameters {
                let Some(at) = free.iter().position(|label| *label == parameter.label) else {
                    assert_eq!((parameter.state, parameter.value), (State::Fixed, 0.0));
                    continue;
                };
                let error = want.covariance[at][at].max(0.0).sqrt();
                assert!(close(parameter.value, want.values[at]), "{seed} {method:?}");
                assert!(close(parameter.error, error), "{} {error}", parameter.error);
                if options.constraints.is_empty() {
                    let correlation = explained(&want.covariance, at).sqrt();
                    assert!(
                        close(parameter.correlation, correlation),
                        "{seed} {correlation}"
                    );
                }
            }
        }
        options.errors = Some(false);
        let have = options.solve(&records(&all)).unwrap();
        assert!(
            have.parameters
                .iter()
                .all(|p| p.error.is_nan() || p.state == State::Fixed)
        );
    }
}

#[test]
fn time_offsets_from_their_differences() {
    // offsets of 12 counters from differences of pairs, the sum held by a measurement
    let mut random = Random(3);
    let truth: Vec<f64> = (0..12).map(|_| 10.0 * random.next()).collect();
    let mut all: Vec<Vec<Measurement>> = Vec::new();
    for i in 0..12_usize {
        for k in 0..i {
            let error = 0.05 + 0.01 * k as f64;
            let difference = truth[i] - truth[k] + error * random.next();
            let slopes = vec![(i as i64, 1.0), (k as i64, -1.0)];
            all.push(vec![(difference, error, Vec::new(), slopes)]);
        }
    }
    let options = GlobalFit::default();
    let alone = options.solve(&records(&all)).unwrap_err().to_string();
    assert!(
        alone.contains("1.000·(0) + 1.000·(1) + 1.000·(2)"),
        "{alone}"
    );
    let sum = (0..12).map(|i| (i, 1.0)).collect();
    all.push(vec![(0.0, 0.001, Vec::new(), sum)]);
    let labels: Vec<i64> = (0..12).collect();
    let want = dense(&all, &labels, &options);
    for method in METHODS {
        let options = GlobalFit {
            method,
            ..GlobalFit::default()
        };
        let have = options.solve(&records(&all)).unwrap();
        assert_eq!((have.ndf, have.records), (66 + 1 - 12, 67));
        let sum: f64 = have.parameters.iter().map(|p| p.value).sum();
        assert!(sum.abs() < 1e-9, "{sum}");
        let mean = truth.iter().sum::<f64>() / 12.0;
        for (at, parameter) in have.parameters.iter().enumerate() {
            assert!(close(parameter.value, want.values[at]));
            assert!((parameter.value - truth[at] + mean).abs() < 0.1);
        }
    }
}

/// Records of single measurements of two parameters.
fn simple() -> Records {
    let single = |value: f64, label: i64| vec![(value, 1.0, Vec::new(), vec![(label, 1.0)])];
    records(&[
        single(1.0, 1),
        single(2.0, 1),
        single(4.0, 2),
        single(5.0, 3),
    ])
}

#[test]
fn what_is_held_or_left_out_is_told() {
    let options = GlobalFit {
        min_entries: 2,
        fixed: vec![2, 77],
        ..GlobalFit::default()
    };
    let have = options.solve(&simple()).unwrap();
    let told: Vec<_> = have
        .parameters
        .iter()
        .map(|p| (p.label, p.entries, p.state))
        .collect();
    let want = [
        (1, 2, State::Free),
        (2, 1, State::Fixed),
        (3, 1, State::FewEntries),
        (77, 0, State::Fixed),
    ];
    assert_eq!(told, want);
    let first = &have.parameters[0];
    assert!(close(first.value, 1.5) && close(first.error, 0.5_f64.sqrt()));
    assert_eq!(
        (first.correlation, have.condition),
        (0.0, 1.0),
        "{first:?} {}",
        have.condition
    );
    // 0.5 + 16 + 25, with one parameter fitted
    assert!(close(have.chi2, 41.5) && have.ndf == 3);

    let line = |points: &[f64]| -> Vec<Measurement> {
        let point = |x: &f64| (0.3 * x, 1.0, vec![1.0, *x, 0.0], vec![(1, 1.0 + x * x)]);
        points.iter().map(point).collect()
    };
    let vertical = line(&[2.0, 2.0, 2.0, 2.0]);
    let all = [
        line(&[0.0, 1.0, 2.0]),
        vertical,
        line(&[0.0, 1.0]),
        line(&[1.0]),
        Vec::new(),
    ];
    let have = GlobalFit::default().solve(&records(&all)).unwrap();
    let rejected = Rejected {
        singular: 2,
        no_freedom: 2,
        chi2: 0,
    };
    assert_eq!((have.records, have.rejected), (1, rejected));
    assert!(have.parameters[0].value.abs() < 1e-14);
    let said = GlobalFit::default()
        .solve(&records(&all[1..]))
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("none of 4 records can be used: the measurements of 2"),
        "{said}"
    );
}

#[test]
fn constraints_must_say_something_new() {
    let said = |constraints: &[Constraint]| {
        let options = GlobalFit {
            constraints: constraints.to_vec(),
            fixed: vec![2],
            ..GlobalFit::default()
        };
        options.solve(&simple()).map_err(|error| error.to_string())
    };
    let sum = constraint("sum", &[(1, 1.0), (3, 1.0)], 1.0);
    let one = constraint("one", &[(1, 2.0)], 0.5);
    let fine = said(&[sum.clone(), one.clone()]).unwrap();
    assert!(close(fine.parameters[0].value, 0.25) && close(fine.parameters[2].value, 0.75));
    assert!(fine.parameters.iter().all(|p| p.error.abs() < 1e-15) && fine.ndf == 4);
    let again = constraint("again", &[(3, 3.0), (1, 3.0), (2, 1.0)], 3.0);
    let text = said(&[one.clone(), sum.clone(), again]).unwrap_err();
    assert!(text.contains("`again` repeats `sum`:"), "{text}");
    let other = constraint("other", &[(3, 1.0)], 0.7);
    let text = said(&[one.clone(), sum.clone(), other]).unwrap_err();
    assert!(text.contains("`other` contradicts `one`, `sum`:"), "{text}");
    let text = said(&[one, sum, constraint("hold", &[(2, 1.0)], 0.0)]).unwrap_err();
    assert!(text.contains("`hold` chooses no free parameter"), "{text}");
    let text = said(&[constraint("none", &[(9, 1.0), (8, 1.0)], 0.0)]).unwrap_err();
    assert!(
        text.contains("`none` chooses no free parameter: the 2 it names"),
        "{text}"
    );
    let text = said(&[constraint("bad", &[(1, f64::NAN)], 0.0)]).unwrap_err();
    assert!(text.contains("`bad`: NaN among its weights"), "{text}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut all = Records::new();
    let said = |result: Result<(), SystemError>| result.unwrap_err().to_string();
    assert!(said(all.push(1.0, 1.0, &[], &[])).contains("before the first record"));
    all.begin(7);
    assert!(said(all.push(f64::NAN, 1.0, &[], &[])).contains("0 of record 7: the residual is NaN"));
    assert!(said(all.push(0.0, 0.0, &[], &[])).contains("the error is 0"));
    assert!(said(all.push(0.0, f64::INFINITY, &[], &[])).contains("the error is inf"));
    assert!(said(all.push(0.0, 1.0, &[f64::NAN], &[])).contains("derivative 0 of local"));
    assert!(said(all.push(0.0, 1.0, &[], &[(3, f64::NAN)])).contains("label 3 is NaN"));
    all.push(0.0, 1.0, &[1.0], &[]).unwrap();
    assert!(said(all.push(0.0, 1.0, &[], &[])).contains("1 of record 7: it has 0 local"));
    let refused = |change: &dyn Fn(&mut GlobalFit)| {
        let mut options = GlobalFit::default();
        change(&mut options);
        options.solve(&simple()).unwrap_err().to_string()
    };
    assert!(refused(&|o| o.chi2_cut = vec![3.0, -1.0]).contains("chi2_cut is -1"));
    assert!(refused(&|o| o.huber = Some(0.0)).contains("huber is 0"));
    assert!(refused(&|o| o.scale_errors = f64::NAN).contains("scale_errors is NaN"));
    assert!(refused(&|o| o.weak_cut = 1.0).contains("weak_cut is 1"));
    assert!(refused(&|o| o.max_iterations = 0).contains("max_iterations is 0"));
    assert!(refused(&|o| o.presigmas = vec![(1, 0.0)]).contains("presigma of label 1 is 0"));
    assert!(refused(&|o| o.presigmas = vec![(1, 1.0); 2]).contains("label 1 has two presigmas"));
    let none = GlobalFit::default()
        .solve(&Records::new())
        .unwrap_err()
        .to_string();
    assert!(none.contains("there are none"), "{none}");
}
