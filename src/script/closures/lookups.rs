//! Look-ups in closures: by the number of a channel, in values that are known beforehand or in the
//! constants of the run at hand.

use rhai::{Dynamic, FnPtr};

use crate::expr::{Lookup, Node, PayloadMember, Place};

use super::capture;
use super::lower::Lowering;
use super::meaning::{Lowered, Meaning, Scope, cannot};
use super::search::Search;
use super::term::Term;

impl Lowering<'_> {
    /// `lookup.at(index)`
    pub(super) fn looked_up(
        &mut self,
        value: &Dynamic,
        index: Meaning,
        place: Place,
    ) -> Lowered<Meaning> {
        let Some(lookup) = value.read_lock::<Lookup>().map(|lookup| lookup.clone()) else {
            return cannot(place, "this look-up cannot be compiled");
        };
        let index = self.expr(index, place)?;
        self.node(Node::Lookup(lookup, index, place), place)
    }
}

impl Search<'_> {
    /// The look-ups among captured values, each where it is named first.
    pub(super) fn captured_lookups(&mut self, captured: &[(String, Meaning)], body: &[Term]) {
        for (name, meaning) in captured {
            let place = body.iter().find_map(|term| capture::first(term, name));
            self.looks_at(meaning, place.unwrap_or_default());
        }
    }

    /// A term may be a look-up that is known beforehand, as a constant of the file.
    pub(super) fn known_lookup(&mut self, scope: &Scope, term: &Term, place: Place) {
        if let Ok(known @ Meaning::Data(_)) = self.lowering.meaning(scope, term) {
            self.looks_at(&known, place);
        }
    }

    fn looks_at(&mut self, meaning: &Meaning, place: Place) {
        let found = meaning.known().map(|value| inside(&value));
        for member in found.unwrap_or_default() {
            if !self.lookups.iter().any(|(known, _)| *known == member) {
                self.lookups.push((member, place));
            }
        }
    }
}

/// The members of payloads that a value holds.
fn inside(value: &Dynamic) -> Vec<PayloadMember> {
    if let Some(lookup) = value.read_lock::<Lookup>() {
        return match &*lookup {
            Lookup::Payload(member) => vec![member.clone()],
            Lookup::Fixed(_) => Vec::new(),
        };
    }
    let all = |items: &mut dyn Iterator<Item = &Dynamic>| {
        items
            .flat_map(|item| inside(&item.flatten_clone()))
            .collect()
    };
    if let Some(items) = value.read_lock::<rhai::Array>() {
        return all(&mut items.iter());
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        return all(&mut map.values());
    }
    if let Some(pointer) = value.read_lock::<FnPtr>() {
        return all(&mut pointer.iter_curry());
    }
    Vec::new()
}
