//! From trees to typed values.

use std::collections::HashMap;
use std::sync::Arc;

use super::instruction::{Compare, Domain, Float1, Float2, IntOp, Op};
use super::run::Level;
use super::values::{Definition, Id, Values};
use crate::expr::{
    BinaryOp, Expr, Failure, Lookup, Node, Path, Place, Schema, Slot, Type, UnaryOp, Unknown, Value,
};

/// Deeper formulas are refused: they would exhaust the stack.
const DEEPEST: u32 = 600;

/// Where in a formula we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Context {
    /// Rows for which this part counts; `None` is all.
    pub(super) guard: Option<Id>,
    /// Innermost `let`.
    pub(super) scope: u32,
    /// Array whose elements are looked at.
    pub(super) array: Option<u32>,
}

/// An array of the event that some reduction looks at.
pub(super) struct Array<'s> {
    pub(super) path: Path,
    pub(super) offsets: u32,
    pub(super) schema: Box<dyn Schema + 's>,
}

/// A formula under compilation.
pub(in crate::expr) struct Lowering<'s> {
    pub(super) values: Values,
    pub(super) arrays: Vec<Array<'s>>,
    pub(super) schema: &'s dyn Schema,
    parameters: &'s [String],
    /// Columns that are read: number and type (`None` for offsets), rows or elements.
    pub(super) inputs: Vec<(usize, Option<Type>, Domain)>,
    /// Look-ups, and where each stands first.
    pub(super) lookups: Vec<(Lookup, Place)>,
    /// For each output and look-up: the rows in which there was no value.
    pub(super) missed: Vec<(usize, u32, Id)>,
    /// The output that is being compiled.
    pub(super) number: usize,
    scopes: Vec<(u32, u32, Id)>,
    pub(super) memory: HashMap<(*const Node, Context), Id>,
    depth: u32,
}

/// What [`Lowering::finish`] hands on.
pub(in crate::expr) struct Lowered {
    pub(in crate::expr) schedule: super::Schedule,
    pub(in crate::expr) inputs: Vec<(usize, Option<Type>, Domain)>,
    pub(in crate::expr) levels: Vec<Level>,
    pub(in crate::expr) lookups: Vec<(Lookup, Place)>,
    /// Number of a look-up, and the output after the others that says where it had no value.
    pub(in crate::expr) missed: Vec<u32>,
}

pub(super) fn fail<T>(message: String, hint: Option<&str>, place: Place) -> Result<T, Failure> {
    Err(Failure {
        message,
        hint: hint.map(str::to_owned),
        place,
    })
}

impl<'s> Lowering<'s> {
    /// For formulas over `schema` with parameters of those names.
    pub(in crate::expr) fn new(schema: &'s dyn Schema, parameters: &'s [String]) -> Self {
        Self {
            values: Values::default(),
            arrays: Vec::new(),
            schema,
            parameters,
            inputs: Vec::new(),
            lookups: Vec::new(),
            missed: Vec::new(),
            number: 0,
            scopes: vec![(0, u32::MAX, 0)],
            memory: HashMap::new(),
            depth: 0,
        }
    }

    /// The value of a formula, one per row.
    pub(in crate::expr) fn output(&mut self, expr: &Expr) -> Result<(Id, Type), Failure> {
        let context = Context {
            guard: None,
            scope: 0,
            array: None,
        };
        self.next_output();
        let id = self.lower(expr, context)?;
        let kind = self.values.kind(id);
        if self.values.domain(id) != Domain::One {
            return Ok((id, kind));
        }
        if kind == Type::Text {
            let message = "a text that is the same for all rows cannot be a column";
            return fail(message.to_owned(), None, expr.place());
        }
        let fill = Op::Fill(kind);
        let filled = self
            .values
            .result_in(Domain::Rows, fill, &[id], None, expr.place());
        Ok((filled, kind))
    }

    /// Instructions for the outputs, and the columns they read.
    pub(in crate::expr) fn finish(self, outputs: &[Id]) -> Lowered {
        let missed = self.missed.iter().map(|(_, _, id)| *id);
        let all: Vec<Id> = outputs.iter().copied().chain(missed).collect();
        let schedule = super::schedule(&self.values, &all);
        let level = |a: &Array<'_>| Level { offsets: a.offsets };
        Lowered {
            schedule,
            inputs: self.inputs,
            levels: self.arrays.iter().map(level).collect(),
            lookups: self.lookups,
            missed: self.missed.iter().map(|(_, lookup, _)| *lookup).collect(),
        }
    }

