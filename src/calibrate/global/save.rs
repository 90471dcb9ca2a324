//! Corrections that were found, as payloads.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::conditions::{Library, Payload};
use crate::fit::systems::{GlobalParameter, GlobalResult, State};

use super::super::execution::Ended;
use super::super::{Input, Saved};
use super::component::{Component, Stored, components};
use super::parameters::{Parameter, Parameters};
use super::rule::Global;

/// Element and number of a parameter.
type Key = (i64, i64);

/// Values of the parameters of a component.
type Values = BTreeMap<Key, f64>;

/// Whether a fit says something about a parameter.
pub(super) fn is_determined(found: &GlobalParameter) -> bool {
    found.state == State::Free && found.value != 0.0
}

/// Values before a fit by payload; `None` where no constants are in force.
pub(super) type Before = BTreeMap<&'static str, Option<Values>>;

/// Takes the values before the fit from the constants in force.
pub(super) fn take_values(parameters: &mut Parameters, input: &Input) -> Result<Before, Ended> {
    let mut all = Before::new();
    for component in components() {
        let own = |p: &Parameter| p.label.component.payload == component.payload;
        if component.stored == Stored::Nowhere || !parameters.values().any(own) {
            continue;
        }
        let found = before(component, input)?;
        let values = found.clone().unwrap_or_default();
        all.insert(component.payload.as_str(), found);
        for parameter in parameters.values_mut().filter(|p| own(p)) {
            let key = (parameter.label.element, parameter.label.parameter.number);
            parameter.value = values.get(&key).copied().unwrap_or(0.0);
        }
    }
    Ok(all)
}

/// The constants in force in the first run.
fn before(component: &Component, input: &Input) -> Result<Option<Values>, Ended> {
    let first = input.runs.first().copied();
    let found = match first {
        Some(run) => input.in_force(&component.payload, run)?,
        None => None,
    };
    let Some((payload, _)) = found else {
        return Ok(None);
    };
    let payload_name = &component.payload;
    let strange = || {
        Ended::failure(format!(
            "the {payload_name} in force is not what its class says; give another one with --constants or --global-tag"
        ))
    };
    let mut channels = payload.channels.values();
    let mut values = Values::new();
    match component.stored {
        Stored::Constants => {
            let constants = payload.members.get("m_constants");
            // An empty map has no rows at all.
            if payload.channels.is_empty() || constants.is_none_or(Vec::is_empty) {
                return Ok(Some(values));
            }
            let elements = channels.next().ok_or_else(strange)?;
            let numbers = channels.next().ok_or_else(strange)?;
            let constants = constants.ok_or_else(strange)?;
            for ((element, number), value) in elements.iter().zip(numbers).zip(constants) {
                values.insert((*element, *number), *value);
            }
        }
        Stored::Members => {
            let elements = channels.next().ok_or_else(strange)?;
            for (number, member) in component.parameter_names() {
                let column = payload.members.get(member).ok_or_else(strange)?;
                let pairs = elements.iter().zip(column);
                values.extend(pairs.map(|(element, value)| ((*element, number), *value)));
            }
        }
        Stored::Nowhere => {}
    }
    Ok(Some(values))
}

/// The payloads of a fit: new constants, and beside them errors and corrections under names of
/// their own.
///
/// Derivatives say how residuals follow the parameters: what is found is taken away.
pub(super) fn payloads(
    global: &Global,
    result: &GlobalResult,
    parameters: &Parameters,
    before: &Before,
    input: &Input,
) -> Result<Vec<Saved>, Ended> {
    let mut saved = Vec::new();
    for component in components() {
        let name = &component.payload;
        let asked = match &global.save {
            Some(names) => names.contains(name),
            None => component.stored != Stored::Nowhere,
        };
        if !asked || !global.components.contains(name) {
            continue;
        }
        let mut values = match before.get(name.as_str()) {
            Some(found) => found.clone().unwrap_or_default(),
            // The records say nothing about it.
            None => continue,
        };
        let (mut errors, mut corrections) = (Values::new(), Values::new());
        for found in result
            .parameters
            .iter()
            .filter(|found| is_determined(found))
        {
            let Some(parameter) = parameters.get(&found.label) else {
                continue;
            };
            if parameter.label.component.payload != *name {
                continue;
            }
            let key = (parameter.label.element, parameter.label.parameter.number);
            *values.entry(key).or_insert(0.0) -= found.value;
            corrections.insert(key, -found.value);
            if found.error.is_finite() {
                errors.insert(key, found.error);
            }
        }
        let mut push = |name: String, values: &Values| -> Result<(), Ended> {
            let payload = component.payload(&name, values);
            payload.check()?;
            saved.push(Saved {
                payload,
                iov: input.iov,
            });
            Ok(())
        };
        push(name.clone(), &values)?;
        push(format!("{name}_ERRORS"), &errors)?;
        push(format!("{name}_CORRECTIONS"), &corrections)?;
    }
    Ok(saved)
}

impl Component {
    /// A payload with these values; what is missing in a row is 0.
    fn payload(&self, name: &str, values: &Values) -> Payload {
        let mut payload = Payload::empty(name, &self.class);
        match self.stored {
            Stored::Constants => {
                let elements = values.keys().map(|(element, _)| *element).collect();
                let numbers = values.keys().map(|(_, number)| *number).collect();
                let names = self.index_names(["element", "parameter"]);
                payload.channels = names.into_iter().zip([elements, numbers]).collect();
                let all = values.values().copied().collect();
                payload.members.insert("m_constants".into(), all);
            }
            Stored::Members | Stored::Nowhere => {
                let mut elements: Vec<i64> = values.keys().map(|(element, _)| *element).collect();
                elements.dedup();
                let member = |(number, member): (i64, &str)| {
                    let value = |element: &i64| {
                        let found = values.get(&(*element, number));
                        found.copied().unwrap_or(0.0)
                    };
                    (member.to_owned(), elements.iter().map(value).collect())
                };
                let members: IndexMap<String, Vec<f64>> =
                    self.parameter_names().map(member).collect();
                payload.members = members;
                let names = self.index_names(["element"]);
                payload.channels = names.into_iter().zip([elements]).collect();
            }
        }
        payload
    }

    /// What its class calls its channels; as given where it does not say.
    fn index_names<const N: usize>(&self, others: [&str; N]) -> Vec<String> {
        let known = Library::standard().indices(&self.class);
        let named = |(at, other): (usize, &str)| {
            known
                .get(at)
                .map_or_else(|| other.to_owned(), |index| index.name.clone())
        };
        others.into_iter().enumerate().map(named).collect()
    }
}
