//! A checked place in bytes of a file: every step says how much it needs.

use super::error::Damage;

/// The bit of a byte count.
const BYTE_COUNT: u32 = 0x4000_0000;
/// `TObject::kIsReferenced`: two bytes of a process number follow.
const IS_REFERENCED: u32 = 0x10;

/// A place in bytes, all numbers big-endian.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
    /// Bytes of the key before `data`: references count from the start of the key.
    origin: usize,
}

/// Version of a class in the stream, and where its bytes end if that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    pub(super) number: u16,
    pub(super) end: Option<usize>,
}

macro_rules! number {
    ($name:ident, $type:ty) => {
        pub(super) fn $name(&mut self) -> Result<$type, Damage> {
            let (value, _) = self
                .take(size_of::<$type>())?
                .as_chunks()
                .0
                .split_first()
                .ok_or(Damage::Short { needed: 1, left: 0 })?;
            Ok(<$type>::from_be_bytes(*value))
        }
    };
}

impl<'a> Cursor<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            origin: 0,
        }
    }

    /// Bytes that follow a key of that length.
    pub(super) fn after_key(data: &'a [u8], key_length: usize) -> Self {
        Self {
            data,
            at: 0,
            origin: key_length,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.data.len() - self.at
    }

    /// Place as references count it.
    pub(super) fn displacement(&self) -> u64 {
        (self.at + self.origin) as u64
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let left = self.left();
        let taken = self
            .data
            .get(self.at..)
            .and_then(|rest| rest.get(..count))
            .ok_or(Damage::Short {
                needed: count as u64,
                left: left as u64,
            })?;
        self.at += count;
        Ok(taken)
    }

    number!(u8, u8);
    number!(u16, u16);
    number!(u32, u32);
    number!(u64, u64);
    number!(i16, i16);
    number!(i32, i32);

    /// A position in the file: 8 bytes when `wide`, else 4.
    pub(super) fn position(&mut self, wide: bool) -> Result<u64, Damage> {
        if wide {
            self.u64()
        } else {
            self.u32().map(u64::from)
        }
    }

    /// Bytes with their length before them: one byte, or 255 and four.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Damage> {
        let length = match self.u8()? {
            255 => self.u32()? as usize,
            short => usize::from(short),
        };
        self.take(length)
    }

    /// A string with its length before it.
    pub(super) fn string(&mut self) -> Result<String, Damage> {
        Ok(String::from_utf8_lossy(self.bytes()?).into_owned())
    }

    /// A string with a zero after it.
    pub(super) fn terminated(&mut self) -> Result<String, Damage> {
        let rest = &self.data[self.at..];
        let length = rest
            .iter()
            .position(|byte| *byte == 0)
            .ok_or(Damage::Short {
                needed: rest.len() as u64 + 1,
                left: rest.len() as u64,
            })?;
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.at += 1;
        Ok(text)
    }

    /// A count of items that need at least `least` bytes each.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, Damage> {
        let count = self.u32()? as usize;
        let needed = count.saturating_mul(least);
        if needed > self.left() {
            return Err(Damage::Short {
                needed: needed as u64,
                left: self.left() as u64,
            });
        }
        Ok(count)
    }

    /// The header of an object: byte count (in all but very old classes) and version.
    pub(super) fn version(&mut self) -> Result<Version, Damage> {
        let start = self.at;
        let first = self.u32();
        if let Ok(word) = first
            && word & BYTE_COUNT != 0
        {
            let end = start + 4 + (word & !BYTE_COUNT & 0x7fff_ffff) as usize;
            if end > self.data.len() {
                return Err(Damage::Short {
                    needed: (end - start) as u64,
                    left: (self.data.len() - start) as u64,
                });
            }
            return Ok(Version {
                number: self.u16()?,
                end: Some(end),
            });
        }
        self.at = start;
        Ok(Version {
            number: self.u16()?,
            end: None,
        })
    }

    /// Goes to the end of an object, which may hold more than was read but never less.
    pub(super) fn finish(&mut self, end: Option<usize>) -> Result<(), Damage> {
        let Some(end) = end else { return Ok(()) };
        if end < self.at || end > self.data.len() {
            return Err(Damage::Other(format!(
                "an object ends at byte {end} of {}, but its members take {}",
                self.data.len(),
                self.at
            )));
        }
        self.at = end;
        Ok(())
    }

    /// The `TObject` part of an object: its identifier and bits.
    pub(super) fn tobject(&mut self) -> Result<(u32, u32), Damage> {
        let version = self.version()?;
        let id = self.u32()?;
        let bits = self.u32()?;
        if bits & IS_REFERENCED != 0 {
            self.u16()?;
        }
        self.finish(version.end)?;
        Ok((id, bits))
    }
}
