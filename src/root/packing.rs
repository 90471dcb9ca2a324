//! `Double32_t` and `Float16_t`: floats that take fewer bytes in the file than in memory.

use std::f64::consts::PI;

use super::chunk::Element;
use super::cursor::Cursor;
use super::error::Damage;

/// How a packed float lies in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Packing {
    /// Four bytes: an integer `n` that stands for `low + n / factor`. A `Float16_t` is computed in
    /// single precision throughout (as uproot does), which is far finer than its own steps.
    Range { low: f64, factor: f64, single: bool },
    /// Three bytes: exponent, then sign and the first bits of the mantissa.
    Mantissa { bits: u32, single: bool },
}

impl Packing {
    /// From the title of a member or leaf, as `[-2,2,12]`; nothing when it is a plain float.
    ///
    /// `single` for `Float16_t`, which always loses digits: 12 bits of mantissa by default.
    pub(super) fn of(title: &str, single: bool) -> Option<Self> {
        let plain = single.then_some(Self::Mantissa { bits: 12, single });
        let Some(fields) = range_fields(title) else {
            return plain;
        };
        let low = fields.first().map_or(0.0, |text| limit(text));
        let high = fields.get(1).map_or(0.0, |text| limit(text));
        let bits = fields.get(2).and_then(|text| text.trim().parse().ok());
        let bits: u32 = bits.filter(|bits| (2..=32).contains(bits)).unwrap_or(32);
        if low < high {
            let steps = if bits < 32 {
                f64::from(1_u32 << bits)
            } else {
                f64::from(u32::MAX)
            };
            return Some(Self::Range {
                low,
                factor: steps / (high - low),
                single,
            });
        }
        if bits < 15 {
            Some(Self::Mantissa { bits, single })
        } else {
            plain
        }
    }

    /// Bytes in the file.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Range { .. } => 4,
            Self::Mantissa { .. } => 3,
        }
    }

    /// Type of the value in memory.
    pub(super) fn element(self) -> Element {
        match self {
            Self::Range { single, .. } | Self::Mantissa { single, .. } => {
                if single {
                    Element::F32
                } else {
                    Element::F64
                }
            }
        }
    }

    /// Reads one value and appends it, big-endian, as [`Packing::element`] says.
    pub(super) fn unpack(self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Damage> {
        let value = self.read(cursor)?;
        match self.element() {
            Element::F32 => out.extend((value as f32).to_be_bytes()),
            _ => out.extend(value.to_be_bytes()),
        }
        Ok(())
    }

    /// Reads one value.
    pub(super) fn read(self, cursor: &mut Cursor<'_>) -> Result<f64, Damage> {
        Ok(match self {
            Self::Range {
                low,
                factor,
                single: true,
            } => (cursor.u32()? as f32 * (1.0 / factor) as f32 + low as f32).into(),
            Self::Range { low, factor, .. } => f64::from(cursor.u32()?) / factor + low,
            Self::Mantissa { bits, .. } => {
                let exponent = u32::from(cursor.u8()?);
                let mantissa = u32::from(cursor.u16()?);
                let sign = mantissa >> (bits + 1) & 1;
                let digits = mantissa & ((1 << (bits + 1)) - 1);
                let word = exponent << 23 | digits << (23 - bits);
                let value = f64::from(f32::from_bits(word));
                if sign == 1 { -value } else { value }
            }
        })
    }
}

/// The fields between the first brackets that hold a comma (others are dimensions), or those of
/// the second pair.
fn range_fields(title: &str) -> Option<Vec<&str>> {
    title
        .split('[')
        .skip(1)
        .take(2)
        .filter_map(|rest| rest.split_once(']').map(|(inside, _)| inside))
        .find(|inside| inside.contains(','))
        .map(|inside| inside.split(',').collect())
}

/// A limit: a number, or a multiple of pi in one of the spellings that are allowed.
fn limit(text: &str) -> f64 {
    let text: String = text.to_lowercase().split_whitespace().collect();
    if !text.contains("pi") {
        return text.parse().unwrap_or(0.0);
    }
    let size = match () {
        () if ["2pi", "2*pi", "twopi"]
            .iter()
            .any(|name| text.contains(name)) =>
        {
            2.0 * PI
        }
        () if text.contains("pi/2") => PI / 2.0,
        () if text.contains("pi/4") => PI / 4.0,
        () => PI,
    };
    if text.contains('-') { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_how_floats_are_packed() {
        assert_eq!(Packing::of("a plain one", false), None);
        assert_eq!(Packing::of("[0,0,0]", false), None);
        let range = Packing::Range {
            low: -2.0,
            factor: 1024.0,
            single: false,
        };
        assert_eq!(Packing::of("[3][-2,2,12] energy", false), Some(range));
        assert_eq!(
            Packing::of("[0,0,10]", false),
            Some(Packing::Mantissa {
                bits: 10,
                single: false
            })
        );
        assert_eq!(
            Packing::of("half", true),
            Some(Packing::Mantissa {
                bits: 12,
                single: true
            })
        );
        let Some(Packing::Range { low, factor, .. }) = Packing::of("[ -pi , 2*pi, 16 ]", false)
        else {
            panic!("a range");
        };
        assert_eq!((low, factor), (-PI, 65536.0 / (3.0 * PI)));
    }

    #[test]
    fn mantissa_bits_follow_the_sign() {
        // -1.5 is 0xbfc00000: exponent 127, first mantissa bit set; with 12 bits 0x800, sign in bit 13.
        let bytes = [127, 0x28, 0x00];
        let packing = Packing::Mantissa {
            bits: 12,
            single: true,
        };
        assert_eq!(packing.read(&mut Cursor::new(&bytes)), Ok(-1.5));
    }
}
