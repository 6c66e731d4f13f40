//! The bytes of a fuzzer, read from the front: each decision takes some, and at the end every decision is the plainest one.

/// See the module.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    left: &'a [u8],
}

impl<'a> Tape<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { left: data }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.left.is_empty()
    }

    /// One byte; 0 at the end.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.left.split_first() else {
            return 0;
        };
        self.left = rest;
        *first
    }

    /// A number below a bound; 0 if there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number.checked_rem(bound).unwrap_or_default()
    }

    /// A text of up to 255 bytes: what is no UTF-8 becomes the character that stands for it.
    pub(crate) fn text(&mut self) -> String {
        let length = usize::from(self.byte()).min(self.left.len());
        let (text, rest) = self.left.split_at(length);
        self.left = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
