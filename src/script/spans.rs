//! From a place to the words that stand there.

use crate::expr::Place;

use super::diagnostic::Label;
use super::{Context, Source};

/// The word, text, number or sign at a place.
pub(super) fn label(context: &Context, place: Place, message: &str) -> Option<Label> {
    let source = context.source(place.source)?;
    let line = line_of(&source, place)?;
    let mut column = place.column.max(1) as usize;
    // The place of a member is its dot; the name behind it says more.
    if line.get(column - 1) == Some(&'.') && line.get(column).is_some_and(|c| is_word(*c)) {
        column += 1;
    }
    let length = token(line.get(column - 1..).unwrap_or(&[]));
    Some(made(&source, place.line, column, length, message))
}

/// The name of a function where it is declared.
pub(super) fn declaration(source: &Source, function: &str, message: &str) -> Option<Label> {
    let place = source.text.lines().enumerate().find_map(|(number, line)| {
        let at = line.find(&format!("fn {function}"))? + 3;
        let after = line[at + function.len()..].trim_start().starts_with('(');
        let before = line[..at - 3].trim();
        (after && (before.is_empty() || before == "private"))
            .then(|| (number + 1, line[..at].chars().count() + 1))
    });
    let (line, column) = place?;
    let line = u32::try_from(line).ok()?;
    Some(made(
        source,
        line,
        column,
        function.chars().count(),
        message,
    ))
}

/// Where a text that broke off would have to go on: the bracket that was left open, or its end.
pub(super) fn end(context: &Context, place: Place) -> Option<Label> {
    let source = context.source(place.source)?;
    let mut open = Vec::new();
    let mut last = (1, 1);
    for (line, column, c) in letters(&source.text) {
        match c {
            '(' | '[' | '{' => open.push((line, column)),
            ')' | ']' | '}' => {
                open.pop();
            }
            _ => {}
        }
        last = (line, column);
    }
    match open.last() {
        Some((line, column)) => Some(made(&source, *line, *column, 1, "opened here")),
        None => Some(made(&source, last.0, last.1, 1, "")),
    }
}

/// The key of a map within the call that begins at a place.
pub(super) fn key_place(context: &Context, call: Place, key: &str) -> Option<Place> {
    let source = context.source(call.source)?;
    let inside: Vec<(u32, usize, char)> = letters(&source.text)
        .skip_while(|(line, column, _)| (*line, *column) < (call.line, call.column as usize))
        .collect();
    let mut depth = 0_u32;
    for (at, (line, column, c)) in inside.iter().enumerate() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return None;
                }
            }
            _ => {}
        }
        let word: String = inside[at..]
            .iter()
            .take(key.chars().count())
            .map(|l| l.2)
            .collect();
        let begins = at == 0 || !is_word(inside[at - 1].2);
        let after = inside[at..].iter().skip(key.chars().count()).map(|l| l.2);
        let mut after = after.skip_while(|c| c.is_whitespace() || *c == '"');
        if depth > 0 && begins && word == key && after.next() == Some(':') {
            let column = u32::try_from(*column).ok()?;
            return Some(Place {
                line: *line,
                column,
                ..call
            });
        }
    }
    None
}

/// The letters of a text with line and column, without comments; quotes are letters like others.
fn letters(text: &str) -> impl Iterator<Item = (u32, usize, char)> {
    let lines = text.lines().zip(1_u32..);
    lines.flat_map(|(line, number)| {
        let code = line.split("//").next().unwrap_or(line);
        code.chars()
            .enumerate()
            .map(move |(column, c)| (number, column + 1, c))
    })
}

/// Whether a place follows a dot: a method or an attribute of a value.
pub(super) fn follows_dot(context: &Context, place: Place) -> bool {
    let before = context.source(place.source).and_then(|source| {
        let line = line_of(&source, place)?;
        let upto = line.get(..(place.column as usize).saturating_sub(1))?;
        upto.iter().rev().find(|c| !c.is_whitespace()).copied()
    });
    before == Some('.')
}

fn made(source: &Source, line: u32, column: usize, length: usize, message: &str) -> Label {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Label {
        file: source.path.clone(),
        line,
        column: number(column),
        length: number(length),
        message: message.to_owned(),
        text: source.text.clone(),
    }
}

fn line_of(source: &Source, place: Place) -> Option<Vec<char>> {
    let number = (place.line as usize).checked_sub(1)?;
    Some(source.text.lines().nth(number)?.chars().collect())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Length of what begins here: at least one, so that something is underlined.
fn token(rest: &[char]) -> usize {
    const SIGNS: [&str; 14] = [
        "**=", "**", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "..=", "..",
    ];
    let Some(first) = rest.first() else {
        return 1;
    };
    if *first == '"' || *first == '`' {
        return quoted(rest);
    }
    if *first == '[' {
        return rest.iter().position(|c| *c == ']').map_or(1, |end| end + 1);
    }
    let word = rest.iter().take_while(|c| is_word(**c)).count();
    if word > 0 {
        return qualified(rest, word);
    }
    let text: String = rest.iter().take(3).collect();
    let sign = SIGNS.iter().find(|sign| text.starts_with(**sign));
    sign.map_or(1, |sign| sign.len())
}

/// A word with what belongs to it: `models::gaussian`, `1.5`.
fn qualified(rest: &[char], word: usize) -> usize {
    let next = |at: usize| rest.get(at).copied().unwrap_or(' ');
    let more = |from: usize| rest[from..].iter().take_while(|c| is_word(**c)).count();
    if next(word) == ':' && next(word + 1) == ':' && is_word(next(word + 2)) {
        return word + 2 + more(word + 2);
    }
    if rest[0].is_ascii_digit() && next(word) == '.' && next(word + 1).is_ascii_digit() {
        return word + 1 + more(word + 1);
    }
    word
}

/// A text up to its end, or to the end of the line.
fn quoted(rest: &[char]) -> usize {
    let mut escaped = false;
    for (at, c) in rest.iter().enumerate().skip(1) {
        if *c == rest[0] && !escaped {
            return at + 1;
        }
        escaped = *c == '\\' && !escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn what_begins_here_is_measured() {
        let length = |text: &str| token(&text.chars().collect::<Vec<_>>());
        assert_eq!(length("offset + 1"), 6);
        assert_eq!(length("models::gaussian()"), 16);
        assert_eq!(length("12.5 + x"), 4);
        assert_eq!(length("1..=8"), 1);
        assert_eq!(length(r#""a \" b", 3"#), 8);
        assert_eq!(length("** 2"), 2);
        assert_eq!(length("[name].x"), 6);
        assert_eq!(length(""), 1);
    }
}
