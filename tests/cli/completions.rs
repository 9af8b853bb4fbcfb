//! Completions, as the shells ask for them. A shell that is not there is
//! passed over, which is said; Bash is everywhere.

use std::path::Path;
use std::process::Command;

use crate::program::{millpond, stdout};

fn script(shell: &str, folder: &Path) -> String {
    let output = millpond(folder)
        .args(["completions", shell])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    stdout(&output)
}

fn search_path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_millpond"));
    let folder = program.parent().unwrap().display();
    format!("{folder}:{}", std::env::var("PATH").unwrap_or_default())
}

/// What Bash would offer at the end of a line whose words it sees so.
fn in_bash(line: &str, words: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), script("bash", folder.path())).unwrap();
    let quoted: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
    let ask = format!(
        "compopt() {{ :; }}; source ./script\n\
         COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}\n\
         COMP_WORDS=({}); COMP_CWORD={}\n\
         complete -p millpond | grep -q _millpond_stages || echo not registered\n\
         _millpond_stages millpond \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        words.len() - 1,
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &ask])
        .env("PATH", search_path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    stdout(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_their_options() {
    assert_eq!(
        in_bash("millpond desc", &["millpond", "desc"]),
        ["describe"]
    );
    let options = in_bash("millpond run --rep", &["millpond", "run", "--rep"]);
    assert_eq!(options, ["--report", "--report-to"]);
}

#[test]
fn bash_completes_the_ids_of_stages() {
    let ids = in_bash(
        "millpond describe from-f",
        &["millpond", "describe", "from-f"],
    );
    assert_eq!(ids, ["from-file"]);
    let line = "millpond describe from-file@";
    let versions = in_bash(line, &["millpond", "describe", "from-file", "@"]);
    assert!(versions[0].starts_with("@0."), "{versions:?}");
}

#[test]
fn bash_completes_stages_and_options_within_a_pipeline() {
    let line = "millpond run 'from-file --pa";
    let found = in_bash(line, &["millpond", "run", "'from-file --pa"]);
    assert_eq!(found[0], "from-file --path ", "the quote stays open");
    let line = "millpond run -- from-stdin ! parse-j";
    let words = ["millpond", "run", "--", "from-stdin", "!", "parse-j"];
    assert_eq!(in_bash(line, &words), ["parse-json"]);
    // Bash sees three words in it.
    let line = "millpond run -- to-file --mode=at";
    let words = ["millpond", "run", "--", "to-file", "--mode", "=", "at"];
    assert_eq!(in_bash(line, &words), ["atomic"]);
}

/// Runs a script in a shell, if that is there.
fn shell(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", search_path())
        .env("HOME", folder)
        .current_dir(folder)
        .output();
    match output {
        Ok(output) => Some(stdout(&output)),
        Err(error) => {
            println!("{program} is not there ({error}): its completions are not tried");
            None
        }
    }
}

#[test]
fn fish_completes_stages_and_options() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), script("fish", folder.path())).unwrap();
    let offered = |line: &str| {
        let ask = format!("source ./script; complete -C {line:?}");
        shell("fish", &["--no-config", "-c", &ask], folder.path())
    };
    let Some(found) = offered("millpond describe from-f") else {
        return;
    };
    assert!(found.starts_with("from-file\tEmits the lines"), "{found}");
    let found = offered("millpond run -- from-file --pa").unwrap_or_default();
    assert!(found.starts_with("--path\t"), "{found}");
}

#[test]
fn the_script_for_zsh_is_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script"), script("zsh", folder.path())).unwrap();
    let ask = "autoload -U compinit && compinit -D && source ./script && echo $_comps[millpond]";
    if let Some(found) = shell("zsh", &["-f", "-c", ask], folder.path()) {
        assert_eq!(found, "_millpond_stages\n");
    }
}
