//! Reads objects by the file's own description of their classes.

use std::collections::HashMap;
use std::sync::Arc;

use super::cursor::Cursor;
use super::error::Damage;
use super::key::Key;
use super::packing::Packing;
use super::streamer::{Classes, Layout, Member};
use super::value::{Embedded, Object, Value};

/// Objects inside objects; trees need about ten.
const DEPTH: usize = 40;
/// Name under which the values of a `TArray` base are found.
pub(super) const ARRAY: &str = "fArray";

#[derive(Clone)]
enum Known {
    Class(Arc<str>),
    Object(Value),
}

/// Reads one stored object with all that hangs on it.
pub(super) struct Reader<'a> {
    classes: &'a Classes,
    known: HashMap<u64, Known>,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(classes: &'a Classes) -> Self {
        Self {
            classes,
            known: HashMap::new(),
            depth: 0,
        }
    }

    /// An object of a class that is known from its place.
    pub(super) fn class(&mut self, cursor: &mut Cursor<'_>, class: &str) -> Result<Value, Damage> {
        if self.depth > DEPTH {
            return Err(Damage::Other(format!(
                "objects are nested more than {DEPTH} deep"
            )));
        }
        self.depth += 1;
        let value = self.class_inside(cursor, class);
        self.depth -= 1;
        value
    }

    fn class_inside(&mut self, cursor: &mut Cursor<'_>, class: &str) -> Result<Value, Damage> {
        match class {
            "TObject" => cursor.tobject().map(|_| Value::Null),
            "TString" => cursor.string().map(|text| Value::Text(text.into())),
            "TObjString" => {
                let version = cursor.version()?;
                cursor.tobject()?;
                let text = cursor.string()?;
                cursor.finish(version.end)?;
                Ok(Value::Text(text.into()))
            }
            "TDatime" => cursor.u32().map(|_| Value::Null),
            "TList" | "THashList" => self.list(cursor),
            "TObjArray" => self.array(cursor),
            "TBasket" => basket(cursor),
            _ => match class.strip_prefix("TArray") {
                Some(letter @ ("C" | "S" | "I" | "L" | "L64" | "F" | "D")) => {
                    let count = cursor.count(1)?;
                    numbers(cursor, array_kind(letter), count)
                }
                _ => self.described(cursor, class),
            },
        }
    }

    fn list(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
        let version = cursor.version()?;
        cursor.tobject()?;
        cursor.bytes()?;
        let count = cursor.count(4)?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.any(cursor)?);
            if version.number >= 4 {
                cursor.bytes()?; // the option of the link
            }
        }
        cursor.finish(version.end)?;
        Ok(Value::List(Arc::new(items)))
    }

    fn array(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
        let version = cursor.version()?;
        if version.number > 2 {
            cursor.tobject()?;
        }
        if version.number > 1 {
            cursor.bytes()?;
        }
        let count = cursor.count(4)?;
        cursor.u32()?; // lower bound
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.any(cursor)?);
        }
        cursor.finish(version.end)?;
        Ok(Value::List(Arc::new(items)))
    }

    /// An object behind a pointer: nothing, a known one, or a new one with its class.
    fn any(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
        let start = cursor.at();
        let begin = cursor.displacement();
        let first = cursor.u32()?;
        let counted = first & 0x4000_0000 != 0 && first != u32::MAX;
        let (end, place, tag) = if counted {
            let end = start + 4 + (first & 0x3fff_ffff) as usize;
            (Some(end), cursor.displacement(), cursor.u32()?)
        } else {
            (None, 0, first)
        };
        if tag & 0x8000_0000 == 0 {
            let value = match self.known.get(&u64::from(tag)) {
                Some(Known::Object(value)) if tag != 0 => value.clone(),
                _ => Value::Null,
            };
            cursor.finish(end)?;
            return Ok(value);
        }
        let next = self.known.len() as u64 + 1;
        let class: Arc<str> = if tag == u32::MAX {
            let name: Arc<str> = cursor.terminated()?.into();
            let key = if counted { place + 2 } else { next };
            self.known.insert(key, Known::Class(name.clone()));
            name
        } else {
            match self.known.get(&u64::from(tag & 0x7fff_ffff)) {
                Some(Known::Class(name)) => name.clone(),
                _ => return Err(Damage::Other("a class tag points nowhere".into())),
            }
        };
        let next = self.known.len() as u64 + 1;
        let value = self.class(cursor, &class)?;
        self.known.insert(
            if counted { begin + 2 } else { next },
            Known::Object(value.clone()),
        );
        cursor.finish(end)?;
        Ok(value)
    }

    /// An object of a class that the file describes.
    fn described(&mut self, cursor: &mut Cursor<'_>, class: &str) -> Result<Value, Damage> {
        let version = cursor.version()?;
        let mut object = Object {
            class: class.into(),
            ..Object::default()
        };
        let classes = self.classes;
        let layout = match version.number {
            // A class without a version of its own is known by its checksum.
            0 if version.end.is_some() => classes.by_checksum(class, cursor.u32()?),
            number => classes.layout(class, number),
        };
        if class == "TNamed" {
            cursor.tobject()?;
            object
                .members
                .push(("fName".into(), Value::Text(cursor.string()?.into())));
            object
                .members
                .push(("fTitle".into(), Value::Text(cursor.string()?.into())));
        } else if let Some(layout) = layout {
            if let Err(damage) = self.members(cursor, layout, &mut object) {
                if version.end.is_none() {
                    return Err(damage);
                }
                object.trouble = Some(damage.to_string());
            }
        } else if version.end.is_some() {
            object.trouble = Some(format!(
                "the file does not describe version {} of {class}",
                version.number
            ));
        } else {
            return Err(Damage::Other(format!(
                "the file does not describe class {class}"
            )));
        }
        cursor.finish(version.end)?;
        Ok(Value::Object(Arc::new(object)))
    }

    fn members(
        &mut self,
        cursor: &mut Cursor<'_>,
        layout: &Layout,
        object: &mut Object,
    ) -> Result<(), Damage> {
        for member in &layout.members {
            if member.base {
                self.base(cursor, member, object)?;
            } else {
                let value = self.member(cursor, member, object)?;
                object.members.push((member.name.clone(), value));
            }
        }
        Ok(())
    }

    fn base(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
        object: &mut Object,
    ) -> Result<(), Damage> {
        match self.class(cursor, &member.name)? {
            Value::Object(base) => {
                object.members.extend(base.members.iter().cloned());
                if let Some(trouble) = &base.trouble {
                    object.trouble.get_or_insert_with(|| trouble.clone());
                }
            }
            array @ (Value::Ints(_) | Value::Floats(_)) => {
                object.members.push((ARRAY.into(), array));
            }
            _ => {}
        }
        Ok(())
    }

    fn member(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
        object: &Object,
    ) -> Result<Value, Damage> {
        if member.stl {
            let version = cursor.version()?;
            let end = version
                .end
                .ok_or_else(|| Damage::Other(format!("container {} has no length", member.name)))?;
            cursor.finish(Some(end))?;
            return Ok(Value::Null);
        }
        match member.kind {
            9 | 19 => match Packing::of(&member.title, member.kind == 19) {
                Some(packing) => packing.read(cursor).map(Value::Float),
                None => number(cursor, member.kind),
            },
            29 | 39 | 49 | 59 => Err(Damage::Other("an array of packed floats".into())),
            1..=19 => number(cursor, member.kind),
            // Every member takes bytes, so that an object takes time by its length only.
            21..=39 if member.length == 0 => Err(Damage::Other(format!(
                "array {} has no values",
                member.name
            ))),
            21..=39 => numbers(cursor, member.kind - 20, member.length),
            41..=59 => {
                let count = usize::try_from(object.int(&member.counter)).unwrap_or(0);
                // One byte says whether the array is there.
                if cursor.u8()? == 0 {
                    return Ok(Value::Null);
                }
                numbers(cursor, member.kind - 40, count)
            }
            61..=63 | 66..=68 => self.class(cursor, member.type_name.trim_end_matches('*')),
            64 | 69 => self.any(cursor),
            65 => cursor.string().map(|text| Value::Text(text.into())),
            kind => Err(Damage::Other(format!(
                "member {} is of kind {kind}",
                member.name
            ))),
        }
    }
}

