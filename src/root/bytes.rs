//! Bytes of a file being written: the counterpart of the cursor.

/// The bit of a byte count.
const BYTE_COUNT: u32 = 0x4000_0000;

/// Bytes, all numbers big-endian.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    pub(super) data: Vec<u8>,
    /// Bytes of the key before them: references count from the start of the key.
    origin: usize,
}

impl Bytes {
    /// Bytes that follow a key of that length.
    pub(super) fn after_key(key_length: usize) -> Self {
        Self {
            data: Vec::new(),
            origin: key_length,
        }
    }

    /// Place as references count it.
    pub(super) fn displacement(&self) -> u32 {
        (self.data.len() + self.origin) as u32
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.data.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.data.extend(value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.data.extend(value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.data.extend(value.to_be_bytes());
    }

    pub(super) fn f64(&mut self, value: f64) {
        self.data.extend(value.to_be_bytes());
    }

    /// A text with its length before it: one byte, or 255 and four.
    pub(super) fn text(&mut self, text: &str) {
        match u8::try_from(text.len()) {
            Ok(length) if length < 255 => self.u8(length),
            _ => {
                self.u8(255);
                self.u32(text.len() as u32);
            }
        }
        self.data.extend(text.as_bytes());
    }

    /// A text with a zero after it.
    pub(super) fn terminated(&mut self, text: &str) {
        self.data.extend(text.as_bytes());
        self.u8(0);
    }

    /// The `TObject` part of an object, with these bits.
    pub(super) fn tobject(&mut self, bits: u32) {
        self.u16(1);
        self.u32(0);
        self.u32(bits);
    }

    /// The `TNamed` part of an object.
    pub(super) fn named(&mut self, name: &str, title: &str) {
        let start = self.begin(1);
        self.tobject(0);
        self.text(name);
        self.text(title);
        self.end(start);
    }

    /// Room for a byte count that [`Bytes::end`] fills.
    pub(super) fn open(&mut self) -> usize {
        let start = self.data.len();
        self.u32(BYTE_COUNT);
        start
    }

    /// Begins an object of that version.
    pub(super) fn begin(&mut self, version: u16) -> usize {
        let start = self.open();
        self.u16(version);
        start
    }

    /// Ends what began at `start`.
    pub(super) fn end(&mut self, start: usize) {
        let length = (self.data.len() - start - 4) as u32;
        self.data[start..start + 4].copy_from_slice(&(length | BYTE_COUNT).to_be_bytes());
    }
}
