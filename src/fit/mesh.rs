//! Where a density is integrated: pieces of the range, fine where it changes fast.
//!
//! Pieces are halved until the rule of five places agrees with twice five places, for the density
//! and for its slopes in units of the errors. A peak between all places would be missed, and a
//! likelihood that misses it rewards it: so no value may have a density far above that of all places of its
//! piece.

use super::select::NODES;

/// Pieces of equal width, and of equal numbers of values, to begin with.
const PIECES: usize = 64;
/// Values that are looked at for the latter.
const LOOKED_AT: usize = 1 << 12;
/// Pieces at most.
const MOST: usize = 1 << 13;
/// Part of one entry that a piece may be wrong by.
const SHARE: f64 = 1e-10;
/// Part of all entries that rounding takes.
const ROUNDING: f64 = 1e-15;
/// What all pieces that could not be made fine enough may be wrong by together, in entries.
const ALLOWED: f64 = 1e-6;
/// How far above its piece the density at a value may be.
const PEAK: f64 = 4.0;
/// Searches for missed peaks.
const SEARCHES: usize = 12;
/// Steps by a factor of four from a value outwards where a peak was missed.
const GRADES: i32 = 12;
/// Width of a piece, in units of the range, that is not halved any more.
const NARROW: f64 = 1e-13;

/// The pieces of a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mesh {
    /// Their ends in order, one more than pieces.
    pub(crate) edges: Vec<f64>,
}

/// Pieces that suit a density.
#[derive(Clone, Debug)]
pub(crate) struct Suited {
    pub(crate) mesh: Mesh,
    /// Whether they are fine enough.
    pub(crate) resolved: bool,
    /// A place where the density is negative.
    pub(crate) negative: Option<f64>,
}

/// Values with the density there.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) x: &'a [f64],
    pub(crate) density: &'a [f64],
}

/// The density at some places, and after it its slopes in units of the errors; column by column.
pub(crate) type Density<'a> = dyn FnMut(&[f64]) -> Vec<f64> + 'a;

impl Mesh {
    /// Pieces before a density is known: finer where values are.
    pub(crate) fn of(values: &[f64], (low, high): (f64, f64)) -> Self {
        let step = values.len().div_ceil(LOOKED_AT).max(1);
        let mut sorted: Vec<f64> = values.iter().copied().step_by(step).collect();
        sorted.sort_by(f64::total_cmp);
        let each = sorted.len().div_ceil(PIECES).max(1);
        #[expect(clippy::cast_precision_loss, reason = "pieces are few")]
        let part = |piece: usize| low + (high - low) * (piece as f64 / PIECES as f64);
        let mut edges: Vec<f64> = (1..PIECES).map(part).collect();
        edges.extend(sorted.iter().step_by(each));
        edges.extend([low, high]);
        edges.retain(|edge| (low..=high).contains(edge));
        Self::ordered(edges, NARROW * (high - low))
    }

    fn ordered(mut edges: Vec<f64>, narrow: f64) -> Self {
        edges.sort_by(f64::total_cmp);
        let last = edges.last().copied();
        edges.dedup_by(|next, kept| *next - *kept <= narrow);
        if let (Some(end), Some(last)) = (edges.last_mut(), last) {
            *end = last;
        }
        Self { edges }
    }

    /// Low and high end of each piece.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64)> {
        let ends = self.edges.iter().skip(1);
        self.edges.iter().copied().zip(ends.copied())
    }

    /// The places of all pieces.
    pub(crate) fn nodes(&self) -> Vec<f64> {
        let mut nodes = Vec::with_capacity(NODES.len() * self.edges.len());
        self.pieces().for_each(|piece| places(piece, &mut nodes));
        nodes
    }

    /// The centre of each piece.
    pub(crate) fn centres(&self) -> Vec<f64> {
        self.pieces().map(|(a, b)| a + 0.5 * (b - a)).collect()
    }

    /// The width of each piece.
    pub(crate) fn widths(&self) -> Vec<f64> {
        self.pieces().map(|(a, b)| b - a).collect()
    }

    /// The pieces halved where the density asks for it.
    pub(crate) fn suited(&self, density: &mut Density<'_>, known: Known<'_>) -> Suited {
        let ends = (self.edges.first(), self.edges.last());
        let (Some(&low), Some(&high)) = ends else {
            return Suited {
                mesh: self.clone(),
                resolved: false,
                negative: None,
            };
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers of values are below 2^53"
        )]
        let mut search = Search {
            share: SHARE + ROUNDING * known.x.len() as f64,
            narrow: NARROW * (high - low),
            ..Search::default()
        };
        let mut open: Vec<(f64, f64)> = self.pieces().collect();
        for _ in 0..SEARCHES {
            search.halve(open, density);
            open = search.missed(known);
            if open.is_empty() {
                break;
            }
        }
        let resolved = open.is_empty() && search.wrong <= ALLOWED;
        let pieces = search.done.iter().map(|piece| piece.low).chain([low, high]);
        let edges = pieces.chain(open.iter().map(|(a, _)| *a)).collect();
        Suited {
            mesh: Self::ordered(edges, 0.0),
            resolved,
            negative: search.negative,
        }
    }
}

