//! Baskets: the pieces in which the values of a branch lie in the file.

use std::ops::Range;
use std::sync::Arc;

use super::compress::decompress;
use super::cursor::Cursor;
use super::embedded::BasketHeader;
use super::error::{Damage, Result};
use super::key::Key;
use super::source::Source;
use super::value::Embedded;

/// Where the values of a branch lie.
#[derive(Debug)]
pub(super) struct Store {
    /// Differs between all branches of all files.
    pub(super) id: u64,
    pub(super) source: Arc<Source>,
    pub(super) name: Arc<str>,
    /// In the order of entries, without gaps.
    pub(super) baskets: Vec<Place>,
}

/// One basket: its entries and where it is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) entries: Range<u64>,
    pub(super) content: Content,
}

/// Where a basket is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// In the file, with its label that many bytes long.
    File { seek: u64, bytes: usize },
    /// In the tree object.
    Tree(Arc<Embedded>),
}

/// A basket, decompressed.
#[derive(Debug, Default)]
pub(super) struct Basket {
    /// Whatever came from the file.
    pub(super) data: Arc<Vec<u8>>,
    /// The part of it that is values.
    pub(super) part: Range<usize>,
    /// Where each entry starts, and the end; empty if the basket does not say.
    pub(super) offsets: Vec<u32>,
}

impl Store {
    /// Reads basket `index` into `room` (whose memory is used again).
    pub(super) fn load(&self, index: usize, packed: &mut Vec<u8>, room: Basket) -> Result<Basket> {
        let place = &self.baskets[index];
        let count = place.entries.end - place.entries.start;
        match &place.content {
            Content::Tree(embedded) => embedded_basket(embedded, count),
            Content::File { seek, bytes } => {
                self.source.read(*seek, *bytes, packed)?;
                self.stored_basket(packed, count, room)
            }
        }
        .map_err(|damage| self.damaged(index, damage))
    }

    /// `packed` holds the basket as it is in the file; it is left with any content.
    fn stored_basket(
        &self,
        packed: &mut Vec<u8>,
        count: u64,
        room: Basket,
    ) -> Result<Basket, Damage> {
        let mut cursor = Cursor::new(packed);
        let key = Key::read(&mut cursor)?;
        let header = BasketHeader::read(&mut cursor)?;
        if u64::from(header.entries) != count {
            return Err(Damage::Other(format!(
                "it has {} entries instead of {count}",
                header.entries
            )));
        }
        let border = header.border(&key)?;
        let left = packed.len();
        let body = packed.get(key.key_length..key.bytes).ok_or(Damage::Short {
            needed: key.bytes as u64,
            left: left as u64,
        })?;
        let Basket { data, offsets, .. } = room;
        let mut data = Arc::try_unwrap(data).unwrap_or_default();
        let start = if key.object_length > body.len() {
            self.source.check_length(key.object_length)?;
            decompress(body, key.object_length, &mut data)?;
            0
        } else {
            packed.truncate(key.bytes);
            std::mem::swap(packed, &mut data);
            key.key_length
        };
        let mut basket = Basket {
            data: Arc::new(data),
            part: start..start.saturating_add(border),
            offsets,
        };
        basket.offsets.clear();
        basket.read_offsets(&key, count as usize)?;
        Ok(basket)
    }

    /// Baskets that hold entries of a range.
    pub(super) fn overlapping(&self, entries: &Range<u64>) -> Range<usize> {
        let first = self
            .baskets
            .partition_point(|place| place.entries.end <= entries.start);
        let end = self
            .baskets
            .partition_point(|place| place.entries.start < entries.end);
        first..end.max(first)
    }

    /// Entries that lie in baskets.
    pub(super) fn entries(&self) -> u64 {
        self.baskets.last().map_or(0, |place| place.entries.end)
    }

    pub(super) fn damaged(&self, index: usize, damage: Damage) -> super::Error {
        self.source.damaged(
            &format!("basket {index} of branch \"{}\"", self.name),
            damage,
        )
    }
}

fn embedded_basket(embedded: &Embedded, count: u64) -> Result<Basket, Damage> {
    let mut basket = Basket {
        part: 0..embedded.data.len(),
        data: Arc::new(embedded.data.clone()),
        offsets: Vec::new(),
    };
    if let Some(offsets) = &embedded.offsets {
        basket.offsets.extend_from_slice(offsets);
        basket.offsets.push(basket.part.end as u32);
        basket.check_offsets(count as usize)?;
    }
    Ok(basket)
}

impl Basket {
    /// The bytes of all values.
    pub(super) fn values(&self) -> &[u8] {
        &self.data[self.part.clone()]
    }

    /// Takes the offsets behind the values; the file counts them from the start of the label.
    fn read_offsets(&mut self, key: &Key, count: usize) -> Result<(), Damage> {
        let tail = self.data.get(self.part.end..).ok_or(Damage::Number {
            what: "the end of the values of a basket",
            value: self.part.end as i128,
        })?;
        if tail.is_empty() {
            return Ok(());
        }
        let mut cursor = Cursor::new(tail);
        if cursor.count(4)? < count {
            return Err(Damage::Other(format!(
                "fewer offsets than its {count} entries"
            )));
        }
        let start = key.key_length as u32;
        let (words, _) = cursor.take(count * 4)?.as_chunks::<4>();
        self.offsets.extend(
            words
                .iter()
                .map(|word| u32::from_be_bytes(*word).wrapping_sub(start)),
        );
        self.offsets.push(self.part.len() as u32);
        self.check_offsets(count)
    }

    fn check_offsets(&self, count: usize) -> Result<(), Damage> {
        let rising = self.offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        let whole = self.offsets.len() == count + 1 && self.offsets.first() == Some(&0);
        if rising && whole {
            Ok(())
        } else {
            Err(Damage::Other(
                "the offsets of its entries do not rise from 0 to the end".into(),
            ))
        }
    }
}
