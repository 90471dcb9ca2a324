//! Gathers the values of a range of entries from the baskets that hold them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::basket::Basket;
use super::cache::Cache;
use super::chunk::{Chunk, Element};
use super::column::Column;
use super::cursor::Cursor;
use super::error::{Damage, Result};
use super::layout::Layout;
use super::packing::Packing;
use super::walk::Found;
use super::wire::Part;

/// Room made before the first basket has shown what it holds.
const ROOM: usize = 64 << 20;
/// Header of a container: byte count, version, number of items.
const CONTAINER: usize = 10;

/// A chunk in the making.
pub(super) struct Collect<'a> {
    column: &'a Column,
    entries: Range<u64>,
    found: Found,
    /// Bytes of an item as a chunk holds it.
    item: usize,
}

impl<'a> Collect<'a> {
    pub(super) fn new(column: &'a Column, entries: Range<u64>) -> Self {
        let levels = if column.element == Element::Record {
            1
        } else {
            column.levels
        };
        let item = column.dims.iter().product::<usize>() * column.element.size();
        Self {
            column,
            entries,
            found: Found::new(column.element, levels),
            item,
        }
    }

    pub(super) fn run(mut self, cache: &mut Cache) -> Result<Chunk> {
        let store = self.column.store.clone();
        let baskets = store.overlapping(&self.entries);
        if let Some(chunk) = self.whole_basket(&baskets, cache)? {
            return Ok(chunk);
        }
        let count = baskets.len();
        for (done, index) in baskets.enumerate() {
            let mut basket = cache.basket(&store, index)?;
            if basket.offsets.is_empty()
                && let Some(counter) = &self.column.counter
            {
                let all = &store.baskets[index].entries;
                let offsets = self.counted(counter, all, &basket, cache)?;
                let (data, part) = (basket.data.clone(), basket.part.clone());
                basket = Arc::new(Basket {
                    data,
                    part,
                    offsets,
                });
            }
            if done == 0 {
                let room = basket.part.len().saturating_mul(count).min(ROOM);
                self.found.bytes.reserve(room);
            }
            let wanted = self.part_of(&store.baskets[index].entries);
            let size = store.baskets[index].entries.end - store.baskets[index].entries.start;
            self.add(&basket, wanted, size as usize)
                .map_err(|e| store.damaged(index, e))?;
        }
        let mut chunk = Chunk::empty(self.column, &self.entries);
        chunk.part = 0..self.found.bytes.len();
        chunk.bytes = Arc::new(self.found.bytes);
        chunk.levels = self.found.levels;
        chunk.text = self.found.text;
        Ok(chunk)
    }

    /// Values of fixed size from one basket are shared, not copied.
    fn whole_basket(&self, baskets: &Range<usize>, cache: &mut Cache) -> Result<Option<Chunk>> {
        let Layout::Fixed {
            bytes,
            packing: None,
        } = self.column.layout
        else {
            return Ok(None);
        };
        if baskets.len() != 1 {
            return Ok(None);
        }
        let (store, index) = (&self.column.store, baskets.start);
        let basket = cache.basket(store, index)?;
        let all = &store.baskets[index].entries;
        check_fixed(&basket, bytes, (all.end - all.start) as usize)
            .map_err(|damage| store.damaged(index, damage))?;
        let wanted = self.part_of(all);
        let mut chunk = Chunk::empty(self.column, &self.entries);
        chunk.bytes = basket.data.clone();
        let start = basket.part.start;
        chunk.part = start + wanted.start * bytes..start + wanted.end * bytes;
        Ok(Some(chunk))
    }

    /// The wanted entries of a basket, counted from its first.
    fn part_of(&self, all: &Range<u64>) -> Range<usize> {
        let start = self.entries.start.max(all.start) - all.start;
        let end = self.entries.end.min(all.end) - all.start;
        start as usize..end as usize
    }

    fn add(&mut self, basket: &Basket, wanted: Range<usize>, size: usize) -> Result<(), Damage> {
        match &self.column.layout {
            Layout::Fixed { bytes, packing } => {
                check_fixed(basket, *bytes, size)?;
                let part = &basket.values()[wanted.start * bytes..wanted.end * bytes];
                self.numbers(part, *packing)
            }
            Layout::Leaf { stride, at, bytes } => {
                check_fixed(basket, *stride, size)?;
                let part = &basket.values()[wanted.start * stride..wanted.end * stride];
                for entry in part.chunks_exact(*stride) {
                    self.found.bytes.extend_from_slice(&entry[*at..at + bytes]);
                }
                Ok(())
            }
            Layout::Leaves { stride, leaves } => {
                check_fixed(basket, *stride, size)?;
                let part = &basket.values()[wanted.start * stride..wanted.end * stride];
                part.chunks_exact(*stride)
                    .try_for_each(|entry| self.found.leaves(&mut Cursor::new(entry), leaves))
            }
            Layout::Jagged { skip, packing } => self.jagged(basket, wanted, *skip, *packing, size),
            Layout::Container => self.containers(basket, wanted, size),
            Layout::Walked { part, elements } => self.walk(basket, wanted, size, part, *elements),
            Layout::Unknown(reason) => Err(Damage::Other(reason.clone())),
        }
    }

    fn numbers(&mut self, bytes: &[u8], packing: Option<Packing>) -> Result<(), Damage> {
        let Some(packing) = packing else {
            self.found.bytes.extend_from_slice(bytes);
            return Ok(());
        };
        let mut cursor = Cursor::new(bytes);
        while cursor.left() > 0 {
            packing.unpack(&mut cursor, &mut self.found.bytes)?;
        }
        Ok(())
    }

