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
