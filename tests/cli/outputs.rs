//! Where the program writes, and what becomes of what cannot be written.

use std::fs;
use std::process::Stdio;

use serde_json::Value as Json;

use crate::program::{millpond, stderr, stdout};

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_ends_the_program_quietly() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["stages"][..], &["--help"], &["completions", "bash"]] {
        let mut child = millpond(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(stderr(&output), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&["stages"][..], &["schema"], &["--version"]] {
        let output = millpond(folder.path())
            .args(arguments)
            .stdout(full())
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let told = stderr(&output);
        assert!(told.contains("cannot write to standard output"), "{told}");
    }
    let drawn = ["graph", "from-stdin ! to-stdout", "-o", "/dev/full"];
    let output = millpond(folder.path()).args(drawn).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot write /dev/full"));
}

#[test]
fn nothing_is_coloured_where_nobody_looks_unless_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let colours = |arguments: &[&str], no_color: &str| {
        let output = millpond(folder.path())
            .args(["check", "no-such-stage"])
            .args(arguments)
            .env("NO_COLOR", no_color)
            .output()
            .unwrap();
        stderr(&output).contains('\u{1b}')
    };
    assert!(!colours(&[], ""));
    assert!(colours(&["--color", "always"], ""));
    assert!(
        colours(&["--color", "always"], "1"),
        "what is said last wins"
    );
    assert!(!colours(&["--color", "never"], ""));
}

#[test]
fn logs_are_on_standard_error_and_name_stage_and_node() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), "{}\nnot json\n").unwrap();
    let line = "from-file --path in ! parse-json --@name parse ! to-stdout";
    let output = millpond(folder.path())
        .args([
            "run",
            line,
            "--quiet",
            "--log",
            "info",
            "--log-format",
            "json",
        ])
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "{}\n");
    let log = stderr(&output);
    let warned = log
        .lines()
        .find(|line| line.contains("dead letter"))
        .unwrap();
    let warned: Json = serde_json::from_str(warned).unwrap();
    assert_eq!(warned["span"]["stage"], "parse-json");
    assert_eq!(warned["span"]["node"], "parse");
    assert_eq!(warned["level"], "WARN");
}

#[test]
fn a_report_for_programs_is_written_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), "a\nb\n").unwrap();
    let line = "from-file --path in ! to-file --path out";
    let output = millpond(folder.path())
        .args([
            "run",
            line,
            "--report",
            "json",
            "--report-to",
            "report.json",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: Json = serde_json::from_str(&report).unwrap();
    assert_eq!(report["ending"], "completed");
    assert_eq!(report["nodes"][1]["received"], 2);
    assert_eq!(report["edges"][0]["sent"], 2);
}

#[test]
fn a_run_that_fails_says_where_and_exits_with_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), "not json\n").unwrap();
    let line = "from-file --path in ! parse-json --@on-error stop ! to-stdout";
    let output = millpond(folder.path())
        .args(["run", line, "--report", "none", "--log", "off"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(
        told.starts_with("error: stage `parse-json`, node `parse-json` failed: line 1 is not JSON"),
        "{told}"
    );
}

#[test]
fn words_behind_a_double_dash_need_no_quotes_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a file"), "a\n").unwrap();
    let output = millpond(folder.path())
        .args([
            "run",
            "-q",
            "--",
            "from-file",
            "--path",
            "a file",
            "!",
            "to-stdout",
        ])
        .output()
        .unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("a\n", "")
    );
}

#[test]
fn a_spec_may_come_from_standard_input_and_the_environment_sets_options() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "b\n").unwrap();
    let spec = "[[stage]]\nuse = \"from-file\"\nname = \"in\"\nwith = { path = \"a\" }\n\
                [[stage]]\nuse = \"to-stdout\"\n";
    fs::write(folder.path().join("spec"), spec).unwrap();
    let output = millpond(folder.path())
        .args(["run", "-q", "-"])
        .env("MILLPOND_SET_IN__PATH", "b")
        .stdin(fs::File::open(folder.path().join("spec")).unwrap())
        .output()
        .unwrap();
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("b\n", "")
    );
}

#[test]
fn nothing_that_is_no_pipeline_makes_it_panic() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    file("bytes.toml", b"\xff\xfe\x00");
    file("empty.toml", b"");
    file("open.toml", b"a = [\n\"");
    file(
        "deep.toml",
        format!("a = {}", "[".repeat(100_000)).as_bytes(),
    );
    let words = [
        "bytes.toml",
        "empty.toml",
        "open.toml",
        "deep.toml",
        "missing.toml",
        ".",
        "/",
        "",
        " ",
        "!",
        "a.b ! c",
        "--",
        "'",
        "a ! ! b",
        "a --x= ! b",
    ];
    for word in words {
        for command in ["check", "explain", "graph", "run"] {
            let output = millpond(folder.path())
                .args([command, "--", word])
                .output()
                .unwrap();
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{command} {word:?}: {told}");
            assert!(told.starts_with("error[P00"), "{command} {word:?}: {told}");
        }
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_no_text_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let word = OsStr::from_bytes(b"from-\xff");
    for command in ["check", "describe"] {
        let output = millpond(folder.path())
            .arg(command)
            .arg(word)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).starts_with("error: "),
            "{}",
            stderr(&output)
        );
    }
}

#[cfg(unix)]
#[test]
fn a_reader_of_the_log_that_leaves_costs_no_message() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), "bad\n{}\nbad\n{}\n").unwrap();
    let line = "from-file --path in ! parse-json ! to-file --path out";
    let mut child = millpond(folder.path())
        .args(["run", line])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let written = fs::read_to_string(folder.path().join("out")).unwrap();
    assert_eq!(written, "{}\n{}\n");
}

#[test]
fn lines_of_two_stages_stay_whole_on_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{}\n", "x".repeat(200_000));
    fs::write(folder.path().join("in"), long.repeat(20)).unwrap();
    let line = "from-file --path in ! broadcast --@name both --outlets a --outlets b ! \
                to-stdout ; both.b ! to-stdout --@name second";
    let output = millpond(folder.path())
        .args(["run", "-q", line])
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "");
    let printed = stdout(&output);
    assert_eq!(printed.lines().count(), 40);
    assert!(printed.lines().all(|one| one == long.trim_end()));
}

#[test]
fn a_value_that_was_set_is_in_no_error() {
    let folder = tempfile::tempdir().unwrap();
    for set in ["token=hunter2", "no-stage.token=hunter2"] {
        let output = millpond(folder.path())
            .args(["check", "from-stdin ! to-stdout", "--set", set])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{set}");
        let told = stderr(&output);
        assert!(told.contains("token"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn a_file_that_is_read_is_not_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("same");
    fs::write(&file, "a\nb\n").unwrap();
    let run = |line: &str| {
        let output = millpond(folder.path()).args(["run", "-q", line]).output();
        let output = output.unwrap();
        let written = fs::read_to_string(&file).unwrap();
        (output.status.code(), stderr(&output), written)
    };
    let (code, told, written) = run("from-file --path same ! to-file --path ./same");
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("./same is read by stage `from-file`"),
        "{told}"
    );
    // Where the one that is refused stands, not the one that it names.
    assert!(told.contains("inline:1:25"), "{told}");
    assert_eq!(written, "a\nb\n");

    let atomic = "from-file --path same ! to-file --path same --mode atomic";
    assert_eq!(run(atomic), (Some(0), String::new(), "a\nb\n".to_owned()));
}
