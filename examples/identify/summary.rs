//! What was found, counted for a person to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use millpond::inference::InferFailure;
use millpond::{RunError, RunReport};

use crate::magika::{Sample, Tables, Verdict, one_line};

/// Counts verdicts by content type, and remembers where an extension disagrees.
#[derive(Debug)]
pub(crate) struct Summary {
    tables: Arc<Tables>,
    files: BTreeMap<String, usize>,
    /// The first paths that disagree, in order, each with a line about it.
    contradicted: BTreeSet<(String, String)>,
    contradictions: usize,
}

impl Summary {
    /// How many of the files whose extension disagrees are named.
    const NAMED: usize = 20;

    /// An empty summary.
    pub(crate) fn new(tables: Arc<Tables>) -> Self {
        Self {
            tables,
            files: BTreeMap::new(),
            contradicted: BTreeSet::new(),
            contradictions: 0,
        }
    }

    /// An empty summary that a node shares with the program.
    pub(crate) fn shared(tables: &Arc<Tables>) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self::new(Arc::clone(tables))))
    }

    /// What a node calls with each verdict.
    pub(crate) fn counting(summary: &Arc<Mutex<Self>>) -> impl FnMut(&Verdict) + Send + use<> {
        let summary = Arc::clone(summary);
        move |verdict| locked(&summary).add(verdict)
    }

    /// Counts one verdict.
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        *self.files.entry(verdict.label.clone()).or_default() += 1;
        if let Some(claimed) = self.tables.contradicted(verdict) {
            let about = format!("{}, not {}", verdict.label, claimed.join(" or "));
            self.contradictions += 1;
            // Kept to the few that are named, so that memory stays bounded.
            self.contradicted.insert((verdict.path.clone(), about));
            if self.contradicted.len() > Self::NAMED {
                self.contradicted.pop_last();
            }
        }
    }

    /// Writes the table by content type, the files whose extension disagrees,
    /// and the totals.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(crate) fn print(&self, mut out: impl Write) -> io::Result<()> {
        let total: usize = self.files.values().sum();
        let mut rows: Vec<_> = self.files.iter().collect();
        rows.sort_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));

        writeln!(
            out,
            "{:>8}  {:>6}  {:<16}  description",
            "files", "share", "content type"
        )?;
        for (label, &files) in rows {
            let tenths = (files * 1000 + total / 2) / total;
            let share = format!("{}.{}%", tenths / 10, tenths % 10);
            let description = self.tables.description(label);
            writeln!(out, "{files:>8}  {share:>6}  {label:<16}  {description}")?;
        }
        if self.contradictions > 0 {
            writeln!(out, "\nfiles whose extension says otherwise:")?;
        }
        for (path, about) in &self.contradicted {
            writeln!(out, "  {}: {about}", one_line(path))?;
        }
        if self.contradictions > self.contradicted.len() {
            writeln!(
                out,
                "  and {} more",
                self.contradictions - self.contradicted.len()
            )?;
        }
        let (types, otherwise) = (self.files.len(), self.contradictions);
        writeln!(
            out,
            "\nfiles: {total}; content types: {types}; extensions that say otherwise: {otherwise}"
        )
    }
}

/// Prints the summary and what became of every file, and says what the
/// program shall exit with.
pub(crate) fn finish(summary: &Mutex<Summary>, run: Result<RunReport, RunError>) -> ExitCode {
    match run {
        Ok(report) => {
            print(summary, &report);
            report.exit_code()
        }
        Err(error) => {
            if let RunError::Failed(failure) = &error {
                print(summary, &failure.report);
            }
            fail(&error, error.exit_code())
        }
    }
}

/// Says why the program ends, and returns what it shall exit with.
pub(crate) fn fail(error: &dyn Display, code: ExitCode) -> ExitCode {
    say(&format!("identify: {error}"));
    code
}

/// Names what no verdict was found for, on one line whatever its name.
pub(crate) fn passed_over(letter: &dyn Display) {
    say(&one_line(&letter.to_string()));
}

/// Names a file that the model gave no answer for.
pub(crate) fn without_verdict(failure: &InferFailure<Sample>) {
    let path = failure.message.path.display();
    say(&one_line(&format!("{path}: {failure}")));
}

// Nothing is to be done about a reader of our output that has gone, and what
// was begun must not end for it: hence no `println`, which panics.

fn say(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

fn print(summary: &Mutex<Summary>, report: &RunReport) {
    drop(locked(summary).print(&mut io::stdout().lock()));
    print_report(report);
}

/// Prints what became of every file, after a summary.
pub(crate) fn print_report(report: &RunReport) {
    drop(write!(io::stdout().lock(), "\n{report}"));
}

fn locked(summary: &Mutex<Summary>) -> MutexGuard<'_, Summary> {
    summary.lock().unwrap_or_else(PoisonError::into_inner)
}
