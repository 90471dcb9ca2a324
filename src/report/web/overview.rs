//! What came out: calibrations, and the new constants with their errors and changes.

use std::fmt::Write as _;

use super::channel_plot::{Along, along};
use super::graph::{Node, graph};
use super::heat::{Map, map};
use super::markup::{Rows, figure, fold, note, text, warning};
use super::material::Material;
use super::spread::{moments, rounded, spread};
use super::trend::trend;
use crate::caf::{Previous, State};
use crate::calibrate::words::{counted, grouped};
use crate::conditions::Payload;
use crate::iov::IoV;
use crate::report::number;

/// Up to so many channels constants are a table instead of drawings.
const FEW: usize = 12;
/// Values that are drawn: a page stays small however many payloads were written.
const DRAWN: usize = 60_000;
/// Members of a payload that are drawn.
const MEMBERS: usize = 4;
/// Endings of members that hold the error of another one.
const ERRORS: [&str; 6] = ["Uncertainty", "Unc", "Error", "Err", "_error", "_err"];

/// The section.
pub(super) fn overview(material: &Material<'_>) -> String {
    let mut html = calibrations(material);
    html.extend(material.outcome.warnings.iter().map(|one| warning(one)));
    html.extend(material.missing.iter().map(|one| warning(one)));
    html.push_str(&graph_of(material));
    html.push_str(&constants(material));
    html
}

/// A word and the class of a state.
pub(super) fn state(state: State) -> (&'static str, &'static str) {
    match state {
        State::Completed => ("completed", "good"),
        State::Failed => ("failed", "bad"),
        State::NotEnoughData => ("not enough data", "warn"),
        State::Blocked => ("blocked", "warn"),
    }
}

fn calibrations(material: &Material<'_>) -> String {
    let mut table = Rows::new(&[
        "calibration",
        "state",
        "#iterations",
        "#payloads",
        "#fits",
        "",
    ]);
    for one in &material.outcome.calibrations {
        let (word, class) = state(one.state);
        let last = one.algorithms.iter().flat_map(|a| &a.executions);
        let fits = last.filter_map(|execution| execution.fits.as_ref());
        let (ok, all) = fits.fold((0, 0), |(ok, all), fits| {
            (ok + fits.ok, all + fits.channels)
        });
        let fits = match all {
            0 => String::new(),
            all => format!("{} of {} ok", grouped(ok), grouped(all)),
        };
        let mut about = vec![one.message.clone()];
        about.extend(one.warnings.iter().cloned());
        about.retain(|sentence| !sentence.is_empty());
        table.row(&[
            format!("<b>{}</b>", text(&one.name)),
            format!("<span class=\"pill {class}\">{word}</span>"),
            one.iterations.to_string(),
            one.payloads.len().to_string(),
            text(&fits),
            about
                .iter()
                .map(|s| text(s))
                .collect::<Vec<_>>()
                .join("<br/>"),
        ]);
    }
    table.html()
}

fn graph_of(material: &Material<'_>) -> String {
    let described = material.background.calibrations.iter();
    let nodes: Vec<Node<'_>> = described
        .filter_map(|described| {
            let mut all = material.outcome.calibrations.iter();
            let outcome = all.find(|one| one.name == described.name)?;
            let about = match outcome.state {
                State::Completed => counted(outcome.payloads.len() as u64, "payload"),
                other => state(other).0.to_owned(),
            };
            Some(Node {
                name: &described.name,
                state: outcome.state,
                about,
                after: &described.depends_on,
            })
        })
        .collect();
    match graph(&nodes) {
        drawing if drawing.is_empty() => String::new(),
        drawing => format!(
            "<h3>Which waits for which</h3>\n{}",
            figure("full", &drawing, "")
        ),
    }
}

fn constants(material: &Material<'_>) -> String {
    let mut html = String::new();
    let mut room = DRAWN;
    for (name, all) in &material.payloads {
        let _ = writeln!(html, "<h3>{}</h3>", text(name));
        if all.len() > 1
            && all
                .iter()
                .all(|(_, one)| !one.members.is_empty() && one.len() <= FEW)
        {
            html.push_str(&trend(name, all, &material.background.previous));
            continue;
        }
        let mut fits = |(_, payload): &&(IoV, Payload)| {
            let values = payload.len() * payload.members.len().clamp(1, MEMBERS);
            let enough = values <= room;
            room = room.saturating_sub(values);
            enough
        };
        let shown = all.iter().take_while(|one| fits(one)).count();
        for (number, (iov, payload)) in all[..shown].iter().enumerate() {
            let run = iov.low();
            let mut before = material.background.previous.iter();
            let before = before.find(|one| one.name == *name && one.run == run);
            let body = payload_body(payload, before);
            match all.len() {
                1 => {
                    let _ = write!(
                        html,
                        "<p>{} from {}</p>\n{body}",
                        text(&payload.class),
                        text(&interval(iov))
                    );
                }
                _ => html.push_str(&fold(&interval(iov), number == 0, &body)),
            }
        }
        if shown < all.len() {
            html.push_str(&note(&format!(
                "{} more intervals are not drawn; they are listed with the payloads.",
                all.len() - shown
            )));
        }
    }
    match html.is_empty() {
        true => note("No constants were written."),
        false => html,
    }
}

