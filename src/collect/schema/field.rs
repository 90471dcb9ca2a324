//! One column of a tree, as formulas see it.

use crate::expr::Type;
use crate::root::{Column, Element, Rows};

/// Position of a column in [`super::Names`].
pub(crate) type FieldId = usize;

/// How many values an entry of a column has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One.
    Scalar,
    /// Always this many.
    Fixed(u32),
    /// `width` values per element; the number of elements is that of every column with the same
    /// `counter`.
    Jagged {
        /// What tells the number of elements: a leaf, or the column itself.
        counter: String,
        /// Values per element, 1 unless the element is a fixed array.
        width: u32,
    },
    /// Something formulas cannot use, in words.
    Opaque(String),
}

/// One column of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The branch and its members: `["EventMetaData", "m_run"]`.
    pub(crate) names: Vec<String>,
    /// What formulas make of its values.
    pub(crate) kind: Type,
    /// How many values an entry has.
    pub(crate) shape: Shape,
}

impl Field {
    /// The names with points between.
    pub(crate) fn path(&self) -> String {
        self.names.join(".")
    }

    /// The last name.
    pub(crate) fn leaf(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// What it is, in words: `a number per element`.
    pub(crate) fn describe(&self) -> String {
        match &self.shape {
            Shape::Scalar => self.kind.sentence().to_owned(),
            Shape::Fixed(n) => format!("an array of {n} ({} each)", self.kind.sentence()),
            Shape::Jagged { width: 1, .. } => format!("{} per element", self.kind.sentence()),
            Shape::Jagged { width, .. } => {
                format!(
                    "an array of {width} per element ({} each)",
                    self.kind.sentence()
                )
            }
            Shape::Opaque(what) => what.clone(),
        }
    }
}

impl Field {
    /// What a column of a file is for formulas.
    pub(crate) fn of(column: &Column) -> Self {
        // Points in the names of branches are points of a path.
        let whole = format!("{}/{}", column.object(), column.member());
        let names: Vec<String> = whole
            .split(['/', '.'])
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        let kind = match column.element() {
            Element::Bool => Type::Bool,
            Element::String => Type::Text,
            element if element.is_integer() => Type::Int,
            _ => Type::Float,
        };
        let inner: usize = column.dims().iter().product();
        let width = u32::try_from(inner).unwrap_or(u32::MAX);
        let shape = match (column.levels(), column.rows()) {
            _ if column.element() == Element::Record => Shape::Opaque(format!(
                "of type {}, which formulas cannot use",
                column.type_name()
            )),
            (0, _) if column.dims().is_empty() => Shape::Scalar,
            (0, _) => Shape::Fixed(width),
            (1, Rows::Array(counter)) => Shape::Jagged {
                counter: counter.to_string(),
                width,
            },
            (1, _) => Shape::Jagged {
                counter: names.join("."),
                width,
            },
            _ => Shape::Opaque(format!("a list of lists ({})", column.type_name())),
        };
        Self { names, kind, shape }
    }
}

/// At most `most` names, and how many more there are.
pub(crate) fn some_of(names: &[String], most: usize) -> String {
    let shown = names
        .iter()
        .take(most)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
