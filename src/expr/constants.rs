//! Constants put in place of look-ups.

use std::sync::Arc;

use super::{Expr, Lookup, LookupTable, Node, PayloadMember, rebuilt};

/// The formula with these values in place of its look-ups of payloads.
#[must_use]
pub fn with_constants(expr: &Expr, tables: &[(PayloadMember, Arc<LookupTable>)]) -> Expr {
    let mut go = |inner: &Expr| with_constants(inner, tables);
    match &**expr {
        Node::Lookup(lookup, index, place) => {
            let known = tables.iter().find(|(member, _)| match lookup {
                Lookup::Payload(asked) => member == asked,
                Lookup::Fixed(_) => false,
            });
            let fixed = known.map(|(_, table)| Lookup::Fixed(Arc::clone(table)));
            let lookup = fixed.unwrap_or_else(|| lookup.clone());
            Arc::new(Node::Lookup(lookup, go(index), *place))
        }
        _ => rebuilt(expr, &mut go),
    }
}
