//! What tokio has that gives items without being a stream.

use tokio::fs::ReadDir;
use tokio::io::{AsyncBufRead, Lines, Split};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
#[cfg(unix)]
use tokio::signal::unix::Signal;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Interval;
use tokio_stream::wrappers::{
    BroadcastStream, IntervalStream, LinesStream, ReadDirStream, ReceiverStream, SplitStream,
    TcpListenerStream, UnboundedReceiverStream, WatchStream,
};
#[cfg(unix)]
use tokio_stream::wrappers::{SignalStream, UnixListenerStream};

use super::IntoForeign;

/// Marks the form of tokio's receivers, intervals, listeners, signals and
/// readers. See [`IntoForeign`].
#[derive(Debug)]
pub enum OfTokio {}

impl<T> IntoForeign<OfTokio> for mpsc::Receiver<T> {
    type Stream = ReceiverStream<T>;

    fn into_foreign(self) -> Self::Stream {
        ReceiverStream::new(self)
    }
}

impl<T> IntoForeign<OfTokio> for mpsc::UnboundedReceiver<T> {
    type Stream = UnboundedReceiverStream<T>;

    fn into_foreign(self) -> Self::Stream {
        UnboundedReceiverStream::new(self)
    }
}

impl<T: Clone + Send + 'static> IntoForeign<OfTokio> for broadcast::Receiver<T> {
    type Stream = BroadcastStream<T>;

    fn into_foreign(self) -> Self::Stream {
        BroadcastStream::new(self)
    }
}

impl<T: Clone + Send + Sync + 'static> IntoForeign<OfTokio> for watch::Receiver<T> {
    type Stream = WatchStream<T>;

    fn into_foreign(self) -> Self::Stream {
        WatchStream::new(self)
    }
}

impl IntoForeign<OfTokio> for Interval {
    type Stream = IntervalStream;

    fn into_foreign(self) -> Self::Stream {
        IntervalStream::new(self)
    }
}

impl IntoForeign<OfTokio> for TcpListener {
    type Stream = TcpListenerStream;

    fn into_foreign(self) -> Self::Stream {
        TcpListenerStream::new(self)
    }
}

#[cfg(unix)]
impl IntoForeign<OfTokio> for UnixListener {
    type Stream = UnixListenerStream;

    fn into_foreign(self) -> Self::Stream {
        UnixListenerStream::new(self)
    }
}

#[cfg(unix)]
impl IntoForeign<OfTokio> for Signal {
    type Stream = SignalStream;

    fn into_foreign(self) -> Self::Stream {
        SignalStream::new(self)
    }
}

impl<R: AsyncBufRead> IntoForeign<OfTokio> for Lines<R> {
    type Stream = LinesStream<R>;

    fn into_foreign(self) -> Self::Stream {
        LinesStream::new(self)
    }
}

impl<R: AsyncBufRead> IntoForeign<OfTokio> for Split<R> {
    type Stream = SplitStream<R>;

    fn into_foreign(self) -> Self::Stream {
        SplitStream::new(self)
    }
}

impl IntoForeign<OfTokio> for ReadDir {
    type Stream = ReadDirStream;

    fn into_foreign(self) -> Self::Stream {
        ReadDirStream::new(self)
    }
}
