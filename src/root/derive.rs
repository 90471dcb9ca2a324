//! From declarations to layouts: kinds, sizes and checksums as ROOT's dictionaries have them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checksum::Sum;
use super::classes::Classes;
use super::cpptype::Type;
use super::declaration::{
    Checksum, ClassDeclaration, DeclarationError, MemberDeclaration, Streaming,
};
use super::kinds::{self, ANY, CONTAINER, COUNTED, FIXED, IN_PLACE, OBJECT, POINTER, TEXT};
use super::member_type::{default_value, dimensions, values};
use super::streamer::{Layout, Layouts, Member};

/// A pointer on x86-64.
const WORD: u32 = 8;
/// Most dimensions of an array that a description has room for.
const DIMENSIONS: usize = 5;

/// Derives layouts of classes that may contain each other.
pub(super) struct Deriver<'a> {
    declared: &'a BTreeMap<String, ClassDeclaration>,
    enums: BTreeSet<&'a str>,
    below: Option<&'a Classes>,
    done: Layouts,
    /// Classes that are being derived, from the outermost.
    open: Vec<String>,
}

/// A member with what its class needs of it.
struct Derived {
    member: Member,
    /// Spelling and dimensions as the checksum takes them in.
    spelled: String,
    dims: Vec<usize>,
    is_enum: bool,
    align: u32,
}

impl<'a> Deriver<'a> {
    pub(super) fn new(
        declared: &'a BTreeMap<String, ClassDeclaration>,
        enums: BTreeSet<&'a str>,
        below: Option<&'a Classes>,
        done: Layouts,
    ) -> Self {
        let open = Vec::new();
        Self {
            declared,
            enums,
            below,
            done,
            open,
        }
    }

    pub(super) fn finish(self) -> Layouts {
        self.done
    }

    /// The layout of a class; nothing if there is no such class.
    pub(super) fn class(&mut self, name: &str) -> Result<Option<Arc<Layout>>, DeclarationError> {
        let below = self.below.and_then(|below| below.layout(name));
        if let Some(layout) = below.or_else(|| self.done.versions(name).last()) {
            return Ok(Some(layout.clone()));
        }
        match self.declared.get(name) {
            Some(declaration) => self.declared_class(declaration).map(Some),
            None => Ok(None),
        }
    }

    fn declared_class(
        &mut self,
        class: &ClassDeclaration,
    ) -> Result<Arc<Layout>, DeclarationError> {
        if self.open.contains(&class.name) {
            let class = class.name.clone();
            return Err(DeclarationError::Endless { class });
        }
        self.open.push(class.name.clone());
        let layout = Arc::new(self.layout(class)?);
        self.open.pop();
        self.done.add(&class.name, layout.clone());
        // What containers hold may be the class itself.
        for member in &layout.members {
            if let Some(kind) = &member.type_of {
                self.content(class, &member.name, kind)?;
            }
        }
        Ok(layout)
    }

    fn layout(&mut self, class: &ClassDeclaration) -> Result<Layout, DeclarationError> {
        let mut sum = Sum::of_class(&class.name);
        let mut layout = Layout {
            version: class.version.unwrap_or(1),
            foreign: class.version.is_none(),
            generated: class.streaming == Streaming::Generated,
            align: 1,
            ..Layout::default()
        };
        let mut place = 0;
        for name in &class.bases {
            let base = self.class(name)?.ok_or_else(|| DeclarationError::Unknown {
                class: class.name.clone(),
                place: "a base".into(),
                type_name: name.clone(),
            })?;
            let member = base_member(name, &base);
            sum.base(&member);
            place = aligned(place, base.align) + base.size;
            layout.align = layout.align.max(base.align);
            layout.tobject |= base.tobject;
            layout.members.push(member);
        }
        if class.version.is_some() && class.bases.is_empty() {
            // The pointer to the virtual functions that every class with a version has.
            place = WORD;
            layout.align = WORD;
        }
        layout.tobject |= class.name == "TObject";
        for declaration in &class.members {
            let derived = self.member(class, declaration, &mut layout)?;
            let dims = &derived.dims;
            sum.member(&derived.member, &derived.spelled, dims, derived.is_enum);
            place = aligned(place, derived.align) + derived.member.size;
            layout.align = layout.align.max(derived.align);
            layout.members.push(derived.member);
        }
        layout.size = class.size.unwrap_or(aligned(place.max(1), layout.align));
        layout.checksum = sum.finish();
        if let Some(declared) = class.checksum.map(|sum| sum.0)
            && declared != layout.checksum
        {
            // Some of ROOT's own have members that are never stored.
            if self.below.is_some() {
                return Err(DeclarationError::Checksum {
                    class: class.name.clone(),
                    declared: Checksum(declared),
                    computed: Checksum(layout.checksum),
                });
            }
            layout.checksum = declared;
        }
        Ok(layout)
    }

