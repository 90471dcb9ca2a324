//! Writes files: records one after the other, directories with their keys, and what the header
//! says of them.

use std::path::Path;
use std::sync::Arc;

use super::bytes::Bytes;
use super::classes::Classes;
use super::compress::compress;
use super::infos;
use super::misfit::WriteError;
use super::pack::Packer;
use super::streamer::Layout;
use super::value::Value;

/// Name of the file inside of it, so that it does not depend on where it lies.
const NAME: &str = "PayloadFile";
/// One second after the start of 1970 (UTC), as ROOT packs dates: years from 1995 in six bits.
const DATE: u32 = 0x9c42_0001;
/// Version of ROOT whose form of a file this is: 6.32/14.
const ROOT_VERSION: u32 = 63_214;
/// The length of the header.
const BEGIN: u32 = 100;
/// ZLIB, level 1.
pub(super) const COMPRESSION: u32 = 101;
/// Where free space ends in a file without long positions.
const END_OF_FREE: u32 = 2_000_000_000;
/// Most bytes of a file, and of an object.
const MOST: u64 = 1 << 30;
/// Directories inside directories.
const DEPTH: usize = 60;

/// A record in the file, as its directory lists it.
#[derive(Debug)]
pub(super) struct Entry {
    name: String,
    /// Its label, which the directory repeats.
    label: Vec<u8>,
}

/// A directory while the file is written; the first is the file itself.
#[derive(Debug)]
struct Directory {
    path: String,
    parent: usize,
    /// Where its record is, and how long label and names before it are.
    seek: u32,
    names: u32,
    entries: Vec<Entry>,
}

/// A file being written into memory, to which objects are added one after the other.
///
/// Equal calls give equal bytes: there is no date, no name of a file, no random identifier.
pub struct Writer<'a> {
    pub(super) classes: &'a Classes,
    data: Vec<u8>,
    directories: Vec<Directory>,
    infos: Vec<(String, Arc<Layout>)>,
}

/// A file with one object.
///
/// # Errors
/// An unknown class, a value that does not fit its class (with the member), too large an object.
pub fn write_object(
    key_name: &str,
    key_title: &str,
    class: &str,
    value: &Value,
    classes: &Classes,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(classes);
    if key_name.contains('/') {
        return Err(name_error(key_name, "it has a slash"));
    }
    writer.object(key_name, key_title, class, value)?;
    writer.finish()
}

/// What a record is labelled with.
pub(super) struct Label<'n> {
    pub(super) class: &'n str,
    pub(super) name: &'n str,
    pub(super) title: &'n str,
    /// Position of the directory it belongs to.
    pub(super) parent: u32,
}

impl Label<'_> {
    pub(super) fn length(&self) -> usize {
        let text = |text: &str| text.len() + if text.len() < 255 { 1 } else { 5 };
        26 + text(self.class) + text(self.name) + text(self.title)
    }

    fn bytes(&self, total: usize, object: usize, seek: u32) -> Vec<u8> {
        self.with_tail(1, &[], total, object, seek)
    }

    /// The label with more bytes behind it that count as part of it.
    fn with_tail(
        &self,
        cycle: u16,
        tail: &[u8],
        total: usize,
        object: usize,
        seek: u32,
    ) -> Vec<u8> {
        let mut out = Bytes::default();
        out.u32(total as u32);
        out.u16(4);
        out.u32(object as u32);
        out.u32(DATE);
        out.u16((self.length() + tail.len()) as u16);
        out.u16(cycle);
        out.u32(seek);
        out.u32(self.parent);
        out.text(self.class);
        out.text(self.name);
        out.text(self.title);
        out.data.extend(tail);
        out.data
    }
}

impl<'a> Writer<'a> {
    /// An empty file for objects of these classes.
    #[must_use]
    pub fn new(classes: &'a Classes) -> Self {
        let mut writer = Self {
            classes,
            data: vec![0; BEGIN as usize],
            directories: Vec::new(),
            infos: Vec::new(),
        };
        writer.directory_record("", NAME, 0);
        writer
    }

