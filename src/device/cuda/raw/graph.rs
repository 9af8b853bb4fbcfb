use std::ptr;
use std::sync::Arc;

use cudarc::driver::result::{graph, stream};
use cudarc::driver::sys::{self, CUgraph, CUgraphExec, CUstreamCaptureMode, CUstreamCaptureStatus};

use super::call::insist;
use super::memory::Remains;
use super::recording::{Recording, Span, begin_here, cannot_be_recorded, end_here};
use super::store::Store;
use super::{Kernel, Memory, Pinned, Stream};
use crate::device::DeviceError;

/// Work of a stream that was recorded once and is queued by one call, as often
/// as it is wanted: a CUDA graph.
///
/// It uses the very memory that it was recorded with: what the stream keeps,
/// which stays there as long as the graph, memory of other streams and kernels,
/// which it holds, and pinned memory, which each launch has to show anew.
#[derive(Debug)]
pub(crate) struct Graph {
    raw: CUgraphExec,
    stream: Arc<Stream>,
    /// The memory of other streams. The host has seen it arrive, and what is
    /// there is not written again: operations write new memory of their own
    /// stream.
    _memory: Vec<Arc<Memory>>,
    _kernels: Vec<Arc<Kernel>>,
    pinned: Vec<Span>,
}

// SAFETY: the driver takes a graph from any thread, from one at a time, and a
// launch borrows the graph exclusively.
unsafe impl Send for Graph {}

impl Graph {
    /// Records what `queue` gives to a stream that keeps its memory; nothing
    /// of it is done.
    ///
    /// # Errors
    ///
    /// What `queue` returns, or why its work cannot be recorded: it needs
    /// memory that the stream does not keep yet, it waits, it involves another
    /// stream, or memory of the stream is in use before or afterwards.
    ///
    /// # Panics
    ///
    /// If `queue` does; the stream is as before then.
    pub(crate) fn record<T>(
        stream: &Arc<Stream>,
        queue: impl FnOnce() -> Result<T, DeviceError>,
    ) -> Result<(Self, T), DeviceError> {
        // What is in use now could be used by others while the graph runs.
        let is_whole = || stream.store().is_some_and(Store::is_whole);
        if !is_whole() {
            return Err(cannot_be_recorded("cuStreamBeginCapture_v2"));
        }
        let capture = Capture::begin(stream)?;
        let queued = queue();
        let (template, recording) = capture.end()?;
        let queued = queued?;
        if recording.is_spoilt() || !is_whole() {
            return Err(cannot_be_recorded("cuStreamEndCapture"));
        }
        let graph = template.instantiate(recording)?;
        Ok((graph, queued))
    }

    /// Whether the pinned memory that it was recorded with is among this.
    fn is_of(&self, pinned: &[&mut Pinned]) -> bool {
        let shown = |span: &Span| pinned.iter().any(|held| held.number() == span.pinned);
        self.pinned.iter().all(shown)
    }

    /// Queues the work.
    ///
    /// `pinned` is what the work copies from and to, among others; the host
    /// keeps off it until the stream is done.
    ///
    /// # Errors
    ///
    /// If pinned memory that it was recorded with is not among `pinned`, or
    /// what the driver says. Nothing is queued then.
    pub(crate) fn launch(&mut self, pinned: Vec<&mut Pinned>) -> Result<(), DeviceError> {
        if !self.is_of(&pinned) {
            let call = "cuGraphLaunch";
            let code = "its pinned memory is gone".into();
            return Err(DeviceError::Driver { call, code });
        }
        for pinned in pinned {
            let mut spans = self.pinned.iter();
            if let Some(span) = spans.find(|span| span.pinned == pinned.number()) {
                pinned.lend(&self.stream, span.bytes)?;
            }
        }
        self.stream.context().call("cuGraphLaunch", || {
            // SAFETY: graph and stream are live, and so is all memory that the
            // work uses: see the type.
            unsafe { graph::launch(self.raw, self.stream.raw()) }
        })
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.stream.context().release("cuGraphExecDestroy", || {
            // SAFETY: made by `instantiate`; the driver keeps what still runs
            // until it has run.
            unsafe { graph::exec_destroy(self.raw) }
        });
        if let Some(store) = self.stream.store() {
            store.remove_graph();
        }
    }
}

