//! What a round changed in the constants.

use std::path::Path;

use serde::Serialize;

use crate::caf::{Outcome, PayloadOutcome};
use crate::conditions::{Payload, Reading, Store, difference};
use crate::iov::IoV;

/// Moves that are told of each payload.
const TOLD: usize = 3;

/// What changed in one payload.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Moved {
    pub(super) name: String,
    pub(super) iov: IoV,
    /// Whether there was none of that interval before.
    pub(super) new: bool,
    /// Values that are other ones.
    pub(super) changed: usize,
    /// Values of both.
    pub(super) shared: usize,
    /// The largest moves: member, channel, before, after.
    pub(super) largest: Vec<Move>,
}

/// A value that moved.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Move {
    pub(super) member: String,
    pub(super) place: String,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// Compares the payloads in two result folders, as far as both can be read.
pub(super) fn moves(before: (&Outcome, &Path), after: (&Outcome, &Path)) -> Vec<Moved> {
    let earlier: Vec<&PayloadOutcome> = before.0.payloads().collect();
    let mut moved = Vec::new();
    for payload in after.0.payloads() {
        let same =
            |other: &&&PayloadOutcome| (&other.name, other.iov) == (&payload.name, payload.iov);
        let Some(old) = earlier.iter().find(same) else {
            moved.push(Moved {
                name: payload.name.clone(),
                iov: payload.iov,
                new: true,
                changed: 0,
                shared: 0,
                largest: Vec::new(),
            });
            continue;
        };
        if old.checksum == payload.checksum {
            continue;
        }
        if let (Some(old), Some(new)) = (read(old, before.1), read(payload, after.1)) {
            moved.push(of_payload(payload, &old, &new));
        }
    }
    moved
}

fn read(payload: &PayloadOutcome, results: &Path) -> Option<Payload> {
    let file = results.join(&payload.file);
    let store = Store::new(file.parent()?);
    let records = store.database().ok()?.records;
    let wanted = |record: &&crate::conditions::Record| record.revision == payload.revision;
    let record = records.iter().find(wanted)?;
    store.read(record).ok()
}

fn of_payload(payload: &PayloadOutcome, before: &Payload, after: &Payload) -> Moved {
    let difference = difference(before, after);
    let mut largest = Vec::new();
    let (mut changed, mut shared) = (0, 0);
    for member in &difference.members {
        shared += member.shared;
        changed += member.changes.len();
        for change in &member.changes {
            if let (Some(before), Some(after)) = (number(&change.before), number(&change.after)) {
                largest.push((member, change, before, after));
            }
        }
    }
    let size = |(_, _, before, after): &(_, _, f64, f64)| (after - before).abs();
    largest.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let largest = largest.into_iter().take(TOLD);
    let largest = largest.map(|(member, change, before, after)| Move {
        member: member.member.clone(),
        place: change.place.to_string(),
        before,
        after,
    });
    Moved {
        name: payload.name.clone(),
        iov: payload.iov,
        new: false,
        changed,
        shared,
        largest: largest.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "for comparison only")]
fn number(reading: &Reading) -> Option<f64> {
    match reading {
        Reading::Number(number) => Some(*number),
        Reading::Whole(whole) => Some(*whole as f64),
        Reading::Word(_) => None,
    }
}
