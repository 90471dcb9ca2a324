//! The lines that remain on the screen when a run is over.

use std::time::Duration;

use crate::caf::{
    AlgorithmOutcome, CalibrationOutcome, CalibrationState, CollectionOutcome, ExecutionOutcome,
    Outcome, PayloadOutcome, State,
};
use crate::calibrate::{AlgResult, FitSummary};
use crate::iov::{ExpRun, IoV};

use super::layout::{WIDTH, line, named, timed};
use super::number::{counted, grouped, percent, time};
use super::{Accent, Style};

/// A line across.
#[must_use]
pub fn rule(style: &dyn Style) -> String {
    style.paint(Accent::Dim, &"─".repeat(WIDTH))
}

/// What was read for a collection, and its cut flow.
#[must_use]
pub fn collection_block(
    collection: &CollectionOutcome,
    reused: bool,
    elapsed: Option<Duration>,
    style: &dyn Style,
) -> String {
    let mut facts = if reused {
        "reused: nothing it depends on changed".to_owned()
    } else {
        let files = counted(collection.files, "file");
        format!("{files}, {}", counted(collection.events, "event"))
    };
    if !reused && collection.row_name != "events" {
        facts.push_str(&format!(
            ", {} {}",
            grouped(collection.rows),
            collection.row_name
        ));
    }
    if collection.collector.is_empty() {
        let facts = format!("the runs of {}", counted(collection.files, "file"));
        return line("Collect", Accent::Done, &named("no data", &facts), style);
    }
    let elapsed = elapsed.map(time);
    let first = named(&collection.collector, &facts);
    let first = timed(&first, elapsed.as_deref(), style);
    let mut lines = vec![line("Collect", Accent::Done, &first, style)];
    if reused {
        return lines.join("\n");
    }
    let counts: Vec<String> = collection
        .cuts
        .iter()
        .map(|cut| grouped(cut.after))
        .collect();
    let width = counts
        .iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or(0);
    for (cut, count) in collection.cuts.iter().zip(counts) {
        let part = percent(cut.after, cut.before);
        let blanks = " ".repeat(width - count.chars().count());
        let rest = named(&cut.name, &format!("{blanks}{count}  {part:>7}"));
        lines.push(line("", Accent::Dim, &rest, style));
    }
    lines.extend(warnings(&collection.warnings, style));
    lines.join("\n")
}

/// Executions that are listed one by one; of more, only those with something to say.
const MOST_EXECUTIONS: usize = 12;

/// What an algorithm did.
#[must_use]
pub fn algorithm_block(
    algorithm: &AlgorithmOutcome,
    iteration: u32,
    max_iterations: u32,
    elapsed: Option<Duration>,
    style: &dyn Style,
) -> String {
    let executions = &algorithm.executions;
    // Of several, those with too little data are part of how a strategy looks for more.
    let good = match executions.as_slice() {
        [one] => is_good(one),
        all => all.iter().any(|one| one.committed),
    };
    let accent = if good { Accent::Done } else { Accent::Failed };
    let facts = format!(
        "{}, iteration {} of {max_iterations}",
        algorithm.strategy,
        iteration + 1
    );
    let elapsed = elapsed.map(time);
    let first = timed(&named(&algorithm.name, &facts), elapsed.as_deref(), style);
    let mut lines = vec![line("Calibrate", accent, &first, style)];
    let quiet = |one: &ExecutionOutcome| {
        is_good(one) && one.warnings.is_empty() && one.notes.is_empty() && one.message.is_empty()
    };
    let many = executions.len() > MOST_EXECUTIONS;
    for execution in executions.iter().filter(|one| !many || !quiet(one)) {
        lines.extend(execution_lines(execution, executions.len() > 1, style));
    }
    if many {
        let rest = executions.iter().filter(|one| quiet(one)).count() as u64;
        let text = format!(
            "{} went well and are not listed",
            counted(rest, "execution")
        );
        lines.push(line("", Accent::Dim, &text, style));
    }
    if let Some(first) = algorithm.gaps.first() {
        let more = match algorithm.gaps.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more gaps"),
        };
        let text = format!("no payload covers {}{more}", interval(first));
        lines.push(line("warning", Accent::Warning, &text, style));
    }
    lines.join("\n")
}

