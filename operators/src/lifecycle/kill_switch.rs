use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;

/// Stops any number of streams from outside.
///
/// A clone is the same switch. It is given to streams with
/// [`stop_with`](crate::Flow::stop_with),
/// [`with_kill_switch`](crate::Flow::with_kill_switch) or
/// [`drain`](crate::Flow::drain), before or after it is thrown. It is thrown
/// once: of several calls of [`shutdown`](Self::shutdown) and
/// [`abort`](Self::abort) the first one counts. Dropping it stops nothing.
///
/// `E` is the error of `abort`. [`KillSwitch::new`] makes a switch without
/// one, which can only shut down; `KillSwitch::<E>::default()` makes the other.
#[must_use = "a switch that nobody holds cannot be thrown"]
pub struct KillSwitch<E = Infallible> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    thrown: OnceLock<Stop<E>>,
    listeners: Mutex<Vec<Arc<AtomicWaker>>>,
}

/// How a switch was thrown.
#[derive(Debug)]
pub(super) enum Stop<E> {
    Shutdown,
    Abort(E),
}

impl KillSwitch {
    /// Makes a switch that can shut down, and has no error to abort with.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<E> KillSwitch<E> {
    /// Ends the streams without an error; says whether this throws the switch.
    ///
    /// Each stream drops its input and ends when it is polled next; it is
    /// woken for that. What was emitted before stays on its way downstream.
    pub fn shutdown(&self) -> bool {
        self.throw(Stop::Shutdown).is_ok()
    }

    /// Ends the streams with an error.
    ///
    /// As [`shutdown`](Self::shutdown), but those that can emit an error emit
    /// this one as their last item.
    ///
    /// # Errors
    ///
    /// Gives `error` back when the switch has been thrown before.
    pub fn abort(&self, error: E) -> Result<(), E> {
        match self.throw(Stop::Abort(error)) {
            Err(Stop::Abort(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Says whether the switch has been thrown.
    pub fn is_thrown(&self) -> bool {
        self.shared.thrown.get().is_some()
    }

    fn throw(&self, stop: Stop<E>) -> Result<(), Stop<E>> {
        self.shared.thrown.set(stop)?;
        let listeners = self.shared.listeners().clone();
        for listener in listeners {
            listener.wake();
        }
        Ok(())
    }

    pub(super) fn listener(&self) -> Listener<E> {
        let waker = Arc::default();
        self.shared.listeners().push(Arc::clone(&waker));
        Listener {
            shared: Arc::clone(&self.shared),
            waker,
        }
    }
}

impl<E> Shared<E> {
    fn listeners(&self) -> MutexGuard<'_, Vec<Arc<AtomicWaker>>> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> Clone for KillSwitch<E> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<E> Default for KillSwitch<E> {
    fn default() -> Self {
        Self {
            shared: Arc::new(Shared {
                thrown: OnceLock::new(),
                listeners: Mutex::default(),
            }),
        }
    }
}

impl<E> fmt::Debug for KillSwitch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KillSwitch")
            .field("is_thrown", &self.is_thrown())
            .finish_non_exhaustive()
    }
}

/// The side of one stream, which the switch wakes.
pub(super) struct Listener<E> {
    shared: Arc<Shared<E>>,
    waker: Arc<AtomicWaker>,
}

impl<E> Listener<E> {
    pub(super) fn thrown(&self) -> Option<&Stop<E>> {
        self.shared.thrown.get()
    }

    /// Has the task woken when the switch is thrown, unless it is already.
    pub(super) fn listen(&self, task: &Waker) -> Option<&Stop<E>> {
        self.waker.register(task);
        self.thrown()
    }

    /// Forgets the task.
    pub(super) fn hush(&self) {
        drop(self.waker.take());
    }
}

impl<E> Clone for Listener<E> {
    fn clone(&self) -> Self {
        let shared = Arc::clone(&self.shared);
        KillSwitch { shared }.listener()
    }
}

impl<E> Drop for Listener<E> {
    fn drop(&mut self) {
        let mut listeners = self.shared.listeners();
        listeners.retain(|waker| !Arc::ptr_eq(waker, &self.waker));
    }
}

impl<E> fmt::Debug for Listener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("is_thrown", &self.thrown().is_some())
            .finish_non_exhaustive()
    }
}
