//! Values of a chunk as a column.

use std::sync::Arc;

use crate::expr::{Column, Type};
use crate::root::{Chunk, Result};

/// Items that lie one after the other: the first, and how many.
pub(super) type Stretch = (usize, usize);

/// The values of some items of a chunk; of fixed arrays the one at `member`.
pub(super) fn values(
    chunk: &Chunk,
    kind: Type,
    stretches: &[Stretch],
    member: Option<u32>,
) -> Result<Column> {
    let total = stretches.iter().map(|(_, n)| n).sum();
    Ok(match kind {
        Type::Float => Column::Float(numbers(
            stretches,
            total,
            member,
            chunk.inner(),
            &mut |from, out| chunk.fill_f64(from, out),
        )?),
        Type::Int => Column::Int(numbers(
            stretches,
            total,
            member,
            chunk.inner(),
            &mut |from, out| chunk.fill_i64(from, out),
        )?),
        Type::Bool => Column::Bool(numbers(
            stretches,
            total,
            member,
            chunk.inner(),
            &mut |from, out| chunk.fill_bool(from, out),
        )?),
        Type::Text => Column::Text(texts(chunk, stretches)?),
    })
}

fn numbers<T: Copy + Default>(
    stretches: &[Stretch],
    total: usize,
    member: Option<u32>,
    inner: usize,
    fill: &mut dyn FnMut(usize, &mut [T]) -> Result<()>,
) -> Result<Vec<T>> {
    let mut out = vec![T::default(); total];
    let mut done = 0;
    let mut whole = Vec::new();
    for &(first, count) in stretches {
        let part = &mut out[done..done + count];
        match member {
            None => fill(first, part)?,
            Some(member) => {
                whole.resize(count * inner, T::default());
                fill(first * inner, &mut whole)?;
                for (value, item) in part.iter_mut().zip(whole.chunks(inner)) {
                    *value = item[member as usize];
                }
            }
        }
        done += count;
    }
    Ok(out)
}

fn texts(chunk: &Chunk, stretches: &[Stretch]) -> Result<Vec<Arc<str>>> {
    let mut out: Vec<Arc<str>> = Vec::new();
    for &(first, count) in stretches {
        for index in first..first + count {
            let text = chunk.text(index)?;
            // Names repeat from row to row.
            match out.last() {
                Some(last) if **last == *text => out.push(Arc::clone(last)),
                _ => out.push(Arc::from(text)),
            }
        }
    }
    Ok(out)
}
