//! Which commands fit what is typed into the palette, the best first; and where a key leads in a list of choices.

/// How well a label fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It begins so.
    Start,
    /// Words of it begin so, in this order.
    Words,
    /// Words of it begin so.
    AnyOrder,
    /// The letters come in this order, the first of them at the beginning of a word.
    Letters,
}

/// Places of the labels that fit, the best first, and among equals as they come. Nothing typed: all.
pub fn rank<'a>(typed: &str, labels: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let typed = typed.trim().to_lowercase();
    let labels = labels.into_iter().enumerate();
    let mut found: Vec<(Fit, usize)> = labels
        .filter_map(|(place, label)| Some((fit(&typed, &label.to_lowercase())?, place)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, place)| place).collect()
}

fn fit(typed: &str, label: &str) -> Option<Fit> {
    if label.starts_with(typed) {
        return Some(Fit::Start);
    }
    let mut rest = words(label);
    if words(typed).all(|word| rest.any(|known| known.starts_with(word))) {
        return Some(Fit::Words);
    }
    if words(typed).all(|word| words(label).any(|known| known.starts_with(word))) {
        return Some(Fit::AnyOrder);
    }
    let first = typed.chars().next()?;
    let is_spelt = |rest: &str| {
        let mut letters = rest.chars();
        let mut typed = typed.chars().filter(|letter| !letter.is_whitespace());
        rest.starts_with(first) && typed.all(|wanted| letters.any(|letter| letter == wanted))
    };
    let mut before = ' ';
    let mut starts = label.char_indices().filter(|(_, sign)| {
        let is_start = !is_between(*sign) && is_between(before);
        before = *sign;
        is_start
    });
    starts
        .any(|(at, _)| is_spelt(&label[at..]))
        .then_some(Fit::Letters)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_between).filter(|word| !word.is_empty())
}

/// Whether a sign stands between words.
fn is_between(sign: char) -> bool {
    sign.is_whitespace() || sign.is_ascii_punctuation()
}

/// The place that a key leads to in a list of so many; `None` if it does not lead anywhere. The ends meet.
pub fn step(key: &str, from: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(if from >= last { 0 } else { from + 1 }),
        "ArrowUp" => Some(from.checked_sub(1).unwrap_or(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// The next place after `from` whose label begins with a letter.
pub fn begins_with(labels: &[&str], from: usize, key: &str) -> Option<usize> {
    let wanted = key.to_lowercase();
    // The name of a key, like `Shift`, is no letter.
    if key.chars().count() != 1 || key.trim().is_empty() {
        return None;
    }
    let last = labels.len().checked_sub(1)?;
    let mut places = (from + 1..=last).chain(0..=from.min(last));
    places.find(|place| labels[*place].to_lowercase().starts_with(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 8] = [
        "Go to My work",
        "Go to All open tasks",
        "Go to Patients",
        "Show mine",
        "Show overdue",
        "Theme: dark",
        "Keyboard shortcuts",
        "Sign out",
    ];

    fn found(typed: &str) -> Vec<&'static str> {
        let places = rank(typed, LABELS);
        places.into_iter().map(|place| LABELS[place]).collect()
    }

    #[test]
    fn nothing_typed_leaves_all_as_they_are() {
        assert_eq!(found("  "), LABELS);
    }

    #[test]
    fn a_beginning_goes_before_words_and_words_before_letters() {
        assert_eq!(
            found("s"),
            [
                "Show mine",
                "Show overdue",
                "Sign out",
                "Keyboard shortcuts"
            ]
        );
        assert_eq!(found("my"), ["Go to My work"]);
        assert_eq!(found("open"), ["Go to All open tasks"]);
        assert_eq!(found("work sh"), ["Go to My work"; 0]);
    }

    #[test]
    fn words_may_come_in_any_order_and_the_right_one_goes_first() {
        assert_eq!(found("dark theme"), ["Theme: dark"]);
        let labels = ["b a", "a b"];
        assert_eq!(rank("a b", labels), [1, 0]);
    }

    #[test]
    fn letters_begin_with_that_of_a_word_and_come_in_order() {
        assert_eq!(found("kbd"), ["Keyboard shortcuts"]);
        assert_eq!(found("gtpat"), ["Go to Patients"]);
        assert!(found("ktuo").is_empty());
        assert!(found("zzz").is_empty());
        assert_eq!(rank("ül", ["Überlauf"]), [0]);
    }

    #[test]
    fn arrows_go_round_and_other_keys_lead_nowhere() {
        assert_eq!(step("ArrowDown", 2, 3), Some(0));
        assert_eq!(step("ArrowUp", 0, 3), Some(2));
        assert_eq!(step("End", 0, 3), Some(2));
        assert_eq!(step("Home", 2, 3), Some(0));
        assert_eq!(step("x", 0, 3), None);
        assert_eq!(step("ArrowDown", 0, 0), None);
    }

    #[test]
    fn a_letter_leads_to_the_next_label_that_begins_with_it_and_round() {
        let labels = ["Ready", "On hold", "Requested"];
        assert_eq!(begins_with(&labels, 0, "r"), Some(2));
        assert_eq!(begins_with(&labels, 2, "R"), Some(0));
        assert_eq!(begins_with(&labels, 1, "o"), Some(1));
        assert_eq!(begins_with(&labels, 0, "x"), None);
        assert_eq!(begins_with(&labels, 0, "Shift"), None);
        assert_eq!(begins_with(&labels, 0, " "), None);
        assert_eq!(begins_with(&[], 0, "r"), None);
    }
}
