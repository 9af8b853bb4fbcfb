use std::num::NonZeroUsize;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::graph::Outlet;
use crate::message::{Message, Mode};
use crate::stage::config::duration;
use crate::stage::{Identified, Stage};

/// Gathers messages into vectors, bounded by a count and by a wait.
///
/// A vector is emitted once it holds `max-items` messages, or once `max-wait`
/// has passed since the first of them arrived. When the input ends, those
/// still held are emitted too. None is ever empty.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use millpond::Pipeline;
/// use millpond::stages::{Batch, FromIter};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), millpond::RunError> {
/// let pairs = Batch::builder().max_items(NonZeroUsize::MIN.saturating_add(1)).build();
/// let report = Pipeline::named("pairs")
///     .source(FromIter::new(1..=5))
///     .stage(pairs)
///     .for_each("print", |pair| println!("{pair:?}"))
///     .run()
///     .await?;
///
/// assert_eq!(report.node("print").received, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct Batch {
    /// A vector holds at most so many messages.
    #[builder(default = Self::default().max_items)]
    pub max_items: NonZeroUsize,
    /// A message waits so long at most for those after it.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration::schema")]
    #[builder(default = Self::default().max_wait)]
    pub max_wait: Duration,
}

impl Default for Batch {
    /// 64 messages, 100 ms.
    fn default() -> Self {
        Self {
            max_items: NonZeroUsize::MIN.saturating_add(63),
            max_wait: Duration::from_millis(100),
        }
    }
}

crate::register!(stage Batch: any);

impl Identified for Batch {
    const ID: &'static str = "batch";
}

impl<T: Message, M: Mode> Stage<T, M> for Batch {
    type Out = Vec<T>;

    fn build(self, input: Outlet<T, M>) -> Outlet<Vec<T>, M> {
        input.batch(self.max_items.get(), self.max_wait)
    }
}
