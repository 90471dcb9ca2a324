//! What a piece of text means; whoever shows it chooses how that looks.

/// The meaning of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accent {
    /// Something is done.
    Done,
    /// Something should be looked at.
    Warning,
    /// Something failed.
    Failed,
    /// A name, or a hint.
    Name,
    /// Of lesser weight, as times.
    Dim,
}

/// Marks text by its meaning.
pub trait Style {
    /// `text` marked; its visible width must stay the same.
    fn paint(&self, accent: Accent, text: &str) -> String;
}

/// Leaves text as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Style for Plain {
    fn paint(&self, _accent: Accent, text: &str) -> String {
        text.to_owned()
    }
}