    pub(super) fn lower(&mut self, expr: &Expr, context: Context) -> Result<Id, Failure> {
        let key = (Arc::as_ptr(expr), context);
        if let Some(&id) = self.memory.get(&key) {
            return Ok(id);
        }
        if self.depth >= DEEPEST {
            let message = format!("a formula may be nested {DEEPEST} deep at most");
            return fail(message, Some("split it with define"), expr.place());
        }
        self.depth += 1;
        let id = self.node(expr, context);
        self.depth -= 1;
        let id = id?;
        self.memory.insert(key, id);
        Ok(id)
    }

    fn node(&mut self, expr: &Expr, context: Context) -> Result<Id, Failure> {
        match &**expr {
            Node::Constant(value) => Ok(self.constant(value)),
            Node::Column(path, place) => self.column(path, None, *place, context),
            Node::Element(path, i, place) => self.column(path, Some(*i), *place, context),
            Node::Parameter(name, place) => self.parameter(name, *place),
            Node::Reduce(how, path, body, place) => {
                self.reduce(*how, path, body.as_ref(), *place, context)
            }
            Node::Unary(UnaryOp::Neg, x, place) => self.negative(x, *place, context),
            Node::Unary(UnaryOp::Channel, x, place) => self.channel(x, *place, context),
            Node::Unary(UnaryOp::Not, x, place) => {
                let x = self.condition(x, context)?;
                self.values.result(Op::Not, &[x], None, *place)
            }
            Node::Binary(BinaryOp::And, a, b, place) => self.and(a, b, *place, context),
            Node::Binary(BinaryOp::Or, a, b, place) => self.or(a, b, *place, context),
            Node::Binary(op, a, b, place) => self.binary(*op, a, b, *place, context),
            Node::Call(function, arguments, place) => {
                self.call(*function, arguments, *place, context)
            }
            Node::Lookup(lookup, index, place) => self.lookup(lookup, index, *place, context),
            Node::If(c, a, b, place) => self.choice(c, a, b, *place, context),
            Node::Let(number, value, body) => {
                let value = self.lower(value, context)?;
                let scope = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
                self.scopes.push((context.scope, *number, value));
                self.lower(body, Context { scope, ..context })
            }
            Node::Local(number) => self.local(*number, context.scope),
        }
    }

    fn constant(&mut self, value: &Value) -> Id {
        match value {
            Value::Bool(x) => self.values.bool(*x),
            Value::Int(x) => self.values.int(*x),
            Value::Float(x) => self.values.float(*x),
            Value::Text(x) => {
                let definition = Definition::Text(Arc::clone(x));
                let place = Place::default();
                self.values
                    .define(definition, Type::Text, Domain::One, place)
            }
        }
    }

    fn column(
        &mut self,
        path: &Path,
        element: Option<u32>,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let (found, domain) = match context.array {
            None => (self.schema.column(path, element), Domain::Rows),
            Some(array) => {
                let own = self.arrays[array as usize].schema.column(path, element);
                match (own, path.0.split_first()) {
                    (Err(_), Some((event, rest))) if event == "event" && !rest.is_empty() => {
                        let path = Path(rest.to_vec());
                        (self.schema.column(&path, element), Domain::Rows)
                    }
                    (own, _) => (own, Domain::Elements(array)),
                }
            }
        };
        let Slot { number, kind } = found.map_err(|unknown| unknown.at(place))?;
        Ok(self.input(number, Some(kind), domain, place))
    }

    /// The value that is read from a column.
    pub(super) fn input(
        &mut self,
        number: usize,
        kind: Option<Type>,
        domain: Domain,
        place: Place,
    ) -> Id {
        let position = self.input_position(number, kind, domain);
        let kind = kind.unwrap_or(Type::Int);
        self.values
            .define(Definition::Input(position), kind, domain, place)
    }

