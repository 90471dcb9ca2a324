//! Writes members by their kinds, and containers object by object.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::cpptype::{Type, allows_equal, is_sorted};
use super::kinds::{self, ANY, CONTAINER, COUNTED, FIXED, IN_PLACE, OBJECT, POINTER, TEXT};
use super::misfit::{At, Fit, Misfit};
use super::numbers::{self, length, wrong};
use super::order::compare;
use super::pack::Packer;
use super::streamer::Member;
use super::value::{Record, Value};

/// Version of a container in the stream, that of TStreamerInfo; newer readers take it as well.
const CONTAINERS: u16 = 9;

impl Packer<'_> {
    /// A member as the description of its class says.
    pub(super) fn member(&mut self, member: &Member, value: &Value, record: &Record) -> Fit {
        let class = member.type_name.trim_end_matches('*');
        match member.kind {
            CONTAINER => {
                let kind = self.kind_of(member)?;
                let start = self.out.begin(CONTAINERS);
                self.item(&kind, value)?;
                self.out.end(start);
                Ok(())
            }
            TEXT => self.text(value),
            IN_PLACE => self.class(class, value),
            POINTER => self.any(class, value),
            kind if kind >= FIXED + OBJECT => {
                let Value::List(items) = value else {
                    return Err(wrong(&format!("a list of objects of class {class}"), value));
                };
                if items.len() != member.length {
                    return Misfit::Length {
                        wanted: member.length,
                        found: items.len(),
                    }
                    .no();
                }
                self.each(items, |packer, item| packer.class(class, item))
            }
            OBJECT | ANY | kinds::TOBJECT | kinds::TNAMED => match Type::parse(class) {
                Ok(pair @ Type::Pair(..)) => self.item(&pair, value),
                _ => self.class(class, value),
            },
            kind => self.number_member(kind, member, value, record),
        }
    }

    fn number_member(&mut self, kind: i32, member: &Member, value: &Value, record: &Record) -> Fit {
        let base = match kind {
            15 => 13,
            COUNTED.. => kind - COUNTED,
            FIXED.. => kind - FIXED,
            _ => kind,
        };
        let number = kinds::of_kind(base)
            .ok_or_else(|| Misfit::Other(format!("members of kind {kind} cannot be written")))?;
        if kind < FIXED {
            return numbers::one(&mut self.out, number, value);
        }
        if kind < COUNTED {
            return numbers::many(&mut self.out, number, value, member.length);
        }
        if *value == Value::Null {
            self.out.u8(0);
            return Ok(());
        }
        let count = usize::try_from(record.int(&member.counter)).unwrap_or(0);
        self.out.u8(1);
        numbers::many(&mut self.out, number, value, count)
    }

    /// A member as an old generated streamer writes it.
    pub(super) fn generated(&mut self, member: &Member, value: &Value, record: &Record) -> Fit {
        if member.kind == CONTAINER {
            let kind = self.kind_of(member)?;
            return self.item(&kind, value);
        }
        if (FIXED..COUNTED).contains(&member.kind) {
            self.out.u32(member.length as u32);
        }
        self.member(member, value, record)
    }

    fn kind_of(&self, member: &Member) -> Fit<Type> {
        let unknown = || Misfit::Other(format!("type {} makes no sense", member.type_name));
        Ok(member.type_of.clone().ok_or_else(unknown)?)
    }

    /// A value inside a container.
    fn item(&mut self, kind: &Type, value: &Value) -> Fit {
        match kind {
            Type::Number(number) => numbers::one(&mut self.out, *number, value),
            Type::Text | Type::StandardText => self.text(value),
            Type::Numbers(number) => numbers::counted(&mut self.out, *number, value),
            Type::Sequence(container, item) => self.sequence(*container, item, value),
            Type::Map(container, key, inner) => self.map(*container, key, inner, value),
            Type::Array(item, count) => {
                let name = kind.spelled();
                let layout = self.layout(&name)?;
                let start = self.header(&layout);
                self.fixed(item, *count, value)?;
                self.out.end(start);
                self.note(&name);
                Ok(())
            }
            Type::Pair(..) => match value {
                Value::Object(record) => self.described(&kind.spelled(), record),
                _ => Err(wrong(
                    &format!("an object of class {}", kind.spelled()),
                    value,
                )),
            },
            Type::Class(name) if self.classes.enumeration(name).is_some() => {
                numbers::one(&mut self.out, int()?, value)
            }
            Type::Class(name) => self.class(name, value),
            Type::Pointer(name) => self.any(name, value),
        }
    }

    /// The number type of the items, if they are packed.
    fn packed(&self, item: &Type) -> Fit<Option<kinds::Number>> {
        match item {
            Type::Number(number) => Ok(Some(*number)),
            Type::Class(name) if self.classes.enumeration(name).is_some() => int().map(Some),
            _ => Ok(None),
        }
    }

    /// The values of a `std::array`, without header.
    fn fixed(&mut self, item: &Type, count: usize, value: &Value) -> Fit {
        if let Type::Array(inner, length) = item {
            return self.fixed(inner, count.saturating_mul(*length), value);
        }
        if let Some(number) = self.packed(item)? {
            return numbers::many(&mut self.out, number, value, count);
        }
        match value {
            Value::List(items) if items.len() == count => {
                self.each(items, |packer, value| packer.item(item, value))
            }
            _ => Misfit::Length {
                wanted: count,
                found: length(value).unwrap_or(0),
            }
            .no(),
        }
    }

    fn sequence(&mut self, container: i32, item: &Type, value: &Value) -> Fit {
        let count = length(value).ok_or_else(|| {
            let wanted = match item {
                Type::Number(number) => format!("a list of {}", number.name),
                _ => "a list".into(),
            };
            wrong(&wanted, value)
        })?;
        self.out.u32(count as u32);
        let value = if is_sorted(container) {
            Cow::Owned(in_order(container, item, value)?)
        } else {
            Cow::Borrowed(value)
        };
        if let Some(number) = self.packed(item)? {
            return numbers::many(&mut self.out, number, &value, count);
        }
        match &*value {
            Value::List(items) => self.each(items, |packer, value| packer.item(item, value)),
            _ if count == 0 => Ok(()),
            _ => Err(wrong(&format!("a list of {}", item.spelled()), &value)),
        }
    }

    fn map(&mut self, container: i32, key: &Type, inner: &Type, value: &Value) -> Fit {
        let empty = Vec::new();
        let pairs = match value {
            Value::Map(pairs) => pairs,
            other if length(other) == Some(0) => &empty,
            _ => return Err(wrong("a map", value)),
        };
        self.out.u32(pairs.len() as u32);
        let keys: Vec<Cow<'_, Value>> = pairs.iter().map(|(k, _)| normal(key, k)).collect();
        let mut places: Vec<usize> = (0..pairs.len()).collect();
        places.sort_by(|a, b| compare(&keys[*a], &keys[*b]));
        if !allows_equal(container) {
            let mut following = places.windows(2);
            let equal = |two: &&[usize]| compare(&keys[two[0]], &keys[two[1]]) == Ordering::Equal;
            if let Some([_, second]) = following.find(equal) {
                return Misfit::Twice(format!("key {:?}", keys[*second])).no();
            }
        }
        for place in places {
            let (_, value) = &pairs[place];
            self.item(key, &keys[place])
                .at_member("first")
                .at_index(place)?;
            self.item(inner, value)
                .at_member("second")
                .at_index(place)?;
        }
        Ok(())
    }

    fn each(&mut self, items: &[Value], mut write: impl FnMut(&mut Self, &Value) -> Fit) -> Fit {
        for (index, item) in items.iter().enumerate() {
            write(self, item).at_index(index)?;
        }
        Ok(())
    }
}

