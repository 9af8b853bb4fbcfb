use std::mem;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::alarm::Alarm;

/// A wait that begins when it is first asked about.
#[derive(Debug)]
pub(crate) struct Countdown {
    wait: Duration,
    // What was left of it at the last pause.
    left: Duration,
    begun: bool,
    // `None` once begun means never: the wait passes the end of the clock.
    due: Option<Instant>,
    alarm: Alarm,
}

impl Countdown {
    pub(crate) fn new(wait: Duration) -> Self {
        Self {
            wait,
            left: wait,
            begun: false,
            due: None,
            alarm: Alarm::default(),
        }
    }

    /// How long it is in all.
    pub(crate) fn wait(&self) -> Duration {
        self.wait
    }

    pub(crate) fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.due = Instant::now().checked_add(self.left);
        }
    }

    /// Says whether it is over, without a timer.
    pub(crate) fn is_over(&mut self) -> bool {
        self.begin();
        self.due.is_some_and(|due| Instant::now() >= due)
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Says whether it never will be over.
    pub(crate) fn is_endless(&self) -> bool {
        self.begun && self.due.is_none()
    }

    pub(crate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.begin();
        self.alarm.poll_at(self.due, cx)
    }

    /// Lets it begin anew.
    ///
    /// The timer stays as it is: to move it at the next wait costs less than to
    /// stop it for each item, and until then it wakes once at the most.
    pub(crate) fn rewind(&mut self) {
        self.begun = false;
        self.left = self.wait;
    }

    /// Lets no time count until it is asked about again. As in `rewind`, the
    /// timer stays as it is.
    pub(crate) fn pause(&mut self) {
        if mem::take(&mut self.begun)
            && let Some(due) = self.due
        {
            self.left = due.saturating_duration_since(Instant::now());
        }
    }

    pub(crate) fn stop(&mut self) {
        self.alarm.disarm();
    }
}
