//! From rows of fits to payloads.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::conditions::{Payload, unfit};
use crate::expr::{Column, Formula, Table, Wanted};

use super::across::Rows;
use super::execution::Ended;
use super::in_force;
use super::words::{counted, listed};
use super::{Declared, Input, PREVIOUS, PayloadRule, Saved, columns_of};

/// Whether a payload says itself what channels get that are not ok: one of its formulas looks
/// at `ok`, or at a column that `combine` made, which is there for every channel. They belong to
/// one closure, so all of them are then asked of every channel.
pub(super) fn decides_itself(rule: &PayloadRule, made: &BTreeSet<String>) -> bool {
    let mut columns = rule
        .members
        .iter()
        .flat_map(|(_, formula)| columns_of(formula));
    columns.any(|(path, _)| path.0.len() == 1 && (path.0[0] == "ok" || made.contains(&path.0[0])))
}

/// Why what a rule makes cannot be an object of its class, as far as it shows before any fit:
/// names of members, and the channels by name with their first and last number.
#[must_use]
pub fn misfit(rule: &PayloadRule, channels: &[(&str, i64, i64)]) -> Option<String> {
    let rows = match channels {
        [] => 1,
        [(_, first, last), ..] => usize::try_from(last - first + 1).unwrap_or(0),
    };
    let numbers =
        |(name, first, last): &(&str, i64, i64)| ((*name).to_owned(), (*first..=*last).collect());
    let zeros = |(member, _): &(String, Formula)| (member.clone(), vec![0.0; rows]);
    let payload = Payload {
        channels: channels.iter().map(numbers).collect(),
        members: rule.members.iter().map(zeros).collect(),
        ..Payload::empty(&rule.name, &rule.class)
    };
    unfit(&payload).map(|error| error.to_string())
}

/// All payloads of an algorithm.
pub(super) fn make_payloads(
    declared: &Declared,
    input: &Input,
    rows: &Rows,
    warnings: &mut Vec<String>,
) -> Result<Vec<Saved>, Ended> {
    declared
        .payloads
        .iter()
        .map(|rule| {
            Maker::new(rule, input, rows)
                .and_then(|maker| maker.payload(warnings))
                .map(|payload| Saved {
                    payload,
                    iov: input.iov,
                })
                .map_err(|ended| ended.or_at(rule.place))
        })
        .collect()
}

/// Makes one payload.
struct Maker<'a> {
    rule: &'a PayloadRule,
    channel_name: &'a str,
    /// Whether the payload says itself what channels get that are not ok.
    decides: bool,
    fits: &'a Table,
    input: &'a Input,
    numbers: &'a [i64],
    ok: &'a [bool],
    previous: Previous,
}

impl<'a> Maker<'a> {
    fn new(rule: &'a PayloadRule, input: &'a Input, rows: &'a Rows) -> Result<Self, Ended> {
        let fits = &rows.table;
        let (Some(Column::Int(numbers)), Some(Column::Bool(ok))) =
            (fits.column("channel"), fits.column("ok"))
        else {
            return Err(Ended::failure("a table of fits has no channel and ok"));
        };
        let first = input.runs.first().copied();
        let payload = match first {
            Some(run) => input.in_force(&rule.name, run)?.map(|(payload, _)| payload),
            None => None,
        };
        Ok(Self {
            rule,
            channel_name: &rows.channel_name,
            decides: decides_itself(rule, &rows.made),
            fits,
            input,
            numbers,
            ok,
            previous: Previous::new(payload),
        })
    }

    fn payload(&self, warnings: &mut Vec<String>) -> Result<Payload, Ended> {
        warnings.extend(self.changing()?);
        let mut members = IndexMap::new();
        for (member, values) in self.formulas(warnings)? {
            members.insert(member, values);
        }
        if !self.decides {
            self.keep_previous(&mut members)?;
        }
        for (member, values) in &members {
            if let Some(position) = values.iter().position(|value| !value.is_finite()) {
                return Err(self.not_finite(member, position, values[position]));
            }
        }
        let mut channels = IndexMap::new();
        if !self.channel_name.is_empty() {
            channels.insert(self.channel_name.to_owned(), self.numbers.to_vec());
        }
        let payload = Payload {
            name: self.rule.name.clone(),
            class: self.rule.class.clone(),
            channels,
            members,
            object: None,
        };
        payload.check()?;
        Ok(payload)
    }

    /// Values of all members; only rows that are ok are asked unless the rule decides itself.
    fn formulas(&self, warnings: &mut Vec<String>) -> Result<Vec<(String, Vec<f64>)>, Ended> {
        let all = self.decides;
        let keep: Vec<bool> = self.ok.iter().map(|ok| *ok || all).collect();
        let rows = self.with_previous()?;
        let rows = match keep.contains(&false) {
            true => Cow::Owned(rows.filtered(&keep)),
            false => rows,
        };
        let mut members = Vec::new();
        for (member, formula) in &self.rule.members {
            let what = format!("payload {}: {member}", self.rule.name);
            let wanted = Wanted::Number;
            let words = (what.as_str(), what.as_str());
            let values = in_force::evaluate(&rows, formula, wanted, words, self.input, warnings)?
                .to_floats()
                .ok_or_else(|| {
                    let name = &self.rule.name;
                    Ended::failure(format!("payload {name}: {member} must be a number"))
                })?;
            let mut values = values.into_iter();
            let spread = keep.iter().map(|kept| {
                let value = if *kept { values.next() } else { None };
                value.unwrap_or(f64::NAN)
            });
            members.push((member.clone(), spread.collect()));
        }
        Ok(members)
    }

