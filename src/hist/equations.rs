//! Sums of linear equations with an unknown per channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BlockError, ChannelRange, ExactSum};

/// More unknowns are not solved for at once: their matrix would not fit into memory.
const MOST_UNKNOWNS: u64 = 1 << 16;

/// What an unknown has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unknown {
    channel: i64,
    /// Equations in which it is.
    entries: u64,
    /// Σ aᵢb
    right: ExactSum,
    /// Σ aᵢaⱼ for the channels j from its own on that ever were in an equation with it.
    sums: Vec<(i64, ExactSum)>,
}

/// An equation of the event at hand.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    target: f64,
    /// Factors of unknowns.
    terms: BTreeMap<i64, f64>,
    /// Whether something of it cannot be used.
    bad: bool,
}

/// The equations of the event at hand.
#[derive(Clone, Debug, Default, PartialEq)]
struct Event {
    entry: u64,
    equations: BTreeMap<i64, Open>,
}

/// The normal equations of Σ aᵢxᵢ = b: Σ aᵢaⱼ and Σ aᵢb over many equations, of the pairs of
/// unknowns that occur; exact, so that the order does not matter.
///
/// An equation comes row by row, all rows of an event together. Factors of the same unknown are
/// added in the order of rows; the right side is said by each row and counts once. An equation is
/// left out as a whole when one of its rows has a channel outside of the range or a number that
/// is not finite, or when its rows say different right sides: what is left would not be true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct EquationBlock {
    range: ChannelRange,
    equations: u64,
    left_out: u64,
    /// By channel.
    unknowns: Vec<Unknown>,
    #[serde(skip)]
    open: Event,
}

#[derive(Deserialize)]
struct Stored {
    range: ChannelRange,
    equations: u64,
    left_out: u64,
    unknowns: Vec<Unknown>,
}

/// The rows of equations, one value each.
#[derive(Clone, Copy, Debug)]
pub struct EquationRows<'a> {
    /// Rows of an event with equal numbers belong to one equation.
    pub equations: &'a [i64],
    /// The unknowns.
    pub channels: &'a [i64],
    /// Their factors.
    pub coefficients: &'a [f64],
    /// Right sides.
    pub targets: &'a [f64],
}

/// The sums of all equations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NormalSums {
    /// All channels of the range.
    pub channels: Vec<i64>,
    /// Σ aᵢb of each channel.
    pub right: Vec<f64>,
    /// Number of equations of each channel.
    pub entries: Vec<i64>,
    /// Σ aᵢaⱼ of pairs of channels, the first not above the second.
    pub sums: Vec<(i64, i64, f64)>,
}

impl EquationBlock {
    /// No equations yet for these unknowns.
    ///
    /// # Errors
    /// An empty range, or too many unknowns.
    pub fn new(range: ChannelRange) -> Result<Self, BlockError> {
        let steps = range.last.checked_sub(range.first);
        let steps = steps.and_then(|steps| u64::try_from(steps).ok());
        if steps.is_none_or(|steps| steps >= MOST_UNKNOWNS) {
            return Err(BlockError::Unknowns {
                first: range.first,
                last: range.last,
                most: MOST_UNKNOWNS,
            });
        }
        Ok(Self {
            range,
            equations: 0,
            left_out: 0,
            unknowns: Vec::new(),
            open: Event::default(),
        })
    }

    /// The unknowns.
    #[must_use]
    pub fn range(&self) -> &ChannelRange {
        &self.range
    }

    /// Equations that are in the sums.
    #[must_use]
    pub fn equations(&self) -> u64 {
        self.equations
    }

    /// Equations that could not be used.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Adds rows; `entry` tells the event of each. The rows of an event follow each other, in
    /// this call or the next ones; after the last one comes [`Self::close`].
    pub fn fill(&mut self, rows: EquationRows<'_>, entry: impl Fn(usize) -> u64) {
        for (row, &equation) in rows.equations.iter().enumerate() {
            let entry = entry(row);
            if entry != self.open.entry {
                self.close();
                self.open.entry = entry;
            }
            let (channel, a) = (rows.channels[row], rows.coefficients[row]);
            let target = rows.targets[row];
            let new = || Open {
                target,
                terms: BTreeMap::new(),
                bad: false,
            };
            let open = self.open.equations.entry(equation).or_insert_with(new);
            let inside = (self.range.first..=self.range.last).contains(&channel);
            // NaN is never equal.
            open.bad |= !inside || !a.is_finite() || target != open.target;
            *open.terms.entry(channel).or_insert(0.0) += a;
        }
    }

    /// No more rows of the event at hand will come.
    pub fn close(&mut self) {
        for open in std::mem::take(&mut self.open).equations.into_values() {
            let largest = open.terms.values().fold(0.0, |m: f64, a| m.max(a.abs()));
            let fits = (largest * largest.max(open.target.abs())).is_finite();
            if open.bad || !fits || open.terms.values().any(|a| a.is_nan()) {
                self.left_out += 1;
                continue;
            }
            self.equations += 1;
            // A factor of 0 says nothing about its unknown.
            let terms = open.terms.into_iter().filter(|(_, a)| *a != 0.0);
            self.add(&terms.collect::<Vec<_>>(), open.target);
        }
    }

