//! What somebody between the server and the engine makes of a text.

use crate::tape::Tape;

/// A text as it arrives: mostly as it was sent.
pub(crate) fn text(tape: &mut Tape<'_>, sent: String) -> String {
    match tape.byte() {
        0..=159 => sent,
        160..=179 => spliced(tape, &sent),
        180..=199 => misleading(tape, &sent),
        200..=219 => {
            let end = boundary(&sent, tape.below(sent.len()));
            sent[..end].to_owned()
        }
        220..=239 => tape.text(),
        _ => nested(tape, &sent),
    }
}

/// A status as it arrives.
pub(crate) fn status(tape: &mut Tape<'_>, sent: u16) -> u16 {
    const OTHERS: [u16; 10] = [200, 201, 204, 304, 401, 403, 404, 410, 429, 503];
    match tape.byte() {
        0..=215 => sent,
        216..=245 => OTHERS[tape.below(OTHERS.len())],
        _ => u16::from(tape.byte()) << 2,
    }
}

/// A piece is replaced by another one.
fn spliced(tape: &mut Tape<'_>, sent: &str) -> String {
    let start = boundary(sent, tape.below(sent.len()));
    let end = boundary(sent, (start + usize::from(tape.byte())).min(sent.len()));
    [&sent[..start], &tape.text(), &sent[end..]].concat()
}

/// Texts show as something else than they are.
fn misleading(tape: &mut Tape<'_>, sent: &str) -> String {
    const PIECES: [&str; 6] = [
        "\":\"\u{202e}gm 01",
        "\":\"\u{200b}",
        "\":\"\\u0007\\u202e",
        "\":\"\\r\\n\u{2066}",
        "\":\"<img src=x onerror=alert(1)>",
        "\":\"\u{feff}\u{e0041}",
    ];
    let start = boundary(sent, tape.below(sent.len()));
    let piece = PIECES[tape.below(PIECES.len())];
    let (before, after) = sent.split_at(start);
    [before, &after.replace("\":\"", piece)].concat()
}

/// A value is put far below itself.
fn nested(tape: &mut Tape<'_>, sent: &str) -> String {
    let depth = usize::from(tape.byte()) * 4;
    ["[".repeat(depth), sent.to_owned(), "]".repeat(depth)].concat()
}

fn boundary(text: &str, near: usize) -> usize {
    let mut places = (0..=near.min(text.len())).rev();
    places
        .find(|place| text.is_char_boundary(*place))
        .unwrap_or_default()
}
