//! From statements to one formula: `let`, `if`, `switch`, `return` and blocks.

use std::sync::Arc;

use crate::expr::{BinaryOp, Expr, Node, Path, Place, UnaryOp, Value};

use super::super::Context;
use super::meaning::{Lowered, Meaning, Scope, cannot, constant, is_row, scalar, wrong};
use super::term::{Case, Kind, Pattern, Switch, Term};

/// A formula of more nodes is not worth compiling; early returns multiply what follows them.
const MOST_NODES: u32 = 20_000;

/// The state of one compilation.
pub(super) struct Lowering<'a> {
    pub(super) context: &'a Context,
    /// Parameters of a model in the order of appearance.
    pub(super) parameters: Vec<String>,
    /// The functions whose bodies are being compiled, for recursion: source, name, parameters.
    pub(super) calls: Vec<(u32, String, usize)>,
    /// Rows of the outermost closure are frame 0; bodies of reductions have their own.
    pub(super) frame: u32,
    pub(super) frames: u32,
    /// What bodies of reductions read of the rows around them, to be named outside.
    pub(super) outer: Vec<(u32, Expr)>,
    locals: u32,
    nodes: u32,
}

/// What follows a block.
struct Rest<'a> {
    scope: &'a Scope,
    terms: &'a [Term],
    next: Option<&'a Rest<'a>>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self {
            context,
            parameters: Vec::new(),
            calls: Vec::new(),
            frame: 0,
            frames: 0,
            outer: Vec::new(),
            locals: 0,
            nodes: 0,
        }
    }

    pub(super) fn node(&mut self, node: Node, place: Place) -> Lowered<Meaning> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return cannot(place, "formulas of this length cannot be compiled");
        }
        Ok(Meaning::Expr(Arc::new(node), self.frame))
    }

    /// The value of a body of statements.
    pub(super) fn body(&mut self, scope: &Scope, terms: &[Term]) -> Lowered<Meaning> {
        self.sequence(scope, terms, None)
    }

    fn sequence(
        &mut self,
        scope: &Scope,
        terms: &[Term],
        rest: Option<&Rest<'_>>,
    ) -> Lowered<Meaning> {
        let Some((first, after)) = terms.split_first() else {
            return rest.map_or(Ok(Meaning::Unit), |rest| {
                self.sequence(rest.scope, rest.terms, rest.next)
            });
        };
        let last = after.is_empty() && rest.is_none();
        match &first.kind {
            Kind::Let(name, value) => {
                let value = self.meaning(scope, value)?;
                let (value, local) = self.named(value);
                let inner = self.sequence(&scope.with(name, value), after, rest)?;
                self.within(local, inner, first.place)
            }
            Kind::Return(Some(value)) => self.meaning(scope, value),
            Kind::Return(None) => Ok(Meaning::Unit),
            _ if last => self.tail(scope, first, None),
            _ if returns(first) => {
                let rest = Rest {
                    scope,
                    terms: after,
                    next: rest,
                };
                self.tail(scope, first, Some(&rest))
            }
            _ => {
                // Its value is not used, but what is wrong in it is wrong.
                self.meaning(scope, first)?;
                self.sequence(scope, after, rest)
            }
        }
    }

    /// The last statement, or one that may return before what follows it.
    fn tail(&mut self, scope: &Scope, term: &Term, rest: Option<&Rest<'_>>) -> Lowered<Meaning> {
        match &term.kind {
            Kind::If(condition, yes, no) => {
                let condition = self.value(scope, condition)?;
                match truth(&condition) {
                    Some(true) => self.sequence(scope, yes, rest),
                    Some(false) => self.sequence(scope, no, rest),
                    None => {
                        let yes = self.sequence(scope, yes, rest)?;
                        let no = self.sequence(scope, no, rest)?;
                        self.either(&condition, yes, no, term.place)
                    }
                }
            }
            Kind::Block(terms) => self.sequence(scope, terms, rest),
            Kind::Switch(switch) => self.switch(scope, switch, rest, term.place),
            _ => self.meaning(scope, term),
        }
    }

    /// One of two values, by a condition.
    fn either(
        &mut self,
        condition: &Expr,
        yes: Meaning,
        no: Meaning,
        place: Place,
    ) -> Lowered<Meaning> {
        match (yes, no) {
            (Meaning::Unit, Meaning::Unit) => Ok(Meaning::Unit),
            (Meaning::Unit, _) | (_, Meaning::Unit) => wrong(
                place,
                "this gives a value in some cases and none in others",
                "give a value in every case; `if` needs an `else`, `switch` a `_`",
            ),
            (Meaning::Map(yes), Meaning::Map(no)) => {
                let names = |map: &[(String, Meaning)]| -> Vec<String> {
                    let mut names: Vec<String> = map.iter().map(|(name, _)| name.clone()).collect();
                    names.sort();
                    names
                };
                if names(&yes) != names(&no) {
                    return wrong(
                        place,
                        format!(
                            "the two maps have different members: {} and {}",
                            names(&yes).join(", "),
                            names(&no).join(", ")
                        ),
                        "give every member in both",
                    );
                }
                let mut members = Vec::new();
                for (name, yes) in yes {
                    let found = no.iter().find(|(other, _)| *other == name);
                    let no = found.map_or(Meaning::Unit, |(_, no)| no.clone());
                    members.push((name, self.either(condition, yes, no, place)?));
                }
                Ok(Meaning::Map(members))
            }
            (yes, no) => {
                let yes = self.expr(yes, place)?;
                let no = self.expr(no, place)?;
                self.node(Node::If(Arc::clone(condition), yes, no, place), place)
            }
        }
    }

    fn switch(
        &mut self,
        scope: &Scope,
        switch: &Switch,
        rest: Option<&Rest<'_>>,
        place: Place,
    ) -> Lowered<Meaning> {
        let subject = self.value(scope, &switch.subject)?;
        let (subject, local) = self.named(Meaning::Expr(subject, self.frame));
        let subject = self.expr(subject, place)?;
        let value = self.cases(scope, &subject, switch, 0, rest, place)?;
        self.within(local, value, place)
    }

    fn cases(
        &mut self,
        scope: &Scope,
        subject: &Expr,
        switch: &Switch,
        number: usize,
        rest: Option<&Rest<'_>>,
        place: Place,
    ) -> Lowered<Meaning> {
        let Some(case) = switch.cases.get(number) else {
            let default = switch.default.as_slice();
            return self.sequence(scope, default, rest);
        };
        let condition = self.case_condition(scope, subject, case)?;
        let body = std::slice::from_ref(&case.body);
        match truth(&condition) {
            Some(true) => self.sequence(scope, body, rest),
            Some(false) => self.cases(scope, subject, switch, number + 1, rest, place),
            None => {
                let yes = self.sequence(scope, body, rest)?;
                let no = self.cases(scope, subject, switch, number + 1, rest, place)?;
                self.either(&condition, yes, no, place)
            }
        }
    }

    fn case_condition(&mut self, scope: &Scope, subject: &Expr, case: &Case) -> Lowered<Expr> {
        let place = case.body.place;
        let subject = || Arc::clone(subject);
        let fits = match &case.pattern {
            Pattern::Is(literal) => {
                let literal = Term {
                    place,
                    kind: literal.clone(),
                };
                let literal = self.value(scope, &literal)?;
                self.binary(BinaryOp::Eq, subject(), literal, place)?
            }
            Pattern::In(low, high, closed) => {
                let low = constant(Value::Int(*low));
                let high = constant(Value::Int(*high));
                let below = if *closed { BinaryOp::Le } else { BinaryOp::Lt };
                let low = self.binary(BinaryOp::Ge, subject(), low, place)?;
                let high = self.binary(below, subject(), high, place)?;
                self.binary(BinaryOp::And, low, high, place)?
            }
            Pattern::Unknown => {
                return cannot(
                    place,
                    "a case of this kind in a `switch` cannot be compiled",
                );
            }
        };
        match &case.condition {
            None => Ok(fits),
            Some(condition) => {
                let condition = self.value(scope, condition)?;
                self.binary(BinaryOp::And, fits, condition, place)
            }
        }
    }

    /// Gives a value a number if it is worth computing once.
    pub(super) fn named(&mut self, value: Meaning) -> (Meaning, Option<(u32, Expr)>) {
        match value {
            Meaning::Expr(expr, frame) if worth_naming(&expr) => {
                self.locals += 1;
                let local = Meaning::Expr(Arc::new(Node::Local(self.locals)), frame);
                (local, Some((self.locals, expr)))
            }
            other => (other, None),
        }
    }

    /// A value that may refer to a numbered one.
    pub(super) fn within(
        &mut self,
        local: Option<(u32, Expr)>,
        value: Meaning,
        place: Place,
    ) -> Lowered<Meaning> {
        let Some((number, definition)) = local else {
            return Ok(value);
        };
        match value {
            Meaning::Expr(expr, _) if is_constant(&expr) => Ok(Meaning::Expr(expr, self.frame)),
            Meaning::Expr(expr, frame) if frame == self.frame => {
                self.node(Node::Let(number, definition, expr), place)
            }
            Meaning::Map(members) => {
                let mut all = Vec::new();
                for (name, member) in members {
                    let local = Some((number, Arc::clone(&definition)));
                    all.push((name, self.within(local, member, place)?));
                }
                Ok(Meaning::Map(all))
            }
            Meaning::Array(items) => {
                let mut all = Vec::new();
                for item in items {
                    let local = Some((number, Arc::clone(&definition)));
                    all.push(self.within(local, item, place)?);
                }
                Ok(Meaning::Array(all))
            }
            Meaning::Closure(_) => cannot(
                place,
                "a closure that leaves the block of a `let` cannot be compiled",
            ),
            other => Ok(other),
        }
    }

    /// The formula of a term.
    pub(super) fn value(&mut self, scope: &Scope, term: &Term) -> Lowered<Expr> {
        let meaning = self.meaning(scope, term)?;
        self.expr(meaning, term.place)
    }

    /// The formula of something that must be a number, truth value or text.
    pub(super) fn expr(&mut self, meaning: Meaning, place: Place) -> Lowered<Expr> {
        let words = meaning.words();
        match meaning {
            Meaning::Expr(expr, frame) if frame == self.frame || is_constant(&expr) => Ok(expr),
            Meaning::Row(frame, path, place) if frame == self.frame && !is_row(&path) => {
                Ok(Arc::new(Node::Column(Path(path), place)))
            }
            // Named values reach into the bodies of reductions.
            Meaning::Expr(expr, 0) if matches!(*expr, Node::Local(_)) => Ok(expr),
            Meaning::Expr(expr, 0) => Ok(self.named_outside(expr)),
            Meaning::Row(0, path, place) if !is_row(&path) => {
                Ok(self.named_outside(Node::Column(Path(path), place).into()))
            }
            Meaning::Expr(..) => wrong(
                place,
                "this belongs to an element of another array",
                "use members of the element and of the row",
            ),
            Meaning::Row(..) => wrong(
                place,
                "the row itself is not a value",
                "name one of its members, as in `row.member`",
            ),
            Meaning::Parameters => wrong(
                place,
                "the parameters themselves are not a value",
                "name one of them, as in `p.sigma`",
            ),
            Meaning::Data(value) => match scalar(&value) {
                Some(value) => Ok(constant(value)),
                None if value.is_unit() => wrong(
                    place,
                    "this is `()`, not a number",
                    "give the variable a value before the closure",
                ),
                None => cannot(place, format!("{words} cannot be part of a formula")),
            },
            Meaning::Unit => wrong(
                place,
                "this gives no value",
                "end it with the value, as in `{ a + b }`",
            ),
            _ => cannot(place, format!("{words} cannot be part of a formula")),
        }
    }

    /// A value of the outermost row inside of a reduction.
    fn named_outside(&mut self, expr: Expr) -> Expr {
        if let Some((number, _)) = self.outer.iter().find(|(_, known)| *known == expr) {
            return Node::Local(*number).into();
        }
        self.locals += 1;
        self.outer.push((self.locals, expr));
        Node::Local(self.locals).into()
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        left: Expr,
        right: Expr,
        place: Place,
    ) -> Lowered<Expr> {
        if let Some(value) = decided(operator, &left, &right) {
            return Ok(constant(Value::Bool(value)));
        }
        let meaning = self.node(Node::Binary(operator, left, right, place), place)?;
        self.expr(meaning, place)
    }

    pub(super) fn unary(&mut self, operator: UnaryOp, of: Expr, place: Place) -> Lowered<Expr> {
        if let (UnaryOp::Not, Some(value)) = (operator, truth(&of)) {
            return Ok(constant(Value::Bool(!value)));
        }
        let meaning = self.node(Node::Unary(operator, of, place), place)?;
        self.expr(meaning, place)
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(&**expr, Node::Constant(_))
}

