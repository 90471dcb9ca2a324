//! Maps of what was collected for channels with two indices.

use std::fmt::Write as _;

use super::heat::{Map, map};
use super::markup::{figure, note, text, warning};
use super::material::Material;
use crate::calibrate::Objects as _;
use crate::hist::{Block, ChannelRange};

/// Maps on a page.
const MOST: usize = 12;
/// Channels of a map.
const CHANNELS: usize = 60_000;

/// The maps under a heading of their own; empty if no object has two indices.
pub(super) fn maps(material: &Material<'_>) -> String {
    let mut html = String::new();
    let mut room = MOST;
    for described in &material.background.calibrations {
        let objects = described
            .collections
            .iter()
            .flat_map(|sample| &sample.objects);
        let two: Vec<&str> = objects
            .filter(|object| object.channels.len() == 2)
            .map(|object| object.name.as_str())
            .collect();
        if two.is_empty() {
            continue;
        }
        let past = match material.results.objects(&described.name) {
            Ok(past) => past,
            Err(why) => {
                html.push_str(&warning(&why));
                continue;
            }
        };
        let runs = past.runs();
        for name in two {
            match past.block(name, &runs) {
                Ok(Some(block)) => {
                    html.push_str(&of_object(&described.name, name, &block, &mut room))
                }
                Ok(None) => {}
                Err(why) => html.push_str(&warning(&why)),
            }
        }
    }
    match html.is_empty() {
        true => html,
        false => format!("<h3>Maps of channels</h3>\n{html}"),
    }
}

fn of_object(calibration: &str, name: &str, block: &Block, room: &mut usize) -> String {
    let mut html = String::new();
    let Some((ranges, columns)) = columns(block) else {
        return html;
    };
    let [first, second] = ranges else {
        return html;
    };
    let channels = columns.first().map_or(0, |(_, cells)| cells.len());
    if *room == 0 || channels > CHANNELS {
        let _ = write!(
            html,
            "{}",
            note(&format!("{name} is not drawn, to keep the page small."))
        );
        return html;
    }
    for (value, cells) in columns {
        if *room == 0 {
            break;
        }
        *room -= 1;
        let drawing = map(&Map {
            title: format!("{name}: {value}"),
            indices: (&first.name, &second.name),
            value: value.to_owned(),
            width: 520.0,
            cells,
        });
        let about = text(&format!("{calibration}, all runs"));
        html.push_str(&figure("half", &drawing, &about));
    }
    format!("<div class=\"grid\">\n{html}</div>\n")
}

/// Both numbers of each channel, and a value.
type Cells = Vec<(i64, i64, f64)>;

/// What can be seen of an object, by name.
type Views = Vec<(&'static str, Cells)>;

/// What can be seen of an object, each with a value for each of its channels that was filled.
fn columns(block: &Block) -> Option<(&[ChannelRange], Views)> {
    let cells = |all: Vec<(Vec<i64>, f64)>| -> Cells {
        let pair = |(numbers, value): (Vec<i64>, f64)| match numbers.as_slice() {
            [first, second] => Some((*first, *second, value)),
            _ => None,
        };
        all.into_iter().filter_map(pair).collect()
    };
    #[expect(clippy::cast_precision_loss, reason = "for a colour")]
    let found = match block {
        Block::Counts(counts) => {
            let entries = |number: Vec<i64>| {
                let count: u64 = counts.cells_of(&number)?.iter().sum();
                Some((number, count as f64))
            };
            let mean = |number: Vec<i64>| Some((counts.histogram(&number)?.mean(), number));
            let filled = counts.filled();
            let means = filled.iter().cloned().filter_map(mean);
            let means: Vec<_> = means.map(|(mean, number)| (number, mean)).collect();
            let entries = filled.into_iter().filter_map(entries).collect();
            let mut found = vec![("entries", cells(entries))];
            if !means.is_empty() {
                found.push(("mean", cells(means)));
            }
            (counts.ranges(), found)
        }
        Block::Profile(profile) => {
            let all = profile.filled().into_iter();
            let entries = all.filter_map(|n| Some((profile.cells_of(&n)?, n)));
            let entries = entries.map(|(all, n)| {
                let count: u64 = all.iter().map(|(count, ..)| count).sum();
                (n, count as f64)
            });
            (
                profile.ranges(),
                vec![("entries", cells(entries.collect()))],
            )
        }
        Block::Efficiency(block) => {
            let all = block.filled().into_iter();
            let parts = all.map(|(n, one)| (n, one.value()));
            (block.ranges(), vec![("efficiency", cells(parts.collect()))])
        }
        Block::Sum(block) => {
            let all = block.filled().into_iter();
            let sums = all.map(|(n, one)| (n, one.total.value()));
            (block.ranges(), vec![("sum", cells(sums.collect()))])
        }
        Block::Equations(_) => return None,
    };
    Some(found)
}
