//! The threads of this process.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Error;

/// The threads of this process.
#[derive(Debug)]
pub struct Local {
    pool: rayon::ThreadPool,
}

/// What follows a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The others go on.
    GoOn,
    /// Nothing new is begun.
    Stop,
}

impl Local {
    /// That many threads; `None` is one per core.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn new(threads: Option<usize>) -> Result<Self, Error> {
        let threads = threads.unwrap_or(0);
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|source| Error::Threads { threads, source })
            .map(|pool| Self { pool })
    }

    /// Number of threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Does pieces of work, each after all it waits for: as many at once as there are threads, of
    /// those that can begin always the first in `sequence`.
    ///
    /// `waits_for` has a list for each piece, by its number; `sequence` holds all numbers.
    pub fn in_order(
        &self,
        sequence: &[usize],
        waits_for: &[Vec<usize>],
        work: &(dyn Fn(usize) -> Next + Sync),
    ) {
        let queue = Queue {
            state: Mutex::new(State::new(sequence, waits_for)),
            changed: Condvar::new(),
        };
        let drive = || {
            while let Some(place) = queue.next() {
                // On to the next one without leaving the pool, as long as none must be waited for.
                self.pool.install(|| {
                    let mut place = Some(place);
                    while let Some(now) = place {
                        let next = work(sequence[now]);
                        place = queue.done(now, next);
                    }
                });
            }
        };
        // As many drivers as threads: a thread that waits for others may take up the work of
        // another driver in between, and so holds no more of them than that.
        let drivers = self.threads().min(sequence.len());
        if drivers <= 1 {
            drive();
            return;
        }
        std::thread::scope(|scope| {
            for _ in 0..drivers {
                scope.spawn(drive);
            }
        });
    }
}

/// What waits, and who waits for it.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Places in the sequence whose work can begin.
    ready: BTreeSet<usize>,
    /// For each place, how many it still waits for.
    open: Vec<usize>,
    /// For each place, the places that wait for it.
    after: Vec<Vec<usize>>,
    running: usize,
    stop: bool,
}

impl State {
    fn new(sequence: &[usize], waits_for: &[Vec<usize>]) -> Self {
        let mut place = vec![0; waits_for.len()];
        for (number, piece) in sequence.iter().enumerate() {
            place[*piece] = number;
        }
        let mut after = vec![Vec::new(); sequence.len()];
        let mut open = vec![0; sequence.len()];
        for (number, piece) in sequence.iter().enumerate() {
            open[number] = waits_for[*piece].len();
            for before in &waits_for[*piece] {
                after[place[*before]].push(number);
            }
        }
        Self {
            ready: (0..open.len()).filter(|place| open[*place] == 0).collect(),
            open,
            after,
            running: 0,
            stop: false,
        }
    }
}

impl Queue {
    /// The next piece of work; waits for one, `None` when there will be none.
    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.stop {
                return None;
            }
            if let Some(place) = state.ready.pop_first() {
                state.running += 1;
                return Some(place);
            }
            if state.running == 0 {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A piece of work is done; the next one, if one can begin at once.
    fn done(&self, place: usize, next: Next) -> Option<usize> {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.running -= 1;
        state.stop |= next == Next::Stop;
        for after in &state.after[place] {
            state.open[*after] -= 1;
            if state.open[*after] == 0 {
                state.ready.insert(*after);
            }
        }
        let next = match state.stop {
            true => None,
            false => state.ready.pop_first(),
        };
        state.running += usize::from(next.is_some());
        // Whoever waits has something to do, or nothing more to wait for.
        if !state.ready.is_empty() || next.is_none() {
            self.changed.notify_all();
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No work is done while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places in time at which each piece began and ended.
    fn times(threads: usize, waits_for: &[Vec<usize>], stop: Option<usize>) -> Vec<(usize, bool)> {
        let sequence: Vec<usize> = (0..waits_for.len()).collect();
        let log = Mutex::new(Vec::new());
        let local = Local::new(Some(threads)).unwrap();
        local.in_order(&sequence, waits_for, &|piece| {
            log.lock().unwrap().push((piece, true));
            std::thread::yield_now();
            log.lock().unwrap().push((piece, false));
            if stop == Some(piece) {
                Next::Stop
            } else {
                Next::GoOn
            }
        });
        log.into_inner().unwrap()
    }

    #[test]
    fn each_begins_when_all_it_waits_for_have_ended() {
        let waits_for = vec![vec![], vec![0], vec![0], vec![1, 2], vec![], vec![3, 4]];
        for threads in [1, 2, 5] {
            let log = times(threads, &waits_for, None);
            assert_eq!(log.len(), 12);
            for (piece, before) in waits_for.iter().enumerate() {
                let begin = log.iter().position(|at| *at == (piece, true)).unwrap();
                for other in before {
                    let end = log.iter().position(|at| *at == (*other, false)).unwrap();
                    assert!(end < begin, "{piece} began before {other} ended");
                }
            }
        }
    }

    #[test]
    fn one_thread_keeps_the_sequence() {
        let log = times(1, &[vec![], vec![], vec![1], vec![]], None);
        let begun: Vec<usize> = log.iter().filter(|at| at.1).map(|at| at.0).collect();
        assert_eq!(begun, [0, 1, 2, 3]);
    }

    #[test]
    fn nothing_begins_after_a_stop() {
        let log = times(1, &[vec![], vec![0], vec![]], Some(0));
        assert_eq!(log, [(0, true), (0, false)]);
    }

    #[test]
    fn two_threads_work_at_once() {
        let barrier = std::sync::Barrier::new(2);
        // Ends only if both are there at the same time.
        Local::new(Some(2))
            .unwrap()
            .in_order(&[0, 1], &[vec![], vec![]], &|_| {
                barrier.wait();
                Next::GoOn
            });
    }
}
