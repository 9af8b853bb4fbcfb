use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use super::arguments::PipelineArguments;
use super::catalogue::Catalogue;
use super::diagnosis::{Diagnosis, Sources};
use super::exit::Failure;
use super::secrets::secrets;
use crate::pipeline::Pipeline;
use crate::pipeline::spec::{CheckedSpec, MAX_BYTES, PipelineSpec, SpecErrors};

/// What places call a pipeline on one line.
const INLINE: &str = "inline";

/// What places call options that were set on the command line.
const SET: &str = "--set";

/// A spec as the user has given it, with what was set on top of it.
pub(super) struct Loaded {
    spec: PipelineSpec,
    sources: Sources,
    /// What it is called in what is told about it.
    what: String,
}

/// Reads the pipeline that the arguments name, and sets what they and the
/// environment set.
pub(super) fn load(
    arguments: &PipelineArguments,
    catalogue: &Catalogue,
) -> Result<Loaded, Failure> {
    let sources = Sources::default().hiding(secrets(catalogue));
    let words: Vec<_> = arguments.pipeline.iter().map(AsRef::as_ref).collect();
    let (read, sources, what) = match words[..] {
        [word] if word == "-" => {
            let text = from_stdin()?;
            let read = PipelineSpec::parse("stdin", &text);
            (
                read,
                sources.with("stdin", text),
                "standard input".to_owned(),
            )
        }
        [word] if is_file(word) => {
            let path = Path::new(word);
            (
                PipelineSpec::read(path),
                sources,
                path.display().to_string(),
            )
        }
        _ => {
            let text = inline(&words)?;
            let read = PipelineSpec::parse_inline(&text);
            (read, sources.with(INLINE, text), "the pipeline".to_owned())
        }
    };
    let mut spec = match read {
        Ok(spec) => spec,
        Err(errors) => return Err(Failure::mistakes(Diagnosis::all(&errors), sources, &what)),
    };
    // What is no text cannot name an option; values that are none are replaced.
    let variables = env::vars_os().filter_map(|(name, value)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    });
    spec.set_from(variables);
    for (index, assignment) in arguments.set.iter().enumerate() {
        // Each is a line of its own, and shown with what is wrong with it.
        let place = match spec.set(assignment) {
            Ok(()) => spec.overrides.last_mut().map(|set| &mut set.stage.place),
            Err(error) => {
                spec.faults.push(error);
                spec.faults.last_mut().map(|error| &mut error.place)
            }
        };
        if let Some(place) = place {
            place.line = index + 1;
        }
    }
    let sources = sources.with(SET, targets(&arguments.set));
    Ok(Loaded {
        spec,
        sources,
        what,
    })
}

impl Loaded {
    /// Checks everything; opens nothing.
    pub(super) fn check(&self, catalogue: &Catalogue) -> Result<CheckedSpec, Failure> {
        self.spec
            .check(catalogue.registry())
            .map_err(|errors| self.failure(&errors))
    }

    /// Checks and builds, and starts nothing.
    pub(super) fn build(&self, catalogue: &Catalogue) -> Result<(CheckedSpec, Pipeline), Failure> {
        let checked = self.check(catalogue)?;
        let built = checked.build();
        let pipeline = built.map_err(|errors| self.failure(&errors))?;
        Ok((checked, pipeline))
    }

    fn failure(&self, errors: &SpecErrors) -> Failure {
        let errors = Diagnosis::all(errors);
        Failure::mistakes(errors, self.sources.clone(), &self.what)
    }
}

/// Whether a word names a file and is no pipeline.
fn is_file(word: &OsStr) -> bool {
    let path = Path::new(word);
    let text = word.to_string_lossy();
    let is_one_word = !text.contains(char::is_whitespace);
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    path.is_file()
        || is_toml && !text.contains(" ! ")
        || is_one_word && (path.exists() || text.contains(std::path::is_separator))
}

/// One word is a pipeline as it is; several have been split by the shell
/// already, and each stays one.
fn inline(words: &[&OsStr]) -> Result<String, Failure> {
    let words = words.iter().map(|word| {
        word.to_str().ok_or_else(|| {
            let shown = word.to_string_lossy();
            Failure::refused(format!(
                "`{shown}` is not UTF-8, and no file of that name is there"
            ))
        })
    });
    let words = words.collect::<Result<Vec<_>, _>>()?;
    Ok(match words[..] {
        [text] => text.to_owned(),
        _ => words
            .iter()
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// The word such that it is read as one. Only the value of `--name=value` is
/// quoted, since a quoted name is none.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !['\'', '"', '\\'].contains(&c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let in_quotes = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    match word.split_once('=') {
        Some((name, value)) if name.starts_with("--") && name.chars().all(is_plain) => {
            format!("{name}={}", in_quotes(value))
        }
        _ => in_quotes(word),
    }
}

fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin()
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text);
    match read {
        Err(error) => Err(Failure::refused(format!(
            "cannot read standard input: {error}"
        ))),
        Ok(_) if text.len() as u64 > MAX_BYTES => Err(Failure::refused(
            "standard input is longer than 16 MiB, which no spec is",
        )),
        Ok(_) => Ok(text),
    }
}

/// What was set, a line each, without the values: they may be secrets.
fn targets(assignments: &[String]) -> String {
    let targets = assignments.iter().map(|assignment| {
        let end = assignment.find('=').map_or(assignment.len(), |at| at + 1);
        assignment[..end].replace('\n', " ")
    });
    targets.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_the_shell_has_split_stay_words() {
        let words = ["from-file", "--path=a b", "!", "to-file", "--path", "it's"];
        let line = inline(&words.map(OsStr::new)).unwrap();
        assert_eq!(line, r"from-file --path='a b' ! to-file --path 'it'\''s'");
    }

    #[test]
    fn a_pipeline_in_one_word_is_left_as_it_is() {
        assert_eq!(inline(&[OsStr::new("a ! b 'c'")]).unwrap(), "a ! b 'c'");
    }

    #[test]
    fn a_value_that_was_set_is_not_shown() {
        let set = ["a.token=hunter2", "token=a\nb", "none"].map(str::to_owned);
        assert_eq!(targets(&set), "a.token=\ntoken=\nnone");
    }

    #[test]
    fn a_file_is_told_from_a_pipeline() {
        for file in [
            "p.toml",
            "with blank.toml",
            "./missing",
            "/",
            "Cargo.lock",
            "src",
        ] {
            assert!(is_file(OsStr::new(file)), "{file}");
        }
        for pipeline in [
            "from-stdin ! to-stdout",
            "from-stdin",
            "a --path /x/y ! b",
            "from-stdin ! to-file --path out.toml",
        ] {
            assert!(!is_file(OsStr::new(pipeline)), "{pipeline}");
        }
    }
}
