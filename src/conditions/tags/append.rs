//! What may be added to a tag that is in use already.

use crate::iov::{ExpRun, IoV};

use super::{Content, Tag, TagEntry, TagError};

/// The first run that can be added to a tag in which `iovs` are valid: no interval begins there or later,
/// and none that has an end ends there or later. `None` when there is no such run number.
#[must_use]
pub fn next_run<'a>(iovs: impl IntoIterator<Item = &'a IoV>) -> Option<ExpRun> {
    let mut next = ExpRun::new(0, 0);
    for iov in iovs {
        let low = ExpRun::new(iov.low().exp.max(0), iov.low().run.max(0));
        next = next.max(after(low)?);
        if iov.high().exp >= 0 {
            next = next.max(after(iov.high())?);
        }
    }
    Some(next)
}

/// The run after a run, or after the end of an experiment.
pub(super) fn after(run: ExpRun) -> Option<ExpRun> {
    match run.run {
        ..0 => Some(ExpRun::new(run.exp.checked_add(1)?, 0)),
        number => Some(ExpRun::new(run.exp, number.checked_add(1)?)),
    }
}

/// Whether `added` may be put into a tag in its state: anything into one that is open, later runs into one
/// that is running, nothing into others.
pub(super) fn may_add(tag: &Tag, there: &[TagEntry], added: &[TagEntry]) -> Result<(), TagError> {
    match tag.state.content() {
        Content::Free => Ok(()),
        Content::Fixed => Err(TagError::Closed {
            tag: tag.name.clone(),
            state: tag.state,
        }),
        Content::AppendOnly => {
            let next = next_run(there.iter().map(|entry| &entry.iov));
            let next = next.unwrap_or(ExpRun::new(i32::MAX, i32::MAX));
            let overlaps = |entry: &TagEntry| {
                let same = |other: &&TagEntry| other.payload.name == entry.payload.name;
                let mut same = there.iter().filter(same);
                same.any(|other| other.iov.overlaps(&entry.iov))
            };
            match added
                .iter()
                .find(|entry| entry.iov.low() < next || overlaps(entry))
            {
                None => Ok(()),
                Some(entry) => Err(TagError::NotAppended {
                    tag: tag.name.clone(),
                    payload: entry.payload.name.clone(),
                    iov: entry.iov,
                    next,
                }),
            }
        }
    }
}
