//! Constants put in place of look-ups.

use std::sync::Arc;

use super::{Expr, Lookup, LookupTable, Node, PayloadMember};

/// The formula with these values in place of its look-ups of payloads.
#[must_use]
pub fn with_constants(expr: &Expr, tables: &[(PayloadMember, Arc<LookupTable>)]) -> Expr {
    let go = |inner: &Expr| with_constants(inner, tables);
    let node = match &**expr {
        Node::Lookup(lookup, index, place) => {
            let known = tables.iter().find(|(member, _)| match lookup {
                Lookup::Payload(asked) => member == asked,
                Lookup::Fixed(_) => false,
            });
            let fixed = known.map(|(_, table)| Lookup::Fixed(Arc::clone(table)));
            Node::Lookup(fixed.unwrap_or_else(|| lookup.clone()), go(index), *place)
        }
        Node::Reduce(how, array, body, place) => {
            Node::Reduce(*how, array.clone(), body.as_ref().map(go), *place)
        }
        Node::Unary(op, a, place) => Node::Unary(*op, go(a), *place),
        Node::Binary(op, a, b, place) => Node::Binary(*op, go(a), go(b), *place),
        Node::Call(function, arguments, place) => {
            Node::Call(*function, arguments.iter().map(go).collect(), *place)
        }
        Node::If(a, b, c, place) => Node::If(go(a), go(b), go(c), *place),
        Node::Let(number, value, body) => Node::Let(*number, go(value), go(body)),
        Node::Constant(_)
        | Node::Column(..)
        | Node::Element(..)
        | Node::Parameter(..)
        | Node::Local(_) => return Arc::clone(expr),
    };
    Arc::new(node)
}
