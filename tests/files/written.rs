//! What a run leaves in a file, however it ends.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::time::Duration;

use millpond::runtime::Ending;
use millpond::stages::{FileMode, FromIter, Queue, ToFile};
use millpond::{Pipeline, RunOptions};

use super::{Line, Target, failed, in_time, joined, line, make_fifo, source, until};

#[tokio::test]
async fn a_completed_run_leaves_a_line_per_message_in_order() {
    let target = Target::new();
    fs::write(&target.path, "what was there before").unwrap();
    let sink = ToFile::json_lines(&target.path);
    let report = source("whole", 0..10_000).sink(sink).run().await.unwrap();
    assert_eq!(target.numbers(), (0..10_000).collect::<Vec<_>>());
    assert_eq!(report.node("to-file").received, 10_000);
}

#[tokio::test]
async fn a_run_without_messages_leaves_an_empty_file() {
    let target = Target::new();
    fs::write(&target.path, "what was there before").unwrap();
    let sink = ToFile::json_lines(&target.path);
    source("empty", 0..0).sink(sink).run().await.unwrap();
    assert_eq!(fs::read(&target.path).unwrap(), b"");
}

#[tokio::test]
async fn a_line_may_be_longer_than_what_is_written_at_once() {
    let target = Target::new();
    let long = |number| Line {
        number,
        text: "x".repeat(100_000),
    };
    Pipeline::named("long")
        .source(FromIter::new((0..5).map(long)))
        .sink(ToFile::json_lines(&target.path))
        .run()
        .await
        .unwrap();
    assert_eq!(target.numbers(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_stopped_run_leaves_all_that_was_under_way() {
    let target = Target::new();
    let pipeline = source("stop", 0..).sink(ToFile::json_lines(&target.path));
    let handle = pipeline.start().unwrap();
    until("a thousand messages have come", || {
        handle.snapshot().node("to-file").received >= 1000
    })
    .await;
    handle.stop();
    let report = joined(handle).await.unwrap();

    assert_eq!(report.ending, Ending::Stopped);
    let received = report.node("to-file").received;
    assert_eq!(report.node("from-iter").emitted, received);
    assert_eq!(target.numbers(), (0..received).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_aborted_run_leaves_what_the_sink_had_received() {
    for messages in [1, 50, 3000] {
        let target = Target::new();
        let pipeline = source("abort", 0..).sink(ToFile::json_lines(&target.path));
        let handle = pipeline.start().unwrap();
        until("messages have come", || {
            handle.snapshot().node("to-file").received >= messages
        })
        .await;
        handle.abort();
        let report = joined(handle).await.unwrap();

        assert_eq!(report.ending, Ending::Aborted);
        assert!(report.unaccounted().is_empty(), "{report}");
        let received = report.node("to-file").received;
        assert_eq!(target.numbers(), (0..received).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_panic_upstream_leaves_every_line_before_it() {
    let target = Target::new();
    let pipeline = source("panic", 0..)
        .node("risky", |lines| {
            lines.inspect(|line: &Line| assert_ne!(line.number, 5000, "the bad one"))
        })
        .sink(ToFile::json_lines(&target.path));
    let failure = failed(pipeline).await;

    assert_eq!(&*failure.first.node, "risky");
    assert_eq!(failure.report.node("to-file").received, 5000);
    assert_eq!(target.numbers(), (0..5000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_line_does_not_wait_for_company() {
    let target = Target::new();
    make_fifo(&target.path);
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let path = target.path.clone();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(File::open(path).unwrap()).lines() {
            tell.blocking_send(line.unwrap()).unwrap();
        }
    });
    let (sender, queue) = Queue::bounded(std::num::NonZeroUsize::MIN);
    let pipeline = Pipeline::named("prompt").source(queue);
    let handle = pipeline.sink(ToFile::json_lines(&target.path)).start();
    for number in 0..3 {
        sender.send(line(number)).await.unwrap();
        let came = in_time("a line without a second message", told.recv()).await;
        let came = came.unwrap();
        assert_eq!(serde_json::from_str::<Line>(&came).unwrap(), line(number));
    }
    drop(sender);
    joined(handle.unwrap()).await.unwrap();
    assert_eq!(in_time("the end of the file", told.recv()).await, None);
    reader.join().unwrap();
}

#[tokio::test]
async fn a_sink_whose_reader_stands_still_is_named_and_left_behind() {
    let target = Target::new();
    make_fifo(&target.path);
    let long = |number| Line {
        number,
        text: "x".repeat(4096),
    };
    let options = RunOptions::new().stop_deadline(Duration::from_millis(50));
    let handle = Pipeline::named("stuck")
        .source(FromIter::new((0..).map(long)))
        .capacity(128)
        .sink(ToFile::json_lines(&target.path))
        .start_with(options)
        .unwrap();
    // Waits for the sink; nothing is read. A pipe holds 64 KiB.
    let unread = File::open(&target.path).unwrap();
    until("more messages are under way than the pipe holds", || {
        handle.snapshot().node("from-iter").emitted > 100
    })
    .await;
    handle.stop();
    let report = joined(handle).await.unwrap();

    assert_eq!(report.ending, Ending::Aborted);
    let stuck: Vec<_> = report.left_behind.iter().map(|left| &left.node).collect();
    assert_eq!(stuck, [&Some("to-file".into())], "{report}");
    drop(unread);
}

#[tokio::test]
async fn a_file_that_a_killed_process_left_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let left = |number: u32| {
        let process = std::process::id();
        folder.path().join(format!(".out.{process}-{number}.part"))
    };
    // Other tests of this process may have used the first numbers.
    for number in 0..64 {
        fs::write(left(number), "left").unwrap();
    }
    let path = folder.path().join("out");
    let sink = ToFile::builder().path(&path).mode(FileMode::Atomic).build();
    let pipeline = Pipeline::named("part")
        .source(FromIter::new([1, 2]))
        .sink(sink);
    let run = pipeline.run_local(RunOptions::new());
    in_time("the run", run).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n");
    assert_eq!(fs::read_to_string(left(0)).unwrap(), "left");
}
