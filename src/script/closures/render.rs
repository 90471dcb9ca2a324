//! A closure as text again: its identity, independent of spaces and comments.

use std::fmt::Write;

use super::term::{Case, Kind, Pattern, Switch, Term};

/// A list of statements as text.
pub(super) fn block(terms: &[Term]) -> String {
    terms.iter().map(term).collect::<Vec<_>>().join("; ")
}

/// A term as text; terms that differ have different texts.
pub(super) fn term(term: &Term) -> String {
    match &term.kind {
        Kind::Unit => "()".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Float(value) => format!("{value:?}"),
        Kind::Text(text) => format!("{text:?}"),
        Kind::Name(name) => name.clone(),
        Kind::Qualified(modules, name) => format!("{}::{name}", modules.join("::")),
        Kind::Member(target, name) => format!("{}.{name}", self::term(target)),
        Kind::Index(target, index) => format!("{}[{}]", self::term(target), self::term(index)),
        Kind::Operator(sign, operands) => match operands.as_slice() {
            [one] => format!("({sign}{})", self::term(one)),
            _ => format!("({})", list(operands, &format!(" {sign} "))),
        },
        Kind::Call(modules, name, arguments) => {
            let path: String = modules.iter().map(|module| format!("{module}::")).collect();
            format!("{path}{name}({})", list(arguments, ", "))
        }
        Kind::Method(target, name, arguments) => {
            format!("{}.{name}({})", self::term(target), list(arguments, ", "))
        }
        Kind::If(condition, yes, no) => {
            let mut text = format!("if {} {{ {} }}", self::term(condition), block(yes));
            if !no.is_empty() {
                let _ = write!(text, " else {{ {} }}", block(no));
            }
            text
        }
        Kind::Switch(parts) => switch(parts),
        Kind::Block(terms) => format!("{{ {} }}", block(terms)),
        // The name of the function is a hash that other builds do not share; its body is listed
        // beside the closure that holds it.
        Kind::Closure(_, captured) => format!("Fn({})", list(captured, ", ")),
        Kind::Map(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, m)| format!("{name:?}: {}", self::term(m)))
                .collect();
            format!("#{{ {} }}", members.join(", "))
        }
        Kind::Array(items) => format!("[{}]", list(items, ", ")),
        Kind::Let(name, value) => format!("let {name} = {}", self::term(value)),
        Kind::Return(value) => {
            format!(
                "return {}",
                value.as_ref().map_or_else(String::new, |v| self::term(v))
            )
        }
        Kind::Assign(target, sign, value) => {
            format!("{} {sign} {}", self::term(target), self::term(value))
        }
        Kind::Other(what, names, parts) => {
            format!("<{what} {}: {}>", names.join(" "), list(parts, "; "))
        }
    }
}

fn list(terms: &[Term], between: &str) -> String {
    terms.iter().map(term).collect::<Vec<_>>().join(between)
}

fn switch(parts: &Switch) -> String {
    let mut text = format!("switch {} {{ ", term(&parts.subject));
    for case in &parts.cases {
        let _ = write!(text, "{}, ", self::case(case));
    }
    if let Some(default) = &parts.default {
        let _ = write!(text, "_ => {}", term(default));
    }
    text + " }"
}

fn case(case: &Case) -> String {
    let pattern = match &case.pattern {
        Pattern::Is(literal) => term(&Term {
            place: case.body.place,
            kind: literal.clone(),
        }),
        Pattern::In(low, high, true) => format!("{low}..={high}"),
        Pattern::In(low, high, false) => format!("{low}..{high}"),
        Pattern::Unknown => "?".to_owned(),
    };
    let condition = case
        .condition
        .as_ref()
        .map_or_else(String::new, |c| format!(" if {}", term(c)));
    format!("{pattern}{condition} => {}", term(&case.body))
}
