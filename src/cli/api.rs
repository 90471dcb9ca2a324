//! `b2caf api`: what scripts may name.

use super::args::{ApiArguments, ApiForm};
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stdout};
use crate::report::{Accent, Style};
use crate::script::api::{Function, Module, Reference, Section, names};
use crate::settings::nearest;

pub(super) fn api(arguments: &ApiArguments, out: Terminal) -> Result<Exit, Failure> {
    let whole = Reference::new();
    let found = match &arguments.word {
        Some(word) => whole.about(word),
        None => whole,
    };
    if let (true, Some(word)) = (found.is_empty(), &arguments.word) {
        let known = names()
            .iter()
            .flat_map(|name| name.kind.into_iter().chain([name.name]));
        let failure = Failure::new(
            Exit::Usage,
            "api::unknown-name",
            format!("nothing in the API is called `{word}`"),
        );
        return Err(match nearest(word, known) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`b2caf api` lists everything"),
        });
    }
    to_stdout(&match arguments.form {
        ApiForm::Text => text(&found, out),
        ApiForm::Markdown => found.markdown(),
        ApiForm::Definitions => found.definitions(),
        ApiForm::Json => crate::conditions::readable(&found).unwrap_or_default(),
    });
    Ok(Exit::Done)
}

fn text(reference: &Reference, out: Terminal) -> String {
    let sections = reference.sections.iter().map(|one| section(one, out));
    let modules = reference.modules.iter().map(|one| module(one, out));
    let all: Vec<String> = sections.chain(modules).collect();
    all.join("\n")
}

fn section(section: &Section, out: Terminal) -> String {
    let mut text = format!("{}\n", out.paint(Accent::Name, section.title));
    for name in &section.names {
        let later = if name.available {
            ""
        } else {
            " (not available yet)"
        };
        text += &format!("  {}\n", name.signature);
        let meaning = out.paint(Accent::Dim, &format!("{}{later}", name.meaning));
        text += &format!("      {meaning}\n");
    }
    text
}

fn module(module: &Module, out: Terminal) -> String {
    let mut text = format!("{}\n", out.paint(Accent::Name, &module.name));
    for Function {
        signature,
        documentation,
    } in &module.functions
    {
        text += &format!("  {signature}\n");
        for line in documentation.lines() {
            text += &format!("      {}\n", out.paint(Accent::Dim, line));
        }
    }
    text
}
