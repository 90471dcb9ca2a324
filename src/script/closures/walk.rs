//! The walk over Rhai's syntax tree: the one place that knows its shape.
//!
//! The shape is not covered by Rhai's promise of stability; its version is pinned for this file.

use rhai::{
    AST, ASTFlags, ASTNode, BinaryExpr, Dynamic, Expr, FnCallExpr, FnPtr, Position, ScriptFuncDef,
    Stmt, StmtBlock, SwitchCasesCollection,
};

use crate::expr::Place;

use super::super::Source;
use super::term::{Function, Kind, Switch, Term};
use super::{cases, term};

/// The statements of a function, as Rhai runs them.
pub(in super::super) fn statements(ast: &AST, definition: &ScriptFuncDef) -> Vec<Stmt> {
    let mut only = ast.clone_functions_only();
    only.retain_functions(|_, _, name, parameters| {
        name == definition.name.as_str() && parameters == definition.params.len()
    });
    let mut body = Vec::new();
    only.walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    body
}

/// A function of a source, read.
pub(super) fn function(source: &Source, definition: &ScriptFuncDef) -> Function {
    let reader = Reader { source };
    Function {
        parameters: definition.params.iter().map(ToString::to_string).collect(),
        body: reader.block(&statements(&source.ast, definition)),
        place: source.place(definition.body.start_position()),
    }
}

/// Reads the tree of one source.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
}

