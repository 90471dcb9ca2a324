//! Constants that collectors look up: those to be expected, and those that were looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::calibrate::{Declared, Kind, PayloadRule};
use crate::collect::{ChainConstants, Collector, Constants, no_member};
use crate::conditions::{Chain, InForce, Record, Store};
use crate::expr::{LookupTable, PayloadMember, Unknown};
use crate::iov::ExpRun;
use crate::plan::Calibration;

use super::Error;

/// Constants that are there or will be, as far as can be told before anything is run.
pub(super) struct Expected<'a> {
    /// The calibrations whose payloads are seen.
    pub(super) before: Vec<&'a Calibration>,
    /// The calibration that looks them up.
    pub(super) own: &'a Calibration,
    /// All calibrations.
    pub(super) all: &'a [Calibration],
    /// What is there already.
    pub(super) start: &'a ChainConstants,
}

impl Constants for Expected<'_> {
    fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        let empty = || Ok(Arc::new(LookupTable::default()));
        for algorithm in self.before.iter().flat_map(|c| &c.algorithms) {
            let Kind::Declared(declared) = &algorithm.kind else {
                // What it writes shows when it has run.
                return empty();
            };
            if let Some(rule) = rule(declared, &member.payload) {
                let mut known = rule.members.iter().map(|(name, _)| name.as_str());
                if known.any(|name| name == &*member.member) {
                    return empty();
                }
                let known = rule.members.iter().map(|(name, _)| name.as_str());
                return Err(no_member(&rule.name, &member.member, known));
            }
        }
        let found = self.start.values(member, run);
        found.map_err(|unknown| self.writer(&member.payload).unwrap_or(unknown))
    }
}

impl Expected<'_> {
    /// Who writes the payload, but not in time.
    fn writer(&self, payload: &str) -> Option<Unknown> {
        let writes = |calibration: &&Calibration| {
            calibration
                .algorithms
                .iter()
                .any(|algorithm| match &algorithm.kind {
                    Kind::Declared(declared) => rule(declared, payload).is_some(),
                    _ => false,
                })
        };
        if writes(&self.own) {
            return Some(Unknown {
                message: format!("there are no constants of payload `{payload}` to begin with"),
                hint: Some(
                    "give those that the first iteration is to look up with --constants".into(),
                ),
            });
        }
        let name = &self.all.iter().find(writes)?.name;
        Some(Unknown {
            message: format!(
                "payload `{payload}` is written by calibration {name}, which this one does not wait for"
            ),
            hint: Some(
                "let it wait with `depends_on`, or give constants to start from with --constants"
                    .into(),
            ),
        })
    }
}

fn rule<'a>(declared: &'a Declared, payload: &str) -> Option<&'a PayloadRule> {
    declared.payloads.iter().find(|rule| rule.name == payload)
}

/// A payload file: the folder of its store, and what it is.
type File = (PathBuf, InForce);

/// Which payload files a pass looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LookedUp(BTreeMap<(Arc<str>, ExpRun), Option<File>>);

impl LookedUp {
    /// What a collector looks at in these runs.
    pub(super) fn new(collector: &Collector, runs: &[ExpRun], constants: &ChainConstants) -> Self {
        let payloads = collector.reads_payloads();
        let pairs = payloads
            .iter()
            .flat_map(|name| runs.iter().map(move |run| (name, *run)));
        let keys = pairs.map(|(name, run)| (Arc::clone(name), run));
        Self::of(keys, constants)
    }

    fn of(keys: impl Iterator<Item = (Arc<str>, ExpRun)>, constants: &ChainConstants) -> Self {
        let file = |(payload, run): &(Arc<str>, ExpRun)| {
            let (store, record) = constants.record(payload, *run)?;
            Some((store.folder().to_path_buf(), InForce::new(store, record)))
        };
        Self(keys.map(|key| (key.clone(), file(&key))).collect())
    }

    /// What was found, each once, by name.
    pub(super) fn list(&self) -> Vec<InForce> {
        let found: BTreeSet<&InForce> = self.0.values().flatten().map(|(_, what)| what).collect();
        found.into_iter().cloned().collect()
    }

    /// Whether a pass would look at other constants now: what it collected is out of date.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub(super) fn must_collect_again(&self, now: &Chain) -> Result<bool, Error> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let constants = ChainConstants::new(now)?;
        for (key, before) in &self.0 {
            let now = Self::of(std::iter::once(key.clone()), &constants);
            let now = now.0.into_values().next().flatten();
            if *before != now && !same_content(before.as_ref(), now.as_ref(), &key.0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether two files hold the same payload: an iteration may find the same constants again.
fn same_content(one: Option<&File>, other: Option<&File>, name: &str) -> Result<bool, Error> {
    let (Some(one), Some(other)) = (one, other) else {
        return Ok(one == other);
    };
    let read = |(folder, what): &File| {
        Store::new(folder).read(&Record {
            line: 0,
            name: name.to_owned(),
            revision: what.revision.clone(),
            iov: None,
        })
    };
    Ok(one.1.revision == other.1.revision && read(one)? == read(other)?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use indexmap::IndexMap;
    use serde_json::json;

    use super::*;
    use crate::collect::Step;
    use crate::conditions::Payload;
    use crate::expr::build::column;
    use crate::expr::{Formula, Lookup, Node, Place};

    fn store(folder: &Path, name: &str, value: f64, iov: &str) -> Store {
        let store = Store::new(folder.join(format!("{name}{value}{iov}")));
        let mut commit = store.commit();
        let payload = Payload {
            name: name.into(),
            class: "Example".into(),
            channels: IndexMap::new(),
            members: IndexMap::from([("a".into(), vec![value])]),
            object: None,
        };
        commit
            .add(payload, iov.parse().unwrap(), json!({}))
            .unwrap();
        commit.finish().unwrap();
        store
    }

    /// A collector that looks up `A.a`.
    fn collector() -> Collector {
        let member = PayloadMember::new("A", "a");
        let place = Place::default();
        let node = Node::Lookup(Lookup::Payload(member), column("n"), place);
        let mut collector = Collector::new("Test");
        let formula = Formula::Compiled(node.into());
        collector
            .steps
            .push(Step::Define("x".into(), formula, place));
        collector
    }

    #[test]
    fn only_other_constants_of_its_own_runs_make_a_pass_out_of_date() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, value: f64, iov: &str| store(folder.path(), name, value, iov);
        let start = made("A", 1.0, "7,0,7,-1");
        let before = ChainConstants::new(&Chain::new(vec![start.clone()])).unwrap();
        let runs = [ExpRun::new(7, 1), ExpRun::new(7, 2)];
        let looked_up = LookedUp::new(&collector(), &runs, &before);
        let again = |first: Option<Store>| {
            let stores = first.into_iter().chain([start.clone()]).collect();
            looked_up.must_collect_again(&Chain::new(stores)).unwrap()
        };
        assert!(!again(None));
        // Found again by an iteration, in a store of its own.
        assert!(!again(Some(made("A", 1.0, "7,1,7,2"))));
        // Another payload, and other runs.
        assert!(!again(Some(made("B", 2.0, "7,0,7,-1"))));
        assert!(!again(Some(made("A", 2.0, "7,3,7,-1"))));
        assert!(again(Some(made("A", 2.0, "7,2,7,2"))));
        assert!(looked_up.must_collect_again(&Chain::default()).unwrap());
        let nothing = LookedUp::new(&Collector::new("Test"), &runs, &before);
        assert!(!nothing.must_collect_again(&Chain::default()).unwrap());
    }
}
