//! From the rows of an array to their related elements of another one.

use super::elements::{Elements, Place};
use super::events::joined;
use super::read::Stretch;
use super::steps::Rows;
use crate::collect::Error;
use crate::collect::pass::{Join, Key};
use crate::collect::schema::{FieldId, Link, Source};
use crate::expr::{Column, Slice, Type};
use crate::root::Chunk;

/// A container of relations between the elements of a batch.
struct Container {
    /// Of each event: its first relation; and the end.
    relations: Vec<usize>,
    from: Vec<i64>,
    /// Of each relation: its first target; and the end.
    targets: Vec<usize>,
    to: Vec<i64>,
    weights: Vec<f64>,
}

/// An element that does not exist.
struct Nowhere {
    /// Whether it is where a relation comes from, not where it leads to.
    from: bool,
    number: i64,
    count: usize,
}

impl Elements<'_, '_, '_> {
    /// The number of the element that each row is related to; -1 for none.
    ///
    /// Of several it is the one with the largest weight, of equal weights the first in the file.
    pub(super) fn partners(&mut self, join: &Join) -> Result<Vec<i64>, Error> {
        let places = self.places(join.rows)?;
        let targets = self.events().elements(join.target)?;
        match &join.link {
            Link::Member(source) => self.by_member(join, source, &places, &targets),
            Link::Container {
                from,
                to,
                weights,
                forward,
                ..
            } => {
                let container = self.container(*from, *to, *weights)?;
                let mut partners = Vec::with_capacity(places.len());
                for rows in places.chunk_by(|a, b| a.event == b.event) {
                    let (event, own) = (rows[0].event, rows[0].count);
                    let there = targets[event as usize].1;
                    let sizes = if *forward { (own, there) } else { (there, own) };
                    let position = self.events().position(event);
                    let best = container.best(position, sizes, *forward);
                    let best = best.map_err(|nowhere| self.nowhere(join, event, &nowhere))?;
                    partners.extend(rows.iter().map(|row| best[row.number]));
                }
                Ok(partners)
            }
        }
    }

    fn by_member(
        &mut self,
        join: &Join,
        source: &Source,
        places: &[Place],
        targets: &[Stretch],
    ) -> Result<Vec<i64>, Error> {
        let array = &self.events().pass.arrays[join.rows];
        let stretches: Vec<Stretch> = places.iter().map(|place| (place.at, 1)).collect();
        let column = self.read(array, source, Type::Int, &joined(&stretches))?;
        let Column::Int(mut numbers) = column else {
            unreachable!("a member that leads to an element is a whole number");
        };
        for (place, number) in places.iter().zip(&mut numbers) {
            let count = targets[place.event as usize].1;
            if usize::try_from(*number).is_ok_and(|number| number >= count) {
                let nowhere = Nowhere {
                    from: false,
                    number: *number,
                    count,
                };
                return Err(self.nowhere(join, place.event, &nowhere));
            }
            *number = (*number).max(-1);
        }
        Ok(numbers)
    }

    /// Values of the elements that a join leads to.
    pub(super) fn joined(
        &mut self,
        number: usize,
        source: &Source,
        kind: Type,
    ) -> Result<Column, Error> {
        let pass = self.events().pass;
        let join = &pass.joins[number];
        let wanted = Key::Partner(number);
        let partner = pass.keys.iter().position(|(key, _)| *key == wanted);
        let partner = partner.unwrap_or_else(|| unreachable!("a join has partners"));
        self.need(partner)?;
        let targets = self.events().elements(join.target)?;
        let Slice::Int(partners) = self.held().slice(partner) else {
            unreachable!("partners are numbers");
        };
        let place = |(event, number): (u32, &i64)| {
            let number = usize::try_from(*number).unwrap_or_default();
            (targets[event as usize].0 + number, 1)
        };
        let events = self.event_rows_left().into_iter();
        let stretches: Vec<Stretch> = events.zip(partners).map(place).collect();
        self.read(&pass.arrays[join.target], source, kind, &joined(&stretches))
    }

    fn container(
        &mut self,
        from: FieldId,
        to: FieldId,
        weights: FieldId,
    ) -> Result<Container, Error> {
        let path = self.file().to_path_buf();
        let batch = self.events().batch();
        let failed = |error| Error::file(&path)(error);
        let chunk = batch.chunk(from)?;
        let relations = ends(chunk, 0);
        let mut froms = vec![0; chunk.len()];
        chunk.fill_i64(0, &mut froms).map_err(failed)?;
        let chunk = batch.chunk(to)?;
        let targets = ends(chunk, 1);
        let mut tos = vec![0; chunk.len()];
        chunk.fill_i64(0, &mut tos).map_err(failed)?;
        let chunk = batch.chunk(weights)?;
        let mut values = vec![0.0; chunk.len()];
        chunk.fill_f64(0, &mut values).map_err(failed)?;
        let complete = targets.len() == froms.len() + 1 && values.len() == tos.len();
        if !complete || targets.last() != Some(&tos.len()) {
            let (entry, lengths) = (batch.first(), (froms.len() as u64, tos.len() as u64));
            return Err(Error::Uneven {
                file: path,
                entry,
                column: batch.name(from).to_owned(),
                other: batch.name(to).to_owned(),
                lengths,
            });
        }
        Ok(Container {
            relations,
            from: froms,
            targets,
            to: tos,
            weights: values,
        })
    }

    fn nowhere(&mut self, join: &Join, event: u32, nowhere: &Nowhere) -> Error {
        let entry = self.events().entry(event as usize);
        let file = self.file().to_path_buf();
        let pass = self.events().pass;
        let (by, forward) = match &join.link {
            Link::Container { name, forward, .. } => (name.clone(), *forward),
            Link::Member(source) => {
                let batch = self.events().batch();
                (batch.name(source.field()).to_owned(), true)
            }
        };
        let array = if nowhere.from == forward {
            join.rows
        } else {
            join.target
        };
        Error::NoElement {
            file,
            entry,
            by,
            number: nowhere.number,
            array: pass.arrays[array].name.clone(),
            count: nowhere.count,
        }
    }
}