/// `7,1 → open`.
pub(super) fn interval(iov: &IoV) -> String {
    let high = iov.high();
    let end = match (high.exp, high.run) {
        (-1, _) => "open".to_owned(),
        (exp, -1) => format!("end of {exp}"),
        _ => high.to_string(),
    };
    format!("{} → {end}", iov.low())
}

/// The members that hold values, each with the one that holds its errors.
pub(super) fn members(payload: &Payload) -> Vec<(&str, &[f64], &[f64])> {
    let names: Vec<&str> = payload.members.keys().map(String::as_str).collect();
    let is_error = |name: &str| {
        let mut words = ERRORS.iter().map(|end| end.trim_start_matches('_'));
        words.any(|word| word.eq_ignore_ascii_case(name))
    };
    let stem = |name: &str| {
        let mut stems = ERRORS.iter().filter_map(|end| name.strip_suffix(end));
        let stem = stems.find(|stem| names.contains(stem));
        let only = || match names.as_slice() {
            // Of two members an error can only be that of the other one.
            [a, b] if is_error(name) => {
                let other = if *a == name { b } else { a };
                Some(*other).filter(|other| !is_error(other))
            }
            _ => None,
        };
        stem.or_else(only).map(str::to_owned)
    };
    let values = payload
        .members
        .iter()
        .filter(|(name, _)| stem(name).is_none());
    values
        .map(|(name, values)| {
            let mut all = payload.members.iter();
            let errors = all.find(|(other, _)| stem(other).as_deref() == Some(name));
            let errors = errors.map_or(&[] as &[f64], |(_, errors)| errors.as_slice());
            (name.as_str(), values.as_slice(), errors)
        })
        .collect()
}

fn payload_body(payload: &Payload, before: Option<&Previous>) -> String {
    if payload.members.is_empty() {
        return note(
            "An object that is no table of numbers; its JSON form lies beside the payload file.",
        );
    }
    let mut html = String::new();
    if payload.len() <= FEW {
        html.push_str(&few(payload, before));
    } else {
        let all = members(payload);
        for (name, values, errors) in all.iter().take(MEMBERS) {
            html.push_str(&member(payload, name, values, errors, before));
        }
        if all.len() > MEMBERS {
            let rest: Vec<&str> = all[MEMBERS..].iter().map(|(name, ..)| *name).collect();
            html.push_str(&note(&format!("Not drawn: {}", rest.join(", "))));
        }
    }
    match before {
        Some(before) => {
            let _ = writeln!(
                html,
                "<p class=\"note\">Changes are those to the constants of {} in {}.</p>",
                text(&before.run.to_string()),
                text(&before.origin)
            );
        }
        None => html.push_str(&note(
            "No constants were in force before, so there is no change to show.",
        )),
    }
    html
}

/// What changed, channel by channel; NaN where there was none.
pub(super) fn change(payload: &Payload, name: &str, values: &[f64], before: &Previous) -> Vec<f64> {
    let keys = |channels: &indexmap::IndexMap<String, Vec<i64>>, at: usize| -> Vec<i64> {
        let all = channels.values().map(|numbers| numbers.get(at).copied());
        all.map(|number| number.unwrap_or(i64::MIN)).collect()
    };
    let old = before
        .members
        .get(name)
        .map_or(&[] as &[f64], Vec::as_slice);
    let known: std::collections::BTreeMap<Vec<i64>, f64> = old
        .iter()
        .enumerate()
        .map(|(at, value)| (keys(&before.channels, at), *value))
        .collect();
    let values = values.iter().enumerate();
    values
        .map(|(at, value)| {
            let old = known.get(&keys(&payload.channels, at));
            old.map_or(f64::NAN, |old| value - old)
        })
        .collect()
}

