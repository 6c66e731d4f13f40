//! Text from outside, made safe to show: no control, direction or invisible characters, and a limit.
//!
//! Why: a bidi override makes `10 mg` read as `gm 01`, a zero-width character makes two names look equal, a control character
//! breaks a table row, and a megabyte in a cell stops the page.

/// Ends a text that was cut.
const ELLIPSIS: char = '\u{2026}';

/// Cleans a text for one line: line breaks and tabs become spaces, runs of white space one space, ends are trimmed.
/// `None` if nothing is left.
pub fn line(text: &str, chars_max: usize) -> Option<Box<str>> {
    clean(text, chars_max, false)
}

/// Cleans a text of several lines: line breaks stay, at most two in a row.
pub fn multiline(text: &str, chars_max: usize) -> Option<Box<str>> {
    clean(text, chars_max, true)
}

fn clean(text: &str, chars_max: usize, keep_lines: bool) -> Option<Box<str>> {
    if is_plain(text, chars_max) {
        return (!text.is_empty()).then(|| text.into());
    }
    let mut kept = String::with_capacity(text.len().min(chars_max.saturating_mul(4)));
    let mut count = 0;
    let mut pending = Gap::None;
    let mut previous = ' ';
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match classify(char) {
            Class::Break if keep_lines => pending = pending.and_break(),
            Class::Break | Class::Space => pending = pending.and_space(),
            Class::Hidden => {}
            Class::Joiner if !joins(previous, rest.peek().copied()) => {}
            Class::Joiner | Class::Visible => {
                let gap = if kept.is_empty() {
                    ""
                } else {
                    pending.as_str()
                };
                if count + gap.len() + 1 > chars_max {
                    cut(&mut kept, count, chars_max);
                    break;
                }
                kept.push_str(gap);
                kept.push(char);
                count += gap.len() + 1;
                pending = Gap::None;
                previous = char;
            }
        }
    }
    (!kept.is_empty()).then(|| kept.into_boxed_str())
}

/// Whether there is nothing to clean: visible ASCII with single spaces in between. Most texts are like that.
fn is_plain(text: &str, chars_max: usize) -> bool {
    let bytes = text.as_bytes();
    let mut space = true;
    let visible = bytes.iter().all(|byte| {
        let double = space && *byte == b' ';
        space = *byte == b' ';
        !double && (b' '..=b'~').contains(byte)
    });
    visible && (!space || bytes.is_empty()) && bytes.len() <= chars_max
}

/// Makes room for the ellipsis within the limit.
fn cut(kept: &mut String, count: usize, chars_max: usize) {
    if count >= chars_max {
        kept.pop();
    }
    if chars_max > 0 {
        kept.push(ELLIPSIS);
    }
}

enum Class {
    Visible,
    Space,
    Break,
    Joiner,
    Hidden,
}

/// White space not yet written.
#[derive(Clone, Copy)]
enum Gap {
    None,
    Space,
    Break,
    Paragraph,
}

impl Gap {
    fn and_space(self) -> Self {
        match self {
            Self::None => Self::Space,
            other => other,
        }
    }

    fn and_break(self) -> Self {
        match self {
            Self::None | Self::Space => Self::Break,
            Self::Break | Self::Paragraph => Self::Paragraph,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => " ",
            Self::Break => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// Which characters do what: Unicode 16, general categories Cc, Cf, Zl, Zp and Default_Ignorable_Code_Point.
fn classify(char: char) -> Class {
    match char {
        '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Break,
        '\r' => Class::Space,
        '\u{200c}' | '\u{200d}' => Class::Joiner,
        _ if char.is_control() && char != '\t' => Class::Hidden,
        _ if char.is_whitespace() => Class::Space,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Class::Hidden,
        _ => Class::Visible,
    }
}

/// A joiner is spelling, not hiding, between two letters of the scripts that use it (Arabic to Sinhala).
fn joins(previous: char, next: Option<char>) -> bool {
    let uses_joiners = |char: char| ('\u{600}'..='\u{dff}').contains(&char);
    uses_joiners(previous) && next.is_some_and(uses_joiners)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_and_direction_and_invisible_characters_are_removed() {
        let text = "a\u{202e}b\u{2066}c\u{200b}d\u{0}e\u{7f}f\u{feff}g\u{200d}h";
        assert_eq!(line(text, 50).as_deref(), Some("abcdefgh"));
    }

    #[test]
    fn a_line_has_no_line_breaks_and_no_runs_of_spaces() {
        assert_eq!(
            line("  call\r\n\tback \u{a0} now ", 50).as_deref(),
            Some("call back now")
        );
    }

    #[test]
    fn a_text_of_several_lines_keeps_them_but_no_empty_screens() {
        assert_eq!(
            multiline("one\r\ntwo\n\n\n\n\nthree\n", 50).as_deref(),
            Some("one\ntwo\n\nthree")
        );
    }

    #[test]
    fn a_text_over_the_limit_ends_in_an_ellipsis_within_the_limit() {
        assert_eq!(line("abcdef", 6).as_deref(), Some("abcdef"));
        assert_eq!(line("abcdefg", 6).as_deref(), Some("abcde\u{2026}"));
        assert_eq!(line("abcde fg", 6).as_deref(), Some("abcde\u{2026}"));
    }

    #[test]
    fn a_text_of_nothing_visible_is_none() {
        for text in ["", "  ", "\u{200b}\u{202e}", "\n\n"] {
            assert_eq!(line(text, 10), None);
            assert_eq!(multiline(text, 10), None);
        }
    }

    #[test]
    fn persian_spelling_keeps_its_joiner() {
        let name = "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}";
        assert_eq!(line(name, 20).as_deref(), Some(name));
    }

    proptest! {
        #[test]
        fn a_cleaned_text_is_short_clean_and_stays_the_same(text in "(?s).{0,60}", limit in 1_usize..40) {
            if let Some(once) = line(&text, limit) {
                prop_assert!(once.chars().count() <= limit);
                prop_assert!(!once.chars().any(char::is_control));
                prop_assert_eq!(line(&once, limit), Some(once.clone()));
            }
            if let Some(once) = multiline(&text, limit) {
                prop_assert!(once.chars().count() <= limit);
                prop_assert_eq!(multiline(&once, limit), Some(once.clone()));
            }
        }
    }
}
