//! Why a machine does not do what it is told.

/// Why a machine does not do what it is told. It stays in its state, unless what comes after a
/// transition failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError<E> {
    /// A state of this name was never added.
    #[error("there is no state {name}; there are {}", .known.join(", "))]
    UnknownState {
        /// The name.
        name: String,
        /// The states that there are.
        known: Vec<String>,
    },
    /// The trigger leads nowhere from here.
    #[error("{trigger} is not possible in the state {state}; possible: {}", list(.possible))]
    NoTransition {
        /// The trigger.
        trigger: String,
        /// The state the machine is in.
        state: String,
        /// Triggers that lead somewhere.
        possible: Vec<String>,
    },
    /// No way of this trigger is open.
    #[error("{trigger} is not possible in the state {state}: {condition} does not hold")]
    ConditionFalse {
        /// The trigger.
        trigger: String,
        /// The state the machine is in.
        state: String,
        /// The condition that was false; of several ways, that of the last.
        condition: String,
    },
    /// Something that was called on the way failed.
    #[error("{0}")]
    Callback(E),
}

fn list(triggers: &[String]) -> String {
    match triggers {
        [] => "nothing".to_owned(),
        some => some.join(", "),
    }
}
