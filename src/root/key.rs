//! Keys: the labels before every object of a file.

use super::cursor::Cursor;
use super::error::Damage;

/// The label of an object: where it lies and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Path in the file, without cycle.
    pub path: String,
    /// Counts up when an object of the same name is written again.
    pub cycle: u16,
    /// Class of the object.
    pub class: String,
    /// Title of the object.
    pub title: String,
    pub(super) name: String,
    /// Bytes of label and object on disk.
    pub(super) bytes: usize,
    /// Bytes of the object when decompressed.
    pub(super) object_length: usize,
    /// Bytes of the label.
    pub(super) key_length: usize,
    pub(super) seek: u64,
}

impl Key {
    /// Reads a label.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        let key = Self::read_unplaced(cursor)?;
        if key.bytes >= key.key_length {
            return Ok(key);
        }
        Err(Damage::Other(format!(
            "a key of {} bytes in an object of {}",
            key.key_length, key.bytes
        )))
    }

    /// Reads the label of an object that may never have got a place of its own in the file.
    pub(super) fn read_unplaced(cursor: &mut Cursor<'_>) -> Result<Self, Damage> {
        let bytes = cursor.i32()?;
        let version = cursor.u16()?;
        let object_length = cursor.u32()? as usize;
        cursor.u32()?; // when it was written
        let key_length = usize::from(cursor.u16()?);
        let cycle = cursor.u16()?;
        let wide = version > 1000;
        let seek = cursor.position(wide)?;
        cursor.position(wide)?; // of its directory
        let class = cursor.string()?;
        let name = cursor.string()?;
        let title = cursor.string()?;
        let bytes = usize::try_from(bytes).map_err(|_| Damage::Number {
            what: "the length of a key",
            value: bytes.into(),
        })?;
        Ok(Self {
            path: name.clone(),
            cycle,
            class,
            title,
            name,
            bytes,
            object_length,
            key_length,
            seek,
        })
    }

    /// `path;cycle`
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{};{}", self.path, self.cycle)
    }

    /// Whether it labels a tree.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        matches!(self.class.as_str(), "TTree" | "TNtuple" | "TNtupleD")
    }

    /// Whether it labels an RNTuple, the successor of trees.
    #[must_use]
    pub fn is_rntuple(&self) -> bool {
        matches!(
            self.class.as_str(),
            "ROOT::RNTuple" | "ROOT::Experimental::RNTuple"
        )
    }

    /// Whether it labels a histogram or profile whose contents can be read.
    #[must_use]
    pub fn is_histogram(&self) -> bool {
        let class = self.class.as_str();
        let kind = class
            .strip_prefix("TH1")
            .or_else(|| class.strip_prefix("TH2"))
            .or_else(|| class.strip_prefix("TH3"));
        matches!(kind, Some("C" | "S" | "I" | "L" | "F" | "D"))
            || matches!(class, "TProfile" | "TProfile2D" | "TProfile3D")
    }

    pub(super) fn is_directory(&self) -> bool {
        matches!(self.class.as_str(), "TDirectory" | "TDirectoryFile")
    }
}
