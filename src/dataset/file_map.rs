//! Files in their order, each with the runs it holds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::{Deserialize, Serialize};

use super::{Error, EventCounts, order};
use crate::iov::{ExpRun, IoV};

/// An ordered map from file to interval of validity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileMap {
    files: IndexMap<PathBuf, IoV>,
}

impl FileMap {
    /// A map of these files in this order.
    ///
    /// # Errors
    /// [`Error::TwoIntervals`] when a file is given twice with different intervals.
    pub fn new(pairs: impl IntoIterator<Item = (PathBuf, IoV)>) -> Result<Self, Error> {
        let mut files = IndexMap::new();
        for (path, iov) in pairs {
            match files.entry(path) {
                Entry::Vacant(place) => {
                    place.insert(iov);
                }
                Entry::Occupied(known) if *known.get() == iov => {}
                Entry::Occupied(known) => {
                    return Err(Error::TwoIntervals {
                        path: known.key().clone(),
                        first: *known.get(),
                        second: iov,
                    });
                }
            }
        }
        Ok(Self { files })
    }

    /// Number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Files in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Intervals in the order of the files.
    pub fn values(&self) -> impl ExactSizeIterator<Item = IoV> {
        self.files.values().copied()
    }

    /// Files and their intervals in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Path, IoV)> {
        self.files.iter().map(|(path, iov)| (path.as_path(), *iov))
    }

    /// The interval of a file.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<IoV> {
        self.files.get(path).copied()
    }

    /// Whether a file is among them.
    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// The files for which `keep` is true.
    ///
    /// # Errors
    /// The first error of `keep`.
    pub fn filter<E>(
        &self,
        mut keep: impl FnMut(&Path, IoV) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut files = IndexMap::new();
        for (path, iov) in self.iter() {
            if keep(path, iov)? {
                files.insert(path.to_path_buf(), iov);
            }
        }
        Ok(Self { files })
    }

    /// These files, in the order given here.
    ///
    /// # Errors
    /// [`Error::UnknownPath`] for a file that is not among them.
    pub fn only<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        let mut files = IndexMap::new();
        for path in paths {
            let path = path.as_ref();
            let Some(iov) = self.get(path) else {
                return Err(self.unknown(path));
            };
            files.insert(path.to_path_buf(), iov);
        }
        Ok(Self { files })
    }

    fn unknown(&self, path: &Path) -> Error {
        let word = path.display().to_string();
        let distance = |known: &Path| strsim::damerau_levenshtein(&word, &known.to_string_lossy());
        let nearest = self.keys().min_by_key(|known| distance(known));
        // A few letters at most: paths have much in common anyway.
        let near = nearest.filter(|known| distance(known) <= 3);
        Error::UnknownPath {
            path: path.to_path_buf(),
            count: self.len(),
            hint: near
                .map(|known| format!(", did you mean {}?", known.display()))
                .unwrap_or_default(),
        }
    }

    /// The first `count` files.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let files = self.files.iter().take(count);
        Self {
            files: files.map(|(path, iov)| (path.clone(), *iov)).collect(),
        }
    }

    /// The files in a random order that depends on the seed and on the files only.
    ///
    /// Each file has its place by a hash of its path and the seed: two files keep their order among
    /// themselves when others come or go. Without a seed one is made of all paths.
    #[must_use]
    pub fn shuffled(&self, seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| order::seed_of(self.keys()));
        let mut files = self.files.clone();
        files.sort_by_cached_key(|path, _| (order::rank(seed, path), path.clone()));
        Self { files }
    }

    /// The files of both, in order.
    ///
    /// # Errors
    /// [`Error::TwoIntervals`] when both have a file with different intervals.
    pub fn joined(&self, other: &Self) -> Result<Self, Error> {
        let both = self.iter().chain(other.iter());
        Self::new(both.map(|(path, iov)| (path.to_path_buf(), iov)))
    }

    /// The different intervals, sorted.
    #[must_use]
    pub fn iovs(&self) -> Vec<IoV> {
        let all: BTreeSet<IoV> = self.values().collect();
        all.into_iter().collect()
    }

    /// Sum of the events, each file counting at most `per_file` (0: all of them).
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn events(&self, per_file: u64, counts: &dyn EventCounts) -> Result<u64, Error> {
        let mut sum: u64 = 0;
        for path in self.keys() {
            let events = counts.events(path)?;
            let counted = if per_file > 0 {
                events.min(per_file)
            } else {
                events
            };
            sum = sum.saturating_add(counted);
        }
        Ok(sum)
    }

    /// The files that are not made of exactly one of the `ignored` runs.
    ///
    /// A file with more runs stays, as upstream: its ignored runs are left out when algorithms run.
    #[must_use]
    pub fn without_runs(&self, ignored: &[ExpRun]) -> Self {
        let alone = |iov: IoV| iov.low() == iov.high() && ignored.contains(&iov.low());
        let files = self.files.iter().filter(|(_, iov)| !alone(**iov));
        Self {
            files: files.map(|(path, iov)| (path.clone(), *iov)).collect(),
        }
    }

    /// The plain map.
    #[must_use]
    pub fn into_inner(self) -> IndexMap<PathBuf, IoV> {
        self.files
    }
}

