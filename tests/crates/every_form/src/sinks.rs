//! `#[sink]` on functions.

use std::convert::Infallible;
use std::fmt::Debug;
use std::num::ParseIntError;

use futures_util::sink::{Sink, drain};
use millpond::message::Message;
use millpond::sink;

/// Counts texts.
#[sink]
pub fn count_texts(text: &str, prefix: &str, #[state] count: &mut usize) {
    *count += usize::from(text.starts_with(prefix));
}

/// Checks that texts are numbers.
///
/// # Errors
///
/// For what is no number.
#[sink(on_error = dead_letter)]
pub fn check_number(text: &str) -> Result<(), ParseIntError> {
    text.parse::<u64>().map(drop)
}

/// Posts numbers.
///
/// # Errors
///
/// Never.
#[sink(concurrency = jobs)]
pub async fn post(number: &u64, jobs: usize) -> Result<(), Infallible> {
    std::future::ready(*number).await;
    Ok(())
}

/// Takes texts in groups.
///
/// # Errors
///
/// For what is no number.
#[sink(batch = 64, linger = "5ms")]
pub fn insert(texts: Vec<String>, #[config(default = 10)] radix: u32) -> Result<(), ParseIntError> {
    for text in texts {
        u64::from_str_radix(&text, radix)?;
    }
    Ok(())
}

/// Forgets numbers.
#[sink]
pub fn forget() -> impl Sink<u64, Error = Infallible> {
    drain()
}

/// Shows messages.
#[sink]
pub fn show_all<T: Message + Debug>(message: &T) {
    drop(format!("{message:?}"));
}
