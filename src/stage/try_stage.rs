use super::Stage;
use crate::graph::{DeadLetter, Outlet};
use crate::message::Message;

/// A stage that hands out its dead letters, beside what it emits.
///
/// As a [`Stage`] alone, what it rejects is counted and logged.
#[diagnostic::on_unimplemented(
    message = "stage `{Self}` hands out no dead letters for `{In}` messages",
    label = "this stage does not say what it rejects, or does not accept `{In}`",
    note = "continue with `.stage(..)`, or let the function of the stage return a `Result`"
)]
pub trait TryStage<In: Message>: Stage<In> {
    /// What is wrong with a message; by convention it holds the message.
    type Error: Message;

    /// Adds the stage's nodes after `input`.
    fn try_build(self, input: Outlet<In>) -> (Outlet<Self::Out>, Outlet<DeadLetter<Self::Error>>);
}

impl<T: Message> Outlet<T> {
    /// Continues with a stage that accepts `T`, and with what it rejects.
    ///
    /// ```
    /// use millpond::stages::FromIter;
    /// use millpond::{Pipeline, stage};
    ///
    /// #[stage]
    /// fn parse(text: &str) -> Result<u64, std::num::ParseIntError> {
    ///     text.parse()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), millpond::RunError> {
    /// let (numbers, rejected) = Pipeline::named("parse")
    ///     .source(FromIter::new(["1", "x"].map(String::from)))
    ///     .try_stage(Parse);
    /// rejected.for_each("reject", |letter| assert_eq!(letter.error.message, "x"));
    /// let report = numbers.for_each("print", |n| println!("{n}")).run().await?;
    ///
    /// assert_eq!(report.node("print").received, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Backpressure
    ///
    /// As with [`try_node`](Self::try_node).
    pub fn try_stage<S: TryStage<T>>(
        self,
        stage: S,
    ) -> (Outlet<S::Out>, Outlet<DeadLetter<S::Error>>) {
        let graph = self.graph().clone();
        graph.in_stage(S::ID, S::COST, || stage.try_build(self))
    }
}
