use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use millpond::device::CudaDevice;
use serde::Serialize;

/// The table, line by line as it is made, and what goes into the file.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// `hardware`, or `emulator`.
    place: &'static str,
    device: String,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    check: String,
    outcome: &'static str,
    figure: Option<f64>,
    remark: String,
}

impl Report {
    pub(crate) fn new(device: &CudaDevice) -> Self {
        let name = device.name();
        let emulated = name.to_lowercase().contains("emulat");
        let place = if emulated { "emulator" } else { "hardware" };
        println!("{place} | {} | {name}", device.device());
        Self {
            place,
            device: name.to_owned(),
            lines: Vec::new(),
        }
    }

    /// Tells whether speed means nothing here.
    pub(crate) fn is_emulated(&self) -> bool {
        self.place == "emulator"
    }

    pub(crate) fn passed(&mut self, check: &str, remark: &str) {
        self.add(check, "passed", None, remark);
    }

    pub(crate) fn failed(&mut self, check: &str, remark: &str) {
        self.add(check, "FAILED", None, remark);
    }

    pub(crate) fn skipped(&mut self, check: &str, remark: &str) {
        self.add(check, "skipped", None, remark);
    }

    /// Adds a figure that is to be at least so much; on the emulator it is
    /// shown and not judged.
    pub(crate) fn figure(&mut self, check: &str, figure: f64, at_least: f64, remark: &str) {
        let outcome = match figure >= at_least {
            _ if self.is_emulated() => "seen",
            true => "passed",
            false => "FAILED",
        };
        let remark = format!("at least {at_least} on hardware; {remark}");
        self.add(check, outcome, Some(figure), &remark);
    }

    fn add(&mut self, check: &str, outcome: &'static str, figure: Option<f64>, remark: &str) {
        let shown = figure.map_or_else(String::new, |figure| format!("{figure:.3}"));
        println!(
            "{} | {check:<44} | {outcome:<7} | {shown:>8} | {remark}",
            self.place
        );
        self.lines.push(Line {
            check: check.to_owned(),
            outcome,
            figure,
            remark: remark.to_owned(),
        });
    }

    /// Writes the file, and says what the program shall exit with.
    pub(crate) fn finish(self) -> ExitCode {
        let failed = self.lines.iter().filter(|line| line.outcome == "FAILED");
        let failed = failed.count();
        println!(
            "{} | {} checks, {failed} failed",
            self.place,
            self.lines.len()
        );
        match self.write() {
            Ok(path) => println!("{} | in {}", self.place, path.display()),
            Err(error) => {
                println!("{} | cannot write the figures: {error}", self.place);
                return ExitCode::FAILURE;
            }
        }
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn write(&self) -> io::Result<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures");
        fs::create_dir_all(&folder)?;
        let path = folder.join("gpu-check.json");
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(path)
    }
}
