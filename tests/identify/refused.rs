//! What is wrong from the beginning: one clear line each, exit code 2, and
//! nothing written.

use std::fs;

use super::program::{End, run};
use super::{Desk, model};

/// Runs the program, which shall refuse, and returns what it says.
#[track_caller]
fn refusal(desk: &Desk, arguments: &[&str]) -> String {
    let end = run(desk.identify().args(arguments));
    let said = refused(&end);
    if desk.output().is_file() {
        unreachable!("something was written: {end:?}");
    }
    desk.without_place(&said)
}

#[track_caller]
fn refused(end: &End) -> String {
    assert_eq!(end.code, Some(2), "{end:?}");
    assert_eq!(end.stdout, "", "{end:?}");
    let said = end.stderr.strip_prefix("identify: ");
    let said = said.and_then(|said| said.strip_suffix('\n'));
    said.unwrap_or_else(|| unreachable!("{end:?}")).to_owned()
}

const USAGE: &str =
    "usage: identify [--model FILE] [--output FILE] PATH..., or: identify --spec FILE";

#[test]
fn no_arguments() {
    assert_eq!(
        refused(&run(&mut super::program::identify())),
        format!("no path was given; {USAGE}")
    );
    assert_eq!(
        refusal(&Desk::new(), &["--"]),
        format!("no path was given; {USAGE}")
    );
}

#[test]
fn unknown_options() {
    for option in ["--frobnicate", "-v", "-"] {
        assert_eq!(
            refusal(&Desk::new(), &["files", option]),
            format!("there is no option {option}; {USAGE}")
        );
    }
}

#[test]
fn an_option_without_its_value() {
    for option in ["--model", "--output"] {
        assert_eq!(
            refusal(&Desk::new(), &["files", option]),
            format!("{option} needs a file; {USAGE}")
        );
    }
}

#[test]
fn help_is_no_refusal() {
    for option in ["--help", "-h"] {
        let end = run(Desk::new().identify().args(["files", option]));
        assert_eq!((end.code, &*end.stderr), (Some(0), ""));
        assert_eq!(end.stdout, format!("{USAGE}\n"));
    }
}

#[test]
fn missing_tables() {
    let desk = Desk::new();
    fs::remove_file(desk.at("tables.json")).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        "cannot read DIR/tables.json: No such file or directory (os error 2); \
         `scripts/model` makes it"
    );
}

#[test]
fn tables_that_are_something_else() {
    let desk = Desk::new();
    for (content, cause) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("hello", "expected value at line 1 column 1"),
        ("{}", "missing field `features` at line 1 column 2"),
    ] {
        fs::write(desk.at("tables.json"), content).unwrap();
        assert_eq!(
            refusal(&desk, &["files"]),
            format!(
                "DIR/tables.json are not the tables of this model: {cause}; \
                 delete the file and run `scripts/model`"
            )
        );
    }
}

/// What a stage of the pipeline refuses for.
fn stage(name: &str, reason: &str) -> String {
    format!("pipeline `identify` cannot start\n  P0006: stage `{name}`: {reason}")
}

#[test]
fn a_missing_model() {
    let desk = Desk::new();
    fs::remove_file(desk.model()).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        stage(
            "infer",
            "model file `DIR/model.onnx` cannot be read: \
             No such file or directory (os error 2); give the path of one that can"
        )
    );
}

#[test]
fn a_model_that_is_a_folder() {
    let desk = Desk::new();
    fs::remove_file(desk.model()).unwrap();
    fs::create_dir(desk.model()).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        stage(
            "infer",
            "model file `DIR/model.onnx` cannot be read: \
             Is a directory (os error 21); give the path of one that can"
        )
    );
}

#[test]
fn a_model_that_is_a_text() {
    let desk = Desk::new();
    fs::write(desk.model(), "Dear model, please classify.\n").unwrap();
    not_onnx(&refusal(&desk, &["files"]));
}

#[test]
fn a_truncated_model() {
    let desk = Desk::new();
    let whole = fs::read(model::magika("model.onnx")).unwrap();
    for length in [0, 1, 1000, whole.len() / 2, whole.len() - 1] {
        fs::write(desk.model(), &whole[..length]).unwrap();
        not_onnx(&refusal(&desk, &["files"]));
    }
}

/// The parser's own words, of whatever version, stand in the middle.
#[track_caller]
fn not_onnx(said: &str) {
    let expected = stage("infer", "`DIR/model.onnx` is not an ONNX model: ");
    assert!(said.starts_with(&expected), "{said}");
    assert!(said.ends_with("; give a complete ONNX file"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn a_model_that_reads_something_else() {
    let desk = Desk::new();
    fs::write(desk.model(), model::tiny(512, 214)).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        stage(
            "infer",
            "input `bytes` is declared as i32[rows, 2048], but the model takes \
             i32[rows, 512]: declare it so, or give another model"
        )
    );
}

#[test]
fn a_model_for_other_content_types() {
    let desk = Desk::new();
    fs::write(desk.model(), model::tiny(2048, 3)).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        stage(
            "infer",
            "model `DIR/model.onnx` gives 3 scores for each file, but the tables beside \
             it are for 214: run `scripts/model`, which makes both"
        )
    );
}

#[test]
fn an_output_without_its_folder() {
    let desk = Desk::new();
    let output = desk.at("none/out.jsonl");
    assert_eq!(
        refusal(&desk, &["--output", output.to_str().unwrap(), "files"]),
        stage("to-file", "there is no folder DIR/none: make it first")
    );
}

#[test]
fn an_output_that_is_a_folder() {
    let desk = Desk::new();
    fs::create_dir(desk.output()).unwrap();
    assert_eq!(
        refusal(&desk, &["files"]),
        stage("to-file", "DIR/out.jsonl is a folder: name a file in it")
    );
}

#[test]
fn everything_wrong_with_the_pipeline_at_once() {
    let desk = Desk::new();
    fs::write(desk.model(), model::tiny(512, 214)).unwrap();
    fs::create_dir(desk.output()).unwrap();
    let said = refusal(&desk, &["files"]);
    let stages = ["stage `infer`: ", "stage `to-file`: "];
    assert_eq!(said.lines().count(), 3, "{said}");
    for (line, stage) in said.lines().skip(1).zip(stages) {
        assert!(line.contains(stage), "{said}");
    }
}
