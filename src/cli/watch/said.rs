//! What is said of a round, to people and to programs.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::report::{Accent, Style, number};

use super::super::exit::Exit;
use super::super::terminal::{Terminal, to_stderr, to_stdout};
use super::moves::Moved;
use super::round::{Done, Round, Stage};

/// What is said before the first round.
pub(super) fn greet(script: &Path, address: Option<&str>, keys: bool, terminal: Terminal) {
    let mut text = format!("Watching {} and everything it reads", script.display());
    if let Some(address) = address {
        let _ = write!(
            text,
            "; the report is at {}",
            terminal.paint(Accent::Name, address)
        );
    }
    text.push('\n');
    if keys {
        text += &terminal.paint(
            Accent::Dim,
            "r run all again   o open the report   q quit\n",
        );
    }
    say(&text, terminal);
}

fn say(text: &str, terminal: Terminal) {
    if !terminal.quiet {
        to_stderr(text);
    }
}

/// A sentence about something else.
pub(super) fn sentence(text: &str, terminal: Terminal) {
    say(&format!("{text}\n"), terminal);
}

/// That a round begins, and why.
pub(super) fn begins(changed: &[PathBuf], terminal: Terminal) {
    if changed.is_empty() {
        return;
    }
    let mut names: Vec<String> = changed.iter().take(3).map(|path| name(path)).collect();
    if changed.len() > names.len() {
        names.push(format!("{} more", changed.len() - names.len()));
    }
    let line = format!("{} changed\n", names.join(", "));
    say(
        &format!("\n{}", terminal.paint(Accent::Dim, &line)),
        terminal,
    );
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A round that has ended, as text and perhaps as a line of JSON.
pub(super) fn ended(round: &Round, changed: &[PathBuf], as_json: bool, terminal: Terminal) {
    match &round.result {
        Ok(done) => say(&text(done, round.took, terminal), terminal),
        Err(failure) => {
            to_stderr(&failure.text(terminal));
            say("the last good results stay\n", terminal);
        }
    }
    if as_json {
        let line = match &round.result {
            Ok(done) => json!({
                "event": "round",
                "changed": changed,
                "exit": done.exit as i32,
                "stages": done.stages,
                "moved": done.moved,
                "report": done.page,
                "took_ms": round.took.as_millis() as u64,
            }),
            Err(failure) => json!({
                "event": "round",
                "changed": changed,
                "exit": failure.exit() as i32,
                "error": failure.text(terminal),
                "took_ms": round.took.as_millis() as u64,
            }),
        };
        to_stdout(&format!("{line}\n"));
    }
}

fn text(done: &Done, took: Duration, terminal: Terminal) -> String {
    let mut text = String::new();
    let several = done
        .stages
        .windows(2)
        .any(|w| w[0].calibration != w[1].calibration);
    for stage in &done.stages {
        text += &stage_line(stage, several, terminal);
    }
    for moved in &done.moved {
        text += &moved_lines(moved, terminal);
    }
    text += &done.problems;
    let accent = match done.exit {
        Exit::Done => Accent::Done,
        _ => Accent::Failed,
    };
    let (verdict, stays) = match done.exit {
        Exit::Done => ("Ready", ""),
        Exit::NotEnoughData => ("Lacks data", "; the last good results stay"),
        _ => ("Failed", "; the last good results stay"),
    };
    let spent = |step: &str| -> Duration {
        let own = done.stages.iter().filter(|s| s.step == step && !s.reused);
        own.map(|stage| stage.took).sum()
    };
    let _ = writeln!(
        text,
        "{}  in {} (reading {}, fitting {})   {}{stays}",
        label(verdict, accent, terminal),
        seconds(took),
        seconds(spent("collect")),
        seconds(spent("algorithm")),
        terminal.paint(Accent::Dim, &done.page.to_string_lossy()),
    );
    text
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

/// A word at the beginning of a line; colours take no place.
fn label(word: &str, accent: Accent, terminal: Terminal) -> String {
    let blanks = 11_usize.saturating_sub(word.len());
    format!("{:blanks$}{}", "", terminal.paint(accent, word))
}

fn stage_line(stage: &Stage, several: bool, terminal: Terminal) -> String {
    let what = match stage.step {
        "collect" => "Collect",
        _ => "Fit",
    };
    let name = match several {
        true => format!("{} · {}", stage.calibration, stage.name),
        false => stage.name.clone(),
    };
    let (accent, rest) = match stage.reused {
        true => (
            Accent::Dim,
            "reused: nothing it depends on changed".to_owned(),
        ),
        false => (
            Accent::Name,
            format!("{}   {}", seconds(stage.took), stage.why.join(", ")),
        ),
    };
    format!("{}  {name}   {rest}\n", label(what, accent, terminal))
}

fn moved_lines(moved: &Moved, terminal: Terminal) -> String {
    let label = label("Moved", Accent::Name, terminal);
    let Moved { name, iov, .. } = moved;
    if moved.new {
        return format!("{label}  {name} {iov} is new\n");
    }
    let mut text = format!(
        "{label}  {name} {iov}: {} of {} values",
        moved.changed, moved.shared
    );
    for one in &moved.largest {
        let step = number::alone(one.after - one.before);
        let sign = if one.after > one.before { "+" } else { "" };
        let (member, place) = (&one.member, &one.place);
        let _ = write!(text, "   {member} {place} {sign}{step}");
    }
    text.push('\n');
    text
}