impl Reader<'_> {
    fn place(&self, position: Position) -> Place {
        self.source.place(position)
    }

    fn block(&self, statements: &[Stmt]) -> Vec<Term> {
        statements
            .iter()
            .filter(|statement| !statement.is_noop() && !matches!(statement, Stmt::Share(..)))
            .map(|statement| self.statement(statement))
            .collect()
    }

    fn statement(&self, statement: &Stmt) -> Term {
        let place = self.place(statement.position());
        let kind = match statement {
            Stmt::Expr(expr) => return self.expr(expr),
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Block(block) => Kind::Block(self.block(block.statements())),
            Stmt::If(flow, _) => Kind::If(
                self.boxed(&flow.expr),
                self.block(flow.body.statements()),
                self.block(flow.branch.statements()),
            ),
            Stmt::Var(variable, _, _) => {
                Kind::Let(variable.0.name.to_string(), self.boxed(&variable.1))
            }
            Stmt::Return(value, flags, _) if !flags.contains(ASTFlags::BREAK) => {
                Kind::Return(value.as_ref().map(|value| self.boxed(value)))
            }
            Stmt::Switch(parts, position) => self.switch(&parts.0, &parts.1, *position),
            Stmt::Assignment(parts) => {
                let operator = parts.0.get_op_assignment_info();
                let operator = operator.map_or("=", |(_, _, _, sign, _, _)| sign);
                Kind::Assign(
                    self.boxed(&parts.1.lhs),
                    operator.to_owned(),
                    self.boxed(&parts.1.rhs),
                )
            }
            other => self.uncompilable(other),
        };
        Term { place, kind }
    }

    /// Statements that no formula can hold; their parts are kept to find the columns in them.
    fn uncompilable(&self, statement: &Stmt) -> Kind {
        let block = |block: &StmtBlock| Term {
            place: self.place(block.position()),
            kind: Kind::Block(self.block(block.statements())),
        };
        let value = |value: &Option<Box<Expr>>| -> Vec<Term> {
            value.iter().map(|value| self.expr(value)).collect()
        };
        match statement {
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                let names = std::iter::once(item)
                    .chain(counter)
                    .map(|n| n.name.to_string());
                let parts = vec![self.expr(&flow.expr), block(&flow.body)];
                Kind::Other("`for` loops", names.collect(), parts)
            }
            Stmt::While(flow, _) => {
                let parts = vec![self.expr(&flow.expr), block(&flow.body)];
                Kind::Other("`while` loops", Vec::new(), parts)
            }
            Stmt::Do(flow, flags, _) => {
                let until = flags.contains(ASTFlags::NEGATED);
                let what = if until {
                    "`do` … `until` loops"
                } else {
                    "`do` … `while` loops"
                };
                Kind::Other(
                    what,
                    Vec::new(),
                    vec![block(&flow.body), self.expr(&flow.expr)],
                )
            }
            Stmt::BreakLoop(v, flags, _) => {
                let what = if flags.contains(ASTFlags::BREAK) {
                    "`break`"
                } else {
                    "`continue`"
                };
                Kind::Other(what, Vec::new(), value(v))
            }
            Stmt::Return(v, _, _) => Kind::Other("`throw`", Vec::new(), value(v)),
            Stmt::TryCatch(flow, _) => {
                let names = match &flow.expr {
                    Expr::Variable(name, ..) => vec![name.1.to_string()],
                    _ => Vec::new(),
                };
                Kind::Other("`try`", names, vec![block(&flow.body), block(&flow.branch)])
            }
            Stmt::Import(parts, _) => Kind::Other(
                "`import`",
                vec![parts.1.name.to_string()],
                vec![self.expr(&parts.0)],
            ),
            _ => Kind::Other("this statement", vec![format!("{statement:?}")], Vec::new()),
        }
    }

    fn boxed(&self, expr: &Expr) -> Box<Term> {
        Box::new(self.expr(expr))
    }

    fn expr(&self, expr: &Expr) -> Term {
        if let Expr::Dot(..) | Expr::Index(..) = expr {
            return self.chain(expr);
        }
        let place = self.place(expr.start_position());
        let all = |parts: &[Expr]| -> Vec<Term> { parts.iter().map(|p| self.expr(p)).collect() };
        let other = |what, parts: &[Expr]| Kind::Other(what, Vec::new(), all(parts));
        let kind = match expr {
            Expr::Unit(_) => Kind::Unit,
            Expr::BoolConstant(value, _) => Kind::Bool(*value),
            Expr::IntegerConstant(value, _) => Kind::Int(*value),
            Expr::FloatConstant(value, _) => Kind::Float(**value),
            Expr::StringConstant(text, _) => Kind::Text(text.to_string()),
            Expr::CharConstant(letter, _) => Kind::Text(letter.to_string()),
            Expr::DynamicConstant(value, _) => constant(value),
            Expr::Variable(name, _, _) if name.2.is_empty() => Kind::Name(name.1.to_string()),
            Expr::Variable(name, _, _) => Kind::Qualified(modules(&name.2), name.1.to_string()),
            Expr::FnCall(call, _) => self.call(call),
            Expr::And(parts, _) => Kind::Operator("&&".to_owned(), all(parts)),
            Expr::Or(parts, _) => Kind::Operator("||".to_owned(), all(parts)),
            Expr::Coalesce(parts, _) => other("`??`", parts),
            Expr::Stmt(block) => self.inner(block),
            Expr::Array(parts, _) => Kind::Array(all(parts)),
            Expr::Map(parts, _) => Kind::Map(
                parts
                    .0
                    .iter()
                    .map(|(key, v)| (key.name.to_string(), self.expr(v)))
                    .collect(),
            ),
            Expr::InterpolatedString(parts, _) => other("building a text", parts),
            Expr::ThisPtr(_) => other("`this`", &[]),
            _ => Kind::Other("this expression", vec![format!("{expr:?}")], Vec::new()),
        };
        Term { place, kind }
    }

    /// A block that stands as an expression; one of a `Share` and a `curry` is a closure with
    /// captured variables.
    fn inner(&self, block: &StmtBlock) -> Kind {
        let mut terms = self.block(block.statements());
        let shares = block
            .statements()
            .iter()
            .any(|s| matches!(s, Stmt::Share(..)));
        if shares && terms.len() == 1 {
            return terms.remove(0).kind;
        }
        Kind::Block(terms)
    }

    fn call(&self, call: &FnCallExpr) -> Kind {
        let arguments: Vec<Term> = call.args.iter().map(|a| self.expr(a)).collect();
        let name = call.name.to_string();
        if call.is_operator_call() && name != "contains" {
            return Kind::Operator(name, arguments);
        }
        let plain = call.namespace.is_empty();
        match (name.as_str(), arguments.as_slice()) {
            (
                "curry",
                [
                    Term {
                        kind: Kind::Closure(function, captured),
                        ..
                    },
                    rest @ ..,
                ],
            ) if plain => {
                let captured = captured.iter().chain(rest).cloned().collect();
                return Kind::Closure(function.clone(), captured);
            }
            (
                "Fn",
                [
                    Term {
                        kind: Kind::Text(function),
                        ..
                    },
                ],
            ) if plain => {
                return Kind::Closure(function.clone(), Vec::new());
            }
            _ => {}
        }
        Kind::Call(modules(&call.namespace), name, arguments)
    }

    fn switch(&self, subject: &Expr, cases: &SwitchCasesCollection, position: Position) -> Kind {
        let body = |index: usize| self.expr(&cases.expressions[index].rhs);
        let condition = |index: usize| match &cases.expressions[index].lhs {
            Expr::BoolConstant(true, _) => None,
            condition => Some(self.expr(condition)),
        };
        let found = cases::read(cases, &self.source.text, self.place(position))
            .into_iter()
            .map(|(pattern, index)| term::Case {
                pattern,
                condition: condition(index),
                body: body(index),
            })
            .collect();
        Kind::Switch(Box::new(Switch {
            subject: self.expr(subject),
            cases: found,
            default: cases.def_case.map(body),
        }))
    }

    /// `a.b[1].c()`: Rhai nests such chains to the right, we nest them to the left.
    fn chain(&self, expr: &Expr) -> Term {
        match expr {
            Expr::Dot(parts, flags, _) => {
                let base = self.expr(&parts.lhs);
                self.after_dot(self.optional(base, *flags), &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                let base = self.expr(&parts.lhs);
                self.after_bracket(self.optional(base, *flags), &parts.rhs, *flags)
            }
            other => self.expr(other),
        }
    }

    /// `?.` and `?[` stop at `()`.
    fn optional(&self, base: Term, flags: ASTFlags) -> Term {
        if !flags.contains(ASTFlags::NEGATED) {
            return base;
        }
        let place = base.place;
        Term {
            place,
            kind: Kind::Other("`?.`", Vec::new(), vec![base]),
        }
    }

    fn after_dot(&self, base: Term, rest: &Expr) -> Term {
        match rest {
            Expr::Dot(parts, flags, _) => {
                let next = self.step(base, &parts.lhs);
                self.after_dot(self.optional(next, *flags), &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                let next = self.step(base, &parts.lhs);
                self.after_bracket(self.optional(next, *flags), &parts.rhs, *flags)
            }
            last => self.step(base, last),
        }
    }

    fn step(&self, base: Term, step: &Expr) -> Term {
        let base = Box::new(base);
        match step {
            Expr::Property(property, position) => Term {
                place: self.place(*position),
                kind: Kind::Member(base, property.2.to_string()),
            },
            Expr::MethodCall(call, position) => Term {
                place: self.place(*position),
                kind: Kind::Method(
                    base,
                    call.name.to_string(),
                    call.args.iter().map(|a| self.expr(a)).collect(),
                ),
            },
            other => {
                let part = self.expr(other);
                Term {
                    place: part.place,
                    kind: Kind::Other("this chain", Vec::new(), vec![*base, part]),
                }
            }
        }
    }

    fn after_bracket(&self, base: Term, rest: &Expr, flags: ASTFlags) -> Term {
        let ends = flags.contains(ASTFlags::BREAK);
        match rest {
            Expr::Dot(parts, next, _) if !ends => {
                let indexed = self.optional(self.indexed(base, &parts.lhs), *next);
                self.after_dot(indexed, &parts.rhs)
            }
            Expr::Index(parts, next, _) if !ends => {
                let BinaryExpr { lhs, rhs } = &**parts;
                let indexed = self.optional(self.indexed(base, lhs), *next);
                self.after_bracket(indexed, rhs, *next)
            }
            index => self.indexed(base, index),
        }
    }

    fn indexed(&self, base: Term, index: &Expr) -> Term {
        let index = self.expr(index);
        Term {
            place: index.place,
            kind: Kind::Index(Box::new(base), Box::new(index)),
        }
    }
}

fn modules(namespace: &rhai::Namespace) -> Vec<String> {
    namespace
        .path
        .iter()
        .map(|part| part.name.to_string())
        .collect()
}

/// A literal that Rhai keeps as a value.
pub(super) fn constant(value: &Dynamic) -> Kind {
    if let Some(pointer) = value.read_lock::<FnPtr>() {
        return Kind::Closure(pointer.fn_name().to_owned(), Vec::new());
    }
    match (value.as_int(), value.as_float(), value.as_bool()) {
        (Ok(number), _, _) => Kind::Int(number),
        (_, Ok(number), _) => Kind::Float(number),
        (_, _, Ok(truth)) => Kind::Bool(truth),
        _ if value.is_unit() => Kind::Unit,
        _ if value.is_string() => Kind::Text(value.to_string()),
        _ => Kind::Other("this constant", vec![format!("{value:?}")], Vec::new()),
    }
}
