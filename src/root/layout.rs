//! How the entries of a branch lie in its baskets.

use super::chunk::Element;
use super::packing::Packing;
use super::wire::Part;

/// How entries lie.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// The same number of bytes for every entry.
    Fixed {
        bytes: usize,
        packing: Option<Packing>,
    },
    /// One leaf of a branch of several: some bytes of the entry.
    Leaf {
        stride: usize,
        at: usize,
        bytes: usize,
    },
    /// All leaves of a branch of several, by type and number.
    Leaves {
        stride: usize,
        leaves: Vec<(Element, usize)>,
    },
    /// After `skip` bytes as many items as fit.
    Jagged {
        skip: usize,
        packing: Option<Packing>,
    },
    /// A container of numbers: a header, their number, the numbers.
    Container,
    /// Anything else: walked value by value.
    Walked { part: Part, elements: bool },
    /// Not known how.
    Unknown(String),
}
