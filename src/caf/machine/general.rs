//! A machine of states.

use std::fmt::{self, Write};

use indexmap::IndexMap;

use super::transition::{Hook, Named};
use super::{Event, MachineError, State, Transition};

/// States, the ways between them, and the state it is in.
///
/// `C` is what callbacks work on, `E` how they fail, `A` what triggers may be given.
///
/// The order of calls: the conditions, what comes before, leaving the old state, entering the new
/// one; then the machine is in the new state; what comes after. Whatever fails ends the sequence.
/// When several ways belong to one trigger and state, the first open one is taken.
pub struct Machine<C, E, A = ()> {
    states: IndexMap<String, State<C, E, A>>,
    /// By trigger, both in the order in which they were added.
    transitions: IndexMap<String, Vec<Transition<C, E, A>>>,
    initial: String,
    current: String,
}

impl<C, E, A> Machine<C, E, A> {
    /// A machine in its initial state, which must be one of `states`.
    ///
    /// # Errors
    /// When it is not.
    pub fn new(
        states: impl IntoIterator<Item = State<C, E, A>>,
        initial: &str,
    ) -> Result<Self, MachineError<E>> {
        let mut machine = Self {
            states: IndexMap::new(),
            transitions: IndexMap::new(),
            initial: String::new(),
            current: String::new(),
        };
        for state in states {
            machine.add_state(state);
        }
        machine.set_initial(initial)?;
        Ok(machine)
    }

    /// Adds a state; does nothing when there is one of that name. Whether it was new.
    pub fn add_state(&mut self, state: State<C, E, A>) -> bool {
        let new = !self.states.contains_key(&state.name);
        if new {
            self.states.insert(state.name.clone(), state);
        }
        new
    }

    /// Adds a way between two states that are there.
    ///
    /// # Errors
    /// When one of them is not.
    pub fn add_transition(
        &mut self,
        transition: Transition<C, E, A>,
    ) -> Result<(), MachineError<E>> {
        self.known(&transition.from)?;
        self.known(&transition.to)?;
        self.transitions
            .entry(transition.trigger.clone())
            .or_default()
            .push(transition);
        Ok(())
    }

