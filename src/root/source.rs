//! The bytes of a file: read at places, shared by threads, checked against the size.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::compress::decompress;
use super::cursor::Cursor;
use super::error::{Damage, Error, Result};
use super::key::Key;
use super::streamer::Layouts;

/// An open file and what its header says.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: Arc<PathBuf>,
    content: Content,
    pub(super) size: u64,
    /// Version of the program that wrote it.
    pub(super) version: u32,
    pub(super) classes: Layouts,
    pub(super) first_keys: KeyList,
}

/// Where the bytes are.
#[derive(Debug)]
enum Content {
    File(File),
    Memory(Vec<u8>),
}

/// A file header is 64 bytes at most, in both its forms.
const HEADER: usize = 64;
/// A label is read with a guess of its length, and again if it is longer.
const LABEL: usize = 512;

/// What is needed of a directory, in both its forms.
const DIRECTORY: u64 = 64;
/// Objects up to this length may be packed as tightly as they like (constant columns are) …
const LARGE: u64 = 256 << 20;
/// … and larger ones up to this ratio to the whole file, the best that ZLIB does.
const RATIO: u64 = 1032;

struct Header {
    version: u32,
    begin: u64,
    end: u64,
    name_length: u32,
    infos: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::Io {
            path: path.to_path_buf(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Self::checked(path, Content::File(file), metadata.len())
    }

    /// A file that is in memory already; `path` is its name in messages.
    pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        let size = bytes.len() as u64;
        Self::checked(path, Content::Memory(bytes), size)
    }

    fn checked(path: &Path, content: Content, size: u64) -> Result<Self> {
        let mut source = Self {
            path: Arc::new(path.to_path_buf()),
            content,
            size,
            version: 0,
            classes: Layouts::default(),
            first_keys: KeyList::default(),
        };
        let header = source.header()?;
        source.version = header.version;
        source.first_keys = source.top_directory(&header)?;
        if header.infos > 0 {
            source.classes = source.class_descriptions(header.infos)?;
        }
        Ok(source)
    }

    fn header(&self) -> Result<Header> {
        let length = HEADER.min(usize::try_from(self.size).unwrap_or(HEADER));
        let bytes = self.bytes(0, length)?;
        if !bytes.starts_with(b"root") {
            return Err(Error::NotRoot {
                path: self.path.to_path_buf(),
                found: opening(&bytes),
            });
        }
        let header = read_header(&bytes).map_err(|damage| match damage {
            Damage::Short { .. } => self.cut_off(HEADER as u64),
            damage => self.damaged("its header", damage),
        })?;
        if header.end > self.size {
            return Err(self.cut_off(header.end));
        }
        Ok(header)
    }

    fn top_directory(&self, header: &Header) -> Result<KeyList> {
        let place = header.begin + u64::from(header.name_length);
        let left = self.size.saturating_sub(place);
        let bytes = self.bytes(place, left.min(DIRECTORY) as usize)?;
        let keys = directory_keys(&bytes).map_err(|e| self.damaged("its top directory", e))?;
        if keys.seek == 0 {
            let reason = "it has no list of keys: the program that wrote it did not close it";
            return Err(self.damaged("its top directory", Damage::Other(reason.into())));
        }
        Ok(keys)
    }

    fn class_descriptions(&self, seek: u64) -> Result<Layouts> {
        const PLACE: &str = "the description of its classes";
        let (key, data) = self.object(seek, PLACE)?;
        Layouts::read(&data, key.key_length).map_err(|damage| self.damaged(PLACE, damage))
    }

    /// `length` bytes from `place`.
    pub(super) fn bytes(&self, place: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read(place, length, &mut bytes)?;
        Ok(bytes)
    }

    /// `length` bytes from `place` into `out`, which they fill.
    pub(super) fn read(&self, place: u64, length: usize, out: &mut Vec<u8>) -> Result<()> {
        let end = place.checked_add(length as u64);
        if end.is_none_or(|end| end > self.size) {
            let left = self.size.saturating_sub(place);
            return Err(self.damaged(
                &format!("byte {place}"),
                Damage::Short {
                    needed: length as u64,
                    left,
                },
            ));
        }
        let file = match &self.content {
            Content::File(file) => file,
            Content::Memory(bytes) => {
                out.clear();
                // The end was compared with the size above.
                out.extend_from_slice(&bytes[place as usize..place as usize + length]);
                return Ok(());
            }
        };
        out.resize(length, 0);
        file.read_exact_at(out, place).map_err(|source| Error::Io {
            path: self.path.to_path_buf(),
            source,
        })
    }

