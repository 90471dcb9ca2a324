//! Writes objects by the layouts of their classes.

use std::collections::HashMap;
use std::sync::Arc;

use super::bytes::Bytes;
use super::classes::Classes;
use super::cpptype::array_numbers;
use super::error::hint;
use super::misfit::{At, Fit, Misfit};
use super::numbers::{self, wrong};
use super::object::ARRAY;
use super::streamer::{Layout, Member};
use super::value::{Record, Value};

/// `TObject::kIsOwner` of a `TObjArray`: it deletes its objects.
const OWNER: u32 = 0x4000;
/// In the bits of a `TClonesArray`: its objects lie member by member.
const BYPASS_STREAMER: u32 = 0x1000;
/// Objects inside objects; no reader goes deeper.
const DEPTH: usize = 40;
/// What a tag of a known class has before its place.
const CLASS: u32 = 0x8000_0000;

/// Writes one object with all that hangs on it.
pub(super) struct Packer<'a> {
    pub(super) classes: &'a Classes,
    pub(super) out: Bytes,
    /// Where tags of classes are.
    tags: HashMap<String, u32>,
    /// Where objects are, by address, when they may be referred to again.
    places: Option<HashMap<usize, u32>>,
    /// Classes met, in that order.
    pub(super) met: Vec<String>,
    depth: usize,
}

impl<'a> Packer<'a> {
    pub(super) fn new(classes: &'a Classes, key_length: usize) -> Self {
        Self {
            classes,
            out: Bytes::after_key(key_length),
            tags: HashMap::new(),
            places: None,
            met: Vec::new(),
            depth: 0,
        }
    }

    /// Writes an object that is met again as a reference to its first place.
    pub(super) fn sharing(mut self) -> Self {
        self.places = Some(HashMap::new());
        self
    }

    /// An object of a class that is known from its place.
    pub(super) fn class(&mut self, class: &str, value: &Value) -> Fit {
        if self.depth > DEPTH {
            let reason = format!("objects are nested more than {DEPTH} deep");
            return Misfit::Other(reason).no();
        }
        self.depth += 1;
        let done = self.class_inside(class, value);
        self.depth -= 1;
        done
    }

    fn class_inside(&mut self, class: &str, value: &Value) -> Fit {
        match (class, value) {
            ("TObject", Value::Null) => {
                self.out.tobject(0);
                Ok(())
            }
            ("TString", _) => self.text(value),
            ("TObjString", Value::Text(text)) => {
                let start = self.out.begin(1);
                self.out.tobject(0);
                self.out.text(text);
                self.out.end(start);
                Ok(())
            }
            ("TList" | "THashList", Value::List(items)) => self.list(items),
            ("TObjArray", Value::List(items)) => self.array(items),
            ("TList" | "THashList" | "TObjArray", _) => Err(wrong("a list of objects", value)),
            ("TClonesArray", Value::Object(record)) => self.clones(record),
            ("TMatrixTSym<double>", Value::Object(record)) => self.symmetric(record),
            _ => match (array_numbers(class), value) {
                (Some(number), _) => numbers::counted(&mut self.out, number, value),
                (None, Value::Object(record)) => self.described(class, record),
                _ => Err(wrong(&format!("an object of class {class}"), value)),
            },
        }
    }

    pub(super) fn text(&mut self, value: &Value) -> Fit {
        match value {
            Value::Text(text) => {
                self.out.text(text);
                Ok(())
            }
            _ => Err(wrong("a text", value)),
        }
    }

