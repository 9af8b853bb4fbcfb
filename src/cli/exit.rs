use std::io;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::console::Console;
use super::diagnosis::{Diagnosis, Sources};

/// How the program ends, for whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// It did what it was told.
    Done,
    /// A run failed, or something could not be written.
    Failed,
    /// Nothing was done, since what it was told is wrong.
    Refused,
    /// A run was aborted, and what was under way is lost.
    Lost,
    /// A run was interrupted, and what was under way was worked off.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Refused => 2,
            Exit::Lost => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    errors: Vec<Diagnosis>,
    sources: Sources,
    /// What the errors come to, where they are several.
    summary: Option<String>,
}

impl Failure {
    /// The user asked for something that is not to be had.
    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::of(Exit::Refused, Diagnosis::new(text))
    }

    /// Something did not work.
    pub(super) fn failed(text: impl Into<String>) -> Self {
        Self::of(Exit::Failed, Diagnosis::new(text))
    }

    /// One error.
    pub(super) fn of(exit: Exit, error: Diagnosis) -> Self {
        Self {
            exit,
            errors: vec![error],
            sources: Sources::default(),
            summary: None,
        }
    }

    /// All that is wrong with what stands in `sources`.
    pub(super) fn mistakes(errors: Vec<Diagnosis>, sources: Sources, what: &str) -> Self {
        let count = match errors.len() {
            1 => "1 mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        Self {
            exit: Exit::Refused,
            errors,
            sources,
            summary: Some(format!("{count} in {what}; nothing was run")),
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(error) = self.errors.last_mut() {
            error.help = Some(help.into());
        }
        self
    }

    /// Standard output cannot be written to.
    pub(super) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            // The reader has what it wanted, as `head` does.
            return Self {
                exit: Exit::Done,
                errors: Vec::new(),
                sources: Sources::default(),
                summary: None,
            };
        }
        Self::failed(format!("cannot write to standard output: {error}"))
    }

    /// How the program shall end.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// What programs are told of it.
    pub(super) fn to_json(&self) -> Vec<Json> {
        self.errors.iter().map(Diagnosis::to_json).collect()
    }

    /// Tells it on standard error, and how the program shall end.
    pub(super) fn tell(self, console: &Console) -> Exit {
        let paint = console.on_stderr;
        let errors = self.errors.iter();
        let mut parts: Vec<_> = errors
            .map(|error| error.shown(&self.sources, paint))
            .collect();
        if let Some(summary) = &self.summary {
            parts.push(format!("{}: {summary}\n", paint.error("error")));
        }
        let text = parts.join("\n");
        console.complain(&text);
        self.exit
    }
}
