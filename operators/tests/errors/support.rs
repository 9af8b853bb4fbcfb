//! Calls that fail, and delays to call them again after.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use backon::ConstantBuilder;
use millpond_operators::errors::RetryPolicy;
use millpond_operators::testing::Token;

pub(crate) const DELAY: Duration = Duration::from_millis(3);

/// So many delays of three milliseconds.
pub(crate) fn delays(max_times: usize) -> ConstantBuilder {
    ConstantBuilder::default()
        .with_delay(DELAY)
        .with_max_times(max_times)
}

pub(crate) fn policy<E>(max_times: usize) -> RetryPolicy<ConstantBuilder, E> {
    RetryPolicy::new(delays(max_times))
}

/// A token whose work can be done more than once.
pub(crate) struct Job {
    token: RefCell<Option<Token>>,
    attempts: Cell<u32>,
}

impl Job {
    pub(crate) fn new(token: Token) -> Rc<Self> {
        Rc::new(Self {
            token: RefCell::new(Some(token)),
            attempts: Cell::new(0),
        })
    }

    /// Fails always where the script says so, and else once at every even token.
    pub(crate) fn work(self: &Rc<Self>) -> impl Future<Output = Result<Token, ()>> + use<> {
        let job = Rc::clone(self);
        let work = job.token.take().map(Token::work);
        async move {
            let Some(work) = work else {
                unreachable!("a job is worked on once at a time");
            };
            let token = work.await;
            job.attempts.set(job.attempts.get() + 1);
            let fails_once = token.id().is_multiple_of(2) && job.attempts.get() == 1;
            match token.checked() {
                Ok(token) if !fails_once => Ok(token),
                Ok(token) | Err(token) => {
                    job.token.replace(Some(token));
                    Err(())
                }
            }
        }
    }
}
