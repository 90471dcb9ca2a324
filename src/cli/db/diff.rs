//! `b2caf db diff`: what differs between two payloads.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::{Change, Difference, MemberDifference, Place as At, Reading, difference};
use crate::report::number::alone;
use crate::report::{Side, difference_plot};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::faults::several;
use super::object::{number, plain};
use super::payload_args::{PayloadDiffArguments, SortedBy};
use super::place::Shown;

/// Channels or paths that a sentence names.
const NAMED: usize = 5;

/// Compares two payloads.
pub(super) fn diff(
    store: &Path,
    arguments: &PayloadDiffArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let (before, after) = both(store, arguments)?;
    if arguments.event.is_some() && !before.takes_turns() && !after.takes_turns() {
        return Err(after.no_turns());
    }
    let before = before.at_event(arguments.event);
    let after = after.at_event(arguments.event);
    let found = difference(&before.payload, &after.payload);
    if let Some(file) = &arguments.plot {
        draw(file, &found, &before, &after)?;
    }
    let named = |shown: &Shown| (shown.payload.name.clone(), shown.payload.class.clone());
    let same_kind = named(&before) == named(&after);
    let equal = same_kind && found.is_empty();
    if answer.json {
        let members = found.members.iter().map(|m| told(m, arguments));
        answer.document(&json!({
            "equal": equal,
            "before": before.document(),
            "after": after.document(),
            "by": if found.by_channel { "channel" } else { "path" },
            "members": members.collect::<Value>(),
        }));
    } else {
        answer.say(&format!("before: {}", before.header()));
        answer.say(&format!("after:  {}", after.header()));
        if !same_kind {
            answer.warn(&format!(
                "{} of class {} is compared with {} of class {}",
                before.payload.name, before.payload.class, after.payload.name, after.payload.class
            ));
        }
        if found
            .members
            .iter()
            .any(|member| !member.changes.is_empty())
        {
            answer.show(|| Value::Null, || table(&found, arguments));
        }
        for sentence in sentences(&found) {
            answer.say(&sentence);
        }
    }
    if let Some(file) = &arguments.plot {
        answer.say(&format!("drawn: {}", file.display()));
    }
    Ok(if equal { Exit::Done } else { Exit::REFUSED })
}

/// The two payloads that are meant.
fn both(store: &Path, arguments: &PayloadDiffArguments) -> Result<(Shown, Shown), Failure> {
    if let Some(after) = &arguments.after {
        let before = Shown::of_file(&arguments.before)?;
        return Ok((before, Shown::of_file(after)?));
    }
    let (Some(run), Some(from)) = (arguments.run, &arguments.from) else {
        let text = "say where the payload is: --run EXP,RUN and --from PLACE";
        return Err(Failure::new(Exit::Usage, "usage::missing", text));
    };
    let (to, to_run) = match (&arguments.to, arguments.to_run) {
        (None, None) => {
            let failure = Failure::new(
                Exit::Usage,
                "usage::missing",
                "there is nothing to compare with",
            );
            return Err(failure.hint(
                "add --to PLACE for another testing store or tag:NAME, or --to-run EXP,RUN for another run",
            ));
        }
        (to, to_run) => (to.as_ref().unwrap_or(from), to_run.unwrap_or(run)),
    };
    let name = arguments.before.to_string_lossy();
    let before = Shown::in_force(store, from, &name, run)?;
    Ok((before, Shown::in_force(store, to, &name, to_run)?))
}

fn draw(file: &Path, found: &Difference, before: &Shown, after: &Shown) -> Result<(), Failure> {
    let side = |shown: &Shown| shown.short();
    let drawn = found.by_channel.then(|| {
        let before = Side {
            payload: &before.payload,
            label: side(before),
        };
        let after = Side {
            payload: &after.payload,
            label: side(after),
        };
        difference_plot(&before, &after)
    });
    let Some(text) = drawn.flatten() else {
        let text = format!(
            "{} cannot be drawn: it is not one number per channel",
            before.payload.name
        );
        return Err(Failure::new(Exit::Usage, "db::not-drawn", text).hint("leave out --plot"));
    };
    std::fs::write(file, text).map_err(|error| {
        let text = format!("could not write {}: {error}", file.display());
        Failure::new(Exit::Usage, "output::write", text).hint("name another file with --plot")
    })
}

fn sorted(member: &MemberDifference, by: SortedBy) -> Vec<&Change> {
    match by {
        SortedBy::Change => member.by_size(),
        SortedBy::Relative => member.by_relative_size(),
    }
}

fn table(found: &Difference, arguments: &PayloadDiffArguments) -> Table {
    let first: &[&str] = if found.by_channel {
        &["member", ">channel"]
    } else {
        &["value"]
    };
    let titles = [first, &[">before", ">after", ">change", ">relative"]].concat();
    let mut table = Table::new(&titles);
    for member in &found.members {
        for change in sorted(member, arguments.by)
            .into_iter()
            .take(arguments.worst)
        {
            let mut cells = vec![change.place.to_string()];
            if found.by_channel {
                cells.insert(0, member.member.clone());
            }
            cells.extend([
                text(&change.before),
                text(&change.after),
                change.size().map_or_else(none, short),
                change.relative_size().map_or_else(none, percent),
            ]);
            table.row(cells);
        }
    }
    table
}

fn text(reading: &Reading) -> String {
    match reading {
        Reading::Number(number) => plain(*number),
        Reading::Whole(whole) => whole.to_string(),
        Reading::Word(word) => word.clone(),
    }
}

