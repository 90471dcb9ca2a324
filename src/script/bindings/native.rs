//! Native collectors by name, as upstream's modules; the meaning is in the room `collect`.

use rhai::{Dynamic, Engine, Map};

use super::super::raise::{Fallible, Raised};
use super::collect::CollectorHandle;
use super::convert::to_json;
use super::handle::Handle;
use crate::collect::{Native, Refused};

fn refused(error: Refused, key: Option<&str>) -> Box<rhai::EvalAltResult> {
    let mut raised = Raised::new("collect::module", error.message).maybe_hint(error.hint);
    if let Some(key) = key {
        raised = raised.key(key);
    }
    raised.boxed()
}

fn module(name: &str, parameters: &Map) -> Fallible<CollectorHandle> {
    let native = Native::find(name).map_err(|error| refused(error, None))?;
    let collector = Handle::new(native.collector());
    for (key, value) in parameters {
        set(&collector, key, value, Some(key))?;
    }
    Ok(collector)
}

fn set(
    collector: &CollectorHandle,
    name: &str,
    value: &Dynamic,
    key: Option<&str>,
) -> Fallible<()> {
    let value = to_json(value).map_err(|kind| {
        let message = format!("`{name}` is a number or a text, not {kind}");
        Raised::new("script::wrong-value", message).boxed()
    })?;
    collector
        .edit(|c| c.set_parameter(name, &value))
        .map_err(|error| refused(error, key))
}

type C = CollectorHandle;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("register_module", |name: &str| module(name, &Map::new()))
        .register_fn("register_module", |name: &str, parameters: Map| {
            module(name, &parameters)
        })
        .register_fn(
            "param",
            |c: &mut C, name: &str, value: Dynamic| -> Fallible<C> {
                set(c, name, &value, None)?;
                Ok(c.clone())
            },
        );
}