fn worth_naming(expr: &Expr) -> bool {
    !matches!(
        &**expr,
        Node::Constant(_) | Node::Column(..) | Node::Local(_) | Node::Parameter(..)
    )
}

/// The truth value if it is known before any row is seen.
pub(super) fn truth(expr: &Expr) -> Option<bool> {
    match &**expr {
        Node::Constant(Value::Bool(value)) => Some(*value),
        _ => None,
    }
}

/// Comparisons of constants and conditions with a constant side, so that a captured choice leaves
/// only the branch that it chooses.
fn decided(operator: BinaryOp, left: &Expr, right: &Expr) -> Option<bool> {
    match (operator, truth(left), truth(right)) {
        (BinaryOp::And, Some(false), _) => return Some(false),
        (BinaryOp::Or, Some(true), _) => return Some(true),
        (BinaryOp::And, Some(true), Some(right)) | (BinaryOp::Or, Some(false), Some(right)) => {
            return Some(right);
        }
        _ => {}
    }
    let (Node::Constant(left), Node::Constant(right)) = (&**left, &**right) else {
        return None;
    };
    let same = match (left, right) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        _ => return None,
    };
    match operator {
        BinaryOp::Eq => Some(same),
        BinaryOp::Ne => Some(!same),
        _ => None,
    }
}

/// Whether a statement may leave the function.
pub(super) fn returns(term: &Term) -> bool {
    matches!(term.kind, Kind::Return(_)) || term.parts().into_iter().any(returns)
}