/// The places within one piece.
fn places((a, b): (f64, f64), into: &mut Vec<f64>) {
    let (centre, width) = (a + 0.5 * (b - a), b - a);
    into.extend(NODES.iter().map(|(at, _)| centre + at * width));
}

/// A piece that is fine enough.
#[derive(Clone, Copy, Debug)]
struct Piece {
    low: f64,
    high: f64,
    /// The largest density at its places.
    top: f64,
}

#[derive(Default)]
struct Search {
    done: Vec<Piece>,
    share: f64,
    narrow: f64,
    wrong: f64,
    negative: Option<f64>,
}

impl Search {
    /// Halves pieces until they are fine enough.
    fn halve(&mut self, mut open: Vec<(f64, f64)>, density: &mut Density<'_>) {
        const THREE: usize = 3 * NODES.len();
        while !open.is_empty() {
            let mut x = Vec::with_capacity(THREE * open.len());
            for &(a, b) in &open {
                let middle = a + 0.5 * (b - a);
                for piece in [(a, b), (a, middle), (middle, b)] {
                    places(piece, &mut x);
                }
            }
            let values = density(&x);
            let negative = values.iter().zip(&x).find(|(value, _)| **value < 0.0);
            self.negative = self.negative.or(negative.map(|(_, at)| *at));
            let mut next = Vec::new();
            let full = self.done.len() + open.len() > MOST;
            for (i, &(a, b)) in open.iter().enumerate() {
                let columns = values.chunks_exact(x.len());
                let own = columns.map(|column| &column[i * THREE..(i + 1) * THREE]);
                let off = own.clone().map(|own| (b - a) * difference(own));
                let off = off.fold(0.0, |most: f64, off| most.max(off.abs()));
                let middle = a + 0.5 * (b - a);
                if off > self.share && b - a > self.narrow && !full {
                    next.extend([(a, middle), (middle, b)]);
                    continue;
                }
                self.wrong += if off > self.share { off } else { 0.0 };
                let first = own.into_iter().next().unwrap_or(&[]);
                self.done.push(Piece {
                    low: a,
                    high: b,
                    top: first.iter().fold(0.0, |top: f64, f| top.max(*f)),
                });
            }
            open = next;
        }
        self.done.sort_by(|a, b| a.low.total_cmp(&b.low));
    }

    /// Takes out the pieces in which a value has a density far above that of their places, and
    /// gives finer ones around it.
    fn missed(&mut self, known: Known<'_>) -> Vec<(f64, f64)> {
        let mut peaks: Vec<Option<(f64, f64)>> = vec![None; self.done.len()];
        for (x, density) in known.x.iter().zip(known.density) {
            let at = self.done.partition_point(|piece| piece.high < *x);
            let Some(piece) = self.done.get(at) else {
                continue;
            };
            let higher = peaks[at].is_none_or(|(_, top)| *density > top);
            if *density > PEAK * piece.top && higher && piece.high - piece.low > self.narrow {
                peaks[at] = Some((*x, *density));
            }
        }
        let mut open = Vec::new();
        let mut kept = Vec::with_capacity(self.done.len());
        for (piece, peak) in self.done.iter().zip(&peaks) {
            let Some((x, _)) = peak else {
                kept.push(*piece);
                continue;
            };
            let mut edges = vec![piece.low, piece.high, *x];
            for grade in 1..=GRADES {
                let away = (piece.high - piece.low) * 0.25_f64.powi(grade);
                edges.extend([x - away, x + away]);
            }
            edges.retain(|edge| (piece.low..=piece.high).contains(edge));
            open.extend(Mesh::ordered(edges, 0.0).pieces());
        }
        self.done = kept;
        open
    }
}

/// The mean over a piece from five places less that from twice five.
fn difference(values: &[f64]) -> f64 {
    let (coarse, fine) = values.split_at(NODES.len());
    let mean = |values: &[f64]| -> f64 {
        let terms = values.iter().zip(&NODES);
        terms.map(|(value, (_, weight))| value * weight).sum()
    };
    let halves = fine.chunks_exact(NODES.len()).map(mean);
    mean(coarse) - 0.5 * halves.sum::<f64>()
}
