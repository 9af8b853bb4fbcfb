//! Files that are not as files should be: each is passed over with one clear
//! line, or told as what it is, and the others are not held up.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::program::{self, End, run};
use super::report::Report;
use super::unprivileged::Unprivileged;
use super::{Desk, make_fifo};

/// What was written of which files, and what was said about the others, both
/// sorted.
struct Told {
    written: Vec<String>,
    said: Vec<String>,
    report: Report,
}

#[track_caller]
fn told(desk: &Desk, end: &End) -> Told {
    assert_eq!(end.code, Some(0), "{end:?}");
    let report = Report::of(&end.stdout);
    assert_eq!(report.ending, "completed");
    report.conserves();
    let verdicts = desk.verdicts();
    assert_eq!(report.row("to-file").received, verdicts.len() as u64);
    let path = |path: &str| desk.without_place(path);
    let mut written: Vec<_> = verdicts
        .iter()
        .map(|verdict| path(verdict["path"].as_str().unwrap()))
        .collect();
    written.sort();
    // The monitor's last line tells how many there were.
    let mut said: Vec<_> = end
        .stderr
        .lines()
        .filter(|line| !line.contains(" files, "))
        .map(path)
        .collect();
    said.sort();
    Told {
        written,
        said,
        report,
    }
}

#[test]
fn files_of_every_kind() {
    let desk = Desk::new();
    let root = desk.at("kinds");
    let at = |name: &str| root.join(name);
    fs::create_dir_all(at("folder")).unwrap();
    fs::write(at("empty"), "").unwrap();
    fs::write(at("text"), "some text or other").unwrap();
    File::create(at("sparse"))
        .unwrap()
        .set_len(10 << 30)
        .unwrap();
    fs::write(root.join(OsStr::from_bytes(b"caf\xe9")), "not UTF-8").unwrap();
    fs::write(at("two\nlines"), "12345678").unwrap();
    make_fifo(&at("fifo"));
    symlink("text", at("link")).unwrap();
    symlink("folder", at("link-to-folder")).unwrap();
    symlink("nothing", at("link-to-nothing")).unwrap();
    symlink("loop", at("loop")).unwrap();
    symlink("..", at("folder/up")).unwrap();

    let told = told(&desk, &run(desk.identify().arg(&root)));
    assert_eq!(
        told.written,
        [
            "DIR/kinds/caf\u{fffd}",
            "DIR/kinds/empty",
            "DIR/kinds/link",
            "DIR/kinds/sparse",
            "DIR/kinds/text",
            "DIR/kinds/two\nlines",
        ]
    );
    assert_eq!(
        told.said,
        [
            "read: DIR/kinds/fifo: not a regular file, but a device, FIFO or socket",
            "read: DIR/kinds/folder/up: a directory, not a file",
            "read: DIR/kinds/link-to-folder: a directory, not a file",
            "read: DIR/kinds/link-to-nothing: No such file or directory (os error 2); \
             it was removed meanwhile, or is a link to nothing",
            "read: DIR/kinds/loop: Too many levels of symbolic links (os error 40)",
        ]
    );
    assert_eq!(told.report.row("read").dead, 5);
    let empty = |verdict: &serde_json::Value| {
        let name = verdict["path"].as_str().unwrap();
        name.ends_with("/empty").then(|| verdict["label"].clone())
    };
    let label = desk.verdicts().iter().find_map(empty);
    assert_eq!(label, Some("empty".into()));
}

#[test]
fn devices_and_fifos_that_are_named_are_not_waited_for() {
    let desk = Desk::new();
    make_fifo(&desk.at("fifo"));
    let mut command = desk.identify();
    let told = told(&desk, &run(command.arg(desk.at("fifo")).arg("/dev/zero")));
    assert_eq!(told.written, [""; 0]);
    assert_eq!(
        told.said,
        [
            "read: /dev/zero: not a regular file, but a device, FIFO or socket",
            "read: DIR/fifo: not a regular file, but a device, FIFO or socket",
        ]
    );
}

#[test]
fn a_path_that_is_missing() {
    let desk = Desk::new();
    fs::write(desk.at("there"), "some text").unwrap();
    let mut command = desk.identify();
    command.args(["gone", "there", "two\nlines"]);
    let told = told(&desk, &run(&mut command));
    assert_eq!(told.written, ["there"]);
    let missing = |name: &str| {
        format!(
            "walk-files: cannot walk {name}: No such file or directory (os error 2); \
             if it was not removed meanwhile, check its name"
        )
    };
    assert_eq!(told.said, [missing("gone"), missing("two\u{fffd}lines")]);
    assert_eq!(told.report.row("walk-files").dead, 2);
}

#[test]
fn what_may_not_be_read() {
    let Some(nobody) = Unprivileged::new(&program::path()) else {
        return;
    };
    let desk = Desk::new();
    let open = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let (secret, closed) = (desk.at("root/secret"), desk.at("root/closed"));
    fs::create_dir_all(&closed).unwrap();
    for file in [&secret, &desk.at("root/open"), &closed.join("unseen")] {
        fs::write(file, "some text or other").unwrap();
    }
    open(desk.folder.path(), 0o777);
    open(&secret, 0o000);
    open(&closed, 0o000);
    let mut command = nobody.command();
    command.arg("--model").arg(desk.model());
    command.arg("--output").arg(desk.output());
    let end = program::run_piped(command.arg(desk.at("root")));
    open(&closed, 0o700);

    let told = told(&desk, &end);
    assert_eq!(told.written, ["DIR/root/open"]);
    assert_eq!(
        told.said,
        [
            "read: DIR/root/secret: Permission denied (os error 13); \
             run as a user who may read it",
            "walk-files: cannot walk DIR/root/closed: Permission denied (os error 13); \
             walk as a user who may list it",
        ]
    );
}

#[test]
fn nobody_listens() {
    let desk = Desk::new();
    let root = desk.files(300);
    symlink("nothing", root.join("dangling")).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = desk.identify();
    command
        .arg(&root)
        .stderr(writer.try_clone().unwrap())
        .stdout(writer);
    let end = run(&mut command);
    assert_eq!(end.code, Some(0), "{end:?}");
    assert_eq!(desk.verdicts().len(), 300);
}
