//! One payload: named numbers, per channel or single.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::root::Value;

use super::Error;
use super::root_form::at_event;

/// Constants of one kind: an object of a class, with members that hold one value per channel.
///
/// Without channel indices it is a single object, and each member holds exactly one value.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Its name in the conditions database.
    pub name: String,
    /// Class of the object.
    pub class: String,
    /// Channel indices by name (`crystal`), each with the detector's own numbers; one entry per
    /// channel. Empty for a single object.
    pub channels: IndexMap<String, Vec<i64>>,
    /// Members by name, each with one value per channel, in the order of `channels`.
    pub members: IndexMap<String, Vec<f64>>,
    /// The whole object where rows of numbers do not describe it, or where it was read from a
    /// file; it counts, and `channels` and `members` show what of it can be seen as columns.
    pub object: Option<Value>,
}

impl PartialEq for Payload {
    /// Columns that are equal are the same constants, whatever object they were read from.
    fn eq(&self, other: &Self) -> bool {
        let of_rows = !self.members.is_empty() || !other.members.is_empty();
        (&self.name, &self.class) == (&other.name, &other.class)
            && (&self.channels, &self.members) == (&other.channels, &other.members)
            && (of_rows || self.object == other.object)
    }
}

impl Payload {
    /// A payload without any content yet.
    #[must_use]
    pub fn empty(name: &str, class: &str) -> Self {
        Self {
            name: name.to_owned(),
            class: class.to_owned(),
            channels: IndexMap::new(),
            members: IndexMap::new(),
            object: None,
        }
    }

    /// Number of channels; 1 for a single object.
    #[must_use]
    pub fn len(&self) -> usize {
        self.channels
            .first()
            .map_or(1, |(_, numbers)| numbers.len())
    }

    /// Whether it has no channel at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The object in force for an event of a run: of several that take turns, the one that began last.
    #[must_use]
    pub fn at_event(&self, event: u32) -> Option<&Value> {
        self.object.as_ref().map(|object| at_event(object, event))
    }

    /// The indices of the channel at `position`, joined by commas; `None` for a single object.
    #[must_use]
    pub fn channel_text(&self, position: usize) -> Option<String> {
        if self.channels.is_empty() {
            return None;
        }
        let indices = self.channels.values().map(|numbers| {
            numbers
                .get(position)
                .map_or_else(|| "?".into(), ToString::to_string)
        });
        Some(indices.collect::<Vec<_>>().join(","))
    }

    /// Whether it can be stored: a usable name, members of equal length, each channel once, and
    /// finite values only.
    ///
    /// # Errors
    /// The first of these that does not hold, with member and channel.
    pub fn check(&self) -> Result<(), Error> {
        check_name(&self.name)?;
        if self.object.is_some() {
            return Ok(());
        }
        if self.members.is_empty() {
            return Err(Error::NoMembers {
                payload: self.name.clone(),
            });
        }
        self.check_lengths()?;
        self.check_channels()?;
        self.check_finite()
    }

    fn check_lengths(&self) -> Result<(), Error> {
        let expected = self.len();
        let channels = self.channels.iter().map(|(name, c)| (name, c.len()));
        let members = self.members.iter().map(|(name, m)| (name, m.len()));
        match channels
            .chain(members)
            .find(|(_, found)| *found != expected)
        {
            None => Ok(()),
            Some((column, found)) => Err(Error::Length {
                payload: self.name.clone(),
                column: column.clone(),
                found,
                expected,
            }),
        }
    }

    fn check_channels(&self) -> Result<(), Error> {
        // As most payloads are: each channel behind the last one.
        let numbers = |position: usize| self.channels.values().map(move |all| all.get(position));
        if (1..self.len()).all(|position| numbers(position - 1).lt(numbers(position))) {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        for position in 0..self.len() {
            let Some(channel) = self.channel_text(position) else {
                return Ok(());
            };
            if !seen.insert(channel.clone()) {
                return Err(Error::ChannelTwice {
                    payload: self.name.clone(),
                    channel,
                });
            }
        }
        Ok(())
    }

    fn check_finite(&self) -> Result<(), Error> {
        for (member, values) in &self.members {
            if let Some(position) = values.iter().position(|value| !value.is_finite()) {
                return Err(Error::NotFinite {
                    payload: self.name.clone(),
                    member: member.clone(),
                    channel: self.channel_text(position),
                    value: values[position],
                });
            }
        }
        Ok(())
    }
}

/// Whether `name` may be part of a file name and of a line of the text file.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    if name.is_empty() || !name.chars().all(usable) {
        return Err(Error::Name { name: name.into() });
    }
    Ok(())
}
