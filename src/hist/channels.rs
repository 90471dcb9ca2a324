//! Which channels a block has, and where each of them keeps its cells.

use serde::{Deserialize, Serialize};

use super::BlockError;

/// Places (combinations of channels) a block may have.
const MOST_PLACES: u64 = 1 << 32;
/// Up to so many places each has an entry in a list; beyond that only those near one that was filled.
const LISTED_PLACES: u64 = 1 << 22;
/// Places beside each other that get entries together.
const STRETCH: usize = 1024;
/// A channel without a page, a row without a channel.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The numbers of one index of channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRange {
    /// What a channel is, for people: `crystal`.
    pub name: String,
    /// First channel number.
    pub first: i64,
    /// Last channel number, included.
    pub last: i64,
}

impl ChannelRange {
    /// Channels from `first` to `last`, both included.
    #[must_use]
    pub fn new(name: impl Into<String>, first: i64, last: i64) -> Self {
        let name = name.into();
        Self { name, first, last }
    }

    /// Number of channels; `None` if the range is empty or too large to count.
    fn len(&self) -> Option<u64> {
        let steps = self.last.checked_sub(self.first)?;
        u64::try_from(steps).ok()?.checked_add(1)
    }
}

#[derive(Clone, Debug)]
enum Index {
    Listed(Vec<u32>),
    Stretches(Vec<Option<Box<[u32; STRETCH]>>>),
}

impl Index {
    fn new(places: u64) -> Self {
        match usize::try_from(places) {
            Ok(count) if places <= LISTED_PLACES => Self::Listed(vec![NOWHERE; count]),
            _ => Self::Stretches(Vec::new()),
        }
    }

    fn get(&self, place: u32) -> u32 {
        let place = place as usize;
        let page = match self {
            Self::Listed(list) => list.get(place),
            Self::Stretches(all) => {
                let stretch = all.get(place / STRETCH).and_then(Option::as_ref);
                stretch.map(|stretch| &stretch[place % STRETCH])
            }
        };
        page.copied().unwrap_or(NOWHERE)
    }

    /// The entry of a place within the ranges.
    #[inline]
    fn entry(&mut self, place: u32) -> &mut u32 {
        let place = place as usize;
        match self {
            Self::Listed(list) => &mut list[place],
            Self::Stretches(all) => {
                let number = place / STRETCH;
                if number >= all.len() {
                    all.resize_with(number + 1, || None);
                }
                let stretch = all[number].get_or_insert_with(|| Box::new([NOWHERE; STRETCH]));
                &mut stretch[place % STRETCH]
            }
        }
    }
}

/// The channels of a block. A page of cells is made when a channel is first filled.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    ranges: Vec<ChannelRange>,
    index: Index,
    /// The place of each page.
    places: Vec<u32>,
    /// Rows whose channel is not in the range.
    pub(super) outside: u64,
}

impl Channels {
    /// No range is a single page, number 0.
    pub(super) fn new(ranges: Vec<ChannelRange>) -> Result<Self, BlockError> {
        let mut places = 1_u64;
        for range in &ranges {
            places = range
                .len()
                .and_then(|len| len.checked_mul(places))
                .filter(|&all| all < MOST_PLACES)
                .ok_or_else(|| BlockError::Channels {
                    name: range.name.clone(),
                    first: range.first,
                    last: range.last,
                })?;
        }
        Ok(Self {
            ranges,
            index: Index::new(places),
            places: Vec::new(),
            outside: 0,
        })
    }

    /// A single page, there already, with the same number of rows outside.
    pub(super) fn single(&self) -> Self {
        Self {
            ranges: Vec::new(),
            index: Index::Listed(vec![0]),
            places: vec![0],
            outside: self.outside,
        }
    }

    pub(super) fn ranges(&self) -> &[ChannelRange] {
        &self.ranges
    }

    /// Number of pages.
    pub(super) fn pages(&self) -> usize {
        self.places.len()
    }

    /// The page of a place, made if there is none.
    #[inline]
    fn page(&mut self, place: u32) -> u32 {
        let page = self.index.entry(place);
        if *page == NOWHERE {
            *page = next_page(&mut self.places, place);
        }
        *page
    }

