//! A closure as it was written, in our own words: what is left after Rhai's tree has been read.

use crate::expr::Place;

/// A part of a closure and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

/// What a part of a closure is. Everything that a script can say has its place here, so that two
/// closures that differ render differently; only some of it can be compiled.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// A variable by its bare name.
    Name(String),
    /// `module::NAME`; modules from the outermost.
    Qualified(Vec<String>, String),
    /// `target.name`
    Member(Box<Term>, String),
    /// `target[index]`
    Index(Box<Term>, Box<Term>),
    /// An operator by its sign; `&&` and `||` too.
    Operator(String, Vec<Term>),
    /// A call, with the modules that lead to the function.
    Call(Vec<String>, String, Vec<Term>),
    /// `target.name(arguments)`
    Method(Box<Term>, String, Vec<Term>),
    /// Condition, what happens if true, what happens if not (may be empty).
    If(Box<Term>, Vec<Term>, Vec<Term>),
    Switch(Box<Switch>),
    Block(Vec<Term>),
    /// A closure inside: the name of its function and the variables it captures.
    Closure(String, Vec<Term>),
    Map(Vec<(String, Term)>),
    Array(Vec<Term>),
    /// `let` or `const`.
    Let(String, Box<Term>),
    Return(Option<Box<Term>>),
    /// Target, operator, value.
    Assign(Box<Term>, String, Box<Term>),
    /// Whatever cannot be compiled: what it is in words, the names it brings, its parts.
    Other(&'static str, Vec<String>, Vec<Term>),
}

/// `switch`, with its cases in the order in which they are tried.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Switch {
    pub(super) subject: Term,
    pub(super) cases: Vec<Case>,
    /// The case `_`.
    pub(super) default: Option<Term>,
}

/// One alternative of a `switch`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    pub(super) pattern: Pattern,
    /// The condition after `if`.
    pub(super) condition: Option<Term>,
    pub(super) body: Term,
}

/// What a case of a `switch` asks of the subject.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// To be this literal.
    Is(Kind),
    /// To be in this range; the end belongs to it if the last is true.
    In(i64, i64, bool),
    /// Something that could not be read from Rhai's tree.
    Unknown,
}

/// A function or closure.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Names of the parameters; captured variables come first.
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Term>,
    pub(super) place: Place,
}

impl Term {
    /// The terms directly inside, in the order of writing.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Unit
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Text(_)
            | Kind::Name(_)
            | Kind::Qualified(..) => Vec::new(),
            Kind::Member(target, _) | Kind::Let(_, target) => vec![target],
            Kind::Index(a, b) | Kind::Assign(a, _, b) => vec![a, b],
            Kind::Operator(_, parts)
            | Kind::Call(_, _, parts)
            | Kind::Block(parts)
            | Kind::Closure(_, parts)
            | Kind::Array(parts)
            | Kind::Other(_, _, parts) => parts.iter().collect(),
            Kind::Method(target, _, arguments) => {
                std::iter::once(&**target).chain(arguments).collect()
            }
            Kind::If(condition, yes, no) => {
                std::iter::once(&**condition).chain(yes).chain(no).collect()
            }
            Kind::Switch(switch) => switch.parts(),
            Kind::Map(members) => members.iter().map(|(_, member)| member).collect(),
            Kind::Return(value) => value.iter().map(|value| &**value).collect(),
        }
    }
}

impl Switch {
    fn parts(&self) -> Vec<&Term> {
        let mut parts = vec![&self.subject];
        for case in &self.cases {
            parts.extend(&case.condition);
            parts.push(&case.body);
        }
        parts.extend(&self.default);
        parts
    }
}