    /// Adds an object under a path such as `name` or `folder/inner/name`; folders that do not
    /// exist yet are made.
    ///
    /// # Errors
    /// As [`write_object`]; a name that is there already.
    pub fn object(
        &mut self,
        path: &str,
        title: &str,
        class: &str,
        value: &Value,
    ) -> Result<(), WriteError> {
        if self.classes.layout(class).is_none() {
            return Err(WriteError::unknown(class, self.classes.names()));
        }
        let (directory, name) = self.place(path)?;
        let label = Label {
            class,
            name: &name,
            title,
            parent: self.directories[directory].seek,
        };
        check_label(&label)?;
        let mut packer = Packer::new(self.classes, label.length());
        let done = packer.class(class, value);
        done.map_err(|misfit| misfit.error(class))?;
        self.add(directory, &label, packer)
    }

    /// Adds what a packer has written.
    pub(super) fn add(
        &mut self,
        directory: usize,
        label: &Label<'_>,
        packer: Packer<'_>,
    ) -> Result<(), WriteError> {
        let (met, object) = (packer.met, packer.out.data);
        check_length(label.name, object.len())?;
        let seek = self.record(label, &object)?;
        let entry = self.data[seek as usize..seek as usize + label.length()].to_vec();
        self.directories[directory].entries.push(Entry {
            name: label.name.to_owned(),
            label: entry,
        });
        for info in infos::reachable(self.classes, &met) {
            if !self.infos.iter().any(|(name, _)| *name == info.0) {
                self.infos.push(info);
            }
        }
        Ok(())
    }

    /// Makes a directory and those above it; one that exists stays as it is.
    ///
    /// # Errors
    /// A part of the path is empty, or the name of an object.
    pub fn directory(&mut self, path: &str) -> Result<(), WriteError> {
        self.folder(path).map(|_| ())
    }

