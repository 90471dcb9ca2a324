//! The file's own description of its classes: the TStreamerInfo records.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::classes::known;
use super::cpptype::Type;
use super::cursor::Cursor;
use super::error::Damage;
use super::typename::TypeName;
use super::value::Value;

/// One member (or base) of a class as it lies in the stream: an element of a TStreamerInfo.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) base: bool,
    pub(super) stl: bool,
    pub(super) name: Arc<str>,
    pub(super) title: String,
    /// ROOT's number of the kind of member.
    pub(super) kind: i32,
    /// Bytes in memory.
    pub(super) size: u32,
    /// Values of a fixed array.
    pub(super) length: usize,
    pub(super) dims: Vec<usize>,
    pub(super) type_name: String,
    /// Member that counts the values of a variable array, with the class that has it.
    pub(super) counter: String,
    pub(super) counter_class: (String, u32),
    /// Of a base: its version and checksum.
    pub(super) base_version: u32,
    pub(super) base_checksum: u32,
    /// Of a container: ROOT's numbers of the container and of what is in it.
    pub(super) container: i32,
    pub(super) content: i32,
    /// Of a container: its type, if its name makes sense.
    pub(super) type_of: Option<Type>,
    /// What a new object has where no value is given.
    pub(super) default: Option<Value>,
}

/// One version of a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) version: u16,
    pub(super) checksum: u32,
    pub(super) members: Vec<Member>,
    /// Its streamer is an old generated one, which its members do not describe.
    pub(super) generated: bool,
    /// It has no version of its own: its checksum is written instead.
    pub(super) foreign: bool,
    /// Bytes in memory, and what they are a multiple of; 0 if the file describes it.
    pub(super) size: u32,
    pub(super) align: u32,
    /// Whether `TObject` is among its bases.
    pub(super) tobject: bool,
}

/// All versions of all classes of a file.
#[derive(Clone, Default)]
pub(super) struct Layouts(BTreeMap<String, Vec<Arc<Layout>>>);

impl fmt::Debug for Layouts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} classes", self.0.len())
    }
}

impl Layouts {
    /// All versions of a class.
    pub(super) fn versions(&self, class: &str) -> &[Arc<Layout>] {
        self.0.get(class).map_or(&[], Vec::as_slice)
    }

    /// All versions of a class by its name with fixed-width types.
    pub(super) fn versions_spelled(&self, name: &str) -> &[Arc<Layout>] {
        let same = |key: &str| TypeName::parse(key).is_some_and(|parsed| parsed.spelled() == name);
        self.0
            .iter()
            .find(|(key, _)| same(key))
            .map_or(&[], |(_, layouts)| layouts)
    }

    /// Adds a version of a class.
    pub(super) fn add(&mut self, class: &str, layout: Arc<Layout>) {
        self.0.entry(class.to_owned()).or_default().push(layout);
    }

    /// All classes with their versions.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[Arc<Layout>])> {
        self.0
            .iter()
            .map(|(name, layouts)| (name.as_str(), layouts.as_slice()))
    }

    /// One version of a class.
    pub(super) fn layout(&self, class: &str, version: u16) -> Option<&Arc<Layout>> {
        self.versions(class)
            .iter()
            .find(|layout| layout.version == version)
    }

    /// The version of a class with that checksum.
    pub(super) fn by_checksum(&self, class: &str, checksum: u32) -> Option<&Arc<Layout>> {
        self.versions(class)
            .iter()
            .find(|layout| layout.checksum == checksum)
    }

    /// Reads the list of TStreamerInfo objects that follows a key of that length.
    pub(super) fn read(data: &[u8], key_length: usize) -> Result<Self, Damage> {
        let mut cursor = Cursor::after_key(data, key_length);
        let mut names = HashMap::new();
        let mut classes = BTreeMap::<String, Vec<Arc<Layout>>>::new();
        cursor.version()?;
        cursor.tobject()?;
        cursor.bytes()?;
        let count = cursor.count(4)?;
        for _ in 0..count {
            if let Some((class, end)) = tagged(&mut cursor, &mut names)? {
                if class == "TStreamerInfo" {
                    let (name, layout) = info(&mut cursor, &mut names)?;
                    classes.entry(name).or_default().push(Arc::new(layout));
                }
                cursor.finish(Some(end))?;
            }
            cursor.bytes()?; // the option of the list's link
        }
        // Leaves are described here for files whose writer left them out.
        for (class, layouts) in &known().layouts.0 {
            if class.starts_with("TLeaf") && !classes.contains_key(class) {
                classes.insert(class.clone(), layouts.clone());
            }
        }
        Ok(Self(classes))
    }
}