    fn list(&mut self, items: &[Value]) -> Fit {
        let start = self.out.begin(5);
        self.out.tobject(0);
        self.out.text("");
        self.out.u32(items.len() as u32);
        for (index, item) in items.iter().enumerate() {
            self.any("TObject", item).at_index(index)?;
            self.out.u8(0); // the option of the link
        }
        self.out.end(start);
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Fit {
        let start = self.out.begin(3);
        // What is referred to from elsewhere is not owned.
        self.out
            .tobject(if self.places.is_some() { 0 } else { OWNER });
        self.out.text("");
        self.out.u32(items.len() as u32);
        self.out.u32(0); // lower bound
        for (index, item) in items.iter().enumerate() {
            self.any("TObject", item).at_index(index)?;
        }
        self.out.end(start);
        Ok(())
    }

    /// An object behind a pointer to that class.
    pub(super) fn any(&mut self, pointer: &str, value: &Value) -> Fit {
        let class = match value {
            Value::Null => {
                self.out.u32(0);
                return Ok(());
            }
            Value::Object(record) if !record.class.is_empty() => record.class.to_string(),
            Value::Text(_) if pointer == "TObject" => "TObjString".into(),
            Value::List(_) if pointer == "TObject" => "TList".into(),
            _ => pointer.to_owned(),
        };
        let mut place = None;
        if let (Value::Object(record), Some(places)) = (value, &mut self.places) {
            let address = Arc::as_ptr(record).addr();
            if let Some(known) = places.get(&address) {
                self.out.u32(*known);
                return Ok(());
            }
            place = Some(address);
        }
        let here = self.out.displacement() + 2;
        let start = self.out.open();
        match self.tags.get(&class) {
            Some(tag) => self.out.u32(CLASS | tag),
            None => {
                let tag = self.out.displacement() + 2;
                self.out.u32(u32::MAX);
                self.out.terminated(&class);
                self.tags.insert(class.clone(), tag);
            }
        }
        self.class(&class, value)?;
        self.out.end(start);
        if let (Some(address), Some(places)) = (place, &mut self.places) {
            places.insert(address, here);
        }
        Ok(())
    }

    /// A `TClonesArray`, member by member.
    fn clones(&mut self, record: &Record) -> Fit {
        let class = record.text("class");
        let layout = self.layout(class).at_member("class")?;
        let items = record.list("objects");
        let known = record
            .members
            .iter()
            .all(|(name, _)| matches!(&**name, "class" | "objects"));
        if !known {
            let reason = "an array of clones has the members class and objects";
            return Misfit::Other(reason.into()).no();
        }
        let mut objects = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let object = numbers::record(class, item);
            objects.push(object.at_index(index).at_member("objects")?);
        }
        let start = self.out.begin(4);
        self.out.tobject(BYPASS_STREAMER);
        self.out.text(&format!("{class}s"));
        self.out.text(&format!("{class};{}", layout.version));
        self.out.u32(items.len() as u32);
        self.out.u32(0); // lower bound
        self.note(class);
        self.columns(&layout, &objects).at_member("objects")?;
        self.out.end(start);
        Ok(())
    }

    fn columns(&mut self, layout: &Layout, objects: &[&Record]) -> Fit {
        let mut used = vec![0; objects.len()];
        for member in &layout.members {
            if member.stl {
                let reason = "an array of clones whose class has a container cannot be written";
                return Misfit::Other(reason.into()).no();
            }
            for (index, object) in objects.iter().enumerate() {
                let done = self.slot(layout, member, object, &mut used[index]);
                done.at_index(index)?;
            }
        }
        for (index, object) in objects.iter().enumerate() {
            self.all_used(layout, object, used[index]).at_index(index)?;
        }
        Ok(())
    }

    /// A symmetric matrix: its upper triangle lies behind it and outside of its length.
    fn symmetric(&mut self, record: &Record) -> Fit {
        let Some(Value::Floats(full)) = record.get("fElements") else {
            return Misfit::Missing.no().at_member("fElements");
        };
        let rows = full.len().isqrt();
        let length = |wanted| Misfit::Length {
            wanted,
            found: full.len(),
        };
        if rows * rows != full.len() {
            return length((rows + 1) * (rows + 1)).no().at_member("fElements");
        }
        let mut frame = Record::new("TMatrixTBase<double>");
        for (name, wanted) in [("fNrows", rows), ("fNcols", rows), ("fNelems", full.len())] {
            match record.get(name) {
                None => {}
                Some(Value::Int(given)) if usize::try_from(*given) == Ok(wanted) => {}
                Some(_) => return length(wanted).no().at_member(name),
            }
            frame.members.push((name.into(), Value::Int(wanted as i64)));
        }
        let others = record
            .members
            .iter()
            .filter(|(name, _)| !matches!(&**name, "fElements" | "fNrows" | "fNcols" | "fNelems"));
        frame.members.extend(others.cloned());
        self.described("TMatrixTBase<double>", &frame)?;
        for row in 0..rows {
            for column in row..rows {
                let value = full[row * rows + column];
                if value.to_bits() != full[column * rows + row].to_bits() {
                    return Misfit::Asymmetric { row, column }
                        .no()
                        .at_member("fElements");
                }
                self.out.f64(value);
            }
        }
        Ok(())
    }

