//! What makes a closure this closure: its text, what it captured, and all that it calls.

use std::collections::BTreeSet;

use super::super::{Closure, Context};
use super::meaning::Home;
use super::term::{Kind, Term};
use super::{capture, data, render, walk};

/// The identity of a closure as text: the same for the same meaning, whatever spaces and comments
/// say, and another one as soon as a function that it calls or a constant changes.
pub(super) fn text(context: &Context, closure: &Closure) -> String {
    let home = Home {
        source: closure.source.clone(),
        environment: closure.environment.clone(),
    };
    let function = walk::function(&closure.source, &closure.definition);
    let mut parts = vec![format!(
        "|{}| {}",
        function.parameters.join(", "),
        render::block(&function.body)
    )];
    for (name, value) in function.parameters.iter().zip(closure.pointer.iter_curry()) {
        let value = value.flatten_clone();
        let text = capture::text(&value).unwrap_or_else(|kind| kind);
        parts.push(format!("{name} = {text}"));
        if let Some(inner) = data::closure(context, &home, &value) {
            let mut found = Reached {
                context,
                parts: &mut parts,
                seen: BTreeSet::new(),
            };
            found.function(&inner.home, &inner.function);
        }
    }
    let mut reached = Reached {
        context,
        parts: &mut parts,
        seen: BTreeSet::new(),
    };
    reached.terms(&home, &function.body);
    parts.join("; ")
}

struct Reached<'a> {
    context: &'a Context,
    parts: &'a mut Vec<String>,
    seen: BTreeSet<(u32, String)>,
}

impl Reached<'_> {
    fn terms(&mut self, home: &Home, terms: &[Term]) {
        let mut left: Vec<&Term> = terms.iter().rev().collect();
        while let Some(term) = left.pop() {
            match &term.kind {
                Kind::Name(name) => self.constant(home, &[], name),
                Kind::Qualified(modules, name) => self.constant(home, modules, name),
                Kind::Call(modules, name, _) => {
                    if let Some(home) = data::home(self.context, home, modules) {
                        self.function(&home, name);
                    }
                }
                Kind::Method(_, name, _) | Kind::Closure(name, _) => self.function(home, name),
                _ => {}
            }
            left.extend(term.parts().into_iter().rev());
        }
    }

    fn constant(&mut self, home: &Home, modules: &[String], name: &str) {
        let value = if modules.is_empty() {
            data::constant(home, name)
        } else {
            data::module_constant(self.context, home, modules, name)
        };
        let key = (home.source.id, format!("{}::{name}", modules.join("::")));
        match value {
            Some(value) if self.seen.insert(key) => {
                let text = capture::text(&value).unwrap_or_else(|kind| kind);
                self.parts.push(format!("const {name} = {text}"));
            }
            None if modules.is_empty() => self.function(home, name),
            _ => {}
        }
    }

    /// All functions of that name: with how many parameters it is called does not matter here.
    fn function(&mut self, home: &Home, name: &str) {
        let known: Vec<_> = data::functions(&home.source)
            .into_iter()
            .filter(|f| f.name == name)
            .collect();
        if known.is_empty() || !self.seen.insert((home.source.id, name.to_owned())) {
            return;
        }
        let mut texts = Vec::new();
        for definition in known {
            let function = walk::function(&home.source, &definition);
            let shown = if name.starts_with("anon$") { "" } else { name };
            let text = format!(
                "fn {shown}({}) {{ {} }}",
                function.parameters.join(", "),
                render::block(&function.body)
            );
            texts.push((text, function));
        }
        texts.sort_by(|a, b| a.0.cmp(&b.0));
        for (text, function) in texts {
            self.parts.push(text);
            self.terms(home, &function.body);
        }
    }
}
