//! What a server says about its refusal.

use std::fmt;

use serde_json::Value;

/// Characters of an answer that are repeated in a message.
const SHOWN: usize = 200;

/// What a server says about its refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `code` of its explanation.
    pub code: Option<String>,
    /// `reason` of its explanation.
    pub reason: Option<String>,
    /// `message` of its explanation; otherwise the beginning of what it sent.
    pub message: Option<String>,
}

impl Said {
    /// What `body` says: an object with `code`, `reason` and `message`, or anything.
    pub(super) fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let Ok(Value::Object(object)) = serde_json::from_str(&text) else {
            return Self {
                message: shortened(&text),
                ..Self::default()
            };
        };
        let word = |key| match object.get(key)? {
            Value::Null => None,
            Value::String(text) => shortened(text),
            other => shortened(&other.to_string()),
        };
        let said = Self {
            code: word("code"),
            reason: word("reason"),
            message: word("message"),
        };
        if said == Self::default() {
            return Self {
                message: shortened(&text),
                ..said
            };
        }
        said
    }

    /// The same with `change` made to each text.
    pub(super) fn map(self, change: impl Fn(&str) -> String) -> Self {
        let change = |text: Option<String>| text.map(|text| change(&text));
        Self {
            code: change(self.code),
            reason: change(self.reason),
            message: change(self.message),
        }
    }
}

impl fmt::Display for Said {
    /// With a blank in front, so that nothing is left when nothing was said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.reason {
            write!(f, " {reason}")?;
        }
        if let Some(code) = &self.code {
            write!(f, " (code {code})")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

/// The beginning of `text` in one line; `None` when it is empty.
pub(super) fn shortened(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let clean = line.chars().map(|c| if c.is_control() { '·' } else { c });
    let mut short: String = clean.take(SHOWN).collect();
    if line.chars().count() > SHOWN {
        short.push('…');
    }
    (!short.is_empty()).then_some(short)
}
