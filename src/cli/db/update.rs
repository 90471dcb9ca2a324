//! `b2caf db tag update`: going on in a running tag.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{
    Operation, TagError, TagStore, Update, UpdateMode, UpdateProblem, next_run,
};
use crate::report::{Accent, Style};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::UpdateArguments;
use super::consent::consent;
use super::entries::document;
use super::faults::several;
use super::refused::refused;

/// Runs the command.
pub(super) fn update(
    store: &Path,
    arguments: &UpdateArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let (running, staging) = (&arguments.running, &arguments.staging);
    let opened = if arguments.dry_run {
        TagStore::open_read_only(store)
    } else {
        TagStore::open_to_change(store)
    };
    let store = opened.map_err(refused)?;
    let earliest = store.entries(running).map_err(refused)?;
    let earliest = next_run(earliest.iter().map(|entry| &entry.iov));
    let earliest = earliest.map(|run| format!("the earliest possible is {run}"));
    let earliest = earliest.unwrap_or_else(|| "no run can be added any more".into());
    let Some(first) = arguments.from else {
        let message = "the first run of the update is needed: --from EXP,RUN";
        return Err(Failure::new(Exit::Usage, "usage::missing", message).hint(earliest));
    };
    for wrong in store.wrong_states(running, staging).map_err(refused)? {
        if !arguments.dry_run {
            return Err(refused(wrong));
        }
        answer.warn(&wrong.to_string());
    }
    let mode = mode(arguments);
    let plan = store
        .plan_update(running, staging, first, mode)
        .map_err(|error| reasons(error, &earliest, answer))?;
    for remark in &plan.remarks {
        answer.warn(&remark.text);
    }
    if plan.operations.is_empty() {
        let message = format!("there is nothing to do: {running} has all of {staging}");
        return Err(Failure::new(Exit::REFUSED, "tag::nothing-to-do", message));
    }
    show(&plan, arguments, answer);
    if arguments.dry_run {
        answer.say(&earliest);
        return Ok(Exit::Done);
    }
    if !arguments.yes {
        consent(&format!("{running} will be changed for good."), "yes")?;
    }
    store
        .update(running, staging, mode, &plan)
        .map_err(refused)?;
    Ok(Exit::Done)
}

fn mode(arguments: &UpdateArguments) -> UpdateMode {
    if arguments.allow_closed {
        UpdateMode::AllowClosed
    } else if arguments.fix_closed {
        UpdateMode::FixClosed
    } else if arguments.simple_mode {
        UpdateMode::Simple
    } else if arguments.full_replacement {
        UpdateMode::FullReplacement
    } else {
        UpdateMode::Strict
    }
}

/// All reasons against an update, and how many of each kind.
fn reasons(error: TagError, earliest: &str, answer: &Answer) -> Failure {
    let TagError::Update(problems) = error else {
        return refused(error);
    };
    let word = answer.talk.paint(Accent::Failed, "error[tag::update]");
    let mut text = String::new();
    for problem in &problems {
        text += &format!("{word}: {}\n", problem.text);
    }
    let count = count(&problems);
    let hint = answer.talk.paint(Accent::Name, "hint");
    text += &format!("{word}: nothing is updated: {count}\n  {hint}: {earliest}\n");
    Failure::drawn(Exit::Usage, text)
}

fn count(problems: &[UpdateProblem]) -> String {
    let mut kinds: Vec<_> = problems.iter().map(|problem| problem.kind).collect();
    kinds.sort_unstable();
    let counted = kinds
        .chunk_by(|a, b| a == b)
        .map(|same| format!("{}: {}", same[0].name(), same.len()));
    counted.collect::<Vec<_>>().join(", ")
}

fn show(plan: &Update, arguments: &UpdateArguments, answer: &Answer) {
    answer.show(
        || {
            json!({
                "running": arguments.running,
                "staging": arguments.staging,
                "dry_run": arguments.dry_run,
                "first": plan.first,
                "operations": plan.operations.iter().map(operation).collect::<Vec<_>>(),
                "closed": plan.closed(),
                "created": plan.created(),
                "names": plan.names(),
                "next": plan.next,
            })
        },
        || {
            let mut table = Table::new(&["operation", "name", ">revision", "valid", "before"]);
            for operation in &plan.operations {
                let (word, entry, iov, before) = match operation {
                    Operation::Close { entry, iov } => ("CLOSE", entry, iov, entry.iov.to_string()),
                    Operation::Create(entry) => ("CREATE", entry, &entry.iov, String::new()),
                };
                table.row(vec![
                    word.into(),
                    entry.payload.name.clone(),
                    entry.payload.revision.to_string(),
                    iov.to_string(),
                    before,
                ]);
            }
            table
        },
    );
    let next = plan
        .next
        .map(|run| format!("; next possible update from {run}"));
    answer.say(&format!(
        "first run {}: {} closed, {} created, {}{}",
        plan.first,
        plan.closed(),
        plan.created(),
        several(plan.names(), "payload name"),
        next.unwrap_or_default()
    ));
}

fn operation(operation: &Operation) -> Value {
    match operation {
        Operation::Close { entry, iov } => {
            let mut close = document(entry);
            close["operation"] = "close".into();
            close["becomes"] = json!(iov);
            close
        }
        Operation::Create(entry) => {
            let mut create = document(entry);
            create["operation"] = "create".into();
            create
        }
    }
}
