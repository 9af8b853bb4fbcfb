//! The same pipeline from a spec.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Desk;
use super::program::{End, identify, run};
use super::report::Report;

/// The spec of the example, with the model, output and path of this desk.
fn spec(desk: &Desk, root: &Path) -> Command {
    let spec = fs::read_to_string("examples/identify/identify.toml").unwrap();
    let folder = desk.folder.path().display();
    let spec = spec
        .replace("\"target/magika/", &format!("\"{folder}/"))
        .replace("\"src\"", &format!("\"{}\"", root.display()))
        .replace("\"identified.jsonl\"", &format!("\"{folder}/spec.jsonl\""));
    let path = desk.at("identify.toml");
    fs::write(&path, spec).unwrap();
    let mut command = identify();
    command.arg("--spec").arg(path);
    command
}

/// What was printed before the report.
fn summary(end: &End) -> &str {
    end.stdout.split_once("\nidentify ").unwrap().0
}

#[test]
fn a_spec_gives_the_same_verdicts_and_the_same_summary() {
    let desk = Desk::new();
    let root = desk.files(100);
    fs::write(root.join("empty"), "").unwrap();
    fs::write(root.join("binary.md"), "\u{0}\u{1}").unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("dangling")).unwrap();
    let own = run(desk.identify().arg(&root));
    let from_spec = run(&mut spec(&desk, &root));

    assert_eq!(
        (own.code, from_spec.code),
        (Some(0), Some(0)),
        "{from_spec:?}"
    );
    let read = |path| fs::read_to_string(path).unwrap();
    assert_eq!(read(desk.at("spec.jsonl")), read(desk.output()));
    assert_eq!(desk.verdicts().len(), 102);
    assert_eq!(summary(&from_spec), summary(&own));
    let report = Report::of(&from_spec.stdout);
    let read = report.row("read-sample");
    assert_eq!((read.received, read.emitted, read.dead), (103, 102, 1));
    assert_eq!(report.row("to-file").received, 102);
}

#[test]
fn a_spec_whose_files_are_missing_is_refused_by_place() {
    let desk = Desk::new();
    fs::remove_file(desk.model()).unwrap();
    let end = run(&mut spec(&desk, &desk.files(1)));
    assert_eq!(end.code, Some(2), "{end:?}");
    let said = format!(
        "option `model` of `infer`: there is no {}",
        desk.model().display()
    );
    assert!(
        end.stderr.contains("identify.toml:") && end.stderr.contains(&said),
        "{end:?}"
    );
    assert!(!desk.at("spec.jsonl").exists());
}