/// A stream whose work is recorded and not done; it ends when dropped.
struct Capture<'a> {
    stream: &'a Arc<Stream>,
    open: bool,
}

impl<'a> Capture<'a> {
    fn begin(stream: &'a Arc<Stream>) -> Result<Self, DeviceError> {
        // Held, so that no other thread comes between.
        let mut recording = stream.recording();
        stream.context().call("cuStreamBeginCapture_v2", || {
            // Other threads may go on as they like, allocate for instance.
            let mode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
            // SAFETY: the stream is live.
            unsafe { stream::begin_capture(stream.raw(), mode) }
        })?;
        *recording = Some(Recording::default());
        drop(recording);
        begin_here();
        Ok(Self { stream, open: true })
    }

    fn end(mut self) -> Result<(Template<'a>, Recording), DeviceError> {
        self.close()
    }

    /// Ends the capture, past errors that leave the stream captured: what is
    /// given to it would never be done.
    fn close(&mut self) -> Result<(Template<'a>, Recording), DeviceError> {
        self.open = false;
        let recordable = end_here();
        let stream = self.stream;
        // Held, so that no other thread comes between.
        let mut held = stream.recording();
        let mut raw = ptr::null_mut();
        let mut answer = Ok(());
        insist(|| {
            answer = stream.context().call("cuStreamEndCapture", || {
                // SAFETY: the stream is live.
                raw = unsafe { stream::end_capture(stream.raw())? };
                Ok(())
            });
            if answer.is_err() && is_captured(stream)? {
                return answer.clone();
            }
            Ok(())
        })?;
        let mut recording = held.take().unwrap_or_default();
        drop(held);
        if !recordable {
            recording.spoil();
        }
        recording.remains.drain(..).for_each(Remains::free);
        answer?;
        let template = Template { raw, stream };
        Ok((template, recording))
    }
}

impl Drop for Capture<'_> {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.close()
        {
            tracing::debug!(%error, "a capture was given up");
        }
    }
}

fn is_captured(stream: &Stream) -> Result<bool, DeviceError> {
    let status = stream.context().call("cuStreamIsCapturing", || {
        // SAFETY: the stream is live.
        unsafe { stream::is_capturing(stream.raw()) }
    })?;
    Ok(status != CUstreamCaptureStatus::CU_STREAM_CAPTURE_STATUS_NONE)
}

/// A graph as it was recorded, of which the one that runs is made.
struct Template<'a> {
    raw: CUgraph,
    stream: &'a Arc<Stream>,
}

impl Template<'_> {
    fn instantiate(&self, recording: Recording) -> Result<Graph, DeviceError> {
        let flags = sys::CUgraphInstantiate_flags(0);
        let raw = self
            .stream
            .context()
            .call("cuGraphInstantiateWithFlags", || {
                // SAFETY: the graph is live; `Drop` of `Graph` destroys what is made.
                unsafe { graph::instantiate(self.raw, flags) }
            })?;
        if let Some(store) = self.stream.store() {
            store.add_graph();
        }
        Ok(Graph {
            raw,
            stream: Arc::clone(self.stream),
            _memory: recording.memory,
            _kernels: recording.kernels,
            pinned: recording.pinned,
        })
    }
}

impl Drop for Template<'_> {
    fn drop(&mut self) {
        self.stream.context().release("cuGraphDestroy", || {
            // SAFETY: made by `Capture::close`.
            unsafe { graph::destroy(self.raw) }
        });
    }
}
