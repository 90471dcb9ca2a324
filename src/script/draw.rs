//! Diagnostics drawn with their source lines.

use codespan_reporting::diagnostic::{
    Diagnostic as Drawn, Label as DrawnLabel, Severity as DrawnSeverity,
};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, Config};

use super::diagnostic::{Diagnostic, Label, Severity};

/// The text of a diagnostic: place, reason, way out; in colours if wanted.
#[must_use]
pub fn draw(diagnostic: &Diagnostic, colour: bool) -> String {
    let mut files = SimpleFiles::new();
    let mut labels = Vec::new();
    for (number, label) in diagnostic.labels.iter().enumerate() {
        let id = files.add(label.file.display().to_string(), label.text.to_string());
        let range = range(label);
        let drawn = if number == 0 {
            DrawnLabel::primary(id, range)
        } else {
            DrawnLabel::secondary(id, range)
        };
        labels.push(drawn.with_message(&label.message));
    }
    let mut notes: Vec<String> = diagnostic
        .notes
        .iter()
        .map(|note| format!("note: {note}"))
        .collect();
    notes.extend(diagnostic.hints.iter().map(|hint| format!("hint: {hint}")));
    for frame in diagnostic.trace.iter().rev() {
        let place = format!("{}:{}:{}", frame.file.display(), frame.line, frame.column);
        notes.push(format!("in {}, called at {place}", frame.function));
    }
    let severity = match diagnostic.severity {
        Severity::Info => DrawnSeverity::Note,
        Severity::Warning => DrawnSeverity::Warning,
        Severity::Error => DrawnSeverity::Error,
    };
    if diagnostic.severity == Severity::Info {
        return format!("info: {}\n", diagnostic.message);
    }
    let drawn = Drawn::new(severity)
        .with_code(&diagnostic.code)
        .with_message(&diagnostic.message)
        .with_labels(labels)
        .with_notes(notes);
    let config = Config::default();
    let emitted = if colour {
        let mut buffer = term::termcolor::Buffer::ansi();
        let done = term::emit_to_write_style(&mut buffer, &config, &files, &drawn);
        done.map(|()| String::from_utf8_lossy(buffer.as_slice()).into_owned())
    } else {
        let mut text = String::new();
        term::emit_to_string(&mut text, &config, &files, &drawn).map(|()| text)
    };
    emitted.unwrap_or_else(|_| format!("{}\n", diagnostic.message))
}

/// The bytes of a label in its text.
fn range(label: &Label) -> std::ops::Range<usize> {
    let mut start = 0;
    for (number, line) in label.text.split_inclusive('\n').enumerate() {
        if number + 1 == label.line as usize {
            let bytes = |count: usize| {
                line.char_indices()
                    .nth(count)
                    .map_or(line.trim_end().len(), |(at, _)| at)
            };
            let from = bytes(label.column.saturating_sub(1) as usize);
            let to = bytes((label.column.saturating_sub(1) + label.length) as usize);
            return start + from..start + to.max(from);
        }
        start += line.len();
    }
    start..start
}
