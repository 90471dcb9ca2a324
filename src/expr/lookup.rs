//! Values by the number of a channel, given beforehand or those of a payload.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Serialize, Serializer};

/// A member of a payload, by name: which values it stands for depends on the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct PayloadMember {
    /// Name of the payload.
    pub payload: Arc<str>,
    /// Name of the member.
    pub member: Arc<str>,
}

impl PayloadMember {
    /// The member of that payload.
    #[must_use]
    pub fn new(payload: &str, member: &str) -> Self {
        Self {
            payload: payload.into(),
            member: member.into(),
        }
    }
}

impl fmt::Display for PayloadMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.payload, self.member)
    }
}

/// Where a look-up takes its values from.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// Values that are known.
    Fixed(Arc<LookupTable>),
    /// Constants in force for the run at hand.
    Payload(PayloadMember),
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(table) => write!(f, "a look-up of {} values", table.len()),
            Self::Payload(member) => {
                let PayloadMember { payload, member } = member;
                write!(f, "payload({payload:?}).column({member:?})")
            }
        }
    }
}

impl Serialize for Lookup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(table) => table.content_hash().serialize(serializer),
            Self::Payload(member) => member.serialize(serializer),
        }
    }
}

/// How the values lie.
#[derive(Debug, PartialEq)]
enum Cells {
    /// One after another from the first key on; `None` where there is no value.
    Dense(i64, Vec<Option<f64>>),
    /// By rising keys.
    Sparse(Vec<(i64, f64)>),
}

/// One number per key.
#[derive(Debug, PartialEq)]
pub struct LookupTable {
    cells: Cells,
    missing: f64,
}

impl Default for LookupTable {
    /// A table without keys.
    fn default() -> Self {
        Self {
            cells: Cells::Sparse(Vec::new()),
            missing: f64::NAN,
        }
    }
}

