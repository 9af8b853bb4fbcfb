//! What a stream may be given to do.

use std::sync::Arc;

use crate::{
    api::pointer::{HostCall, HostSpan},
    clock::Ticket,
    code::{Answer, Code},
    driver::State,
    module::Launch,
    perform::Extra,
};

/// An operation of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// From the host to the device.
    Upload {
        to: u64,
        from: Source,
    },
    /// From the device to the host.
    Download {
        to: HostSpan,
        from: u64,
        pinned: bool,
    },
    /// From device memory to device memory.
    Move {
        to: u64,
        from: u64,
        len: usize,
    },
    Fill {
        to: u64,
        len: usize,
        pattern: Arc<[u8]>,
    },
    Launch(Arc<Launch>),
    Free(u64),
    Call(HostCall),
    Graph(Arc<[Self]>),
    /// Tells an event that its stream has come to it.
    Reach(u64),
    /// Only waits for what it needs.
    Wait,
    /// A planned fault: the device is lost here.
    Lose(Code),
}

/// Where an upload takes its bytes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Pageable memory: taken when the copy was asked for, as the API says.
    Staged(Arc<[u8]>),
    /// Pinned memory: read when the stream comes to the copy. `seen` is what
    /// it held when the copy was asked for.
    Pinned {
        span: HostSpan,
        seen: Option<Arc<[u8]>>,
    },
}

impl Work {
    /// Names the operation in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Upload { .. } => "copy to the device".into(),
            Self::Download { .. } => "copy to the host".into(),
            Self::Move { .. } => "copy on the device".into(),
            Self::Fill { .. } => "fill".into(),
            Self::Launch(launch) => format!("kernel {}", launch.name()),
            Self::Free(_) => "free".into(),
            _ => "operation".into(),
        }
    }

    /// Lists the stretches of host memory that the operation uses for as long
    /// as it has not ended; true for those that it writes.
    pub(crate) fn host_spans(&self) -> Vec<(HostSpan, bool)> {
        match self {
            Self::Upload {
                from: Source::Pinned { span, .. },
                ..
            } => vec![(*span, false)],
            Self::Download {
                to, pinned: true, ..
            } => vec![(*to, true)],
            Self::Graph(works) => works.iter().flat_map(Self::host_spans).collect(),
            _ => Vec::new(),
        }
    }
}

impl State {
    /// Gives an operation to a stream, or to the capture that it is in.
    pub(crate) fn submit(&mut self, stream: u64, work: Work, extra: Extra) -> Answer<()> {
        let Some(work) = self.capture(stream, work)? else {
            return Ok(());
        };
        self.forget_ended_copies();
        let spans = work.host_spans();
        let work = self.with_sources_seen(work);
        let ticket = self.enqueue(stream, work, &[], extra)?;
        for (span, write) in spans {
            self.host.use_until(span, write, ticket);
        }
        Ok(())
    }

    /// Forgets which host memory was used by copies that have ended.
    pub(crate) fn forget_ended_copies(&mut self) {
        let streams = &self.streams;
        let done = |ticket: Ticket| {
            streams
                .get(&ticket.stream)
                .is_none_or(|stream| stream.has_done(ticket.number))
        };
        self.host.forget(done);
    }

    /// Notes what pinned sources hold now, unless a copy is still to write
    /// them: then they rightly hold something else later.
    fn with_sources_seen(&self, work: Work) -> Work {
        match work {
            Work::Upload {
                to,
                from: Source::Pinned { span, .. },
            } if !self.host.in_use(span, true) => Work::Upload {
                to,
                from: Source::Pinned {
                    span,
                    seen: Some(span.read().into()),
                },
            },
            Work::Graph(works) => {
                // The graph itself may write what it copies from.
                let spans = works.iter().flat_map(Work::host_spans);
                let written: Vec<_> = spans.filter(|(_, write)| *write).collect();
                let own = |(span, _): (HostSpan, bool)| {
                    written.iter().any(|(write, _)| write.overlaps(span))
                };
                let seen = |work: &Work| {
                    if work.host_spans().into_iter().any(own) {
                        work.clone()
                    } else {
                        self.with_sources_seen(work.clone())
                    }
                };
                Work::Graph(works.iter().map(seen).collect())
            }
            other => other,
        }
    }
}
