//! The upload itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::conditions::server::{Error, PayloadInfo, Server, Tag};
use crate::iov::IoV;

use super::lines::{Wanted, wanted};
use super::report::{Created, Failed, Missed, Report};
use super::{UploadLine, report};
use crate::conditions::server::many::for_each;

/// What to do when something cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Send the rest; a second upload of the same sends what is missing.
    #[default]
    GoOn,
    /// Stop, and delete the intervals that this upload has created. Payloads stay: the server cannot
    /// remove them, and without an interval nobody finds them.
    RollBack,
}

/// A payload by name and MD5.
type Key = (String, String);

/// The intervals of a tag, by payload number and interval, with their own numbers.
type Intervals = BTreeMap<(i64, IoV), BTreeSet<i64>>;

/// What a server has of what is to be uploaded.
struct Present {
    tag: Tag,
    there: Intervals,
    payloads: BTreeMap<Key, PayloadInfo>,
}

/// An interval that must be created.
struct Missing<'a> {
    wanted: &'a Wanted,
    payload: PayloadInfo,
}

impl Server {
    /// Uploads `lines` into the global tag `tag`.
    ///
    /// Of lines with equal name and interval the last counts. Payloads that the server has are not sent
    /// again, and intervals that the tag has are not created again; so the same upload can be repeated
    /// until it is complete. The server takes intervals one by one: others may see a tag in which some
    /// are there and some are not.
    ///
    /// # Errors
    /// Before anything is sent: a line whose file cannot be read or whose interval has no beginning, an
    /// unknown tag, a server that cannot be read, a missing token. What fails later stands in the report.
    pub fn upload(
        &self,
        lines: &[UploadLine],
        tag: &str,
        on_failure: OnFailure,
    ) -> Result<Report, Error> {
        let wanted = wanted(lines)?;
        let mut report = Report {
            lines: lines.len(),
            replaced: lines.len() - wanted.len(),
            ..Report::default()
        };
        if wanted.is_empty() {
            return Ok(report);
        }
        let Present {
            tag,
            there,
            mut payloads,
        } = self.present(&wanted, tag)?;
        report.payloads_present = payloads.len();
        let absent = absent(&wanted, &payloads);
        if absent.is_empty() && missing_intervals(&wanted, &payloads, &there).is_empty() {
            report.iovs_present = wanted.len();
            return Ok(report);
        }
        self.token(&format!("upload into global tag {}", tag.name))?;
        self.send_payloads(&absent, &mut payloads, &mut report, on_failure);
        let missing = sort_out(&wanted, &payloads, &there, &mut report);
        let may_go_on = on_failure == OnFailure::GoOn || report.is_complete();
        let ids = (tag.id, tag.name.as_str());
        self.create_iovs(ids, &missing, &mut report, on_failure, may_go_on);
        if on_failure == OnFailure::RollBack && !report.is_complete() {
            self.roll_back(&tag.name, &missing, &there, &mut report);
        }
        Ok(report)
    }

    /// What [`Server::upload`] would send. Nothing is changed, and no token is needed.
    ///
    /// # Errors
    /// As [`Server::upload`] has them before anything is sent, but for the token.
    pub fn would_upload(&self, lines: &[UploadLine], tag: &str) -> Result<Missed, Error> {
        let wanted = wanted(lines)?;
        let Present {
            there, payloads, ..
        } = self.present(&wanted, tag)?;
        let absent = absent(&wanted, &payloads);
        let names = |one: &Wanted| (one.name.clone(), one.checksum.clone());
        Ok(Missed {
            lines: lines.len(),
            replaced: lines.len() - wanted.len(),
            payloads: absent.into_iter().map(names).collect(),
            iovs: missing_intervals(&wanted, &payloads, &there)
                .into_iter()
                .map(|one| (one.name.clone(), one.iov))
                .collect(),
        })
    }

    /// What the server has of what is wanted.
    fn present(&self, wanted: &[Wanted], tag: &str) -> Result<Present, Error> {
        let tag = self.known_tag(tag)?;
        let there = self.intervals(&tag.name)?;
        let keys: BTreeSet<Key> = wanted.iter().map(key).collect();
        let asked: Vec<Key> = keys.iter().cloned().collect();
        let mut payloads = self.check_payloads(&asked)?;
        payloads.retain(|key, _| keys.contains(key));
        Ok(Present {
            tag,
            there,
            payloads,
        })
    }

    /// The intervals of a tag, by payload number and interval, with their own numbers.
    fn intervals(&self, tag: &str) -> Result<Intervals, Error> {
        let mut there: BTreeMap<_, BTreeSet<i64>> = BTreeMap::new();
        for entry in self.tag_iovs(tag)? {
            // What is no interval is none of ours.
            if let Ok(iov) = entry.iov.iov() {
                there
                    .entry((entry.payload.id, iov))
                    .or_default()
                    .insert(entry.iov.id);
            }
        }
        Ok(there)
    }

