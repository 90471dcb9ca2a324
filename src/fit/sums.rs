//! Sums over many places, in a fixed order that processors can work on side by side.

use crate::expr::wide;

/// Sums that run side by side.
const LANES: usize = 8;

/// Adds up the lanes.
#[inline(always)]
fn joined(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

wide! {
    /// Σ a
    pub(crate) fn sum(a: &[f64]) -> f64 {
        let mut lanes = [0.0; LANES];
        let (blocks, rest) = a.as_chunks::<LANES>();
        for a in blocks {
            for i in 0..LANES {
                lanes[i] += a[i];
            }
        }
        for (lane, a) in lanes.iter_mut().zip(rest) {
            *lane += a;
        }
        joined(lanes)
    }
}

wide! {
    /// Σ a·b over the shorter of both.
    pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
        let length = a.len().min(b.len());
        let mut lanes = [0.0; LANES];
        let (a, a_rest) = a[..length].as_chunks::<LANES>();
        let (b, b_rest) = b[..length].as_chunks::<LANES>();
        for (a, b) in a.iter().zip(b) {
            for i in 0..LANES {
                lanes[i] += a[i] * b[i];
            }
        }
        for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
            *lane += a * b;
        }
        joined(lanes)
    }
}

wide! {
    /// Σ a·b·c over the shortest of them.
    pub(crate) fn dot3(a: &[f64], b: &[f64], c: &[f64]) -> f64 {
        let length = a.len().min(b.len()).min(c.len());
        let mut lanes = [0.0; LANES];
        let (a, a_rest) = a[..length].as_chunks::<LANES>();
        let (b, b_rest) = b[..length].as_chunks::<LANES>();
        let (c, c_rest) = c[..length].as_chunks::<LANES>();
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            for i in 0..LANES {
                lanes[i] += a[i] * b[i] * c[i];
            }
        }
        let rest = a_rest.iter().zip(b_rest).zip(c_rest);
        for (lane, ((a, b), c)) in lanes.iter_mut().zip(rest) {
            *lane += a * b * c;
        }
        joined(lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_out() {
        for n in [0, 1, 7, 8, 9, 100_u32] {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            let ones = vec![1.0; a.len()];
            let twos = vec![2.0; a.len()];
            let expected = f64::from(n * n.saturating_sub(1) / 2);
            assert_eq!(sum(&a), expected);
            assert_eq!(dot(&a, &ones), expected);
            assert_eq!(dot3(&a, &ones, &twos), 2.0 * expected);
        }
    }
}
