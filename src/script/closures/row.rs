//! A row as a closure sees it that is asked row by row.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Position};

/// What a closure asks of a part of its row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// Its value.
    Value,
    /// How many elements it has.
    Len,
    /// One of its elements.
    Element(i64),
    /// Something over all elements: method, and the function of the closure.
    Reduction(String, String),
}

/// Which names lead to which of the values that are given for a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    inside: BTreeMap<String, Arc<Self>>,
    values: BTreeMap<Asked, usize>,
}

impl Layout {
    /// One more value.
    pub(super) fn add(
        &mut self,
        path: &[String],
        asked: Asked,
        number: usize,
    ) -> Result<(), String> {
        let Some((first, rest)) = path.split_first() else {
            self.values.insert(asked, number);
            return Ok(());
        };
        let inside = Arc::make_mut(self.inside.entry(first.clone()).or_default());
        inside.add(rest, asked, number)?;
        if inside.values.contains_key(&Asked::Value) && !inside.is_value() {
            return Err(format!("`{first}` is used as a value and as an object"));
        }
        Ok(())
    }

    /// Whether it has a value and nothing else.
    fn is_value(&self) -> bool {
        self.inside.is_empty() && self.values.len() == 1 && self.values.contains_key(&Asked::Value)
    }
}

/// A row, or an object in it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    layout: Arc<Layout>,
    values: Arc<[Dynamic]>,
}

type Answer = Result<Dynamic, Box<EvalAltResult>>;

impl Row {
    pub(super) fn new(layout: &Arc<Layout>, values: impl Iterator<Item = Dynamic>) -> Self {
        Self {
            layout: Arc::clone(layout),
            values: values.collect(),
        }
    }

    /// The part of a row that a name leads to; one without values if nothing of it is asked.
    pub(super) fn inside(&self, name: &str) -> Self {
        Self {
            layout: self.layout.inside.get(name).cloned().unwrap_or_default(),
            values: Arc::clone(&self.values),
        }
    }

    fn answer(&self, asked: &Asked, name: &str) -> Answer {
        let value = self
            .layout
            .values
            .get(asked)
            .and_then(|number| self.values.get(*number));
        value.cloned().ok_or_else(|| {
            let message =
                format!("`{name}` was not foreseen here; use the row by its own name only");
            EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()
        })
    }

    fn member(&mut self, name: &str) -> Answer {
        match self.layout.inside.get(name) {
            Some(inside) if inside.is_value() => {
                let inside = Self {
                    layout: Arc::clone(inside),
                    values: Arc::clone(&self.values),
                };
                inside.answer(&Asked::Value, name)
            }
            Some(inside) => Ok(Dynamic::from(Self {
                layout: Arc::clone(inside),
                values: Arc::clone(&self.values),
            })),
            None if name == "len" => self.answer(&Asked::Len, name),
            None => self.answer(&Asked::Value, name),
        }
    }
}

/// Teaches an engine what a row is.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Row>("Row");
    engine.register_indexer_get(|row: &mut Row, name: ImmutableString| row.member(&name));
    engine.register_indexer_get(|row: &mut Row, element: i64| {
        row.answer(&Asked::Element(element), "this element")
    });
    engine.register_fn("len", |row: &mut Row| row.answer(&Asked::Len, "len"));
    for name in ["count", "sum", "max", "min", "any"] {
        engine.register_fn(name, move |row: &mut Row, over: FnPtr| {
            row.answer(
                &Asked::Reduction(name.to_owned(), over.fn_name().to_owned()),
                name,
            )
        });
    }
}
