//! What closures capture: plain data only, with a stable text.

use rhai::{Dynamic, FnPtr, ImmutableString};

use crate::expr::{Failure, Lookup, Place};
use crate::hist::Axis;
use crate::iov::{ExpRun, IoV};

use super::super::Closure;
use super::super::bindings::{Fitted, FittedRows, Formula, ModelHandle, Ordered, PayloadRef};
use super::meaning::short;
use super::term::{Function, Kind, Term};
use crate::calibrate::{describe_model, forget_places};

/// Checks that everything a closure captured is plain data.
pub(super) fn check(closure: &Closure, function: &Function) -> Result<(), Failure> {
    for (name, value) in function.parameters.iter().zip(closure.pointer.iter_curry()) {
        if let Err(kind) = text(&value.flatten_clone()) {
            let place = function.body.iter().find_map(|term| first(term, name));
            let kind = short(closure.engine.map_type_name(&kind)).to_owned();
            return Err(Failure {
                message: format!("the closure captures `{name}`, which is of type {kind}"),
                hint: Some(
                    "a closure may capture numbers, texts, truth values, IoV, ExpRun, payload \
                     look-ups, and arrays and maps of them: take out what it needs before, as in `let n = …;`"
                        .to_owned(),
                ),
                place: place.unwrap_or(function.place),
            });
        }
    }
    Ok(())
}

/// Where a variable is used first.
pub(super) fn first(term: &Term, name: &str) -> Option<Place> {
    if matches!(&term.kind, Kind::Name(known) if known == name) {
        return Some(term.place);
    }
    term.parts().into_iter().find_map(|part| first(part, name))
}

/// The text of plain data, the same on every run; otherwise the kind of what is none.
pub(in super::super) fn text(value: &Dynamic) -> Result<String, String> {
    if let Some(items) = value.read_lock::<rhai::Array>() {
        let items: Result<Vec<String>, String> = items
            .iter()
            .map(|item| text(&item.flatten_clone()))
            .collect();
        return Ok(format!("[{}]", items?.join(", ")));
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let members: Result<Vec<String>, String> = map
            .iter()
            .map(|(name, member)| Ok(format!("{name:?}: {}", text(&member.flatten_clone())?)))
            .collect();
        return Ok(format!("#{{{}}}", members?.join(", ")));
    }
    if let Some(pointer) = value.read_lock::<FnPtr>() {
        let captured: Result<Vec<String>, String> = pointer
            .iter_curry()
            .map(|value| text(&value.flatten_clone()))
            .collect();
        return Ok(format!(
            "Fn({}; {})",
            pointer.fn_name(),
            captured?.join(", ")
        ));
    }
    if let Some(string) = value.read_lock::<ImmutableString>() {
        return Ok(format!("{:?}", string.as_str()));
    }
    if let Some(iov) = value.read_lock::<IoV>() {
        return Ok(format!("IoV({})", &*iov));
    }
    if let Some(run) = value.read_lock::<ExpRun>() {
        return Ok(format!("ExpRun({})", &*run));
    }
    if let Some(payload) = value.read_lock::<PayloadRef>() {
        return Ok(payload.to_string());
    }
    if let Some(lookup) = value.read_lock::<Lookup>() {
        return Ok(match &*lookup {
            Lookup::Fixed(table) => format!("Lookup({})", table.content_hash()),
            symbolic => symbolic.to_string(),
        });
    }
    if let Ok(number) = value.as_float() {
        return Ok(format!("{number:?}"));
    }
    if let Some(range) = value.read_lock::<std::ops::Range<i64>>() {
        return Ok(format!("{}..{}", range.start, range.end));
    }
    if let Some(range) = value.read_lock::<std::ops::RangeInclusive<i64>>() {
        return Ok(format!("{}..={}", range.start(), range.end()));
    }
    if value.is_int() || value.is_bool() || value.is_unit() || value.is_char() {
        return Ok(value.to_string());
    }
    if let Some(model) = value.read_lock::<ModelHandle>() {
        let mut described = describe_model(&model.get());
        forget_places(&mut described);
        return Ok(format!("Model({described})"));
    }
    if let Some(fitted) = value.read_lock::<Fitted>() {
        return Ok(format!("Fit({:?})", fitted.fit()));
    }
    if let Some(fitted) = value.read_lock::<FittedRows>() {
        return Ok(format!("Fit({:?})", fitted.fit()));
    }
    if let Some(formula) = value.read_lock::<Formula>() {
        return Ok(formula.to_string());
    }
    if let Some(axis) = value.read_lock::<Axis>() {
        return Ok(format!("{:?}", &*axis));
    }
    if let Some(map) = value.read_lock::<Ordered>() {
        let members: Result<Vec<String>, String> = map
            .0
            .iter()
            .map(|(name, member)| Ok(format!("{name:?}: {}", text(&member.flatten_clone())?)))
            .collect();
        return Ok(format!("ordered({})", members?.join(", ")));
    }
    Err(value.type_name().to_owned())
}

/// The value as it is now: later changes of what its makers still hold do not reach it.
pub(super) fn settled(value: &Dynamic) -> Dynamic {
    if let Some(model) = value.read_lock::<ModelHandle>() {
        return Dynamic::from(model.copy());
    }
    if let Some(items) = value.read_lock::<rhai::Array>() {
        return items.iter().map(settled).collect::<rhai::Array>().into();
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let members = map
            .iter()
            .map(|(name, member)| (name.clone(), settled(member)));
        return members.collect::<rhai::Map>().into();
    }
    value.flatten_clone()
}
