use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use tokio::time::Instant;

use crate::graph::Outlet;
use crate::message::{Message, Mode};
use crate::stage::{Identified, Stage};

/// Lets every message pass, and writes a line of progress now and then.
///
/// A line says how many messages have passed and how many of them a second
/// since the line before; the last line, written when the node ends, gives
/// the rate over all. Lines are written as messages pass, so a stream that
/// stands still writes none, nor does one that ends without a message.
pub struct Monitor {
    what: String,
    period: Duration,
    to: Box<dyn Write + Send>,
}

impl Monitor {
    /// Writes to standard error, every second. `what` is what is counted, in
    /// the plural: "files".
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            period: Duration::from_secs(1),
            to: Box::new(io::stderr()),
        }
    }

    /// Sets the time between two lines.
    #[must_use]
    pub fn every(mut self, period: Duration) -> Self {
        self.period = period;
        self
    }

    /// Sets where the lines go. What cannot be written is left out.
    #[must_use]
    pub fn to(mut self, to: impl Write + Send + 'static) -> Self {
        self.to = Box::new(to);
        self
    }
}

impl fmt::Debug for Monitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor")
            .field("what", &self.what)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

impl Identified for Monitor {
    const ID: &'static str = "monitor";
}

impl<T: Message, M: Mode> Stage<T, M> for Monitor {
    type Out = T;

    fn build(self, input: Outlet<T, M>) -> Outlet<T, M> {
        let mut meter = None;
        let mut monitor = Some(self);
        input.map(move |message| {
            // The clock starts with the first message, on the worker.
            if let Some(monitor) = monitor.take() {
                meter = Some(Meter::start(monitor));
            }
            if let Some(meter) = &mut meter {
                meter.tick();
            }
            message
        })
    }
}

/// Counts, and writes when a period has passed.
struct Meter {
    monitor: Monitor,
    started: Instant,
    last: Instant,
    count: u64,
    count_at_last: u64,
}

impl Meter {
    fn start(monitor: Monitor) -> Self {
        let now = Instant::now();
        Self {
            monitor,
            started: now,
            last: now,
            count: 0,
            count_at_last: 0,
        }
    }

    fn tick(&mut self) {
        self.count += 1;
        let now = Instant::now();
        let since = now - self.last;
        if since >= self.monitor.period {
            self.write(self.count - self.count_at_last, since);
            self.last = now;
            self.count_at_last = self.count;
        }
    }

    fn write(&mut self, count: u64, over: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "a rate for the eye")]
        let rate = count as f64 / over.as_secs_f64().max(1e-9);
        let line = writeln!(
            self.monitor.to,
            "{} {}, {rate:.0}/s",
            self.count, self.monitor.what
        );
        // Progress that cannot be shown must not stop the work.
        drop(line);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.write(self.count, self.started.elapsed());
    }
}