    /// The page of each row, [`NOWHERE`] for rows outside, which are counted.
    pub(super) fn find(&mut self, channels: &[&[i64]], rows: usize, pages: &mut Vec<u32>) {
        debug_assert_eq!(channels.len(), self.ranges.len(), "one index per range");
        pages.clear();
        if self.ranges.is_empty() {
            let page = if rows > 0 { self.page(0) } else { 0 };
            pages.resize(rows, page);
            return;
        }
        if let ([range], [numbers]) = (self.ranges.as_slice(), channels) {
            let first = range.first;
            if let Index::Listed(list) = &mut self.index {
                let numbers = numbers.get(..rows).unwrap_or(numbers);
                self.outside += find_listed(list, &mut self.places, first, numbers, pages);
                return;
            }
        }
        for row in 0..rows {
            let numbers = channels.iter().map(|c| c.get(row).copied());
            let page = match self.place(numbers) {
                Some(place) => self.page(place),
                None => {
                    self.outside += 1;
                    NOWHERE
                }
            };
            pages.push(page);
        }
    }

    /// The place of those channel numbers, if they are in the ranges.
    fn place(&self, numbers: impl ExactSizeIterator<Item = Option<i64>>) -> Option<u32> {
        if numbers.len() != self.ranges.len() {
            return None;
        }
        let mut place = 0;
        for (range, number) in self.ranges.iter().zip(numbers) {
            let number = number.filter(|n| (range.first..=range.last).contains(n))?;
            let count = offset(range.last, range.first) + 1;
            place = place * count + offset(number, range.first);
        }
        Some(place)
    }

    /// The page of those channel numbers: `Some(None)` if it is empty, `None` if there are no
    /// such channels.
    pub(super) fn lookup(&self, numbers: &[i64]) -> Option<Option<usize>> {
        let place = self.place(numbers.iter().map(|n| Some(*n)))?;
        let page = self.index.get(place);
        Some((page != NOWHERE).then_some(page as usize))
    }

    /// The page of those channel numbers, made if there is none; `None` if there are no such
    /// channels.
    pub(super) fn ensure(&mut self, numbers: &[i64]) -> Option<usize> {
        let place = self.place(numbers.iter().map(|n| Some(*n)))?;
        Some(self.page(place) as usize)
    }

    /// Channel numbers and pages in the order of the channels.
    pub(super) fn sorted(&self) -> Vec<(Vec<i64>, usize)> {
        let mut pages: Vec<usize> = (0..self.places.len()).collect();
        pages.sort_by_key(|&page| self.places[page]);
        pages
            .into_iter()
            .map(|page| (self.numbers(self.places[page]), page))
            .collect()
    }

    /// The channel numbers of a place.
    fn numbers(&self, mut place: u32) -> Vec<i64> {
        let mut numbers = Vec::with_capacity(self.ranges.len());
        for range in self.ranges.iter().rev() {
            let count = offset(range.last, range.first) + 1;
            numbers.push(range.first + i64::from(place % count));
            place /= count;
        }
        numbers.reverse();
        numbers
    }

    /// For each page of `other` its own page, made if there is none.
    pub(super) fn merge(&mut self, other: &Self) -> Vec<usize> {
        self.outside += other.outside;
        let places = other.places.iter();
        places.map(|&place| self.page(place) as usize).collect()
    }
}

/// The pages of the channels of a single index, and how many are not in its range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers before the first one become very large; lists are short"
)]
fn find_listed(
    list: &mut [u32],
    places: &mut Vec<u32>,
    first: i64,
    numbers: &[i64],
    pages: &mut Vec<u32>,
) -> u64 {
    let mut outside = 0;
    pages.extend(numbers.iter().map(|number| {
        let place = number.wrapping_sub(first) as u64;
        match usize::try_from(place).ok().and_then(|p| list.get_mut(p)) {
            None => {
                outside += 1;
                NOWHERE
            }
            Some(page) => {
                if *page == NOWHERE {
                    *page = next_page(places, place as u32);
                }
                *page
            }
        }
    }));
    outside
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "there are at most 2^32 places"
)]
fn next_page(places: &mut Vec<u32>, place: u32) -> u32 {
    places.push(place);
    (places.len() - 1) as u32
}

/// Distance of a channel from the first one: less than 2³², as ranges are checked.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn offset(number: i64, first: i64) -> u32 {
    number.wrapping_sub(first) as u32
}