fn array_kind(letter: &str) -> i32 {
    match letter {
        "C" => 1,
        "S" => 2,
        "I" => 3,
        "F" => 5,
        "D" => 8,
        _ => 4,
    }
}

fn number(cursor: &mut Cursor<'_>, kind: i32) -> Result<Value, Damage> {
    Ok(match kind {
        1 => Value::Int(cursor.u8()?.cast_signed().into()),
        11 | 18 => Value::Int(cursor.u8()?.into()),
        2 => Value::Int(cursor.i16()?.into()),
        12 => Value::Int(cursor.u16()?.into()),
        3 | 6 => Value::Int(cursor.i32()?.into()),
        13 | 15 => Value::Int(cursor.u32()?.into()),
        4 | 14 | 16 | 17 => Value::Int(cursor.u64()?.cast_signed()),
        5 | 9 | 19 => Value::Float(f32::from_bits(cursor.u32()?).into()),
        8 => Value::Float(f64::from_bits(cursor.u64()?)),
        _ => return Err(Damage::Other(format!("a number of kind {kind}"))),
    })
}

fn numbers(cursor: &mut Cursor<'_>, kind: i32, count: usize) -> Result<Value, Damage> {
    if count > cursor.left() {
        return Err(Damage::Short {
            needed: count as u64,
            left: cursor.left() as u64,
        });
    }
    let mut ints = Vec::new();
    let mut floats = Vec::new();
    for _ in 0..count {
        match number(cursor, kind)? {
            Value::Int(value) => ints.push(value),
            Value::Float(value) => floats.push(value),
            _ => {}
        }
    }
    Ok(if matches!(kind, 5 | 8 | 9 | 19) {
        Value::Floats(Arc::new(floats))
    } else {
        Value::Ints(Arc::new(ints))
    })
}

