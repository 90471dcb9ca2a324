//! Collected objects out of a generator with known truth, and algorithms over them.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use crate::calibrate::{
    Algorithm, Channels, Declared, Execution, FitStep, Kind, Objects, Params, PayloadRule,
    Strategy, Task, run_strategy,
};
use crate::conditions::{Chain, Payload, Store};
use crate::expr::build::{column, number};
use crate::expr::{Expr, Formula, Node, Path, Place, maths};
use crate::fit::{Options, models};
use crate::hist::{Axis, Histogram};
use crate::iov::{ExpRun, IoV};

/// SplitMix64 with Gaussian numbers by Box and Muller.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    pub(super) fn normal(&mut self) -> f64 {
        let (a, b) = (self.uniform(), self.uniform());
        (-2.0 * maths::ln(a)).sqrt() * maths::cos(2.0 * std::f64::consts::PI * b)
    }
}

/// A histogram of `values`: 100 bins from −10 to 10.
pub(super) fn histogram(values: &[f64]) -> Histogram {
    let axis = Axis::Regular {
        bins: 100,
        low: -10.0,
        high: 10.0,
        unit: "ns".into(),
    };
    let mut counts = vec![0.0; 102];
    for value in values {
        let cell = ((value + 10.0) / 0.2).floor().clamp(-1.0, 100.0) + 1.0;
        counts[cell as usize] += 1.0;
    }
    Histogram::of_counts(axis, counts)
}

/// Objects by name and run.
#[derive(Clone, Default)]
pub(super) struct Toy {
    pub(super) together: bool,
    pub(super) objects: BTreeMap<String, BTreeMap<ExpRun, Channels>>,
    pub(super) rows: BTreeMap<String, BTreeMap<ExpRun, u64>>,
    pub(super) runs: Vec<ExpRun>,
}

impl Toy {
    /// The object `dt` per crystal: values of each crystal, dealt out to `runs` in turn.
    pub(super) fn crystals(values: &[Vec<f64>], runs: &[ExpRun]) -> Self {
        let mut by_run = BTreeMap::new();
        for (position, run) in runs.iter().enumerate() {
            let of_run = |all: &Vec<f64>| -> Vec<f64> {
                let mine = all.iter().enumerate();
                mine.filter(|(i, _)| i % runs.len() == position)
                    .map(|(_, value)| *value)
                    .collect()
            };
            let histograms = values.iter().map(|all| histogram(&of_run(all)));
            let channels = Channels {
                name: "crystal".into(),
                histograms: (1..).zip(histograms).collect(),
            };
            by_run.insert(*run, channels);
        }
        Self {
            objects: BTreeMap::from([("dt".into(), by_run)]),
            runs: runs.to_vec(),
            ..Self::default()
        }
    }

    /// A single histogram of that name in run 7,1.
    pub(super) fn single(name: &str, values: &[f64]) -> Self {
        let run = ExpRun::new(7, 1);
        let channels = Channels {
            name: String::new(),
            histograms: vec![(0, histogram(values))],
        };
        Self {
            objects: BTreeMap::from([(name.into(), BTreeMap::from([(run, channels)]))]),
            runs: vec![run],
            ..Self::default()
        }
    }
}

impl Objects for Toy {
    fn runs(&self) -> Vec<ExpRun> {
        self.runs.clone()
    }

    fn by_run(&self) -> bool {
        !self.together
    }

    fn channels(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Channels>, String> {
        let Some(by_run) = self.objects.get(object) else {
            return Ok(None);
        };
        let mut sum: Option<Channels> = None;
        for (run, channels) in by_run {
            if !runs.contains(run) && !self.together {
                continue;
            }
            let Some(sum) = &mut sum else {
                sum = Some(channels.clone());
                continue;
            };
            for ((_, all), (_, more)) in sum.histograms.iter_mut().zip(&channels.histograms) {
                for (a, b) in all.counts.iter_mut().zip(&more.counts) {
                    *a += b;
                }
            }
        }
        Ok(sum)
    }

    fn rows(&self, object: &str, runs: &[ExpRun]) -> Result<Option<u64>, String> {
        let sum = |by_run: &BTreeMap<ExpRun, u64>| {
            let chosen = by_run.iter().filter(|(run, _)| runs.contains(run));
            chosen.map(|(_, n)| n).sum()
        };
        Ok(self.rows.get(object).map(sum))
    }
}

/// A place in a script.
pub(super) fn place(line: u32) -> Place {
    Place {
        source: 1,
        line,
        column: 1,
    }
}

/// `c.previous.MEMBER`
pub(super) fn previous(member: &str) -> Expr {
    let path = Path(vec!["previous".into(), member.into()]);
    Arc::new(Node::Column(path, place(9)))
}

/// `if c.ok { yes } else { no }`
pub(super) fn if_ok(yes: Expr, no: f64) -> Expr {
    Arc::new(Node::If(column("ok"), yes, number(no), place(9)))
}

/// An algorithm that fits a Gaussian to `dt` and writes `Offset` from these members.
pub(super) fn algorithm(members: Vec<(&str, Expr)>) -> Algorithm {
    let members = members
        .into_iter()
        .map(|(name, expr)| (name.into(), Formula::Compiled(expr)));
    Algorithm {
        name: "Offsets".into(),
        kind: Kind::Declared(Declared {
            fits: vec![FitStep {
                object: "dt".into(),
                model: models::gaussian(),
                options: Options::default(),
                place: place(5),
            }],
            enough_data: None,
            accept: None,
            tolerate: 0.01,
            payloads: vec![PayloadRule {
                name: "Offset".into(),
                class: "ExampleCalib".into(),
                members: members.collect(),
                place: place(6),
            }],
            ..Declared::default()
        }),
        strategy: Strategy::SingleIOV,
        params: Params::default(),
        place: place(4),
    }
}

/// The declared part of an algorithm, to change it.
pub(super) fn declared(algorithm: &mut Algorithm) -> &mut Declared {
    match &mut algorithm.kind {
        Kind::Declared(declared) => declared,
        _ => unreachable!("it was declared"),
    }
}

/// Runs an algorithm over everything, without constants in force.
pub(super) fn run(algorithm: &Algorithm, toy: Toy) -> Execution {
    run_with(algorithm, toy, IoV::EVERYTHING, Chain::default())
}

/// Runs an algorithm over `requested`; its payloads are those that take effect.
pub(super) fn run_with(
    algorithm: &Algorithm,
    toy: Toy,
    requested: IoV,
    constants: Chain,
) -> Execution {
    let mut done = run_strategy(&Task {
        algorithm: algorithm.clone(),
        objects: Arc::new(toy),
        requested,
        ignored: Vec::new(),
        iteration: 0,
        constants,
        earlier: None,
    });
    let mut execution = done.executions.remove(0);
    if let Some(commit) = done.commits.pop() {
        execution.payloads = commit.payloads;
    }
    execution
}

/// A store in a folder that holds one payload `Offset` with these constants from crystal 1 on.
pub(super) fn constants(folder: &std::path::Path, values: &[f64]) -> Chain {
    let store = Store::new(folder);
    let mut commit = store.commit();
    let payload = Payload {
        name: "Offset".into(),
        class: "ExampleCalib".into(),
        channels: IndexMap::from([("crystal".into(), (1..=values.len() as i64).collect())]),
        members: IndexMap::from([("m_CalibConst".into(), values.to_vec())]),
        object: None,
    };
    commit.add(payload, IoV::EVERYTHING, json!({})).unwrap();
    commit.finish().unwrap();
    Chain::new(vec![store])
}
