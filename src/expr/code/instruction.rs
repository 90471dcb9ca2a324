//! The instructions of column code.

use std::sync::Arc;

use crate::expr::{Place, Type};

/// How many values a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::expr) enum Domain {
    /// One, the same for all rows: constants and parameters.
    One,
    /// One per row.
    Rows,
    /// One per element of the arrays of that number.
    Elements(u32),
}

impl Domain {
    /// Where a value lives that is made from values of both.
    pub(super) fn with(self, other: Self) -> Self {
        self.max(other)
    }
}

/// Where an operand comes from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::expr) enum Operand {
    /// A constant.
    Float(f64),
    /// A constant.
    Int(i64),
    /// A constant.
    Bool(bool),
    /// A constant.
    Text(Arc<str>),
    /// A parameter of the model.
    Parameter(u32),
    /// An input, by its position.
    Input(u32),
    /// A register of the type that the instruction reads there.
    Register(u32),
    /// The single value of a register.
    Single(u32),
}

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Float1 {
    Neg,
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
    Sinh,
    Cosh,
    Tanh,
    Floor,
    Ceil,
    Round,
    Ln1p,
    Asinh,
    Erf,
    Erfc,
    Ln1pRel,
    AsinhRel,
    Landau(u8),
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Float2 {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Min,
    Max,
    Atan2,
    Hypot,
    Ln1pRel(u8),
    AsinhRel(u8),
}

/// Functions of whole numbers that may not have a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::expr) enum IntOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    /// Of one operand.
    Neg,
    /// Of one operand.
    Abs,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Compare {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

/// What an instruction does; the numbers are those of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Float1(Float1),
    Float2(Float2),
    /// Voigt's profile or a derivative of it.
    Voigt(u8, bool),
    /// A number to a whole power.
    PowWhole,
    /// May fail, unless its guard is false.
    Int(IntOp),
    IntMin,
    IntMax,
    ToFloat,
    /// May fail, unless its guard is false.
    ToInt,
    /// A number of a channel; may fail, unless its guard is false.
    ToChannel,
    IsNan,
    CompareFloat(Compare),
    CompareInt(Compare),
    /// `==` or `!=`
    CompareBool(Compare),
    /// `==` or `!=`
    CompareText(Compare),
    And,
    Or,
    Not,
    /// Condition, value if true, value if false.
    Select(Type),
    /// One value for all rows.
    Fill(Type),
    /// The value of a row for all elements of its array.
    Spread(Type, u32),
    /// The value under a whole number; the number is that of the look-up.
    Lookup(u32),
    /// Whether there is no value under it.
    Missed(u32),
    Len(u32),
    Count(u32),
    Any(u32),
    SumFloat(u32),
    /// May fail, unless its guard is false.
    SumInt(u32),
    Largest(u32),
    Smallest(u32),
}

impl Op {
    /// Type of the result.
    pub(super) fn gives(self) -> Type {
        match self {
            Self::Float1(_)
            | Self::Float2(_)
            | Self::Voigt(..)
            | Self::PowWhole
            | Self::ToFloat
            | Self::SumFloat(_)
            | Self::Lookup(_)
            | Self::Largest(_)
            | Self::Smallest(_) => Type::Float,
            Self::Int(_)
            | Self::IntMin
            | Self::IntMax
            | Self::ToInt
            | Self::ToChannel
            | Self::Len(_)
            | Self::Count(_)
            | Self::SumInt(_) => Type::Int,
            Self::IsNan
            | Self::CompareFloat(_)
            | Self::CompareInt(_)
            | Self::CompareBool(_)
            | Self::CompareText(_)
            | Self::And
            | Self::Or
            | Self::Not
            | Self::Missed(_)
            | Self::Any(_) => Type::Bool,
            Self::Select(kind) | Self::Fill(kind) | Self::Spread(kind, _) => kind,
        }
    }

    /// Whether it may fail for a row.
    pub(super) fn traps(self) -> bool {
        matches!(
            self,
            Self::Int(_) | Self::ToInt | Self::ToChannel | Self::SumInt(_)
        )
    }

    /// Types of the operands.
    pub(super) fn takes(self) -> [Type; 3] {
        use Type::{Bool, Float, Int, Text};
        match self {
            Self::Float1(_)
            | Self::Float2(_)
            | Self::Voigt(..)
            | Self::ToInt
            | Self::ToChannel
            | Self::IsNan
            | Self::CompareFloat(_)
            | Self::SumFloat(_)
            | Self::Largest(_)
            | Self::Smallest(_) => [Float; 3],
            Self::PowWhole => [Float, Int, Int],
            Self::Int(_)
            | Self::IntMin
            | Self::IntMax
            | Self::ToFloat
            | Self::CompareInt(_)
            | Self::Lookup(_)
            | Self::Missed(_)
            | Self::Len(_)
            | Self::SumInt(_) => [Int; 3],
            Self::CompareText(_) => [Text; 3],
            Self::CompareBool(_)
            | Self::And
            | Self::Or
            | Self::Not
            | Self::Count(_)
            | Self::Any(_) => [Bool; 3],
            Self::Select(kind) => [Bool, kind, kind],
            Self::Fill(kind) | Self::Spread(kind, _) => [kind; 3],
        }
    }
}

/// One step of column code.
#[derive(Clone, Debug)]
pub(in crate::expr) struct Instruction {
    pub(super) op: Op,
    /// Operands; fewer than three are filled up with constants that are not read.
    pub(super) operands: [Operand; 3],
    /// A truth value: where it is false, the instruction must not fail.
    pub(super) guard: Operand,
    /// Register of the result, among those of its type.
    pub(super) register: u32,
    pub(super) domain: Domain,
    pub(super) place: Place,
}

impl Instruction {
    /// Changes operands and guard.
    pub(in crate::expr) fn each_operand(&mut self, mut change: impl FnMut(&mut Operand)) {
        self.operands.iter_mut().for_each(&mut change);
        change(&mut self.guard);
    }
}
