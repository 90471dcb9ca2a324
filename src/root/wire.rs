//! How values of any type lie in the stream: a plan made once, walked for every entry.

use std::sync::Arc;

use super::chunk::Element;
use super::error::Damage;
use super::packing::Packing;

/// How one value lies in the stream.
#[derive(Clone, Debug)]
pub(super) enum Wire {
    /// A number in its own size.
    Number(Element),
    /// A float that takes fewer bytes.
    Packed(Packing),
    /// A string with its length before it.
    Text,
    /// The bits of a TObject, with two more bytes when it is referenced.
    ObjectBits,
    /// So many values, one after the other.
    Fixed(Box<Wire>, usize),
    /// A number of items, then the items.
    Sequence(Box<Wire>),
    /// A number of pairs, then the pairs.
    Map(Box<Wire>, Box<Wire>),
    /// Truth values, one byte each, with their number before them.
    Flags(usize),
    /// Members of a class with its header.
    Class(Arc<ClassWire>),
    /// Members of a class without its header.
    Members(Vec<Part>),
    /// Identifier and bits.
    Object,
}

/// All versions of a class.
#[derive(Debug)]
pub(super) struct ClassWire {
    pub(super) name: String,
    pub(super) versions: Vec<ClassVersion>,
}

impl ClassWire {
    /// The version of that number, or of that checksum where there is one.
    pub(super) fn version(
        &self,
        number: u16,
        checksum: Option<u32>,
    ) -> Result<&ClassVersion, Damage> {
        let is = |version: &&ClassVersion| match checksum {
            Some(checksum) => version.checksum == checksum,
            None => version.version == number,
        };
        self.versions.iter().find(is).ok_or_else(|| {
            let name = &self.name;
            Damage::Other(format!(
                "the file does not describe version {number} of {name}"
            ))
        })
    }
}

/// Members of one version of a class.
#[derive(Debug)]
pub(super) struct ClassVersion {
    pub(super) version: u16,
    pub(super) checksum: u32,
    pub(super) members: Vec<Part>,
}

/// A member of a class.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) wire: Wire,
    /// Containers and strings of the standard library have a header as members.
    pub(super) header: bool,
}

/// What a value looks like as a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Values of one type in levels of varying length, items of fixed dimensions.
    Plain {
        element: Element,
        levels: usize,
        dims: Vec<usize>,
    },
    /// Numbers of several types.
    Record,
    /// Texts and numbers.
    Mixed,
    /// No values at all.
    Empty,
}

impl Look {
    /// The same with one more level of varying length around it.
    fn deeper(self) -> Self {
        match self {
            Self::Plain {
                element,
                levels,
                dims,
            } => Self::Plain {
                element,
                levels: levels + 1,
                dims,
            },
            other => other,
        }
    }
}

impl Wire {
    /// What it looks like as a column.
    pub(super) fn look(&self) -> Look {
        let plain = |element| Look::Plain {
            element,
            levels: 0,
            dims: Vec::new(),
        };
        match self {
            Self::Number(element) => plain(*element),
            Self::Packed(packing) => plain(packing.element()),
            Self::Text => plain(Element::String),
            Self::ObjectBits => plain(Element::U32),
            Self::Flags(count) => Look::Plain {
                element: Element::Bool,
                levels: 0,
                dims: vec![*count],
            },
            Self::Fixed(item, count) => match item.look() {
                Look::Plain {
                    element,
                    levels: 0,
                    mut dims,
                } => {
                    dims.insert(0, *count);
                    Look::Plain {
                        element,
                        levels: 0,
                        dims,
                    }
                }
                look => look.deeper(),
            },
            Self::Sequence(item) => item.look().deeper(),
            Self::Map(key, value) => mix([&**key, &**value].into_iter()),
            Self::Class(class) => mix(class
                .versions
                .iter()
                .flat_map(|v| &v.members)
                .map(|part| &part.wire)),
            Self::Members(members) => mix(members.iter().map(|part| &part.wire)),
            Self::Object => Look::Empty,
        }
    }
}

/// What values of several kinds look like together.
fn mix<'a>(wires: impl Iterator<Item = &'a Wire>) -> Look {
    wires.fold(Look::Empty, |before, wire| match (before, wire.look()) {
        (Look::Mixed, _) | (_, Look::Mixed) => Look::Mixed,
        (
            _,
            Look::Plain {
                element: Element::String,
                ..
            },
        ) => Look::Mixed,
        (before, Look::Empty) => before,
        _ => Look::Record,
    })
}
