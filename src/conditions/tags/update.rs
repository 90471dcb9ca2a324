//! A staging tag taken over into a running tag, which goes on from some run without changing any before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::iov::{ExpRun, IoV, IovSet};

use super::append::next_run;
use super::coverage::{gaps, overlaps};
use super::database::Database;
use super::entry::{by_runs, listed};
use super::{TagEntry, TagError, TagState, TagStore};

/// What a staging tag may look like, and what becomes of payloads that it does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpdateMode {
    /// The last interval of each name is open.
    #[default]
    Strict,
    /// The last interval of each name may have an end.
    AllowClosed,
    /// The last interval of each name is opened.
    FixClosed,
    /// Each name has one payload, for all runs.
    Simple,
    /// The staging tag is everything there shall be: payloads that it does not have come to their end.
    FullReplacement,
}

/// Kinds of reasons against an update; their words are those of upstream's tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpdateProblemKind {
    /// Payloads of one name for the same runs in the staging tag.
    Overlaps,
    /// Runs without a payload in the staging tag.
    Gaps,
    /// An interval of the staging tag that begins before the first run of the update.
    StartsTooEarly,
    /// The last interval of a name in the staging tag has an end.
    ClosedPayloads,
    /// A name with several payloads, where one is needed.
    DuplicatePayloads,
    /// An interval that is not all runs, where it must be.
    WrongValidity,
    /// The running tag begins something at or after the first run of the update.
    StartsAfter,
    /// The running tag ends something at or after the first run of the update.
    EndsAfter,
}

impl UpdateProblemKind {
    /// The words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overlaps => "overlaps",
            Self::Gaps => "gaps",
            Self::StartsTooEarly => "starts too early",
            Self::ClosedPayloads => "closed payloads",
            Self::DuplicatePayloads => "duplicate payloads",
            Self::WrongValidity => "wrong validity",
            Self::StartsAfter => "payloads start after first valid run",
            Self::EndsAfter => "payloads end after first valid run",
        }
    }
}

/// A reason against an update, or a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateProblem {
    /// What kind of reason it is.
    pub kind: UpdateProblemKind,
    /// Payload name.
    pub payload: String,
    /// The interval in question.
    pub iov: IoV,
    /// The reason as a sentence.
    pub text: String,
}

/// One step of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An open interval of the running tag gets an end.
    Close {
        /// As it is.
        entry: TagEntry,
        /// As it will be.
        iov: IoV,
    },
    /// The running tag gets an interval.
    Create(TagEntry),
}

/// Everything an update does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The first run for which something changes.
    pub first: ExpRun,
    /// What is done: first what is closed, in the order of the running tag, then what is created, in that of
    /// the staging tag.
    pub operations: Vec<Operation>,
    /// What should be looked at.
    pub remarks: Vec<UpdateProblem>,
    /// The first run for which the next update can be made.
    pub next: Option<ExpRun>,
}

impl Update {
    /// Number of intervals that get an end.
    #[must_use]
    pub fn closed(&self) -> usize {
        let closed = |operation: &&Operation| matches!(operation, Operation::Close { .. });
        self.operations.iter().filter(closed).count()
    }

    /// Number of intervals that are created.
    #[must_use]
    pub fn created(&self) -> usize {
        self.operations.len() - self.closed()
    }

    /// Number of payload names for which something is done.
    #[must_use]
    pub fn names(&self) -> usize {
        let names = self.operations.iter().map(|operation| match operation {
            Operation::Close { entry, .. } | Operation::Create(entry) => &entry.payload.name,
        });
        names.collect::<BTreeSet<_>>().len()
    }
}

