use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use crate::node::Workers;

/// So many bytes are read at once.
const CHUNK: usize = 64 * 1024;

/// What bytes are read from.
pub(in crate::stages) struct Input {
    from: Box<dyn Read + Send>,
    /// Also kept here where a read may wait, to wait with a limit instead.
    #[cfg(unix)]
    waits: Option<File>,
}

/// The bytes of an [`Input`], read ahead by one chunk on a thread of its own.
///
/// The thread waits while nobody takes its chunk. It ends when all is read,
/// or soon after it is told to or the chunks are dropped, even where nothing
/// comes: on a terminal, on a pipe whose writer is silent. (Where there is no
/// `poll`, such as on Windows, it then ends at the next byte.)
#[derive(Debug)]
pub(super) struct Chunks {
    read: mpsc::Receiver<ReadOnce>,
    stop: Arc<AtomicBool>,
}

/// What one read gave.
type ReadOnce = io::Result<Chunk>;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunk {
    /// Bytes, at least one.
    Bytes(Vec<u8>),
    /// There are no more.
    End,
}

impl Input {
    /// Reads a file. One that is no regular file may let its reader wait.
    pub(in crate::stages) fn file(file: File) -> io::Result<Self> {
        #[cfg(unix)]
        let waits = if file.metadata()?.is_file() {
            None
        } else {
            Some(file.try_clone()?)
        };
        Ok(Self {
            from: Box::new(file),
            #[cfg(unix)]
            waits,
        })
    }

    /// Reads the standard input of the process, from where others left it.
    pub(in crate::stages) fn stdin() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use std::os::fd::AsFd;

            // Not through `Stdin`, which reads ahead into a buffer of its own.
            let own = io::stdin().as_fd().try_clone_to_owned()?;
            Self::file(File::from(own))
        }
        #[cfg(not(unix))]
        Ok(Self {
            from: Box::new(io::stdin()),
        })
    }

    fn read(&mut self) -> ReadOnce {
        let mut bytes = vec![0; CHUNK];
        let count = self.from.read(&mut bytes)?;
        bytes.truncate(count);
        Ok(match count {
            0 => Chunk::End,
            _ => Chunk::Bytes(bytes),
        })
    }

    /// Waits a moment for something to read; false if there is nothing yet.
    #[cfg(unix)]
    fn ready(&self) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use rustix::io::Errno;

        /// A stop is seen after so many nanoseconds at the latest.
        const MOMENT: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 50_000_000,
        };
        let Some(file) = &self.waits else {
            return Ok(true);
        };
        match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&MOMENT)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(unix))]
    fn ready(&self) -> io::Result<bool> {
        Ok(true)
    }
}

impl Chunks {
    /// Begins to read on a thread of the run.
    pub(super) fn start(workers: &Workers, name: &str, input: Input) -> io::Result<Self> {
        let (send, read) = mpsc::channel(1);
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        workers.spawn(format!("{name} reader"), move || {
            read_all(input, &told, &send);
        })?;
        Ok(Self { read, stop })
    }

    /// Tells the thread to read no more. What it has read still comes.
    pub(super) fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Hands out what was read next; nothing more after [`Chunk::End`], after
    /// an error, or once a stop has been seen.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<ReadOnce>> {
        self.read.poll_recv(cx)
    }
}

fn read_all(mut input: Input, stop: &AtomicBool, send: &mpsc::Sender<ReadOnce>) {
    while !stop.load(Relaxed) && !send.is_closed() {
        let read = match input.ready() {
            Ok(false) => continue,
            Ok(true) => input.read(),
            Err(error) => Err(error),
        };
        let last = match &read {
            Ok(Chunk::Bytes(_)) => false,
            Ok(Chunk::End) => true,
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => continue,
                _ => true,
            },
        };
        if send.blocking_send(read).is_err() || last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    /// Gives a byte at a time, and counts.
    struct Counted {
        reads: Arc<AtomicUsize>,
        most: usize,
    }

    impl Read for Counted {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let reads = self.reads.fetch_add(1, Relaxed);
            if reads == self.most {
                return Ok(0);
            }
            to[0] = b'x';
            Ok(1)
        }
    }

    fn start(most: usize) -> (Chunks, Arc<AtomicUsize>) {
        let reads = Arc::new(AtomicUsize::new(0));
        let input = Input {
            from: Box::new(Counted {
                reads: Arc::clone(&reads),
                most,
            }),
            #[cfg(unix)]
            waits: None,
        };
        let workers =
            Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
        (Chunks::start(&workers, "test", input).unwrap(), reads)
    }

    async fn next(chunks: &mut Chunks) -> Option<Chunk> {
        poll_fn(|cx| chunks.poll_next(cx)).await.map(Result::unwrap)
    }

    #[tokio::test]
    async fn no_more_than_two_chunks_are_read_ahead() {
        let (mut chunks, reads) = start(1000);
        for taken in 1..=1000 {
            assert_eq!(next(&mut chunks).await, Some(Chunk::Bytes(vec![b'x'])));
            assert!(
                reads.load(Relaxed) <= taken + 2,
                "{taken} taken of {reads:?}"
            );
        }
        assert_eq!(next(&mut chunks).await, Some(Chunk::End));
        assert_eq!(next(&mut chunks).await, None);
    }

    #[tokio::test]
    async fn what_was_read_before_a_stop_still_comes_and_no_more() {
        let (mut chunks, reads) = start(usize::MAX);
        assert!(next(&mut chunks).await.is_some());
        chunks.stop();
        let mut came = 1;
        while next(&mut chunks).await.is_some() {
            came += 1;
        }
        assert_eq!(came, reads.load(Relaxed));
        assert!(came <= 5, "{came}");
    }
}
