/// The names closest to a word, for "did you mean"; the best first.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = word.chars().count().div_ceil(3);
    let mut near: Vec<_> = names
        .into_iter()
        .map(|name| (distance(word, name), name))
        .filter(|(distance, name)| {
            *distance <= allowed
                || (word.len().min(name.len()) > 2 && (name.contains(word) || word.contains(name)))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// A help line that names the nearest names, or all of them if they are few.
pub(super) fn did_you_mean<'a>(
    word: &str,
    what: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let names: Vec<_> = names.into_iter().collect();
    let near = nearest(word, names.iter().copied());
    match &near[..] {
        [] if names.is_empty() => None,
        [] if names.len() <= 12 => Some(format!("the {what} are {}", listed(&names))),
        [] => None,
        near => Some(format!("did you mean {}?", either(near))),
    }
}

/// `a`, `b` and `c`, in code marks.
pub(super) fn listed(names: &[impl AsRef<str>]) -> String {
    joined(names, "and")
}

/// `a`, `b` or `c`, in code marks.
pub(super) fn either(names: &[impl AsRef<str>]) -> String {
    joined(names, "or")
}

fn joined(names: &[impl AsRef<str>], word: &str) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match &names[..] {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} {word} {last}", others.join(", ")),
    }
}

/// How many letters must be added, removed, changed or swapped with the next.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut above = vec![0; b.len() + 1];
    let mut row: Vec<_> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = row[j] + usize::from(x != y);
            next[j + 1] = changed.min(row[j + 1] + 1).min(next[j] + 1);
            let swapped = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            if swapped {
                next[j + 1] = next[j + 1].min(above[j - 1] + 1);
            }
        }
        above = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_changed_missing_or_swapped_is_one_step() {
        assert_eq!(distance("parse", "parse"), 0);
        assert_eq!(distance("parse", "prase"), 1);
        assert_eq!(distance("parse", "pare"), 1);
        assert_eq!(distance("parse", "parsed"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn the_nearest_names_come_first_and_strangers_never() {
        let names = ["from-file", "to-file", "monitor"];
        assert_eq!(nearest("form-file", names), ["from-file"]);
        assert_eq!(nearest("file", names), ["to-file", "from-file"]);
        assert!(nearest("zip", names).is_empty());
    }
}
