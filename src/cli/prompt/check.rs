//! `b2caf prompt check`: every problem of every script.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::{Failure, draw};
use super::super::terminal::to_stdout;
use super::args::CheckArguments;
use super::{refused, which};
use crate::report::{Accent, Style};
use crate::script::directory::{self, Directory, Kind, Verdict};

pub(super) fn check(
    arguments: &CheckArguments,
    directory: &Directory,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let kind = match arguments.validation {
        true => Kind::Validation,
        false => Kind::Calibration,
    };
    let verdicts = directory::check(directory, kind, &arguments.names).map_err(refused)?;
    let failed = verdicts
        .iter()
        .filter(|verdict| !verdict.problems.is_empty())
        .count();
    if arguments.json {
        let scripts: Vec<Value> = verdicts.iter().map(document).collect();
        let passed = verdicts.len() - failed;
        answer.document(&json!({"scripts": scripts, "passed": passed, "failed": failed}));
    } else {
        to_stdout(&text(&verdicts, failed, answer));
        answer.say(&answer.talk.paint(Accent::Dim, &which(directory)));
    }
    Ok(match failed {
        0 => Exit::Done,
        _ => Exit::Script,
    })
}

fn document(verdict: &Verdict) -> Value {
    json!({
        "script": verdict.script,
        "name": verdict.name,
        "passed": verdict.problems.is_empty(),
        "produces": verdict.produces,
        "after": verdict.after,
        "problems": verdict.problems,
    })
}

fn text(verdicts: &[Verdict], failed: usize, answer: &Answer) -> String {
    let width = |of: &dyn Fn(&Verdict) -> usize| verdicts.iter().map(of).max().unwrap_or(0);
    let scripts = width(&|verdict| verdict.script.chars().count());
    let names = width(&|verdict| verdict.name.as_ref().map_or(0, |name| name.chars().count()));
    let mut text = String::new();
    for verdict in verdicts {
        let name = verdict.name.as_deref().unwrap_or("");
        let (word, accent) = match verdict.problems.len() {
            0 => ("PASS", Accent::Done),
            _ => ("FAIL", Accent::Failed),
        };
        let mut line = format!(
            "{}  {:<scripts$}  {name:<names$}",
            answer.out.paint(accent, word),
            verdict.script
        );
        if !verdict.produces.is_empty() {
            line += &format!("  → {}", verdict.produces.join(", "));
        }
        if !verdict.after.is_empty() {
            line += &format!("  after {}", verdict.after.join(", "));
        }
        text += &format!("{}\n", line.trim_end());
    }
    for verdict in verdicts
        .iter()
        .filter(|verdict| !verdict.problems.is_empty())
    {
        let script = answer.out.paint(Accent::Name, &verdict.script);
        text += &format!("\n{script}\n{}", draw(&verdict.problems, answer.out));
    }
    let passed = verdicts.len() - failed;
    let all = match verdicts.len() {
        1 => "1 script".to_owned(),
        n => format!("{n} scripts"),
    };
    text += &format!("\n{all}: {passed} passed, {failed} failed\n");
    text
}
