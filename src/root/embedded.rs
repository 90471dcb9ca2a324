//! Baskets that lie inside a tree object.

use std::sync::Arc;

use super::cursor::Cursor;
use super::error::Damage;
use super::key::Key;
use super::value::{Embedded, Record, Value};

/// A basket inside a tree object: its key, its own header, offsets, and the bytes.
pub(super) fn basket(cursor: &mut Cursor<'_>) -> Result<Value, Damage> {
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
    let embedded = Embedded {
        entries: header.entries.into(),
        data,
        offsets,
    };
    Ok(Value::from(Record {
        basket: Some(Arc::new(embedded)),
        ..Record::new("TBasket")
    }))
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
            let value = basket(&mut cursor).unwrap();
            let found = value.as_record().unwrap().basket.as_ref().unwrap();
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
