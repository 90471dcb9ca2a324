//! Charge gains of the PXD: medians per region, with substitutes, and a calibration per stretch of runs.

use b2caf::conditions::Payload;
use b2caf::root::{Record, Value};
use serde_json::json;

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const CLASS: &str = "Belle2::PXDGainMapPar";
const SENSORS: usize = 40;
/// Regions of a sensor, numbered 6 u + v.
const REGIONS: usize = 24;
const V_BINS: usize = 6;
/// Of the logarithm of the charge over what is expected.
const SPREAD: f64 = 0.2;
const CLUSTERS: usize = 2600;
/// Gain of all regions before.
const BEFORE: f64 = 1.1;
/// Sensors with clusters: the first inner one, and one of the outer layer.
const SEEN: [usize; 2] = [0, 17];
/// Regions, counted through the two sensors, without clusters and with one too few; what each takes
/// the gain of, which lies across; and one with just enough.
const DEAD: usize = 2;
const SPARSE: usize = 31;
const ACROSS: [usize; 2] = [3, 34];
const ENOUGH: usize = 40;

/// Layer, ladder and place packed into a number.
fn packed(sensor: usize) -> i32 {
    let (layer, rest) = if sensor < 16 {
        (1, sensor)
    } else {
        (2, sensor - 16)
    };
    (8192 * layer + 256 * (rest / 2 + 1) + 32 * (rest % 2 + 1)) as i32
}

fn clusters_of(region: usize) -> usize {
    match region {
        DEAD => 0,
        SPARSE => 199,
        ENOUGH => 200,
        _ => CLUSTERS,
    }
}

fn clusters(random: &mut Random, gains: &[f64]) -> Rows {
    let mut rows = Rows::new(&[
        ("sensor", Kind::Int),
        ("uBin", Kind::Int),
        ("vBin", Kind::Int),
        ("ratio", Kind::Float),
        ("charge", Kind::Float),
        ("size", Kind::Int),
    ]);
    for (region, gain) in gains.iter().enumerate() {
        let sensor = packed(SEEN[region / REGIONS]) as f64;
        let (u, v) = (region % REGIONS / V_BINS, region % V_BINS);
        for i in 0..clusters_of(region) {
            let ratio = gain * random.gauss(0.0, SPREAD).exp();
            rows.push(&[sensor, u as f64, v as f64, ratio, 50.0, 2.0]);
            // Noise: too little charge, too many pixels.
            if i % 20 == 0 {
                rows.push(&[sensor, u as f64, v as f64, 0.1, 5.0, 1.0]);
                rows.push(&[sensor, u as f64, v as f64, 3.9, 90.0, 11.0]);
            }
        }
    }
    rows
}

fn before() -> Payload {
    let gains = |sensor| {
        (
            Value::Int(packed(sensor).into()),
            Value::Floats(vec![BEFORE; REGIONS]),
        )
    };
    let object = Record::new(CLASS)
        .with("m_nBinsU", 4)
        .with("m_nBinsV", V_BINS as i32)
        .with("m_defaultValue", 1.0)
        .with(
            "m_sensorCalibrationMap",
            Value::Map((0..SENSORS).map(gains).collect()),
        );
    let mut payload = Payload::empty("PXDGainMapPar", CLASS);
    payload.object = Some(object.into());
    payload
}

#[test]
fn gains_are_found_on_either_side_of_a_boundary_and_of_a_new_experiment() {
    let mut random = Random::new(101);
    let first: Vec<f64> = (0..2 * REGIONS).map(|_| random.uniform(0.8, 1.2)).collect();
    // From run 3 on one sensor has lost charge.
    let mut second = first.clone();
    second[REGIONS..].iter_mut().for_each(|gain| *gain *= 0.9);
    let runs = [
        ([26, 1], &first, 2),
        ([26, 3], &second, 2),
        // One file only.
        ([27, 1], &second, 1),
        ([28, 1], &first, 2),
    ];
    let mut bench = Bench::new("caf_pxd_gain", &["physics"]);
    let nothing = clusters(&mut random, &[]);
    for (run, gains, files) in runs {
        let rows = clusters(&mut random, gains);
        bench.file(&["physics"], run, &[("pxd_clusters", &rows)]);
        for _ in 1..files {
            bench.file(&["physics"], run, &[("pxd_clusters", &nothing)]);
        }
    }
    bench.constants(vec![before()]);
    bench.configure(json!({ "min_files_per_chunk": 2, "payload_boundaries": [[26, 3]] }));
    let outcome = bench.run("26,1,28,9");
    assert!(
        outcome.said.contains("are left out: 1 files"),
        "{}",
        outcome.said
    );
    let found = outcome.of("PXDGainMapPar", &["26,1,-1,-1", "26,3,-1,-1", "28,1,-1,-1"]);
    let mut pulls = Pulls::new("PXD gain");
    for (constants, gains) in found.iter().zip([&first, &second, &first]) {
        let sensors = &constants.payload.channels["sensor"];
        let bins = &constants.payload.channels["bin"];
        let values = constants.values("m_sensorCalibrationMap");
        let at = |region: usize| {
            let place = (
                i64::from(packed(SEEN[region / REGIONS])),
                (region % REGIONS) as i64,
            );
            let mut all = sensors.iter().zip(bins).zip(values);
            *all.find(|((s, b), _)| (**s, **b) == place).unwrap().1
        };
        for region in 0..2 * REGIONS {
            let number = clusters_of(region);
            if number < 200 {
                let across = ACROSS[usize::from(region == SPARSE)];
                assert_eq!(at(region), at(across), "region {region}");
                continue;
            }
            // What is known of a median; the histogram it is taken from has bins of 0.01.
            let truth = BEFORE * gains[region];
            let error = truth * SPREAD * 1.2533 / (number as f64).sqrt();
            pulls.add(at(region), truth, error);
        }
        let unseen = sensors.iter().zip(values);
        let unseen =
            unseen.filter(|(sensor, _)| !SEEN.map(|seen| i64::from(packed(seen))).contains(sensor));
        let kept = unseen.filter(|(_, gain)| (**gain - BEFORE).abs() < 1e-6);
        assert_eq!(kept.count(), (SENSORS - 2) * REGIONS);
    }
    pulls.finish();
}
