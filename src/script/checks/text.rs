//! All checks of one text.

use rhai::{Expr, Position};

use super::super::Source;
use super::super::raise::{Message, Raised};
use super::{captured, hidden, loops, named, powers};

/// Everything that is wrong with one text by itself.
pub(in super::super) fn of_text(source: &Source) -> Result<(), Raised> {
    let found = [
        hidden::found(source),
        powers::found(source),
        captured::found(source),
        loops::found(source),
        named::found(source),
    ];
    let raised: Vec<Raised> = found
        .into_iter()
        .filter(|(_, messages)| !messages.is_empty())
        .map(|(code, messages)| Raised { code, messages })
        .collect();
    match raised.into_iter().next() {
        None => Ok(()),
        Some(first) => Err(first),
    }
}

/// What one check found: the short name of its kind, and a message for each place.
pub(super) type Found = (&'static str, Vec<Message>);

pub(super) fn message(source: &Source, at: Position, text: String, hint: &str) -> Message {
    Message {
        text,
        hint: Some(hint.to_owned()),
        place: Some(source.place(at)),
        ..Message::default()
    }
}

/// Every expression of a text, functions and closures included.
pub(super) fn expressions(source: &Source, mut see: impl FnMut(&Expr)) {
    source.ast.walk(&mut |path| {
        if let Some(rhai::ASTNode::Expr(expression)) = path.last() {
            see(expression);
        }
        true
    });
}
