//! Reads objects by the file's own description of their classes.

use std::collections::HashMap;
use std::sync::Arc;

use super::cpptype::array_numbers;
use super::cursor::Cursor;
use super::embedded::basket;
use super::error::Damage;
use super::kinds::{self, Form, Number};
use super::packing::Packing;
use super::streamer::{Layout, Layouts, Member};
use super::value::{Record, Value};

/// Objects inside objects; trees need about ten.
const DEPTH: usize = 40;
/// Name under which the values of a `TArray` base are found.
pub(super) const ARRAY: &str = "fArray";
/// Values other than packed numbers of one stored object.
const VALUES: usize = 1 << 21;
/// Classes without a description of their own, which are read by name.
const PLAIN: [&str; 8] = [
    "TObject",
    "TNamed",
    "TString",
    "TObjString",
    "TList",
    "THashList",
    "TObjArray",
    "TClonesArray",
];

#[derive(Clone)]
enum Known {
    Class(Arc<str>),
    Object(Value),
}

/// Reads one stored object with all that hangs on it.
pub(super) struct Reader<'a> {
    /// Descriptions, those to be believed first.
    sources: Vec<&'a Layouts>,
    known: HashMap<u64, Known>,
    depth: usize,
    /// Values that may still be read.
    left: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: Vec<&'a Layouts>) -> Self {
        Self {
            sources,
            known: HashMap::new(),
            depth: 0,
            left: VALUES,
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

    /// Takes note of so many more values.
    pub(super) fn note(&mut self, values: usize) -> Result<(), Damage> {
        let too_many = || Damage::Other(format!("it holds more than {VALUES} values"));
        self.left = self.left.checked_sub(values).ok_or_else(too_many)?;
        Ok(())
    }

    fn class_inside(&mut self, cursor: &mut Cursor<'_>, class: &str) -> Result<Value, Damage> {
        self.note(1)?;
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
            "TClonesArray" => self.clones(cursor),
            "TBasket" => basket(cursor),
            "TMatrixTSym<double>" => self.symmetric(cursor),
            _ => match array_numbers(class) {
                Some(number) => {
                    let count = cursor.count(number.bytes)?;
                    numbers(cursor, number, count)
                }
                None => self.described(cursor, class).map(Value::from),
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
        Ok(Value::List(items))
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
        Ok(Value::List(items))
    }

    /// A matrix, behind which the upper triangle of its values lies outside of its length.
    fn symmetric(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
        let mut record = self.described(cursor, "TMatrixTBase<double>")?;
        record.class = "TMatrixTSym<double>".into();
        let rows = record.int("fNrows");
        let size = usize::try_from(rows).unwrap_or(0);
        let count = size.saturating_mul(size.saturating_add(1)) / 2;
        if rows != record.int("fNcols") || count.saturating_mul(8) > cursor.left() {
            return Err(Damage::Number {
                what: "the number of rows of a symmetric matrix",
                value: rows.into(),
            });
        }
        let mut full = vec![0.0; size * size];
        for row in 0..size {
            for column in row..size {
                let value = f64::from_bits(cursor.u64()?);
                full[row * size + column] = value;
                full[column * size + row] = value;
            }
        }
        record
            .members
            .push(("fElements".into(), Value::Floats(full)));
        Ok(record.into())
    }

    /// An object behind a pointer: nothing, a known one, or a new one with its class.
    pub(super) fn any(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
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
            self.note(weight(&value))?;
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
        let key = if counted { begin + 2 } else { next };
        self.note(weight(&value))?;
        self.known.insert(key, Known::Object(value.clone()));
        cursor.finish(end)?;
        Ok(value)
    }

    /// Whether a name is that of a class, and not of an enumeration.
    pub(super) fn is_class(&self, name: &str) -> bool {
        PLAIN.contains(&name)
            || name == "TMatrixTSym<double>"
            || self
                .sources
                .iter()
                .any(|source| !source.versions(name).is_empty())
    }

    pub(super) fn layout(
        &self,
        class: &str,
        version: u16,
        checksum: Option<u32>,
    ) -> Option<&'a Layout> {
        self.sources.iter().copied().find_map(|source| {
            let found = match checksum {
                Some(checksum) => source.by_checksum(class, checksum),
                None => source.layout(class, version),
            };
            found.map(|layout| &**layout)
        })
    }

    /// An object of a class that the file describes.
    pub(super) fn described(
        &mut self,
        cursor: &mut Cursor<'_>,
        class: &str,
    ) -> Result<Record, Damage> {
        let version = cursor.version()?;
        let mut object = Record::new(class);
        // A class without a version of its own is known by its checksum.
        let checksum = match version.number {
            0 if version.end.is_some() => Some(cursor.u32()?),
            _ => None,
        };
        if class == "TNamed" {
            cursor.tobject()?;
            for name in ["fName", "fTitle"] {
                let text = Value::Text(cursor.string()?.into());
                object.members.push((name.into(), text));
            }
        } else if let Some(layout) = self.layout(class, version.number, checksum) {
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
        Ok(object)
    }

    fn members(
        &mut self,
        cursor: &mut Cursor<'_>,
        layout: &Layout,
        object: &mut Record,
    ) -> Result<(), Damage> {
        for member in &layout.members {
            if member.base {
                self.base(cursor, member, object)?;
            } else {
                let value = if layout.generated {
                    self.generated(cursor, member, object)?
                } else {
                    self.member(cursor, member, object)?
                };
                object.members.push((member.name.clone(), value));
            }
        }
        Ok(())
    }

    pub(super) fn base(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
        object: &mut Record,
    ) -> Result<(), Damage> {
        match self.class(cursor, &member.name)? {
            Value::Object(base) => {
                let base = Arc::unwrap_or_clone(base);
                object.members.extend(base.members);
                if let Some(trouble) = base.trouble {
                    object.trouble.get_or_insert(trouble);
                }
            }
            array @ (Value::Ints(_) | Value::Floats(_)) => {
                object.members.push((ARRAY.into(), array));
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn member(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
        object: &Record,
    ) -> Result<Value, Damage> {
        if member.stl {
            return self.container(cursor, member);
        }
        match member.kind {
            9 | 19 => match Packing::of(&member.title, member.kind == 19) {
                Some(packing) => packing.read(cursor).map(Value::Float),
                None => number(cursor, of_kind(member.kind)?),
            },
            29 | 39 | 49 | 59 if Packing::of(&member.title, false).is_some() => {
                Err(Damage::Other("an array of packed floats".into()))
            }
            1..=19 => number(cursor, of_kind(member.kind)?),
            // Every member takes bytes, so that an object takes time by its length only.
            21..=39 | 81 | 82 if member.length == 0 => Err(Damage::Other(format!(
                "array {} has no values",
                member.name
            ))),
            21..=39 => numbers(cursor, of_kind(member.kind - 20)?, member.length),
            41..=59 => {
                let count = usize::try_from(object.int(&member.counter)).unwrap_or(0);
                // One byte says whether the array is there.
                if cursor.u8()? == 0 {
                    return Ok(Value::Null);
                }
                numbers(cursor, of_kind(member.kind - 40)?, count)
            }
            61..=63 | 66..=68 => self.class(cursor, member.type_name.trim_end_matches('*')),
            64 | 69 => self.any(cursor),
            65 => cursor.string().map(|text| Value::Text(text.into())),
            81 | 82 => self.objects(cursor, &member.type_name, member.length),
            kind => Err(Damage::Other(format!(
                "member {} is of kind {kind}",
                member.name
            ))),
        }
    }

    /// So many objects one after the other.
    fn objects(
        &mut self,
        cursor: &mut Cursor<'_>,
        class: &str,
        count: usize,
    ) -> Result<Value, Damage> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.class(cursor, class)?);
        }
        Ok(Value::List(items))
    }
}

/// Values that a copy of this one would hold; objects are shared.
fn weight(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Map(items) => {
            let pairs = items.iter().map(|(key, value)| weight(key) + weight(value));
            1 + pairs.sum::<usize>()
        }
        Value::Ints(items) => 1 + items.len(),
        Value::Floats(items) => 1 + items.len(),
        _ => 1,
    }
}

