//! What a new calibration may be called.

use super::super::exit::Exit;
use super::super::failure::Failure;

/// Letters that a name may have at most: more do not fit into a line of the screen.
const MOST: usize = 40;

/// A name that can be that of a folder, a script, a calibration and, in another spelling, a payload.
pub(super) struct Name(String);

impl Name {
    /// Checks a name as it was given.
    pub(super) fn new(given: &str) -> Result<Self, Failure> {
        let refused = |why: &str| {
            let message = format!("`{given}` cannot be the name of a calibration: {why}");
            Failure::new(Exit::Usage, "new::name", message)
        };
        if let Some((folder, name)) = given.rsplit_once('/').filter(|(_, name)| !name.is_empty()) {
            let hint = format!("the folder is made where you are: cd {folder} && b2caf new {name}");
            return Err(refused("it is a path").hint(hint));
        }
        let why = if given.is_empty() {
            "it is empty"
        } else if !given.starts_with(|c: char| c.is_ascii_alphabetic()) {
            "it does not begin with a letter"
        } else if given.contains(|c: char| !is_usable(c)) {
            "it has other signs than letters, digits and `_`"
        } else if given.len() > MOST {
            "it is too long"
        } else {
            return Ok(Self(given.to_owned()));
        };
        Err(refused(why).hint(advice(given)))
    }

    /// As it was given.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As payloads are spelt: `channel_time` as `ChannelTime`.
    pub(super) fn camel(&self) -> String {
        let parts = self.0.split('_').filter(|part| !part.is_empty());
        parts.map(capital).collect()
    }
}

fn is_usable(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A usable name that is like the one given.
fn advice(given: &str) -> String {
    let usable = given.replace(|c: char| !is_usable(c), "_");
    let usable = usable.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let usable: String = usable.trim_end_matches('_').chars().take(MOST).collect();
    match usable.is_empty() {
        true => "choose one like `channel_time`".to_owned(),
        false => format!("how about `{usable}`?"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::terminal::Terminal;
    use super::*;

    fn said(given: &str) -> String {
        let terminal = Terminal {
            colour: false,
            live: false,
            quiet: false,
        };
        match Name::new(given) {
            Ok(name) => name.camel(),
            Err(failure) => failure.text(terminal),
        }
    }

    #[test]
    fn names_are_good_or_refused_with_a_better_one() {
        for (given, expected) in [
            ("demo", "Demo"),
            ("channel_time", "ChannelTime"),
            ("t0_", "T0"),
            ("channel-time!", "how about `channel_time`?"),
            ("2nd", "how about `nd`?"),
            ("", "choose one like `channel_time`"),
            ("work/demo", "cd work && b2caf new demo"),
            ("/", "choose one like `channel_time`"),
            ("..", "choose one like `channel_time`"),
            ("zeitlücke", "how about `zeitl_cke`?"),
        ] {
            let found = said(given);
            assert!(found.contains(expected), "{given}: {found}");
        }
        assert!(said(&"x".repeat(41)).contains("too long"));
    }
}
