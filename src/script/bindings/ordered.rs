//! Maps that keep their order: the configuration, and `ordered([[key, value], …])`.

use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Array, Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::raise::{Fallible, Raised, raise};
use super::convert::to_json;

/// A map that keeps its order; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Ordered(pub(crate) Arc<IndexMap<String, Dynamic>>);

impl Ordered {
    pub(crate) fn member(&self, key: &str) -> Fallible<Dynamic> {
        if let Some(value) = self.0.get(key) {
            return Ok(value.clone());
        }
        let known = self.0.keys().map(String::as_str);
        let near =
            crate::settings::nearest(key, known).map(|near| format!("did you mean `{near}`?"));
        let all: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let hint = near.unwrap_or_else(|| match all.len() {
            0 => "it is empty".into(),
            _ => format!("there are: {}", all.join(", ")),
        });
        Err(
            Raised::new("script::unknown-key", format!("there is no `{key}` here"))
                .hint(hint)
                .boxed(),
        )
    }
}

/// One entry of `items()`.
pub(crate) fn entry(key: &str, value: Dynamic) -> Dynamic {
    Map::from([("key".into(), key.into()), ("value".into(), value)]).into()
}

fn ordered(pairs: Array) -> Fallible<Ordered> {
    let mut map = IndexMap::new();
    for pair in pairs {
        let pair = pair.into_array().unwrap_or_default();
        let [key, value] = <[Dynamic; 2]>::try_from(pair).map_err(|_| {
            Raised::new(
                "script::wrong-value",
                "ordered takes pairs: [[key, value], …]",
            )
            .boxed()
        })?;
        let key = key.into_string().map_err(|kind| {
            Raised::new(
                "script::wrong-value",
                format!("a key is a text, not {kind}"),
            )
            .boxed()
        })?;
        if map.contains_key(&key) {
            return Err(Raised::new(
                "script::wrong-value",
                format!("the key `{key}` is given twice"),
            )
            .boxed());
        }
        map.insert(key, value);
    }
    Ok(Ordered(Arc::new(map)))
}

fn check_keys(options: &Map, known: &Array) -> Fallible<()> {
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    refuse_others(
        options,
        &known.iter().map(String::as_str).collect::<Vec<_>>(),
        "these options",
    )
}

/// A map, also one that keeps its order; `None` for what is no map.
pub(crate) fn map_of(value: &Dynamic) -> Option<Map> {
    if let Some(ordered) = value.read_lock::<Ordered>() {
        let members = ordered.0.iter();
        return Some(
            members
                .map(|(key, value)| (key.into(), value.clone()))
                .collect(),
        );
    }
    value.read_lock::<Map>().map(|map| map.clone())
}

/// Refuses keys of a map of options that nobody reads.
pub(crate) fn refuse_others(options: &Map, known: &[&str], what: &str) -> Fallible<()> {
    for key in options.keys() {
        if !known.contains(&key.as_str()) {
            let near = crate::settings::nearest(key, known.iter().copied());
            let hint = near.map_or_else(
                || format!("known are {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("{what} have no key `{key}`");
            return Err(Raised::new("script::unknown-key", message)
                .hint(hint)
                .key(key)
                .boxed());
        }
    }
    Ok(())
}

/// Whether two maps have the same keys with the same values, in whatever order.
fn same(a: &Dynamic, b: &Dynamic) -> Fallible<bool> {
    let plain = |value: &Dynamic| to_json(value).map_err(|error| raise("script::compared")(&error));
    Ok(plain(a)? == plain(b)?)
}

fn equality(engine: &mut Engine) {
    type O = Ordered;
    for (sign, equal) in [("==", true), ("!=", false)] {
        let compare =
            move |a: Dynamic, b: Dynamic| Ok::<_, Box<rhai::EvalAltResult>>(same(&a, &b)? == equal);
        engine
            .register_fn(sign, move |a: O, b: O| {
                compare(Dynamic::from(a), Dynamic::from(b))
            })
            .register_fn(sign, move |a: O, b: Map| {
                compare(Dynamic::from(a), b.into())
            })
            .register_fn(sign, move |a: Map, b: O| {
                compare(a.into(), Dynamic::from(b))
            });
    }
}

pub(super) fn register(engine: &mut Engine) {
    equality(engine);
    engine
        .register_type_with_name::<Ordered>("Ordered")
        .register_fn("ordered", ordered)
        .register_fn("check_keys", |options: Ordered, known: Array| {
            check_keys(&map_of(&Dynamic::from(options)).unwrap_or_default(), &known)
        })
        .register_indexer_get(|map: &mut Ordered, key: &str| map.member(key))
        .register_fn("get", |map: &mut Ordered, key: &str, default: Dynamic| {
            map.0.get(key).cloned().unwrap_or(default)
        })
        .register_fn("get", |map: &mut Map, key: &str, default: Dynamic| {
            map.get(key).cloned().unwrap_or(default)
        })
        .register_fn("keys", |map: &mut Ordered| -> Array {
            map.0.keys().map(|key| key.as_str().into()).collect()
        })
        .register_fn("items", |map: &mut Ordered| -> Array {
            map.0
                .iter()
                .map(|(key, value)| entry(key, value.clone()))
                .collect()
        })
        .register_fn("items", |map: &mut Map| -> Array {
            map.iter()
                .map(|(key, value)| entry(key, value.clone()))
                .collect()
        })
        .register_fn("len", |map: &mut Ordered| map.0.len() as i64)
        .register_fn("contains", |map: &mut Ordered, key: &str| {
            map.0.contains_key(key)
        })
        .register_fn("check_keys", |options: &mut Map, known: Array| {
            check_keys(options, &known)
        })
        .register_fn(
            "map_of",
            |call: NativeCallContext<'_>, keys: Array, make: FnPtr| -> Fallible<Map> {
                keys.into_iter()
                    .map(|key| {
                        Ok((
                            key.to_string().into(),
                            make.call_within_context(&call, (key,))?,
                        ))
                    })
                    .collect()
            },
        );
}
