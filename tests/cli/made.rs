//! What `millpond new` makes.

use std::fs;
use std::process::Command;

use crate::program::{millpond, stderr, stdout};

/// The template itself, which is a crate of its own after all.
#[path = "../../src/cli/commands/new/lib.rs"]
#[expect(
    unreachable_pub,
    reason = "it is public in the crate that is made of it"
)]
mod my_stage;

#[test]
fn a_new_pipeline_runs_as_made() {
    let folder = tempfile::tempdir().unwrap();
    let made = millpond(folder.path())
        .args(["new", "pipeline", "errors"])
        .output()
        .unwrap();
    assert_eq!(stderr(&made), "");
    fs::write(
        folder.path().join("in"),
        "{\"level\":\"error\"}\n{\"level\":\"info\"}\n",
    )
    .unwrap();
    let run = millpond(folder.path())
        .args(["run", "-q", "errors.toml"])
        .stdin(fs::File::open(folder.path().join("in")).unwrap())
        .output()
        .unwrap();
    assert_eq!(stdout(&run), "{\"level\":\"error\"}\n");
    assert_eq!(stderr(&run), "");
    let again = millpond(folder.path())
        .args(["new", "pipeline", "errors"])
        .output()
        .unwrap();
    assert_eq!(
        again.status.code(),
        Some(1),
        "what is there is not written over"
    );
}

#[test]
fn a_new_stage_is_a_crate_with_the_name_in_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let made = millpond(folder.path())
        .args([
            "new",
            "stage",
            "parse-level",
            "--path",
            env!("CARGO_MANIFEST_DIR"),
        ])
        .output()
        .unwrap();
    assert_eq!(stderr(&made), "");
    let file = |name: &str| fs::read_to_string(folder.path().join("parse-level").join(name));
    for name in ["Cargo.toml", "pipeline.toml", "src/lib.rs", "src/main.rs"] {
        let text = file(name).unwrap();
        assert!(
            !text.contains("my-") && !text.contains("my_"),
            "{name}: {text}"
        );
    }
    assert!(file("src/lib.rs").unwrap().contains("pub fn parse_level("));
    assert!(
        file("Cargo.toml")
            .unwrap()
            .contains("millpond = { path = \"")
    );
}

#[test]
#[ignore = "builds a crate with all it depends on, for minutes"]
fn a_new_stage_builds_and_runs_as_made() {
    let folder = tempfile::tempdir().unwrap();
    let sources = env!("CARGO_MANIFEST_DIR");
    let made = millpond(folder.path())
        .args(["new", "stage", "parse-level", "--path", sources])
        .output()
        .unwrap();
    assert_eq!(stderr(&made), "");
    let of_crate = folder.path().join("parse-level");
    fs::copy(format!("{sources}/Cargo.lock"), of_crate.join("Cargo.lock")).unwrap();
    fs::write(of_crate.join("in"), "an error\nall is well\n").unwrap();
    let cargo = |arguments: &[&str]| {
        Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&of_crate)
            .stdin(fs::File::open(of_crate.join("in")).unwrap())
            .output()
            .unwrap()
    };
    let tested = cargo(&["test", "--quiet"]);
    assert!(tested.status.success(), "{}", stderr(&tested));
    let run = cargo(&["run", "--quiet", "--", "run", "-q", "pipeline.toml"]);
    assert_eq!(stdout(&run), "an error\n", "{}", stderr(&run));
    let described = cargo(&["run", "--quiet", "--", "describe", "parse-level"]);
    assert!(stdout(&described).contains("Passes on the lines that a word stands in."));
}
