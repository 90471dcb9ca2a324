//! Loops over columns in the widest instructions that the processor at hand has.
//!
//! The same source is compiled twice, once for every processor of its kind and once for those with
//! AVX2. Both give the same bits: a compiler neither reorders nor fuses operations of floating-point
//! numbers. A likelihood fit of 100 bins takes a fifth less time by it.

/// Defines a function whose loops use the widest instructions there are.
macro_rules! wide {
    ($(#[$about:meta])* $scope:vis fn $name:ident($($given:ident: $kind:ty),* $(,)?)
        $(-> $gives:ty)? $body:block) => {
        $(#[$about])*
        #[inline]
        $scope fn $name($($given: $kind),*) $(-> $gives)? {
            #[inline(always)]
            fn plain($($given: $kind),*) $(-> $gives)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wider($($given: $kind),*) $(-> $gives)? {
                    plain($($given),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    #[expect(unsafe_code, reason = "there is no other way to call it")]
                    // SAFETY: all that it needs is a processor with AVX2, which was just asked
                    return unsafe { wider($($given),*) };
                }
            }
            plain($($given),*)
        }
    };
}

pub(crate) use wide;

#[cfg(test)]
mod tests {
    use crate::expr::maths;

    fn step(x: f64) -> f64 {
        maths::exp(x) * 3.0 + maths::ln(x) / x
    }

    wide! {
        fn each(from: &[f64], into: &mut [f64]) {
            for (into, from) in into.iter_mut().zip(from) {
                *into = step(*from);
            }
        }
    }

    #[test]
    fn wide_loops_have_the_bits_of_single_steps() {
        let from: Vec<f64> = (1..1000_u32).map(|i| f64::from(i) * 0.037).collect();
        let mut into = vec![0.0; from.len()];
        each(&from, &mut into);
        for (from, into) in from.iter().zip(&into) {
            assert_eq!(step(std::hint::black_box(*from)).to_bits(), into.to_bits());
        }
    }
}
