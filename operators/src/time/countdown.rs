use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::alarm::Alarm;

/// A wait that begins when it is first asked about.
#[derive(Debug)]
pub(super) struct Countdown {
    wait: Duration,
    begun: bool,
    // `None` once begun means never: the wait passes the end of the clock.
    due: Option<Instant>,
    alarm: Alarm,
}

impl Countdown {
    pub(super) fn new(wait: Duration) -> Self {
        Self {
            wait,
            begun: false,
            due: None,
            alarm: Alarm::default(),
        }
    }

    /// How long it is in all.
    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    pub(super) fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.due = Instant::now().checked_add(self.wait);
        }
    }

    /// Says whether it is over, without a timer.
    pub(super) fn is_over(&mut self) -> bool {
        self.begin();
        self.due.is_some_and(|due| Instant::now() >= due)
    }

    /// Says whether it never will be over.
    pub(super) fn is_endless(&self) -> bool {
        self.begun && self.due.is_none()
    }

    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.begin();
        self.alarm.poll_at(self.due, cx)
    }

    /// Lets it begin anew.
    ///
    /// The timer stays as it is: to move it at the next wait costs less than to
    /// stop it for each item, and until then it wakes once at the most.
    pub(super) fn rewind(&mut self) {
        self.begun = false;
    }

    pub(super) fn stop(&mut self) {
        self.alarm.disarm();
    }
}
