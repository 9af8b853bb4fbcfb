//! Disks that are full: exit code 1, one clear line, and complete lines only.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::program::{self, End, run};
use super::report::Report;
use super::unprivileged::Unprivileged;
use super::{Desk, verdicts};

/// What the program says about the output that it could not write, once the
/// lines that it holds are found to be as many as it says.
#[track_caller]
fn failure(end: &End, output: &Path) -> String {
    assert_eq!(end.code, Some(1), "{end:?}");
    let report = Report::of(&end.stdout);
    assert_eq!(report.ending, "stopped");
    let said: Vec<_> = end
        .stderr
        .lines()
        .filter(|line| !line.contains(" files, "))
        .collect();
    let [said] = said[..] else {
        unreachable!("one line was to be said: {end:?}")
    };
    let place = format!(
        "identify: stage `to-file`, node `to-file` failed: cannot write {}: ",
        output.display()
    );
    let cause = said.strip_prefix(&place);
    let cause = cause.unwrap_or_else(|| unreachable!("{place} but {end:?}"));
    let Some((before, after)) = cause.split_once("; it holds ") else {
        return cause.to_owned();
    };
    let (lines, remedy) = after.split_once("; ").unwrap();
    let lines: usize = lines.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(verdicts(&fs::read(output).unwrap()).len(), lines);
    assert!(report.row("to-file").received >= lines as u64);
    format!("{before}; {remedy}")
}

const FULL: &str = "No space left on device (os error 28); free some space, or write elsewhere";

#[test]
fn a_device_that_is_always_full() {
    let desk = Desk::new();
    let mut command = desk.identify();
    command
        .arg("--output")
        .arg("/dev/full")
        .arg(desk.files(100));
    assert_eq!(failure(&run(&mut command), Path::new("/dev/full")), FULL);
}

/// A small disk, as long as the value lives.
struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Of 64 KiB; `None`, with a line that says so, where none can be mounted.
    fn mount(folder: PathBuf) -> Option<Self> {
        fs::create_dir(&folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]);
        let mounted = mount.arg(&folder).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { folder });
        }
        drop(writeln!(
            std::io::stderr(),
            "skipped: this user cannot mount a small disk"
        ));
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.folder).status();
        drop(unmounted);
    }
}

#[test]
fn a_disk_that_fills_up() {
    let desk = Desk::new();
    let Some(disk) = SmallDisk::mount(desk.at("disk")) else {
        return;
    };
    let output = disk.folder.join("out.jsonl");
    let root = desk.files(2000);
    let mut command = desk.identify();
    let end = run(command.arg("--output").arg(&output).arg(root));
    assert_eq!(failure(&end, &output), FULL);
}

#[test]
fn a_limit_on_file_sizes() {
    let desk = Desk::new();
    let identify = desk.identify();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"]);
    limited
        .arg(identify.get_program())
        .args(identify.get_args());
    let end = program::run_piped(limited.arg(desk.files(2000)));
    assert_eq!(
        failure(&end, &desk.output()),
        "File too large (os error 27); raise the limit on file sizes, or write elsewhere"
    );
}

#[test]
fn a_file_that_may_not_be_written() {
    let Some(nobody) = Unprivileged::new(&program::path()) else {
        return;
    };
    let desk = Desk::new();
    fs::set_permissions(desk.folder.path(), Permissions::from_mode(0o755)).unwrap();
    fs::write(desk.output(), "").unwrap();
    fs::set_permissions(desk.output(), Permissions::from_mode(0o444)).unwrap();
    let mut command = nobody.command();
    command.arg("--model").arg(desk.model());
    command.arg("--output").arg(desk.output());
    let end = program::run_piped(command.arg(desk.files(10)));
    assert_eq!(
        failure(&end, &desk.output()),
        "Permission denied (os error 13); choose a file that you may write"
    );
}
