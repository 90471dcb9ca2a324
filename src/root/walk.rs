//! Walks the bytes of an entry by its plan and appends what it finds to a column.

use super::chunk::Element;
use super::cursor::Cursor;
use super::error::Damage;
use super::wire::{ClassWire, Part, Wire};

/// In the version of a container: members lie one after the other, not objects.
const MEMBERWISE: u16 = 0x4000;
/// `TObject::kIsReferenced`.
const IS_REFERENCED: u32 = 0x10;

/// Values found so far, as a chunk holds them.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) levels: Vec<Vec<u64>>,
    pub(super) text: Vec<u64>,
    /// All numbers as 64-bit floats, in one level.
    record: bool,
    /// Numbers found.
    numbers: u64,
}

impl Found {
    pub(super) fn new(element: Element, levels: usize) -> Self {
        Self {
            bytes: Vec::new(),
            levels: vec![vec![0]; levels],
            text: if element == Element::String {
                vec![0]
            } else {
                Vec::new()
            },
            record: element == Element::Record,
            numbers: 0,
        }
    }

    /// One entry: an object, or as many as fit when `elements` are those of an array.
    pub(super) fn entry(
        &mut self,
        cursor: &mut Cursor<'_>,
        part: &Part,
        elements: bool,
    ) -> Result<(), Damage> {
        if elements {
            self.elements(cursor, part)?;
        } else {
            self.member(cursor, part, 1, 0)?;
        }
        if self.record {
            let numbers = self.numbers;
            self.levels[0].push(numbers);
        }
        if cursor.left() > 0 {
            return Err(Damage::Other(format!(
                "{} bytes of an entry are left over",
                cursor.left()
            )));
        }
        Ok(())
    }

    /// One entry of a branch of several leaves: so many numbers of each type.
    pub(super) fn leaves(
        &mut self,
        cursor: &mut Cursor<'_>,
        leaves: &[(Element, usize)],
    ) -> Result<(), Damage> {
        for (element, count) in leaves {
            (0..*count).try_for_each(|_| self.number(cursor, *element))?;
        }
        let numbers = self.numbers;
        self.levels[0].push(numbers);
        Ok(())
    }

    fn elements(&mut self, cursor: &mut Cursor<'_>, part: &Part) -> Result<(), Damage> {
        let mut count = 0;
        if part.header && cursor.left() > 0 {
            cursor.version()?;
        }
        while cursor.left() > 0 {
            let before = cursor.left();
            self.value(cursor, &part.wire, 1)?;
            if cursor.left() == before {
                return Err(Damage::Other(
                    "an element of an array takes no bytes".into(),
                ));
            }
            count += 1;
        }
        self.open(0, count);
        Ok(())
    }

    /// `count` values of a member, which have one header together if they have one.
    fn member(
        &mut self,
        cursor: &mut Cursor<'_>,
        part: &Part,
        count: usize,
        level: usize,
    ) -> Result<(), Damage> {
        if !part.header {
            return self.values(cursor, &part.wire, count, level);
        }
        let version = cursor.version()?;
        if version.number & MEMBERWISE == 0 {
            self.values(cursor, &part.wire, count, level)?;
        } else {
            let number = cursor.u16()?;
            // A class without a version is known by its checksum.
            let checksum = if number == 0 {
                Some(cursor.u32()?)
            } else {
                None
            };
            for _ in 0..count {
                self.memberwise(cursor, &part.wire, level, (number, checksum))?;
            }
        }
        cursor.finish(version.end)
    }

    /// A container whose items lie member by member.
    fn memberwise(
        &mut self,
        cursor: &mut Cursor<'_>,
        wire: &Wire,
        level: usize,
        version: (u16, Option<u32>),
    ) -> Result<(), Damage> {
        let count = cursor.count(1)?;
        self.open(level, count);
        match wire {
            Wire::Map(key, value) => {
                for wire in [key, value] {
                    let wire = (**wire).clone();
                    let header = wire.is_standard();
                    self.member(cursor, &Part { wire, header }, count, level + 1)?;
                }
                Ok(())
            }
            Wire::Sequence(item) => match &**item {
                Wire::Class(class) => class
                    .version(version.0, version.1)?
                    .members
                    .iter()
                    .try_for_each(|m| self.member(cursor, m, count, level + 1)),
                _ => Err(Damage::Other("a container lies member by member".into())),
            },
            _ => Err(Damage::Other("a value lies member by member".into())),
        }
    }

