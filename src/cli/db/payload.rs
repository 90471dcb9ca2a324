//! `b2caf db dump` and `b2caf db diff`: what is in payload files, and what differs.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::conditions::{Payload, PayloadFormat, RootForm, payload_name};
use crate::root;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::answer::Answer;
use super::args::{DumpArguments, PayloadDiffArguments};
use super::table::Table;

/// Shows a payload: one row per channel, or one per member, or the object as JSON.
pub(super) fn dump(arguments: &DumpArguments, answer: &Answer) -> Result<Exit, Failure> {
    let payload = read(&arguments.file)?;
    let count = match payload.channels.len() {
        0 => String::new(),
        _ => format!(", {} channels", payload.len()),
    };
    answer.say(&format!("{}, class {}{count}", payload.name, payload.class));
    if payload.members.is_empty() && !answer.json {
        answer.document(&payload.object.as_ref().map_or(Value::Null, value));
        return Ok(Exit::Done);
    }
    answer.show(|| document(&payload), || rows(&payload));
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<Payload, Failure> {
    let unusable = |text: String| {
        Failure::new(Exit::Input, text).hint("b2caf inspect shows what is in any ROOT file")
    };
    let here = |reason: String| unusable(format!("{}: {reason}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| here(error.to_string()))?;
    let name = payload_name(file, &bytes).map_err(unusable)?;
    RootForm.read(&name, bytes).map_err(here)
}

fn rows(payload: &Payload) -> Table {
    let single = payload.channels.is_empty();
    if single {
        let mut table = Table::new(&["member", ">value"]);
        for (member, values) in &payload.members {
            table.row(vec![
                member.clone(),
                values.first().map_or_else(String::new, f64::to_string),
            ]);
        }
        return table;
    }
    let names = payload.channels.keys().chain(payload.members.keys());
    let titles: Vec<String> = names.map(|name| format!(">{name}")).collect();
    let mut table = Table::new(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    for row in 0..payload.len() {
        let numbers = payload
            .channels
            .values()
            .map(|numbers| numbers[row].to_string());
        let values = payload
            .members
            .values()
            .map(|values| values[row].to_string());
        table.row(numbers.chain(values).collect());
    }
    table
}

fn document(payload: &Payload) -> Value {
    if payload.members.is_empty() {
        let object = payload.object.as_ref().map_or(Value::Null, value);
        return json!({ "name": payload.name, "class": payload.class, "object": object });
    }
    let members = payload.members.iter().map(|(name, values)| {
        (
            name.clone(),
            values.iter().map(|value| number(*value)).collect(),
        )
    });
    json!({
        "name": payload.name,
        "class": payload.class,
        "channels": payload.channels,
        "members": members.collect::<Map<_, Value>>(),
    })
}

/// JSON has no numbers that are not finite.
fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else {
        json!(value.to_string())
    }
}

/// An object as JSON.
fn value(object: &root::Value) -> Value {
    use root::Value as Of;
    match object {
        Of::Null => Value::Null,
        Of::Bool(truth) => json!(truth),
        Of::Int(whole) => json!(whole),
        Of::Float(one) => number(*one),
        Of::Text(text) => json!(&**text),
        Of::Ints(all) => json!(all),
        Of::Floats(all) => all.iter().map(|one| number(*one)).collect(),
        Of::List(items) => items.iter().map(value).collect(),
        Of::Map(pairs) => pairs
            .iter()
            .map(|(k, v)| json!([value(k), value(v)]))
            .collect(),
        Of::Object(record) => {
            let members = record.members.iter();
            Value::Object(
                members
                    .map(|(name, of)| (name.to_string(), value(of)))
                    .collect(),
            )
        }
    }
}

/// A number of one of both payloads, by what it is called.
type Numbers = BTreeMap<(String, Vec<i64>), f64>;

/// What one member changed by.
struct Change {
    member: String,
    /// Channel, before, after; the largest change first.
    moved: Vec<(Vec<i64>, f64, f64)>,
    /// Channels in both, in the first only, in the second only.
    counts: [usize; 3],
}

/// Compares two payloads channel by channel.
pub(super) fn diff(arguments: &PayloadDiffArguments, answer: &Answer) -> Result<Exit, Failure> {
    let (before, after) = (read(&arguments.before)?, read(&arguments.after)?);
    if before.members.is_empty() || after.members.is_empty() {
        let equal = document(&before) == document(&after);
        let word = if equal {
            "nothing differs"
        } else {
            "the objects differ; `b2caf db dump` shows each"
        };
        answer.say(word);
        if answer.json {
            answer.document(&json!({ "equal": equal }));
        }
        return Ok(if equal { Exit::Done } else { Exit::REFUSED });
    }
    let named = |payload: &Payload| (payload.name.clone(), payload.class.clone());
    let same_kind = named(&before) == named(&after);
    if !same_kind {
        answer.warn(&format!(
            "{} of class {} is compared with {} of class {}",
            before.name, before.class, after.name, after.class
        ));
    }
    let changes = changes(&before, &after);
    let equal = same_kind
        && changes
            .iter()
            .all(|change| change.moved.is_empty() && change.counts[1..] == [0, 0]);
    answer.show(
        || json!({ "equal": equal, "members": changes.iter().map(|c| told(c, arguments.worst)).collect::<Value>() }),
        || table(&changes, arguments.worst),
    );
    for change in &changes {
        answer.say(&sentence(change));
    }
    Ok(if equal { Exit::Done } else { Exit::REFUSED })
}

fn numbers(payload: &Payload) -> Numbers {
    let channel = |row: usize| {
        payload
            .channels
            .values()
            .map(|numbers| numbers[row])
            .collect::<Vec<_>>()
    };
    let members = payload.members.iter().flat_map(|(member, values)| {
        values
            .iter()
            .enumerate()
            .map(move |(row, value)| ((member.clone(), row), *value))
    });
    members
        .map(|((member, row), value)| ((member, channel(row)), value))
        .collect()
}

fn changes(before: &Payload, after: &Payload) -> Vec<Change> {
    let (first, second) = (numbers(before), numbers(after));
    let mut members: Vec<&String> = before.members.keys().collect();
    members.extend(
        after
            .members
            .keys()
            .filter(|name| !before.members.contains_key(*name)),
    );
    let of = |member: &String| {
        let mut change = Change {
            member: member.clone(),
            moved: Vec::new(),
            counts: [0; 3],
        };
        for ((_, channel), old) in first.iter().filter(|((name, _), _)| name == member) {
            match second.get(&(member.clone(), channel.clone())) {
                Some(new) => {
                    change.counts[0] += 1;
                    if old != new && !(old.is_nan() && new.is_nan()) {
                        change.moved.push((channel.clone(), *old, *new));
                    }
                }
                None => change.counts[1] += 1,
            }
        }
        let only = second
            .keys()
            .filter(|key| key.0 == *member && !first.contains_key(*key));
        change.counts[2] = only.count();
        let size = |(_, old, new): &(Vec<i64>, f64, f64)| (new - old).abs();
        change
            .moved
            .sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.0.cmp(&b.0)));
        change
    };
    members.into_iter().map(of).collect()
}

fn mean(change: &Change) -> f64 {
    let sum: f64 = change.moved.iter().map(|(_, old, new)| new - old).sum();
    let count = u32::try_from(change.counts[0].max(1)).unwrap_or(u32::MAX);
    sum / f64::from(count)
}

fn sentence(change: &Change) -> String {
    let [both, first, second] = change.counts;
    let mut text = match change.moved.as_slice() {
        [] => format!("{}: no difference in {both} channels", change.member),
        [largest, ..] => format!(
            "{}: {} of {both} channels differ, by {} on average and {} at most",
            change.member,
            change.moved.len(),
            short(mean(change)),
            short(largest.2 - largest.1)
        ),
    };
    if first + second > 0 {
        text += &format!("; {first} only in the first file, {second} only in the second");
    }
    text
}

fn short(value: f64) -> String {
    format!("{value:.4e}")
}

fn table(changes: &[Change], worst: usize) -> Table {
    let mut table = Table::new(&["member", ">channel", ">before", ">after", ">change"]);
    for change in changes {
        for (channel, old, new) in change.moved.iter().take(worst) {
            let channel: Vec<String> = channel.iter().map(i64::to_string).collect();
            table.row(vec![
                change.member.clone(),
                channel.join(","),
                old.to_string(),
                new.to_string(),
                short(new - old),
            ]);
        }
    }
    table
}

fn told(change: &Change, worst: usize) -> Value {
    let moved = change.moved.iter().take(worst).map(|(channel, old, new)| {
        json!({ "channel": channel, "before": number(*old), "after": number(*new), "change": number(new - old) })
    });
    json!({
        "member": change.member,
        "channels": change.counts[0],
        "different": change.moved.len(),
        "mean_change": number(mean(change)),
        "only_first": change.counts[1],
        "only_second": change.counts[2],
        "largest": moved.collect::<Value>(),
    })
}
