//! `payload(…)` and look-ups; what they mean is in the room `expr`.

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::super::Context;
use super::super::raise::{Fallible, failed};
use super::values::plain_value;
use crate::expr::{Failure, Lookup, PayloadMember, Place, Value, scalar};

/// A payload by its name; which one depends on the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayloadRef(pub(crate) ImmutableString);

impl std::fmt::Display for PayloadRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "payload({:?})", self.0.as_str())
    }
}

/// The value of a channel: of a payload only while rows of a run are at hand.
fn at(call: &NativeCallContext<'_>, lookup: &Lookup, channel: &Dynamic) -> Fallible<f64> {
    let context = Context::of(call);
    let refused = |failure: Failure| failed("closure::look-up", failure);
    let value = match (channel.as_int(), channel.as_float(), channel.as_bool()) {
        (Ok(number), ..) => Value::Int(number),
        (_, Ok(number), _) => Value::Float(number),
        (_, _, Ok(truth)) => Value::Bool(truth),
        _ => Value::Text("".into()),
    };
    let number = scalar::channel(&value, context.place(call)).map_err(refused)?;
    match lookup {
        Lookup::Fixed(table) => Ok(table.at(number)),
        Lookup::Payload(member) => match context.constants() {
            Some(constants) if !constants.is_empty() => constants
                .at(member, number)
                .ok_or_else(|| refused(not_foreseen(member, context.place(call)))),
            _ => Err(refused(Failure::not_in_force(member, context.place(call)))),
        },
    }
}

/// A look-up that was not found by looking through the closure.
fn not_foreseen(member: &PayloadMember, place: Place) -> Failure {
    Failure {
        message: format!("the look-up of {member} was not foreseen"),
        hint: Some(format!(
            "give it a name before the closure, as in `let x = {};`",
            Lookup::Payload(member.clone())
        )),
        place,
    }
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<PayloadRef>("PayloadRef")
        .register_type_with_name::<Lookup>("Lookup")
        .register_fn("payload", |name: ImmutableString| PayloadRef(name))
        .register_fn("column", |payload: &mut PayloadRef, member: &str| {
            Lookup::Payload(PayloadMember::new(&payload.0, member))
        })
        .register_fn(
            "at",
            |call: NativeCallContext<'_>, lookup: &mut Lookup, channel: Dynamic| {
                at(&call, lookup, &channel)
            },
        );
    plain_value::<PayloadRef>(engine);
    plain_value::<Lookup>(engine);
}
