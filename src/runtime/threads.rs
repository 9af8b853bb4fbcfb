use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::Notify;

use super::contain::contain;

/// Stands for "in no node".
const NOWHERE: usize = usize::MAX;

/// The threads that a run has made and that have not ended.
#[derive(Debug)]
pub(super) struct Threads {
    alive: Mutex<BTreeMap<usize, Arc<OnThread>>>,
    made: AtomicUsize,
    /// Notified when a thread ends.
    changed: Arc<Notify>,
}

/// What one thread is doing.
#[derive(Debug)]
pub(super) struct OnThread {
    pub(super) name: String,
    node: AtomicUsize,
}

/// The time that a thread spends in a node.
pub(super) struct Inside<'a> {
    thread: &'a OnThread,
}

impl OnThread {
    pub(super) fn new(name: String) -> Arc<Self> {
        Arc::new(Self {
            name,
            node: AtomicUsize::new(NOWHERE),
        })
    }

    /// Says that the thread is in `node` until the answer is dropped.
    pub(super) fn enter(&self, node: usize) -> Inside<'_> {
        self.node.store(node, Relaxed);
        Inside { thread: self }
    }

    pub(super) fn node(&self) -> Option<usize> {
        Some(self.node.load(Relaxed)).filter(|node| *node != NOWHERE)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.thread.node.store(NOWHERE, Relaxed);
    }
}

impl Threads {
    pub(super) fn new(changed: Arc<Notify>) -> Self {
        Self {
            alive: Mutex::default(),
            made: AtomicUsize::new(0),
            changed,
        }
    }

    /// Runs `body` on a new thread that the run waits for.
    pub(super) fn spawn(
        self: &Arc<Self>,
        name: String,
        body: impl FnOnce(Arc<OnThread>) + Send + 'static,
    ) -> io::Result<()> {
        let key = self.made.fetch_add(1, Relaxed);
        let thread = OnThread::new(name);
        self.lock().insert(key, Arc::clone(&thread));
        let threads = Arc::clone(self);
        let name = thread.name.clone();
        let spawned = spawn_contained(&name, move || {
            // Also when the body panics: a run that waits must not wait on.
            let _ended = Ended { threads, key };
            body(thread);
        });
        if spawned.is_err() {
            self.ended(key);
        }
        spawned
    }

    /// The threads that have not ended.
    pub(super) fn alive(&self) -> Vec<Arc<OnThread>> {
        self.lock().values().map(Arc::clone).collect()
    }

    fn ended(&self, key: usize) {
        self.lock().remove(&key);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Arc<OnThread>>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a thread off the list when it is dropped.
struct Ended {
    threads: Arc<Threads>,
    key: usize,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.threads.ended(self.key);
    }
}

/// Runs `body` on a new thread, where a panic of it ends.
pub(super) fn spawn_contained(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // The operating system takes no name with a zero in it.
    let name = name.replace('\0', "?");
    let builder = thread::Builder::new().name(name.clone());
    let spawned = builder.spawn(move || {
        if let Err(cause) = contain(body) {
            tracing::error!(thread = %name, error = %cause, "a thread of the run panicked");
        }
    });
    spawned.map(drop)
}
