use clap::CommandFactory;
use clap_complete::generate;

use crate::cli::arguments::{Arguments, CompletedShell, Completions};
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};

const BASH: &str = include_str!("completions/bash.sh");
const ZSH: &str = include_str!("completions/zsh.zsh");
const FISH: &str = include_str!("completions/fish.fish");

/// Prints a script for a shell: the frame as clap has it, and behind it what
/// asks the program itself for stages and their options.
pub(super) fn run(arguments: &Completions, console: &Console) -> Result<Exit, Failure> {
    let program = program();
    let mut frame = Vec::new();
    let mut command = Arguments::command();
    generate(
        clap_complete::Shell::from(arguments.shell),
        &mut command,
        &program,
        &mut frame,
    );
    let frame = String::from_utf8_lossy(&frame);
    let script = match arguments.shell {
        CompletedShell::Bash => format!("{frame}\n{BASH}"),
        CompletedShell::Zsh => zsh(&frame),
        CompletedShell::Fish => format!("{frame}\n{FISH}"),
    };
    let function = program.replace('-', "__");
    let script = script
        .replace("PROGRAM", &program)
        .replace("FUNCTION", &function);
    console.print(&script)?;
    Ok(Exit::Done)
}

/// The script without the lines in which it registers itself: what follows
/// does that.
fn zsh(frame: &str) -> String {
    let end = frame
        .find("\nif [ \"$funcstack[1]\"")
        .unwrap_or(frame.len());
    format!("{}\n{ZSH}", &frame[..end])
}

/// The name under which the program was started: programs with stages of
/// their own have other names.
fn program() -> String {
    let path = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = path
        .as_deref()
        .and_then(|path| path.file_stem())
        .and_then(|name| name.to_str());
    let is_plain = |name: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !name.is_empty() && name.chars().all(plain)
    };
    name.filter(is_plain).unwrap_or("millpond").to_owned()
}
