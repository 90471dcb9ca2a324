//! Many calibrations at once, one observer: it is told of one calibration after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Event, Observer};

/// Passes events on in an order that does not depend on threads: those of the first calibration
/// that has not ended as they happen, those of later ones when their turn comes.
pub(super) struct Speaker<'a>(Mutex<Inner<'a>>);

struct Inner<'a> {
    observer: &'a mut dyn Observer,
    /// Place in the sequence of the calibration that is being heard.
    turn: usize,
    held: BTreeMap<usize, Vec<Event>>,
    ended: BTreeSet<usize>,
}

impl<'a> Speaker<'a> {
    pub(super) fn new(observer: &'a mut dyn Observer) -> Self {
        Self(Mutex::new(Inner {
            observer,
            turn: 0,
            held: BTreeMap::new(),
            ended: BTreeSet::new(),
        }))
    }

    /// The voice of the calibration at that place of the sequence.
    pub(super) fn voice(&self, place: usize) -> Voice<'_> {
        Voice {
            say: Box::new(move |event| {
                let mut inner = self.lock();
                if inner.turn == place {
                    inner.observer.event(event);
                } else {
                    hold(inner.held.entry(place).or_default(), event);
                }
            }),
        }
    }

    /// The calibration at that place has said everything.
    pub(super) fn ended(&self, place: usize) {
        let mut guard = self.lock();
        let inner = &mut *guard;
        inner.ended.insert(place);
        while inner.ended.remove(&inner.turn) {
            inner.turn += 1;
            for event in inner.held.remove(&inner.turn).unwrap_or_default() {
                inner.observer.event(&event);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<'a>> {
        // An observer that panicked once may still be told: it has no part in the result.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps an event for later; entries that are done are added up.
fn hold(held: &mut Vec<Event>, event: &Event) {
    match (held.last_mut(), event) {
        (Some(Event::EntriesDone { entries }), Event::EntriesDone { entries: more }) => {
            *entries += more;
        }
        _ => held.push(event.clone()),
    }
}

/// What one calibration says.
pub(super) struct Voice<'s> {
    say: Box<dyn Fn(&Event) + Send + 's>,
}

impl Observer for Voice<'_> {
    fn event(&mut self, event: &Event) {
        (self.say)(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Heard(Vec<String>);

    impl Observer for Heard {
        fn event(&mut self, event: &Event) {
            if let Event::CalibrationStarted { calibration } = event {
                self.0.push(calibration.clone());
            }
        }
    }

    #[test]
    fn calibrations_are_heard_one_after_the_other() {
        let mut heard = Heard(Vec::new());
        let speaker = Speaker::new(&mut heard);
        let say = |place: usize, text: &str| {
            speaker.voice(place).event(&Event::CalibrationStarted {
                calibration: text.into(),
            });
        };
        say(1, "b1");
        say(0, "a1");
        say(2, "c1");
        speaker.ended(2);
        say(1, "b2");
        say(0, "a2");
        speaker.ended(0);
        say(1, "b3");
        speaker.ended(1);
        assert_eq!(heard.0, ["a1", "a2", "b1", "b2", "b3", "c1"]);
    }

    #[test]
    fn entries_of_one_that_waits_are_not_lost() {
        struct Counted(Vec<u64>);
        impl Observer for Counted {
            fn event(&mut self, event: &Event) {
                if let Event::EntriesDone { entries } = event {
                    self.0.push(*entries);
                }
            }
        }
        let mut counted = Counted(Vec::new());
        let speaker = Speaker::new(&mut counted);
        let done = |place, entries| {
            speaker.voice(place).event(&Event::EntriesDone { entries });
        };
        done(1, 10);
        done(0, 1);
        done(1, 20);
        speaker.ended(0);
        done(1, 5);
        assert_eq!(counted.0, [1, 30, 5]);
    }
}
