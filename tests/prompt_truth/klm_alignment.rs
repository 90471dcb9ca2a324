//! Alignment of the KLM: one fit of all modules, with the parameters of each track eliminated.

use b2caf::conditions::Payload;
use b2caf::root::{Record, Value};
use serde_json::json;

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

/// Of barrel modules, endcap modules and endcap segments each.
const ELEMENTS: usize = 6;
const RESOLUTION: f64 = 0.1;
/// Hits of a track, and its own parameters.
const HITS: usize = 8;
const TRACK: usize = 5;
const PAYLOADS: [(&str, &str, &str); 3] = [
    ("BKLMAlignment", "m_ModuleAlignment", "module"),
    ("EKLMAlignment", "m_ModuleAlignment", "module"),
    ("EKLMSegmentAlignment", "m_SegmentAlignment", "segment"),
];
const MEMBERS: [&str; 6] = [
    "m_DeltaU",
    "m_DeltaV",
    "m_DeltaW",
    "m_DeltaAlpha",
    "m_DeltaBeta",
    "m_DeltaGamma",
];
/// Which parameters of each kind can be seen.
const FREE: [[bool; 6]; 3] = [
    [true, true, false, false, false, true],
    [true; 6],
    [true, false, true, true, true, false],
];
/// Position of all parameters before.
const BEFORE: f64 = 0.25;
/// A barrel module without hits, by its place.
const DEAD: usize = 4;

type Shifts = [[[f64; 6]; ELEMENTS]; 3];

/// Residuals of tracks through shifted elements.
fn tracks(random: &mut Random, number: usize, shifts: &Shifts) -> Rows {
    let mut rows = Rows::new(&[
        ("event", Kind::Int),
        ("track", Kind::Int),
        ("component", Kind::Int),
        ("element", Kind::Int),
        ("residual", Kind::Float),
        ("sigma", Kind::Float),
        ("pValue", Kind::Float),
        ("dlocal", Kind::Floats(6)),
        ("dtrack", Kind::Floats(TRACK)),
    ]);
    for track in 0..number {
        let own: Vec<f64> = (0..TRACK).map(|_| random.gauss(0.0, 1.0)).collect();
        // Two tracks in an event, and now and then one that is badly fitted.
        let bad = random.chance(0.02);
        for _ in 0..HITS {
            let kind = random.below(3);
            let mut element = random.below(ELEMENTS);
            if kind == 0 && element == DEAD {
                element = 0;
            }
            let slopes: Vec<f64> = (0..6).map(|_| random.gauss(0.0, 1.0)).collect();
            let along: Vec<f64> = (0..TRACK).map(|_| random.gauss(0.0, 1.0)).collect();
            let shift = &shifts[kind][element];
            let seen = (0..6).filter(|i| FREE[kind][*i]);
            let mut residual: f64 = seen.map(|i| slopes[i] * shift[i]).sum();
            residual += own.iter().zip(&along).map(|(a, b)| a * b).sum::<f64>();
            residual +=
                random.gauss(0.0, RESOLUTION) + if bad { random.gauss(0.0, 9.0) } else { 0.0 };
            let numbers = [track / 2 + 1, track % 2, kind, element + 1].map(|n| n as f64);
            let mut row = numbers.to_vec();
            row.extend([residual, RESOLUTION, if bad { 1e-7 } else { 0.5 }]);
            row.extend(slopes);
            row.extend(along);
            rows.push(&row);
        }
    }
    rows
}

fn before() -> Vec<Payload> {
    let parts = |_| {
        let part = Record::new("Belle2::KLMAlignmentData");
        let part = MEMBERS
            .iter()
            .fold(part, |part, name| part.with(name, BEFORE));
        Value::from(part)
    };
    let payloads = PAYLOADS.iter().map(|(name, member, _)| {
        let numbers = (1..=ELEMENTS as i64).map(Value::Int);
        let all = numbers.map(|number| (number, parts(()))).collect();
        let class = format!("Belle2::{name}");
        let mut payload = Payload::empty(name, &class);
        payload.object = Some(Record::new(&class).with(member, Value::Map(all)).into());
        payload
    });
    payloads.collect()
}

#[test]
fn shifts_of_modules_are_found_and_short_runs_are_taken_together() {
    let mut random = Random::new(41);
    let mut first: Shifts = [[[0.0; 6]; ELEMENTS]; 3];
    for shift in first.iter_mut().flatten().flatten() {
        *shift = random.gauss(0.0, 0.1);
    }
    // One module is moved after the first run.
    let mut second = first;
    second[1][2][0] += 0.5;
    let runs = [(1, 1500, &first), (2, 800, &second), (3, 800, &second)];
    let mut bench = Bench::new("caf_klm_alignment", &["raw_physics", "raw_cosmic"]);
    for (run, number, shifts) in runs {
        // Half of them from collisions, half from cosmic rays.
        for (i, sample) in ["raw_physics", "raw_cosmic"].into_iter().enumerate() {
            let mut rows = tracks(&mut random, number / 2, shifts);
            // Events of a run are numbered through both.
            rows.shift("event", (i * 100_000) as f64);
            bench.file(&[sample], [26, run], &[("klm_residuals", &rows)]);
        }
    }
    bench.constants(before());
    bench.configure(json!({ "millepede_entries": 1000 }));
    let outcome = bench.run("26,1,26,9");
    assert!(outcome.said.contains("tracks, 1000 needed"));
    let mut pulls = Pulls::new("KLM alignment");
    for (kind, (name, _, channel)) in PAYLOADS.into_iter().enumerate() {
        let found = outcome.of(name, &["26,1,26,1", "26,2,-1,-1"]);
        for (constants, (tracks, shifts)) in found.iter().zip([(1500.0, &first), (1600.0, &second)])
        {
            let elements = &constants.payload.channels[channel];
            assert_eq!(elements.len(), ELEMENTS);
            for (i, member) in MEMBERS.iter().enumerate() {
                for (element, value) in elements.iter().zip(constants.values(member)) {
                    let element = *element as usize - 1;
                    if !FREE[kind][i] || (kind == 0 && element == DEAD) {
                        assert!((value - BEFORE).abs() < 1e-6, "{name} {element} {member}");
                        continue;
                    }
                    let mut hits = 0.98 * tracks * HITS as f64 / (3 * ELEMENTS) as f64;
                    if kind == 0 && element == 0 {
                        hits *= 2.0;
                    }
                    // Part of what the hits say is used up by the track, some by the other parameters.
                    let left = hits * (HITS - TRACK) as f64 / HITS as f64 - 5.0;
                    let error = RESOLUTION / left.sqrt();
                    pulls.add(*value, BEFORE - shifts[kind][element][i], error);
                }
            }
        }
    }
    pulls.finish();
}
