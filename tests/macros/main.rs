//! What the macros make, at work in pipelines.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unwrap_used,
    reason = "these are tests, of every form that a function may have"
)]

mod module;
mod ports;
mod sink;
mod source;
mod stage;

/// Runs messages through stages and gives back what leaves the last, with the
/// report. After `local`, on the thread of the test and by its clock.
#[macro_export]
macro_rules! through {
    (local $messages:expr $(, $stage:expr)+) => {
        $crate::through!(@run_local $messages $(, $stage)+)
    };
    (@$run:ident $messages:expr $(, $stage:expr)+) => {{
        let (sender, receiver) = std::sync::mpsc::channel();
        let report = millpond::Pipeline::named("test")
            .source(millpond::stages::FromIter::new($messages))
            $(.stage($stage))+
            .for_each("collect", move |message| sender.send(message).unwrap())
            .$run(millpond::RunOptions::new())
            .await
            .unwrap();
        let out: Vec<_> = receiver.try_iter().collect();
        (out, report)
    }};
    ($messages:expr $(, $stage:expr)+) => {
        $crate::through!(@run_with $messages $(, $stage)+)
    };
}
