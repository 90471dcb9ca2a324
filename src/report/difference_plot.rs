//! Two payloads in one drawing: old and new values by channel, and their differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::conditions::Payload;

use super::axis::Axis;
use super::number::alone;
use super::plot::escaped;

/// A payload and what to call it.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// The payload.
    pub payload: &'a Payload,
    /// Where it comes from, in a few words.
    pub label: String,
}

/// Members that are drawn.
const PANELS: usize = 8;
/// From so many channels on points are smaller.
const FEW: usize = 101;
/// Up to so many channels differences have stems.
const STEMS: usize = 400;
/// Marks of channel numbers.
const MARKS: f64 = 10.0;
/// Least distance of two marks.
const APART: f64 = 36.0;
const WIDTH: f64 = 960.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = WIDTH - 24.0;
/// Above the first panel: title and legend.
const HEAD: f64 = 84.0;
/// Name of a member and what is to be said about it.
const CAPTION: f64 = 30.0;
const VALUES: f64 = 210.0;
const BETWEEN: f64 = 16.0;
const STRIP: f64 = 100.0;
/// Below a panel: numbers and title of the axis.
const FOOT: f64 = 62.0;
const PANEL: f64 = CAPTION + VALUES + BETWEEN + STRIP + FOOT;
/// Colours that are told apart by everybody.
const BEFORE: &str = "#0072b2";
const AFTER: &str = "#d55e00";

type Channel = Vec<i64>;

/// An SVG file with a panel for each member: values of both payloads against the channel, and below it their
/// differences. `None` if the payloads do not both have numbers by channel, or share no member.
#[must_use]
pub fn difference_plot(before: &Side, after: &Side) -> Option<String> {
    let (old, new) = (before.payload, after.payload);
    if old.channels.is_empty() || new.channels.is_empty() {
        return None;
    }
    let shared: Vec<&String> = old
        .members
        .keys()
        .filter(|member| new.members.contains_key(*member))
        .collect();
    let drawn = &shared[..shared.len().min(PANELS)];
    if drawn.is_empty() {
        return None;
    }
    let across = Across::new(old, new);
    let height = HEAD + PANEL * drawn.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    head(&mut svg, before, after, drawn.len(), shared.len());
    for (place, member) in drawn.iter().enumerate() {
        let top = HEAD + PANEL * place as f64;
        let values = [old, new].map(|payload| by_channel(payload, member));
        panel(&mut svg, top, member, &values, &across);
    }
    svg += "</svg>\n";
    Some(svg)
}

/// Title and legend.
fn head(svg: &mut String, before: &Side, after: &Side, drawn: usize, all: usize) {
    let payload = after.payload;
    let name = if before.payload.name == payload.name {
        payload.name.clone()
    } else {
        format!("{} and {}", before.payload.name, payload.name)
    };
    let more = if drawn < all {
        format!(", the first {drawn} of {all} members")
    } else {
        String::new()
    };
    let title = escaped(&format!("{name} ({}){more}", payload.class));
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"26\" font-size=\"17\" font-weight=\"bold\">{title}</text>"
    );
    for (row, (word, label, colour, size)) in [
        ("before", &before.label, BEFORE, 4.5),
        ("after", &after.label, AFTER, 2.7),
    ]
    .into_iter()
    .enumerate()
    {
        let y = 48.0 + 19.0 * row as f64;
        let label = escaped(&shortened(label));
        let _ = writeln!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{size}\" fill=\"{colour}\"/><text x=\"{}\" y=\"{y}\">{word}: {label}</text>",
            LEFT + 5.0,
            y - 4.5,
            LEFT + 16.0,
        );
    }
}

/// Values of one member, and the differences below them.
fn panel(
    svg: &mut String,
    top: f64,
    member: &str,
    values: &[BTreeMap<Channel, f64>; 2],
    across: &Across,
) {
    let [old, new] = values;
    let upper = top + CAPTION;
    let middle = upper + VALUES;
    let strip = middle + BETWEEN;
    let bottom = strip + STRIP;
    let differences: BTreeMap<Channel, f64> = old
        .iter()
        .filter_map(|(channel, value)| Some((channel.clone(), new.get(channel)? - value)))
        .collect();
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"bold\">{}</text><text x=\"{RIGHT}\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
        upper - 9.0,
        escaped(member),
        upper - 9.0,
        escaped(&remarks(values, &differences)),
    );
    let both = old.values().chain(new.values()).copied();
    let up = Axis::around(both, middle, upper);
    let zero = std::iter::once(0.0);
    let down = Axis::around(differences.values().copied().chain(zero), bottom, strip);
    frame(svg, &up, upper, middle, member, 5);
    let changed: BTreeMap<Channel, f64> = differences.into_iter().filter(|d| d.1 != 0.0).collect();
    let steps = if changed.is_empty() { 0 } else { 3 };
    frame(svg, &down, strip, bottom, "after − before", steps);
    across.ticks(svg, middle, bottom);
    let line = down.place(0.0);
    let _ = writeln!(
        svg,
        "<path d=\"M{LEFT} {line:.1}H{RIGHT}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>"
    );
    dots(svg, old, across, &up, BEFORE, 9.0);
    dots(svg, new, across, &up, AFTER, 5.4);
    if changed.is_empty() {
        let (x, y) = ((LEFT + RIGHT) / 2.0, line - 8.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"#555\">nothing differs</text>"
        );
    }
    if across.len() <= STEMS {
        let mut path = String::new();
        for (channel, difference) in changed.iter().filter(|d| d.1.is_finite()) {
            let x = across.place(channel);
            let _ = write!(path, "M{x:.1} {line:.1}V{:.1}", down.place(*difference));
        }
        if !path.is_empty() {
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" stroke=\"#222\" stroke-width=\"1\"/>"
            );
        }
    }
    dots(svg, &changed, across, &down, "#222", 5.4);
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        (LEFT + RIGHT) / 2.0,
        bottom + 38.0,
        escaped(&across.title),
    );
}

