//! Values of one column over a range of entries.

use std::ops::Range;
use std::sync::Arc;

use super::error::{Error, Result};

/// The type of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Element {
    /// One byte, zero or not.
    Bool,
    /// Signed, 8 bits.
    I8,
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 64 bits.
    I64,
    /// Unsigned, 64 bits.
    U64,
    /// Float, 32 bits.
    F32,
    /// Float, 64 bits.
    F64,
    /// Text.
    String,
    /// The numbers of records of several types, one after the other, as 64-bit floats.
    Record,
}

impl Element {
    /// Bytes of a value in a chunk; text has none of its own.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::Record => 8,
            Self::String => 0,
        }
    }

    /// Whether it is a number or a truth value.
    #[must_use]
    pub fn is_number(self) -> bool {
        !matches!(self, Self::String | Self::Record)
    }

    /// Whether it has no fractions.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.is_number() && !matches!(self, Self::F32 | Self::F64)
    }
}

/// Values of one column over a range of entries, as the file's big-endian bytes without gaps.
///
/// A scalar column has one value per entry. A column with fixed dimensions has `inner` values per
/// item. A jagged column has `offsets`: items of entry `i` are `offsets[i]..offsets[i + 1]`,
/// values of an item `inner * item..inner * (item + 1)` (unless there are deeper levels).
#[derive(Clone, Debug)]
pub struct Chunk {
    pub(super) branch: Arc<str>,
    pub(super) type_name: Arc<str>,
    pub(super) element: Element,
    pub(super) first: u64,
    pub(super) entries: usize,
    pub(super) inner: usize,
    /// Offsets, outermost first; the last points to items of `inner` values.
    pub(super) levels: Vec<Vec<u64>>,
    /// For text: where each value starts in `bytes`, and the end.
    pub(super) text: Vec<u64>,
    pub(super) bytes: Arc<Vec<u8>>,
    /// The part of `bytes` that belongs to this chunk.
    pub(super) part: Range<usize>,
}

macro_rules! convert {
    ($bytes:expr, $out:expr, $type:ty, $to:expr) => {{
        const SIZE: usize = size_of::<$type>();
        let (values, _) = $bytes.as_chunks::<SIZE>();
        for (out, value) in $out.iter_mut().zip(values) {
            *out = $to(<$type>::from_be_bytes(*value));
        }
    }};
}

impl Chunk {
    /// First entry.
    #[must_use]
    pub fn first_entry(&self) -> u64 {
        self.first
    }

