//! Reads containers of the standard library and arrays of clones, object by object or member by
//! member.

use super::cpptype::{Type, is_sorted};
use super::cursor::Cursor;
use super::error::Damage;
use super::kinds;
use super::object::{Reader, number, numbers};
use super::order::compare;
use super::streamer::{Layout, Member};
use super::value::{Record, Value};

/// In the version of a container: members lie one after the other, not objects.
const MEMBERWISE: u16 = 0x4000;
/// In the bits of a `TClonesArray`: the same.
const BYPASS_STREAMER: u32 = 0x1000;

impl Reader<'_> {
    /// A member that is a container or a `std::string`, with its header.
    pub(super) fn container(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
    ) -> Result<Value, Damage> {
        let kind = member
            .type_of
            .as_ref()
            .ok_or_else(|| Damage::Other(format!("type {} makes no sense", member.type_name)))?;
        let mut found = self.column(cursor, kind, 1)?;
        Ok(found.pop().unwrap_or_default())
    }

    /// The same member of so many objects: containers have one header together.
    fn column(
        &mut self,
        cursor: &mut Cursor<'_>,
        kind: &Type,
        count: usize,
    ) -> Result<Vec<Value>, Damage> {
        if !kind.is_framed() {
            return match kind {
                Type::Array(item, length) => (0..count)
                    .map(|_| self.fixed(cursor, item, *length))
                    .collect(),
                _ => (0..count).map(|_| self.item(cursor, kind)).collect(),
            };
        }
        let header = cursor.version()?;
        let end = header
            .end
            .ok_or_else(|| Damage::Other("a container has no length".into()))?;
        let values = if header.number & MEMBERWISE == 0 {
            (0..count)
                .map(|_| self.item(cursor, kind))
                .collect::<Result<Vec<_>, _>>()?
        } else {
            let version = cursor.u16()?;
            let checksum = if version == 0 {
                Some(cursor.u32()?)
            } else {
                None
            };
            (0..count)
                .map(|_| self.memberwise(cursor, kind, version, checksum))
                .collect::<Result<Vec<_>, _>>()?
        };
        if cursor.at() != end {
            return Err(Damage::Other(format!(
                "the values of a container of type {} do not fill its length",
                kind.spelled()
            )));
        }
        Ok(values)
    }

    /// A value inside a container.
    fn item(&mut self, cursor: &mut Cursor<'_>, kind: &Type) -> Result<Value, Damage> {
        self.note(1)?;
        match kind {
            Type::Number(kind) => number(cursor, *kind),
            Type::Text | Type::StandardText => cursor.string().map(|text| Value::Text(text.into())),
            Type::Numbers(kind) => {
                let count = cursor.count(kind.bytes)?;
                numbers(cursor, *kind, count)
            }
            Type::Sequence(container, item) => {
                let count = cursor.count(1)?;
                let value = self.sequence(cursor, item, count)?;
                Ok(sorted(*container, value))
            }
            Type::Map(container, key, value) => {
                let count = cursor.count(1)?;
                let mut pairs = Vec::new();
                for _ in 0..count {
                    pairs.push((self.item(cursor, key)?, self.item(cursor, value)?));
                }
                Ok(sorted(*container, Value::Map(pairs)))
            }
            Type::Array(item, length) => {
                let header = foreign(cursor)?;
                let value = self.fixed(cursor, item, *length)?;
                cursor.finish(header)?;
                Ok(value)
            }
            Type::Pair(first, second) => {
                let header = foreign(cursor)?;
                let mut pair = Record::new(&kind.spelled());
                for (name, kind) in [("first", first), ("second", second)] {
                    let value = self.column(cursor, kind, 1)?.pop().unwrap_or_default();
                    pair.members.push((name.into(), value));
                }
                cursor.finish(header)?;
                Ok(pair.into())
            }
            Type::Class(name) if self.is_class(name) => self.class(cursor, name),
            // Enumerations are nowhere described; a wrong guess does not fill the length.
            Type::Class(_) => cursor.i32().map(|value| Value::Int(value.into())),
            Type::Pointer(_) => self.any(cursor),
        }
    }

    /// So many values one after the other.
    fn sequence(
        &mut self,
        cursor: &mut Cursor<'_>,
        item: &Type,
        count: usize,
    ) -> Result<Value, Damage> {
        match item {
            Type::Number(kind) => numbers(cursor, *kind, count),
            Type::Class(name) if !self.is_class(name) => {
                let int = kinds::of_name("int");
                let int = int.ok_or_else(|| Damage::Other("no whole numbers".into()))?;
                numbers(cursor, int, count)
            }
            _ => {
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(self.item(cursor, item)?);
                }
                Ok(Value::List(items))
            }
        }
    }

    /// The values of a `std::array`, without header.
    fn fixed(
        &mut self,
        cursor: &mut Cursor<'_>,
        item: &Type,
        length: usize,
    ) -> Result<Value, Damage> {
        match item {
            Type::Array(inner, count) => self.fixed(cursor, inner, length.saturating_mul(*count)),
            _ => self.sequence(cursor, item, length),
        }
    }

    /// A container whose items lie member by member.
    fn memberwise(
        &mut self,
        cursor: &mut Cursor<'_>,
        kind: &Type,
        version: u16,
        checksum: Option<u32>,
    ) -> Result<Value, Damage> {
        let count = cursor.count(1)?;
        self.note(count)?;
        let unexpected = || {
            let kind = kind.spelled();
            Damage::Other(format!("a value of type {kind} lies member by member"))
        };
        match kind {
            Type::Map(container, key, value) => {
                let keys = self.column(cursor, key, count)?;
                let values = self.column(cursor, value, count)?;
                let pairs = Value::Map(keys.into_iter().zip(values).collect());
                Ok(sorted(*container, pairs))
            }
            Type::Sequence(container, item) => {
                let items = match &**item {
                    Type::Pair(first, second) => {
                        let firsts = self.column(cursor, first, count)?;
                        let seconds = self.column(cursor, second, count)?;
                        let name = item.spelled();
                        let pair = |(first, second)| {
                            Record::new(&name)
                                .with("first", first)
                                .with("second", second)
                                .into()
                        };
                        firsts.into_iter().zip(seconds).map(pair).collect()
                    }
                    Type::Array(..) => self.column(cursor, item, count)?,
                    Type::Class(name) => {
                        let layout = self.layout(name, version, checksum).ok_or_else(|| {
                            Damage::Other(format!(
                                "the file does not describe version {version} of {name}"
                            ))
                        })?;
                        self.columns(cursor, name, layout, count)?
                    }
                    _ => return Err(unexpected()),
                };
                Ok(sorted(*container, Value::List(items)))
            }
            _ => Err(unexpected()),
        }
    }

    /// So many objects, first the first member of all, then the second of all.
    fn columns(
        &mut self,
        cursor: &mut Cursor<'_>,
        class: &str,
        layout: &Layout,
        count: usize,
    ) -> Result<Vec<Value>, Damage> {
        if layout.members.is_empty() && count > 0 {
            return Err(Damage::Other(format!("class {class} has no members")));
        }
        let mut objects = vec![Record::new(class); count];
        for member in &layout.members {
            if let (true, Some(kind)) = (member.stl, &member.type_of) {
                let values = self.column(cursor, kind, count)?;
                for (object, value) in objects.iter_mut().zip(values) {
                    object.members.push((member.name.clone(), value));
                }
                continue;
            }
            for object in &mut objects {
                if member.base {
                    self.base(cursor, member, object)?;
                } else {
                    let value = self.member(cursor, member, object)?;
                    object.members.push((member.name.clone(), value));
                }
            }
        }
        Ok(objects.into_iter().map(Value::from).collect())
    }

    /// A `TClonesArray`: the class of its objects, and the objects.
    pub(super) fn clones(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
        let header = cursor.version()?;
        let mut bits = 0;
        if header.number > 2 {
            bits = cursor.tobject()?.1;
        }
        if header.number > 1 {
            cursor.bytes()?; // its name
        }
        let text = cursor.string()?;
        let (class, version) = text.split_once(';').unwrap_or((&text, "0"));
        let version = version.parse().unwrap_or(0);
        let count = cursor.count(1)?;
        cursor.u32()?; // lower bound
        let items = if bits & BYPASS_STREAMER != 0 {
            self.note(count)?;
            let layout = self.layout(class, version, None).ok_or_else(|| {
                Damage::Other(format!(
                    "the file does not describe version {version} of {class}"
                ))
            })?;
            self.columns(cursor, class, layout, count)?
        } else {
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(match cursor.u8()? {
                    0 => Value::Null,
                    _ => self.class(cursor, class)?,
                });
            }
            items
        };
        cursor.finish(header.end)?;
        let clones = Record::new("TClonesArray").with("class", class);
        Ok(clones.with("objects", Value::List(items)).into())
    }

    /// A member as an old generated streamer writes it: containers without header, arrays with
    /// their number of values.
    pub(super) fn generated(
        &mut self,
        cursor: &mut Cursor<'_>,
        member: &Member,
        object: &Record,
    ) -> Result<Value, Damage> {
        if let (true, Some(kind)) = (member.stl, &member.type_of) {
            return self.item(cursor, kind);
        }
        if matches!(member.kind, 21..=39) {
            let count = cursor.u32()? as usize;
            if count != member.length {
                return Err(Damage::Other(format!(
                    "array {} has {count} values instead of {}",
                    member.name, member.length
                )));
            }
        }
        self.member(cursor, member, object)
    }
}

/// The header of a class without a version of its own; gives its end.
fn foreign(cursor: &mut Cursor<'_>) -> Result<Option<usize>, Damage> {
    let header = cursor.version()?;
    if header.number == 0 && header.end.is_some() {
        cursor.u32()?; // its checksum
    }
    Ok(header.end)
}

/// Items of containers that keep an order, in that order.
fn sorted(container: i32, mut value: Value) -> Value {
    if !is_sorted(container) {
        return value;
    }
    match &mut value {
        Value::Ints(items) => items.sort_unstable(),
        Value::Floats(items) => items.sort_by(f64::total_cmp),
        Value::List(items) => items.sort_by(compare),
        Value::Map(pairs) => pairs.sort_by(|a, b| compare(&a.0, &b.0)),
        _ => {}
    }
    value
}
