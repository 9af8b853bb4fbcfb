//! How many workers a plan may use: as many as the process has processors, by
//! its affinity and by the quota of its control group.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, id};
use std::thread;

use millpond::Pipeline;

/// Tells a process that it is the one whose limit is asked for.
const ASKED: &str = "MILLPOND_TEST_LIMIT";

/// How many workers a plan may use in this process.
fn limit() -> usize {
    Pipeline::named("limit").explain().limit
}

/// Runs one test of this program by a command that starts it in a process with
/// a limit of its own. That process fails unless the limit is one worker.
fn assert_one_worker(test: &str, command: &mut Command) {
    let started = command
        .arg(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ASKED, "1")
        .output();
    match started {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("1 passed"), "{output:?}");
        }
        Err(error) => println!("not tested, there is no {command:?}: {error}"),
    }
}

/// Whether this is the process that is asked, and its limit is one worker.
fn is_asked() -> bool {
    let is_asked = env::var_os(ASKED).is_some();
    if is_asked {
        assert_eq!(limit(), 1);
    }
    is_asked
}

#[test]
fn the_limit_is_what_the_process_may_use() {
    assert_eq!(limit(), thread::available_parallelism().unwrap().get());
}

#[test]
fn the_limit_follows_the_affinity_of_the_process() {
    if !is_asked() {
        assert_one_worker(
            "the_limit_follows_the_affinity_of_the_process",
            Command::new("taskset").args(["--cpu-list", "0"]),
        );
    }
}

#[test]
fn the_limit_follows_the_quota_of_the_control_group() {
    if is_asked() {
        return;
    }
    let group = match Group::of_one_processor() {
        Ok(group) => group,
        Err(error) => return println!("not tested, no control group can be made: {error}"),
    };
    // The shell enters the group; what it then becomes is in it.
    let enter = format!(
        "echo $$ > {}/cgroup.procs && exec \"$@\"",
        group.0.display()
    );
    assert_one_worker(
        "the_limit_follows_the_quota_of_the_control_group",
        Command::new("sh").args(["-c", &enter, "sh"]),
    );
}

/// A control group whose processes have one processor's time.
struct Group(PathBuf);

impl Group {
    fn of_one_processor() -> io::Result<Self> {
        let mine = fs::read_to_string("/proc/self/cgroup")?;
        // `number:controllers:path`; a line without controllers is version 2.
        let lines = mine.lines().filter_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            Some((controllers, path.trim_start_matches('/')))
        });
        let lines: Vec<_> = lines.collect();
        let first = lines
            .iter()
            .find(|(controllers, _)| controllers.split(',').any(|one| one == "cpu"));
        match first.or_else(|| lines.iter().find(|(controllers, _)| controllers.is_empty())) {
            Some((controllers, path)) => {
                let mount = Path::new("/sys/fs/cgroup").join(controllers);
                Self::below(&mount.join(path), &mount)
            }
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    /// Makes a group in the one that this process is in. In version 2 that has
    /// processes of its own, and so may share out nothing: then in one above.
    fn below(own: &Path, mount: &Path) -> io::Result<Self> {
        let mut refused = io::Error::from(ErrorKind::NotFound);
        for parent in own.ancestors().take_while(|it| it.starts_with(mount)) {
            match Self::made(&parent.join(format!("millpond-limit-{}", id()))) {
                Ok(group) => return Ok(group),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn made(folder: &Path) -> io::Result<Self> {
        fs::create_dir(folder)?;
        let group = Self(folder.to_owned());
        if folder.join("cpu.cfs_quota_us").exists() {
            fs::write(folder.join("cpu.cfs_period_us"), "100000")?;
            fs::write(folder.join("cpu.cfs_quota_us"), "100000")?;
        } else {
            fs::write(folder.join("cpu.max"), "100000 100000")?;
        }
        Ok(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It is empty: its only process has ended and was waited for.
        if let Err(error) = fs::remove_dir(&self.0) {
            println!("{} stays behind: {error}", self.0.display());
        }
    }
}