    fn member(
        &mut self,
        class: &ClassDeclaration,
        declaration: &MemberDeclaration,
        layout: &mut Layout,
    ) -> Result<Derived, DeclarationError> {
        let wrong = |reason: String| DeclarationError::Member {
            class: class.name.clone(),
            member: declaration.name.clone(),
            reason,
        };
        if declaration.name.is_empty() || self.names(layout).contains(&*declaration.name) {
            return Err(wrong("there must be one member of that name".into()));
        }
        let (stem, mut dims) = dimensions(&declaration.cpp_type).map_err(wrong)?;
        let kind = Type::parse(stem).map_err(wrong)?;
        let spelled = kind.spelled();
        let checked_dims = dims.clone();
        let mut inner = &kind;
        while let Type::Array(item, length) = inner {
            dims.push(*length);
            inner = item;
        }
        let mut member = Member {
            name: declaration.name.as_str().into(),
            title: declaration.title.clone(),
            type_name: inner.spelled(),
            length: values(&dims).unwrap_or(0),
            ..Member::default()
        };
        if dims.len() > DIMENSIONS || values(&dims).is_none() {
            return Err(wrong("its dimensions are too many or too large".into()));
        }
        if dims.is_empty() {
            member.length = 0;
        }
        let is_enum = matches!(inner, Type::Class(name) if self.enums.contains(&**name));
        let align = self.kind(class, inner, is_enum, layout, &mut member)?;
        if !dims.is_empty() {
            if !(1..FIXED).contains(&member.kind) && !matches!(member.kind, OBJECT | ANY) {
                return Err(wrong("arrays hold numbers or objects".into()));
            }
            member.kind += FIXED;
            member.size *= member.length as u32;
        }
        member.dims = dims;
        if layout.generated && matches!(inner, Type::Map(..) | Type::StandardText) {
            let reason = "a generated streamer with it is not known: use \"info\"";
            return Err(wrong(reason.into()));
        }
        if let Some(given) = &declaration.default {
            member.default =
                Some(default_value(given).ok_or_else(|| wrong("no such default".into()))?);
        }
        Ok(Derived {
            member,
            spelled,
            dims: checked_dims,
            is_enum,
            align,
        })
    }

    /// Sets kind, size and what goes with them; gives the alignment.
    fn kind(
        &mut self,
        class: &ClassDeclaration,
        kind: &Type,
        is_enum: bool,
        layout: &mut Layout,
        member: &mut Member,
    ) -> Result<u32, DeclarationError> {
        let unknown = |member: &Member| DeclarationError::Unknown {
            class: class.name.clone(),
            place: format!("member {}", member.name),
            type_name: member.type_name.clone(),
        };
        (member.kind, member.size) = match kind {
            Type::Number(_) if class.name == "TObject" && &*member.name == "fBits" => (15, 4),
            Type::Number(number) => (number.kind, number.memory),
            Type::Class(_) if is_enum => (3, 4),
            Type::Text => (TEXT, 24),
            Type::Numbers(_) => (ANY, 24),
            Type::StandardText | Type::Sequence(..) | Type::Map(..) => {
                member.stl = true;
                member.container = kind.container();
                member.content = self.content_kind(kind);
                member.type_of = Some(kind.clone());
                (CONTAINER, container_size(member.container))
            }
            Type::Pointer(name) => match kinds::of_name(name) {
                Some(number) => {
                    self.counted(class, layout, member)?;
                    (COUNTED + number.kind, WORD)
                }
                None if member.title.starts_with("->") => (IN_PLACE, WORD),
                None => (POINTER, WORD),
            },
            Type::Pair(..) => {
                let pair = self.implied(kind)?;
                member.type_of = None;
                (ANY, pair.size)
            }
            Type::Class(name) => {
                let inner = self.class(name)?.ok_or_else(|| unknown(member))?;
                let kind = match &**name {
                    "TObject" | "TNamed" => base_kind(name),
                    _ if inner.tobject => OBJECT,
                    _ => ANY,
                };
                (kind, inner.size)
            }
            Type::Array(..) => return Err(unknown(member)),
        };
        Ok(match kind {
            Type::Class(name) if !is_enum => self.class(name)?.map_or(1, |inner| inner.align),
            Type::Pair(..) => self.implied(kind)?.align,
            Type::Number(number) => number.memory,
            Type::Class(_) => 4,
            _ => WORD,
        })
    }

    /// Finds the member that says how long an array is, and marks it.
    fn counted(
        &mut self,
        class: &ClassDeclaration,
        layout: &mut Layout,
        member: &mut Member,
    ) -> Result<(), DeclarationError> {
        let counter = member
            .title
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'));
        let counter = counter.map_or("", |(name, _)| name);
        let own = layout
            .members
            .iter_mut()
            .find(|known| &*known.name == counter);
        if let Some(own) = own.filter(|own| !own.base && matches!(own.kind, 3 | 6)) {
            own.kind = 6;
            member.counter_class = (class.name.clone(), layout.version.into());
        } else if let Some((name, version)) = self.inherited(layout, counter) {
            member.counter_class = (name, version);
        } else {
            return Err(DeclarationError::Member {
                class: class.name.clone(),
                member: member.name.to_string(),
                reason: "a pointer to numbers needs the title \"[N]\" with N an int before it"
                    .into(),
            });
        }
        member.counter = counter.to_owned();
        Ok(())
    }

