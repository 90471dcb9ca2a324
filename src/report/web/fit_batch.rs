//! Fits of many channels with one model: the worst, all, and maps of what came out.

use std::fmt::Write as _;

use super::facts::{FACTS, FitRow, probability, rows, value};
use super::fit_plot::{Legend, fit_plot};
use super::fit_rows::{Room, groups};
use super::heat::{Map, map};
use super::markup::{figure, fold, note, text};
use crate::backend::map_each;
use crate::calibrate::words::{counted, grouped};
use crate::expr::Table;
use crate::fit::{Picture, Pictures};
use crate::report::number;

/// Fits that are shown without a fold.
const OPEN: usize = 4;
/// Parameters that are drawn as maps, and channels of a map.
const MAPS: (usize, usize) = (3, 60_000);

/// Fits of many channels with one model.
pub(super) struct Batch<'a> {
    /// What a channel is.
    name: String,
    /// The numbers of channels that have several.
    indices: &'a [(String, Vec<i64>)],
    rows: Vec<FitRow>,
    pictures: &'a Pictures,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        name: &str,
        indices: &'a [(String, Vec<i64>)],
        table: &Table,
        pictures: &'a Pictures,
    ) -> Self {
        let names = indices.iter().map(|(name, _)| name.as_str());
        let name = match (indices, name) {
            ([], "") => "fit".to_owned(),
            ([], name) => name.to_owned(),
            _ => names.collect::<Vec<_>>().join(","),
        };
        Self {
            name,
            indices,
            rows: rows(table, indices, &pictures.parameters),
            pictures,
        }
    }

    /// Everything about them; at most `each` are drawn bin by bin.
    pub(super) fn html(&self, each: usize, room: &mut Room) -> String {
        let mut html = self.in_short();
        html.push_str(&self.worst(each, room));
        html.push_str(&self.maps());
        if room.lines < self.rows.len() {
            html.push_str(&note(&format!(
                "The lines of these {} are left out to keep the page small; they are in the JSON file of the algorithm.",
                counted(self.rows.len() as u64, "fit")
            )));
        } else if self.rows.len() > 1 {
            html.push_str("<h4>All fits</h4>\n");
            html.push_str(&note(
                "Of a fit that is ok all five facts hold; a line that is not ok says why.",
            ));
            html.push_str(&groups(&self.rows, self.pictures, &self.name, room));
        }
        html
    }

    /// How many are ok, and why others are not.
    fn in_short(&self) -> String {
        let ok = self.rows.iter().filter(|row| row.ok).count() as u64;
        let mut reasons: Vec<(&str, u64)> = Vec::new();
        for row in self.rows.iter().filter(|row| !row.ok) {
            let why = row.why.split(':').next().unwrap_or_default();
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, count)) => *count += 1,
                None => reasons.push((why, 1)),
            }
        }
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let reasons = reasons.iter().take(6);
        let reasons = reasons.map(|(why, count)| format!(", {} × {why}", grouped(*count)));
        let of = match self.pictures.object.as_str() {
            "" => String::new(),
            object => format!(" of {object}"),
        };
        let all = match self.indices {
            [] => counted(self.rows.len() as u64, &self.name),
            _ => counted(self.rows.len() as u64, "channel"),
        };
        let reasons: String = reasons.collect();
        let model = &self.pictures.model;
        let sentence = format!("{} of {all} ok{reasons}. Model {model}{of}.", grouped(ok));
        format!("<p>{}</p>\n", text(&sentence))
    }

    fn worst(&self, each: usize, room: &mut Room) -> String {
        let count = self.pictures.large.len().min(each).min(room.plots);
        room.plots -= count;
        let drawn = |picture: &Picture| {
            let row = self
                .rows
                .iter()
                .find(|row| row.channel == picture.channel)?;
            let title = match (self.rows.len(), self.pictures.object.as_str()) {
                (1, object) if !object.is_empty() => object.to_owned(),
                _ => format!("{} {}", self.name, row.label),
            };
            Some(plot(picture, row, &title, self.pictures))
        };
        let plots = map_each(&self.pictures.large[..count], drawn);
        let plots: Vec<String> = plots.into_iter().flatten().collect();
        if plots.is_empty() {
            return String::new();
        }
        let title = match self.rows.len() {
            1 => "",
            _ => "<h4>Worst first: what is not ok, then the largest χ²/ndf</h4>\n",
        };
        format!("{title}{}", grids(&plots))
    }

    /// Maps of parameters and quality over channels with two numbers.
    fn maps(&self) -> String {
        let [(first, a), (second, b)] = self.indices else {
            return String::new();
        };
        if self.rows.len() > MAPS.1 {
            return String::new();
        }
        let names = self.pictures.parameters.iter().take(MAPS.0).enumerate();
        let mut columns: Vec<(&str, Vec<f64>)> = names
            .map(|(at, name)| {
                let value = |row: &FitRow| match row.ok {
                    true => row.parameters[at].0,
                    false => f64::NAN,
                };
                (name.as_str(), self.rows.iter().map(value).collect())
            })
            .collect();
        let quality = self.rows.iter().map(|row| row.chi2_ndf);
        columns.push(("χ²/ndf", quality.collect()));
        let drawing = |(name, values): &(&str, Vec<f64>)| {
            let cells = a.iter().zip(b).zip(values);
            let drawing = map(&Map {
                title: (*name).to_owned(),
                indices: (first, second),
                value: (*name).to_owned(),
                width: 520.0,
                cells: cells.map(|((a, b), value)| (*a, *b, *value)).collect(),
            });
            figure("half", &drawing, "")
        };
        let drawings: String = columns.iter().map(drawing).collect();
        format!("<h4>Maps of the fits that are ok</h4>\n<div class=\"grid\">\n{drawings}</div>\n")
    }
}

/// The first few side by side, the others in a fold.
pub(super) fn grids(plots: &[String]) -> String {
    let open = plots.len().min(OPEN);
    let mut html = format!("<div class=\"grid\">\n{}</div>\n", plots[..open].concat());
    if plots.len() > open {
        let rest = plots.len() - open;
        let body = format!("<div class=\"grid\">\n{}</div>\n", plots[open..].concat());
        html.push_str(&fold(&format!("{rest} more of the worst"), false, &body));
    }
    html
}

/// A fit with its parameters and facts.
pub(super) fn plot(picture: &Picture, row: &FitRow, title: &str, pictures: &Pictures) -> String {
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
