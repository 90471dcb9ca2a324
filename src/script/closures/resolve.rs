//! From expressions to their meaning: names, members, elements, operators.

use std::sync::Arc;

use rhai::Dynamic;

use crate::expr::{BinaryOp, Node, Path, Place, Reduction, UnaryOp, Value};

use super::changes::{captured_changed, root};
use super::data;
use super::lower::{Lowering, returns};
use super::meaning::{Inner, Lowered, Meaning, Scope, Stop, cannot, constant, is_row, wrong};
use super::near;
use super::term::{Kind, Term};

impl Lowering<'_> {
    /// What a term stands for.
    pub(super) fn meaning(&mut self, scope: &Scope, term: &Term) -> Lowered<Meaning> {
        let place = term.place;
        let known = |value| Ok(Meaning::Expr(constant(value), self.frame));
        match &term.kind {
            Kind::Unit => Ok(Meaning::Unit),
            Kind::Bool(value) => known(Value::Bool(*value)),
            Kind::Int(value) => known(Value::Int(*value)),
            Kind::Float(value) => known(Value::Float(*value)),
            Kind::Text(text) => known(Value::Text(text.as_str().into())),
            Kind::Name(name) => self.name(scope, name, place),
            Kind::Qualified(modules, name) => {
                let value = data::module_constant(self.context, &scope.home, modules, name);
                value.map_or_else(
                    || {
                        wrong(
                            place,
                            format!("`{}::{name}` is unknown", modules.join("::")),
                            "check the name and the `import`",
                        )
                    },
                    |value| Ok(Meaning::Data(value)),
                )
            }
            Kind::Member(target, name) => {
                let target = self.meaning(scope, target)?;
                self.member(target, name, place)
            }
            Kind::Index(target, index) => {
                let target = self.meaning(scope, target)?;
                let index = self.meaning(scope, index)?;
                self.index(target, &index, place)
            }
            Kind::Operator(sign, operands) => self.operator(scope, sign, operands, place),
            Kind::Call(modules, name, arguments) => {
                self.call(scope, modules, name, arguments, place)
            }
            Kind::Method(target, name, arguments) => {
                self.method(scope, target, name, arguments, place)
            }
            Kind::If(..) | Kind::Switch(_) | Kind::Block(_) if returns(term) => {
                cannot(place, "`return` inside an expression cannot be compiled")
            }
            Kind::If(..) | Kind::Switch(_) | Kind::Block(_) => {
                self.body(scope, std::slice::from_ref(term))
            }
            Kind::Closure(function, captured) => {
                let captured: Lowered<Vec<Meaning>> = captured
                    .iter()
                    .map(|term| self.meaning(scope, term))
                    .collect();
                let home = scope.home.clone();
                let inner = Inner {
                    home,
                    function: function.clone(),
                    captured: captured?,
                };
                Ok(Meaning::Closure(Arc::new(inner)))
            }
            Kind::Map(members) => {
                let mut all = Vec::new();
                for (name, member) in members {
                    all.push((name.clone(), self.meaning(scope, member)?));
                }
                Ok(Meaning::Map(all))
            }
            Kind::Array(items) => {
                let items: Lowered<Vec<Meaning>> =
                    items.iter().map(|item| self.meaning(scope, item)).collect();
                Ok(Meaning::Array(items?))
            }
            Kind::Assign(target, ..) => self.assignment(scope, target, place),
            Kind::Let(..) => Ok(Meaning::Unit),
            Kind::Return(_) => cannot(place, "`return` inside an expression cannot be compiled"),
            Kind::Other(what, ..) => cannot(place, format!("{what} cannot be compiled")),
        }
    }

    fn name(&mut self, scope: &Scope, name: &str, place: Place) -> Lowered<Meaning> {
        if let Some(meaning) = scope.find(name) {
            return Ok(match meaning {
                Meaning::Row(frame, path, _) if is_row(path) => {
                    Meaning::Row(*frame, path.clone(), place)
                }
                other => other.clone(),
            });
        }
        if let Some(value) = data::constant(&scope.home, name) {
            return Ok(Meaning::Data(value));
        }
        let number = match name {
            "PI" => std::f64::consts::PI,
            "NAN" => f64::NAN,
            "INFINITY" => f64::INFINITY,
            _ if data::function(&scope.home.source, name, None).is_some() => {
                let home = scope.home.clone();
                let inner = Inner {
                    home,
                    function: name.to_owned(),
                    captured: Vec::new(),
                };
                return Ok(Meaning::Closure(Arc::new(inner)));
            }
            _ => {
                let names = scope.names.iter().map(|(name, _)| name.as_str());
                let hint = near::hint(
                    name,
                    names,
                    "only parameters, captured variables and constants are known here",
                );
                return wrong(place, format!("the variable `{name}` is unknown"), hint);
            }
        };
        Ok(Meaning::Expr(constant(Value::Float(number)), self.frame))
    }

    fn member(&mut self, target: Meaning, name: &str, place: Place) -> Lowered<Meaning> {
        match target {
            Meaning::Row(frame, path, start) => {
                if name == "len" && !is_row(&path) && frame == self.frame {
                    return self.node(Node::Reduce(Reduction::Len, Path(path), None, start), place);
                }
                let start = if is_row(&path) { place } else { start };
                let path = path.into_iter().chain([name.to_owned()]).collect();
                Ok(Meaning::Row(frame, path, start))
            }
            Meaning::Parameters => {
                if !self.parameters.iter().any(|known| known == name) {
                    self.parameters.push(name.to_owned());
                }
                self.node(Node::Parameter(name.to_owned(), place), place)
            }
            Meaning::Map(members) => {
                let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
                match members.iter().find(|(known, _)| known == name) {
                    Some((_, member)) => Ok(member.clone()),
                    None => {
                        let hint = near::hint(name, names.iter().copied(), "check its name");
                        wrong(place, format!("the map has no member `{name}`"), hint)
                    }
                }
            }
            Meaning::Data(value) => data::member(self.context, &value, name, place),
            Meaning::Unit => wrong(
                place,
                format!("`()` has no member `{name}`"),
                "give it a value",
            ),
            other => match other.known() {
                Some(value) => data::member(self.context, &value, name, place),
                None => cannot(
                    place,
                    format!("`.{name}` of {} cannot be compiled", other.words()),
                ),
            },
        }
    }

    fn index(&mut self, target: Meaning, index: &Meaning, place: Place) -> Lowered<Meaning> {
        let known = index.known();
        let number = known.as_ref().and_then(|index| index.as_int().ok());
        let text = known
            .as_ref()
            .filter(|index| index.is_string())
            .map(ToString::to_string);
        match (target, number, text) {
            (Meaning::Row(frame, path, start), _, Some(name)) => {
                let start = if is_row(&path) { place } else { start };
                let path = path.into_iter().chain([name]).collect();
                Ok(Meaning::Row(frame, path, start))
            }
            (Meaning::Row(frame, path, start), Some(number), _) if !is_row(&path) => {
                let Ok(element) = u32::try_from(number) else {
                    return wrong(
                        place,
                        format!("the element {number} cannot be taken"),
                        "elements of a column are counted from 0 at the beginning",
                    );
                };
                if frame != self.frame {
                    return self
                        .expr(Meaning::Row(frame, path, start), place)
                        .map(|e| Meaning::Expr(e, frame));
                }
                self.node(Node::Element(Path(path), element, start), place)
            }
            (Meaning::Row(..), _, _) => {
                cannot(place, "an index that is not a constant cannot be compiled")
            }
            (Meaning::Map(members), _, Some(name)) => {
                self.member(Meaning::Map(members), &name, place)
            }
            (Meaning::Array(items), Some(number), _) => {
                let position = if number < 0 {
                    number + items.len() as i64
                } else {
                    number
                };
                let item = usize::try_from(position)
                    .ok()
                    .and_then(|p| items.get(p).cloned());
                item.map_or_else(
                    || {
                        let message = format!(
                            "the array has {} elements, there is no [{number}]",
                            items.len()
                        );
                        wrong(place, message, "count from 0")
                    },
                    Ok,
                )
            }
            (target, _, _) => match (target.known(), known) {
                (Some(value), Some(index)) => data::index(self.context, &value, &index, place),
                (Some(_), None) => {
                    cannot(place, "an index that is not a constant cannot be compiled")
                }
                _ => cannot(
                    place,
                    format!("an element of {} cannot be compiled", target.words()),
                ),
            },
        }
    }

    fn assignment(&self, scope: &Scope, target: &Term, place: Place) -> Lowered<Meaning> {
        match root(target).map(|name| (name, scope.find(name))) {
            Some((name, Some(Meaning::Row(..)))) => wrong(
                place,
                format!("the row `{name}` cannot be changed"),
                "a new column is made with `define`",
            ),
            Some((name, Some(Meaning::Data(_)))) if self.captured(scope, name) => {
                Err(Stop::Wrong(captured_changed(name, place)))
            }
            _ => cannot(place, "changing a variable cannot be compiled"),
        }
    }

    /// Whether a name is one of the outermost closure's captured variables.
    fn captured(&self, scope: &Scope, name: &str) -> bool {
        let parameters = scope
            .names
            .iter()
            .position(|(_, meaning)| matches!(meaning, Meaning::Row(..)));
        let last = scope.names.iter().rposition(|(known, _)| known == name);
        self.calls.len() <= 1 && matches!((last, parameters), (Some(at), Some(row)) if at < row)
    }

    fn operator(
        &mut self,
        scope: &Scope,
        sign: &str,
        operands: &[Term],
        place: Place,
    ) -> Lowered<Meaning> {
        let meanings: Lowered<Vec<Meaning>> = operands
            .iter()
            .map(|operand| self.meaning(scope, operand))
            .collect();
        let meanings = meanings?;
        if let Some(value) = data::operation(self.context, sign, &meanings) {
            return Ok(value);
        }
        let mut values = Vec::new();
        for (meaning, operand) in meanings.into_iter().zip(operands) {
            values.push(self.expr(meaning, operand.place)?);
        }
        let texts = values
            .iter()
            .any(|v| matches!(&**v, Node::Constant(Value::Text(_))));
        if sign == "+" && texts {
            return cannot(place, "building a text cannot be compiled");
        }
        let frame = self.frame;
        let result = match (sign, values.as_slice()) {
            ("-", [of]) => self.unary(UnaryOp::Neg, Arc::clone(of), place)?,
            ("!", [of]) => self.unary(UnaryOp::Not, Arc::clone(of), place)?,
            ("+", [of]) => Arc::clone(of),
            (_, [first, others @ ..]) if !others.is_empty() => {
                let Some(operator) = named(sign) else {
                    return cannot(place, format!("the operator `{sign}` cannot be compiled"));
                };
                let mut result = Arc::clone(first);
                for other in others {
                    result = self.binary(operator, result, Arc::clone(other), place)?;
                }
                result
            }
            _ => return cannot(place, format!("the operator `{sign}` cannot be compiled")),
        };
        Ok(Meaning::Expr(result, frame))
    }
}

