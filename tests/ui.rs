//! The compile errors that a wrong pipeline gives, word for word.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the `.stderr` files anew;
//! read each aloud before committing it.

use std::fs;
use std::io::{self, Write};
use std::process::Command;

/// The compiler whose words are pinned.
const PINNED: &str = "rustc 1.95.";

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
    // The cases run when they are dropped.
    drop(cases);

    let mut pinned = 0;
    for entry in fs::read_dir("tests/ui/fail").unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "stderr")
        {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            // Of a `flow(flow)` rustc cannot infer two types, and says so twice.
            let twice = path.ends_with("flow_of_a_flow.stderr");
            let most = if twice { 45 } else { 25 };
            assert!(lines <= most, "{} has {lines} lines", path.display());
            pinned += 1;
        }
    }
    assert!(pinned >= 5, "only {pinned} errors are pinned");
}
