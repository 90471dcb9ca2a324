//! The tree of a formula as it was written, before types are known.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{Lookup, Value};

/// Where a part of a formula was written; only the script that wrote it can show the place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// Number of the source text; 0 when there is none (formulas built in Rust).
    pub source: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Place {
    /// This place, or the other one where there is none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::default() { other } else { self }
    }
}

/// The names that lead from a row to a column: `c.track.p` is `["track", "p"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Path(pub Vec<String>);

/// First names of the paths of pairs, `|a, b| a.m_time - b.m_time`: those of the first row of a
/// pair and of the second one. No member of a row has a bar in its name.
pub const SIDES: [&str; 2] = ["|a", "|b"];

impl Path {
    /// Of a path of a pair: 0 or 1 for the first or second row, and the path in that row.
    #[must_use]
    pub fn side(&self) -> Option<(usize, Self)> {
        let (first, rest) = self.0.split_first()?;
        let side = SIDES.iter().position(|side| side == first)?;
        Some((side, Self(rest.to_vec())))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.join(".");
        f.write_str(path.strip_prefix('|').unwrap_or(&path))
    }
}

/// A formula; cheap to clone.
pub type Expr = Arc<Node>;

/// One node of a formula.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum Node {
    /// A number, truth value or text.
    Constant(Value),
    /// A column of the row; resolved by whoever owns the rows.
    Column(Path, Place),
    /// One member of a fixed array: `c.m_pos[2]`.
    Element(Path, u32, Place),
    /// A parameter of a model: `p.sigma`.
    Parameter(String, Place),
    /// Something over all elements of an array of the event: `e.Tracks.count(|t| t.p > 1.0)`.
    /// Columns of the body are relative to the element; `None` for [`Reduction::Len`].
    Reduce(Reduction, Path, Option<Expr>, Place),
    /// One operand.
    Unary(UnaryOp, Expr, Place),
    /// Two operands; `And` and `Or` ask the second only when it matters.
    Binary(BinaryOp, Expr, Expr, Place),
    /// A function of section "everywhere" of the scripting API.
    Call(Function, Vec<Expr>, Place),
    /// The value under a whole number, the number of a channel.
    Lookup(Lookup, Expr, Place),
    /// Condition, value if true, value if false.
    If(Expr, Expr, Expr, Place),
    /// `let` number, value, body: the value is computed once.
    Let(u32, Expr, Expr),
    /// A reference to the `let` of that number.
    Local(u32),
}

/// A formula with `part` in place of each formula directly inside of it.
pub fn rebuilt(expr: &Expr, part: &mut dyn FnMut(&Expr) -> Expr) -> Expr {
    let node = match expr.as_ref() {
        Node::Constant(_)
        | Node::Column(..)
        | Node::Element(..)
        | Node::Parameter(..)
        | Node::Local(_) => return Arc::clone(expr),
        Node::Lookup(lookup, index, place) => Node::Lookup(lookup.clone(), part(index), *place),
        Node::Reduce(how, array, body, place) => {
            Node::Reduce(*how, array.clone(), body.as_ref().map(part), *place)
        }
        Node::Unary(op, a, place) => Node::Unary(*op, part(a), *place),
        Node::Binary(op, a, b, place) => Node::Binary(*op, part(a), part(b), *place),
        Node::Call(function, arguments, place) => {
            Node::Call(*function, arguments.iter().map(part).collect(), *place)
        }
        Node::If(a, b, c, place) => Node::If(part(a), part(b), part(c), *place),
        Node::Let(number, value, body) => Node::Let(*number, part(value), part(body)),
    };
    Arc::new(node)
}

impl Node {
    /// Where it was written; nowhere for constants.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Constant(_) | Self::Local(_) => Place::default(),
            Self::Let(_, value, body) => body.place().or(value.place()),
            Self::Column(_, place)
            | Self::Element(_, _, place)
            | Self::Parameter(_, place)
            | Self::Reduce(_, _, _, place)
            | Self::Unary(_, _, place)
            | Self::Binary(_, _, _, place)
            | Self::Call(_, _, place)
            | Self::Lookup(_, _, place)
            | Self::If(_, _, _, place) => *place,
        }
    }
}

/// What is taken over all elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Reduction {
    /// Number of elements.
    Len,
    /// Number of elements for which the body is true.
    Count,
    /// Sum of the body; 0 for none.
    Sum,
    /// Largest value of the body; NaN for none.
    Max,
    /// Smallest value of the body; NaN for none.
    Min,
    /// Whether the body is true for at least one element.
    Any,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `!x`
    Not,
    /// A number as that of a channel; it must be whole, and NaN is no channel at all.
    Channel,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "the names are the operators")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    /// `/`; two integers are refused with a pointer to `div` and `to_float`.
    Div,
    Rem,
    Pow,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    And,
    Or,
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Pow => "**",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

