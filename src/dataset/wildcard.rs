//! `*`, `?`, `[…]` in the parts of a path, and `**` for any number of folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Whether a path holds wildcards.
pub(super) fn has_wildcards(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// All files and folders below `base` that match, in sorted order; `base` itself is taken literally.
pub(super) fn expand(base: &Path, pattern: &Path) -> io::Result<Vec<PathBuf>> {
    let parts: Vec<String> = pattern
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let mut found = Vec::new();
    walk(base.to_path_buf(), &parts, &mut found)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn walk(base: PathBuf, parts: &[String], found: &mut Vec<PathBuf>) -> io::Result<()> {
    let Some((part, rest)) = parts.split_first() else {
        if base.exists() {
            found.push(base);
        }
        return Ok(());
    };
    if part == "**" {
        walk(base.clone(), rest, found)?;
        for entry in entries(&base)? {
            if entry.is_dir() && !entry.is_symlink() {
                walk(entry, parts, found)?;
            }
        }
        return Ok(());
    }
    if !part.contains(['*', '?', '[']) {
        return walk(base.join(part), rest, found);
    }
    for entry in entries(&base)? {
        let name = entry.file_name().map(|name| name.to_string_lossy());
        if name.is_some_and(|name| matches(part, &name)) {
            walk(entry, rest, found)?;
        }
    }
    Ok(())
}

/// What a folder holds; nothing if it is no folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        entries.push(entry?.path());
    }
    Ok(entries)
}

/// Whether one part of a path matches; a name that starts with a dot must be asked for with that dot.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    letters(&pattern, &name)
}

/// Greedy matching that goes back to the last star only, so time grows with the product of the lengths.
fn letters(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match step(&pattern[p..], name[n]) {
            Step::Star => {
                star = Some((p, n));
                p += 1;
            }
            Step::Taken(length) => {
                p += length;
                n += 1;
            }
            Step::Refused => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

enum Step {
    Star,
    Taken(usize),
    Refused,
}

/// What the start of `pattern` does with one letter.
fn step(pattern: &[char], letter: char) -> Step {
    let taken = |yes, length| {
        if yes {
            Step::Taken(length)
        } else {
            Step::Refused
        }
    };
    match pattern.first() {
        None => Step::Refused,
        Some('*') => Step::Star,
        Some('?') => Step::Taken(1),
        Some('[') => match set(pattern, letter) {
            Some((inside, length)) => taken(inside, length),
            None => taken(letter == '[', 1),
        },
        Some(other) => taken(*other == letter, 1),
    }
}

/// Whether `letter` is in the set `[abc]`, `[a-z]` or `[!abc]` that `pattern` starts with, and the set's length.
fn set(pattern: &[char], letter: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = if negated { 2 } else { 1 };
    // A bracket straight after the opening one stands for itself.
    let length = pattern
        .iter()
        .skip(start + 1)
        .position(|other| *other == ']')?;
    let end = start + 1 + length;
    let mut inside = false;
    let mut at = start;
    while at < end {
        if at + 2 < end && pattern[at + 1] == '-' {
            inside |= (pattern[at]..=pattern[at + 2]).contains(&letter);
            at += 3;
        } else {
            inside |= pattern[at] == letter;
            at += 1;
        }
    }
    Some((inside != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("*.root", "a.root", true),
            ("*.root", ".root", false),
            ("*.root", "a.root.bak", false),
            ("f?.root", "f1.root", true),
            ("f?.root", "f12.root", false),
            ("*a*b*", "xxaayyb", true),
            ("*a*b*", "xxbyya", false),
            ("f[0-9][!0-4].root", "f17.root", true),
            ("f[0-9][!0-4].root", "f12.root", false),
            ("f[", "f[", true),
            ("[]]x", "]x", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
