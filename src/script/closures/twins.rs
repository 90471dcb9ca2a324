//! Closures that stand word for word, at the same place, in two files.
//!
//! Rhai names a closure by its text and place; the second of two such closures cannot be told
//! from the first. That is harmless while both mean the same.

use crate::expr::Failure;

use super::super::{Closure, Context};
use super::{data, identity};

/// Refuses a closure that has a twin of another meaning.
pub(super) fn check(context: &Context, closure: &Closure) -> Result<(), Failure> {
    if !closure.pointer.is_anonymous() {
        return Ok(());
    }
    let name = closure.definition.name.as_str();
    let parameters = Some(closure.definition.params.len());
    for source in context.sources() {
        let other = source.id != closure.source.id;
        let found = data::function(&source, name, parameters).filter(|_| other);
        let (Some(definition), Some(environment)) = (found, source.environment()) else {
            continue;
        };
        let path = source.path.display().to_string();
        let twin = Closure {
            definition,
            environment,
            source,
            ..closure.clone()
        };
        if identity::text(context, &twin) != identity::text(context, closure) {
            return Err(Failure {
                message: format!(
                    "{} and {path} have the same closure at the same place, but its functions or \
                     constants differ",
                    closure.source.path.display(),
                ),
                hint: Some("write one of them differently, as by another name for its row".into()),
                place: closure.place(),
            });
        }
    }
    Ok(())
}
