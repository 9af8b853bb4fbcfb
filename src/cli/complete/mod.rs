//! What may stand where the cursor is, as far as only the program itself can
//! know it: ids of stages, and their options and values. Commands and their
//! own options are known to the scripts of the shells.

mod inline;
mod words;

use clap::{Command, CommandFactory};

use super::arguments::Arguments;
use super::catalogue::Catalogue;
use super::text::first_sentence;
use words::{Word, split};

/// The commands that are given a pipeline.
const ON_PIPELINES: [&str; 4] = ["run", "check", "explain", "graph"];

/// The commands that are given the id of a stage.
const ON_STAGES: [&str; 2] = ["describe", "schema"];

/// A word that may stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The word as it is written in the shell, from its beginning.
    pub(super) text: String,
    /// What it is.
    pub(super) help: String,
}

/// What may stand at the end of a command line that is being written.
///
/// Empty where the shell knows better.
pub(super) fn candidates(line: &str, catalogue: &Catalogue) -> Vec<Candidate> {
    let mut words = split(line);
    let Some(current) = words.pop() else {
        return Vec::new();
    };
    let before = words.get(1..).unwrap_or_default();
    let Some(at) = before.iter().position(|word| !word.text.starts_with('-')) else {
        return Vec::new();
    };
    let command = before[at].text.as_str();
    let before = &before[at + 1..];
    if ON_PIPELINES.contains(&command) {
        in_pipeline(before, &current, catalogue)
    } else if ON_STAGES.contains(&command) && !is_value_of_option(command, before) {
        stages(&current, catalogue)
    } else {
        Vec::new()
    }
}

fn in_pipeline(before: &[Word], current: &Word, catalogue: &Catalogue) -> Vec<Candidate> {
    if let Some(at) = before.iter().position(|word| word.raw == "--") {
        let words: Vec<_> = before[at + 1..]
            .iter()
            .map(|word| word.text.clone())
            .collect();
        return inline::candidates(&words, &current.text, catalogue);
    }
    if !current.is_open || is_value_of_option("run", before) {
        return Vec::new();
    }
    let mut words = split(&current.text);
    let Some(last) = words.pop() else {
        return Vec::new();
    };
    let words: Vec<_> = words.into_iter().map(|word| word.text).collect();
    let kept = &current.raw[..current.raw.len() - last.raw.len()];
    let mut found = inline::candidates(&words, &last.raw, catalogue);
    for candidate in &mut found {
        candidate.text.insert_str(0, kept);
    }
    found
}

/// Ids, and with an `@` the versions of one.
fn stages(current: &Word, catalogue: &Catalogue) -> Vec<Candidate> {
    let word = current.text.as_str();
    let stages = catalogue.iter().map(|stage| {
        let text = match &stage.version {
            Some(version) if word.contains('@') => format!("{}@{version}", stage.id),
            _ => stage.id.clone(),
        };
        Candidate {
            text,
            help: first_sentence(&stage.help),
        }
    });
    starting_with(word, stages)
}

/// Those that begin with what is written already, each once.
fn starting_with(word: &str, all: impl Iterator<Item = Candidate>) -> Vec<Candidate> {
    let mut found: Vec<_> = all.filter(|one| one.text.starts_with(word)).collect();
    found.dedup_by(|a, b| a.text == b.text);
    found
}

/// Whether the word before is an option of `command` that wants a value.
fn is_value_of_option(command: &str, before: &[Word]) -> bool {
    let Some(name) = before.last().and_then(|word| word.text.strip_prefix("--")) else {
        return false;
    };
    let takes_value = |command: &Command| {
        let mut options = command.get_arguments();
        options.any(|arg| arg.get_long() == Some(name) && arg.get_action().takes_values())
    };
    let frame = Arguments::command();
    takes_value(&frame) || frame.find_subcommand(command).is_some_and(takes_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let catalogue = Catalogue::collected().unwrap();
        let found = candidates(line, &catalogue);
        found.into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn an_id_is_completed_where_a_stage_is_described() {
        assert_eq!(texts("millpond describe from-f"), ["from-file"]);
        assert!(texts("millpond describe from-file@")[0].starts_with("from-file@0."));
        assert_eq!(texts("millpond describe --color from-f"), [""; 0]);
    }

    #[test]
    fn a_pipeline_is_completed_within_quotes_and_behind_a_double_dash() {
        assert_eq!(texts("millpond run 'from-f"), ["'from-file"]);
        assert_eq!(texts("millpond run \"from-f"), ["\"from-file"]);
        assert_eq!(texts("millpond run -- from-f"), ["from-file"]);
        assert_eq!(
            texts("millpond --quiet run 'from-file --path a ! parse-j"),
            ["'from-file --path a ! parse-json"]
        );
    }

    #[test]
    fn files_and_what_the_frame_has_are_left_to_the_shell() {
        for line in [
            "",
            "mill",
            "millpond ",
            "millpond ru",
            "millpond run a",
            "millpond run --set 'a",
        ] {
            assert_eq!(texts(line), [""; 0], "{line}");
        }
    }
}
