//! Finds the program, runs it, and waits for it with a limit.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

/// How long a machine under load may take for what takes a second.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The program, which `cargo` puts beside the tests.
///
/// # Panics
///
/// If it has not been built; the message says how to.
pub(crate) fn identify() -> Command {
    let mut command = Command::new(path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Where the program is.
pub(crate) fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    let path = profile.join("examples/identify");
    let release = if cfg!(debug_assertions) {
        ""
    } else {
        " --release"
    };
    assert!(
        path.exists(),
        "there is no {}: run `cargo build{release} --features onnx --example identify`",
        path.display()
    );
    path
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct End {
    /// What it exited with; nothing if a signal killed it.
    pub(crate) code: Option<i32>,
    /// The signal that killed it.
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> End {
    Running::start(command).end(PATIENCE)
}

/// Runs a command of another make to its end.
#[track_caller]
pub(crate) fn run_piped(command: &mut Command) -> End {
    run(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// The program while it runs. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Running {
    pid: u32,
    /// What it says on standard error, as it says it.
    said: Receiver<String>,
    end: Receiver<End>,
    ended: Option<End>,
}

impl Running {
    /// Starts the program and collects what it prints where that is piped.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (say, said) = channel();
        let (tell, end) = channel();
        let pid = child.id();
        thread::spawn(move || {
            let stdout = child.stdout.take().map(|mut out| {
                thread::spawn(move || {
                    let mut text = String::new();
                    out.read_to_string(&mut text).map(|_| text).unwrap()
                })
            });
            let mut stderr = String::new();
            for line in child
                .stderr
                .take()
                .map(BufReader::new)
                .into_iter()
                .flat_map(BufRead::lines)
            {
                let line = line.unwrap();
                stderr.push_str(&line);
                stderr.push('\n');
                // Nobody may be waiting for it.
                drop(say.send(line));
            }
            drop(say);
            let stdout = stdout.map_or_else(String::new, |out| out.join().unwrap());
            drop(tell.send(ended(child, stdout, stderr)));
        });
        Self {
            pid,
            said,
            end,
            ended: None,
        }
    }

    /// Waits for a line on standard error that has this in it.
    #[track_caller]
    pub(crate) fn wait_until_it_says(&self, what: &str) {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.said.recv_timeout(left) {
                Ok(line) if line.contains(what) => return,
                Ok(_) => {}
                Err(error) => unreachable!("it never said {what:?}: {error}"),
            }
        }
    }

    /// Waits until an interrupt would no longer simply kill it.
    #[track_caller]
    pub(crate) fn wait_until_it_listens(&mut self) {
        let start = Instant::now();
        while !self.listens() {
            assert!(start.elapsed() < PATIENCE, "it never minded interrupts");
            let ended = self.ended_within(Duration::from_millis(1));
            assert!(!ended, "it ended before it minded interrupts: {self:?}");
        }
    }

    fn listens(&self) -> bool {
        // SIGINT is signal 2, and so the second bit of those it handles.
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        let handled = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let handled = handled.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
        handled.unwrap_or(0) & 0b10 != 0
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Presses Ctrl-C again and again until it has ended, so that no two are
    /// taken for one.
    #[track_caller]
    pub(crate) fn interrupt_until_the_end(mut self) -> End {
        let start = Instant::now();
        while !self.ended_within(Duration::from_millis(5)) && start.elapsed() < PATIENCE {
            self.interrupt();
        }
        self.end(Duration::ZERO)
    }

    /// Waits for its end, at most so long.
    pub(crate) fn ended_within(&mut self, limit: Duration) -> bool {
        if self.ended.is_none() {
            self.ended = self.end.recv_timeout(limit).ok();
        }
        self.ended.is_some()
    }

    /// Waits for its end, and returns it.
    #[track_caller]
    pub(crate) fn end(mut self, limit: Duration) -> End {
        self.ended_within(limit);
        let ended = self.ended.take();
        ended.unwrap_or_else(|| unreachable!("it did not end within {limit:?}"))
    }

    fn signal(&self, name: &str) {
        let mut shell = Command::new("sh");
        shell.args(["-c", "kill -$0 $1", name, &self.pid.to_string()]);
        // It may have ended a moment ago, and `kill` then says so.
        drop(shell.stderr(Stdio::null()).status());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(RecvTimeoutError::Timeout) = self.end.recv_timeout(Duration::ZERO) {
            self.signal("KILL");
        }
    }
}

fn ended(mut child: Child, stdout: String, stderr: String) -> End {
    let status = child.wait().unwrap();
    End {
        code: status.code(),
        signal: status.signal(),
        stdout,
        stderr,
    }
}
