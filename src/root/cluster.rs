//! Cuts the entries of a tree into ranges for parallel work.

use std::ops::Range;

/// Entries of a cluster, unless they are very large.
const ENTRIES: u64 = 100_000;
/// Bytes of all columns of a cluster, when entries are large.
const BYTES: u64 = 64 << 20;
/// Clusters that a small tree should have, so that several threads find work.
const CLUSTERS: u64 = 16;
/// Clusters that a large tree has at most.
const MOST: u64 = 100_000;
/// Entries that a cluster has however large they are.
const FEW: u64 = 100;
/// Entries below which it is not worth it.
const LEAST: u64 = 5_000;

/// Ranges of all `entries` in order, cut at `ends` (rising, the last is `entries`) and nowhere
/// else, unless that made them far too long. `bytes` are those of all columns.
pub(super) fn cut(entries: u64, bytes: u64, ends: &[u64]) -> Vec<Range<u64>> {
    let size = (bytes / entries.max(1)).max(1);
    let target = ENTRIES
        .min(entries / CLUSTERS)
        .max(LEAST)
        .min((BYTES / size).max(FEW))
        .max(entries / MOST);
    let mut clusters = Vec::new();
    let mut start = 0;
    for end in ends.iter().copied() {
        if end - start >= target {
            // Baskets may be far larger than is good for the balance between threads.
            let pieces = ((end - start) / (2 * target)).max(1);
            let length = (end - start).div_ceil(pieces);
            while start < end {
                clusters.push(start..end.min(start + length));
                start += length;
            }
            start = end;
        }
    }
    if start < entries {
        clusters.push(start..entries);
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: u64, bytes: u64, ends: &[u64]) -> Vec<Range<u64>> {
        let clusters = cut(entries, bytes, ends);
        let starts = clusters.iter().map(|cluster| cluster.start);
        let before = std::iter::once(0).chain(clusters.iter().map(|cluster| cluster.end));
        assert!(starts.eq(before.take(clusters.len())), "{clusters:?}");
        assert_eq!(clusters.last().map_or(0, |cluster| cluster.end), entries);
        assert!(clusters.iter().all(|cluster| !cluster.is_empty()));
        clusters
    }

    #[test]
    fn ranges_follow_the_baskets() {
        let ends: Vec<u64> = (1..=50).map(|basket| basket * 100_000).collect();
        let clusters = check(5_000_000, 5_000_000 * 40, &ends);
        assert_eq!(clusters.len(), 50);
        let small: Vec<u64> = (1..=500).map(|basket| basket * 2_000).collect();
        let clusters = check(1_000_000, 1_000_000 * 40, &small);
        assert!(clusters.iter().all(|cluster| cluster.end % 2_000 == 0));
        assert!((10..=20).contains(&clusters.len()), "{}", clusters.len());
    }

    #[test]
    fn large_baskets_are_shared_and_small_trees_are_not() {
        assert!(check(6_000_000, 96_000_000, &[6_000_000]).len() > 20);
        assert_eq!(check(300, 300 * 40, &[80, 160, 240, 300]).len(), 1);
        assert_eq!(check(0, 0, &[]).len(), 0);
        // Large entries: few of them in a range.
        let ends: Vec<u64> = (1..=100).map(|basket| basket * 500).collect();
        assert_eq!(check(50_000, 50_000 * 200_000, &ends).len(), 100);
        // However many entries a damaged file claims.
        assert!(check(u64::MAX / 2, 0, &[u64::MAX / 2]).len() < 200_000);
    }
}