    pub(super) fn layout(&self, class: &str) -> Fit<Arc<Layout>> {
        let found = self.classes.layout(class).cloned();
        found.ok_or_else(|| Misfit::Class(class.to_owned()).into())
    }

    pub(super) fn note(&mut self, class: &str) {
        if !self.met.iter().any(|known| known == class) {
            self.met.push(class.to_owned());
        }
    }

    /// An object with its header.
    pub(super) fn described(&mut self, class: &str, record: &Record) -> Fit {
        if !record.class.is_empty() && &*record.class != class {
            let found = format!("an object of class {}", record.class);
            let reason = format!("{found} where one of class {class} belongs");
            return Misfit::Other(reason).no();
        }
        let layout = self.layout(class)?;
        let mut used = 0;
        self.framed(class, &layout, record, &mut used)?;
        self.all_used(&layout, record, used)
    }

    fn framed(&mut self, class: &str, layout: &Layout, record: &Record, used: &mut usize) -> Fit {
        self.note(class);
        let start = self.header(layout);
        for member in &layout.members {
            self.slot(layout, member, record, used)?;
        }
        self.out.end(start);
        Ok(())
    }

    /// Byte count and version, or checksum of a class that has none.
    pub(super) fn header(&mut self, layout: &Layout) -> usize {
        if layout.foreign {
            let start = self.out.begin(0);
            self.out.u32(layout.checksum);
            start
        } else {
            self.out.begin(layout.version)
        }
    }

    /// One base or member of an object; `used` counts the members of the record so far.
    fn slot(&mut self, layout: &Layout, member: &Member, record: &Record, used: &mut usize) -> Fit {
        if !member.base {
            let value = find(record, &member.name, used);
            let value = value.or(member.default.as_ref());
            let done = match value {
                None => Misfit::Missing.no(),
                Some(value) if layout.generated => self.generated(member, value, record),
                Some(value) => self.member(member, value, record),
            };
            return done.at_member(&member.name);
        }
        if &*member.name == "TObject" {
            self.out.tobject(0);
            return Ok(());
        }
        if let Some(number) = array_numbers(&member.name) {
            let value = find(record, ARRAY, used).ok_or(Misfit::Missing);
            let done = value.map_err(Into::into);
            let done = done.and_then(|value| numbers::counted(&mut self.out, number, value));
            return done.at_member(ARRAY);
        }
        let base = self.layout(&member.name)?;
        self.framed(&member.name, &base, record, used)
    }

    /// Whether all members of a record were written.
    fn all_used(&self, layout: &Layout, record: &Record, used: usize) -> Fit {
        if used == record.members.len() {
            return Ok(());
        }
        let mut names = Vec::new();
        self.names(layout, &mut names);
        let given = record.members.iter().map(|(name, _)| name);
        let stranger = given.clone().find(|name| !names.contains(name));
        if let Some(name) = stranger {
            let hint = hint(name, names.iter().map(|name| &**name));
            return Misfit::UnknownMember { hint }.no().at_member(name);
        }
        let twice = given
            .clone()
            .find(|name| given.clone().filter(|n| n == name).count() > 1);
        let twice = twice.map_or_else(String::new, ToString::to_string);
        Misfit::Twice(format!("member {twice}")).no()
    }

    fn names(&self, layout: &Layout, names: &mut Vec<Arc<str>>) {
        for member in &layout.members {
            if !member.base {
                names.push(member.name.clone());
            } else if array_numbers(&member.name).is_some() {
                names.push(ARRAY.into());
            } else if let Some(base) = self.classes.layout(&member.name) {
                self.names(base, names);
            }
        }
    }
}

/// The member of that name; looked for first where it is when members come in their order.
fn find<'r>(record: &'r Record, name: &str, used: &mut usize) -> Option<&'r Value> {
    let here = record.members.get(*used).filter(|(n, _)| **n == *name);
    let found = match here {
        Some((_, value)) => Some(value),
        None => record.get(name),
    };
    *used += usize::from(found.is_some());
    found
}