type Names = HashMap<u64, String>;

/// The class and the end of an object in a list; nothing for an empty place or a known object.
fn tagged(cursor: &mut Cursor<'_>, names: &mut Names) -> Result<Option<(String, usize)>, Damage> {
    let start = cursor.at();
    let count = cursor.u32()?;
    if count & 0x4000_0000 == 0 {
        return Ok(None);
    }
    let end = start + 4 + (count & 0x3fff_ffff) as usize;
    let place = cursor.displacement();
    let tag = cursor.u32()?;
    let class = if tag == u32::MAX {
        let name = cursor.terminated()?;
        names.insert(place + 2, name.clone());
        name
    } else if tag & 0x8000_0000 != 0 {
        let known = names.get(&u64::from(tag & 0x7fff_ffff));
        known
            .cloned()
            .ok_or_else(|| Damage::Other("a class tag points nowhere".into()))?
    } else {
        cursor.finish(Some(end))?;
        return Ok(None);
    };
    Ok(Some((class, end)))
}

fn named(cursor: &mut Cursor<'_>) -> Result<(String, String), Damage> {
    let version = cursor.version()?;
    cursor.tobject()?;
    let texts = (cursor.string()?, cursor.string()?);
    cursor.finish(version.end)?;
    Ok(texts)
}

fn info(cursor: &mut Cursor<'_>, names: &mut Names) -> Result<(String, Layout), Damage> {
    cursor.version()?;
    let (name, _) = named(cursor)?;
    let checksum = cursor.u32()?;
    let version = cursor.u32()? as u16;
    let mut members = Vec::new();
    if let Some((class, end)) = tagged(cursor, names)? {
        if class != "TObjArray" {
            return Err(Damage::Other(format!(
                "the members of class {name} are a {class}"
            )));
        }
        let array = cursor.version()?;
        if array.number > 2 {
            cursor.tobject()?;
        }
        if array.number > 1 {
            cursor.bytes()?;
        }
        let count = cursor.count(4)?;
        cursor.u32()?; // lower bound
        for _ in 0..count {
            if let Some((kind, end)) = tagged(cursor, names)? {
                members.push(member(cursor, &kind)?);
                cursor.finish(Some(end))?;
            }
        }
        cursor.finish(Some(end))?;
    }
    Ok((
        name,
        Layout {
            version,
            checksum,
            members,
            ..Layout::default()
        },
    ))
}

fn member(cursor: &mut Cursor<'_>, class: &str) -> Result<Member, Damage> {
    let mut derived = 0;
    if class != "TStreamerElement" {
        derived = cursor.version()?.number;
    }
    if class == "TStreamerSTLstring" {
        cursor.version()?; // of TStreamerSTL between them
    }
    let version = cursor.version()?;
    let (name, title) = named(cursor)?;
    let mut member = Member {
        base: class == "TStreamerBase",
        stl: matches!(class, "TStreamerSTL" | "TStreamerSTLstring"),
        name: name.into(),
        title,
        kind: cursor.i32()?,
        size: cursor.u32()?,
        length: cursor.u32()? as usize,
        ..Member::default()
    };
    let dimensions = cursor.u32()? as usize;
    let count = if version.number == 1 {
        cursor.count(4)?
    } else {
        5
    };
    for index in 0..count {
        let dim = cursor.u32()?;
        if index < dimensions {
            member.dims.push(dim as usize);
        }
        if index == 1 && member.base {
            member.base_checksum = dim;
        }
    }
    member.type_name = cursor.string()?;
    cursor.finish(version.end)?;
    match class {
        "TStreamerBase" if derived > 2 => member.base_version = cursor.u32()?,
        "TStreamerBasicPointer" | "TStreamerLoop" => {
            member.counter_class.1 = cursor.u32()?;
            member.counter = cursor.string()?;
            member.counter_class.0 = cursor.string()?;
        }
        "TStreamerSTL" | "TStreamerSTLstring" => {
            member.container = cursor.i32()?;
            member.content = cursor.i32()?;
            member.type_of = Type::parse(&member.type_name).ok();
        }
        _ => {}
    }
    Ok(member)
}
