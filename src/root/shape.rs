//! What the members of a class hold, without how it is stored.

use std::sync::Arc;

use super::Classes;
use super::cpptype::Type;
use super::kinds::Form;
use super::member_type::dimensions;

/// What a member holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A whole number, a truth value, or the number of an enumeration.
    Whole,
    /// A number with a fraction.
    Number,
    /// A text.
    Text,
    /// Any number of items.
    List(Box<Shape>),
    /// An array, with its dimensions.
    Fixed(Box<Shape>, Vec<usize>),
    /// Keys and values.
    Map(Box<Shape>, Box<Shape>),
    /// Two values.
    Pair(Box<Shape>, Box<Shape>),
    /// An object of a class.
    Object(Arc<str>),
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds.
    pub shape: Shape,
    /// Whether it may be left out.
    pub has_default: bool,
}

impl Shape {
    /// Whether it is one number or text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Whole | Self::Number | Self::Text)
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    fn of(kind: &Type, classes: &Classes) -> Self {
        let boxed = |kind: &Type| Box::new(Self::of(kind, classes));
        let number = |form: Form| match form {
            Form::Float => Self::Number,
            _ => Self::Whole,
        };
        match kind {
            Type::Number(of) => number(of.form),
            Type::Text | Type::StandardText => Self::Text,
            Type::Numbers(of) => Self::List(Box::new(number(of.form))),
            Type::Sequence(_, item) => Self::List(boxed(item)),
            Type::Map(_, key, value) => Self::Map(boxed(key), boxed(value)),
            Type::Array(item, length) => Self::Fixed(boxed(item), vec![*length]),
            Type::Pair(first, second) => Self::Pair(boxed(first), boxed(second)),
            Type::Class(name) if classes.enumeration(name).is_some() => Self::Whole,
            Type::Class(name) | Type::Pointer(name) => Self::Object(Arc::clone(name)),
        }
    }
}

impl Classes {
    /// The members of a class, those of its bases first; `None` for a class that is not there.
    #[must_use]
    pub fn fields(&self, class: &str) -> Option<Vec<Field>> {
        let declaration = self.declaration(class)?;
        let mut fields = Vec::new();
        for base in declaration.bases.iter().filter(|base| *base != "TObject") {
            fields.extend(self.fields(base)?);
        }
        for member in &declaration.members {
            let (stem, dims) = dimensions(&member.cpp_type).ok()?;
            let inner = Shape::of(&Type::parse(stem).ok()?, self);
            fields.push(Field {
                name: member.name.as_str().into(),
                shape: if dims.is_empty() {
                    inner
                } else {
                    Shape::Fixed(Box::new(inner), dims)
                },
                has_default: member.default.is_some(),
            });
        }
        Some(fields)
    }
}
