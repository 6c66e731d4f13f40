//! From the text of a path to its steps. Every text has an answer; what is wrong is told with its place.

use super::{Criterion, Literal, Path, PathFault, PathFaultKind, Step};
use crate::{identity::is_type_name, limits};

/// The path in a text.
pub(super) fn path(text: &str) -> Result<Path, PathFault> {
    let mut parser = Parser {
        rest: text,
        at: 0,
        steps: 0,
    };
    if text.chars().count() > limits::PATH_CHARS_MAX {
        parser.at = limits::PATH_CHARS_MAX;
        return Err(parser.fault(PathFaultKind::TooLong));
    }
    parser.skip_spaces();
    if parser.rest.is_empty() {
        return Err(parser.fault(PathFaultKind::Empty));
    }
    let kind = parser.kind()?;
    let steps = parser.steps(0)?;
    if !parser.rest.is_empty() {
        return Err(parser.fault(PathFaultKind::Trailing));
    }
    Ok(Path { kind, steps })
}

struct Parser<'a> {
    /// What is still to be read.
    rest: &'a str,
    /// Characters that were read.
    at: usize,
    /// Steps that were read.
    steps: usize,
}

impl<'a> Parser<'a> {
    fn fault(&self, why: PathFaultKind) -> PathFault {
        PathFault {
            at: u32::try_from(self.at).unwrap_or(u32::MAX),
            why,
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.rest = &self.rest[char.len_utf8()..];
        self.at += 1;
        Some(char)
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    /// Takes a character if it is the next one, and the spaces after it.
    fn takes(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
            self.skip_spaces();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<(), PathFault> {
        match self.takes(wanted) {
            true => Ok(()),
            false => Err(self.fault(PathFaultKind::Expected { wanted })),
        }
    }

    /// A run of such characters, and the spaces after it.
    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|char| !is_part(char));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        self.at += word.chars().count();
        self.skip_spaces();
        word
    }

    fn name(&mut self) -> Result<&'a str, PathFault> {
        let is_first = |char: char| char.is_ascii_alphabetic() || char == '_';
        if !self.peek().is_some_and(is_first) {
            return Err(self.fault(PathFaultKind::Name));
        }
        Ok(self.word(|char| char.is_ascii_alphanumeric() || char == '_'))
    }

    /// The type that a path may begin with. No field begins with a capital.
    fn kind(&mut self) -> Result<Option<String>, PathFault> {
        if !self.peek().is_some_and(|char| char.is_ascii_uppercase()) {
            return Ok(None);
        }
        let kind = self.name()?;
        self.expect('.')?;
        match is_type_name(kind) {
            true => Ok(Some(kind.to_owned())),
            false => Err(self.fault(PathFaultKind::Name)),
        }
    }

    fn steps(&mut self, nesting: usize) -> Result<Vec<Step>, PathFault> {
        let mut steps = Vec::new();
        loop {
            self.count_step()?;
            steps.push(self.step(nesting)?);
            while self.takes('[') {
                self.count_step()?;
                steps.push(Step::Index(self.index()?));
                self.expect(']')?;
            }
            if !self.takes('.') {
                return Ok(steps);
            }
        }
    }

    fn count_step(&mut self) -> Result<(), PathFault> {
        self.steps += 1;
        match self.steps > limits::PATH_STEPS_MAX {
            true => Err(self.fault(PathFaultKind::TooManySteps)),
            false => Ok(()),
        }
    }

    fn step(&mut self, nesting: usize) -> Result<Step, PathFault> {
        let before = self.at;
        let name = self.name()?;
        if !self.takes('(') {
            return Ok(Step::Field(name.to_owned()));
        }
        let step = match name {
            "where" if nesting >= limits::PATH_NESTING_MAX => {
                return Err(self.fault(PathFaultKind::TooDeep));
            }
            "where" => Step::Where(self.criterion(nesting + 1)?),
            "extension" => Step::Extension(self.text()?),
            "first" => Step::First,
            "last" => Step::Last,
            "exists" => Step::Exists,
            "count" => Step::Count,
            name => {
                self.at = before;
                let name = name.to_owned();
                return Err(self.fault(PathFaultKind::Function { name }));
            }
        };
        self.expect(')')?;
        Ok(step)
    }

    fn criterion(&mut self, nesting: usize) -> Result<Criterion, PathFault> {
        let steps = self.steps(nesting)?;
        let equals = match self.takes('=') {
            true => Some(self.literal()?),
            false => None,
        };
        Ok(Criterion { steps, equals })
    }

    fn literal(&mut self) -> Result<Literal, PathFault> {
        if self.peek() == Some('\'') {
            return self.text().map(Literal::Text);
        }
        let fault = self.fault(PathFaultKind::Value);
        match self.word(|char| char.is_ascii_alphanumeric() || char == '-') {
            "true" => Ok(Literal::Flag(true)),
            "false" => Ok(Literal::Flag(false)),
            number => number.parse().map(Literal::Whole).map_err(|_| fault),
        }
    }

    fn index(&mut self) -> Result<u16, PathFault> {
        let fault = self.fault(PathFaultKind::Index);
        let digits: Option<i64> = self.word(|char| char.is_ascii_digit()).parse().ok();
        let index = digits.and_then(|index| u16::try_from(index).ok());
        index.filter(|index| *index < 1_000).ok_or(fault)
    }

    /// A text in single quotes.
    fn text(&mut self) -> Result<String, PathFault> {
        let open = self.fault(PathFaultKind::OpenText);
        if self.next() != Some('\'') {
            return Err(PathFault {
                why: PathFaultKind::Text,
                ..open
            });
        }
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(open),
                Some('\'') => break,
                Some('\\') => match self.peek() {
                    Some(char @ ('\'' | '\\')) => {
                        self.next();
                        text.push(char);
                    }
                    _ => return Err(self.fault(PathFaultKind::Escape)),
                },
                Some(char) => text.push(char),
            }
        }
        self.skip_spaces();
        Ok(text)
    }
}
