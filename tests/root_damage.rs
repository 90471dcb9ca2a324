//! Damaged ROOT files: cut at any place, bytes changed at any place. Nothing may panic, take
//! long, or take much memory; what is cut off must be seen when the file is opened.

#[macro_use]
mod support;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use b2caf::root::{Cache, Error, RootFile};

/// Largest file that is damaged again and again.
const LARGEST: u64 = 230_000;
/// Time for one damaged file; a whole one takes milliseconds.
const LONGEST: Duration = Duration::from_secs(5);

/// Small files: those of the examples, and those of the test data if there are any.
fn files() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data =
        std::env::var_os("B2CAF_TEST_DATA").map_or(here.join("../shared/data"), PathBuf::from);
    let mut files = Vec::new();
    let own = [here.join("examples"), here.join("tests/data/root")];
    for folder in own
        .into_iter()
        .chain(["basf2", "root", "payloads"].map(|name| data.join(name)))
    {
        if !folder.is_dir() {
            say!("SKIPPED: no folder {}", folder.display());
            continue;
        }
        let found = walkdir::WalkDir::new(folder).sort_by_file_name();
        files.extend(found.into_iter().map(|entry| entry.unwrap().into_path()));
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "root"));
    files.retain(|file| file.metadata().unwrap().len() <= LARGEST);
    assert!(!files.is_empty(), "the examples have small files");
    files
}

/// Reads all there is; the number of errors met on the way.
fn read_all(path: &Path) -> Result<usize, Error> {
    let file = RootFile::open(path)?;
    let mut errors = 0;
    for key in file.keys() {
        if key.is_histogram() {
            errors += usize::from(file.histogram(&key.full_name()).is_err());
        }
        if !key.is_tree() {
            errors += usize::from(file.object(&key.full_name()).is_err());
            continue;
        }
        let Ok(tree) = file.tree(&key.full_name()) else {
            errors += 1;
            continue;
        };
        let mut cache = Cache::new();
        for column in tree.columns() {
            for range in tree.clusters() {
                let Ok(chunk) = column.read(range, &mut cache) else {
                    errors += 1;
                    break;
                };
                let mut values = vec![0.0; chunk.len().min(1000)];
                let _ = chunk.fill_f64(0, &mut values);
                let _ = chunk.text(0);
            }
        }
    }
    Ok(errors)
}

/// The same numbers every time (a linear congruential generator; the upper bits are good enough).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 >> 11) * end as u128) >> 53) as usize
    }
}

fn timed(path: &Path, what: &str) -> Result<usize, Error> {
    let start = Instant::now();
    let outcome = read_all(path);
    assert!(start.elapsed() < LONGEST, "{what}: {:?}", start.elapsed());
    outcome
}

/// Most memory this process has used so far, in kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn whole_files_are_read_without_errors() {
    for file in files() {
        let errors = timed(&file, &file.display().to_string());
        // Types that are no columns are errors too, but the file itself is fine.
        assert!(errors.is_ok(), "{}: {errors:?}", file.display());
    }
}

#[test]
fn cut_files_are_refused_when_they_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.root");
    let mut dice = Dice(1);
    for file in files() {
        let bytes = std::fs::read(&file).unwrap();
        let cuts = [0, 1, 4, 20, 63, 64, 100, bytes.len() / 2, bytes.len() - 1];
        let cuts = cuts
            .into_iter()
            .chain((0..40).map(|_| dice.below(bytes.len())));
        for cut in cuts {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let outcome = timed(&path, &format!("{} cut at {cut}", file.display()));
            let seen = matches!(outcome, Err(Error::CutOff { .. } | Error::NotRoot { .. }));
            assert!(seen, "{} cut at {cut}: {outcome:?}", file.display());
        }
    }
}

#[test]
fn changed_bytes_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.root");
    let mut dice = Dice(2);
    let rounds = std::env::var("B2CAF_DAMAGE_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok());
    for file in files() {
        let whole = std::fs::read(&file).unwrap();
        for round in 0..rounds.unwrap_or(40) {
            let mut bytes = whole.clone();
            for _ in 0..=dice.below(4) {
                let place = dice.below(bytes.len());
                bytes[place] = match dice.below(4) {
                    0 => 0xff,
                    1 => 0x7f,
                    2 => 0,
                    _ => bytes[place] ^ 1 << dice.below(8),
                };
            }
            std::fs::write(&path, &bytes).unwrap();
            let _ = timed(&path, &format!("{} round {round}", file.display()));
        }
    }
    if let Some(peak) = peak() {
        assert!(peak < 600_000, "{peak} kB were used");
    }
}
