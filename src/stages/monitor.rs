use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use typed_builder::TypedBuilder;

use crate::graph::Outlet;
use crate::message::{Message, Mode};
use crate::stage::config::duration;
use crate::stage::{Identified, Stage};

/// Lets every message pass, and writes a line of progress now and then.
///
/// A line says how many messages have passed and how many of them a second
/// since the line before; the last line, written when the node ends, gives
/// the rate over all. Lines are written as messages pass, so a stream that
/// stands still writes none, nor does one that ends without a message.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct Monitor {
    /// What is counted, in the plural.
    #[builder(default = Self::default().what, setter(into))]
    pub what: String,
    /// The time between two lines.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration::schema")]
    #[builder(default = Self::default().every)]
    pub every: Duration,
    #[serde(skip)]
    #[builder(setter(skip), default)]
    to: Display,
}

/// Where the lines go: standard error, if nowhere else.
#[derive(Clone, Default)]
struct Display(Option<Arc<Mutex<dyn Write + Send>>>);

impl Default for Monitor {
    /// Messages, every second.
    fn default() -> Self {
        Self {
            what: "messages".to_owned(),
            every: Duration::from_secs(1),
            to: Display::default(),
        }
    }
}

impl Monitor {
    /// Writes to standard error, every second. `what` is what is counted, in
    /// the plural: "files".
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            ..Self::default()
        }
    }

    /// Sets the time between two lines.
    #[must_use]
    pub fn every(mut self, period: Duration) -> Self {
        self.every = period;
        self
    }

    /// Sets where the lines go. What cannot be written is left out.
    #[must_use]
    pub fn to(mut self, to: impl Write + Send + 'static) -> Self {
        self.to = Display(Some(Arc::new(Mutex::new(to))));
        self
    }
}

impl Display {
    fn line(&self, line: fmt::Arguments<'_>) {
        let written = match &self.0 {
            Some(to) => {
                let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
                writeln!(to, "{line}")
            }
            None => writeln!(io::stderr(), "{line}"),
        };
        // Progress that cannot be shown must not stop the work.
        drop(written);
    }
}

impl fmt::Debug for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "given" } else { "stderr" })
    }
}

crate::register!(stage Monitor: any);

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
        if since >= self.monitor.every {
            self.write(self.count - self.count_at_last, since);
            self.last = now;
            self.count_at_last = self.count;
        }
    }

    fn write(&mut self, count: u64, over: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "a rate for the eye")]
        let rate = count as f64 / over.as_secs_f64().max(1e-9);
        let (total, what) = (self.count, &self.monitor.what);
        let line = format_args!("{total} {what}, {rate:.0}/s");
        self.monitor.to.line(line);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.write(self.count, self.started.elapsed());
    }
}