impl From<IndexMap<PathBuf, IoV>> for FileMap {
    fn from(files: IndexMap<PathBuf, IoV>) -> Self {
        Self { files }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> FileMap {
        let pairs = pairs
            .iter()
            .map(|(path, iov)| (PathBuf::from(path), iov.parse().unwrap()));
        FileMap::new(pairs).unwrap()
    }

    fn names(map: &FileMap) -> Vec<String> {
        map.keys().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn order_is_kept() {
        let files = map(&[("c", "1,2,1,2"), ("a", "1,1,1,1"), ("b", "1,2,1,2")]);
        assert_eq!(names(&files), ["c", "a", "b"]);
        assert_eq!(names(&files.first(2)), ["c", "a"]);
        assert_eq!(names(&files.only(["b", "c"]).unwrap()), ["b", "c"]);
        let kept = files.filter(|_, iov| Ok::<_, Error>(iov.low().run == 2));
        assert_eq!(names(&kept.unwrap()), ["c", "b"]);
        let iovs: Vec<String> = files.iovs().iter().map(IoV::to_string).collect();
        assert_eq!(iovs, ["1,1,1,1", "1,2,1,2"]);
        let rest = files.without_runs(&[ExpRun::new(1, 2)]);
        assert_eq!(names(&rest), ["a"]);
    }

    #[test]
    fn unknown_and_contradicting_files_are_refused() {
        let files = map(&[("/data/one.root", "1,2,1,2")]);
        let error = files.only(["/data/ome.root"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/data/ome.root is not among these 1 files, did you mean /data/one.root?"
        );
        let error = files.joined(&map(&[("/data/one.root", "1,3,1,3")]));
        assert_eq!(
            error.unwrap_err().to_string(),
            "/data/one.root is given twice, for 1,2,1,2 and for 1,3,1,3"
        );
        assert_eq!(files.joined(&files).unwrap(), files);
    }

    #[test]
    fn a_seed_gives_one_order_whatever_the_order_before() {
        let names: Vec<String> = (0..40).map(|n| format!("/d/f{n}.root")).collect();
        let iov: IoV = "1,1,1,1".parse().unwrap();
        let pair = |name: &String| (PathBuf::from(name), iov);
        let files = FileMap::new(names.iter().map(pair)).unwrap();
        let reversed = FileMap::new(names.iter().rev().map(pair)).unwrap();
        for seed in [None, Some(1), Some(2)] {
            let one = files.shuffled(seed).into_inner();
            let two = reversed.shuffled(seed).into_inner();
            assert!(one.keys().eq(two.keys()));
        }
        let orders: BTreeSet<Vec<PathBuf>> = [None, Some(1), Some(2)]
            .iter()
            .map(|seed| files.shuffled(*seed).into_inner().into_keys().collect())
            .collect();
        assert_eq!(orders.len(), 3);
        let same = (0..40).filter(|n| {
            files.shuffled(Some(1)).files.get_index(*n).unwrap().0
                == files.files.get_index(*n).unwrap().0
        });
        // One place in its old position is expected on average.
        assert!(same.count() < 8);
    }
}