    /// The state it is in.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.current
    }

    /// The state it began in.
    #[must_use]
    pub fn initial(&self) -> &str {
        &self.initial
    }

    /// All states in the order in which they were added.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// All ways: triggers in the order in which they were first named, the ways of each in theirs.
    pub fn transitions(&self) -> impl Iterator<Item = &Transition<C, E, A>> {
        self.transitions.values().flatten()
    }

    /// The ways that lead out of a state, in the order of [`Machine::transitions`].
    pub fn transitions_from<'a>(
        &'a self,
        state: &'a str,
    ) -> impl Iterator<Item = &'a Transition<C, E, A>> {
        self.transitions().filter(move |way| way.from == state)
    }

    /// Begins elsewhere: nothing is called.
    ///
    /// # Errors
    /// When there is no such state.
    pub fn set_initial(&mut self, state: &str) -> Result<(), MachineError<E>> {
        self.known(state)?;
        state.clone_into(&mut self.initial);
        state.clone_into(&mut self.current);
        Ok(())
    }

    /// Goes to a state whatever the ways are; leaving and entering are called.
    ///
    /// # Errors
    /// When there is no such state, or something that is called fails.
    pub fn set_state(&mut self, context: &mut C, state: &str) -> Result<(), MachineError<E>> {
        self.known(state)?;
        let event = Event {
            trigger: None,
            argument: None,
            from: &self.current,
            to: state,
            current: &self.current,
        };
        self.change(context, &event)?;
        state.clone_into(&mut self.current);
        Ok(())
    }

    /// Takes the first open way of a trigger.
    ///
    /// # Errors
    /// When there is none, or something that is called fails.
    pub fn trigger(
        &mut self,
        context: &mut C,
        trigger: &str,
        argument: &A,
    ) -> Result<(), MachineError<E>> {
        let mut closed = None;
        let ways = self.transitions.get(trigger).map_or(0, Vec::len);
        for number in 0..ways {
            let way = &self.transitions[trigger][number];
            if way.from != self.current {
                continue;
            }
            let event = Event {
                trigger: Some(trigger),
                argument: Some(argument),
                from: &self.current,
                to: &way.to,
                current: &self.current,
            };
            if let Some(condition) = first_false(way, context, &event)? {
                closed = Some(condition.to_owned());
                continue;
            }
            call(&way.before, context, &event)?;
            self.change(context, &event)?;
            self.current.clone_from(&way.to);
            let event = Event {
                trigger: Some(trigger),
                argument: Some(argument),
                from: &way.from,
                to: &way.to,
                current: &self.current,
            };
            return call(&way.after, context, &event);
        }
        Err(self.no_way(trigger, closed))
    }

    /// Takes the first open way of any trigger but `last`; if there is none, that of `last`.
    ///
    /// # Errors
    /// When there is none, or something that is called fails.
    pub fn automatic(
        &mut self,
        context: &mut C,
        last: &str,
        argument: &A,
    ) -> Result<(), MachineError<E>> {
        let here: Vec<String> = self
            .transitions_from(&self.current)
            .map(|way| way.trigger.clone())
            .filter(|trigger| trigger != last)
            .collect();
        for (number, trigger) in here.iter().enumerate() {
            if here[..number].contains(trigger) {
                continue;
            }
            match self.trigger(context, trigger, argument) {
                Err(MachineError::ConditionFalse { .. }) => {}
                other => return other,
            }
        }
        self.trigger(context, last, argument)
    }

    /// The machine as a Graphviz text.
    #[must_use]
    pub fn graph(&self, name: &str) -> String {
        let mut text = format!("digraph {name} {{\n");
        // Writing to a text cannot fail.
        for state in self.states() {
            let _ = writeln!(text, "\"{state}\" [shape=ellipse, color=black]");
        }
        for way in self.transitions() {
            let (from, to) = (way.from(), way.to());
            let _ = writeln!(text, "\"{from}\" -> \"{to}\" [label=\"{}\"]", way.trigger());
        }
        text + "}\n"
    }

    fn known(&self, state: &str) -> Result<(), MachineError<E>> {
        if self.states.contains_key(state) {
            return Ok(());
        }
        Err(MachineError::UnknownState {
            name: state.to_owned(),
            known: self.states().map(str::to_owned).collect(),
        })
    }

    /// Calls what leaving and entering call.
    fn change(&self, context: &mut C, event: &Event<'_, A>) -> Result<(), MachineError<E>> {
        let exit = self.states.get(event.from).map(|state| &state.exit);
        let enter = self.states.get(event.to).map(|state| &state.enter);
        for hook in [exit, enter].into_iter().flatten().flatten() {
            hook(context, event).map_err(MachineError::Callback)?;
        }
        Ok(())
    }

    fn no_way(&self, trigger: &str, closed: Option<String>) -> MachineError<E> {
        let (trigger, state) = (trigger.to_owned(), self.current.clone());
        if let Some(condition) = closed {
            return MachineError::ConditionFalse {
                trigger,
                state,
                condition,
            };
        }
        let mut possible: Vec<String> = Vec::new();
        for way in self.transitions_from(&state) {
            if !possible.contains(&way.trigger) {
                possible.push(way.trigger.clone());
            }
        }
        MachineError::NoTransition {
            trigger,
            state,
            possible,
        }
    }
}

fn call<C, E, A>(
    hooks: &[Named<Hook<C, E, A>>],
    context: &mut C,
    event: &Event<'_, A>,
) -> Result<(), MachineError<E>> {
    for hook in hooks {
        (hook.call)(context, event).map_err(MachineError::Callback)?;
    }
    Ok(())
}

/// The first condition that does not hold; those after it are not asked.
fn first_false<'a, C, E, A>(
    way: &'a Transition<C, E, A>,
    context: &mut C,
    event: &Event<'_, A>,
) -> Result<Option<&'a str>, MachineError<E>> {
    for condition in &way.conditions {
        if !(condition.call)(context, event).map_err(MachineError::Callback)? {
            return Ok(Some(&condition.name));
        }
    }
    Ok(None)
}

impl<C, E, A> fmt::Debug for Machine<C, E, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("current", &self.current)
            .field("states", &self.states.keys())
            .field("transitions", &self.transitions)
            .finish_non_exhaustive()
    }
}
