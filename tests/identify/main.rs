//! `examples/identify` as a program: what it says and exits with when files,
//! models, disks and people are not as they should be.

#![cfg(all(target_os = "linux", feature = "onnx"))]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod awkward;
mod disk;
mod interrupted;
mod model;
mod program;
mod refused;
mod report;
mod spec;
#[path = "../unprivileged/mod.rs"]
mod unprivileged;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a model, its tables, and room for the output.
struct Desk {
    folder: TempDir,
}

impl Desk {
    /// With a model of a few operators, which takes no time.
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::write(desk.model(), model::tiny(2048, 214)).unwrap();
        fs::copy(model::magika("tables.json"), desk.at("tables.json")).unwrap();
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn model(&self) -> PathBuf {
        self.at("model.onnx")
    }

    fn output(&self) -> PathBuf {
        self.at("out.jsonl")
    }

    /// The program, with the model and the output of this desk.
    fn identify(&self) -> Command {
        let mut command = program::identify();
        command.arg("--model").arg(self.model());
        command.arg("--output").arg(self.output());
        command.current_dir(self.folder.path());
        command
    }

    /// The text with the place of this desk taken out.
    fn without_place(&self, text: &str) -> String {
        text.replace(&self.folder.path().display().to_string(), "DIR")
    }

    /// The lines of the output, each of which must be a verdict and whole.
    #[track_caller]
    fn verdicts(&self) -> Vec<Value> {
        verdicts(&fs::read(self.output()).unwrap())
    }

    /// A folder of so many small files.
    fn files(&self, count: usize) -> PathBuf {
        let folder = self.at("files");
        fs::create_dir(&folder).unwrap();
        for number in 0..count {
            fs::write(folder.join(number.to_string()), "some text or other").unwrap();
        }
        folder
    }
}

#[track_caller]
fn verdicts(output: &[u8]) -> Vec<Value> {
    let text = str::from_utf8(output).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "torn: {text:?}");
    text.lines()
        .map(|line| {
            let verdict: Value = serde_json::from_str(line).unwrap();
            for key in ["path", "label", "score", "group", "mime"] {
                assert!(verdict.get(key).is_some(), "no {key}: {line}");
            }
            verdict
        })
        .collect()
}

#[test]
fn it_tells_what_files_are() {
    let desk = Desk::new();
    fs::copy(model::magika("model.onnx"), desk.model()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src/lib.rs", "Cargo.toml", "scripts/magika_tables.py"];
    let mut command = desk.identify();
    let end = program::run(command.args(files).current_dir(root));

    assert_eq!(end.code, Some(0), "{end:?}");
    let label = |verdict: &Value| verdict["label"].as_str().unwrap().to_owned();
    let labels: Vec<_> = desk.verdicts().iter().map(label).collect();
    assert_eq!(labels, ["rust", "toml", "python"]);
    let report = report::Report::of(&end.stdout);
    assert_eq!(report.ending, "completed");
    report.conserves();
    assert_eq!(report.row("to-file").received, 3);
    assert!(
        end.stdout.contains("files: 3; content types: 3;"),
        "{end:?}"
    );
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {}: {made}", path.display());
}
