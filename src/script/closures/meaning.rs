//! What a part of a closure stands for while it is being compiled.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use crate::expr::{BinaryOp, Expr, Failure, Node, Path, Place, SIDES, UnaryOp, Value};

use super::super::{Environment, Source};

/// What a part of a closure stands for.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    /// A value per row, and the frame of rows that it belongs to.
    Expr(Expr, u32),
    /// A row, or something in it: the frame, the names that lead there, and where they begin.
    Row(u32, Vec<String>, Place),
    /// The parameters of a model.
    Parameters,
    /// A value known before any row is seen.
    Data(Dynamic),
    Map(Vec<(String, Self)>),
    Array(Vec<Self>),
    /// A closure written inside, with what it captured.
    Closure(Arc<Inner>),
    Unit,
    /// Something that only the row-by-row way can know.
    Opaque,
}

/// A closure written inside another one, or captured by it.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) home: Home,
    pub(super) function: String,
    pub(super) captured: Vec<Meaning>,
}

/// The text in which something is written, and what is seen there.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) source: Arc<Source>,
    pub(super) environment: Arc<Environment>,
}

/// The names that are known at one point of a closure.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) home: Home,
    pub(super) names: Vec<(String, Meaning)>,
}

impl Scope {
    pub(super) fn find(&self, name: &str) -> Option<&Meaning> {
        self.names
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, meaning)| meaning)
    }

    /// The same with one more name.
    pub(super) fn with(&self, name: &str, meaning: Meaning) -> Self {
        let mut scope = self.clone();
        scope.names.push((name.to_owned(), meaning));
        scope
    }
}

/// Why the compilation of a closure ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// No formula can say it; asked row by row it works.
    Cannot(Failure),
    /// It does not work in either way.
    Wrong(Failure),
}

/// Something compiled, or why not.
pub(super) type Lowered<T> = Result<T, Stop>;

impl Stop {
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Cannot(failure) | Self::Wrong(failure) => failure,
        }
    }
}

pub(super) fn failure(place: Place, message: impl Into<String>) -> Failure {
    Failure {
        message: message.into(),
        hint: None,
        place,
    }
}

/// No formula can say it.
pub(super) fn cannot<T>(place: Place, message: impl Into<String>) -> Lowered<T> {
    Err(Stop::Cannot(failure(place, message)))
}

/// It works in neither way.
pub(super) fn wrong<T>(
    place: Place,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Lowered<T> {
    Err(Stop::Wrong(Failure {
        message: message.into(),
        hint: Some(hint.into()),
        place,
    }))
}

pub(super) fn constant(value: Value) -> Expr {
    Arc::new(Node::Constant(value))
}

/// The number, truth value or text in a value of the script.
pub(super) fn scalar(value: &Dynamic) -> Option<Value> {
    if let Ok(number) = value.as_int() {
        return Some(Value::Int(number));
    }
    if let Ok(number) = value.as_float() {
        return Some(Value::Float(number));
    }
    if let Ok(truth) = value.as_bool() {
        return Some(Value::Bool(truth));
    }
    if let Ok(letter) = value.as_char() {
        return Some(Value::Text(letter.to_string().into()));
    }
    value
        .read_lock::<ImmutableString>()
        .map(|text| Value::Text(text.as_str().into()))
}

/// A value of the script from a number, truth value or text.
pub(super) fn dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => Dynamic::from(ImmutableString::from(&**text)),
    }
}

/// The value of a sum, difference or product of whole numbers that are known; `None` where it is more than
/// that, or too large.
fn whole(expr: &Expr) -> Option<i64> {
    match &**expr {
        Node::Constant(Value::Int(number)) => Some(*number),
        Node::Unary(UnaryOp::Neg, of, _) => whole(of)?.checked_neg(),
        Node::Binary(op, a, b, _) => {
            let (a, b) = (whole(a)?, whole(b)?);
            match op {
                BinaryOp::Add => a.checked_add(b),
                BinaryOp::Sub => a.checked_sub(b),
                BinaryOp::Mul => a.checked_mul(b),
                _ => None,
            }
        }
        _ => None,
    }
}

impl Meaning {
    /// The value if it is known before any row is seen.
    pub(super) fn known(&self) -> Option<Dynamic> {
        match self {
            Self::Data(value) => Some(value.clone()),
            Self::Expr(expr, _) => match &**expr {
                Node::Constant(value) => Some(dynamic(value)),
                _ => whole(expr).map(Dynamic::from),
            },
            Self::Unit => Some(Dynamic::UNIT),
            Self::Array(items) => {
                let items: Option<Vec<Dynamic>> = items.iter().map(Self::known).collect();
                items.map(Dynamic::from_array)
            }
            Self::Map(members) => {
                let members: Option<rhai::Map> = members
                    .iter()
                    .map(|(name, member)| Some((name.as_str().into(), member.known()?)))
                    .collect();
                members.map(Dynamic::from_map)
            }
            _ => None,
        }
    }

    /// What it is, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Expr(..) => "a number".to_owned(),
            Self::Row(_, path, _) if is_row(path) => "the row itself".to_owned(),
            Self::Row(_, path, _) => format!("`{}`", Path(path.clone())),
            Self::Parameters => "the parameters".to_owned(),
            Self::Data(value) => format!("a value of type {}", short(value.type_name())),
            Self::Map(_) => "a map".to_owned(),
            Self::Array(_) => "an array".to_owned(),
            Self::Closure(_) => "a closure".to_owned(),
            Self::Unit => "no value".to_owned(),
            Self::Opaque => "a value".to_owned(),
        }
    }
}

/// Whether a path leads to a row itself: to the only one, or to one of a pair.
pub(super) fn is_row(path: &[String]) -> bool {
    match path {
        [] => true,
        [side] => SIDES.contains(&side.as_str()),
        _ => false,
    }
}

/// The name of a Rust type without the modules before it.
pub(super) fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
