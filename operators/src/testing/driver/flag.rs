use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Wake, Waker};

/// What a wake raises.
#[derive(Default)]
pub(super) struct Flag {
    up: AtomicBool,
    // The driver's own task, while it waits.
    driver: Mutex<Option<Waker>>,
}

impl Flag {
    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::SeqCst)
    }

    pub(super) fn lower(&self) {
        self.up.store(false, Ordering::SeqCst);
    }

    fn driver(&self) -> Option<Waker> {
        self.driver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    pub(super) async fn raised(&self) {
        poll_fn(|cx| {
            *self.driver.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
            if self.is_up() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.up.store(true, Ordering::SeqCst);
        if let Some(driver) = self.driver() {
            driver.wake();
        }
    }
}