/// What a reader must know beside the points.
fn remarks(values: &[BTreeMap<Channel, f64>; 2], differences: &BTreeMap<Channel, f64>) -> String {
    let [old, new] = values;
    let changed = differences
        .iter()
        .filter(|(_, difference)| **difference != 0.0);
    let mut text = format!(
        "{} of {} channels differ",
        changed.count(),
        differences.len()
    );
    let finite = differences
        .iter()
        .filter(|(_, difference)| difference.is_finite());
    let largest = finite.fold(
        None,
        |best: Option<(&Channel, f64)>, (channel, one)| match best {
            Some((_, size)) if size.abs() >= one.abs() => best,
            _ => Some((channel, *one)),
        },
    );
    if let Some((channel, size)) = largest.filter(|(_, size)| *size != 0.0) {
        let words: Vec<String> = channel.iter().map(i64::to_string).collect();
        let sign = if size > 0.0 { "+" } else { "" };
        let _ = write!(
            text,
            ", most by {sign}{} in channel {}",
            alone(size),
            words.join(",")
        );
    }
    for (word, own, other) in [("before", old, new), ("after", new, old)] {
        let only = own
            .keys()
            .filter(|channel| !other.contains_key(*channel))
            .count();
        if only > 0 {
            let _ = write!(text, "; {only} only {word}");
        }
    }
    let lost = old
        .values()
        .chain(new.values())
        .filter(|value| !value.is_finite())
        .count();
    if lost > 0 {
        let _ = write!(text, "; {lost} values are not finite and not drawn");
    }
    text
}

/// A frame with round numbers at its left, lines across, and a title at its side.
fn frame(svg: &mut String, axis: &Axis, top: f64, bottom: f64, title: &str, wanted: usize) {
    for (number, text) in axis.ticks(wanted) {
        let y = axis.place(number);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#e6e6e6\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"12\">{text}</text>",
            LEFT - 7.0,
            y + 4.0,
        );
    }
    let (width, height, middle) = (RIGHT - LEFT, bottom - top, (top + bottom) / 2.0);
    let _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#555\"/>\
         <text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        escaped(title),
    );
}

/// Points as one path: thousands of them stay a small file. Points on the same spot are drawn once.
fn dots(
    svg: &mut String,
    values: &BTreeMap<Channel, f64>,
    across: &Across,
    axis: &Axis,
    colour: &str,
    size: f64,
) {
    // Where there are many, they must not hide each other.
    let size = match across.len() {
        FEW.. if across.len() > STEMS => 0.4 * size,
        FEW.. => 0.7 * size,
        _ => size,
    };
    let mut spots = BTreeSet::new();
    let mut path = String::new();
    for (channel, value) in values.iter().filter(|(_, value)| value.is_finite()) {
        let spot = format!("M{:.1} {:.1}h0", across.place(channel), axis.place(*value));
        if spots.insert(spot.clone()) {
            path += &spot;
        }
    }
    if !path.is_empty() {
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{size}\" stroke-linecap=\"round\" fill=\"none\"/>"
        );
    }
}

/// Channels side by side: by their number, or in their order if they have several numbers.
struct Across {
    axis: Axis,
    order: BTreeMap<Channel, usize>,
    title: String,
    single: bool,
}

impl Across {
    fn new(old: &Payload, new: &Payload) -> Self {
        let mut all: BTreeSet<Channel> = BTreeSet::new();
        for payload in [old, new] {
            all.extend((0..payload.len()).map(|row| channel(payload, row)));
        }
        let single = all.iter().all(|channel| channel.len() == 1);
        let names: Vec<&str> = new.channels.keys().map(String::as_str).collect();
        let title = match names.as_slice() {
            [first, rest @ ..] if !single => {
                format!("{first}; within each by {}", rest.join(", "))
            }
            _ => names.join(", "),
        };
        let order: BTreeMap<Channel, usize> = all.into_iter().zip(0..).collect();
        let at = |number: Option<&Channel>| number.map_or(0.0, |number| number[0] as f64);
        let (low, high) = if single {
            let mut channels = order.keys();
            let first = at(channels.next());
            (
                first,
                channels.next_back().map_or(first, |last| at(Some(last))),
            )
        } else {
            (0.0, order.len().saturating_sub(1) as f64)
        };
        let room = 0.5_f64.max(0.01 * (high - low));
        Self {
            axis: Axis::exact(low - room, high + room, LEFT, RIGHT),
            order,
            title,
            single,
        }
    }

