//! The text and the place in it: everything that does not depend on the type that is read.

use std::borrow::Cow;

use super::Unreadable;

/// Objects and arrays in each other, as many as serde_json allows: the stack is small, and no message has a tenth of it.
const DEPTH_MAX: u8 = 127;

type Read<T> = Result<T, Unreadable>;

/// An integer; JSON does not say which of the two it is.
pub(super) enum Integer {
    /// Not below zero.
    Positive(u64),
    /// Below zero.
    Negative(i64),
}

/// See the module.
pub(super) struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The byte at this place; 0, which JSON has nowhere, after the last one.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no space, which stays the next one.
    pub(super) fn peek(&mut self) -> u8 {
        loop {
            let byte = self.byte();
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
    }

    /// Whether the next byte is this one, which is then taken.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    /// Takes this byte.
    pub(super) fn expect(&mut self, byte: u8) -> Read<()> {
        self.take(byte).then_some(()).ok_or(Unreadable)
    }

    /// Nothing but space is left.
    pub(super) fn end(&mut self) -> Read<()> {
        self.peek();
        (self.at == self.text.len()).then_some(()).ok_or(Unreadable)
    }

    /// Takes `{` or `[`.
    pub(super) fn open(&mut self, bracket: u8) -> Read<()> {
        self.expect(bracket)?;
        self.depth += 1;
        (self.depth <= DEPTH_MAX).then_some(()).ok_or(Unreadable)
    }

    /// Takes `}` or `]`.
    pub(super) fn close(&mut self, bracket: u8) -> Read<()> {
        self.expect(bracket)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Whether something follows in an object or array: takes the comma before it, or else the bracket at the end.
    pub(super) fn goes_on(&mut self, first: bool, bracket: u8) -> Read<bool> {
        if self.peek() == bracket {
            self.close(bracket)?;
            return Ok(false);
        }
        if !first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Takes `null`, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) -> Read<()> {
        self.peek();
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += word.len();
        rest.starts_with(word.as_bytes())
            .then_some(())
            .ok_or(Unreadable)
    }

    /// Takes `true` or `false`.
    pub(super) fn boolean(&mut self) -> Read<bool> {
        let truth = self.peek() == b't';
        self.word(if truth { "true" } else { "false" })?;
        Ok(truth)
    }

    /// Takes an integer that 64 bits can hold.
    pub(super) fn integer(&mut self) -> Read<Integer> {
        let negative = self.take(b'-');
        let digits = self.digits()?;
        if matches!(self.byte(), b'.' | b'e' | b'E') {
            return Err(Unreadable);
        }
        let size: u64 = digits.parse().map_err(|_| Unreadable)?;
        match (negative, size) {
            (false, _) => Ok(Integer::Positive(size)),
            // serde_json takes it for a fraction.
            (true, 0) => Err(Unreadable),
            (true, _) => 0_i64
                .checked_sub_unsigned(size)
                .map(Integer::Negative)
                .ok_or(Unreadable),
        }
    }

    /// Takes digits without a needless zero before them.
    fn digits(&mut self) -> Read<&'de str> {
        let start = self.at;
        self.skip_digits()?;
        let digits = self.text.get(start..self.at).ok_or(Unreadable)?;
        (digits.len() == 1 || !digits.starts_with('0'))
            .then_some(digits)
            .ok_or(Unreadable)
    }

    /// Takes one digit or more.
    fn skip_digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > start).then_some(()).ok_or(Unreadable)
    }

    /// Takes a text. It is borrowed where it has no escapes.
    pub(super) fn string(&mut self) -> Read<Cow<'de, str>> {
        self.expect(b'"')?;
        let mut whole = String::new();
        loop {
            let plain = self.plain()?;
            self.at += 1;
            if self.text.as_bytes().get(self.at - 1) == Some(&b'"') {
                if whole.is_empty() {
                    return Ok(Cow::Borrowed(plain));
                }
                whole.push_str(plain);
                return Ok(Cow::Owned(whole));
            }
            whole.push_str(plain);
            whole.push(self.escape()?);
        }
    }

    /// Takes what comes before the next quote or backslash.
    fn plain(&mut self) -> Read<&'de str> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        self.at += rest.iter().position(ends).ok_or(Unreadable)?;
        if self.byte() < 0x20 {
            return Err(Unreadable);
        }
        self.text.get(start..self.at).ok_or(Unreadable)
    }

    /// Takes what follows a backslash.
    fn escape(&mut self) -> Read<char> {
        let letter = self.byte();
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => letter.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return Err(Unreadable),
        })
    }

    /// Takes four digits after `\u`, and the second half where they are the first of a pair.
    fn code_point(&mut self) -> Read<char> {
        let first = self.four_hex_digits()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            let both = self.text.as_bytes().get(self.at..self.at + 2);
            self.at += 2;
            let second = self.four_hex_digits()?;
            if both != Some(b"\\u") || !(0xdc00..0xe000).contains(&second) {
                return Err(Unreadable);
            }
            0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or(Unreadable)
    }

    fn four_hex_digits(&mut self) -> Read<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()).to_digit(16).ok_or(Unreadable)?;
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// Takes a value of whatever type.
    pub(super) fn skip(&mut self) -> Read<()> {
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' => self.skip_in(b'{', b'}'),
            b'[' => self.skip_in(b'[', b']'),
            b't' | b'f' => self.boolean().map(drop),
            b'n' => self.word("null"),
            _ => self.skip_number(),
        }
    }

    fn skip_in(&mut self, open: u8, close: u8) -> Read<()> {
        self.open(open)?;
        let mut first = true;
        while self.goes_on(first, close)? {
            first = false;
            if open == b'{' {
                self.string()?;
                self.expect(b':')?;
            }
            self.skip()?;
        }
        Ok(())
    }

    fn skip_number(&mut self) -> Read<()> {
        self.take(b'-');
        self.digits()?;
        if self.byte() == b'.' {
            self.at += 1;
            self.skip_digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        Ok(())
    }
}
