//! Runs a program as a user who owns nothing, since permissions bind everyone
//! but root, as whom tests often run.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The user and group that owns no file.
const NOBODY: u32 = 65534;

/// A program in a place that every user can reach.
#[derive(Debug)]
pub(crate) struct Unprivileged {
    program: PathBuf,
    /// Whether the user has to be changed at all.
    root: bool,
    /// A folder that everybody may write in, with a copy of the program if
    /// the program itself is out of reach.
    folder: TempDir,
}

impl Unprivileged {
    /// Makes `program` ready; `None`, with a line that says so, where it
    /// cannot be run as anybody else.
    pub(crate) fn new(program: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let mut this = Self {
            program: program.to_owned(),
            root,
            folder,
        };
        if this.starts() {
            return Some(this);
        }
        this.program = this.folder.path().join("program");
        fs::copy(program, &this.program).unwrap();
        if this.starts() {
            return Some(this);
        }
        drop(writeln!(
            std::io::stderr(),
            "skipped: this system runs no program as user {NOBODY}"
        ));
        None
    }

    /// A folder that the program may write in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program, to be started as nobody.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(self.folder());
        if self.root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn starts(&self) -> bool {
        let mut command = self.command();
        command.arg("--help").stdout(Stdio::null());
        command.stderr(Stdio::null()).status().is_ok()
    }
}