fn is_good(execution: &ExecutionOutcome) -> bool {
    matches!(execution.result, AlgResult::Ok | AlgResult::Iterate)
}

/// The runs of an execution, as one of several: `7,1 … 7,4, 3 runs`.
fn runs_text(execution: &ExecutionOutcome) -> String {
    match execution.data {
        None => String::new(),
        Some((first, last)) if first == last => format!("run {first}"),
        Some((first, last)) => format!("{first} … {last}, {} runs", grouped(execution.runs)),
    }
}

fn execution_lines(execution: &ExecutionOutcome, several: bool, style: &dyn Style) -> Vec<String> {
    let mut lines = Vec::new();
    let runs = match several {
        true => runs_text(execution),
        false => String::new(),
    };
    let fits = execution.fits.as_ref().and_then(fits_text);
    let unused = several && is_good(execution) && !execution.committed;
    let facts = [
        Some(runs).filter(|runs| !runs.is_empty()),
        fits,
        unused.then(|| "not used".to_owned()),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        lines.push(line("", Accent::Dim, &facts.join("   "), style));
    }
    let (word, accent) = match execution.result {
        AlgResult::Ok => ("", Accent::Done),
        AlgResult::Iterate => ("iterate", Accent::Name),
        AlgResult::NotEnoughData => ("no data", Accent::Warning),
        AlgResult::Failure => ("failure", Accent::Failed),
    };
    if !execution.message.is_empty() {
        let message = if execution.result == AlgResult::NotEnoughData {
            format!("not_enough_data  {}", execution.message)
        } else {
            execution.message.clone()
        };
        lines.push(line(word, accent, &message, style));
    }
    lines.extend(warnings(&execution.warnings, style));
    let notes = execution.notes.iter();
    lines.extend(notes.map(|sentence| line("note", Accent::Name, sentence, style)));
    lines
}

/// `8 729 of 8 736 crystals fitted   χ²/ndf median 1.04, worst 2.71 (crystal 4127)`
fn fits_text(fits: &FitSummary) -> Option<String> {
    let quality = match (fits.chi2_ndf_median, fits.chi2_ndf_worst) {
        (Some(median), Some(_)) if fits.channel_name.is_empty() => format!("χ²/ndf {median:.2}"),
        (Some(median), Some(worst)) => format!(
            "χ²/ndf median {median:.2}, worst {:.2} ({} {})",
            worst.chi2_ndf, fits.channel_name, worst.channel
        ),
        _ => String::new(),
    };
    let attempted = fits.ok > 0 || !fits.not_accepted.is_empty();
    if fits.channel_name.is_empty() || !attempted {
        return (!quality.is_empty()).then_some(quality);
    }
    let channels = counted(fits.channels, &fits.channel_name);
    let text = format!("{} of {channels} fitted   {quality}", grouped(fits.ok));
    Some(text.trim_end().to_owned())
}

/// One payload that was written.
#[must_use]
pub fn payload_line(payload: &PayloadOutcome, style: &dyn Style) -> String {
    let rest = named(&payload.name, &format!("IoV {}", interval(&payload.iov)));
    line("Payload", Accent::Done, &rest, style)
}

/// Where the report is.
#[must_use]
pub fn report_line(path: &str, style: &dyn Style) -> String {
    line("Report", Accent::Done, path, style)
}

/// That a calibration begins, where there are several.
#[must_use]
pub fn begin_line(calibration: &str, style: &dyn Style) -> String {
    line("Begin", Accent::Name, calibration, style)
}