impl LookupTable {
    /// The values under their keys; other keys give NaN.
    ///
    /// # Errors
    /// A key that stands twice.
    pub fn new(values: impl IntoIterator<Item = (i64, f64)>) -> Result<Self, i64> {
        let mut sorted: Vec<(i64, f64)> = values.into_iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(pair[0].0);
        }
        Ok(Self {
            cells: Cells::new(sorted),
            missing: f64::NAN,
        })
    }

    /// The same with another value for keys that are not there.
    #[must_use]
    pub fn with_missing(self, missing: f64) -> Self {
        Self { missing, ..self }
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key, if it is there.
    #[must_use]
    pub fn get(&self, key: i64) -> Option<f64> {
        match &self.cells {
            Cells::Dense(first, values) => {
                let position = usize::try_from(key.checked_sub(*first)?).ok()?;
                values.get(position).copied().flatten()
            }
            Cells::Sparse(values) => {
                let found = values.binary_search_by_key(&key, |(known, _)| *known);
                found.ok().map(|position| values[position].1)
            }
        }
    }

    /// The value of a key, or that for keys that are not there.
    #[must_use]
    pub fn at(&self, key: i64) -> f64 {
        self.get(key).unwrap_or(self.missing)
    }

    /// Keys and values by rising key.
    pub fn iter(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        let (first, dense, sparse) = match &self.cells {
            Cells::Dense(first, values) => (*first, values.as_slice(), &[][..]),
            Cells::Sparse(values) => (0, &[][..], values.as_slice()),
        };
        let numbered = (first..).zip(dense);
        numbered
            .filter_map(|(key, value)| value.map(|value| (key, value)))
            .chain(sparse.iter().copied())
    }

    /// A hash of keys and values: 64 hexadecimal digits.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.missing.to_bits().to_le_bytes());
        for (key, value) in self.iter() {
            hasher.update(&key.to_le_bytes());
            hasher.update(&value.to_bits().to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

impl Cells {
    /// Dense where that takes no more than four times the room.
    fn new(sorted: Vec<(i64, f64)>) -> Self {
        let ends = sorted.first().zip(sorted.last());
        let Some((&(first, _), &(last, _))) = ends else {
            return Self::Sparse(sorted);
        };
        let span = usize::try_from(last.abs_diff(first)).unwrap_or(usize::MAX);
        if span / 4 > sorted.len() {
            return Self::Sparse(sorted);
        }
        let mut cells = vec![None; span + 1];
        for (key, value) in sorted {
            if let Ok(position) = usize::try_from(key.abs_diff(first)) {
                cells[position] = Some(value);
            }
        }
        Self::Dense(first, cells)
    }
}

/// What the look-ups of payloads mean for the rows at hand; each thread has one of its own.
#[derive(Debug, Default)]
pub struct Bound {
    tables: Vec<(PayloadMember, Arc<LookupTable>)>,
    /// Which of them were asked for a key that is not there.
    missed: Vec<AtomicBool>,
    /// What those give that are not there, if not an error.
    otherwise: Option<f64>,
}

impl Bound {
    /// These tables for these members.
    #[must_use]
    pub fn new(tables: Vec<(PayloadMember, Arc<LookupTable>)>) -> Self {
        Self {
            missed: tables.iter().map(|_| AtomicBool::new(false)).collect(),
            tables,
            otherwise: None,
        }
    }

    /// Everything gives the same: to find out what a function answers.
    pub(super) fn always(value: f64) -> Self {
        Self {
            otherwise: Some(value),
            ..Self::default()
        }
    }

    /// Whether there are no constants at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.otherwise.is_none()
    }

    /// The values of a member.
    #[must_use]
    pub fn table(&self, member: &PayloadMember) -> Option<&LookupTable> {
        self.position(member)
            .map(|position| &*self.tables[position].1)
    }

    /// The value of a channel, which is noted if it is not there; `None` if the member is not
    /// foreseen.
    #[must_use]
    pub fn at(&self, member: &PayloadMember, channel: i64) -> Option<f64> {
        let Some(position) = self.position(member) else {
            return self.otherwise;
        };
        let table = &self.tables[position].1;
        Some(table.get(channel).unwrap_or_else(|| {
            self.missed[position].store(true, Ordering::Relaxed);
            table.missing
        }))
    }

    /// The members that were asked for a channel that is not there since the last time.
    pub(super) fn take_missed(&self) -> impl Iterator<Item = &PayloadMember> {
        let both = self.tables.iter().zip(&self.missed);
        both.filter(|(_, missed)| missed.swap(false, Ordering::Relaxed))
            .map(|((member, _), _)| member)
    }

    fn position(&self, member: &PayloadMember) -> Option<usize> {
        self.tables.iter().position(|(known, _)| known == member)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        #[test]
        fn tables_give_what_a_map_gives(
            map in prop::collection::btree_map(-40_i64..40, -1e3_f64..1e3, 0..60),
            far in prop::collection::btree_map(any::<i64>(), -1e3_f64..1e3, 0..3),
            asked in prop::collection::vec(-60_i64..60, 1..60),
        ) {
            for map in [map.clone(), map.into_iter().chain(far).collect::<BTreeMap<_, _>>()] {
                let table = LookupTable::new(map.clone()).unwrap();
                prop_assert_eq!(table.iter().collect::<Vec<_>>(), map.clone().into_iter().collect::<Vec<_>>());
                for key in asked.iter().chain(map.keys()).copied().chain([i64::MIN, i64::MAX]) {
                    prop_assert_eq!(table.get(key), map.get(&key).copied());
                }
            }
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert_eq!(LookupTable::new([(3, 0.0), (1, 0.0), (3, 1.0)]), Err(3));
    }

    #[test]
    fn the_hash_knows_keys_values_and_what_is_missing() {
        let hash =
            |values: &[(i64, f64)]| LookupTable::new(values.to_vec()).unwrap().content_hash();
        let one = hash(&[(1, 0.5), (2, 0.25)]);
        assert_eq!(one, hash(&[(2, 0.25), (1, 0.5)]));
        assert_ne!(one, hash(&[(1, 0.5), (3, 0.25)]));
        assert_ne!(one, hash(&[(1, 0.5), (2, 0.75)]));
        let zero = LookupTable::new([(1, 0.5), (2, 0.25)])
            .unwrap()
            .with_missing(0.0);
        assert_ne!(one, zero.content_hash());
        assert_eq!((zero.at(7), zero.at(2)), (0.0, 0.25));
    }
}
