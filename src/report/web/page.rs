//! The page as a whole.

use std::fmt::Write as _;

use super::coverage::coverage;
use super::cuts::cuts;
use super::fits::fits;
use super::input::input;
use super::markup::text;
use super::material::Material;
use super::overview::{overview, state};
use super::passes::passes;
use super::payloads::payloads;
use super::script::{script, versions};
use crate::backend::both;
use crate::caf::{Results, State};
use crate::calibrate::words::counted;

const STYLE: &str = include_str!("style.css");

/// The report of a run as one HTML page: no other file, no script and no network is needed to read
/// it. The same results give the same bytes.
///
/// It is well-formed XML too. What cannot be read of the results is told on the page.
#[must_use]
pub fn report(results: &Results) -> String {
    let material = Material::gather(results);
    // The largest one beside all others.
    let (fits, (overview, input, cuts, passes)) = both(
        || fits(&material),
        || {
            (
                overview(&material),
                input(&material),
                cuts(&material),
                passes(&material),
            )
        },
    );
    let sections = [
        ("overview", "Overview", overview),
        ("input", "Input", input),
        ("cuts", "Cut flow", cuts),
        ("fits", "Fits", fits),
        ("iterations", "Iterations", passes),
        ("coverage", "Boundaries and gaps", coverage(&material)),
        ("payloads", "Payloads", payloads(&material)),
        ("script", "Script and settings", script(&material)),
        ("versions", "Versions", versions(&material)),
    ];
    let title = text(&format!("{}: calibration report", material.outcome.name));
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <link rel=\"icon\" href=\"data:,\"/>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}<nav>",
        head(&material)
    );
    for (id, name, _) in &sections {
        let _ = write!(html, "<a href=\"#{id}\">{name}</a> ");
    }
    html.push_str("</nav>\n<main>\n");
    for (id, name, body) in &sections {
        let _ = writeln!(
            html,
            "<section id=\"{id}\">\n<h2>{name}</h2>\n{body}</section>"
        );
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn head(material: &Material<'_>) -> String {
    let outcome = material.outcome;
    let states = [
        State::Completed,
        State::Failed,
        State::NotEnoughData,
        State::Blocked,
    ];
    let mut pills = String::new();
    for one in states {
        let count = outcome.count(one);
        if count > 0 {
            let (word, class) = state(one);
            let _ = write!(pills, "<span class=\"pill {class}\">{count} {word}</span> ");
        }
    }
    let payloads = counted(outcome.payloads().count() as u64, "payload");
    let about = material
        .background
        .settings
        .get("description")
        .and_then(|d| d.as_str());
    let about = about.unwrap_or_default().lines().next().unwrap_or_default();
    let about = match about.is_empty() {
        true => String::new(),
        false => format!("<p>{}</p>\n", text(about)),
    };
    format!(
        "<header>\n<h1>{}</h1>\n{about}<p>{pills}<span class=\"pill\">{}</span></p>\n</header>\n",
        text(&outcome.name),
        text(&payloads)
    )
}