/// The programs that input files go through.
#[must_use]
pub fn programs_line(programs: &[String], files: u64, style: &dyn Style) -> String {
    let names = programs.join(" → ");
    let rest = named(&names, &counted(files, "file"));
    line("Prepare", Accent::Name, &rest, style)
}

/// Where a calibration that was interrupted goes on.
#[must_use]
pub fn continued_line(
    calibration: &str,
    iteration: u32,
    state: CalibrationState,
    style: &dyn Style,
) -> String {
    let iteration = iteration + 1;
    let rest = match state {
        CalibrationState::Completed => format!("{calibration} was complete: nothing is done again"),
        CalibrationState::CollectorCompleted => {
            format!("{calibration} goes on in iteration {iteration} with the data collected before")
        }
        _ => format!("{calibration} goes on in iteration {iteration}"),
    };
    line("Continue", Accent::Name, &rest, style)
}

/// How a calibration ended, if not well, and what should be known about it; empty for nothing.
///
/// Why it failed stands in the block of its algorithm already.
#[must_use]
pub fn calibration_block(calibration: &CalibrationOutcome, style: &dyn Style) -> String {
    let (word, accent) = match calibration.state {
        State::Completed => return warnings(&calibration.warnings, style).join("\n"),
        State::Failed => ("failed", Accent::Failed),
        State::NotEnoughData => ("no data", Accent::Warning),
        State::Blocked => ("blocked", Accent::Warning),
    };
    let why = if calibration.algorithms.is_empty() {
        calibration.message.as_str()
    } else {
        "no payloads from this calibration"
    };
    let rest = named(&calibration.name, why);
    let mut lines = vec![line(word, accent, &rest, style)];
    lines.extend(warnings(&calibration.warnings, style));
    lines.join("\n")
}

/// The last lines: what should be known about all, how many calibrations, how they ended, how many
/// payloads.
#[must_use]
pub fn summary(outcome: &Outcome, elapsed: Option<Duration>, style: &dyn Style) -> String {
    let states = [
        (State::NotEnoughData, "without enough data", Accent::Warning),
        (State::Blocked, "blocked", Accent::Warning),
    ];
    let paint = |count: usize, accent, words: &str| {
        let text = format!("{} {words}", grouped(count as u64));
        if count > 0 {
            style.paint(accent, &text)
        } else {
            text
        }
    };
    let mut parts = vec![
        paint(outcome.count(State::Completed), Accent::Done, "completed"),
        paint(outcome.count(State::Failed), Accent::Failed, "failed"),
    ];
    for (state, words, accent) in states {
        if outcome.count(state) > 0 {
            parts.push(paint(outcome.count(state), accent, words));
        }
    }
    let calibrations = counted(outcome.calibrations.len() as u64, "calibration");
    let payloads = counted(outcome.payloads().count() as u64, "payload");
    let mut text = format!("{calibrations}: {} · {payloads}", parts.join(", "));
    if let Some(elapsed) = elapsed {
        text.push_str(&format!(" · {}", time(elapsed)));
    }
    let good = outcome.completed();
    let accent = if good { Accent::Done } else { Accent::Failed };
    let mut lines = warnings(&outcome.warnings, style);
    lines.push(line("Summary", accent, &text, style));
    lines.join("\n")
}

fn warnings(sentences: &[String], style: &dyn Style) -> Vec<String> {
    sentences
        .iter()
        .map(|sentence| line("warning", Accent::Warning, sentence, style))
        .collect()
}

/// `7,1 → 7,12`, `7,1 → end of 7`, `7,1 → open`.
fn interval(iov: &IoV) -> String {
    let high = iov.high();
    let end = if high == ExpRun::new(-1, -1) {
        "open".to_owned()
    } else if high.run == -1 {
        format!("end of {}", high.exp)
    } else {
        high.to_string()
    };
    format!("{} → {end}", iov.low())
}
