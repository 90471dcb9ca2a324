//! Constants in force for each run, asked for before the first event is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Collector, Error};
use crate::expr::{Bound, LookupTable, PayloadMember, Place, Unknown};
use crate::iov::ExpRun;

/// Where the constants come from that look-ups in formulas ask for.
pub trait Constants: Sync {
    /// The values of a member of a payload by channel, as they are in force in a run. Equal
    /// values should be the same object: rows of several runs then stay together.
    ///
    /// # Errors
    /// When there is no such payload for the run, or it has no such member.
    fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown>;
}

/// No constants at all: look-ups of payloads are refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoConstants;

impl Constants for NoConstants {
    fn values(&self, member: &PayloadMember, _: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        Err(Unknown {
            message: format!("there are no constants to look up {member}"),
            hint: None,
        })
    }
}

/// Rows in which a look-up found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedCount {
    /// Name of the payload.
    pub payload: String,
    /// Name of the member.
    pub member: String,
    /// Rows in which a formula asked for a channel that the payload does not have; rows of
    /// several formulas are added.
    pub rows: u64,
}

impl MissedCount {
    pub(super) fn new((member, rows): (&PayloadMember, &u64)) -> Self {
        Self {
            payload: member.payload.to_string(),
            member: member.member.to_string(),
            rows: *rows,
        }
    }
}

type Tables = Vec<Arc<LookupTable>>;

/// The constants of all runs.
#[derive(Debug)]
pub(super) struct InForce {
    members: Vec<PayloadMember>,
    /// For each run the tables of the members, in their order.
    runs: BTreeMap<ExpRun, Tables>,
}

impl InForce {
    /// The constants that a collector looks at, in these runs.
    ///
    /// # Errors
    /// The first run and look-up, in the order of the script, without constants.
    pub(super) fn new(
        collector: &Collector,
        runs: &BTreeSet<ExpRun>,
        source: &dyn Constants,
    ) -> Result<Self, Error> {
        let looked = collector.lookups();
        let table = |run: ExpRun, member: &PayloadMember, place: Place| {
            source
                .values(member, run)
                .map_err(|unknown| Error::Constants {
                    collector: collector.name.clone(),
                    run,
                    failure: Box::new(unknown.at(place)),
                })
        };
        let tables = |run: &ExpRun| -> Result<(ExpRun, Tables), Error> {
            let tables = looked
                .iter()
                .map(|(member, place)| table(*run, member, *place));
            Ok((*run, tables.collect::<Result<_, _>>()?))
        };
        Ok(Self {
            runs: runs.iter().map(tables).collect::<Result<_, _>>()?,
            members: looked.into_iter().map(|(member, _)| member).collect(),
        })
    }

    /// Whether no constants are looked at.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The constants of a run, for one thread.
    pub(super) fn of(&self, run: ExpRun) -> Bound {
        let tables = self.runs.get(&run).into_iter().flatten().cloned();
        Bound::new(self.members.iter().cloned().zip(tables).collect())
    }

    /// Whether two runs have the same constants.
    pub(super) fn same(&self, one: ExpRun, other: ExpRun) -> bool {
        let same = |a: &Tables, b: &Tables| a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b));
        match (self.runs.get(&one), self.runs.get(&other)) {
            (Some(a), Some(b)) => one == other || same(a, b),
            _ => one == other,
        }
    }
}
