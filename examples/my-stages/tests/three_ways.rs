//! One stage from Rust, from a file and from the command line.
#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use millpond::Pipeline;
use millpond::stages::{FromFile, ToFile};
use my_stages::Shout;

const LINES: &str = "to be\nor\nnot to be\n";
const LOUD: &str = "TO BE?\nOR?\nNOT TO BE?\n";

/// Runs the program of this crate.
fn program(arguments: &[&str], variables: &[(&str, &Path)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_my-stages"))
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

#[tokio::test]
async fn a_stage_does_the_same_from_rust_from_a_file_and_from_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("lines.txt");
    fs::write(&input, LINES).unwrap();

    let output = folder.path().join("rust.txt");
    Pipeline::named("loud")
        .source(FromFile::new(&input))
        .stage(Shout::builder().mark("?").build())
        .sink(ToFile::builder().path(&output).build())
        .run()
        .await
        .unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), LOUD);

    let output = folder.path().join("toml.txt");
    let ran = program(&["run", "shout.toml"], &[("IN", &input), ("OUT", &output)]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(fs::read_to_string(&output).unwrap(), LOUD);

    let output = folder.path().join("inline.txt");
    let line = format!(
        "from-file --path {} ! shout --mark ? ! to-file --path {}",
        input.display(),
        output.display()
    );
    let ran = program(&["run", &line], &[]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(fs::read_to_string(&output).unwrap(), LOUD);
}

#[test]
fn the_documentation_of_a_stage_is_its_help() {
    let described = program(&["describe", "shout"], &[]);
    let text = String::from_utf8(described.stdout).unwrap();

    for part in [
        "shout 0.1.0, a stage",
        "String -> String",
        "Writes lines in capitals, with a mark behind each.",
        "--mark",
        "my-stages",
    ] {
        assert!(text.contains(part), "{part} is missing from:\n{text}");
    }
}

#[test]
fn a_stage_stands_beside_those_of_millpond() {
    let listed = program(&["stages"], &[]);
    let text = String::from_utf8(listed.stdout).unwrap();
    assert!(
        text.contains("shout") && text.contains("parse-json"),
        "{text}"
    );

    let checked = program(
        &["check", "from-file --path Cargo.toml ! parse-json ! shuot"],
        &[],
    );
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(2), "{told}");
    assert!(told.contains("`shout`"), "{told}");
}

#[test]
fn the_stage_takes_six_lines_and_the_program_five() {
    let code = |file: &str| {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with("//!"))
            .count()
    };
    assert_eq!((code("src/lib.rs"), code("src/main.rs")), (6, 5));
}