/// Functions a formula may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "the names are the functions")]
pub enum Function {
    Abs,
    Sqrt,
    Exp,
    Ln,
    Log10,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    Hypot,
    Pow,
    Floor,
    Ceil,
    Round,
    Min,
    Max,
    IsNan,
    /// Whole division of integers, towards zero.
    Div,
    ToInt,
    ToFloat,
    Ln1p,
    Asinh,
    Erf,
    Erfc,
    /// ln(1 + x) / x, or its derivative of that order from x and the value.
    Ln1pRel(u8),
    /// asinh(x) / x, or its derivative of that order from x and the value.
    AsinhRel(u8),
    /// Landau's density, or (−1)ⁿ times its derivative of that order.
    Landau(u8),
    /// Voigt's profile of x, sigma and gamma; other orders, and the imaginary part, are those
    /// of [`super::special::voigt`].
    Voigt(u8, bool),
}

impl Function {
    /// Every function that a script may call with its name and its number of arguments; the
    /// others appear in derivatives.
    pub const ALL: [(Self, &'static str, usize); 34] = [
        (Self::Abs, "abs", 1),
        (Self::Sqrt, "sqrt", 1),
        (Self::Exp, "exp", 1),
        (Self::Ln, "ln", 1),
        (Self::Log10, "log10", 1),
        (Self::Sin, "sin", 1),
        (Self::Cos, "cos", 1),
        (Self::Tan, "tan", 1),
        (Self::Asin, "asin", 1),
        (Self::Acos, "acos", 1),
        (Self::Atan, "atan", 1),
        (Self::Atan2, "atan2", 2),
        (Self::Sinh, "sinh", 1),
        (Self::Cosh, "cosh", 1),
        (Self::Tanh, "tanh", 1),
        (Self::Hypot, "hypot", 2),
        (Self::Pow, "pow", 2),
        (Self::Floor, "floor", 1),
        (Self::Ceil, "ceil", 1),
        (Self::Round, "round", 1),
        (Self::Min, "min", 2),
        (Self::Max, "max", 2),
        (Self::IsNan, "is_nan", 1),
        (Self::Div, "div", 2),
        (Self::ToInt, "to_int", 1),
        (Self::ToFloat, "to_float", 1),
        (Self::Ln1p, "ln_1p", 1),
        (Self::Asinh, "asinh", 1),
        (Self::Erf, "erf", 1),
        (Self::Erfc, "erfc", 1),
        (Self::Ln1pRel(0), "ln1prel", 1),
        (Self::AsinhRel(0), "asinhrel", 1),
        (Self::Landau(0), "landau", 1),
        (Self::Voigt(0, false), "voigt", 3),
    ];

    /// The function of that name and number of arguments.
    #[must_use]
    pub fn named(name: &str, arguments: usize) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, n, a)| *n == name && *a == arguments)
            .map(|(f, _, _)| *f)
    }

    /// Its name in scripts, or that of the function it is a derivative of.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |(_, name, _)| name)
    }

    /// Its number of arguments.
    #[must_use]
    pub fn arguments(self) -> usize {
        match self {
            // the value is an argument, so that it is not computed again
            Self::Ln1pRel(1..) | Self::AsinhRel(1..) => 2,
            _ => self.entry().map_or(0, |(_, _, arguments)| arguments),
        }
    }

    fn entry(self) -> Option<(Self, &'static str, usize)> {
        let named = match self {
            Self::Ln1pRel(_) => Self::Ln1pRel(0),
            Self::AsinhRel(_) => Self::AsinhRel(0),
            Self::Landau(_) => Self::Landau(0),
            Self::Voigt(..) => Self::Voigt(0, false),
            other => other,
        };
        Self::ALL.into_iter().find(|entry| entry.0 == named)
    }
}

#[cfg(test)]
mod tests {
    use super::Function;

    #[test]
    fn functions_know_their_names() {
        for (function, name, arguments) in Function::ALL {
            assert_eq!((function.name(), function.arguments()), (name, arguments));
            assert_eq!(Function::named(name, arguments), Some(function));
        }
        assert_eq!(Function::Landau(2).name(), "landau");
        assert_eq!(Function::Ln1pRel(2).arguments(), 2);
    }
}