/// A basket inside a tree object: its key, its own header, offsets, and the bytes.
fn basket(cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
    let key = Key::read_unplaced(cursor)?;
    let header = BasketHeader::read(cursor)?;
    let flag = header.flag;
    if flag == 0 {
        return Ok(Value::Null);
    }
    let generated = flag >= 80;
    let flag = if generated { flag - 80 } else { flag };
    let mut offsets = None;
    if !generated && flag % 10 != 2 {
        let count = cursor.count(4)?;
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            let offset = cursor.u32()?;
            list.push(if (21..40).contains(&flag) {
                offset & 0x00ff_ffff
            } else {
                offset
            });
        }
        if flag > 40 {
            let displacements = cursor.count(4)?;
            cursor.take(displacements * 4)?;
        }
        let start = key.key_length as u32;
        list.truncate(header.entries as usize);
        offsets = Some(
            list.into_iter()
                .map(|offset| offset.wrapping_sub(start))
                .collect(),
        );
    }
    if flag != 1 && flag <= 10 {
        return Ok(Value::Null);
    }
    let border = header.border(&key)?;
    cursor.take(key.key_length)?;
    let data = cursor.take(border)?.to_vec();
    Ok(Value::Basket(Arc::new(Embedded {
        entries: header.entries.into(),
        data,
        offsets,
    })))
}

/// What a basket has after its key.
pub(super) struct BasketHeader {
    pub(super) entries: u32,
    last: u32,
    flag: u8,
}

impl BasketHeader {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        cursor.u16()?; // version
        cursor.u32()?; // size of its buffer
        if cursor.i32()? < 0 {
            cursor.u8()?; // input and output features
        }
        Ok(Self {
            entries: cursor.u32()?,
            last: cursor.u32()?,
            flag: cursor.u8()?,
        })
    }

    /// Where the values end and the offsets begin, from the start of the content.
    pub(super) fn border(&self, key: &Key) -> Result<usize, Damage> {
        (self.last as usize)
            .checked_sub(key.key_length)
            .ok_or(Damage::Number {
                what: "the end of the values of a basket",
                value: self.last.into(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A basket of two entries of two bytes, as it lies in a tree object.
    fn embedded(flag: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0];
        let names = [
            7, b'T', b'B', b'a', b's', b'k', b'e', b't', 1, b'x', 1, b't',
        ];
        let key_length = 18 + 8 + names.len() + 19;
        bytes.extend((key_length as u16).to_be_bytes());
        bytes.extend([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(names);
        bytes.extend([0, 3, 0, 0, 125, 0, 0, 0, 3, 232, 0, 0, 0, 2]);
        bytes.extend((key_length as u32 + 4).to_be_bytes());
        bytes.push(flag);
        assert_eq!(bytes.len(), key_length);
        if flag == 11 {
            bytes.extend(2_u32.to_be_bytes());
            bytes.extend((key_length as u32).to_be_bytes());
            bytes.extend((key_length as u32 + 2).to_be_bytes());
        }
        bytes.extend(vec![0; key_length]);
        bytes.extend([1, 2, 3, 4]);
        bytes
    }

    #[test]
    fn baskets_inside_a_tree_are_taken_apart() {
        for (flag, offsets) in [(11, Some(vec![0, 2])), (12, None), (91, None)] {
            let bytes = embedded(flag);
            let mut cursor = Cursor::new(&bytes);
            let Value::Basket(found) = basket(&mut cursor).unwrap() else {
                panic!("a basket");
            };
            assert_eq!(cursor.left(), 0);
            assert_eq!((found.entries, &found.data[..]), (2, &[1, 2, 3, 4][..]));
            assert_eq!(found.offsets, offsets);
        }
        let bytes = embedded(12);
        for end in 0..bytes.len() {
            assert!(basket(&mut Cursor::new(&bytes[..end])).is_err());
        }
    }
}
