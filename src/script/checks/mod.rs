//! What can be seen in the text of a script before it runs.
//!
//! Takes a parsed text, gives what is wrong with it at its places. It evaluates nothing.

mod calls;
mod captured;
mod hidden;
mod powers;

use rhai::{Expr, Position};

use super::Source;
use super::raise::{Message, Raised};

pub(super) use calls::unknown_calls;

/// Everything that is wrong with one text by itself.
pub(super) fn of_text(source: &Source) -> Result<(), Raised> {
    let found = [
        hidden::found(source),
        powers::found(source),
        captured::found(source),
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
type Found = (&'static str, Vec<Message>);

fn message(source: &Source, at: Position, text: String, hint: &str) -> Message {
    Message {
        text,
        hint: Some(hint.to_owned()),
        place: Some(source.place(at)),
        key: None,
    }
}

/// Every expression of a text, functions and closures included.
fn expressions(source: &Source, mut see: impl FnMut(&Expr)) {
    source.ast.walk(&mut |path| {
        if let Some(rhai::ASTNode::Expr(expression)) = path.last() {
            see(expression);
        }
        true
    });
}