fn int() -> Fit<kinds::Number> {
    let int = kinds::of_name("int");
    int.ok_or_else(|| Misfit::Other("no whole numbers".into()).into())
}

/// The items of a set in their order.
fn in_order(container: i32, item: &Type, value: &Value) -> Fit<Value> {
    let mut items: Vec<Value> = match value {
        Value::Ints(items) => items.iter().map(|item| Value::Int(*item)).collect(),
        Value::Floats(items) => items.iter().map(|item| Value::Float(*item)).collect(),
        Value::List(items) => items.clone(),
        _ => Vec::new(),
    };
    for value in &mut items {
        *value = normal(item, value).into_owned();
    }
    items.sort_by(compare);
    let mut following = items.windows(2);
    let equal = |two: &&[Value]| compare(&two[0], &two[1]) == Ordering::Equal;
    if let (false, Some([_, twice])) = (allows_equal(container), following.find(equal)) {
        return Misfit::Twice(format!("{twice:?}")).no();
    }
    Ok(Value::List(items))
}

/// A number as it will be in the file, so that equal ones are seen.
fn normal<'v>(kind: &Type, value: &'v Value) -> Cow<'v, Value> {
    let number = match (kind, value) {
        (Type::Number(number), Value::Float(value))
            if number.is_float() && number.bytes == 4 && (*value as f32).is_finite() =>
        {
            Value::Float((*value as f32).into())
        }
        (Type::Number(number), Value::Int(value)) if number.is_float() => {
            Value::Float(*value as f64)
        }
        (Type::Number(number), Value::Float(value))
            if !number.is_float() && value.fract() == 0.0 =>
        {
            Value::Int(*value as i64)
        }
        _ => return Cow::Borrowed(value),
    };
    Cow::Owned(number)
}