    /// The base that has a counter of that name.
    fn inherited(&self, layout: &Layout, counter: &str) -> Option<(String, u32)> {
        let bases = layout.members.iter().filter(|member| member.base);
        bases.into_iter().find_map(|base| {
            let inner = self.finished(&base.name)?;
            let own = inner.members.iter();
            let own = own.filter(|member| matches!(member.kind, 3 | 6) && &*member.name == counter);
            match own.count() {
                0 => self.inherited(inner, counter),
                _ => Some((base.name.to_string(), inner.version.into())),
            }
        })
    }

    fn finished(&self, class: &str) -> Option<&Arc<Layout>> {
        let below = self.below.and_then(|below| below.layout(class));
        below.or_else(|| self.done.versions(class).last())
    }

    /// Names of all members so far, with those of bases.
    fn names(&self, layout: &Layout) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        for member in &layout.members {
            match self.finished(&member.name).filter(|_| member.base) {
                Some(base) => names.extend(self.names(base)),
                None => {
                    names.insert(member.name.clone());
                }
            }
        }
        names
    }

    /// ROOT's number of what a container holds.
    fn content_kind(&self, kind: &Type) -> i32 {
        match kind {
            Type::StandardText => kinds::STANDARD_TEXT,
            Type::Sequence(_, item) => match &**item {
                Type::Number(number) => number.kind,
                Type::Class(name) if self.enums.contains(&**name) => 3,
                Type::Pointer(_) => IN_PLACE,
                _ => OBJECT,
            },
            _ => OBJECT,
        }
    }

    /// Checks what a container holds, and derives the classes it implies.
    fn content(
        &mut self,
        class: &ClassDeclaration,
        place: &str,
        kind: &Type,
    ) -> Result<(), DeclarationError> {
        match kind {
            Type::Sequence(_, item) => self.content(class, place, item),
            Type::Map(_, key, value) => {
                self.content(class, place, key)?;
                self.content(class, place, value)
            }
            Type::Pair(first, second) => {
                self.content(class, place, first)?;
                self.content(class, place, second)?;
                self.implied(kind).map(|_| ())
            }
            Type::Array(item, _) => {
                self.content(class, place, item)?;
                self.implied(kind).map(|_| ())
            }
            Type::Class(name) if !self.enums.contains(&**name) => {
                let unknown = || DeclarationError::Unknown {
                    class: class.name.clone(),
                    place: format!("member {place}"),
                    type_name: name.to_string(),
                };
                let open = self.open.iter().any(|open| **open == **name);
                if open || self.class(name)?.is_some() {
                    return Ok(());
                }
                Err(unknown())
            }
            _ => Ok(()),
        }
    }

    /// The class that a pair or an array is where it lies in a container.
    fn implied(&mut self, kind: &Type) -> Result<Arc<Layout>, DeclarationError> {
        let name = kind.spelled();
        if let Some(layout) = self.finished(&name) {
            return Ok(layout.clone());
        }
        let member = |name: &str, cpp_type: String| MemberDeclaration {
            name: name.into(),
            cpp_type,
            title: String::new(),
            about: String::new(),
            default: None,
        };
        let members = match kind {
            Type::Pair(first, second) => vec![
                member("first", first.spelled()),
                member("second", second.spelled()),
            ],
            Type::Array(item, length) => {
                vec![member("_M_elems", format!("{}[{length}]", item.spelled()))]
            }
            _ => Vec::new(),
        };
        let class = ClassDeclaration {
            name,
            version: None,
            checksum: None,
            streaming: Streaming::Info,
            about: String::new(),
            size: None,
            bases: Vec::new(),
            members,
        };
        self.declared_class(&class)
    }
}

/// The checksum that bases and members of a declaration give.
#[cfg(test)]
pub(super) fn checksum_of(class: &ClassDeclaration, below: &Classes) -> Option<u32> {
    let none = BTreeMap::new();
    let enums = ["TH1::EBinErrorOpt", "TH1::EStatOverflows", "EErrorType"];
    let mut deriver = Deriver::new(&none, enums.into(), Some(below), Layouts::default());
    deriver.layout(class).ok().map(|layout| layout.checksum)
}

fn base_member(name: &str, base: &Layout) -> Member {
    Member {
        base: true,
        name: name.into(),
        kind: base_kind(name),
        type_name: "BASE".into(),
        base_version: base.version.into(),
        base_checksum: base.checksum,
        ..Member::default()
    }
}

fn base_kind(name: &str) -> i32 {
    match name {
        "TObject" => kinds::TOBJECT,
        "TNamed" => kinds::TNAMED,
        _ => 0,
    }
}

/// Bytes of a container in memory, as the GNU library has it.
fn container_size(container: i32) -> u32 {
    match container {
        kinds::STANDARD_TEXT => 32,
        3 => 80,
        4..=7 => 48,
        9 => 8,
        10..=13 => 56,
        _ => 24,
    }
}

fn aligned(place: u32, align: u32) -> u32 {
    place.next_multiple_of(align.max(1))
}