    fn jagged(
        &mut self,
        basket: &Basket,
        wanted: Range<usize>,
        skip: usize,
        packing: Option<Packing>,
        size: usize,
    ) -> Result<(), Damage> {
        let item = self.item_on_disk(packing);
        let offsets = offsets(basket, size, false)?;
        let offsets = &offsets[wanted.start..=wanted.end];
        let mut items = self.found.levels[0].last().copied().unwrap_or(0);
        for pair in offsets.windows(2) {
            let length = (pair[1] - pair[0]) as usize;
            // An entry without items may lack the bytes before them.
            let values = length.saturating_sub(skip);
            if !values.is_multiple_of(item) {
                return Err(Damage::Other(format!(
                    "{values} bytes hold no whole number of items"
                )));
            }
            items += (values / item) as u64;
            self.found.levels[0].push(items);
        }
        if skip == 0 {
            let part = offsets[0] as usize..offsets[offsets.len() - 1] as usize;
            return self.numbers(&basket.values()[part], packing);
        }
        for pair in offsets.windows(2) {
            let entry = &basket.values()[pair[0] as usize..pair[1] as usize];
            self.numbers(entry.get(skip..).unwrap_or(&[]), packing)?;
        }
        Ok(())
    }

    /// Offsets of a basket that has none, from the numbers of items in its entries.
    fn counted(
        &self,
        counter: &Column,
        all: &Range<u64>,
        basket: &Basket,
        cache: &mut Cache,
    ) -> Result<Vec<u32>> {
        let (skip, item) = match &self.column.layout {
            Layout::Jagged { skip, packing } => (*skip, self.item_on_disk(*packing)),
            _ => return Ok(Vec::new()),
        };
        let chunk = counter.read(all.clone(), cache)?;
        let mut counts = vec![0; chunk.len()];
        chunk.fill_i64(0, &mut counts)?;
        let mut offsets = vec![0_u32];
        let mut end = Some(0_u32);
        for count in counts {
            let bytes = usize::try_from(count)
                .ok()
                .and_then(|count| count.checked_mul(item));
            let bytes = bytes.and_then(|bytes| u32::try_from(bytes + skip).ok());
            end = end
                .zip(bytes)
                .and_then(|(end, bytes)| end.checked_add(bytes));
            offsets.push(end.unwrap_or(u32::MAX));
        }
        if end.map(|end| end as usize) == Some(basket.part.len()) {
            Ok(offsets)
        } else {
            Ok(Vec::new())
        }
    }

    fn item_on_disk(&self, packing: Option<Packing>) -> usize {
        match packing {
            Some(packing) => self.item / packing.element().size() * packing.size(),
            None => self.item,
        }
    }

    fn containers(
        &mut self,
        basket: &Basket,
        wanted: Range<usize>,
        size: usize,
    ) -> Result<(), Damage> {
        let offsets = offsets(basket, size, false)?;
        let mut items = self.found.levels[0].last().copied().unwrap_or(0);
        for pair in offsets[wanted.start..=wanted.end].windows(2) {
            let entry = &basket.values()[pair[0] as usize..pair[1] as usize];
            let (header, values) = entry
                .split_first_chunk::<CONTAINER>()
                .ok_or(Damage::Short {
                    needed: CONTAINER as u64,
                    left: entry.len() as u64,
                })?;
            let count = u32::from_be_bytes([header[6], header[7], header[8], header[9]]);
            if values.len() as u64 != u64::from(count) * self.item as u64 {
                return Err(Damage::Other(format!(
                    "a container of {count} items has {} bytes",
                    values.len()
                )));
            }
            items += u64::from(count);
            self.found.levels[0].push(items);
            self.found.bytes.extend_from_slice(values);
        }
        Ok(())
    }

    fn walk(
        &mut self,
        basket: &Basket,
        wanted: Range<usize>,
        size: usize,
        part: &Part,
        elements: bool,
    ) -> Result<(), Damage> {
        let offsets = offsets(basket, size, !elements)?;
        for pair in offsets[wanted.start..=wanted.end].windows(2) {
            let entry = &basket.values()[pair[0] as usize..pair[1] as usize];
            self.found.entry(&mut Cursor::new(entry), part, elements)?;
        }
        Ok(())
    }
}

fn check_fixed(basket: &Basket, bytes: usize, entries: usize) -> Result<(), Damage> {
    let needed = entries.checked_mul(bytes);
    if needed == Some(basket.part.len()) {
        return Ok(());
    }
    Err(Damage::Other(format!(
        "{} bytes are not {entries} entries of {bytes} bytes",
        basket.part.len()
    )))
}

/// Where entries start, and the end.
///
/// A basket without offsets has none to tell when it is empty, or (`regular`) when all its entries
/// are equally long; whoever walks them sees whether that is so.
fn offsets(basket: &Basket, entries: usize, regular: bool) -> Result<Cow<'_, [u32]>, Damage> {
    if !basket.offsets.is_empty() {
        return Ok((&basket.offsets[..]).into());
    }
    let length = basket.part.len();
    let empty = length == 0;
    let divides = regular && entries > 0 && length.is_multiple_of(entries);
    if !(empty || divides) {
        return Err(Damage::Other(
            "it does not say where its entries start".into(),
        ));
    }
    let length = if empty { 0 } else { length / entries };
    Ok((0..=entries).map(|entry| (entry * length) as u32).collect())
}
