use super::{Cost, Outlet};
use crate::message::Message;

/// A message that says by its variant where it goes.
///
/// [`#[route]`](macro@crate::route) makes it, and the struct of outlets: one
/// for each variant, with the type of what the variant holds. Whoever takes
/// that struct apart must name all of them, so that a branch that is forgotten
/// does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where it goes",
    label = "a message that is routed is an enum with a variant for each branch",
    note = "write `#[millpond::route]` before the enum"
)]
pub trait Route: Message {
    /// An outlet for each variant.
    type Outlets;

    /// Sends what each variant holds to an outlet of its own, behind a node of
    /// this name.
    fn split(outlet: Outlet<Self>, name: &str) -> Self::Outlets
    where
        Self: Sized;
}

impl<T: Route> Outlet<T> {
    /// Sends what each variant of the messages holds to an outlet of its own.
    ///
    /// ```
    /// use millpond::Pipeline;
    /// use millpond::stages::FromIter;
    ///
    /// #[millpond::route]
    /// enum Sorted {
    ///     Number(u64),
    ///     Text(&'static str),
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), millpond::RunError> {
    /// let SortedOutlets { number, text } = Pipeline::named("sort")
    ///     .source(FromIter::new(["1", "two"]))
    ///     .map(|word| match word.parse() {
    ///         Ok(number) => Sorted::Number(number),
    ///         Err(_) => Sorted::Text(word),
    ///     })
    ///     .route("sort");
    /// text.ignore();
    /// let report = number.for_each("print", |n| println!("{n}")).run().await?;
    ///
    /// assert_eq!(report.node("print").received, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Backpressure
    ///
    /// As with [`partition`](Outlet::partition): a message is taken only while
    /// there is room on every branch.
    pub fn route(self, name: &str) -> T::Outlets {
        let graph = self.graph().clone();
        graph.in_stage(name, Cost::default(), || T::split(self, name))
    }
}
