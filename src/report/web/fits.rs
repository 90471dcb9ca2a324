//! The fits: the worst bin by bin, and every channel.

use std::fmt::Write as _;

use super::facts::{FACTS, FitRow, probability, rows, value};
use super::fit_plot::{Legend, fit_plot};
use super::fit_rows::{Room, groups, lines};
use super::markup::{figure, fold, note, text, warning};
use super::material::{Done, Material};
use crate::caf::PastExecution;
use crate::calibrate::AlgResult;
use crate::calibrate::words::{counted, grouped};
use crate::fit::{Picture, Pictures};
use crate::report::number;
use crate::report::plot::plot_svg;

/// Fits that are shown without a fold.
const OPEN: usize = 4;
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
    let fitted = executions.iter().filter(|e| e.pictures.is_some()).count();
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
    past.plots.is_empty() && past.fits.as_ref().is_some_and(|table| table.len() == 1)
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
        let row = rows(table, &pictures.parameters).into_iter().next();
        seen.extend(row.map(|row| (title, row, pictures)));
    }
    let Some(parameters) = seen.first().map(|(.., pictures)| &pictures.parameters) else {
        return html;
    };
    let labels = seen.iter().map(|(title, ..)| title.clone()).collect();
    let table: Vec<FitRow> = seen.iter().map(|(_, row, _)| row.clone()).collect();
    let table = lines(&table, labels, parameters, "runs");
    let badness = |row: &FitRow| (!row.ok, row.chi2_ndf);
    seen.sort_by(|(_, a, _), (_, b, _)| {
        let (a, b) = (badness(a), badness(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let count = seen.len().min(room.plots).min(MOST);
    room.plots -= count;
    let plot = |(title, row, pictures): &(String, FitRow, &Pictures)| {
        let picture = pictures.large.first()?;
        Some(plot(picture, row, title.clone(), pictures))
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
    let result = match execution.result {
        AlgResult::Ok => "ok",
        AlgResult::Iterate => "iterate",
        AlgResult::NotEnoughData => "not enough data",
        AlgResult::Failure => "failure",
    };
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
    let (Some(pictures), Some(table)) = (&past.pictures, &past.fits) else {
        if past.plots.is_empty() && execution.message.is_empty() && execution.notes.is_empty() {
            html.push_str(&note(
                "Nothing was fitted by declaration, and nothing drawn.",
            ));
        }
        return html;
    };
    let rows = rows(table, &pictures.parameters);
    let name = match execution
        .fits
        .as_ref()
        .map(|fits| fits.channel_name.as_str())
    {
        None | Some("") => "fit",
        Some(name) => name,
    };
    html.push_str(&in_short(&rows, name, pictures));
    html.push_str(&worst(pictures, &rows, name, each, room));
    if room.lines < rows.len() {
        html.push_str(&note(&format!(
            "The lines of these {} are left out to keep the page small; they are in the JSON file of the algorithm.",
            counted(rows.len() as u64, name)
        )));
    } else if rows.len() > 1 {
        html.push_str("<h4>All fits</h4>\n");
        html.push_str(&groups(&rows, pictures, name, room));
    }
    html
}

/// How many are ok, and why others are not.
fn in_short(rows: &[FitRow], name: &str, pictures: &Pictures) -> String {
    let ok = rows.iter().filter(|row| row.ok).count() as u64;
    let mut reasons: Vec<(&str, u64)> = Vec::new();
    for row in rows.iter().filter(|row| !row.ok) {
        let why = row.why.split(':').next().unwrap_or_default();
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((why, 1)),
        }
    }
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let reasons = reasons.iter().take(6);
    let reasons = reasons.map(|(why, count)| format!(", {} × {why}", grouped(*count)));
    let sentence = format!(
        "{} of {} ok{}. Model {} of {}.",
        grouped(ok),
        match rows.len() {
            1 => "1 fit".to_owned(),
            many if name == "fit" => counted(many as u64, "fit"),
            many => counted(many as u64, name),
        },
        reasons.collect::<String>(),
        pictures.model,
        pictures.object
    );
    format!("<p>{}</p>\n", text(&sentence))
}

fn worst(pictures: &Pictures, rows: &[FitRow], name: &str, each: usize, room: &mut Room) -> String {
    let count = pictures.large.len().min(each).min(room.plots);
    room.plots -= count;
    let plots: Vec<String> = pictures.large[..count]
        .iter()
        .filter_map(|picture| {
            let row = rows.iter().find(|row| row.channel == picture.channel)?;
            let title = match rows.len() {
                1 => pictures.object.clone(),
                _ => format!("{name} {}", row.channel),
            };
            Some(plot(picture, row, title, pictures))
        })
        .collect();
    if plots.is_empty() {
        return String::new();
    }
    let html = match rows.len() {
        1 => String::new(),
        _ => "<h4>Worst first: what is not ok, then the largest χ²/ndf</h4>\n".to_owned(),
    };
    format!("{html}{}", grids(&plots))
}

/// The first few side by side, the others in a fold.
fn grids(plots: &[String]) -> String {
    let open = plots.len().min(OPEN);
    let mut html = format!("<div class=\"grid\">\n{}</div>\n", plots[..open].concat());
    if plots.len() > open {
        let rest = plots.len() - open;
        let body = format!("<div class=\"grid\">\n{}</div>\n", plots[open..].concat());
        html.push_str(&fold(&format!("{rest} more of the worst"), false, &body));
    }
    html
}

fn plot(picture: &Picture, row: &FitRow, title: String, pictures: &Pictures) -> String {
    let legend = Legend {
        title,
        object: &pictures.object,
        model: &pictures.model,
        chi2: row.chi2,
        ndf: row.ndf,
    };
    figure(
        "half fit",
        &fit_plot(picture, &legend),
        &caption(row, &pictures.parameters),
    )
}

/// The parameters and the five facts.
fn caption(row: &FitRow, parameters: &[String]) -> String {
    let mut html = String::new();
    if !row.ok {
        let _ = write!(html, "<b class=\"bad\">{}</b> ", text(&row.why));
    }
    for (name, pair) in parameters.iter().zip(&row.parameters) {
        let shown = match pair {
            (one, error) if *error == 0.0 => format!("{} fixed", number::alone(*one)),
            pair => value(*pair),
        };
        let _ = write!(
            html,
            "<span><i>{}</i> = {}</span> ",
            text(name),
            text(&shown)
        );
    }
    let _ = write!(
        html,
        "<span><i>p</i> = {}</span> <span>{} entries, range {} … {}{}</span><br/>",
        probability(row.probability),
        row.entries,
        number::alone(row.range.0),
        number::alone(row.range.1),
        match row.refits {
            0 => String::new(),
            refits => format!(", moved {refits}×"),
        }
    );
    for (fact, holds) in FACTS.iter().zip(row.facts) {
        let (class, mark) = if holds {
            ("good", "✓")
        } else {
            ("bad", "✗")
        };
        let _ = write!(html, "<span class=\"fact {class}\">{mark} {fact}</span> ");
    }
    html
}
