//! What every backend has to keep to, as tests (feature `testing`).
//!
//! One line makes a module with one test per [`Check`]:
//!
//! ```
//! use std::num::NonZeroUsize;
//!
//! use millpond::inference::{Mock, Signature, TensorSpec};
//!
//! fn echo() -> Mock {
//!     let signature = Signature {
//!         inputs: vec![TensorSpec::of::<f32>("x", [3])],
//!         outputs: vec![TensorSpec::of::<f32>("x", [3])],
//!     };
//!     Mock::new(signature, |inputs| inputs).slots(NonZeroUsize::new(4).unwrap())
//! }
//!
//! millpond::conformance!(echo_conforms, echo);
//! # fn main() {}
//! ```
//!
//! The second argument is a function that makes the backend, or a [`Subject`]
//! of your own, which can say more: what right answers are, how large a batch
//! may be, and how to make the backend slow, failing or panicking. A check that
//! the subject cannot serve is skipped, and says so on the standard error of
//! the test program, past what captures it.
//!
//! A check can also be [run](Check::run) by hand, for its [`Outcome`].
//!
//! | check | what it holds the backend to |
//! | --- | --- |
//! | [`Signature`](Check::Signature) | the signature is whole and does not change |
//! | [`Unstarted`](Check::Unstarted) | a backend that was not started says so |
//! | [`WarmUp`](Check::WarmUp) | warming up changes no answer, and may be left out or given up |
//! | [`Shapes`](Check::Shapes) | answers have the declared outputs, and as many rows as the batch |
//! | [`Values`](Check::Values) | answers are right |
//! | [`Elements`](Check::Elements) | other element types and shapes are refused |
//! | [`ZeroRows`](Check::ZeroRows) | a batch without rows has an answer without rows |
//! | [`Nan`](Check::Nan) | not-a-number and infinity stay within their rows |
//! | [`MaximumBatch`](Check::MaximumBatch) | the largest batch is answered like small ones |
//! | [`Rows`](Check::Rows) | each row has the answer that it has alone, in its place |
//! | [`Order`](Check::Order) | batches in flight at once each get their own answer |
//! | [`Overload`](Check::Overload) | more batches than slots are answered, or refused for lack of room |
//! | [`Cancellation`](Check::Cancellation) | a batch given up takes nothing along, and no slot |
//! | [`Slow`](Check::Slow) | a slow batch and those beside it are answered, and the worker is free |
//! | [`Failure`](Check::Failure) | an error is of its batch alone |
//! | [`Panic`](Check::Panic) | a panic in the engine is an error of its batch |
//! | [`Reload`](Check::Reload) | a model is replaced while a batch is in flight |
//! | [`Shutdown`](Check::Shutdown) | work in flight ends, and so do the threads |

mod answers;
mod check;
mod flight;
mod life;
mod rig;
mod rows;
mod subject;
mod threads;
mod trouble;

use std::io::{self, Write};

pub use check::{Check, Outcome};
pub use subject::{Clock, Skipped, Subject, Trouble, Troubled};

/// Makes a module with a test for each [`Check`](crate::inference::conformance::Check).
///
/// See [`conformance`](mod@crate::inference::conformance).
#[macro_export]
macro_rules! conformance {
    ($name:ident, $subject:expr $(,)?) => {
        $crate::conformance! { @tests $name, $subject,
            the_signature_is_whole_and_does_not_change: Signature,
            a_backend_that_was_not_started_says_so: Unstarted,
            warming_up_changes_no_answer: WarmUp,
            answers_have_the_declared_shapes: Shapes,
            answers_are_right: Values,
            other_elements_and_shapes_are_refused: Elements,
            a_batch_without_rows_has_an_answer: ZeroRows,
            not_a_number_stays_within_its_row: Nan,
            the_largest_batch_is_answered: MaximumBatch,
            each_row_has_its_own_answer: Rows,
            batches_in_flight_get_their_own_answers: Order,
            more_batches_than_slots_are_answered_or_refused: Overload,
            a_batch_given_up_takes_nothing_along: Cancellation,
            a_slow_batch_holds_up_nothing: Slow,
            an_error_is_of_its_batch_alone: Failure,
            a_panic_is_an_error_of_its_batch: Panic,
            a_model_is_replaced_while_a_batch_is_in_flight: Reload,
            a_shutdown_lets_work_in_flight_end: Shutdown,
        }
    };
    (@tests $name:ident, $subject:expr, $($test:ident: $check:ident,)*) => {
        mod $name {
            use super::*;

            const _: () = $crate::inference::conformance::Check::assert_all(
                &[$($crate::inference::conformance::Check::$check),*],
            );

            $(
                #[test]
                fn $test() {
                    let check = $crate::inference::conformance::Check::$check;
                    $crate::inference::conformance::hold(check, stringify!($name), &$subject);
                }
            )*
        }
    };
}

/// Runs one check as a test does; says on standard error if it is skipped.
///
/// # Panics
///
/// Panics at the call site if the backend fails the check.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn hold<S: Subject>(check: Check, name: &str, subject: &S) {
    match check.run(subject) {
        Outcome::Passed => {}
        Outcome::Skipped(reason) => {
            // Not `eprintln`: the test program would keep it to itself.
            let line = format!("conformance of {name}: {check} skipped: {reason}\n");
            drop(io::stderr().write_all(line.as_bytes()));
        }
        Outcome::Failed(reason) => panic!("{name} does not conform, {check}: {reason}"),
    }
}