    /// The directory and the last part of the path of a new object.
    pub(super) fn place(&mut self, path: &str) -> Result<(usize, String), WriteError> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let directory = self.folder(above)?;
        if name.is_empty() || name.contains(';') {
            return Err(name_error(path, "a name needs letters, and no semicolon"));
        }
        if self.directories[directory]
            .entries
            .iter()
            .any(|entry| entry.name == name)
        {
            return Err(name_error(path, "it is there already"));
        }
        Ok((directory, name.to_owned()))
    }

    fn folder(&mut self, path: &str) -> Result<usize, WriteError> {
        if path.is_empty() {
            return Ok(0);
        }
        if let Some(known) = self
            .directories
            .iter()
            .position(|folder| folder.path == path)
        {
            return Ok(known);
        }
        if path.split('/').count() > DEPTH {
            return Err(name_error(path, "its directories are too many"));
        }
        let (above, name) = self.place(path)?;
        let label = Label {
            class: "TDirectoryFile",
            name: &name,
            title: &name,
            parent: self.directories[above].seek,
        };
        check_label(&label)?;
        let seek = self.directory_record(path, &name, above);
        let entry = self.data[seek as usize..seek as usize + label.length()].to_vec();
        self.directories[above]
            .entries
            .push(Entry { name, label: entry });
        Ok(self.directories.len() - 1)
    }

    /// Appends a record; gives its position.
    fn record(&mut self, label: &Label<'_>, object: &[u8]) -> Result<u32, WriteError> {
        let packed = compress(object);
        let body = packed.as_deref().unwrap_or(object);
        self.append(label, 1, &[], body, object.len())
    }

    /// Appends a label, its tail and the body of an object of that length; gives the position.
    pub(super) fn append(
        &mut self,
        label: &Label<'_>,
        cycle: u16,
        tail: &[u8],
        body: &[u8],
        object: usize,
    ) -> Result<u32, WriteError> {
        let total = label.length() + tail.len() + body.len();
        check_length("the file", self.data.len() + total)?;
        let seek = self.data.len() as u32;
        self.data
            .extend(label.with_tail(cycle, tail, total, object, seek));
        self.data.extend(body);
        Ok(seek)
    }

    /// Position of a directory.
    pub(super) fn position(&self, directory: usize) -> u32 {
        self.directories[directory].seek
    }

    /// Appends the record of a directory, whose keys are not known yet.
    fn directory_record(&mut self, path: &str, name: &str, parent: usize) -> u32 {
        let seek = self.data.len() as u32;
        let first = self.directories.is_empty();
        let label = Label {
            class: if first { "TFile" } else { "TDirectoryFile" },
            name,
            title: if first { "" } else { name },
            parent: if first {
                0
            } else {
                self.directories[parent].seek
            },
        };
        let mut object = Bytes::default();
        if first {
            object.text(name);
            object.text("");
        }
        let names = label.length() + object.data.len();
        object.data.extend([0; 60]);
        let total = label.length() + object.data.len();
        self.data
            .extend(label.bytes(total, object.data.len(), seek));
        self.data.extend(object.data);
        self.directories.push(Directory {
            path: path.to_owned(),
            parent,
            seek,
            names: names as u32,
            entries: Vec::new(),
        });
        seek
    }

    /// The whole file.
    ///
    /// # Errors
    /// The file is too large.
    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let label = Label {
            class: "TList",
            name: "StreamerInfo",
            title: "Doubly linked list",
            parent: BEGIN,
        };
        let list = infos::list(&self.infos, label.length());
        let infos = self.record(&label, &list)?;
        let infos_length = self.data.len() as u32 - infos;
        for index in (0..self.directories.len()).rev() {
            self.keys(index)?;
        }
        self.free(infos, infos_length)?;
        Ok(self.data)
    }

    /// Appends the keys of a directory and says in it where they are.
    fn keys(&mut self, index: usize) -> Result<(), WriteError> {
        let directory = &self.directories[index];
        let name = match directory.path.rsplit('/').next() {
            Some(name) if index > 0 => name.to_owned(),
            _ => NAME.to_owned(),
        };
        let label = Label {
            class: if index == 0 {
                "TFile"
            } else {
                "TDirectoryFile"
            },
            name: &name,
            title: if index == 0 { "" } else { &name },
            parent: directory.seek,
        };
        let mut list = Bytes::default();
        list.u32(directory.entries.len() as u32);
        for entry in &directory.entries {
            list.data.extend(&entry.label);
        }
        let (seek, names) = (directory.seek, directory.names);
        let parent = if index == 0 {
            0
        } else {
            self.directories[directory.parent].seek
        };
        let total = label.length() + list.data.len();
        check_length("the file", self.data.len() + total)?;
        let keys = self.data.len() as u32;
        self.data.extend(label.bytes(total, list.data.len(), keys));
        self.data.extend(list.data);
        let mut record = Bytes::default();
        record.u16(5);
        record.u32(DATE);
        record.u32(DATE);
        record.u32(total as u32);
        record.u32(if index == 0 {
            names
        } else {
            label.length() as u32
        });
        record.u32(seek);
        record.u32(parent);
        record.u32(keys);
        record.u16(1);
        let place = (seek + names) as usize;
        self.data[place..place + record.data.len()].copy_from_slice(&record.data);
        Ok(())
    }

    /// Appends the list of free space and fills the header.
    fn free(&mut self, infos: u32, infos_length: u32) -> Result<(), WriteError> {
        let label = Label {
            class: "TFile",
            name: NAME,
            title: "",
            parent: BEGIN,
        };
        let total = label.length() + 10;
        let seek = self.data.len() as u32;
        let end = seek + total as u32;
        self.data.extend(label.bytes(total, 10, seek));
        let mut free = Bytes::default();
        free.u16(1);
        free.u32(end);
        free.u32(END_OF_FREE);
        self.data.extend(free.data);
        let mut header = Bytes::default();
        header.data.extend(b"root");
        for word in [ROOT_VERSION, BEGIN, end, seek, total as u32, 1] {
            header.u32(word);
        }
        header.u32(self.directories[0].names);
        header.u8(4);
        for word in [COMPRESSION, infos, infos_length] {
            header.u32(word);
        }
        header.u16(1);
        self.data[..header.data.len()].copy_from_slice(&header.data);
        check_length("the file", self.data.len())
    }

    /// Writes the whole file to disk.
    ///
    /// # Errors
    /// As [`Writer::finish`], and what the system says.
    pub fn save(self, path: impl AsRef<Path>) -> std::io::Result<()> {
        let data = self.finish().map_err(std::io::Error::other)?;
        std::fs::write(path, data)
    }
}

fn check_length(what: &str, bytes: usize) -> Result<(), WriteError> {
    if (bytes as u64) < MOST {
        return Ok(());
    }
    Err(WriteError::TooLarge {
        what: what.to_owned(),
        bytes: bytes as u64,
        most: MOST - 1,
    })
}

/// A label has its length in 16 bits.
pub(super) fn check_label(label: &Label<'_>) -> Result<(), WriteError> {
    if label.length() > 32_000 {
        return Err(name_error(label.name, "with its title it is too long"));
    }
    Ok(())
}

fn name_error(name: &str, reason: &'static str) -> WriteError {
    WriteError::Name {
        name: name.to_owned(),
        reason,
    }
}
