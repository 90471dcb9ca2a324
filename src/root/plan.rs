//! Makes the plan of a type: from its name and the file's description of its classes.

use std::cell::Cell;
use std::sync::Arc;

use super::chunk::Element;
use super::packing::Packing;
use super::streamer::{Layout, Layouts, Member};
use super::typename::TypeName;
use super::wire::{ClassVersion, ClassWire, Part, Wire};

/// Layouts inside classes.
const DEPTH: usize = 12;
/// Members of all classes inside one type; a hostile file could name itself again and again.
const MEMBERS: usize = 20_000;

/// From the name of a type.
pub(super) fn of_type(classes: &Layouts, name: &str) -> Result<Wire, String> {
    let parsed = TypeName::parse(name).ok_or_else(|| format!("its name {name} makes no sense"))?;
    Planner {
        classes,
        left: Cell::new(MEMBERS),
    }
    .of_parsed(&parsed, DEPTH)
}

/// From a member of a class.
pub(super) fn of_member(classes: &Layouts, member: &Member) -> Result<Part, String> {
    Planner {
        classes,
        left: Cell::new(MEMBERS),
    }
    .part(member, DEPTH)
}

struct Planner<'a> {
    classes: &'a Layouts,
    /// Members that may still be planned.
    left: Cell<usize>,
}

impl Planner<'_> {
    fn of_parsed(&self, name: &TypeName, depth: usize) -> Result<Wire, String> {
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
            self.of_parsed(argument, depth - 1).map(Box::new)
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
            _ => return self.class(&name.spelled(), depth),
        })
    }

    fn class(&self, name: &str, depth: usize) -> Result<Wire, String> {
        if depth == 0 {
            return Err("its classes are nested too deeply".into());
        }
        let layouts = self.versions(name);
        if layouts.is_empty() {
            return Err(format!("the file does not describe class {name}"));
        }
        let versions = layouts
            .iter()
            .map(|layout| {
                let members = layout
                    .members
                    .iter()
                    .map(|member| self.part(member, depth - 1));
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
    fn versions(&self, name: &str) -> &[Arc<Layout>] {
        let found = self.classes.versions(name);
        if found.is_empty() && name.contains('<') {
            self.classes.versions_spelled(name)
        } else {
            found
        }
    }

    fn part(&self, member: &Member, depth: usize) -> Result<Part, String> {
        let left = self
            .left
            .get()
            .checked_sub(1)
            .ok_or("its classes have too many members")?;
        self.left.set(left);
        let fixed = |wire: Wire| match member.length {
            0 => wire,
            count => Wire::Fixed(Box::new(wire), count),
        };
        let of_type = |name: &str| {
            let parsed = TypeName::parse(name).ok_or_else(|| format!("{name} makes no sense"))?;
            self.of_parsed(&parsed, depth.saturating_sub(1))
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