    fn send_payloads(
        &self,
        absent: &[&Wanted],
        payloads: &mut BTreeMap<Key, PayloadInfo>,
        report: &mut Report,
        on_failure: OnFailure,
    ) {
        let results = for_each(
            absent,
            self.settings.connections,
            |one| self.send_payload(one),
            |error| on_failure == OnFailure::RollBack || concerns_all(error),
        );
        for (one, result) in absent.iter().zip(results) {
            let error = match result {
                Some(Ok(sent)) => {
                    report.payloads_sent.push(sent.clone());
                    payloads.insert((one.name.clone(), one.checksum.clone()), sent);
                    continue;
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            report.failed_payloads.push(Failed {
                name: one.name.clone(),
                iov: None,
                error,
            });
        }
    }

    fn create_iovs(
        &self,
        tag: (i64, &str),
        missing: &[Missing],
        report: &mut Report,
        on_failure: OnFailure,
        may_go_on: bool,
    ) {
        let stop = report
            .failed_payloads
            .iter()
            .filter_map(|failed| failed.error.as_ref())
            .any(concerns_all);
        let count = if stop || !may_go_on { 0 } else { missing.len() };
        let mut results = for_each(
            &missing[..count],
            self.settings.connections,
            |one| self.create_iov(tag, &one.payload, one.wanted.iov),
            |error| on_failure == OnFailure::RollBack || concerns_all(error),
        );
        results.resize_with(missing.len(), || None);
        for (one, result) in missing.iter().zip(results) {
            let (name, iov) = (one.wanted.name.clone(), one.wanted.iov);
            let error = match result {
                Some(Ok(id)) => {
                    report.iovs_created.push(Created {
                        id,
                        name,
                        revision: one.payload.revision,
                        iov,
                    });
                    continue;
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            report.failed_iovs.push(Failed {
                name,
                iov: Some(iov),
                error,
            });
        }
    }

    /// Deletes what this upload has created, also where the answer was lost.
    fn roll_back(&self, tag: &str, missing: &[Missing], before: &Intervals, report: &mut Report) {
        let mut ids: BTreeSet<i64> = report.iovs_created.iter().map(|made| made.id).collect();
        match self.intervals(tag) {
            Ok(now) => {
                for one in missing {
                    let key = (one.payload.id, one.wanted.iov);
                    let old = before.get(&key);
                    let new = now.get(&key).into_iter().flatten();
                    ids.extend(new.filter(|id| !old.is_some_and(|old| old.contains(id))));
                }
            }
            Err(error) => report.roll_back_errors.push(error),
        }
        for id in ids.into_iter().rev() {
            match self.delete_iov(id) {
                Ok(()) => {
                    report.rolled_back += 1;
                    let at = report.iovs_created.iter().position(|made| made.id == id);
                    if let Some(at) = at {
                        let made = report.iovs_created.remove(at);
                        report.failed_iovs.push(report::Failed {
                            name: made.name,
                            iov: Some(made.iov),
                            error: None,
                        });
                    }
                }
                Err(error) => report.roll_back_errors.push(error),
            }
        }
        report
            .failed_iovs
            .sort_by(|a, b| (&a.name, a.iov).cmp(&(&b.name, b.iov)));
    }
}

fn key(one: &Wanted) -> Key {
    (one.name.clone(), one.checksum.clone())
}

/// Payloads that the server does not have, each once.
fn absent<'a>(wanted: &'a [Wanted], payloads: &BTreeMap<Key, PayloadInfo>) -> Vec<&'a Wanted> {
    let all: BTreeMap<Key, &Wanted> = wanted.iter().map(|one| (key(one), one)).collect();
    let absent = all
        .into_iter()
        .filter(|(key, _)| !payloads.contains_key(key));
    absent.map(|(_, one)| one).collect()
}

/// What the tag does not have for the interval.
fn missing_intervals<'a>(
    wanted: &'a [Wanted],
    payloads: &BTreeMap<Key, PayloadInfo>,
    there: &Intervals,
) -> Vec<&'a Wanted> {
    let is_there = |one: &&Wanted| {
        let payload = payloads.get(&key(one));
        payload.is_some_and(|payload| there.contains_key(&(payload.id, one.iov)))
    };
    wanted.iter().filter(|one| !is_there(one)).collect()
}

/// The intervals that must be created. Those whose payload is not there have failed with it.
fn sort_out<'a>(
    wanted: &'a [Wanted],
    payloads: &BTreeMap<Key, PayloadInfo>,
    there: &Intervals,
    report: &mut Report,
) -> Vec<Missing<'a>> {
    let mut missing = Vec::new();
    for one in wanted {
        match payloads.get(&(one.name.clone(), one.checksum.clone())) {
            None => report.failed_iovs.push(Failed {
                name: one.name.clone(),
                iov: Some(one.iov),
                error: None,
            }),
            Some(payload) if there.contains_key(&(payload.id, one.iov)) => report.iovs_present += 1,
            Some(payload) => missing.push(Missing {
                wanted: one,
                payload: payload.clone(),
            }),
        }
    }
    missing
}

/// Whether the next request would fail as well: no right, or no server.
fn concerns_all(error: &Error) -> bool {
    matches!(error.status(), Some(401 | 403))
        || matches!(
            error,
            Error::NoAnswer { .. } | Error::Unusable { .. } | Error::Unencrypted { .. }
        )
}
