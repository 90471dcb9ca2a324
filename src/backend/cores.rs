//! Small pieces of work on all cores: their results come in the order of the pieces.

use rayon::prelude::*;

/// Does two things, at once where there is a core for the second one.
pub fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(one, other)
}

/// What `make` makes of each item, in their order.
pub fn map_each<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.par_iter().map(make).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let squares: Vec<u64> = items.iter().map(|n| n * n).collect();
        assert_eq!(map_each(&items, |n| n * n), squares);
        assert!(map_each(&[] as &[u64], |n| n * n).is_empty());
        assert_eq!(both(|| 1, || "two"), (1, "two"));
    }
}