fn of_kind(kind: i32) -> Result<Number, Damage> {
    match kind {
        15 => kinds::of_kind(13),
        19 => kinds::of_kind(kinds::DOUBLE32),
        kind => kinds::of_kind(kind),
    }
    .ok_or_else(|| Damage::Other(format!("a number of kind {kind}")))
}

/// A whole number.
fn int(cursor: &mut Cursor<'_>, number: Number) -> Result<i64, Damage> {
    Ok(match (number.form, number.bytes) {
        (Form::Signed, 1) => cursor.u8()?.cast_signed().into(),
        (_, 1) => cursor.u8()?.into(),
        (Form::Signed, 2) => cursor.i16()?.into(),
        (_, 2) => cursor.u16()?.into(),
        (Form::Signed, 4) => cursor.i32()?.into(),
        (_, 4) => cursor.u32()?.into(),
        (Form::Signed, _) => cursor.u64()?.cast_signed(),
        _ => {
            let value = cursor.u64()?;
            i64::try_from(value).map_err(|_| Damage::Number {
                what: "an unsigned number",
                value: value.into(),
            })?
        }
    })
}

fn float(cursor: &mut Cursor<'_>, number: Number) -> Result<f64, Damage> {
    match number.bytes {
        4 => cursor.u32().map(|bits| f32::from_bits(bits).into()),
        _ => cursor.u64().map(f64::from_bits),
    }
}

pub(super) fn number(cursor: &mut Cursor<'_>, number: Number) -> Result<Value, Damage> {
    match number.form {
        Form::Float => float(cursor, number).map(Value::Float),
        Form::Bool => cursor.u8().map(|byte| Value::Bool(byte != 0)),
        _ => int(cursor, number).map(Value::Int),
    }
}

/// So many numbers, packed.
pub(super) fn numbers(
    cursor: &mut Cursor<'_>,
    number: Number,
    count: usize,
) -> Result<Value, Damage> {
    let bytes = cursor.take(count.saturating_mul(number.bytes))?;
    let mut cursor = Cursor::new(bytes);
    if number.is_float() {
        let values = (0..count).map(|_| float(&mut cursor, number));
        return values.collect::<Result<_, _>>().map(Value::Floats);
    }
    let values = (0..count).map(|_| int(&mut cursor, number));
    values.collect::<Result<_, _>>().map(Value::Ints)
}
