//! What becomes of a run that is told to end.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::program::millpond;

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// A run that has passed one line on, and waits for the next; and the way for
/// that, which a wait for the child would close.
fn waiting() -> (Child, ChildStdin) {
    let folder = std::env::temp_dir();
    let mut child = millpond(&folder)
        .args(["run", "from-stdin ! to-stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"first\n").unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert_eq!(line, "first\n");
    (child, stdin)
}

/// A run whose output nobody reads any more, but for its first line.
fn blocked(arguments: &[&str]) -> Child {
    let folder = tempfile::tempdir().unwrap();
    let lines = "a line that fills the pipe\n".repeat(100_000);
    std::fs::write(folder.path().join("lines"), lines).unwrap();
    let mut child = millpond(folder.path())
        .args(["run", "from-file --path lines ! to-stdout"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = [0];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut line).unwrap();
    child
}

fn stderr(child: &mut Child) -> String {
    std::io::read_to_string(child.stderr.take().unwrap()).unwrap()
}

#[test]
fn an_interrupt_drains_the_run() {
    let (mut child, _stdin) = waiting();
    signal("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let told = stderr(&mut child);
    assert!(told.contains("stopped after"), "{told}");
}

#[test]
fn a_request_to_end_drains_the_run() {
    let (mut child, _stdin) = waiting();
    signal("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_second_interrupt_aborts_the_run() {
    let mut child = blocked(&["--stop-deadline", "1h"]);
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    signal("INT", &child);
    told.read_line(&mut line).unwrap();
    assert!(line.starts_with("stopping: "), "{line}");
    signal("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let rest = std::io::read_to_string(told).unwrap();
    assert!(rest.starts_with("aborting: "), "{rest}");
    assert!(rest.contains("aborted after"), "{rest}");
}

#[test]
fn a_run_that_does_not_drain_in_time_is_aborted() {
    let mut child = blocked(&["--stop-deadline", "50ms"]);
    signal("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let told = stderr(&mut child);
    assert!(told.contains("stuck in to-stdout"), "{told}");
}
