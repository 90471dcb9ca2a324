//! The parts of a machine: states and transitions with what is called on the way.

use std::fmt;

/// What is going on while something is called.
#[derive(Debug)]
pub struct Event<'a, A> {
    /// The trigger; `None` when the state is set directly.
    pub trigger: Option<&'a str>,
    /// What the trigger was given.
    pub argument: Option<&'a A>,
    /// The state that is left.
    pub from: &'a str,
    /// The state that is entered.
    pub to: &'a str,
    /// The state the machine is in: the one that is left, until everything but what comes after
    /// has been called.
    pub current: &'a str,
}

/// Says whether a transition may happen.
pub(super) type Check<C, E, A> = dyn Fn(&mut C, &Event<'_, A>) -> Result<bool, E>;

/// Does something on the way.
pub(super) type Hook<C, E, A> = dyn Fn(&mut C, &Event<'_, A>) -> Result<(), E>;

/// Something with a name for messages and pictures.
pub(super) struct Named<F: ?Sized> {
    pub(super) name: String,
    pub(super) call: Box<F>,
}

/// A state, with what is called on entering and leaving it.
pub struct State<C, E, A = ()> {
    pub(super) name: String,
    pub(super) enter: Vec<Box<Hook<C, E, A>>>,
    pub(super) exit: Vec<Box<Hook<C, E, A>>>,
}

impl<C, E, A> State<C, E, A> {
    /// A state of this name with nothing to call.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            enter: Vec::new(),
            exit: Vec::new(),
        }
    }

    /// Also calls this when the state is entered.
    #[must_use]
    pub fn on_enter(
        mut self,
        call: impl Fn(&mut C, &Event<'_, A>) -> Result<(), E> + 'static,
    ) -> Self {
        self.enter.push(Box::new(call));
        self
    }

    /// Also calls this when the state is left.
    #[must_use]
    pub fn on_exit(
        mut self,
        call: impl Fn(&mut C, &Event<'_, A>) -> Result<(), E> + 'static,
    ) -> Self {
        self.exit.push(Box::new(call));
        self
    }
}

/// A way from one state to another.
pub struct Transition<C, E, A = ()> {
    pub(super) trigger: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) conditions: Vec<Named<Check<C, E, A>>>,
    pub(super) before: Vec<Named<Hook<C, E, A>>>,
    pub(super) after: Vec<Named<Hook<C, E, A>>>,
}

impl<C, E, A> Transition<C, E, A> {
    /// A way that is always open.
    pub fn new(trigger: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            trigger: trigger.into(),
            from: from.into(),
            to: to.into(),
            conditions: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The way is open only if this holds too.
    #[must_use]
    pub fn when(
        mut self,
        name: impl Into<String>,
        call: impl Fn(&mut C, &Event<'_, A>) -> Result<bool, E> + 'static,
    ) -> Self {
        self.conditions.push(Named {
            name: name.into(),
            call: Box::new(call),
        });
        self
    }

    /// Does this too before the old state is left.
    #[must_use]
    pub fn before(
        mut self,
        name: impl Into<String>,
        call: impl Fn(&mut C, &Event<'_, A>) -> Result<(), E> + 'static,
    ) -> Self {
        self.before.push(Named {
            name: name.into(),
            call: Box::new(call),
        });
        self
    }

    /// Does this too once the new state is reached.
    #[must_use]
    pub fn after(
        mut self,
        name: impl Into<String>,
        call: impl Fn(&mut C, &Event<'_, A>) -> Result<(), E> + 'static,
    ) -> Self {
        self.after.push(Named {
            name: name.into(),
            call: Box::new(call),
        });
        self
    }

    /// The trigger.
    #[must_use]
    pub fn trigger(&self) -> &str {
        &self.trigger
    }

    /// The state it leaves.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The state it enters.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Names of its conditions, in the order in which they are asked.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|one| one.name.as_str())
    }

    /// Names of what is done before, in order.
    pub fn befores(&self) -> impl Iterator<Item = &str> {
        self.before.iter().map(|one| one.name.as_str())
    }

    /// Names of what is done after, in order.
    pub fn afters(&self) -> impl Iterator<Item = &str> {
        self.after.iter().map(|one| one.name.as_str())
    }
}

impl<C, E, A> fmt::Debug for State<C, E, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&self.name).finish()
    }
}

impl<C, E, A> fmt::Debug for Transition<C, E, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.trigger, self.from, self.to)
    }
}
