//! What a test may read back: counters, and the list of violations.

use serde::Serialize;

use crate::driver::State;

/// Counters of what happened.
#[derive(Clone, Default, Debug)]
pub(crate) struct Counters {
    pub(crate) calls: u64,
    pub(crate) copies: u64,
    pub(crate) launches: u64,
    pub(crate) graph_launches: u64,
    copies_running: u64,
    launches_running: u64,
    overlapped: u64,
}

/// What an operation keeps busy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A copy between host and device.
    Copy,
    Launch,
    Other,
}

impl Counters {
    /// Notes that an operation begins.
    pub(crate) fn begin(&mut self, kind: Kind) {
        match kind {
            Kind::Copy => {
                self.copies += 1;
                self.copies_running += 1;
                self.overlapped += u64::from(self.launches_running > 0);
            }
            Kind::Launch => {
                self.launches += 1;
                self.launches_running += 1;
                self.overlapped += u64::from(self.copies_running > 0);
            }
            Kind::Other => {}
        }
    }

    /// Notes that it ended.
    pub(crate) fn end(&mut self, kind: Kind) {
        match kind {
            Kind::Copy => self.copies_running = self.copies_running.saturating_sub(1),
            Kind::Launch => self.launches_running = self.launches_running.saturating_sub(1),
            Kind::Other => {}
        }
    }
}

/// The report, as JSON.
#[derive(Serialize, Debug)]
struct Report<'a> {
    /// Driver functions called.
    calls: u64,
    /// Device allocations that are live, and their bytes.
    allocations: usize,
    bytes: u64,
    /// The most bytes that were ever live at once.
    peak_bytes: u64,
    /// Bytes that are live or kept by the pools.
    reserved_bytes: u64,
    /// Pinned host allocations that are live, and their bytes.
    pinned: usize,
    pinned_bytes: usize,
    /// Streams, events, modules and graphs that are not destroyed.
    streams: usize,
    events: usize,
    modules: usize,
    graphs: usize,
    /// Contexts that are retained.
    contexts: u32,
    /// Operations enqueued or running.
    pending: u64,
    /// Copies between host and device, and launches, that have begun.
    copies: u64,
    launches: u64,
    /// Graphs that have begun; what they hold counts above.
    graph_launches: u64,
    /// How many of the copies and launches began while one of the other kind was running.
    overlapped: u64,
    /// Faults that have struck.
    injected: u64,
    violations: &'a [String],
}

impl State {
    /// Returns the report as JSON.
    pub(crate) fn report(&self) -> String {
        let (pinned, pinned_bytes) = self.host.live();
        let report = Report {
            calls: self.counters.calls,
            allocations: self.space.live(None).count(),
            bytes: self.space.live_bytes(None),
            peak_bytes: self.space.peak_bytes(),
            reserved_bytes: (0..self.devices.len())
                .map(|device| self.reserved(device))
                .sum(),
            pinned,
            pinned_bytes,
            streams: self.open_streams(),
            events: self.events.len(),
            modules: self.modules.len(),
            graphs: self.graphs.len(),
            contexts: self.devices.iter().map(|device| device.retained).sum(),
            pending: self.pending(),
            copies: self.counters.copies,
            launches: self.counters.launches,
            graph_launches: self.counters.graph_launches,
            overlapped: self.counters.overlapped,
            injected: self.faults.injected(),
            violations: &self.violations,
        };
        serde_json::to_string(&report).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
    }
}