    fn add(&mut self, terms: &[(i64, f64)], target: f64) {
        for (number, &(channel, a)) in terms.iter().enumerate() {
            let unknown = self.unknown(channel);
            unknown.entries += 1;
            unknown.right.add(a * target);
            for &(other, b) in &terms[number..] {
                unknown.sum(other).add(a * b);
            }
        }
    }

    fn unknown(&mut self, channel: i64) -> &mut Unknown {
        let place = self.unknowns.binary_search_by_key(&channel, |u| u.channel);
        let place = place.unwrap_or_else(|place| {
            let new = Unknown {
                channel,
                entries: 0,
                right: ExactSum::default(),
                sums: Vec::new(),
            };
            self.unknowns.insert(place, new);
            place
        });
        &mut self.unknowns[place]
    }

    /// Number of pairs of unknowns that occurred.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.unknowns.iter().map(|unknown| unknown.sums.len()).sum()
    }

    /// Takes out all that is complete, so that only the event at hand is left.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self {
            range: self.range.clone(),
            equations: std::mem::take(&mut self.equations),
            left_out: std::mem::take(&mut self.left_out),
            unknowns: std::mem::take(&mut self.unknowns),
            open: Event::default(),
        }
    }

    /// Adds what another block holds; the order does not matter.
    ///
    /// # Errors
    /// When the unknowns differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
        if self.range != other.range {
            return Err(BlockError::Different);
        }
        if !other.open.equations.is_empty() {
            let mut closed = other.clone();
            closed.close();
            return self.merge(&closed);
        }
        self.equations += other.equations;
        self.left_out += other.left_out;
        for more in &other.unknowns {
            let unknown = self.unknown(more.channel);
            unknown.entries += more.entries;
            unknown.right.merge(&more.right);
            for (channel, sum) in &more.sums {
                unknown.sum(*channel).merge(sum);
            }
        }
        Ok(())
    }

    /// The sums as numbers, for all unknowns.
    #[must_use]
    pub fn sums(&self) -> NormalSums {
        let mut all = NormalSums {
            channels: (self.range.first..=self.range.last).collect(),
            ..NormalSums::default()
        };
        all.right = vec![0.0; all.channels.len()];
        all.entries = vec![0; all.channels.len()];
        for unknown in &self.unknowns {
            let place = unknown.channel.abs_diff(self.range.first);
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            all.right[place] = unknown.right.value();
            all.entries[place] = unknown.entries.cast_signed();
            let sums = unknown.sums.iter();
            all.sums
                .extend(sums.map(|(other, sum)| (unknown.channel, *other, sum.value())));
        }
        all
    }
}

impl Unknown {
    fn sum(&mut self, other: i64) -> &mut ExactSum {
        let place = self
            .sums
            .binary_search_by_key(&other, |(channel, _)| *channel);
        let place = place.unwrap_or_else(|place| {
            self.sums.insert(place, (other, ExactSum::default()));
            place
        });
        &mut self.sums[place].1
    }
}

impl TryFrom<Stored> for EquationBlock {
    type Error = BlockError;

