//! What tools for global tags ask of intervals: unions, everything that is missing, and words.

use super::{Error, IoV, IovSet};

impl IoV {
    /// Both as one interval; `None` if a run lies between them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Option<Self> {
        let both: IovSet = [*self, *other].into_iter().collect();
        match both.intervals() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// As [`IoV::union`], where an experiment may also begin with run 1.
    #[must_use]
    pub fn union_from_one(&self, other: &Self) -> Option<Self> {
        if let Some(both) = self.union(other) {
            return Some(both);
        }
        let (before, after) = if self.first() < other.first() {
            (self, other)
        } else {
            (other, self)
        };
        let (high, low) = (before.high(), after.low());
        let touch = high.run < 0 && low.run == 1 && high.exp.checked_add(1) == Some(low.exp);
        touch.then(|| before.hull(after))
    }

    /// The interval as people say it: `always`, `exp 3, run 5 - forever`, `exp 3, runs 5 - 9`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let (exp, run) = (self.low().exp.max(0), self.low().run.max(0));
        let (last_exp, last_run) = (self.high().exp, self.high().run);
        if last_exp < 0 {
            return match (exp, run) {
                (0, 0) => "always".into(),
                (_, 0) => format!("exp {exp} - forever"),
                _ => format!("exp {exp}, run {run} - forever"),
            };
        }
        if exp == last_exp {
            return match (run, last_run) {
                (0, ..0) => format!("exp {exp}"),
                (_, ..0) => format!("exp {exp}, runs {run}+"),
                _ if run == last_run => format!("exp {exp}, run {run}"),
                _ => format!("exp {exp}, runs {run} - {last_run}"),
            };
        }
        match (run, last_run) {
            (0, ..0) => format!("exp {exp}-{last_exp}, all runs"),
            (_, ..0) => format!("exp {exp}, run {run} - exp {last_exp}, all runs"),
            _ => format!("exp {exp}, run {run} - exp {last_exp}, run {last_run}"),
        }
    }
}

impl IovSet {
    /// Puts an interval into the set.
    ///
    /// # Errors
    /// [`Error::Overlap`] when some of its runs are in the set already; the set stays as it is then.
    pub fn add(&mut self, iov: IoV) -> Result<(), Error> {
        let there = self.intervals().iter().find(|own| own.overlaps(&iov));
        if let Some(there) = there {
            return Err(Error::Overlap {
                added: iov,
                there: *there,
            });
        }
        *self = self.union(&iov.into());
        Ok(())
    }

    /// Everything between the first and the last run that is not in the set, also where experiments end.
    ///
    /// No run number is the last one of its experiment, so what lies between an interval that ends with a
    /// run and one that begins in the next experiment counts too, unlike in [`IovSet::gaps`].
    #[must_use]
    pub fn holes(&self) -> Self {
        let hull = self.hull().map(Self::from).unwrap_or_default();
        hull.difference(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iov::ExpRun;

    fn iov(text: &str) -> IoV {
        text.parse().unwrap()
    }

    fn set(text: &str) -> IovSet {
        text.split_whitespace().map(iov).collect()
    }

    #[test]
    fn what_is_no_interval_is_refused() {
        for text in ["0,0,-1,4", "-1,0,0,0", "0,1,0,0", "10,0,7,4"] {
            assert!(text.parse::<IoV>().is_err(), "{text}");
        }
        assert_eq!(iov("0,0,1,-1").high(), ExpRun::new(1, -1));
        assert!(iov("0,0,1,-1").contains_run(ExpRun::new(1, i32::MAX - 1)));
    }

    #[test]
    fn unions_need_neighbours() {
        for (a, b, union, from_one) in [
            ("0,0,1,-1", "2,0,2,1", Some("0,0,2,1"), Some("0,0,2,1")),
            ("0,0,1,-1", "2,1,2,1", None, Some("0,0,2,1")),
            ("0,0,1,1", "1,3,1,4", None, None),
            ("1,0,1,-1", "2,0,2,-1", Some("1,0,2,-1"), Some("1,0,2,-1")),
            ("0,0,1,7", "2,0,2,-1", None, None),
            ("0,0,1,7", "2,1,2,-1", None, None),
            ("1,0,-1,-1", "3,1,3,4", Some("1,0,-1,-1"), Some("1,0,-1,-1")),
        ] {
            for (a, b) in [(iov(a), iov(b)), (iov(b), iov(a))] {
                assert_eq!(a.union(&b), union.map(iov), "{a} {b}");
                assert_eq!(a.union_from_one(&b), from_one.map(iov), "{a} {b}");
            }
        }
    }

    #[test]
    fn differences_have_ends_that_upstream_has() {
        for (a, b, left) in [
            ("0,0,10,0", "8,0,10,12", "0,0,7,-1"),
            ("0,0,-1,-1", "20,12,21,234", "0,0,20,11 21,235,-1,-1"),
            ("1,2,2,-1", "0,0,2,8", "2,9,2,-1"),
        ] {
            assert_eq!(set(a).difference(&set(b)), set(left), "{a} without {b}");
        }
    }

    #[test]
    fn a_set_takes_no_run_twice() {
        let mut runs = set("0,0,0,2 0,3,0,5 0,8,0,9");
        assert_eq!(runs.intervals().len(), 2);
        let before = runs.clone();
        let error = runs.add(iov("0,2,0,3")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "0,2,0,3 overlaps 0,0,0,5, which is there already"
        );
        assert_eq!(runs, before);
        assert_eq!(runs.union(&set("0,2,0,3")), before);
        runs.add(iov("0,6,0,7")).unwrap();
        assert_eq!(runs, set("0,0,0,9"));
    }

    #[test]
    fn holes_reach_across_experiments() {
        let holes = set("0,0,2,-1 5,0,5,-1 10,3,10,6").holes();
        assert_eq!(holes, set("3,0,4,-1 6,0,10,2"));
        assert_eq!(set("1,0,1,7 2,0,2,3").holes(), set("1,8,1,-1"));
        assert!(set("1,0,1,7").holes().is_empty());
        assert!(IovSet::new().holes().is_empty());
    }

    #[test]
    fn single_runs_collapse_when_all_are_there() {
        let single = |run: i32| IoV::single(ExpRun::new(0, run)).unwrap();
        let even: IovSet = (0..100).step_by(2).map(single).collect();
        assert_eq!(even.intervals().len(), 50);
        // 37 and 100 have no common divisor, so that every run comes once, in disorder.
        let mut all = IovSet::new();
        for run in 0..100 {
            all.add(single(run * 37 % 100)).unwrap();
        }
        assert_eq!(all, set("0,0,0,99"));
    }

    #[test]
    fn intervals_have_words() {
        for (text, words) in [
            ("0,0,-1,-1", "always"),
            ("3,0,3,-1", "exp 3"),
            ("3,5,3,-1", "exp 3, runs 5+"),
            ("3,5,3,5", "exp 3, run 5"),
            ("3,5,3,9", "exp 3, runs 5 - 9"),
            ("3,0,-1,-1", "exp 3 - forever"),
            ("3,5,-1,-1", "exp 3, run 5 - forever"),
            ("3,0,4,-1", "exp 3-4, all runs"),
            ("3,5,4,-1", "exp 3, run 5 - exp 4, all runs"),
            ("3,5,4,2", "exp 3, run 5 - exp 4, run 2"),
        ] {
            assert_eq!(iov(text).in_words(), words);
        }
    }
}
