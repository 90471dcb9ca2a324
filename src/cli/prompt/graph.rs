//! `b2caf prompt graph`: the order of all scripts.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::{Failure, draw};
use super::super::table::Table;
use super::super::terminal::to_stdout;
use super::args::{Form, GraphArguments};
use super::{refused, unreadable, which};
use crate::report::{Accent, Style};
use crate::script::Diagnostic;
use crate::script::directory::{Catalogue, Directory, Kind, Order, Step};

pub(super) fn graph(
    arguments: &GraphArguments,
    directory: &Directory,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let catalogue = Catalogue::read(directory, Kind::Calibration).map_err(refused)?;
    if !catalogue.problems.is_empty() {
        return Err(unreadable(catalogue, answer.talk));
    }
    let order = Order::of(&catalogue).map_err(|errors| {
        let diagnostics: Vec<Diagnostic> = errors
            .iter()
            .map(|error| Diagnostic::error(error.code(), error.to_string()).hint(error.hint()))
            .collect();
        Failure::drawn(Exit::Script, draw(&diagnostics, answer.talk))
    })?;
    let order = match &arguments.script {
        None => order,
        Some(name) => {
            let path = directory.script(Kind::Calibration, name).map_err(refused)?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            order.leading_to(&stem).unwrap_or_default()
        }
    };
    match (arguments.form, arguments.json) {
        (Form::Json, _) | (_, true) => answer.document(&document(&order)),
        (Form::Dot, _) => to_stdout(&dot(&order)),
        (Form::Text, _) => {
            to_stdout(&text(&order, answer));
            answer.say(&answer.talk.paint(Accent::Dim, &which(directory)));
        }
    }
    Ok(Exit::Done)
}

fn document(order: &Order) -> Value {
    let step = |step: &Step| {
        json!({
            "script": step.script,
            "name": step.name,
            "format": step.format,
            "depends_on": step.depends_on,
        })
    };
    json!({
        "order": order.steps.iter().map(step).collect::<Vec<_>>(),
        "critical_path": order.critical_path,
    })
}

fn text(order: &Order, answer: &Answer) -> String {
    let mut table = Table::new(&[">", "format", "script", "name", "after"]);
    for (number, step) in (1..).zip(&order.steps) {
        table.row(vec![
            number.to_string(),
            step.format.clone(),
            step.script.clone(),
            step.name.clone(),
            step.depends_on.join(", "),
        ]);
    }
    let path = order.critical_path.join(" → ");
    format!(
        "{}\nlongest chain ({}): {path}\n",
        table.text(answer.out),
        order.critical_path.len()
    )
}

fn dot(order: &Order) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text = String::from("digraph scripts {\n  rankdir = LR;\n  node [shape = box];\n");
    for step in &order.steps {
        let label = quoted(&format!("{}\n{}", step.name, step.format)).replace('\n', "\\n");
        text += &format!("  {} [label = {label}];\n", quoted(&step.script));
    }
    for step in &order.steps {
        for other in &step.depends_on {
            text += &format!("  {} -> {};\n", quoted(other), quoted(&step.script));
        }
    }
    text + "}\n"
}
