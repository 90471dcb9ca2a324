//! From calls to their meaning: functions everywhere, functions of the script, reductions.

use std::sync::Arc;

use rhai::ScriptFuncDef;

use crate::expr::{Expr, Function, Lookup, Node, Path, Place, Reduction};

use super::data;
use super::lower::Lowering;
use super::meaning::{Home, Inner, Lowered, Meaning, Scope, cannot, is_row, wrong};
use super::near;
use super::term::Term;
use super::walk;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        scope: &Scope,
        modules: &[String],
        name: &str,
        arguments: &[Term],
        place: Place,
    ) -> Lowered<Meaning> {
        let values: Lowered<Vec<Meaning>> = arguments
            .iter()
            .map(|argument| self.meaning(scope, argument))
            .collect();
        let values = values?;
        let Some(home) = data::home(self.context, &scope.home, modules) else {
            return cannot(
                place,
                format!("`{}::{name}` cannot be compiled", modules.join("::")),
            );
        };
        if let Some(definition) = data::function(&home.source, name, Some(values.len())) {
            return self.inline(&home, &definition, values, place);
        }
        if !modules.is_empty() {
            let functions = data::functions(&home.source);
            let names = functions.iter().map(|f| f.name.as_str());
            let hint = near::hint(name, names, "check its name and its number of parameters");
            let message = format!(
                "the module `{}` has no function `{name}` with {} parameters",
                modules.join("::"),
                values.len()
            );
            return wrong(place, message, hint);
        }
        self.function(scope, name, values, arguments, place)
    }

    /// A function that every closure may use.
    fn function(
        &mut self,
        scope: &Scope,
        name: &str,
        values: Vec<Meaning>,
        written: &[Term],
        place: Place,
    ) -> Lowered<Meaning> {
        if let Some(function) = Function::named(name, values.len()) {
            let mut all = Vec::new();
            for (value, term) in values.into_iter().zip(written) {
                all.push(self.expr(value, term.place)?);
            }
            return self.node(Node::Call(function, all, place), place);
        }
        if let Some((_, _, wanted)) = Function::ALL.iter().find(|(_, known, _)| *known == name) {
            let given = values.len();
            return wrong(
                place,
                format!(
                    "`{name}` takes {wanted} value{}, not {given}",
                    if *wanted == 1 { "" } else { "s" }
                ),
                format!(
                    "write `{name}({})`",
                    ["x", "y", "z"][..(*wanted).min(3)].join(", ")
                ),
            );
        }
        if name == "log" {
            return wrong(
                place,
                "`log` may mean two things",
                "write `ln(x)` or `log10(x)`",
            );
        }
        if let ("at", [Meaning::Data(value), index]) = (name, values.as_slice())
            && value.is::<Lookup>()
        {
            return self.looked_up(value, index.clone(), place);
        }
        if let ("contains", [collection, item]) = (name, values.as_slice()) {
            return self.contained(collection, item.clone(), place);
        }
        let functions = data::functions(&scope.home.source);
        let names = Function::ALL
            .iter()
            .map(|(_, known, _)| *known)
            .chain(functions.iter().map(|f| f.name.as_str()));
        match near::nearest(name, names) {
            Some(near) if !data::native(name) => wrong(
                place,
                format!("the function `{name}` is unknown"),
                format!("did you mean `{near}`?"),
            ),
            _ => data::call(self.context, name, &values, place).unwrap_or_else(|| {
                cannot(place, format!("the function `{name}` cannot be compiled"))
            }),
        }
    }

    pub(super) fn method(
        &mut self,
        scope: &Scope,
        target: &Term,
        name: &str,
        arguments: &[Term],
        place: Place,
    ) -> Lowered<Meaning> {
        let object = self.meaning(scope, target)?;
        let values: Lowered<Vec<Meaning>> = arguments
            .iter()
            .map(|argument| self.meaning(scope, argument))
            .collect();
        let mut values = values?;
        match (object, values.as_slice()) {
            (Meaning::Row(frame, path, start), [Meaning::Closure(inner)]) if !is_row(&path) => {
                let inner = Arc::clone(inner);
                self.reduction(frame, path, name, &inner, start, place)
            }
            (Meaning::Row(frame, path, start), []) if name == "len" && !is_row(&path) => {
                if frame != self.frame {
                    return self
                        .expr(Meaning::Row(frame, path, start), place)
                        .map(|e| Meaning::Expr(e, frame));
                }
                self.node(Node::Reduce(Reduction::Len, Path(path), None, start), place)
            }
            (Meaning::Data(value), [index]) if name == "at" && value.is::<Lookup>() => {
                self.looked_up(&value, index.clone(), place)
            }
            (Meaning::Closure(inner), _) if name == "call" => self.apply(&inner, values, place),
            (Meaning::Data(value), _) if name == "call" && value.is_fnptr() => {
                match data::closure(self.context, &scope.home, &value) {
                    Some(inner) => self.apply(&inner, values, place),
                    None => cannot(place, "this closure cannot be compiled"),
                }
            }
            (object, _) => {
                let known = object.known();
                let words = object.words();
                if Function::ALL.iter().any(|(_, known, _)| *known == name) && is_number(&object) {
                    values.insert(0, object);
                    let written: Vec<Term> =
                        std::iter::once(target).chain(arguments).cloned().collect();
                    return self.function(scope, name, values, &written, place);
                }
                if name == "log" {
                    return self.function(scope, name, Vec::new(), &[], place);
                }
                if let ("contains", [item], true) = (name, values.as_slice(), known.is_some()) {
                    return self.contained(&object, item.clone(), place);
                }
                if known.is_some() {
                    values.insert(0, object);
                    let value = data::call(self.context, name, &values, place);
                    return value.unwrap_or_else(|| {
                        cannot(place, format!("`.{name}(…)` of {words} cannot be compiled"))
                    });
                }
                let names = Function::ALL.iter().map(|(_, known, _)| *known);
                match near::nearest(
                    name,
                    names.chain(["count", "sum", "max", "min", "any", "len"]),
                ) {
                    Some(near) if !data::native(name) => wrong(
                        place,
                        format!("the function `{name}` is unknown"),
                        format!("did you mean `{near}`?"),
                    ),
                    _ => cannot(place, format!("`.{name}(…)` cannot be compiled")),
                }
            }
        }
    }

    /// `e.Tracks.count(|t| …)`
    fn reduction(
        &mut self,
        frame: u32,
        path: Vec<String>,
        name: &str,
        inner: &Inner,
        start: Place,
        place: Place,
    ) -> Lowered<Meaning> {
        let reduction = match name {
            "count" => Reduction::Count,
            "sum" => Reduction::Sum,
            "max" => Reduction::Max,
            "min" => Reduction::Min,
            "any" => Reduction::Any,
            _ => {
                let known = ["count", "sum", "max", "min", "any", "len"];
                let hint = near::hint(
                    name,
                    known.into_iter(),
                    "count, sum, max, min, any and len are there",
                );
                return wrong(
                    place,
                    format!("`{name}` cannot be asked of the array `{}`", Path(path)),
                    hint,
                );
            }
        };
        if self.frame > 0 || frame != self.frame {
            return wrong(
                place,
                format!(
                    "`{}` is asked for each element of another array",
                    Path(path)
                ),
                "give it a name before, as in `let n = …;`, or split the closure with `define`",
            );
        }
        self.frames += 1;
        self.frame = self.frames;
        let row = Meaning::Row(self.frame, Vec::new(), place);
        let body = self
            .apply(inner, vec![row], place)
            .and_then(|body| self.expr(body, place));
        self.frame = 0;
        let named = std::mem::take(&mut self.outer);
        let mut value = self.node(
            Node::Reduce(reduction, Path(path), Some(body?), start),
            place,
        )?;
        for local in named.into_iter().rev() {
            value = self.within(Some(local), value, place)?;
        }
        Ok(value)
    }

    /// The value of a closure for these arguments.
    pub(super) fn apply(
        &mut self,
        inner: &Inner,
        values: Vec<Meaning>,
        place: Place,
    ) -> Lowered<Meaning> {
        let values: Vec<Meaning> = inner.captured.iter().cloned().chain(values).collect();
        match data::function(&inner.home.source, &inner.function, Some(values.len())) {
            Some(definition) => self.inline(&inner.home, &definition, values, place),
            None => wrong(
                place,
                format!(
                    "this closure does not take {} parameters",
                    values.len() - inner.captured.len()
                ),
                "check the names between the bars",
            ),
        }
    }

    /// The body of a script function with these values as its parameters.
    pub(super) fn inline(
        &mut self,
        home: &Home,
        definition: &Arc<ScriptFuncDef>,
        values: Vec<Meaning>,
        place: Place,
    ) -> Lowered<Meaning> {
        let key = (
            home.source.id,
            definition.name.to_string(),
            definition.params.len(),
        );
        if self.calls.contains(&key) {
            return cannot(
                place,
                format!("`{}` calls itself, which cannot be compiled", key.1),
            );
        }
        let function = walk::function(&home.source, definition);
        let mut scope = Scope {
            home: home.clone(),
            names: Vec::new(),
        };
        let mut locals: Vec<(u32, Expr)> = Vec::new();
        for (name, value) in function.parameters.iter().zip(values) {
            let (value, local) = self.named(value);
            locals.extend(local);
            scope.names.push((name.clone(), value));
        }
        self.calls.push(key);
        let value = self.body(&scope, &function.body);
        self.calls.pop();
        let mut value = value?;
        for local in locals.into_iter().rev() {
            value = self.within(Some(local), value, place)?;
        }
        Ok(value)
    }
}

/// Whether something may be a number per row.
fn is_number(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Expr(..) => true,
        Meaning::Row(_, path, _) => !is_row(path),
        Meaning::Data(value) => super::meaning::scalar(value).is_some(),
        _ => false,
    }
}