/// What it takes to go on with `staging` in `running` from the run `first` on. Runs before it keep their
/// payloads; intervals of `running` that have an end stay as they are.
///
/// # Errors
/// All reasons against it.
pub fn plan_update(
    running: &[TagEntry],
    staging: &[TagEntry],
    first: ExpRun,
    mode: UpdateMode,
) -> Result<Update, Vec<UpdateProblem>> {
    let mut problems = against_running(running, first);
    let mut remarks = Vec::new();
    let mut names = by_name(staging);
    for (name, entries) in &mut names {
        let found = match mode {
            UpdateMode::Simple => against_simple(name, entries),
            _ => against_staging(name, entries, first),
        };
        problems.extend(found);
        let Some(last) = entries.last_mut().filter(|last| last.iov.high().exp >= 0) else {
            continue;
        };
        match mode {
            UpdateMode::FixClosed => last.iov = last.iov.open_ended(),
            UpdateMode::Strict => problems.push(closed(name, last.iov)),
            UpdateMode::AllowClosed | UpdateMode::FullReplacement => {
                remarks.push(closed(name, last.iov));
            }
            // Told already.
            UpdateMode::Simple => {}
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(operations(running, names, first, mode, remarks))
}

fn operations(
    running: &[TagEntry],
    mut staging: BTreeMap<String, Vec<TagEntry>>,
    first: ExpRun,
    mode: UpdateMode,
    remarks: Vec<UpdateProblem>,
) -> Update {
    for entry in staging.values_mut().flatten() {
        if entry.iov.low() < first {
            // Those for all runs from the beginning on; others were refused.
            entry.iov = from(first, &entry.iov);
        }
    }
    let mut running: Vec<TagEntry> = running.to_vec();
    running.sort_by_cached_key(listed);
    let mut operations = Vec::new();
    let mut taken_over = BTreeSet::new();
    let mut after: Vec<IoV> = Vec::new();
    for entry in running {
        let successor = staging.get(&entry.payload.name).and_then(|all| all.first());
        let end = match (entry.iov.high().exp >= 0, successor) {
            (true, _) => None,
            (false, None) if mode == UpdateMode::FullReplacement => Some(first.before()),
            (false, None) => None,
            (false, Some(next)) if next.payload.revision == entry.payload.revision => {
                taken_over.insert(entry.payload.name.clone());
                Some(next.iov.high()).filter(|high| high.exp >= 0)
            }
            (false, Some(next)) => Some(next.iov.low().max(first).before()),
        };
        let iov = end.and_then(|end| IoV::new(entry.iov.low(), end).ok());
        after.push(iov.unwrap_or(entry.iov));
        if let Some(iov) = iov {
            operations.push(Operation::Close { entry, iov });
        }
    }
    let mut created: Vec<TagEntry> = Vec::new();
    for (name, entries) in staging {
        let skipped = usize::from(taken_over.contains(&name));
        created.extend(entries.into_iter().skip(skipped));
    }
    created.sort_by_cached_key(listed);
    after.extend(created.iter().map(|entry| entry.iov));
    operations.extend(created.into_iter().map(Operation::Create));
    Update {
        first,
        operations,
        remarks,
        next: next_run(&after),
    }
}

fn from(first: ExpRun, iov: &IoV) -> IoV {
    IoV::new(first, iov.high()).unwrap_or(*iov)
}

/// Entries of each name by first run.
fn by_name(entries: &[TagEntry]) -> BTreeMap<String, Vec<TagEntry>> {
    let mut names: BTreeMap<String, Vec<TagEntry>> = BTreeMap::new();
    for entry in entries {
        let name = entry.payload.name.clone();
        names.entry(name).or_default().push(entry.clone());
    }
    for entries in names.values_mut() {
        entries.sort_by_key(|entry| (by_runs(&entry.iov), entry.payload.revision));
    }
    names
}

fn against_running(running: &[TagEntry], first: ExpRun) -> Vec<UpdateProblem> {
    let mut problems = Vec::new();
    for entry in running {
        let (name, iov) = (&entry.payload.name, entry.iov);
        let (begin, end) = by_runs(&iov);
        let kind = if begin >= first {
            UpdateProblemKind::StartsAfter
        } else if iov.high().exp >= 0 && end >= first {
            UpdateProblemKind::EndsAfter
        } else {
            continue;
        };
        let what = match kind {
            UpdateProblemKind::StartsAfter => "begins",
            _ => "ends",
        };
        let text =
            format!("the running tag has {name} for {iov}, which {what} at or after {first}");
        problems.push(problem(kind, name, iov, text));
    }
    problems
}

fn against_staging(name: &str, entries: &[TagEntry], first: ExpRun) -> Vec<UpdateProblem> {
    let mut problems = Vec::new();
    let iovs: Vec<IoV> = entries.iter().map(|entry| entry.iov).collect();
    for (a, b) in overlaps(&iovs) {
        let text = format!("{name} {} overlaps {} in the staging tag", iovs[b], iovs[a]);
        problems.push(problem(UpdateProblemKind::Overlaps, name, iovs[b], text));
    }
    let runs: IovSet = iovs.iter().copied().collect();
    for gap in gaps(&runs).intervals() {
        let text = format!("{name} has no payload for {gap} in the staging tag");
        problems.push(problem(UpdateProblemKind::Gaps, name, *gap, text));
    }
    for iov in iovs {
        let (begin, end) = by_runs(&iov);
        let from_beginning = begin == ExpRun::new(0, 0);
        if (begin < first && !from_beginning) || end < first {
            let text = format!("{name} {iov} of the staging tag is for runs before {first}");
            problems.push(problem(UpdateProblemKind::StartsTooEarly, name, iov, text));
        }
    }
    problems
}

fn against_simple(name: &str, entries: &[TagEntry]) -> Vec<UpdateProblem> {
    let mut problems = Vec::new();
    if let Some(second) = entries.get(1) {
        let text = format!("{name} has {} payloads, and one is needed", entries.len());
        let kind = UpdateProblemKind::DuplicatePayloads;
        problems.push(problem(kind, name, second.iov, text));
    }
    for entry in entries.iter().filter(|e| e.iov != IoV::EVERYTHING) {
        let text = format!(
            "{name} is for {}, and all runs (0,0,-1,-1) are needed",
            entry.iov
        );
        let kind = UpdateProblemKind::WrongValidity;
        problems.push(problem(kind, name, entry.iov, text));
    }
    problems
}

fn closed(name: &str, iov: IoV) -> UpdateProblem {
    let text =
        format!("the last interval of {name}, {iov}, has an end: later runs would have no payload");
    problem(UpdateProblemKind::ClosedPayloads, name, iov, text)
}

fn problem(kind: UpdateProblemKind, name: &str, iov: IoV, text: String) -> UpdateProblem {
    UpdateProblem {
        kind,
        payload: name.into(),
        iov,
        text,
    }
}

impl TagStore {
    /// What an update would do, as [`plan_update`], for the tags as they are.
    ///
    /// # Errors
    /// When a tag is not there, [`TagError::Update`] with all reasons against it.
    pub fn plan_update(
        &self,
        running: &str,
        staging: &str,
        first: ExpRun,
        mode: UpdateMode,
    ) -> Result<Update, TagError> {
        self.read(|database| planned(database, running, staging, first, mode))
    }

    /// The tags of an update that are not in the state they must be in: `RUNNING` the one, `VALIDATED` the other.
    ///
    /// # Errors
    /// When a tag is not there, or the metadata cannot be read.
    pub fn wrong_states(&self, running: &str, staging: &str) -> Result<Vec<TagError>, TagError> {
        self.read(|database| wrong_states(database, running, staging))
    }

    /// Does what was planned, in one transaction.
    ///
    /// # Errors
    /// As [`TagStore::plan_update`]; [`TagError::WrongState`] when the tags are not in the states they must be in;
    /// [`TagError::Changed`] when it would no longer be the same.
    pub fn update(
        &self,
        running: &str,
        staging: &str,
        mode: UpdateMode,
        agreed: &Update,
    ) -> Result<(), TagError> {
        self.change(|database| {
            if let Some(wrong) = wrong_states(database, running, staging)?.into_iter().next() {
                return Err(wrong);
            }
            if planned(database, running, staging, agreed.first, mode)? != *agreed {
                return Err(TagError::Changed(running.into()));
            }
            for operation in &agreed.operations {
                match operation {
                    Operation::Close { entry, iov } => database.end(running, entry, *iov)?,
                    Operation::Create(entry) => {
                        database.insert(running, entry)?;
                    }
                }
            }
            Ok(())
        })
    }
}

fn planned(
    database: &Database<'_>,
    running: &str,
    staging: &str,
    first: ExpRun,
    mode: UpdateMode,
) -> Result<Update, TagError> {
    let (running, staging) = (database.entries(running)?, database.entries(staging)?);
    plan_update(&running, &staging, first, mode).map_err(TagError::Update)
}

fn wrong_states(
    database: &Database<'_>,
    running: &str,
    staging: &str,
) -> Result<Vec<TagError>, TagError> {
    let mut wrong = Vec::new();
    for (name, needed) in [(running, TagState::Running), (staging, TagState::Validated)] {
        let tag = database.tag(name)?;
        if tag.state != needed {
            wrong.push(TagError::WrongState {
                tag: tag.name,
                state: tag.state,
                needed,
            });
        }
    }
    Ok(wrong)
}
