//! The compile errors that a wrong pipeline gives, word for word.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the `.stderr` files anew;
//! read each aloud before committing it. A stage that is added to millpond may
//! stand in the lists of a few of them.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what is missing fails the test"
)]

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

/// The compiler whose words are pinned.
const PINNED: &str = "rustc 1.95.";

/// How long an error may be.
const MOST_LINES: usize = 25;

/// Of a `flow(flow)` rustc cannot infer two types, and says so twice.
const SAID_TWICE: &str = "flow_of_a_flow";

#[test]
fn wrong_pipelines_do_not_compile_and_say_why() {
    let compiler = Command::new("rustc").arg("--version").output().unwrap();
    let compiler = String::from_utf8_lossy(&compiler.stdout).into_owned();
    if !compiler.starts_with(PINNED) {
        // Not captured, so that it shows: this test has tested nothing.
        writeln!(
            io::stderr(),
            "skipped: {compiler} words its errors in its own way"
        )
        .unwrap();
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}

#[test]
fn there_is_a_case_for_every_way_to_go_wrong() {
    let (wrong, right) = (files("fail", "rs"), files("pass", "rs"));

    assert!(wrong.len() >= 25, "only {} programs are wrong", wrong.len());
    assert!(right.len() >= 15, "only {} programs are right", right.len());
    for program in wrong {
        let error = program.with_extension("stderr");
        assert!(error.exists(), "{} pins no error", program.display());
    }
}

#[test]
fn every_mistake_gives_one_error_that_fits_on_a_screen() {
    for path in files("fail", "stderr") {
        let error = fs::read_to_string(&path).unwrap();
        if path.file_stem().is_some_and(|stem| stem == SAID_TWICE) {
            continue;
        }
        let place = path.display();
        let lines = error.lines().count();
        let errors = error
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        assert!(lines <= MOST_LINES, "{place} has {lines} lines");
        assert_eq!(errors, 1, "{place} says more than one thing");
    }
}

/// The files of one kind among the cases.
fn files(cases: &str, extension: &str) -> Vec<PathBuf> {
    fs::read_dir(format!("tests/ui/{cases}"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}