    pub(super) fn input_position(
        &mut self,
        number: usize,
        kind: Option<Type>,
        domain: Domain,
    ) -> u32 {
        let known = self.inputs.iter().position(|(n, ..)| *n == number);
        let position = known.unwrap_or_else(|| {
            self.inputs.push((number, kind, domain));
            self.inputs.len() - 1
        });
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    fn parameter(&mut self, name: &str, place: Place) -> Result<Id, Failure> {
        let Some(i) = self.parameters.iter().position(|p| p == name) else {
            let known = self.parameters.iter().map(String::as_str);
            return Err(Unknown::named("parameter", name, known).at(place));
        };
        let definition = Definition::Parameter(u32::try_from(i).unwrap_or(u32::MAX));
        Ok(self
            .values
            .define(definition, Type::Float, Domain::One, place))
    }

    fn local(&self, number: u32, mut scope: u32) -> Result<Id, Failure> {
        while scope != 0 {
            let (outer, n, value) = self.scopes[scope as usize];
            if n == number {
                return Ok(value);
            }
            scope = outer;
        }
        let message = format!("`let` number {number} is used outside of its body");
        fail(message, None, Place::default())
    }

    /// A part that must be a truth value.
    pub(super) fn condition(&mut self, expr: &Expr, context: Context) -> Result<Id, Failure> {
        let id = self.lower(expr, context)?;
        match self.values.kind(id) {
            Type::Bool => Ok(id),
            kind => not_a_condition(kind, expr.place()),
        }
    }

    fn negative(&mut self, x: &Expr, place: Place, context: Context) -> Result<Id, Failure> {
        let x = self.lower(x, context)?;
        match self.values.kind(x) {
            Type::Float => self
                .values
                .result(Op::Float1(Float1::Neg), &[x], None, place),
            Type::Int => {
                let op = Op::Int(IntOp::Neg);
                self.values.result(op, &[x], context.guard, place)
            }
            kind => no_number("-", kind, place),
        }
    }

    /// A context that counts only where the condition holds.
    fn only_where(
        &mut self,
        condition: Id,
        context: Context,
        place: Place,
    ) -> Result<Context, Failure> {
        let guard = match context.guard {
            None => condition,
            Some(outer) => self
                .values
                .result(Op::And, &[outer, condition], None, place)?,
        };
        let guard = Some(guard);
        Ok(Context { guard, ..context })
    }

    fn and(&mut self, a: &Expr, b: &Expr, place: Place, context: Context) -> Result<Id, Failure> {
        let a = self.condition(a, context)?;
        let inside = self.only_where(a, context, place)?;
        let b = self.condition(b, inside)?;
        self.values.result(Op::And, &[a, b], None, place)
    }

    fn or(&mut self, a: &Expr, b: &Expr, place: Place, context: Context) -> Result<Id, Failure> {
        let a = self.condition(a, context)?;
        let not_a = self.values.result(Op::Not, &[a], None, place)?;
        let inside = self.only_where(not_a, context, place)?;
        let b = self.condition(b, inside)?;
        self.values.result(Op::Or, &[a, b], None, place)
    }

    fn choice(
        &mut self,
        condition: &Expr,
        a: &Expr,
        b: &Expr,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let c = self.condition(condition, context)?;
        let not_c = self.values.result(Op::Not, &[c], None, place)?;
        let inside = self.only_where(c, context, place)?;
        let a = self.lower(a, inside)?;
        let outside = self.only_where(not_c, context, place)?;
        let b = self.lower(b, outside)?;
        let (a, b, kind) = match (self.values.kind(a), self.values.kind(b)) {
            (Type::Text, Type::Text) => {
                let message = "`if` cannot choose between texts".to_owned();
                return fail(message, Some("texts can only be compared"), place);
            }
            (ka, kb) if ka == kb => (a, b, ka),
            (Type::Int, Type::Float) => (self.as_float(a, place)?, b, Type::Float),
            (Type::Float, Type::Int) => (a, self.as_float(b, place)?, Type::Float),
            (ka, kb) => {
                let message = format!(
                    "both branches of `if` must give the same, not {} and {}",
                    ka.sentence(),
                    kb.sentence()
                );
                return fail(message, None, place);
            }
        };
        self.values
            .result(Op::Select(kind), &[c, a, b], None, place)
    }

    pub(super) fn as_float(&mut self, id: Id, place: Place) -> Result<Id, Failure> {
        match self.values.kind(id) {
            Type::Int => self.values.result(Op::ToFloat, &[id], None, place),
            _ => Ok(id),
        }
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let a = self.lower(a, context)?;
        let b = self.lower(b, context)?;
        match op {
            BinaryOp::Lt => self.compare(Compare::Lt, op, a, b, place),
            BinaryOp::Le => self.compare(Compare::Le, op, a, b, place),
            BinaryOp::Gt => self.compare(Compare::Gt, op, a, b, place),
            BinaryOp::Ge => self.compare(Compare::Ge, op, a, b, place),
            BinaryOp::Eq => self.compare(Compare::Eq, op, a, b, place),
            BinaryOp::Ne => self.compare(Compare::Ne, op, a, b, place),
            BinaryOp::Pow => self.power(op.symbol(), a, b, place, context),
            _ => self.arithmetic(op, a, b, place, context),
        }
    }

    fn compare(
        &mut self,
        how: Compare,
        op: BinaryOp,
        a: Id,
        b: Id,
        place: Place,
    ) -> Result<Id, Failure> {
        let equality = matches!(how, Compare::Eq | Compare::Ne);
        let (ka, kb) = (self.values.kind(a), self.values.kind(b));
        let op = match (ka, kb) {
            (Type::Int, Type::Int) => Op::CompareInt(how),
            (Type::Bool, Type::Bool) if equality => Op::CompareBool(how),
            (Type::Text, Type::Text) if equality => Op::CompareText(how),
            (Type::Int | Type::Float, Type::Int | Type::Float) => {
                let a = self.as_float(a, place)?;
                let b = self.as_float(b, place)?;
                return self
                    .values
                    .result(Op::CompareFloat(how), &[a, b], None, place);
            }
            _ => {
                let (sa, sb) = (ka.sentence(), kb.sentence());
                let message = format!("{} cannot compare {sa} with {sb}", op.symbol());
                let hint = match (ka, kb) {
                    (Type::Text, Type::Text) => Some("texts have only == and !="),
                    (Type::Bool, Type::Bool) => Some("truth values have only == and !="),
                    _ => None,
                };
                return fail(message, hint, place);
            }
        };
        self.values.result(op, &[a, b], None, place)
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        a: Id,
        b: Id,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let (ka, kb) = (self.values.kind(a), self.values.kind(b));
        for kind in [ka, kb] {
            if !matches!(kind, Type::Int | Type::Float) {
                return no_number(op.symbol(), kind, place);
            }
        }
        if (ka, kb) == (Type::Int, Type::Int) {
            let op = match op {
                BinaryOp::Add => IntOp::Add,
                BinaryOp::Sub => IntOp::Sub,
                BinaryOp::Mul => IntOp::Mul,
                BinaryOp::Rem => IntOp::Rem,
                _ => return Err(Failure::cut_quotient(place)),
            };
            return self
                .values
                .result(Op::Int(op), &[a, b], context.guard, place);
        }
        let a = self.as_float(a, place)?;
        let b = self.as_float(b, place)?;
        let op = match op {
            BinaryOp::Add => Float2::Add,
            BinaryOp::Sub => Float2::Sub,
            BinaryOp::Mul => Float2::Mul,
            BinaryOp::Rem => Float2::Rem,
            _ => Float2::Div,
        };
        self.values.result(Op::Float2(op), &[a, b], None, place)
    }
}

pub(super) fn not_a_condition<T>(kind: Type, place: Place) -> Result<T, Failure> {
    let message = format!(
        "a condition must be a truth value, this is {}",
        kind.sentence()
    );
    let hint = match kind {
        Type::Text => "compare it, as in `x == \"…\"`",
        _ => "compare it, as in `x != 0`",
    };
    fail(message, Some(hint), place)
}

pub(super) fn no_number<T>(what: &str, kind: Type, place: Place) -> Result<T, Failure> {
    let message = format!("{what} needs numbers, this is {}", kind.sentence());
    let hint = match kind {
        Type::Text => "texts can only be compared with == and !=",
        _ => "a truth value becomes a number with `if x { 1 } else { 0 }`",
    };
    fail(message, Some(hint), place)
}
