//! The fits: the worst bin by bin, and every channel.

use std::fmt::Write as _;

use super::facts::{FitRow, rows};
use super::fit_batch::{Batch, grids, plot};
use super::fit_rows::{Room, lines};
use super::markup::{figure, fold, note, text, warning};
use super::material::{Done, Material};
use crate::caf::PastExecution;
use crate::calibrate::AlgResult;
use crate::calibrate::words::{counted, grouped};
use crate::fit::Pictures;
use crate::report::plot::plot_svg;

/// Fits of executions with one each that are drawn.
const MOST: usize = 24;

/// The section.
pub(super) fn fits(material: &Material) -> String {
    let mut room = Room::PAGE;
    let several = material.calibrations.len() > 1;
    let mut html = super::maps::maps(material);
    for one in &material.calibrations {
        for (algorithm, executions) in &one.algorithms {
            let title = match several {
                true => format!("{}: {algorithm}", one.outcome.name),
                false => algorithm.clone(),
            };
            let _ = write!(
                html,
                "<h3>{}</h3>\n{}",
                text(&title),
                of_algorithm(one, executions, &mut room)
            );
        }
    }
    match html.is_empty() {
        true => note("No algorithm ran."),
        false => html,
    }
}

fn of_algorithm(one: &Done, executions: &[PastExecution], room: &mut Room) -> String {
    if executions.len() > 1 && executions.iter().all(one_fit) {
        return singles(executions, room);
    }
    let mut html = String::new();
    let fitted = executions
        .iter()
        .filter(|past| !batches(past).is_empty())
        .count();
    // What took effect comes first where there is not room for everything.
    let mut places: Vec<usize> = (0..executions.len()).collect();
    places.sort_by_key(|at| !executions[*at].execution.committed);
    let each = (room.plots / fitted.max(1)).max(2);
    let mut bodies: Vec<(usize, String)> = Vec::new();
    for at in places {
        bodies.push((at, of_execution(&executions[at], each, room)));
    }
    bodies.sort_by_key(|(at, _)| *at);
    for (at, body) in bodies {
        if executions.len() == 1 {
            html.push_str(&body);
            continue;
        }
        let open = at == 0 && one.outcome.algorithms.len() == 1;
        html.push_str(&fold(&summary(&executions[at]), open, &body));
    }
    html
}

/// Whether an execution is told by a single fit.
fn one_fit(past: &PastExecution) -> bool {
    past.plots.is_empty()
        && past.seen.is_empty()
        && past.fits.as_ref().is_some_and(|table| table.len() == 1)
}

/// Executions with a fit each: the worst first, then all as lines.
fn singles(executions: &[PastExecution], room: &mut Room) -> String {
    let mut html = String::new();
    let mut seen: Vec<(String, FitRow, &Pictures)> = Vec::new();
    for past in executions {
        let title = runs_of(past);
        let execution = &past.execution;
        let told = Some(&execution.message).filter(|message| !message.is_empty());
        for sentence in told.into_iter().chain(&execution.warnings) {
            html.push_str(&warning(&format!("{title}: {sentence}")));
        }
        for sentence in &execution.notes {
            html.push_str(&note(&format!("{title}: {sentence}")));
        }
        let (Some(table), Some(pictures)) = (&past.fits, &past.pictures) else {
            continue;
        };
        let row = rows(table, &[], &pictures.parameters).into_iter().next();
        seen.extend(row.map(|mut row| {
            row.label.clone_from(&title);
            (title, row, pictures)
        }));
    }
    let Some(parameters) = seen.first().map(|(.., pictures)| &pictures.parameters) else {
        return html;
    };
    let table: Vec<FitRow> = seen.iter().map(|(_, row, _)| row.clone()).collect();
    let table = lines(&table, parameters, "runs");
    let badness = |row: &FitRow| (!row.ok, row.chi2_ndf);
    seen.sort_by(|(_, a, _), (_, b, _)| {
        let (a, b) = (badness(a), badness(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let count = seen.len().min(room.plots).min(MOST);
    room.plots -= count;
    let plot = |(title, row, pictures): &(String, FitRow, &Pictures)| {
        let picture = pictures.large.first()?;
        Some(plot(picture, row, title, pictures))
    };
    let plots: Vec<String> = seen[..count].iter().filter_map(plot).collect();
    html.push_str("<h4>Worst first</h4>\n");
    html.push_str(&grids(&plots));
    html.push_str("<h4>All fits</h4>\n");
    format!("{html}{table}")
}

/// `7,1 … 7,3, 3 runs: ok, 119 of 120 channels`.
fn summary(past: &PastExecution) -> String {
    let execution = &past.execution;
    let runs = runs_of(past);
    let result = execution.result.word();
    let used = match (execution.result, execution.committed) {
        (AlgResult::Ok | AlgResult::Iterate, false) => ", not used",
        _ => "",
    };
    let fits = execution.fits.as_ref().map_or_else(String::new, |fits| {
        format!(
            ", {} of {} fitted",
            grouped(fits.ok),
            grouped(fits.channels)
        )
    });
    format!("{runs}: {result}{used}{fits}")
}

fn runs_of(past: &PastExecution) -> String {
    let execution = &past.execution;
    match execution.data {
        None => "no runs".to_owned(),
        Some((first, last)) if first == last => format!("run {first}"),
        Some((first, last)) => format!("{first} … {last}, {}", counted(execution.runs, "run")),
    }
}

fn of_execution(past: &PastExecution, each: usize, room: &mut Room) -> String {
    let execution = &past.execution;
    let mut html = String::new();
    if !execution.message.is_empty() {
        html.push_str(&warning(&execution.message));
    }
    html.extend(execution.warnings.iter().map(|one| warning(one)));
    html.extend(execution.notes.iter().map(|one| note(one)));
    for plot in &past.plots {
        html.push_str(&figure("half", &plot_svg(plot), ""));
    }
    let batches = batches(past);
    if batches.is_empty() && past.plots.is_empty() && html.is_empty() {
        html.push_str(&note(
            "Nothing was fitted for many channels at once, and nothing drawn.",
        ));
    }
    let each = (each / batches.len().max(1)).max(2);
    for batch in &batches {
        html.push_str(&batch.html(each, room));
    }
    if past.unseen > 0 {
        html.push_str(&note(&format!(
            "The script fitted {} more times; only the first fits are kept.",
            grouped(past.unseen)
        )));
    }
    html
}

/// What was fitted in an execution: by declaration, or by a script.
fn batches(past: &PastExecution) -> Vec<Batch<'_>> {
    let mut all = Vec::new();
    if let (Some(pictures), Some(table)) = (&past.pictures, &past.fits) {
        let summary = past.execution.fits.as_ref();
        let name = summary.map_or("", |fits| fits.channel_name.as_str());
        all.push(Batch::new(name, &[], table, pictures));
    }
    let seen = past.seen.iter();
    all.extend(seen.map(|one| Batch::new(&one.name, &one.indices, &one.fits, &one.pictures)));
    all
}
