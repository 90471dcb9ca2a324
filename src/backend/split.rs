//! Work shared out among sub-jobs.

use std::num::NonZeroUsize;

use super::{Argument, Error, SubJob};

/// Sub-jobs at most when arguments come without a limit of their own.
pub const MOST_SUBJOBS: usize = 100_000;

/// How a job is split into sub-jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splitter {
    /// So many files each at most, in order.
    MaxFiles(NonZeroUsize),
    /// So many sub-jobs at most, files shared out evenly in order.
    MaxSubjobs(NonZeroUsize),
    /// A sub-job for each set of arguments, with all files; so many at most.
    Arguments(NonZeroUsize),
}

impl Splitter {
    /// So many files per sub-job at most.
    ///
    /// # Errors
    /// [`Error::Limit`] below 1.
    pub fn max_files(limit: i64) -> Result<Self, Error> {
        at_least_one(limit, "files per sub-job").map(Self::MaxFiles)
    }

    /// So many sub-jobs at most.
    ///
    /// # Errors
    /// [`Error::Limit`] below 1.
    pub fn max_subjobs(limit: i64) -> Result<Self, Error> {
        at_least_one(limit, "sub-jobs").map(Self::MaxSubjobs)
    }

    /// A sub-job per set of arguments; [`MOST_SUBJOBS`] at most without a limit.
    ///
    /// # Errors
    /// [`Error::Limit`] below 1.
    pub fn arguments(limit: Option<i64>) -> Result<Self, Error> {
        let most = NonZeroUsize::MIN.saturating_add(MOST_SUBJOBS - 1);
        match limit {
            None => Ok(Self::Arguments(most)),
            Some(limit) => at_least_one(limit, "sub-jobs").map(Self::Arguments),
        }
    }

    /// The sub-jobs for `files`, numbered from 0; none when there is nothing to share out.
    ///
    /// Where files are shared out, `arguments` are dealt to the sub-jobs in order; when they run out, the
    /// others get none, which is said.
    ///
    /// # Errors
    /// [`Error::TooManyArguments`] when a sub-job per set of arguments would be beyond the limit.
    pub fn split(
        &self,
        files: &[String],
        arguments: Option<&mut dyn Iterator<Item = Vec<Argument>>>,
    ) -> Result<Vec<SubJob>, Error> {
        let shares = match self {
            Self::MaxFiles(limit) => in_chunks(files, *limit),
            Self::MaxSubjobs(limit) => evenly(files, *limit),
            Self::Arguments(limit) => return one_per_set(files, limit.get(), arguments),
        };
        Ok(deal(shares, arguments))
    }
}

/// Parts of `items` in order, each of `size` items except perhaps the last.
#[must_use]
pub fn in_chunks<T: Clone>(items: &[T], size: NonZeroUsize) -> Vec<Vec<T>> {
    items.chunks(size.get()).map(<[T]>::to_vec).collect()
}

/// At most `parts` parts of `items` in order, none empty, which differ by one item at most.
#[must_use]
pub fn evenly<T: Clone>(items: &[T], parts: NonZeroUsize) -> Vec<Vec<T>> {
    let parts = parts.get().min(items.len());
    let mut shares = Vec::with_capacity(parts);
    let mut rest = items;
    for open in (1..=parts).rev() {
        let (share, others) = rest.split_at(rest.len().div_ceil(open));
        shares.push(share.to_vec());
        rest = others;
    }
    shares
}

fn at_least_one(limit: i64, what: &'static str) -> Result<NonZeroUsize, Error> {
    let limit_as_size = usize::try_from(limit).ok().and_then(NonZeroUsize::new);
    limit_as_size.ok_or(Error::Limit { what, limit })
}

fn one_per_set(
    files: &[String],
    limit: usize,
    arguments: Option<&mut dyn Iterator<Item = Vec<Argument>>>,
) -> Result<Vec<SubJob>, Error> {
    let mut subjobs = Vec::new();
    for (id, args) in arguments.into_iter().flatten().enumerate() {
        if id >= limit {
            return Err(Error::TooManyArguments { limit });
        }
        let input_files = files.to_vec();
        subjobs.push(SubJob {
            id,
            input_files,
            args,
        });
    }
    Ok(subjobs)
}

fn deal(
    shares: Vec<Vec<String>>,
    mut arguments: Option<&mut dyn Iterator<Item = Vec<Argument>>>,
) -> Vec<SubJob> {
    let count = shares.len();
    let mut subjobs = Vec::with_capacity(count);
    for (id, input_files) in shares.into_iter().enumerate() {
        let dealt = arguments.as_mut().map(|all| all.next());
        if dealt == Some(None) {
            tracing::warn!("only {id} of {count} sub-jobs get arguments, there are no more");
            arguments = None;
        }
        subjobs.push(SubJob {
            id,
            input_files,
            args: dealt.flatten().unwrap_or_default(),
        });
    }
    subjobs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_item_lies_in_one_share(count in 0_usize..60, limit in 1_usize..70) {
            let items: Vec<usize> = (0..count).collect();
            let limit = NonZeroUsize::new(limit).unwrap();
            let even = evenly(&items, limit);
            let chunks = in_chunks(&items, limit);
            prop_assert_eq!(even.concat(), items.clone());
            prop_assert_eq!(chunks.concat(), items);
            prop_assert_eq!(even.len(), count.min(limit.get()));
            let sizes: Vec<usize> = even.iter().map(Vec::len).collect();
            let (least, most) = (sizes.iter().min(), sizes.iter().max());
            prop_assert!(most.unwrap_or(&0) - least.unwrap_or(&0) <= 1);
            prop_assert!(chunks.iter().all(|chunk| chunk.len() <= limit.get()));
        }
    }

    #[test]
    fn endless_arguments_end() {
        let mut endless = (0..).map(|number| vec![Argument::Integer(number)]);
        let error = Splitter::arguments(None)
            .unwrap()
            .split(&[], Some(&mut endless))
            .unwrap_err();
        assert!(matches!(
            error,
            Error::TooManyArguments {
                limit: MOST_SUBJOBS
            }
        ));
    }
}