impl Lowering<'_> {
    /// `item in collection`, which Rhai calls `contains`.
    pub(super) fn contained(
        &mut self,
        collection: &Meaning,
        item: Meaning,
        place: Place,
    ) -> Lowered<Meaning> {
        let item = self.expr(item, place)?;
        let frame = self.frame;
        let known = collection.known();
        if let Some((low, high)) = known.as_ref().and_then(data::range) {
            let [low, high] = [low, high].map(|end| constant(Value::Int(end)));
            let low = self.binary(BinaryOp::Ge, Arc::clone(&item), low, place)?;
            let high = self.binary(BinaryOp::Le, item, high, place)?;
            return Ok(Meaning::Expr(
                self.binary(BinaryOp::And, low, high, place)?,
                frame,
            ));
        }
        let Some(items) = known.and_then(|known| known.into_array().ok()) else {
            return cannot(
                place,
                format!("`in` {} cannot be compiled", collection.words()),
            );
        };
        let mut found = constant(Value::Bool(false));
        for (number, candidate) in items.into_iter().enumerate() {
            let candidate = self.expr(data_meaning(candidate.flatten_clone()), place)?;
            let same = self.binary(BinaryOp::Eq, Arc::clone(&item), candidate, place)?;
            found = match number {
                0 => same,
                _ => self.binary(BinaryOp::Or, found, same, place)?,
            };
        }
        Ok(Meaning::Expr(found, frame))
    }
}

fn named(sign: &str) -> Option<BinaryOp> {
    Some(match sign {
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Rem,
        "**" => BinaryOp::Pow,
        "<" => BinaryOp::Lt,
        "<=" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "==" => BinaryOp::Eq,
        "!=" => BinaryOp::Ne,
        "&&" => BinaryOp::And,
        "||" => BinaryOp::Or,
        _ => return None,
    })
}

/// A value known beforehand, as a meaning.
pub(super) fn data_meaning(value: Dynamic) -> Meaning {
    if value.is_unit() {
        Meaning::Unit
    } else {
        Meaning::Data(value)
    }
}
