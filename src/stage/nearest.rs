/// The names closest to a word, for "did you mean"; the best first.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = ((word.chars().count() + 1) / 3).max(1);
    let is_part =
        |name: &str| word.len().min(name.len()) > 2 && (name.contains(word) || word.contains(name));
    let near = names
        .into_iter()
        .map(|name| (strsim::osa_distance(word, name), name));
    let near = near.filter(|(distance, name)| *distance <= allowed || is_part(name));
    let mut near: Vec<_> = near.collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(3);
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, name)| *distance <= best + 1 || is_part(name));
    near.into_iter().map(|(_, name)| name).collect()
}

/// A help line that names the nearest names, or all of them if they are few.
pub(crate) fn did_you_mean<N: AsRef<str>>(
    word: &str,
    what: &str,
    names: impl IntoIterator<Item = N>,
) -> Option<String> {
    let names: Vec<_> = names.into_iter().collect();
    let near = nearest(word, names.iter().map(AsRef::as_ref));
    match &near[..] {
        [] if names.is_empty() => None,
        [] if names.len() <= 12 => Some(format!("the {what} are {}", listed(&names))),
        [] => None,
        near => Some(format!("did you mean {}?", either(near))),
    }
}

/// `a`, `b` and `c`, in code marks.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    joined(names, "and")
}

/// `a`, `b` or `c`, in code marks.
pub(crate) fn either(names: &[impl AsRef<str>]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_strangers_never() {
        let names = ["from-file", "to-file", "monitor"];
        assert_eq!(nearest("form-file", names), ["from-file"]);
        assert_eq!(nearest("file", names), ["to-file", "from-file"]);
        assert!(nearest("zip", names).is_empty());
    }
}
