//! Constants in force in a chain of stores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Constants;
use crate::conditions::{self, Chain, Database, Payload, Record, Store};
use crate::expr::{LookupTable, PayloadMember, Unknown, nearest};
use crate::iov::ExpRun;

/// The file of a payload: its store among those of the chain, its name, its revision.
type Revision = (usize, String, String);

/// A member of a payload.
type Column = (Revision, Arc<str>);

/// The constants of a chain; each payload file is read once.
pub struct ChainConstants {
    stores: Vec<(Store, Database)>,
    payloads: Mutex<BTreeMap<Revision, Arc<Payload>>>,
    tables: Mutex<BTreeMap<Column, Arc<LookupTable>>>,
}

impl ChainConstants {
    /// The constants that are in force in a chain as it is now.
    ///
    /// # Errors
    /// When the text file of a store cannot be read or understood.
    pub fn new(chain: &Chain) -> Result<Self, conditions::Error> {
        let open = |store: &Store| Ok((store.clone(), store.database()?));
        Ok(Self {
            stores: chain
                .stores()
                .iter()
                .map(open)
                .collect::<Result<_, conditions::Error>>()?,
            payloads: Mutex::default(),
            tables: Mutex::default(),
        })
    }

    /// The store and the line of its text file that say which payload is in force in a run.
    #[must_use]
    pub fn record(&self, payload: &str, run: ExpRun) -> Option<(&Store, &Record)> {
        let (number, record) = self.numbered(payload, run)?;
        Some((&self.stores[number].0, record))
    }

    fn numbered(&self, payload: &str, run: ExpRun) -> Option<(usize, &Record)> {
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

    /// What to do when nothing of that name is in force: the name that was probably meant, or for
    /// which runs the payload is valid.
    #[must_use]
    pub fn advice(&self, payload: &str) -> String {
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
        match nearest(payload, names.iter().copied()) {
            _ if !valid.is_empty() => {
                format!("it is valid for {} only; {way_out}", valid.join(" and "))
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => way_out.to_owned(),
        }
    }

    fn missing(&self, payload: &str, run: ExpRun) -> Unknown {
        Unknown {
            message: format!("no payload `{payload}` is in force in run {run}"),
            hint: Some(self.advice(payload)),
        }
    }
}

impl Constants for ChainConstants {
    fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        let Some((number, record)) = self.numbered(&member.payload, run) else {
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
pub fn no_member<'a>(payload: &str, member: &str, known: impl Iterator<Item = &'a str>) -> Unknown {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use indexmap::IndexMap;
    use serde_json::json;

    use super::*;
    use crate::iov::IoV;

    fn payload(name: &str, channels: &[(&str, &[i64])], values: &[f64]) -> Payload {
        let channels = channels.iter().map(|(n, c)| ((*n).into(), c.to_vec()));
        Payload {
            name: name.into(),
            class: "Example".into(),
            channels: channels.collect(),
            members: IndexMap::from([("a".into(), values.to_vec())]),
            object: None,
        }
    }

    fn store(folder: &Path, payloads: &[(Payload, &str)]) -> Store {
        let store = Store::new(folder);
        let mut commit = store.commit();
        for (payload, iov) in payloads {
            let iov: IoV = iov.parse().unwrap();
            commit.add(payload.clone(), iov, json!({})).unwrap();
        }
        commit.finish().unwrap();
        store
    }

    fn run(run: i32) -> ExpRun {
        ExpRun::new(7, run)
    }

    fn asked(constants: &ChainConstants, name: &str, r: i32) -> Result<Arc<LookupTable>, Unknown> {
        constants.values(&PayloadMember::new(name, "a"), run(r))
    }

    #[test]
    fn the_first_store_with_a_payload_for_the_run_counts_and_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let new = payload("A", &[("cell", &[5, 9])], &[0.5, 0.25]);
        let old = payload("A", &[("cell", &[5, 9])], &[3.0, 4.0]);
        let first = store(&folder.path().join("first"), &[(new, "7,2,7,3")]);
        let second = store(&folder.path().join("second"), &[(old, "7,0,7,-1")]);
        let chain = Chain::new(vec![first, second]);
        let constants = ChainConstants::new(&chain).unwrap();
        let of = |run| asked(&constants, "A", run).unwrap();
        for (run, expected) in [(1, 3.0), (2, 0.5), (3, 0.5), (4, 3.0)] {
            assert_eq!(of(run).get(5), Some(expected), "run {run}");
        }
        assert_eq!((of(2).get(9), of(2).get(6)), (Some(0.25), None));
        // Runs with the same payload share it, also when its file is gone.
        assert!(Arc::ptr_eq(&of(1), &of(4)) && !Arc::ptr_eq(&of(1), &of(2)));
        std::fs::remove_dir_all(folder.path().join("first")).unwrap();
        assert!(Arc::ptr_eq(&of(2), &of(3)));
        let (store, record) = constants.record("A", run(3)).unwrap();
        assert_eq!(store.folder(), folder.path().join("first"));
        assert_eq!(record.line, 1);
        assert!(constants.record("A", ExpRun::new(8, 1)).is_none());
    }

    #[test]
    fn single_values_stand_at_number_0_and_several_numbers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let single = payload("Single", &[], &[0.125]);
        let two: &[(&str, &[i64])] = &[("layer", &[1, 1]), ("wire", &[0, 1])];
        let both = payload("Both", two, &[0.5, 1.5]);
        let all = [(single, "7,0,7,-1"), (both, "7,0,7,-1")];
        let chain = Chain::new(vec![store(folder.path(), &all)]);
        let constants = ChainConstants::new(&chain).unwrap();
        let table = asked(&constants, "Single", 1).unwrap();
        assert_eq!(table.iter().collect::<Vec<_>>(), [(0, 0.125)]);
        assert_eq!(
            asked(&constants, "Both", 1).unwrap_err().message,
            "payload Both has several channel numbers (layer, wire), a look-up takes one"
        );
    }

    #[test]
    fn what_is_missing_is_said_with_what_is_near() {
        let folder = tempfile::tempdir().unwrap();
        let a = payload("ExampleTime", &[], &[0.0]);
        let chain = Chain::new(vec![store(folder.path(), &[(a, "7,2,7,3")])]);
        let constants = ChainConstants::new(&chain).unwrap();
        let said = |name: &str, run| {
            let unknown = asked(&constants, name, run).unwrap_err();
            format!("{} ({})", unknown.message, unknown.hint.unwrap_or_default())
        };
        let way_out =
            "let an earlier calibration write it, or give constants to start from with --constants";
        assert_eq!(
            said("ExampleTime", 9),
            format!(
                "no payload `ExampleTime` is in force in run 7,9 (it is valid for 7,2,7,3 only; {way_out})"
            )
        );
        assert_eq!(
            said("ExampleTine", 2),
            "no payload `ExampleTine` is in force in run 7,2 (did you mean `ExampleTime`?)"
        );
        assert_eq!(
            said("Xyz", 2),
            format!("no payload `Xyz` is in force in run 7,2 ({way_out})")
        );
        // A file that cannot be read is no reason to look further.
        let file = store_file(folder.path());
        std::fs::write(&file, "{").unwrap();
        assert!(said("ExampleTime", 2).contains(&file.display().to_string()));
    }

    fn store_file(folder: &Path) -> std::path::PathBuf {
        let all = std::fs::read_dir(folder).unwrap();
        all.map(|entry| entry.unwrap().path())
            .find(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.ends_with(".root")
            })
            .unwrap()
    }
}
