//! How values of any type lie in the stream: a plan made once, walked for every entry.

use std::sync::Arc;

use super::chunk::Element;
use super::error::Damage;
use super::packing::Packing;
use super::streamer::{Classes, Layout, Member};
use super::typename::TypeName;

/// Classes inside classes.
const DEPTH: usize = 12;

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

impl Wire {
    /// From the name of a type.
    pub(super) fn of_type(classes: &Classes, name: &str) -> Result<Self, String> {
        let parsed =
            TypeName::parse(name).ok_or_else(|| format!("its name {name} makes no sense"))?;
        of_parsed(classes, &parsed, DEPTH)
    }

    /// From a member of a class.
    pub(super) fn of_member(classes: &Classes, member: &Member) -> Result<Part, String> {
        part(classes, member, DEPTH)
    }

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
                Look::Plain {
                    element,
                    levels,
                    dims,
                } => Look::Plain {
                    element,
                    levels: levels + 1,
                    dims,
                },
                other => other,
            },
            Self::Sequence(item) => match item.look() {
                Look::Plain {
                    element,
                    levels,
                    dims,
                } => Look::Plain {
                    element,
                    levels: levels + 1,
                    dims,
                },
                other => other,
            },
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

fn of_parsed(classes: &Classes, name: &TypeName, depth: usize) -> Result<Wire, String> {
    if let Some(number) = name.number() {
        return Ok(Wire::Number(number));
    }
    if depth == 0 {
        return Err("its types are nested too deeply".into());
    }
    let argument = |index: usize| {
        let argument = name
            .arguments
            .get(index)
            .ok_or("a template lacks an argument")?;
        of_parsed(classes, argument, depth - 1).map(Box::new)
    };
    let count = |index: usize| {
        let count = name
            .arguments
            .get(index)
            .and_then(|argument| argument.name.parse().ok());
        count
            .filter(|count| (1..1 << 24).contains(count))
            .ok_or("a template lacks a number")
    };
    Ok(match name.name.as_str() {
        "Double32_t" => Wire::Number(Element::F32),
        "Float16_t" => Wire::Packed(Packing::Mantissa {
            bits: 12,
            single: true,
        }),
        "string" | "TString" => Wire::Text,
        "TObject" => Wire::Object,
        "TDatime" => Wire::Number(Element::U32),
        "bitset" => Wire::Flags(count(0)?),
        "array" => Wire::Fixed(argument(0)?, count(1)?),
        "TArrayC" => Wire::Sequence(Box::new(Wire::Number(Element::I8))),
        "TArrayS" => Wire::Sequence(Box::new(Wire::Number(Element::I16))),
        "TArrayI" => Wire::Sequence(Box::new(Wire::Number(Element::I32))),
        "TArrayL" | "TArrayL64" => Wire::Sequence(Box::new(Wire::Number(Element::I64))),
        "TArrayF" => Wire::Sequence(Box::new(Wire::Number(Element::F32))),
        "TArrayD" => Wire::Sequence(Box::new(Wire::Number(Element::F64))),
        _ if name.is_sequence() => Wire::Sequence(argument(0)?),
        _ if name.is_map() => Wire::Map(argument(0)?, argument(1)?),
        _ => return class(classes, &name.spelled(), depth),
    })
}

fn class(classes: &Classes, name: &str, depth: usize) -> Result<Wire, String> {
    if depth == 0 {
        return Err("its classes are nested too deeply".into());
    }
    let layouts = versions(classes, name);
    if layouts.is_empty() {
        return Err(format!("the file does not describe class {name}"));
    }
    let versions = layouts
        .iter()
        .map(|layout| {
            let members = layout
                .members
                .iter()
                .map(|member| part(classes, member, depth - 1));
            Ok(ClassVersion {
                version: layout.version,
                checksum: layout.checksum,
                members: members.collect::<Result<_, String>>()?,
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(Wire::Class(Arc::new(ClassWire {
        name: name.to_owned(),
        versions,
    })))
}

/// Versions of a class whose template arguments may be spelled differently.
fn versions<'a>(classes: &'a Classes, name: &str) -> &'a [Layout] {
    let found = classes.versions(name);
    if found.is_empty() && name.contains('<') {
        classes.versions_spelled(name)
    } else {
        found
    }
}

fn part(classes: &Classes, member: &Member, depth: usize) -> Result<Part, String> {
    let fixed = |wire: Wire| match member.length {
        0 => wire,
        count => Wire::Fixed(Box::new(wire), count),
    };
    let of_type = |name: &str| {
        let parsed = TypeName::parse(name).ok_or_else(|| format!("{name} makes no sense"))?;
        of_parsed(classes, &parsed, depth.saturating_sub(1))
    };
    if member.stl {
        return Ok(Part {
            wire: fixed(of_type(&member.type_name)?),
            header: true,
        });
    }
    let wire = match member.kind {
        0 if member.base => of_type(&member.name)?,
        15 if &*member.name == "fBits" => Wire::ObjectBits,
        1..=19 => number(member.kind, member)?,
        21..=39 => fixed(number(member.kind - 20, member)?),
        61 | 62 | 63 | 66 | 67 | 68 if member.base => of_type(&member.name)?,
        61 | 62 | 63 | 66 | 67 | 68 => of_type(&member.type_name)?,
        65 => Wire::Text,
        81 | 82 | 86 | 87 => fixed(of_type(&member.type_name)?),
        85 => fixed(Wire::Text),
        41..=59 => return Err("an array of varying length inside a class".into()),
        kind => return Err(format!("member {} is of kind {kind}", member.name)),
    };
    Ok(Part {
        wire,
        header: false,
    })
}

/// A number by ROOT's number of its kind.
fn number(kind: i32, member: &Member) -> Result<Wire, String> {
    let packed = |single, plain| match Packing::of(&member.title, single) {
        Some(packing) => Wire::Packed(packing),
        None => Wire::Number(plain),
    };
    Ok(match kind {
        9 => packed(false, Element::F32),
        19 => packed(true, Element::F32),
        kind => Wire::Number(
            element(kind).ok_or_else(|| format!("member {} is of kind {kind}", member.name))?,
        ),
    })
}

/// The number that ROOT's number of a kind stands for.
pub(super) fn element(kind: i32) -> Option<Element> {
    Some(match kind {
        1 => Element::I8,
        2 => Element::I16,
        3 | 6 => Element::I32,
        4 | 16 => Element::I64,
        5 => Element::F32,
        8 => Element::F64,
        11 => Element::U8,
        12 => Element::U16,
        13 | 15 => Element::U32,
        14 | 17 => Element::U64,
        18 => Element::Bool,
        _ => return None,
    })
}
