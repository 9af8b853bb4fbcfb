use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in a folder, with nothing set that it reads.
pub(crate) fn millpond(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millpond"));
    command
        .current_dir(folder)
        .env_remove("MILLPOND_LOG")
        .env_remove("MILLPOND_QUIET")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
