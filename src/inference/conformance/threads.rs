use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::node::Workers;

/// The threads that a backend under test is lent, counted.
#[derive(Clone, Default)]
pub(super) struct Threads {
    count: Arc<Count>,
}

#[derive(Default)]
struct Count {
    running: Mutex<usize>,
    changed: Condvar,
}

impl Threads {
    pub(super) fn workers(&self) -> Workers {
        let count = Arc::clone(&self.count);
        Workers::new(move |name, body| spawn(&count, name, body))
    }

    /// Waits until no thread runs; tells how many do after the limit.
    pub(super) fn left_after(&self, limit: Duration) -> usize {
        let running = self.count.lock();
        let (running, _) = (self.count.changed)
            .wait_timeout_while(running, limit, |running| *running > 0)
            .unwrap_or_else(PoisonError::into_inner);
        *running
    }
}

fn spawn(count: &Arc<Count>, name: String, body: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    *count.lock() += 1;
    // Counts down where the thread ends, panics, or does not start.
    let running = Running(Arc::clone(count));
    let spawned = thread::Builder::new().name(name).spawn(move || {
        let _running = running;
        body();
    });
    spawned.map(drop)
}

impl Count {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Running(Arc<Count>);

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
        self.0.changed.notify_all();
    }
}
