//! The stage `my-stage`.

use millpond::stage;

/// Passes on the lines that a word stands in.
#[stage]
pub fn my_stage(
    line: String,
    /// The word.
    #[config(default = "error")]
    word: &str,
) -> Option<String> {
    line.contains(word).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::my_stage;

    #[test]
    fn only_lines_with_the_word_pass() {
        let line = "an error".to_owned();
        assert_eq!(my_stage(line.clone(), "error"), Some(line));
        assert_eq!(my_stage("all is well".to_owned(), "error"), None);
    }
}
