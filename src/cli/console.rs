use std::env;
use std::io::{self, IsTerminal, Write};

use clap::builder::StyledStr;
use clap::builder::styling::{AnsiColor, Style};

use super::arguments::When;
use super::exit::Failure;

/// Where the program writes: results to standard output, everything else to
/// standard error.
#[derive(Debug)]
pub(super) struct Console {
    /// How to colour what goes to standard output.
    pub(super) on_stdout: Paint,
    /// How to colour what goes to standard error.
    pub(super) on_stderr: Paint,
}

/// Colours text, or leaves it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint {
    is_on: bool,
}

impl Console {
    pub(super) fn new(color: When) -> Self {
        let paint = |is_terminal: bool| Paint {
            is_on: match color {
                When::Always => true,
                When::Never => false,
                When::Auto => is_terminal && is_colour_wanted(),
            },
        };
        Self {
            on_stdout: paint(io::stdout().is_terminal()),
            on_stderr: paint(io::stderr().is_terminal()),
        }
    }

    /// Writes results.
    #[expect(clippy::unused_self, reason = "only who has the console may write")]
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| Failure::output(&error))
    }

    /// Writes what is not a result. Nobody can be told when that fails.
    #[expect(clippy::unused_self, reason = "only who has the console may write")]
    pub(super) fn complain(&self, text: &str) {
        drop(io::stderr().lock().write_all(text.as_bytes()));
    }
}

impl Paint {
    /// Leaves text as it is.
    #[cfg(test)]
    pub(super) const PLAIN: Self = Self { is_on: false };

    /// Whether it colours.
    pub(super) fn is_on(self) -> bool {
        self.is_on
    }

    /// The way an error begins.
    pub(super) fn error(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// A heading, or a name that stands out.
    pub(super) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// An id or an option.
    pub(super) fn name(self, text: &str) -> String {
        self.with(AnsiColor::Cyan.on_default(), text)
    }

    /// Advice.
    pub(super) fn help(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// What is there for completeness.
    pub(super) fn faint(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    pub(super) fn styled(self, text: &StyledStr) -> String {
        if self.is_on {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.is_on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// How many characters a line of standard output has, if it is a terminal.
pub(super) fn columns_of_stdout() -> Option<usize> {
    let size = terminal_size::terminal_size_of(io::stdout());
    size.map(|(width, _)| usize::from(width.0))
}

/// How many characters a line of standard error has; 80 if nobody knows.
pub(super) fn columns_of_stderr() -> usize {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(80, |(width, _)| usize::from(width.0))
}

fn is_colour_wanted() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    !is_set("NO_COLOR") && !is_dumb
}