    /// The label at a place.
    pub(super) fn key(&self, seek: u64, what: &str) -> Result<Key> {
        let left = self.size.saturating_sub(seek);
        let bytes = self.bytes(seek, left.min(LABEL as u64) as usize)?;
        match Key::read(&mut Cursor::new(&bytes)) {
            Err(Damage::Short { .. }) if left > LABEL as u64 => {
                // Labels are at most 64 kB: their length is a 16-bit number.
                let bytes = self.bytes(seek, left.min(1 << 16) as usize)?;
                Key::read(&mut Cursor::new(&bytes))
            }
            key => key,
        }
        .map_err(|damage| self.damaged(what, damage))
    }

    /// The object whose label is at a place, decompressed.
    pub(super) fn object(&self, seek: u64, what: &str) -> Result<(Key, Vec<u8>)> {
        let key = self.key(seek, what)?;
        let place = seek + key.key_length as u64;
        let packed = self.bytes(place, key.bytes - key.key_length)?;
        if key.object_length <= packed.len() {
            return Ok((key, packed));
        }
        let mut open = Vec::new();
        self.check_length(key.object_length)
            .map_err(|damage| self.damaged(what, damage))?;
        decompress(&packed, key.object_length, &mut open)
            .map_err(|damage| self.damaged(what, damage))?;
        Ok((key, open))
    }

    /// The first bytes of the directory whose label is at a place; all that is needed of it.
    pub(super) fn directory(&self, seek: u64, what: &str) -> Result<Vec<u8>> {
        let place = seek + self.key(seek, what)?.key_length as u64;
        let left = self.size.saturating_sub(place);
        self.bytes(place, left.min(DIRECTORY) as usize)
    }

    /// Refuses lengths that no file of this size would decompress to.
    pub(super) fn check_length(&self, length: usize) -> Result<(), Damage> {
        let most = self.size.saturating_mul(RATIO).max(LARGE);
        if length as u64 <= most {
            return Ok(());
        }
        Err(Damage::Number {
            what: "the length of an object",
            value: length as i128,
        })
    }

    pub(super) fn damaged(&self, place: &str, damage: Damage) -> Error {
        Error::Damaged {
            path: self.path.to_path_buf(),
            place: place.to_owned(),
            damage,
        }
    }

    fn cut_off(&self, expected: u64) -> Error {
        Error::CutOff {
            path: self.path.to_path_buf(),
            size: self.size,
            expected,
        }
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, Damage> {
    let mut cursor = Cursor::new(bytes);
    cursor.take(4)?;
    let version = cursor.u32()?;
    let wide = version >= 1_000_000;
    let begin = cursor.u32()?.into();
    let end = cursor.position(wide)?;
    cursor.position(wide)?; // free space
    cursor.take(8)?; // length and number of free spaces
    let name_length = cursor.u32()?;
    cursor.take(5)?; // size of a position, compression
    let infos = cursor.position(wide)?;
    Ok(Header {
        version: version % 1_000_000,
        begin,
        end,
        name_length,
        infos,
    })
}

/// Where the list of keys of a directory lies, and its length with its label.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyList {
    pub(super) seek: u64,
    pub(super) bytes: usize,
}

/// Takes the place of the list of keys from a directory.
pub(super) fn directory_keys(bytes: &[u8]) -> Result<KeyList, Damage> {
    let mut cursor = Cursor::new(bytes);
    let wide = cursor.u16()? > 1000;
    cursor.take(8)?; // when it was made and changed
    let bytes = cursor.u32()? as usize;
    cursor.take(4)?; // length of its name
    cursor.position(wide)?; // itself
    cursor.position(wide)?; // the directory above
    Ok(KeyList {
        seek: cursor.position(wide)?,
        bytes,
    })
}

/// The first bytes of a file, for people.
fn opening(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing: it is empty".into();
    }
    let first = &bytes[..bytes.len().min(8)];
    format!("\"{}\"", first.escape_ascii())
}
