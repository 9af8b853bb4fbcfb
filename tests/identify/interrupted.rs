//! Ctrl-C at any time: the program ends in time, says what it has done, exits
//! as documented, and leaves complete lines only.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use super::program::{End, PATIENCE, Running};
use super::report::Report;
use super::{Desk, make_fifo, model, verdicts};

/// What a run may take after it was told to stop, by default.
const DEADLINE: Duration = Duration::from_millis(5250);
/// What a machine under load may add to it.
const SLACK: Duration = Duration::from_secs(2);

/// The command for a run that would go on for minutes.
fn endless(desk: &Desk) -> Command {
    let root = desk.files(200);
    let mut command = desk.identify();
    command.args(std::iter::repeat_n(root, 20_000));
    command
}

/// Ends as one that was stopped and has worked off what was under way.
#[track_caller]
fn drained(end: &End, lines: usize) {
    assert_eq!(end.code, Some(130), "{end:?}");
    let report = Report::of(&end.stdout);
    assert_eq!(report.ending, "stopped");
    report.conserves();
    assert_eq!(report.row("to-file").received, lines as u64);
    assert_eq!(report.row("walk-files").emitted, lines as u64);
}

/// Reads a FIFO line by line, as they come, to its end. An empty line comes
/// before the others, once the program has opened it, and so has begun its run.
fn lines_of(fifo: &Path) -> Receiver<Vec<u8>> {
    make_fifo(fifo);
    let (tell, lines) = channel();
    let fifo = fifo.to_owned();
    thread::spawn(move || {
        let mut reader = BufReader::new(File::open(fifo).unwrap());
        let mut line = Vec::new();
        while tell.send(std::mem::take(&mut line)).is_ok() {
            if reader.read_until(b'\n', &mut line).unwrap() == 0 {
                return;
            }
        }
    });
    lines
}

#[test]
fn after_any_number_of_lines_the_rest_is_worked_off() {
    // None, several times: the run has hardly begun then.
    for count in [0, 0, 0, 1, 100, 5000] {
        let desk = Desk::new();
        let lines = lines_of(&desk.output());
        let running = Running::start(&mut endless(&desk));
        let line = || lines.recv_timeout(PATIENCE).unwrap();
        let mut output: Vec<_> = (0..=count).map(|_| line()).collect();
        let start = Instant::now();
        running.interrupt();
        output.extend(std::iter::from_fn(|| lines.recv_timeout(PATIENCE).ok()));
        let end = running.end(DEADLINE + SLACK);

        assert!(start.elapsed() < DEADLINE + SLACK, "{:?}", start.elapsed());
        drained(&end, verdicts(&output.concat()).len());
    }
}

#[test]
fn in_the_middle_of_a_file_the_lines_are_whole() {
    let desk = Desk::new();
    let running = Running::start(&mut endless(&desk));
    running.wait_until_it_says(" files, ");
    running.interrupt();
    let end = running.end(DEADLINE + SLACK);
    drained(&end, desk.verdicts().len());
}

#[test]
fn at_any_moment_the_lines_are_whole() {
    for moment in (0..10).map(|step| Duration::from_millis(step * step)) {
        let desk = Desk::new();
        let mut running = Running::start(&mut endless(&desk));
        running.ended_within(moment);
        running.interrupt();
        let end = running.end(DEADLINE + SLACK);

        if end.code.is_some() {
            drained(&end, desk.verdicts().len());
        } else {
            // The run had not begun, and the interrupt killed it as it would
            // any program.
            assert_eq!(end.signal, Some(2), "{end:?}");
            assert!(!desk.output().exists(), "after {moment:?}: {end:?}");
        }
    }
}

#[test]
fn twice_drops_what_is_under_way_and_counts_it() {
    let desk = Desk::new();
    // The real model, since with it what is under way takes its time.
    fs::copy(model::magika("model.onnx"), desk.model()).unwrap();
    let running = Running::start(&mut endless(&desk));
    running.wait_until_it_says(" files, ");
    let start = Instant::now();
    let end = running.interrupt_until_the_end();

    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
    assert_eq!(end.code, Some(3), "{end:?}");
    let report = Report::of(&end.stdout);
    assert_eq!(report.ending, "aborted");
    report.conserves();
    let lines = desk.verdicts().len() as u64;
    assert_eq!(report.row("to-file").received, lines);
    assert!(report.row("walk-files").emitted > lines, "{report:?}");
}

/// A desk whose output nobody reads, so that the sink cannot even open it.
fn blocked() -> (Desk, Running) {
    let desk = Desk::new();
    make_fifo(&desk.output());
    let mut running = Running::start(&mut endless(&desk));
    running.wait_until_it_listens();
    (desk, running)
}

#[track_caller]
fn left_behind(end: &End) {
    assert_eq!(end.code, Some(3), "{end:?}");
    let report = Report::of(&end.stdout);
    assert_eq!(report.ending, "aborted");
    assert_eq!(report.stuck_in, ["to-file"], "{report:?}");
    assert_eq!(report.row("to-file").received, 0);
}

#[test]
fn once_ends_what_is_stuck_at_the_deadline() {
    let (_desk, running) = blocked();
    let start = Instant::now();
    running.interrupt();
    let end = running.end(DEADLINE + SLACK);
    let took = start.elapsed();
    assert!(took > Duration::from_secs(5), "{took:?}: {end:?}");
    left_behind(&end);
}

#[test]
fn twice_ends_what_is_stuck_at_once() {
    let (_desk, running) = blocked();
    let start = Instant::now();
    let end = running.interrupt_until_the_end();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}: {end:?}");
    left_behind(&end);
}