fn none() -> String {
    "–".into()
}

/// A difference, which nobody needs to all digits.
fn short(value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", alone(value))
}

fn percent(part: f64) -> String {
    format!("{} %", short(100.0 * part))
}

/// What differs: one sentence for each member with a difference, and one for all others.
fn sentences(found: &Difference) -> Vec<String> {
    if found.is_empty() {
        return vec!["nothing differs".into()];
    }
    let (same, other): (Vec<_>, Vec<_>) = found.members.iter().partition(|m| m.is_empty());
    if found.by_channel {
        let mut all: Vec<String> = other.into_iter().map(|m| sentence(m, "channel")).collect();
        let names: Vec<&str> = same.iter().map(|member| member.member.as_str()).collect();
        if !names.is_empty() {
            all.push(format!("{}: nothing differs", names.join(", ")));
        }
        return all;
    }
    // Of a value alone the table says everything.
    let changed = other.iter().filter(|member| !member.changes.is_empty());
    let (single, groups): (Vec<_>, Vec<_>) = changed.partition(|member| member.shared == 1);
    let mut all: Vec<String> = groups.into_iter().map(|m| sentence(m, "value")).collect();
    if !single.is_empty() {
        let word = if single.len() == 1 {
            "differs"
        } else {
            "differ"
        };
        let count = several(single.len(), "single value");
        all.push(format!("{count} {word}"));
    }
    for (side, places) in [
        ("before", places(&other, |member| &member.only_before)),
        ("after", places(&other, |member| &member.only_after)),
    ] {
        if !places.is_empty() {
            let count = several(places.len(), "value");
            all.push(format!("only {side}: {count}{}", named(&places)));
        }
    }
    if !same.is_empty() {
        all.push(format!(
            "{}: nothing differs",
            several(same.len(), "other member")
        ));
    }
    all
}

fn places<'a>(
    members: &[&'a MemberDifference],
    of: impl Fn(&'a MemberDifference) -> &'a Vec<At>,
) -> Vec<&'a At> {
    members.iter().flat_map(|member| of(member)).collect()
}

/// The first of some places, in brackets; nothing where they have no names.
fn named(places: &[&At]) -> String {
    let names = places.iter().take(NAMED).map(|place| place.to_string());
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    let more = if places.len() > NAMED { " …" } else { "" };
    if names.is_empty() {
        return String::new();
    }
    format!(" ({}{more})", names.join(" "))
}

fn sentence(member: &MemberDifference, kind: &str) -> String {
    let (name, shared) = (&member.member, member.shared);
    let single = member
        .changes
        .iter()
        .any(|change| change.place == At::Channel(Vec::new()));
    let mut text = match member.changes.len() {
        0 if shared == 0 => format!("{name}: on one side only"),
        0 => format!("{name}: nothing differs in the {shared} {kind}s of both"),
        _ if single => format!("{name}: differs"),
        count => format!("{name}: {count} of {shared} {kind}s differ"),
    };
    let at = |change: &Change| match kind {
        _ if single => String::new(),
        "channel" => format!(" in channel {}", change.place),
        _ => format!(" at {}", change.place),
    };
    if let (Some(mean), false) = (member.mean(), single || member.changes.is_empty()) {
        text += &format!(", by {} on average", short(mean));
    }
    if let Some((largest, size)) = member.largest().and_then(|c| Some((c, c.size()?))) {
        text += &format!("; the largest change is {}{}", short(size), at(largest));
    }
    let relative = member.largest_relative();
    if let Some((largest, part)) = relative.and_then(|c| Some((c, c.relative_size()?))) {
        text += &format!(", relatively {}{}", percent(part), at(largest));
    }
    if member.without_size() > 0 && kind == "channel" {
        let count = member.without_size();
        text += &format!("; {count} are not finite on one side");
    }
    if kind != "channel" {
        return text;
    }
    for (side, places) in [
        ("before", &member.only_before),
        ("after", &member.only_after),
    ] {
        if !places.is_empty() {
            let names = named(&places.iter().collect::<Vec<_>>());
            text += &format!("; only {side}: {}{names}", several(places.len(), kind));
        }
    }
    text
}

fn told(member: &MemberDifference, arguments: &PayloadDiffArguments) -> Value {
    let changes = sorted(member, arguments.by).into_iter();
    let changes = changes.take(arguments.worst).map(change_document);
    let optional = |change: Option<&Change>| change.map_or(Value::Null, change_document);
    json!({
        "member": member.member,
        "shared": member.shared,
        "different": member.changes.len(),
        "without_size": member.without_size(),
        "mean_change": member.mean().map_or(Value::Null, number),
        "largest_change": optional(member.largest()),
        "largest_relative_change": optional(member.largest_relative()),
        "only_before": member.only_before.iter().map(place).collect::<Value>(),
        "only_after": member.only_after.iter().map(place).collect::<Value>(),
        "changes": changes.collect::<Value>(),
    })
}

fn place(at: &At) -> Value {
    match at {
        At::Channel(numbers) => json!(numbers),
        At::Path(path) => json!(path),
    }
}

fn change_document(change: &Change) -> Value {
    let reading = |reading: &Reading| match reading {
        Reading::Number(value) => number(*value),
        Reading::Whole(whole) => json!(whole),
        Reading::Word(word) => json!(word),
    };
    json!({
        "at": place(&change.place),
        "before": reading(&change.before),
        "after": reading(&change.after),
        "change": change.size(),
        "relative": change.relative_size(),
    })
}
