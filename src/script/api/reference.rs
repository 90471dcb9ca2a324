//! The reference of the scripting API: the names in their sections, and the modules of `std`.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::stdlib;
use super::Name;
use super::names::sections;

/// Names that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// In the order of the description.
    pub names: Vec<Name>,
}

/// A module of the standard library.
#[derive(Clone, Debug, Serialize)]
pub struct Module {
    /// The name it is imported by: `std/models`.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Its functions in the order of its text.
    pub functions: Vec<Function>,
}

/// A function of a module.
#[derive(Clone, Debug, Serialize)]
pub struct Function {
    /// Name and parameters: `gaussian_core(width)`.
    pub signature: String,
    /// Its documentation, with an example.
    pub documentation: String,
}

/// Everything a script may name.
#[derive(Clone, Debug, Serialize)]
pub struct Reference {
    /// The API itself.
    pub sections: Vec<Section>,
    /// The standard library.
    pub modules: Vec<Module>,
}

impl Reference {
    /// The reference of this version.
    #[must_use]
    pub fn new() -> Self {
        let section = |(title, names): (&'static str, Vec<Name>)| Section { title, names };
        let modules = stdlib::MODULES
            .iter()
            .map(|(name, text)| module(name, text));
        Self {
            sections: sections().into_iter().map(section).collect(),
            modules: modules.collect(),
        }
    }

    /// The part in which a word occurs: a kind of value (`Histogram`), a name, a module, or a part of them.
    #[must_use]
    pub fn about(&self, word: &str) -> Self {
        let wanted = word.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let exact = |name: &Name| {
            let kind = name
                .kind
                .is_some_and(|kind| kind.eq_ignore_ascii_case(word));
            kind || name.name.eq_ignore_ascii_case(word)
        };
        // A whole word is what is meant where there is one.
        let all = || self.sections.iter().flat_map(|section| &section.names);
        let whole = all().any(exact);
        let kept = |name: &&Name| match whole {
            true => exact(name),
            false => has(name.signature),
        };
        let section = |section: &Section| Section {
            title: section.title,
            names: section.names.iter().filter(kept).copied().collect(),
        };
        let sections = self.sections.iter().map(section);
        let module = |module: &Module| {
            let named = has(&module.name);
            let keep = |function: &&Function| named || has(&function.signature);
            Module {
                functions: module.functions.iter().filter(keep).cloned().collect(),
                ..module.clone()
            }
        };
        let modules = self.modules.iter().map(module);
        Self {
            sections: sections
                .filter(|section| !section.names.is_empty())
                .collect(),
            modules: modules
                .filter(|module| !module.functions.is_empty())
                .collect(),
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.modules.is_empty()
    }

    /// As a page of Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("# The scripting API\n");
        for section in &self.sections {
            let _ = write!(
                text,
                "\n## {}\n\n| name | meaning |\n|---|---|\n",
                section.title
            );
            for name in &section.names {
                let cell = |words: &str| words.replace('|', "\\|");
                let later = if name.available {
                    ""
                } else {
                    " (not available yet)"
                };
                let (signature, meaning) = (cell(name.signature), cell(name.meaning));
                let _ = writeln!(text, "| `{signature}` | {meaning}{later} |");
            }
        }
        for module in &self.modules {
            let _ = write!(text, "\n## `{}`\n\n{}\n", module.name, module.about);
            for function in &module.functions {
                let (signature, documentation) = (&function.signature, &function.documentation);
                let _ = write!(text, "\n### `{signature}`\n\n{}\n", marked(documentation));
            }
        }
        text
    }

    /// As a definition file for editors that know Rhai.
    #[must_use]
    pub fn definitions(&self) -> String {
        let mut text = String::from("module static;\n");
        let available = self.sections.iter().flat_map(|section| &section.names);
        for name in available.filter(|name| name.available) {
            let _ = write!(text, "\n/// {}\n/// {}\n", name.signature, name.meaning);
            let _ = writeln!(text, "{}", definition(name));
        }
        text
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

/// A function with its parameters as they are named in the signature, a constant, or an attribute.
fn definition(name: &Name) -> String {
    let result = name
        .signature
        .rsplit_once('→')
        .map_or("?", |(_, kind)| kind.trim());
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let result = if plain(result) && !result.is_empty() {
        result
    } else {
        "?"
    };
    if !name.called {
        return match name.kind {
            Some(kind) => format!("fn get ${}(this: {kind}) -> ?;", name.name),
            None => format!("const {};", name.name),
        };
    }
    let most = *name.takes().end();
    let mut parameters: Vec<String> = (1..=most).map(|n| format!("p{n}: ?")).collect();
    if let Some(kind) = name.kind {
        parameters.insert(0, format!("this: {kind}"));
    }
    format!("fn {}({}) -> {result};", name.name, parameters.join(", "))
}

/// What a module says about itself, and its functions.
fn module(name: &str, text: &str) -> Module {
    let about = text.lines().map_while(|line| line.strip_prefix("//!"));
    let about: Vec<&str> = about.map(str::trim).collect();
    let mut functions = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("///") {
            lines.push(line.strip_prefix(' ').unwrap_or(line));
        } else if let Some(rest) = line.strip_prefix("fn ") {
            let signature = rest.split('{').next().unwrap_or(rest).trim();
            functions.push(Function {
                signature: signature.to_owned(),
                documentation: std::mem::take(&mut lines).join("\n"),
            });
        } else {
            lines.clear();
        }
    }
    Module {
        name: format!("std/{name}"),
        about: about.join("\n").trim().to_owned(),
        functions,
    }
}

/// Documentation with its example as code.
fn marked(documentation: &str) -> String {
    match documentation.split_once("# Example\n") {
        Some((before, example)) => format!("{before}```rhai\n{example}\n```"),
        None => documentation.to_owned(),
    }
}
