//! ROOT's checksum of a class, by which files name versions of classes.

use super::streamer::Member;

/// The number that `TClass::GetCheckSum` (in its newest form) gives: names are taken in letter by
/// letter, each time after multiplying by three.
pub(super) struct Sum(u32);

impl Sum {
    pub(super) fn of_class(name: &str) -> Self {
        let mut sum = Self(0);
        sum.text(name);
        sum
    }

    fn number(&mut self, value: u32) {
        self.0 = self.0.wrapping_mul(3).wrapping_add(value);
    }

    fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.number(i32::from(byte.cast_signed()).cast_unsigned());
        }
    }

    /// Takes in a base class.
    pub(super) fn base(&mut self, member: &Member) {
        self.text(&member.name);
        self.number(member.base_checksum);
    }

    /// Takes in a member of the type with that spelling.
    pub(super) fn member(&mut self, member: &Member, spelled: &str, dims: &[usize], is_enum: bool) {
        if is_enum {
            self.number(1);
        }
        self.text(&member.name);
        self.text(spelled);
        for dim in dims {
            self.number(*dim as u32);
        }
        let counter = member.title.strip_prefix('[');
        if let Some((counter, _)) = counter.and_then(|rest| rest.split_once(']')) {
            self.text(counter);
        }
    }

    pub(super) fn finish(self) -> u32 {
        self.0
    }
}
