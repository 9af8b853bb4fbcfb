/// The documentation of a stage for those who use it by its options: without
/// the examples, which are in Rust, and without the targets of links.
pub(super) fn help(documentation: &str) -> String {
    let (text, _examples_in_rust) = documentation
        .split_once("# Examples")
        .unwrap_or((documentation, ""));
    let mut help = String::with_capacity(text.len());
    let mut rest = text.trim_end();
    while let Some((before, after)) = rest.split_once('[') {
        help.push_str(before);
        if let Some((shown, after)) = link(after) {
            help.push_str(shown);
            rest = after;
        } else {
            help.push('[');
            rest = after;
        }
    }
    help.push_str(rest);
    help
}

/// What a link shows, and what comes after it; `text` begins within it. A link
/// without a target shows code.
fn link(text: &str) -> Option<(&str, &str)> {
    let (shown, after) = text.split_once(']')?;
    if let Some(target) = after.strip_prefix('(') {
        let (_target, after) = target.split_once(')')?;
        return Some((shown, after));
    }
    let is_code = shown.starts_with('`') && shown.ends_with('`');
    is_code.then_some((shown, after))
}

#[cfg(test)]
mod tests {
    use super::help;

    #[test]
    fn help_has_no_examples_and_no_targets() {
        let documentation = "Reads a [`File`](super::File), or [`None`].\n\n# Errors\n\n\
             See [the list](https://a/b).\n\n# Examples\n\n```\nlet a = [1](2);\n```";
        let expected = "Reads a `File`, or `None`.\n\n# Errors\n\nSee the list.";
        assert_eq!(help(documentation), expected);
    }

    #[test]
    fn what_is_no_link_stays_as_it_is() {
        for text in ["a [b] c", "`x[0]`, `y[1]`", "[a](b", "[", "", "[a", "a[`b"] {
            assert_eq!(help(text), text);
        }
    }
}