    /// Number of entries.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Type of a value.
    #[must_use]
    pub fn element(&self) -> Element {
        self.element
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.element {
            Element::String => self.text.len().saturating_sub(1),
            element => self.part.len() / element.size(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Values per item: the product of the fixed dimensions, 1 without.
    #[must_use]
    pub fn inner(&self) -> usize {
        self.inner
    }

    /// Of a jagged column: the first item of each entry, and the end; `entries() + 1` numbers.
    #[must_use]
    pub fn offsets(&self) -> Option<&[u64]> {
        self.levels.first().map(Vec::as_slice)
    }

    /// All levels of offsets, outermost first: entry to item, item to item of the next level, …
    #[must_use]
    pub fn levels(&self) -> &[Vec<u64>] {
        &self.levels
    }

    /// Values `from..from + out.len()` as 64-bit floats.
    ///
    /// # Errors
    /// Text, or values that are not there.
    pub fn fill_f64(&self, from: usize, out: &mut [f64]) -> Result<()> {
        let bytes = self.values(from, out.len(), "numbers")?;
        match self.element {
            Element::Bool => convert!(bytes, out, u8, |v| f64::from(u8::from(v != 0))),
            Element::I8 => convert!(bytes, out, i8, f64::from),
            Element::U8 => convert!(bytes, out, u8, f64::from),
            Element::I16 => convert!(bytes, out, i16, f64::from),
            Element::U16 => convert!(bytes, out, u16, f64::from),
            Element::I32 => convert!(bytes, out, i32, f64::from),
            Element::U32 => convert!(bytes, out, u32, f64::from),
            Element::I64 => convert!(bytes, out, i64, |v| v as f64),
            Element::U64 => convert!(bytes, out, u64, |v| v as f64),
            Element::F32 => convert!(bytes, out, f32, f64::from),
            Element::F64 | Element::Record => convert!(bytes, out, f64, |v| v),
            Element::String => {}
        }
        Ok(())
    }

    /// Values `from..from + out.len()` as signed integers.
    ///
    /// # Errors
    /// Text, floats, values that are not there, or an unsigned value above `i64::MAX`.
    pub fn fill_i64(&self, from: usize, out: &mut [i64]) -> Result<()> {
        let bytes = self.values(from, out.len(), "integers")?;
        match self.element {
            Element::Bool => convert!(bytes, out, u8, |v| i64::from(v != 0)),
            Element::I8 => convert!(bytes, out, i8, i64::from),
            Element::U8 => convert!(bytes, out, u8, i64::from),
            Element::I16 => convert!(bytes, out, i16, i64::from),
            Element::U16 => convert!(bytes, out, u16, i64::from),
            Element::I32 => convert!(bytes, out, i32, i64::from),
            Element::U32 => convert!(bytes, out, u32, i64::from),
            Element::I64 => convert!(bytes, out, i64, |v| v),
            Element::U64 => {
                convert!(bytes, out, u64, |v: u64| v.cast_signed());
                if let Some(value) = out.iter().find(|value| **value < 0) {
                    return Err(Error::TooLarge {
                        branch: self.branch.to_string(),
                        value: value.cast_unsigned(),
                    });
                }
            }
            Element::F32 | Element::F64 | Element::String | Element::Record => {
                return Err(self.wrong("integers"));
            }
        }
        Ok(())
    }

    /// Values `from..from + out.len()` as truth values: a number is true unless it is 0.
    ///
    /// # Errors
    /// Text, floats, or values that are not there.
    pub fn fill_bool(&self, from: usize, out: &mut [bool]) -> Result<()> {
        let bytes = self.values(from, out.len(), "truth values")?;
        match self.element {
            Element::Bool | Element::I8 | Element::U8 => convert!(bytes, out, u8, |v| v != 0),
            Element::I16 | Element::U16 => convert!(bytes, out, u16, |v| v != 0),
            Element::I32 | Element::U32 => convert!(bytes, out, u32, |v| v != 0),
            Element::I64 | Element::U64 => convert!(bytes, out, u64, |v| v != 0),
            Element::F32 | Element::F64 | Element::String | Element::Record => {
                return Err(self.wrong("truth values"));
            }
        }
        Ok(())
    }

    /// Value `index` of a text column; bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    /// Numbers, or a value that is not there.
    pub fn text(&self, index: usize) -> Result<std::borrow::Cow<'_, str>> {
        if self.element != Element::String {
            return Err(self.wrong("texts"));
        }
        let bytes = match (self.text.get(index), self.text.get(index + 1)) {
            (Some(from), Some(to)) => self.bytes.get(*from as usize..*to as usize),
            _ => None,
        };
        bytes
            .map(String::from_utf8_lossy)
            .ok_or_else(|| Error::Values {
                branch: self.branch.to_string(),
                first: index,
                end: index + 1,
                len: self.len(),
            })
    }

    fn values(&self, from: usize, count: usize, wanted: &'static str) -> Result<&[u8]> {
        let size = self.element.size();
        if size == 0 {
            return Err(self.wrong(wanted));
        }
        let (own, end) = (self.bytes.get(self.part.clone()), from.checked_add(count));
        own.zip(end)
            .filter(|_| end <= Some(self.len()))
            .and_then(|(own, end)| own.get(from * size..end * size))
            .ok_or_else(|| Error::Values {
                branch: self.branch.to_string(),
                first: from,
                end: from.saturating_add(count),
                len: self.len(),
            })
    }

    fn wrong(&self, wanted: &'static str) -> Error {
        Error::WrongType {
            branch: self.branch.to_string(),
            type_name: self.type_name.to_string(),
            wanted,
        }
    }
}
