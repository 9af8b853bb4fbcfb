//! The operators of the `errors` group.

mod and_then;
mod catch_unwind;
mod ignore_errors;
mod inspect_err;
mod inspect_ok;
mod map_err;
mod map_ok;
mod on_error_complete;
mod recover;
mod recover_with;
#[cfg(feature = "retry")]
mod restart_with_backoff;
#[cfg(feature = "retry")]
mod retry_budget;
#[cfg(feature = "retry")]
mod retry_item;
#[cfg(feature = "retry")]
mod retry_item_unordered;
#[cfg(feature = "retry")]
mod retry_policy;
#[cfg(feature = "retry")]
mod support;
mod try_filter;
mod try_filter_map;
mod try_flat_map_iter;
mod try_flatten;
mod try_or_else;
mod try_skip_while;
mod try_take_while;
mod until_err;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::Stream;
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress};

/// Makes an error of every seventh token, and where the script says so.
fn checked(token: Token) -> Result<Token, Token> {
    if token.value() % 7 == 5 {
        Err(token)
    } else {
        token.checked()
    }
}

/// Keeps the results up to and with the first `Err`.
fn to_first_err<T, E>(results: impl IntoIterator<Item = Result<T, E>>) -> Vec<Result<T, E>> {
    let mut ended = false;
    let before = |result: &Result<T, E>| !std::mem::replace(&mut ended, result.is_err());
    results.into_iter().take_while(before).collect()
}

/// A source that several streams read, one after the other.
#[derive(Clone)]
struct Shared(Rc<RefCell<Flow<Source>>>);

impl Shared {
    fn new(source: Flow<Source>) -> Self {
        Self(Rc::new(RefCell::new(source)))
    }
}

impl Stream for Shared {
    type Item = Token;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.borrow().size_hint()
    }
}

impl Progress for Shared {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut *self.0.borrow_mut()).poll_progress(cx)
    }
}
