//! Where things stand in a line: a word of nine columns, a name, facts, and a time at the end.

use super::{Accent, Style};

/// Columns of a whole line.
pub(super) const WIDTH: usize = 92;
/// Columns of the word at the beginning.
const WORD: usize = 9;
/// Columns of the name after it.
const NAME: usize = 22;

/// `text` with blanks up to `width` visible columns.
fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// A line with a word at the right of its columns: `  Collect  …`.
pub(super) fn line(word: &str, accent: Accent, rest: &str, style: &dyn Style) -> String {
    let indent = " ".repeat(WORD.saturating_sub(word.chars().count()));
    let word = if word.is_empty() {
        String::new()
    } else {
        style.paint(accent, word)
    };
    format!("{indent}{word}  {rest}").trim_end().to_owned()
}

/// A name and facts about it.
pub(super) fn named(name: &str, facts: &str) -> String {
    format!("{} {facts}", padded(name, NAME))
}

/// The same with a time at the right end of the line, if there is one.
pub(super) fn timed(rest: &str, time: Option<&str>, style: &dyn Style) -> String {
    let Some(time) = time else {
        return rest.to_owned();
    };
    let room = WIDTH - WORD - 2;
    let width = room.saturating_sub(time.chars().count() + 1);
    format!("{} {}", padded(rest, width), style.paint(Accent::Dim, time))
}
