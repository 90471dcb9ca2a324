//! The usual choices among files, by upstream's names.
//!
//! Knowing differences from upstream:
//! * a limit of no files gives no files (upstream keeps one per run), a negative limit is refused;
//! * files of equal interval need not be neighbours (upstream loses all but the last group of them);
//! * the list that is chosen from stays as it is (upstream empties it);
//! * a file keeps its interval (upstream cuts it to its first run);
//! * random choices come out the same for the same files, and what was chosen stands in the order of the input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::{Error, FileMap};
use crate::iov::{ExpRun, IoV};

/// Knows how many events a file has.
pub trait EventCounts {
    /// Number of events of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    fn events(&self, path: &Path) -> Result<u64, Error>;
}

impl<F: Fn(&Path) -> Result<u64, Error>> EventCounts for F {
    fn events(&self, path: &Path) -> Result<u64, Error> {
        self(path)
    }
}

/// A file that was chosen: where it stood, its path, its interval.
type Chosen<'a> = (usize, &'a Path, IoV);

/// Keeps at most `max_files` files for each run; a file belongs to the first run of its interval.
///
/// With `min_events` above 0, smaller files are passed over; only then files are opened. The result is
/// ordered by run, runs in the order of their first file that is kept.
///
/// # Errors
/// A negative `max_files`, a file that cannot be read.
pub fn filter_by_max_files_per_run(
    files: &FileMap,
    max_files: i64,
    min_events: i64,
    random: bool,
    counts: &dyn EventCounts,
) -> Result<FileMap, Error> {
    let max_files = usize::try_from(max_files).map_err(|_| Error::NegativeLimit {
        what: "files per run",
        value: max_files,
    })?;
    let min_events = u64::try_from(min_events).unwrap_or(0);
    let mut runs: IndexMap<ExpRun, Vec<Chosen>> = IndexMap::new();
    for chosen in in_order(files, random) {
        let (_, path, iov) = chosen;
        let full = runs
            .get(&iov.low())
            .is_some_and(|kept| kept.len() >= max_files);
        if full || max_files == 0 || (min_events > 0 && counts.events(path)? < min_events) {
            continue;
        }
        runs.entry(iov.low()).or_default().push(chosen);
    }
    let mut groups: Vec<Vec<Chosen>> = runs.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|(place, ..)| *place);
    }
    groups.sort_by_key(|group| group.first().map(|(place, ..)| *place));
    Ok(map_of(groups.into_iter().flatten()))
}

/// Files with equal intervals together, sorted by interval, files in their order.
#[must_use]
pub fn group_files_by_iov(files: &FileMap) -> BTreeMap<IoV, Vec<PathBuf>> {
    let mut groups: BTreeMap<IoV, Vec<PathBuf>> = BTreeMap::new();
    for (path, iov) in files.iter() {
        groups.entry(iov).or_default().push(path.to_path_buf());
    }
    groups
}

/// For each interval takes files until they have `max_events` events together; the file that gets there is taken too.
///
/// A file counts at most `max_per_file` events (0: all). Files without events are left out. A limit of no
/// events gives no files. The result is ordered by interval.
///
/// # Errors
/// A file that cannot be read.
pub fn filter_by_max_events_per_run(
    files: &FileMap,
    max_events: i64,
    random: bool,
    max_per_file: i64,
    counts: &dyn EventCounts,
) -> Result<FileMap, Error> {
    let cap = u64::try_from(max_per_file).ok().filter(|cap| *cap > 0);
    let mut groups: BTreeMap<IoV, Vec<Chosen>> = BTreeMap::new();
    for chosen in in_order(files, random) {
        groups.entry(chosen.2).or_default().push(chosen);
    }
    let mut all = Vec::new();
    for group in groups.into_values() {
        let (mut taken, _) = take_until(group, max_events, cap, counts)?;
        taken.sort_by_key(|(place, ..)| *place);
        all.extend(taken);
    }
    Ok(map_of(all))
}

/// Takes files in random order until they have `events` events together; empty if all together have fewer.
///
/// Files without events are left out; the result is sorted by path. A limit of no events gives no files.
///
/// # Errors
/// A file that cannot be read.
pub fn filter_by_select_max_events_from_files(
    files: &FileMap,
    events: i64,
    counts: &dyn EventCounts,
) -> Result<FileMap, Error> {
    let (mut taken, reached) = take_until(in_order(files, true), events, None, counts)?;
    if !reached {
        return Ok(FileMap::default());
    }
    taken.sort_by_key(|(_, path, _)| *path);
    Ok(map_of(taken))
}

/// Files until the sum of their events reaches `limit`, and whether it does.
fn take_until<'a>(
    files: Vec<Chosen<'a>>,
    limit: i64,
    cap: Option<u64>,
    counts: &dyn EventCounts,
) -> Result<(Vec<Chosen<'a>>, bool), Error> {
    let limit = u64::try_from(limit).unwrap_or(0);
    let mut sum: u64 = 0;
    let mut taken = Vec::new();
    for file in files {
        if sum >= limit {
            break;
        }
        let events = counts.events(file.1)?;
        if events > 0 {
            sum = sum.saturating_add(cap.map_or(events, |cap| events.min(cap)));
            taken.push(file);
        }
    }
    Ok((taken, sum >= limit))
}

/// The files as they stand or in a random order, each with its place.
fn in_order(files: &FileMap, random: bool) -> Vec<Chosen<'_>> {
    let all = files.iter().enumerate();
    let mut all: Vec<Chosen> = all.map(|(n, (path, iov))| (n, path, iov)).collect();
    if random {
        let seed = super::order::seed_of(files.keys());
        all.sort_by_cached_key(|(_, path, _)| (super::order::rank(seed, path), *path));
    }
    all
}

fn map_of<'a>(files: impl IntoIterator<Item = Chosen<'a>>) -> FileMap {
    let pairs = files.into_iter();
    let files: IndexMap<PathBuf, IoV> = pairs
        .map(|(_, path, iov)| (path.to_path_buf(), iov))
        .collect();
    FileMap::from(files)
}
