use std::num::NonZeroUsize;

use super::RunOptions;
use crate::pipeline::{Explanation, Pipeline, explain};

impl Pipeline {
    /// Says how the pipeline would run with the default [`RunOptions`]: on
    /// which worker each node runs, what each edge is, and why.
    ///
    /// Nothing runs, and nothing has to be right with the pipeline yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::Pipeline;
    /// use millpond::pipeline::EdgeKind;
    /// use millpond::stage::Cost;
    /// use millpond::stages::FromIter;
    ///
    /// let pipeline = Pipeline::named("explained")
    ///     .source(FromIter::new(0..10))
    ///     .node("digest", |numbers| numbers)
    ///     .cost(Cost::Heavy)
    ///     .for_each("print", drop);
    /// let explanation = pipeline.explain_with(&two_workers());
    ///
    /// assert_eq!(explanation.nodes[1].why, "heavy, so a worker of its own");
    /// assert_eq!(explanation.edges[0].kind, EdgeKind::Remote);
    /// # fn two_workers() -> millpond::RunOptions {
    /// #     millpond::RunOptions::new().workers(2.try_into().unwrap())
    /// # }
    /// ```
    pub fn explain(&self) -> Explanation {
        self.explain_with(&RunOptions::default())
    }

    /// Says how the pipeline would run with these options.
    pub fn explain_with(&self, options: &RunOptions) -> Explanation {
        explain(&self.graph(), options.workers)
    }

    /// Says how the pipeline would run on the current thread, see
    /// [`run_local`](Self::run_local).
    pub fn explain_local(&self) -> Explanation {
        explain(&self.graph(), NonZeroUsize::MIN)
    }
}