    /// Constants that the payload is made with and that change within the runs: those of the
    /// first run count.
    fn changing(&self) -> Result<Vec<String>, Ended> {
        let formulas = || self.rule.members.iter().map(|(_, formula)| formula);
        let mut names: BTreeSet<String> = formulas()
            .flat_map(Formula::lookups)
            .map(|(member, _)| member.payload.to_string())
            .collect();
        let keeps = !self.decides && self.ok.contains(&false);
        let mut columns = formulas().flat_map(columns_of);
        if keeps || columns.any(|(path, _)| path.0[0] == PREVIOUS) {
            names.insert(self.rule.name.clone());
        }
        let mut warnings = Vec::new();
        for name in names {
            if let (Some(run), Some(first)) = (
                in_force::changes(&name, self.input)?,
                self.input.runs.first(),
            ) {
                let own = &self.rule.name;
                warnings.push(format!(
                    "payload {own}: the constants of {name} change within the runs ({run} has others); those of the first run, {first}, are used"
                ));
            }
        }
        Ok(warnings)
    }

    /// The fits with a column `previous.MEMBER` for each constant in force that is named; NaN
    /// for channels that have none.
    fn with_previous(&self) -> Result<Cow<'_, Table>, Ended> {
        let mut table = Cow::Borrowed(self.fits);
        let named: BTreeSet<String> = self
            .rule
            .members
            .iter()
            .flat_map(|(_, formula)| columns_of(formula))
            .filter(|(path, _)| path.0.len() == 2 && path.0[0] == PREVIOUS)
            .map(|(path, _)| path.0[1].clone())
            .collect();
        for member in named {
            let values = self
                .numbers
                .iter()
                .map(|n| self.previous.value(&member, *n));
            let column = Column::Float(values.map(|v| v.unwrap_or(f64::NAN)).collect());
            table
                .to_mut()
                .push(format!("{PREVIOUS}.{member}"), column)
                .map_err(|error| Ended::failure(error.to_string()))?;
        }
        Ok(table)
    }

    /// Gives channels that are not ok the constants in force.
    fn keep_previous(&self, members: &mut IndexMap<String, Vec<f64>>) -> Result<(), Ended> {
        let lost: Vec<usize> = (0..self.ok.len()).filter(|i| !self.ok[*i]).collect();
        let mut missing = Vec::new();
        for position in lost {
            for (member, values) in members.iter_mut() {
                let channel = self.numbers[position];
                match self.previous.value(member, channel) {
                    Some(value) => values[position] = value,
                    None if missing.last() != Some(&channel) => missing.push(channel),
                    None => {}
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(self.no_previous(&missing))
    }

    fn no_previous(&self, missing: &[i64]) -> Ended {
        let name = &self.rule.name;
        let way_out = "say in the payload closure what to write where `ok` is false, \
                       give constants to start from, or ask for less in `enough_data` and `accept`";
        if self.channel_name.is_empty() {
            return Ended::failure(format!(
                "payload {name}: the fit is not ok, and there are no constants in force to keep; {way_out}"
            ));
        }
        let why = self.why(missing[0]);
        Ended::failure(format!(
            "payload {name}: {} not ok and without constants in force to keep: {} ({} {}: {why}); {way_out}",
            counted(missing.len() as u64, self.channel_name),
            listed(missing),
            self.channel_name,
            missing[0],
        ))
    }

    fn not_finite(&self, member: &str, position: usize, value: f64) -> Ended {
        let name = &self.rule.name;
        let channel = self.numbers[position];
        let place = if self.channel_name.is_empty() {
            String::new()
        } else {
            format!(" for {} {channel}", self.channel_name)
        };
        let why = self.why(channel);
        let state = match (self.ok[position], why.is_empty()) {
            (false, false) => format!(", which is not ok: {why}"),
            _ => String::new(),
        };
        let previous =
            self.formula_uses_previous(member) && self.previous.value(member, channel).is_none();
        let hint = if previous {
            "; there is no constant in force for it"
        } else {
            ""
        };
        Ended::failure(format!(
            "payload {name}: the closure gives {value} as {member}{place}{state}{hint}"
        ))
    }

    fn formula_uses_previous(&self, member: &str) -> bool {
        let mut formulas = self.rule.members.iter().filter(|(name, _)| name == member);
        formulas.any(|(_, formula)| {
            let columns = columns_of(formula);
            columns.iter().any(|(path, _)| path.0[0] == PREVIOUS)
        })
    }

    /// Why a channel is not ok.
    fn why(&self, channel: i64) -> String {
        let position = self.numbers.iter().position(|number| *number == channel);
        match (self.fits.column("why"), position) {
            (Some(Column::Text(why)), Some(position)) => why[position].to_string(),
            _ => String::new(),
        }
    }
}

/// The constants in force, by channel.
struct Previous {
    payload: Option<Payload>,
    positions: BTreeMap<i64, usize>,
}

impl Previous {
    fn new(payload: Option<Payload>) -> Self {
        let numbers = payload
            .as_ref()
            .and_then(|payload| payload.channels.first());
        let positions = match numbers {
            Some((_, numbers)) => numbers.iter().copied().zip(0..).collect(),
            // A single object: its one value stands at number 0, as does that of a single fit.
            None => BTreeMap::from([(0, 0)]),
        };
        Self { payload, positions }
    }

    fn value(&self, member: &str, channel: i64) -> Option<f64> {
        let values = self.payload.as_ref()?.members.get(member)?;
        values.get(*self.positions.get(&channel)?).copied()
    }
}
