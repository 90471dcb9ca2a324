//! The iterations: what each found, and how far the constants still moved.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markup::{Rows, note, text, warning};
use super::material::{Done, Material};
use super::spread::rounded;
use crate::caf::PastExecution;
use crate::calibrate::AlgResult;
use crate::calibrate::words::grouped;
use crate::conditions::Payload;
use crate::iov::IoV;
use crate::report::number;

/// Iterations that are listed.
const MOST: usize = 40;

/// The section.
pub(super) fn passes(material: &Material<'_>) -> String {
    let mut html = String::new();
    for one in &material.calibrations {
        let mut described = material.background.calibrations.iter();
        let most = described
            .find(|d| d.name == one.outcome.name)
            .map(|d| d.max_iterations);
        let of = most.map_or_else(String::new, |most| format!(" of {most} at most"));
        let _ = writeln!(
            html,
            "<h3>{}: {}{of}</h3>",
            text(&one.outcome.name),
            one.outcome.iterations
        );
        html.push_str(&of_calibration(material, one));
    }
    match html.is_empty() {
        true => note("Nothing ran."),
        false => html,
    }
}

fn of_calibration(material: &Material<'_>, one: &Done<'_>) -> String {
    let name = &one.outcome.name;
    let numbers = match material.results.iterations(name) {
        Ok(numbers) => numbers,
        Err(why) => return warning(&why),
    };
    let mut table = Rows::new(&[
        "#iteration",
        "algorithm",
        "result",
        "#fits ok",
        "#χ²/ndf median",
        "largest change of the constants",
        "message",
    ]);
    let mut before: Option<Vec<(IoV, Payload)>> = None;
    for number in numbers.iter().take(MOST) {
        let now = material
            .results
            .payloads_in(name, *number)
            .unwrap_or_default();
        let moved = before
            .as_ref()
            .map_or_else(|| "–".into(), |before| largest(before, &now));
        let mut moved = Some(moved);
        for algorithm in &one.outcome.algorithms {
            let executions = material
                .results
                .executions_in(name, &algorithm.name, *number);
            if let Ok(Some(executions)) = executions {
                table.row(&line(
                    *number,
                    &algorithm.name,
                    &executions,
                    &moved.take().unwrap_or_default(),
                ));
            }
        }
        before = Some(now);
    }
    let more = match numbers.len() > MOST {
        true => note(&format!("and {} more", numbers.len() - MOST)),
        false => String::new(),
    };
    match table.is_empty() {
        true => note("No algorithm ran."),
        false => format!("{}{more}", table.html()),
    }
}

fn line(number: u32, algorithm: &str, executions: &[PastExecution], moved: &str) -> [String; 7] {
    let worst = executions
        .iter()
        .map(|e| e.execution.result)
        .max_by_key(|result| *result as u8);
    let result = worst.map_or("nothing to do", AlgResult::word);
    let fits: Vec<_> = executions
        .iter()
        .filter_map(|e| e.execution.fits.as_ref())
        .collect();
    let ok: u64 = fits.iter().map(|fits| fits.ok).sum();
    let all: u64 = fits.iter().map(|fits| fits.channels).sum();
    let mut medians: Vec<f64> = fits
        .iter()
        .filter_map(|fits| fits.chi2_ndf_median)
        .collect();
    medians.sort_by(f64::total_cmp);
    let median = medians.get(medians.len() / 2);
    let mut messages = executions.iter().map(|e| e.execution.message.as_str());
    let message = messages
        .find(|message| !message.is_empty())
        .unwrap_or_default();
    [
        (number + 1).to_string(),
        text(algorithm),
        result.into(),
        match all {
            0 => "–".into(),
            all => format!("{} of {}", grouped(ok), grouped(all)),
        },
        median.map_or_else(|| "–".into(), |median| format!("{median:.2}")),
        text(moved),
        text(message),
    ]
}

/// The member that moved most in each payload, between two iterations.
fn largest(before: &[(IoV, Payload)], now: &[(IoV, Payload)]) -> String {
    let old: BTreeMap<(&str, IoV), &Payload> = before
        .iter()
        .map(|(iov, p)| ((p.name.as_str(), *iov), p))
        .collect();
    let mut found: BTreeMap<&str, (f64, &str, String)> = BTreeMap::new();
    for (iov, payload) in now {
        let Some(old) = old.get(&(payload.name.as_str(), *iov)) else {
            continue;
        };
        for (name, values) in &payload.members {
            let Some(earlier) = old.members.get(name).filter(|e| e.len() == values.len()) else {
                continue;
            };
            for (at, (new, old)) in values.iter().zip(earlier).enumerate() {
                let moved = (new - old).abs();
                let most = found
                    .get(payload.name.as_str())
                    .map_or(0.0, |(most, ..)| *most);
                if moved > most {
                    let channel = payload.channel_text(at).unwrap_or_default();
                    found.insert(&payload.name, (moved, name, channel));
                }
            }
        }
    }
    let words = found.iter().map(|(payload, (moved, member, channel))| {
        let channel = match channel.as_str() {
            "" => String::new(),
            channel => format!(" ({channel})"),
        };
        format!(
            "{payload}.{member}: {}{channel}",
            number::alone(rounded(*moved))
        )
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => "none".into(),
        false => words.join(", "),
    }
}
