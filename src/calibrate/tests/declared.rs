//! Fits per channel: what comes out agrees with what went in.

use crate::calibrate::AlgResult;
use crate::expr::build::column;
use crate::expr::{Column, Formula};
use crate::fit::models::rule;
use crate::iov::ExpRun;

use super::toy::{Random, Toy, algorithm, declared, run};

/// True offsets and, per crystal, as many values around it as `entries` says.
fn generate(seed: u64, entries: &[usize]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut random = Random(seed);
    let truth: Vec<f64> = entries
        .iter()
        .map(|_| 6.0 * random.uniform() - 3.0)
        .collect();
    let values = truth
        .iter()
        .zip(entries)
        .map(|(offset, n)| (0..*n).map(|_| offset + 1.5 * random.normal()).collect())
        .collect();
    (truth, values)
}

fn runs() -> Vec<ExpRun> {
    [(7, 1), (7, 4), (8, 2)].map(ExpRun::from).to_vec()
}

#[test]
fn offsets_agree_with_the_truth_and_with_plain_means() {
    let (truth, values) = generate(1, &[900; 150]);
    let algorithm = algorithm(vec![
        ("m_CalibConst", column("mean")),
        ("m_CalibConstUnc", column("mean_error")),
    ]);
    let execution = run(&algorithm, Toy::crystals(&values, &runs()));
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    assert_eq!(execution.runs, runs());
    assert_eq!(execution.iov.unwrap().to_string(), "7,1,8,2");
    let payload = &execution.payloads[0].payload;
    assert_eq!(payload.channels["crystal"], (1..=150).collect::<Vec<i64>>());
    let mut pulls = Vec::new();
    for (i, offset) in truth.iter().enumerate() {
        let (found, error) = (payload.members[0][i], payload.members[1][i]);
        pulls.push((found - offset) / error);
        // The mean of the values themselves is the best estimate; binning moves it a little.
        let mean = values[i].iter().sum::<f64>() / values[i].len() as f64;
        assert!(
            (found - mean).abs() < 0.35 * error,
            "crystal {}: {found} {mean}",
            i + 1
        );
        assert!(
            (error - 1.5 / 30.0).abs() < 0.01,
            "crystal {}: error {error}",
            i + 1
        );
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let width = (pulls.iter().map(|pull| (pull - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(mean.abs() < 3.0 / n.sqrt(), "mean pull {mean}");
    assert!((width - 1.0).abs() < 0.15, "width of the pulls {width}");
    let summary = execution.summary.unwrap();
    assert_eq!((summary.channels, summary.ok), (150, 150));
    let median = summary.chi2_ndf_median.unwrap();
    assert!((0.5..1.5).contains(&median), "{median}");
    assert!(summary.chi2_ndf_worst.unwrap().chi2_ndf >= median);
}

#[test]
fn too_many_crystals_without_data() {
    let mut entries = vec![300; 100];
    entries[3] = 150;
    entries[7] = 0;
    let (_, values) = generate(2, &entries);
    let toy = Toy::crystals(&values, &runs());
    let mut algorithm = algorithm(vec![("m_CalibConst", column("mean"))]);
    declared(&mut algorithm).fits[0].options.min_entries = 200.0;
    let execution = run(&algorithm, toy.clone());
    assert_eq!(execution.result, AlgResult::NotEnoughData);
    assert_eq!(
        execution.message,
        "2 of 100 crystals below 200 entries (they have 0 to 150), 1 allowed: 4, 8; `tolerate` allows more"
    );
    assert!(execution.payloads.is_empty() && execution.fits.is_none());
    assert_eq!(execution.summary.unwrap().lacking, [4, 8]);
    declared(&mut algorithm).fits[0].options.min_entries = 0.0;
    declared(&mut algorithm).enough_data =
        Some(rule("h.entries >= 200", |h: &crate::hist::Histogram| {
            h.entries() >= 200.0
        }));
    assert_eq!(
        run(&algorithm, toy.clone()).message,
        "2 of 100 crystals without enough data (they have 0 to 150 entries), 1 allowed: 4, 8; `tolerate` allows more"
    );
    declared(&mut algorithm).enough_data = None;
    declared(&mut algorithm).tolerate = 0.0;
    assert_eq!(
        run(&algorithm, toy.clone()).message,
        "1 of 100 crystals without entries, 0 allowed: 8; `tolerate` allows more"
    );
    // All of them without data is too much, however tolerant the algorithm.
    let (_, empty) = generate(2, &[0; 3]);
    declared(&mut algorithm).tolerate = 1.0;
    let execution = run(&algorithm, Toy::crystals(&empty, &runs()));
    assert_eq!(execution.result, AlgResult::NotEnoughData);
    assert_eq!(
        execution.message,
        "3 of 3 crystals without entries, 3 allowed"
    );
}

#[test]
fn fractions_of_channels_are_not_lost_to_rounding() {
    let mut entries = vec![200; 100];
    entries[..7].fill(0);
    let (_, values) = generate(3, &entries);
    let mut algorithm = algorithm(Vec::new());
    declared(&mut algorithm).payloads.clear();
    // 0.07 × 100 is 7.000000000000001 in floats, 0.29 × 100 is 28.999999999999996.
    declared(&mut algorithm).tolerate = 0.07;
    let execution = run(&algorithm, Toy::crystals(&values, &runs()));
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    entries[..29].fill(0);
    let (_, values) = generate(3, &entries);
    declared(&mut algorithm).tolerate = 0.29;
    let execution = run(&algorithm, Toy::crystals(&values, &runs()));
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
}

#[test]
fn a_fit_that_is_not_accepted_is_flagged() {
    let mut entries = vec![500; 20];
    entries[4] = 50;
    let (_, values) = generate(4, &entries);
    let mut algorithm = algorithm(vec![(
        "m_CalibConst",
        super::toy::if_ok(column("mean"), -99.0),
    )]);
    let few = crate::expr::build::binary(
        crate::expr::BinaryOp::Gt,
        &column("entries"),
        &crate::expr::build::number(100.0),
    );
    declared(&mut algorithm).accept = Some(Formula::Compiled(few));
    let execution = run(&algorithm, Toy::crystals(&values, &runs()));
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let values = &execution.payloads[0].payload.members["m_CalibConst"];
    assert_eq!(values[4], -99.0);
    assert!(
        values
            .iter()
            .enumerate()
            .all(|(i, value)| i == 4 || value.abs() < 4.0)
    );
    let fits = execution.fits.unwrap();
    let Some(Column::Text(why)) = fits.column("why") else {
        panic!("no column why");
    };
    assert_eq!(&*why[4], "not accepted");
    assert_eq!(&*why[5], "");
    assert_eq!(execution.summary.unwrap().not_accepted, [5]);
    assert_eq!(
        execution.warnings,
        ["1 crystal not accepted, written as the payload closure says: 5"]
    );
}

#[test]
fn a_single_object_is_one_channel() {
    let (_, values) = generate(5, &[1000]);
    let mut algorithm = algorithm(vec![("m_CalibConst", column("mean"))]);
    let execution = run(&algorithm, Toy::single("dt", &values[0]));
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let payload = &execution.payloads[0].payload;
    assert!(payload.channels.is_empty());
    let mean = values[0].iter().sum::<f64>() / 1000.0;
    assert!((payload.members[0][0] - mean).abs() < 0.02);
    declared(&mut algorithm).fits[0].options.min_entries = 2000.0;
    let execution = run(&algorithm, Toy::single("dt", &values[0]));
    assert_eq!(execution.result, AlgResult::NotEnoughData);
    assert_eq!(execution.message, "`dt`: 1000 entries, 2000 needed");
}