impl Container {
    /// The partner of each element of an event, which has so many elements where relations come
    /// from and where they lead to.
    fn best(
        &self,
        position: usize,
        (froms, tos): (usize, usize),
        forward: bool,
    ) -> Result<Vec<i64>, Nowhere> {
        let inside = |number: i64, count: usize, from: bool| {
            let found = usize::try_from(number).ok().filter(|n| *n < count);
            found.ok_or(Nowhere {
                from,
                number,
                count,
            })
        };
        let mut best = vec![(-1, f64::NAN); if forward { froms } else { tos }];
        for relation in self.relations[position]..self.relations[position + 1] {
            let from = inside(self.from[relation], froms, true)?;
            for at in self.targets[relation]..self.targets[relation + 1] {
                let to = inside(self.to[at], tos, false)?;
                let (row, other) = if forward {
                    (from, self.to[at])
                } else {
                    (to, self.from[relation])
                };
                let (known, weight) = best[row];
                if known < 0 || self.weights[at] > weight {
                    best[row] = (other, self.weights[at]);
                }
            }
        }
        Ok(best.into_iter().map(|(number, _)| number).collect())
    }
}

/// The offsets of a level; none if there is no such level.
fn ends(chunk: &Chunk, level: usize) -> Vec<usize> {
    let offsets = chunk.levels().get(level).into_iter().flatten();
    offsets
        .map(|offset| usize::try_from(*offset).unwrap_or(usize::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two events: relations 0 → [2, 0] and 1 → [2], then 0 → [0, 0].
    fn container(weights: [f64; 5]) -> Container {
        Container {
            relations: vec![0, 2, 3],
            from: vec![0, 1, 0],
            targets: vec![0, 2, 3, 5],
            to: vec![2, 0, 2, 0, 0],
            weights: weights.to_vec(),
        }
    }

    fn best(weights: [f64; 5], event: usize, sizes: (usize, usize), forward: bool) -> Vec<i64> {
        let found = container(weights).best(event, sizes, forward);
        found.unwrap_or_else(|nowhere| panic!("{} of {}", nowhere.number, nowhere.count))
    }

    #[test]
    fn the_largest_weight_counts_and_of_equal_ones_the_first() {
        let equal = [1.0; 5];
        assert_eq!(best(equal, 0, (3, 3), true), [2, 2, -1]);
        assert_eq!(best(equal, 0, (3, 3), false), [0, -1, 0]);
        assert_eq!(best(equal, 1, (1, 1), true), [0]);
        let weighted = [0.5, 0.7, 0.6, 1.0, 1.0];
        assert_eq!(best(weighted, 0, (2, 3), true), [0, 2]);
        assert_eq!(best(weighted, 0, (2, 3), false), [0, -1, 1]);
        // Weights below 0 mark relations of less interest, not none.
        assert_eq!(best([-1.0, -2.0, -3.0, 1.0, 1.0], 0, (2, 3), true), [2, 2]);
        let unknown = [f64::NAN, 0.1, f64::NAN, 1.0, 1.0];
        assert_eq!(best(unknown, 0, (2, 3), true), [2, 2]);
    }

    #[test]
    fn elements_that_are_not_there_are_told() {
        let container = container([1.0; 5]);
        let Err(nowhere) = container.best(0, (1, 3), true) else {
            panic!("there is no element 1");
        };
        assert_eq!((nowhere.from, nowhere.number, nowhere.count), (true, 1, 1));
        let Err(nowhere) = container.best(0, (2, 2), false) else {
            panic!("there is no element 2");
        };
        assert_eq!((nowhere.from, nowhere.number, nowhere.count), (false, 2, 2));
    }
}