/// A table of few channels.
fn few(payload: &Payload, before: Option<&Previous>) -> String {
    let mut table = Rows::new(&["", "constant", "#value", "#change"]);
    for (name, values, errors) in members(payload) {
        let changes = before.map(|before| change(payload, name, values, before));
        for (at, value) in values.iter().enumerate() {
            let error = errors.get(at).copied().unwrap_or(0.0);
            let change = changes.as_ref().and_then(|all| all.get(at)).copied();
            table.row(&[
                text(&payload.channel_text(at).unwrap_or_default()),
                text(name),
                text(&number::with_error(*value, error)),
                change
                    .filter(|c| !c.is_nan())
                    .map_or_else(|| "–".into(), |c| number::alone(rounded(c))),
            ]);
        }
    }
    table.html()
}

/// Values along channels with their distribution, and the same of what changed.
fn member(
    payload: &Payload,
    name: &str,
    values: &[f64],
    errors: &[f64],
    before: Option<&Previous>,
) -> String {
    let mut html = pair(payload, name, name, values, errors);
    if let Some(before) = before {
        let changes = change(payload, name, values, before);
        if changes.iter().any(|change| change.is_finite()) {
            let title = format!("new − previous {name}");
            html.push_str(&pair(payload, &title, "change", &changes, &[]));
            html.push_str(&moved(payload, name, &changes));
        }
    }
    html
}

/// The channels that changed most, in a sentence.
fn moved(payload: &Payload, name: &str, changes: &[f64]) -> String {
    let mut order: Vec<usize> = (0..changes.len())
        .filter(|at| changes[*at].is_finite())
        .collect();
    order.sort_by(|a, b| changes[*b].abs().total_cmp(&changes[*a].abs()));
    let finite: Vec<f64> = order.iter().map(|at| changes[*at]).collect();
    let (mean, deviation) = moments(&finite);
    let largest = order.iter().take(5).map(|at| {
        let channel = payload.channel_text(*at).unwrap_or_default();
        format!("{channel} by {}", number::alone(rounded(changes[*at])))
    });
    let largest: Vec<String> = largest.collect();
    note(&format!(
        "{name} changed by {} on average, std. dev. {}. Largest: {}.",
        number::alone(rounded(mean)),
        number::alone(rounded(deviation)),
        largest.join(", ")
    ))
}

fn pair(payload: &Payload, title: &str, axis: &str, values: &[f64], errors: &[f64]) -> String {
    let mut indices = payload.channels.iter();
    let drawing = match (indices.next(), indices.next(), indices.next()) {
        (Some((first, a)), Some((second, b)), None) => {
            let cells = a.iter().zip(b).zip(values);
            map(&Map {
                title: title.to_owned(),
                indices: (first, second),
                value: axis.to_owned(),
                width: 760.0,
                cells: cells.map(|((a, b), value)| (*a, *b, *value)).collect(),
            })
        }
        (Some((name, channels)), None, _) => along(&Along {
            title: title.to_owned(),
            axes: (name, axis),
            channels,
            values,
            errors,
        }),
        _ => {
            let count = i64::try_from(values.len()).unwrap_or(0);
            along(&Along {
                title: title.to_owned(),
                axes: ("position", axis),
                channels: &(0..count).collect::<Vec<_>>(),
                values,
                errors,
            })
        }
    };
    let spread = spread("distribution", axis, values);
    format!(
        "<div class=\"pair\">\n{}{}</div>\n",
        figure("long", &drawing, ""),
        figure("short", &spread, "")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_shown_with_their_values() {
        let of = |names: &[&str]| {
            let values =
                |(at, name): (usize, &&str)| ((*name).to_owned(), vec![f64::from(at as u8)]);
            let payload = Payload {
                members: names.iter().enumerate().map(values).collect(),
                ..Payload::empty("Offsets", "Offsets")
            };
            let told = members(&payload).into_iter();
            let told = told.map(|(name, value, error)| (name.to_owned(), value[0], error.to_vec()));
            told.collect::<Vec<_>>()
        };
        let pair = |name: &str, value: f64, error: f64| vec![(name.to_owned(), value, vec![error])];
        assert_eq!(of(&["offset", "error"]), pair("offset", 0.0, 1.0));
        assert_eq!(of(&["error", "offset"]), pair("offset", 1.0, 0.0));
        assert_eq!(of(&["m_T", "m_TUnc"]), pair("m_T", 0.0, 1.0));
        assert_eq!(of(&["Err", "offset"]), pair("offset", 1.0, 0.0));
        assert_eq!(of(&["offset", "width"]).len(), 2);
        assert_eq!(of(&["error", "uncertainty"]).len(), 2);
        // Whose it is of two nobody knows.
        assert_eq!(of(&["offset", "width", "error"]).len(), 3);
    }
}
