//! Pieces of a timeline as intervals of validity.

use std::collections::BTreeMap;

use super::{Event, TimelineError};
use crate::iov::{ExpRun, IoV};

/// What a piece of a timeline covers.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// These events, rising, and what is nearest to them.
    Events(Vec<Event>),
    /// These runs as a whole.
    Runs(IoV),
}

/// Runs with the same pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The runs.
    pub iov: IoV,
    /// Numbers of the pieces that hold there, one after the other; each but the first with the event
    /// from which on it holds. More than one only within a single run.
    pub parts: Vec<(usize, u32)>,
}

/// Which piece holds where: each run within `coverage` once, without gaps.
///
/// A run with events of several pieces is cut at the events that leave the fewest of them on the wrong side
/// (none, where the numbers of events rise with time). Runs without any events, and numbers that no run has,
/// take the piece of the nearest run, of two the earlier one; across experiments each keeps its own.
///
/// # Errors
/// No pieces, two pieces for one run without events that say where it is cut, or none within `coverage`.
pub fn lay_out(pieces: &[Piece], coverage: IoV) -> Result<Vec<Stretch>, TimelineError> {
    let mut starts: Vec<(ExpRun, Vec<(usize, u32)>)> = Vec::new();
    let mut before: Option<(ExpRun, usize)> = None;
    for (run, parts) in anchors(pieces)? {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            continue;
        };
        match before {
            Some((earlier, piece)) if piece != first.0 => {
                starts.push((nearer_to(run, earlier), vec![(first.0, 0)]));
            }
            Some(_) => {}
            None => starts.push((coverage.low(), vec![(first.0, 0)])),
        }
        before = Some((run, last.0));
        if parts.len() > 1 {
            let after = (ExpRun::new(run.exp, run.run + 1), vec![(last.0, 0)]);
            starts.push((run, parts));
            starts.push(after);
        }
    }
    let stretches = stretches(starts, coverage);
    match stretches.is_empty() {
        true => Err(TimelineError::Outside(coverage)),
        false => Ok(stretches),
    }
}

/// The first run that is nearer to `run` than to the one before it.
fn nearer_to(run: ExpRun, before: ExpRun) -> ExpRun {
    if run.exp == before.exp {
        ExpRun::new(run.exp, before.run + (run.run - before.run) / 2 + 1)
    } else {
        ExpRun::new(run.exp, 0)
    }
}

/// Intervals from where each begins, clipped to `coverage`; neighbours with the same piece are one.
fn stretches(starts: Vec<(ExpRun, Vec<(usize, u32)>)>, coverage: IoV) -> Vec<Stretch> {
    let mut kept: Vec<(ExpRun, Vec<(usize, u32)>)> = Vec::new();
    for (start, parts) in starts {
        // What begins at the same run replaces what would not last a single one.
        if kept.last().is_some_and(|(begun, _)| *begun >= start) {
            kept.pop();
        }
        let goes_on = kept.last().is_some_and(|(_, held)| *held == parts);
        if !goes_on || parts.len() > 1 {
            kept.push((start, parts));
        }
    }
    let mut stretches = Vec::new();
    for (number, (start, parts)) in kept.iter().enumerate() {
        let end = match kept.get(number + 1) {
            Some((next, _)) => next.before(),
            None => coverage.high(),
        };
        let inside = IoV::new(*start, end)
            .ok()
            .and_then(|iov| iov.intersection(&coverage));
        if let Some(iov) = inside {
            let parts = parts.clone();
            stretches.push(Stretch { iov, parts });
        }
    }
    stretches
}

/// The pieces of each run that has some, in their order, with the first event of each.
fn anchors(pieces: &[Piece]) -> Result<BTreeMap<ExpRun, Vec<(usize, u32)>>, TimelineError> {
    let mut runs: BTreeMap<ExpRun, Vec<(usize, Vec<u32>)>> = BTreeMap::new();
    for (number, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Events(events) => {
                for event in events {
                    let of_run = runs.entry(event.run).or_default();
                    match of_run.last_mut() {
                        Some((known, list)) if *known == number => list.push(event.event),
                        _ => of_run.push((number, vec![event.event])),
                    }
                }
            }
            Piece::Runs(iov) => {
                let ends = [iov.low(), iov.high()];
                for run in ends.into_iter().filter(|run| run.exp >= 0 && run.run >= 0) {
                    let of_run = runs.entry(run).or_default();
                    if of_run.iter().all(|(known, _)| *known != number) {
                        of_run.push((number, Vec::new()));
                    }
                }
            }
        }
    }
    if runs.is_empty() {
        return Err(TimelineError::NoPieces);
    }
    for (number, piece) in pieces.iter().enumerate() {
        let Piece::Runs(iov) = piece else { continue };
        let other = |of_run: &[(usize, Vec<u32>)]| of_run.iter().any(|(n, _)| *n != number);
        let mut within = runs.iter().filter(|(run, _)| iov.contains_run(**run));
        if let Some((run, _)) = within.find(|(_, of_run)| other(of_run)) {
            return Err(TimelineError::Twice(*run));
        }
    }
    let cut = |(run, of_run): (ExpRun, Vec<(usize, Vec<u32>)>)| Ok((run, cuts(run, of_run)?));
    runs.into_iter().map(cut).collect()
}

/// Where the pieces of one run begin.
fn cuts(
    run: ExpRun,
    mut of_run: Vec<(usize, Vec<u32>)>,
) -> Result<Vec<(usize, u32)>, TimelineError> {
    if of_run.len() > 1 && of_run.iter().any(|(_, events)| events.is_empty()) {
        return Err(TimelineError::Twice(run));
    }
    for (_, events) in &mut of_run {
        events.sort_unstable();
    }
    of_run.sort_by_key(|(_, events)| events.get(events.len() / 2).copied());
    let mut parts: Vec<(usize, u32)> = Vec::new();
    for (position, (number, events)) in of_run.iter().enumerate() {
        let before: Vec<u32> = of_run[..position]
            .iter()
            .flat_map(|(_, e)| e.clone())
            .collect();
        let first = if position == 0 {
            0
        } else {
            best_cut(before, events)
        };
        // A piece that would not begin before the next one has no events of its own.
        while parts.last().is_some_and(|(_, begun)| *begun >= first) {
            parts.pop();
        }
        parts.push((*number, first));
    }
    Ok(parts)
}

/// The event number at which fewest events are on the wrong side: earlier ones at or after it, later ones
/// before it. Of equal ones the smallest.
fn best_cut(mut earlier: Vec<u32>, later: &[u32]) -> u32 {
    earlier.sort_unstable();
    let mut best = (usize::MAX, 0);
    for cut in later
        .iter()
        .copied()
        .chain(earlier.last().map(|last| last.saturating_add(1)))
    {
        let wrong_earlier = earlier.len() - earlier.partition_point(|event| *event < cut);
        let wrong_later = later.partition_point(|event| *event < cut);
        best = best.min((wrong_earlier + wrong_later, cut));
    }
    best.1
}