    fn len(&self) -> usize {
        self.order.len()
    }

    fn place(&self, channel: &Channel) -> f64 {
        if self.single {
            return self.axis.place(channel[0] as f64);
        }
        let at = self.order.get(channel).copied().unwrap_or_default();
        self.axis.place(at as f64)
    }

    /// Marks at the feet of both frames, numbers below the lower one.
    fn ticks(&self, svg: &mut String, upper: f64, lower: f64) {
        for (x, text) in self.marks() {
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {upper}v-5M{x:.1} {lower}v-5\" stroke=\"#555\"/><text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{text}</text>",
                lower + 17.0,
            );
        }
    }

    /// Round channel numbers; of channels with several numbers the places where the first one changes.
    fn marks(&self) -> Vec<(f64, String)> {
        if self.single {
            // Channels have whole numbers.
            let wanted = self.axis.range().clamp(1.0, MARKS);
            let ticks = self.axis.ticks(wanted as usize).into_iter();
            return ticks
                .map(|(number, text)| (self.axis.place(number), text))
                .collect();
        }
        let mut marks: Vec<(f64, String)> = Vec::new();
        let mut last = None;
        for (channel, at) in &self.order {
            let first = channel.first();
            let x = self.axis.place(*at as f64);
            let is_apart = marks.last().is_none_or(|(other, _)| x - other > APART);
            if first != last && is_apart {
                marks.push((x, first.map(i64::to_string).unwrap_or_default()));
            }
            last = first;
        }
        marks
    }
}

/// The numbers of the channel in a row.
fn channel(payload: &Payload, row: usize) -> Channel {
    payload
        .channels
        .values()
        .map(|numbers| numbers[row])
        .collect()
}

fn by_channel(payload: &Payload, member: &str) -> BTreeMap<Channel, f64> {
    let values = payload.members.get(member).into_iter().flatten();
    values
        .enumerate()
        .map(|(row, value)| (channel(payload, row), *value))
        .collect()
}

/// A label that fits into a line; its end says more than its beginning.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 110;
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count - LONGEST).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(channels: &[i64], values: &[f64]) -> Payload {
        let mut payload = Payload::empty("X", "C<T>");
        payload.channels.insert("cell".into(), channels.to_vec());
        payload.members.insert("m".into(), values.to_vec());
        payload
    }

    fn drawn(before: &Payload, after: &Payload) -> Option<String> {
        let side = |payload| Side {
            payload,
            label: "a & b".into(),
        };
        difference_plot(&side(before), &side(after))
    }

    /// Worked out by hand: seven channels share 844 units from 92 on, channel 4 is in the middle; values from -5
    /// to 5 have a range of 11 on 210 units from 324 upwards.
    #[test]
    fn points_stand_where_they_belong() {
        let before = payload(&[1, 2, 3, 4, 5, 6], &[2.0, 0.25, 0.0, 5.0, 1.0, -4.0]);
        let after = payload(&[2, 3, 4, 5, 6, 7], &[0.5, 0.5, 5.0, 1.0, -5.0, 3.0]);
        let svg = drawn(&before, &after).unwrap();
        let middle = 92.0 + 844.0 / 2.0;
        let five = 324.0 - 10.5 / 11.0 * 210.0;
        assert_eq!(svg.matches(&format!("M{middle:.1} {five:.1}h0")).count(), 2);
        assert!(svg.contains(
            "3 of 5 channels differ, most by -1 in channel 6; 1 only before; 1 only after"
        ));
        assert!(svg.contains("before: a &amp; b") && svg.contains("X (C&lt;T&gt;)"));
    }

    #[test]
    fn only_numbers_by_channel_are_drawn() {
        let one = payload(&[1], &[1.0]);
        let mut single = payload(&[], &[1.0]);
        single.channels.clear();
        assert_eq!(drawn(&one, &single), None);
        let mut other = one.clone();
        other.members = std::iter::once(("n".to_owned(), vec![1.0])).collect();
        assert_eq!(drawn(&one, &other), None);
        // A channel alone has its number below it, and no others.
        let svg = drawn(&payload(&[3], &[1.0]), &payload(&[3], &[2.0])).unwrap();
        let marks = svg
            .matches("text-anchor=\"middle\" font-size=\"12\"")
            .count();
        assert!(
            marks == 1 && svg.contains("font-size=\"12\">3</text>"),
            "{svg}"
        );
        let nothing = payload(&[1], &[f64::NAN]);
        assert!(
            drawn(&nothing, &one)
                .unwrap()
                .contains("1 values are not finite")
        );
        assert!(drawn(&one, &one).unwrap().contains("nothing differs"));
    }
}
