//! Few constants that change from interval to interval.

use super::markup::{Rows, figure, note, text};
use super::overview::{change, interval, members};
use super::spread::rounded;
use crate::caf::Previous;
use crate::calibrate::{AxisTitle, Places, Plot, Series};
use crate::conditions::Payload;
use crate::iov::IoV;
use crate::report::number;
use crate::report::plot::plot_svg;

/// Constants that are drawn, and rows of the table.
const MOST: (usize, usize) = (4, 300);

/// Constants along the runs in which they begin, and all of them in a table.
pub(super) fn trend(name: &str, all: &[(IoV, Payload)], previous: &[Previous]) -> String {
    let mut table = Rows::new(&["valid", "", "constant", "#value", "#change"]);
    for (iov, payload) in all {
        let mut before = previous.iter();
        let before = before.find(|one| one.name == name && one.run == iov.low());
        for (member, values, errors) in members(payload) {
            let changes = before.map(|before| change(payload, member, values, before));
            for (at, value) in values.iter().enumerate() {
                let error = errors.get(at).copied().unwrap_or(0.0);
                let change = changes.as_ref().and_then(|all| all.get(at)).copied();
                let change = change.filter(|change| !change.is_nan());
                table.row(&[
                    text(&interval(iov)),
                    text(&payload.channel_text(at).unwrap_or_default()),
                    text(member),
                    text(&number::with_error(*value, error)),
                    change.map_or_else(|| "–".into(), |change| number::alone(rounded(change))),
                ]);
                if table.len() == MOST.1 {
                    let more = note("The table ends here; all payloads are in outputdb.");
                    return format!("{}{}{more}", drawings(all), table.html());
                }
            }
        }
    }
    format!("{}{}", drawings(all), table.html())
}

fn drawings(all: &[(IoV, Payload)]) -> String {
    let Some((_, first)) = all.first() else {
        return String::new();
    };
    let names: Vec<(String, usize)> = members(first)
        .into_iter()
        .flat_map(|(member, values, _)| (0..values.len()).map(move |at| (member.to_owned(), at)))
        .take(MOST.0)
        .collect();
    let one = |(member, at): &(String, usize)| {
        let mut points = (Vec::new(), Vec::new(), Vec::new());
        for (iov, payload) in all {
            let found = members(payload)
                .into_iter()
                .find(|(name, ..)| name == member);
            if let Some((_, values, errors)) = found
                && let Some(value) = values.get(*at)
            {
                points.0.push(iov.low());
                points.1.push(*value);
                points.2.push(errors.get(*at).copied().unwrap_or(0.0));
            }
        }
        let title = match first.channel_text(*at) {
            Some(channel) => format!("{member} of {channel}"),
            None => member.clone(),
        };
        let plot = Plot {
            title,
            x: AxisTitle {
                title: "first run".into(),
                unit: String::new(),
            },
            y: AxisTitle {
                title: member.clone(),
                unit: String::new(),
            },
            series: vec![Series::Points {
                x: Places::Runs(points.0),
                y: points.1,
                errors: points.2,
            }],
        };
        figure("half", &plot_svg(&plot), "")
    };
    let drawn: String = names.iter().map(one).collect();
    format!("<div class=\"grid\">\n{drawn}</div>\n")
}
