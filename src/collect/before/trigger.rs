//! The results of the software trigger in a basf2 file.
//!
//! The object `SoftwareTriggerResult` maps the name of a line to two answers: the one with the
//! line's prescale, which counts here as in upstream, and the one without. An answer is 1
//! (accepted), 0 (no result) or -1 (rejected).

use std::ops::Range;

use super::{Logic, Trigger};
use crate::collect::Error;
use crate::collect::rows::Batch;
use crate::collect::schema::{FieldId, Names};
use crate::expr::{Failure, Place, Type, nearest};
use crate::root::{self, Chunk};

/// The columns with the names of the lines and their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TriggerFields {
    names: FieldId,
    answers: FieldId,
}

const OBJECT: &str = "SoftwareTriggerResult";
const ACCEPTED: i64 = 1;

impl TriggerFields {
    /// The columns of a tree.
    ///
    /// # Errors
    /// When they are not there.
    pub(crate) fn find(names: &Names, place: Place) -> Result<Self, Failure> {
        let ends = |end: &[&str], kind: Type| {
            names.fields.iter().position(|field| {
                let path: Vec<&str> = field.names.iter().map(String::as_str).collect();
                path.first() == Some(&OBJECT) && path.ends_with(end) && field.kind == kind
            })
        };
        let answers = ends(&["second", "first"], Type::Int);
        let found = ends(&["first"], Type::Text).zip(answers);
        found
            .map(|(names, answers)| Self { names, answers })
            .ok_or_else(|| Failure {
                message: format!(
                    "there are no results of the software trigger (no branch {OBJECT})"
                ),
                hint: Some(WITHOUT.into()),
                place,
            })
    }

    pub(crate) fn both(self) -> [FieldId; 2] {
        [self.names, self.answers]
    }
}

const WITHOUT: &str = "take files that have been through it, or leave out `trigger`";

/// What stops the reading of an entry.
enum Trouble {
    Reading(root::Error),
    Entry(usize, Failure),
}

/// Whether each trigger accepts the entries of a batch: all triggers of the first entry, then all
/// of the next.
///
/// # Errors
/// An entry without results, or without those of a line.
pub(crate) fn accepted(
    fields: TriggerFields,
    triggers: &[&Trigger],
    batch: &mut Batch<'_>,
) -> Result<Vec<bool>, Error> {
    let path = batch.path().to_path_buf();
    let chunk = batch.chunk(fields.answers)?;
    let mut answers = vec![0; chunk.len()];
    chunk
        .fill_i64(0, &mut answers)
        .map_err(Error::file(&path))?;
    let entries = batch.len();
    let chunk = batch.chunk(fields.names)?;
    match of_entries(triggers, chunk, &answers, entries) {
        Ok(accepted) => Ok(accepted),
        Err(Trouble::Reading(error)) => Err(Error::file(&path)(error)),
        Err(Trouble::Entry(entry, failure)) => Err(Error::Row {
            file: path,
            entry: batch.first() + entry as u64,
            run: batch.run(entry),
            failure: Box::new(failure),
        }),
    }
}

fn of_entries(
    triggers: &[&Trigger],
    names: &Chunk,
    answers: &[i64],
    entries: usize,
) -> Result<Vec<bool>, Trouble> {
    let offsets = names.offsets().unwrap_or(&[]);
    let offset = |n: usize| {
        let offset = offsets.get(n).copied().unwrap_or(0);
        usize::try_from(offset).unwrap_or(usize::MAX)
    };
    // Mostly a line stands at the same place in every entry.
    let mut places: Vec<Vec<usize>> = triggers.iter().map(|t| vec![0; t.lines.len()]).collect();
    let mut found = Vec::with_capacity(entries * triggers.len());
    for entry in 0..entries {
        let lines = offset(entry)..offset(entry + 1);
        for (trigger, places) in triggers.iter().zip(&mut places) {
            let mut accepting = 0;
            for (wanted, place) in trigger.lines.iter().zip(places) {
                *place = find(names, &lines, wanted, *place)
                    .map_err(Trouble::Reading)?
                    .ok_or_else(|| {
                        Trouble::Entry(entry, unknown(trigger, wanted, names, &lines))
                    })?;
                let answer = answers.get(lines.start + *place);
                accepting += usize::from(answer == Some(&ACCEPTED));
            }
            found.push(match trigger.logic {
                Logic::Or => accepting > 0,
                Logic::And => accepting == trigger.lines.len(),
            });
        }
    }
    Ok(found)
}

/// Place of a line among those of an entry; `first` is looked at first.
fn find(
    names: &Chunk,
    lines: &Range<usize>,
    wanted: &str,
    first: usize,
) -> root::Result<Option<usize>> {
    let all = 0..lines.len();
    for place in all.clone().filter(|p| *p == first).chain(all) {
        if names.text(lines.start + place)? == wanted {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

fn unknown(trigger: &Trigger, wanted: &str, names: &Chunk, lines: &Range<usize>) -> Failure {
    let place = trigger.place;
    if lines.is_empty() {
        return Failure {
            message: "the event has no results of the software trigger".into(),
            hint: Some(WITHOUT.into()),
            place,
        };
    }
    let known: Vec<_> = lines.clone().flat_map(|n| names.text(n)).collect();
    let all = || known.iter().map(|name| &**name);
    // The last part of a name says enough for people, but does not tell lines apart.
    let short = all().find(|name| name.ends_with(&format!("&{wanted}")));
    let hint = match short.or_else(|| nearest(wanted, all())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let first = all().next().unwrap_or_default();
            format!(
                "the event has {} lines, the first is `{first}`",
                lines.len()
            )
        }
    };
    Failure {
        message: format!("the software trigger has no line `{wanted}`"),
        hint: Some(hint),
        place,
    }
}