    fn values(
        &mut self,
        cursor: &mut Cursor<'_>,
        wire: &Wire,
        count: usize,
        level: usize,
    ) -> Result<(), Damage> {
        if let Wire::Number(element) = wire
            && !self.record
        {
            let bytes = count.saturating_mul(element.size());
            self.bytes.extend_from_slice(cursor.take(bytes)?);
            return Ok(());
        }
        (0..count).try_for_each(|_| self.value(cursor, wire, level))
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, wire: &Wire, level: usize) -> Result<(), Damage> {
        match wire {
            Wire::Number(element) => self.number(cursor, *element),
            Wire::Packed(packing) if self.record => {
                let value = packing.read(cursor)?;
                self.push(value);
                Ok(())
            }
            Wire::Packed(packing) => packing.unpack(cursor, &mut self.bytes),
            Wire::Text => self.text(cursor),
            Wire::ObjectBits => self.object_bits(cursor),
            Wire::Flags(wanted) => self.flags(cursor, *wanted),
            Wire::Fixed(item, count) => {
                let varying = self.levels.len() > level && item.varies();
                if varying {
                    self.open(level, *count);
                }
                self.values(cursor, item, *count, level + usize::from(varying))
            }
            Wire::Sequence(item) => {
                let count = cursor.count(item.least())?;
                self.open(level, count);
                self.values(cursor, item, count, level + 1)
            }
            Wire::Map(key, value) => {
                let count = cursor.count(1)?;
                self.open(level, count);
                (0..count).try_for_each(|_| {
                    self.value(cursor, key, level + 1)?;
                    self.value(cursor, value, level + 1)
                })
            }
            Wire::Class(class) => self.class(cursor, class, level),
            Wire::Members(members) => members
                .iter()
                .try_for_each(|part| self.member(cursor, part, 1, level)),
            // Identifier and bits of an object are no data.
            Wire::Object => cursor.tobject().map(|_| ()),
        }
    }

    fn class(
        &mut self,
        cursor: &mut Cursor<'_>,
        class: &ClassWire,
        level: usize,
    ) -> Result<(), Damage> {
        let header = cursor.version()?;
        let checksum = match header.number {
            0 if header.end.is_some() => Some(cursor.u32()?),
            _ => None,
        };
        let version = class.version(header.number, checksum)?;
        version
            .members
            .iter()
            .try_for_each(|part| self.member(cursor, part, 1, level))?;
        cursor.finish(header.end)
    }

    /// Notes that a container has so many items.
    fn open(&mut self, level: usize, count: usize) {
        if !self.record
            && let Some(offsets) = self.levels.get_mut(level)
        {
            let last = offsets.last().copied().unwrap_or(0);
            offsets.push(last + count as u64);
        }
    }

    fn push(&mut self, value: f64) {
        self.bytes.extend(value.to_be_bytes());
        self.numbers += 1;
    }

    fn number(&mut self, cursor: &mut Cursor<'_>, element: Element) -> Result<(), Damage> {
        let bytes = cursor.take(element.size())?;
        if !self.record {
            self.bytes.extend_from_slice(bytes);
            return Ok(());
        }
        let mut cursor = Cursor::new(bytes);
        let value = match element {
            Element::Bool => f64::from(u8::from(cursor.u8()? != 0)),
            Element::I8 => cursor.u8()?.cast_signed().into(),
            Element::U8 => cursor.u8()?.into(),
            Element::I16 => cursor.i16()?.into(),
            Element::U16 => cursor.u16()?.into(),
            Element::I32 => cursor.i32()?.into(),
            Element::U32 => cursor.u32()?.into(),
            Element::I64 => cursor.u64()?.cast_signed() as f64,
            Element::U64 => cursor.u64()? as f64,
            Element::F32 => f32::from_bits(cursor.u32()?).into(),
            _ => f64::from_bits(cursor.u64()?),
        };
        self.push(value);
        Ok(())
    }

    fn text(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Damage> {
        self.bytes.extend_from_slice(cursor.bytes()?);
        self.text.push(self.bytes.len() as u64);
        Ok(())
    }

    fn object_bits(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Damage> {
        let bits = cursor.u32()?;
        if bits & IS_REFERENCED != 0 {
            cursor.u16()?;
        }
        if self.record {
            self.push(bits.into());
        } else {
            self.bytes.extend(bits.to_be_bytes());
        }
        Ok(())
    }

    fn flags(&mut self, cursor: &mut Cursor<'_>, wanted: usize) -> Result<(), Damage> {
        let count = cursor.count(1)?;
        if count != wanted {
            return Err(Damage::Other(format!("{count} bits instead of {wanted}")));
        }
        (0..count).try_for_each(|_| self.number(cursor, Element::Bool))
    }
}

impl Wire {
    /// Whether it is a type of the standard library, which has a header as a member.
    pub(super) fn is_standard(&self) -> bool {
        matches!(
            self,
            Self::Text | Self::Sequence(_) | Self::Map(..) | Self::Flags(_)
        )
    }

    /// Whether its length varies.
    fn varies(&self) -> bool {
        match self {
            Self::Sequence(_) | Self::Map(..) => true,
            Self::Fixed(item, _) => item.varies(),
            _ => false,
        }
    }

    /// Bytes that a value takes at least.
    fn least(&self) -> usize {
        match self {
            Self::Number(element) => element.size(),
            Self::Packed(packing) => packing.size(),
            Self::Text => 1,
            Self::ObjectBits | Self::Sequence(_) | Self::Map(..) | Self::Flags(_) => 4,
            Self::Fixed(item, count) => item.least().saturating_mul(*count),
            Self::Class(_) => 2,
            Self::Members(_) => 0,
            Self::Object => 10,
        }
    }
}
