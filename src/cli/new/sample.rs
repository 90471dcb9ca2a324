//! A small sample of cosmic rays: the same bytes whenever and wherever it is made.

use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use serde_json::{Value, json};

use crate::root::{Classes, TableColumn, TableValues, Writer};

/// Channels of the counter; the one that is dead has no hits.
const CHANNELS: i32 = 16;
const DEAD: i32 = 13;
/// Hits of a run.
const HITS: usize = 4_000;
/// Experiment and runs.
const EXPERIMENT: i32 = 7;
const RUNS: [i32; 3] = [1, 2, 3];
/// Resolution of the counter, in ns.
const RESOLUTION: f64 = 0.8;
/// Part of the hits that are noise, at any time.
const NOISE: f64 = 0.1;

/// Files with their content: samples, the list of them, and the truth they were made with.
pub(super) fn write(folder: &Path) -> Result<()> {
    let mut random = Random(20_240_613);
    let offsets: Vec<f64> = (0..CHANNELS)
        .map(|_| (random.between(-3.0, 3.0) * 1000.0).round() / 1000.0)
        .collect();
    let mut entries = Vec::new();
    for run in RUNS {
        let name = format!("run{run}.root");
        Hits::new(&offsets, &mut random).write(&folder.join(&name))?;
        entries.push(json!([name, [EXPERIMENT, run]]));
    }
    let lines: Vec<String> = entries.iter().map(|entry| format!("    {entry}")).collect();
    let data = format!("{{\"cosmics\": [\n{}\n]}}\n", lines.join(",\n"));
    fs::write(folder.join("data.json"), data)?;
    fs::write(folder.join("truth.json"), truth(&offsets))
}

fn truth(offsets: &[f64]) -> String {
    let of_channel = |(number, offset): (i32, &f64)| {
        let value = match number == DEAD {
            true => Value::Null,
            false => json!(offset),
        };
        format!("    \"{number}\": {value}")
    };
    let lines: Vec<String> = (1..).zip(offsets).map(of_channel).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// Columns of a tree with one row per hit.
#[derive(Default)]
struct Hits {
    trigger: Vec<i32>,
    channel: Vec<i32>,
    energy: Vec<f32>,
    time: Vec<f32>,
}

impl Hits {
    fn new(offsets: &[f64], random: &mut Random) -> Self {
        let mut hits = Self::default();
        while hits.channel.len() < HITS {
            let channel = 1 + random.below(CHANNELS);
            if channel == DEAD {
                continue;
            }
            let offset = offsets[channel as usize - 1];
            let time = match random.uniform() < NOISE {
                true => random.between(-10.0, 10.0),
                false => offset + RESOLUTION * random.normal(),
            };
            hits.trigger.push(i32::from(random.uniform() < 0.9));
            hits.channel.push(channel);
            hits.energy.push(random.between(0.0, 1.5) as f32);
            hits.time.push(time as f32);
        }
        hits
    }

    fn write(&self, path: &Path) -> Result<()> {
        let columns = [
            ("trigger", TableValues::I32(&self.trigger)),
            ("channel", TableValues::I32(&self.channel)),
            ("energy", TableValues::F32(&self.energy)),
            ("time", TableValues::F32(&self.time)),
        ];
        let columns = columns.map(|(name, values)| TableColumn { name, values });
        let classes = Classes::default();
        let mut writer = Writer::new(&classes);
        writer
            .table("hits", "hits of cosmic rays", &columns)
            .map_err(Error::other)?;
        writer.save(path)
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// At least 0, below 1.
    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    fn below(&mut self, end: i32) -> i32 {
        (f64::from(end) * self.uniform()) as i32
    }

    /// Box and Muller's, with functions that give the same bits on every machine.
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}
