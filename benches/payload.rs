//! Payload files written and read, and payloads looked up among many intervals.
//!
//! `write|read FOLDER FILES CHANNELS REPETITIONS` is what `compare_payloads.py` asks for, beside ROOT; the numbers are
//! those of its description. `resolve` prints how long 100 000 intervals of one payload take to be read from a text
//! file and asked for each of their runs.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use b2caf::conditions::{Database, Library};
use b2caf::iov::ExpRun;
use b2caf::root::{Record, RootFile, Value, write_object};

const NAME: &str = "ECLCrystalEnergy";
const CLASS: &str = "Belle2::ECLCrystalCalib";
const MEMBERS: [&str; 2] = ["m_CalibConst", "m_CalibConstUnc"];
/// Intervals that are asked.
const INTERVALS: i32 = 100_000;

fn object(file: u64, channels: u64) -> Value {
    let mixed = |channel: u64| (channel * 2_654_435_761 + file * 40_503) % (1 << 32);
    let value = |channel| 0.5 + (mixed(channel) >> 8) as f64 / f64::from(1 << 24);
    let error = |channel| ((mixed(channel) >> 16) & 1023) as f64 / f64::from(1 << 20);
    let single = |value: f64| f64::from(value as f32);
    let [first, second] = MEMBERS;
    Record::new(CLASS)
        .with(
            first,
            Value::Floats((0..channels).map(|c| single(value(c))).collect()),
        )
        .with(second, Value::Floats((0..channels).map(error).collect()))
        .into()
}

fn write(files: &[PathBuf], channels: u64) -> Result<f64, Box<dyn Error>> {
    let classes = Library::standard().classes();
    let mut seconds = 0.0;
    for (number, file) in (0..).zip(files) {
        let object = object(number, channels);
        let began = Instant::now();
        std::fs::write(file, write_object(NAME, "", CLASS, &object, classes)?)?;
        seconds += began.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn read(files: &[PathBuf]) -> Result<(f64, f64), Box<dyn Error>> {
    let classes = Library::standard().classes();
    let (mut seconds, mut total) = (0.0, 0.0);
    for file in files {
        let began = Instant::now();
        let (_, object) = RootFile::open(file)?.object_of(NAME, classes)?;
        seconds += began.elapsed().as_secs_f64();
        let record = object.as_record().ok_or("no object")?;
        for member in MEMBERS {
            if let Some(Value::Floats(values)) = record.get(member) {
                total += values.iter().sum::<f64>();
            }
        }
    }
    Ok((seconds, total))
}

fn resolve() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    for run in 0..INTERVALS {
        writeln!(text, "dbstore/{NAME} 3fa94c 7,{run},7,{run}")?;
    }
    let began = Instant::now();
    let database = Database::parse(Path::new("database.txt"), &text)?;
    let parsed = began.elapsed().as_secs_f64();
    let began = Instant::now();
    for run in 0..INTERVALS {
        let found = database
            .find(NAME, ExpRun::new(7, run))
            .ok_or("not found")?;
        if found.line != usize::try_from(run)? + 1 {
            return Err("another one was found".into());
        }
    }
    let asked = began.elapsed().as_secs_f64();
    println!("{{\"intervals\":{INTERVALS},\"read_s\":{parsed:.4},\"resolve_s\":{asked:.4}}}");
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let [what, folder, files, channels, repetitions] = words.as_slice() else {
        return resolve();
    };
    let (count, channels): (u64, u64) = (files.parse()?, channels.parse()?);
    let name = |number| Path::new(folder).join(format!("{number}.root"));
    let files: Vec<PathBuf> = (0..count).map(name).collect();
    let (mut best, mut sum) = (f64::INFINITY, 0.0);
    for _ in 0..repetitions.parse()? {
        let seconds = match what.as_str() {
            "write" => write(&files, channels)?,
            "read" => {
                let (seconds, total) = read(&files)?;
                sum = total;
                seconds
            }
            other => return Err(format!("`{other}` is neither write nor read").into()),
        };
        best = best.min(seconds / count as f64);
    }
    println!("{{\"do\":\"{what}\",\"seconds_per_file\":{best:e},\"sum\":{sum:?}}}");
    Ok(())
}