    fn try_from(stored: Stored) -> Result<Self, BlockError> {
        let damaged = |what: &str| BlockError::Damaged { what: what.into() };
        let (first, last) = (stored.range.first, stored.range.last);
        let mut before = None;
        for unknown in &stored.unknowns {
            if !(first..=last).contains(&unknown.channel) || before >= Some(unknown.channel) {
                return Err(damaged("unknowns out of order or range"));
            }
            before = Some(unknown.channel);
            let mut other = unknown.channel - 1;
            for (channel, _) in &unknown.sums {
                if *channel <= other || *channel > last {
                    return Err(damaged("sums out of order or range"));
                }
                other = *channel;
            }
        }
        Ok(Self {
            equations: stored.equations,
            left_out: stored.left_out,
            unknowns: stored.unknowns,
            ..Self::new(stored.range)?
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block() -> EquationBlock {
        EquationBlock::new(ChannelRange::new("cell", 1, 5)).unwrap()
    }

    type Row = (u64, i64, i64, f64, f64);

    fn fill(block: &mut EquationBlock, rows: &[Row]) {
        let equations: Vec<i64> = rows.iter().map(|row| row.1).collect();
        let channels: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let coefficients: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let targets: Vec<f64> = rows.iter().map(|row| row.4).collect();
        let all = EquationRows {
            equations: &equations,
            channels: &channels,
            coefficients: &coefficients,
            targets: &targets,
        };
        block.fill(all, |row| rows[row].0);
    }

    fn of(rows: &[Row]) -> EquationBlock {
        let mut block = block();
        fill(&mut block, rows);
        block.close();
        block
    }

    #[test]
    fn sums_by_hand() {
        // 2 x1 + 3 x2 = 4 with x1 in two rows, x2 = 5 in the next event under the same number
        let block = of(&[
            (7, 0, 1, 0.5, 4.0),
            (7, 0, 2, 3.0, 4.0),
            (7, 0, 1, 1.5, 4.0),
            (8, 0, 2, 1.0, 5.0),
        ]);
        let sums = block.sums();
        assert_eq!(sums.channels, [1, 2, 3, 4, 5]);
        assert_eq!(sums.right, [8.0, 17.0, 0.0, 0.0, 0.0]);
        assert_eq!(sums.entries, [1, 2, 0, 0, 0]);
        assert_eq!(sums.sums, [(1, 1, 4.0), (1, 2, 6.0), (2, 2, 10.0)]);
        assert_eq!((block.equations(), block.left_out()), (2, 0));
    }

    #[test]
    fn what_is_no_equation_is_left_out_as_a_whole() {
        let good = (1, 0, 1, 1.0, 1.0);
        for bad in [
            (1, 0, 6, 1.0, 1.0),
            (1, 0, 2, f64::NAN, 1.0),
            (1, 0, 2, 1.0, 2.0),
            (1, 0, 2, 1e200, 1.0),
        ] {
            let block = of(&[good, bad, (1, 1, 3, 2.0, 1.0)]);
            assert_eq!((block.equations(), block.left_out()), (1, 1), "{bad:?}");
            assert_eq!(block.sums().entries, [0, 0, 1, 0, 0], "{bad:?}");
        }
        let block = of(&[(1, 0, 1, 1.0, f64::NAN)]);
        assert_eq!((block.equations(), block.left_out()), (0, 1));
        // 0 says nothing.
        assert_eq!(of(&[(1, 0, 1, 0.0, 1.0)]).sums().entries, [0; 5]);
        let empty = EquationBlock::new(ChannelRange::new("cell", 1, 0)).unwrap_err();
        assert!(empty.to_string().contains("1 to 0"), "{empty}");
    }

    #[test]
    fn a_stored_block_is_the_same_or_damaged() {
        let block = of(&[
            (1, 0, 2, 0.1, 1.0),
            (1, 0, 4, 0.3, 1.0),
            (1, 3, 1, 7.0, 0.7),
        ]);
        let text = serde_json::to_string(&block).unwrap();
        assert_eq!(serde_json::from_str::<EquationBlock>(&text).unwrap(), block);
        for (from, to) in [
            ("\"channel\":4", "\"channel\":2"),
            ("[4,", "[1,"),
            ("[4,", "[9,"),
        ] {
            let broken = text.replacen(from, to, 1);
            assert_ne!(text, broken);
            assert!(
                serde_json::from_str::<EquationBlock>(&broken).is_err(),
                "{broken}"
            );
        }
    }

    proptest! {
        /// The same bytes however events are cut into calls and parts, whatever comes first; and the
        /// sums of a dense matrix.
        #[test]
        fn parts_and_order_change_nothing(
            rows in prop::collection::vec((0..4_u64, 0..2_i64, 1..6_i64, -2.0..2.0_f64), 1..40),
            cut in 0..40_usize,
        ) {
            let mut rows: Vec<Row> = rows.into_iter().map(|(e, q, c, a)| (e, q, c, a, 0.75)).collect();
            rows.sort_by_key(|row| row.0);
            let whole = of(&rows);
            let mut in_two = block();
            let (first, second) = rows.split_at(cut.min(rows.len()));
            fill(&mut in_two, first);
            let complete = in_two.take();
            fill(&mut in_two, second);
            in_two.close();
            in_two.merge(&complete).unwrap();
            prop_assert_eq!(&whole, &in_two);
            let mut parts: Vec<EquationBlock> =
                rows.chunk_by(|a, b| a.0 == b.0).map(of).collect();
            parts.reverse();
            let mut merged = block();
            for part in &parts {
                merged.merge(part).unwrap();
            }
            let bytes = serde_json::to_string(&merged).unwrap();
            prop_assert_eq!(serde_json::to_string(&whole).unwrap(), bytes);
            let mut matrix = [[0.0; 5]; 5];
            for event in 0..4 {
                for equation in 0..2 {
                    let mut a = [0.0; 5];
                    for row in rows.iter().filter(|row| (row.0, row.1) == (event, equation)) {
                        a[row.2 as usize - 1] += row.3;
                    }
                    for i in 0..5 {
                        for j in i..5 {
                            matrix[i][j] += a[i] * a[j];
                        }
                    }
                }
            }
            for (i, j, sum) in whole.sums().sums {
                prop_assert!((matrix[i as usize - 1][j as usize - 1] - sum).abs() < 1e-12);
            }
        }
    }
}
