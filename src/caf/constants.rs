//! Constants in force, as the look-ups of collectors ask for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::calibrate::Kind;
use crate::collect::{Collector, Constants};
use crate::conditions::{Chain, Database, Payload, Record, Store};
use crate::expr::{LookupTable, PayloadMember, Unknown, nearest};
use crate::iov::ExpRun;
use crate::plan::Calibration;

use super::Error;

/// The file of a payload: its store among those of the chain, its name, its revision.
type Revision = (usize, String, String);

/// A member of a payload.
type Column = (Revision, Arc<str>);

/// The constants of a chain; each payload file is read once.
pub(super) struct InForce {
    stores: Vec<(Store, Database)>,
    payloads: Mutex<BTreeMap<Revision, Arc<Payload>>>,
    tables: Mutex<BTreeMap<Column, Arc<LookupTable>>>,
}

impl InForce {
    /// The constants that are in force in a chain as it is now.
    ///
    /// # Errors
    /// When the text file of a store cannot be read or understood.
    pub(super) fn new(chain: &Chain) -> Result<Self, Error> {
        let open = |store: &Store| Ok((store.clone(), store.database()?));
        Ok(Self {
            stores: chain
                .stores()
                .iter()
                .map(open)
                .collect::<Result<_, Error>>()?,
            payloads: Mutex::default(),
            tables: Mutex::default(),
        })
    }

    fn record(&self, payload: &str, run: ExpRun) -> Option<(usize, &Record)> {
        let mut stores = self.stores.iter().enumerate();
        stores.find_map(|(number, (_, database))| Some((number, database.find(payload, run)?)))
    }

    fn payload(&self, number: usize, record: &Record) -> Result<(Revision, Arc<Payload>), Unknown> {
        let key = (number, record.name.clone(), record.revision.clone());
        let mut payloads = self.payloads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = payloads.get(&key) {
            return Ok((key, Arc::clone(known)));
        }
        let read = self.stores[number]
            .0
            .read(record)
            .map_err(|error| Unknown {
                message: error.to_string(),
                hint: None,
            })?;
        let payload = Arc::new(read);
        payloads.insert(key.clone(), Arc::clone(&payload));
        Ok((key, payload))
    }

    /// The names of all payloads, and for how long the one is valid that was asked for.
    fn missing(&self, payload: &str, run: ExpRun) -> Unknown {
        let records = self
            .stores
            .iter()
            .flat_map(|(_, database)| &database.records);
        let names: BTreeSet<&str> = records.clone().map(|record| record.name.as_str()).collect();
        let valid: Vec<String> = records
            .filter(|record| record.name == payload)
            .filter_map(|record| Some(record.iov?.to_string()))
            .collect();
        let way_out =
            "let an earlier calibration write it, or give constants to start from with --constants";
        let hint = match nearest(payload, names.iter().copied()) {
            _ if !valid.is_empty() => {
                format!("it is valid for {} only; {way_out}", valid.join(" and "))
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => way_out.to_owned(),
        };
        Unknown {
            message: format!("no payload `{payload}` is in force in run {run}"),
            hint: Some(hint),
        }
    }
}

impl Constants for InForce {
    fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        let Some((number, record)) = self.record(&member.payload, run) else {
            return Err(self.missing(&member.payload, run));
        };
        let (revision, payload) = self.payload(number, record)?;
        let key = (revision, Arc::clone(&member.member));
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tables.get(&key) {
            return Ok(Arc::clone(known));
        }
        let table = Arc::new(table(&payload, &member.member)?);
        tables.insert(key, Arc::clone(&table));
        Ok(table)
    }
}

/// The values of a member by channel; that of a single object stands at number 0.
fn table(payload: &Payload, member: &str) -> Result<LookupTable, Unknown> {
    let name = &payload.name;
    let Some(values) = payload.members.get(member) else {
        return Err(no_member(
            name,
            member,
            payload.members.keys().map(String::as_str),
        ));
    };
    let mut indices = payload.channels.values();
    let table = match (indices.next(), indices.next()) {
        (None, _) => LookupTable::new(values.iter().map(|value| (0, *value)).take(1)),
        (Some(numbers), None) => {
            LookupTable::new(numbers.iter().copied().zip(values.iter().copied()))
        }
        (Some(_), Some(_)) => {
            let names: Vec<&str> = payload.channels.keys().map(String::as_str).collect();
            return Err(Unknown {
                message: format!(
                    "payload {name} has several channel numbers ({}), a look-up takes one",
                    names.join(", ")
                ),
                hint: None,
            });
        }
    };
    table.map_err(|channel| Unknown {
        message: format!("payload {name} has channel {channel} twice"),
        hint: None,
    })
}

/// A member that a payload does not have.
pub(super) fn no_member<'a>(
    payload: &str,
    member: &str,
    known: impl Iterator<Item = &'a str>,
) -> Unknown {
    let known: Vec<&str> = known.collect();
    let hint = match nearest(member, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", known.join(", ")),
    };
    Unknown {
        message: format!("payload {payload} has no member `{member}`"),
        hint: Some(hint),
    }
}

/// Constants that are there or will be, as far as can be told before anything is run.
pub(super) struct Expected<'a> {
    /// The calibrations whose payloads are seen.
    pub(super) before: Vec<&'a Calibration>,
    /// What is there already.
    pub(super) start: &'a InForce,
}

impl Constants for Expected<'_> {
    fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        let empty = || Ok(Arc::new(LookupTable::default()));
        for algorithm in self.before.iter().flat_map(|c| &c.algorithms) {
            let Kind::Declared(declared) = &algorithm.kind else {
                // What it writes shows when it has run.
                return empty();
            };
            let mut rules = declared.payloads.iter();
            if let Some(rule) = rules.find(|rule| *rule.name == *member.payload) {
                let known = rule.members.iter().map(|(name, _)| name.as_str());
                return match known.clone().any(|name| name == &*member.member) {
                    true => empty(),
                    false => Err(no_member(&rule.name, &member.member, known)),
                };
            }
        }
        self.start.values(member, run)
    }
}

/// A payload file: the folder of its store, and its revision.
type File = (PathBuf, String);

/// Which payload files a pass looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LookedUp(BTreeMap<(Arc<str>, ExpRun), Option<File>>);

impl LookedUp {
    /// What a collector looks at in these runs.
    pub(super) fn new(collector: &Collector, runs: &[ExpRun], constants: &InForce) -> Self {
        let payloads = collector.reads_payloads();
        let pairs = payloads
            .iter()
            .flat_map(|name| runs.iter().map(move |run| (name, *run)));
        let keys = pairs.map(|(name, run)| (Arc::clone(name), run));
        Self::of(keys, constants)
    }

    fn of(keys: impl Iterator<Item = (Arc<str>, ExpRun)>, constants: &InForce) -> Self {
        let file = |(payload, run): &(Arc<str>, ExpRun)| {
            let (number, record) = constants.record(payload, *run)?;
            let folder = constants.stores[number].0.folder().to_path_buf();
            Some((folder, record.revision.clone()))
        };
        Self(keys.map(|key| (key.clone(), file(&key))).collect())
    }

    /// Whether a pass would look at other constants now: what it collected is out of date.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub(super) fn must_collect_again(&self, now: &Chain) -> Result<bool, Error> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let constants = InForce::new(now)?;
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
    let read = |(folder, revision): &File| {
        Store::new(folder).read(&Record {
            line: 0,
            name: name.to_owned(),
            revision: revision.clone(),
            iov: None,
        })
    };
    Ok(one.1 == other.1 && read(one)? == read(other)?)
}
