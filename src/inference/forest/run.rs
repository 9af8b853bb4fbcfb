//! From a batch of rows to what the model predicts.

use super::plan::{Plan, Sum};
use super::{Link, Model, Precision, Task};
use crate::inference::{InferError, Signature, TensorSpec};
use crate::message::{Tensor, TensorError, Tensors};

/// What a forest calls its input.
const FEATURES: &str = "features";

/// A model that is ready to run.
#[derive(Debug)]
pub(super) struct Runner {
    model: Model,
    plan: Planned,
    signature: Signature,
}

#[derive(Debug)]
enum Planned {
    Single(Plan<f32>),
    Double(Plan<f64>),
}

impl Runner {
    pub(super) fn new(model: Model) -> Self {
        let plan = match model.precision {
            Precision::F32 => Planned::Single(Plan::of(&model)),
            Precision::F64 => Planned::Double(Plan::of(&model)),
        };
        let signature = model.signature();
        Self {
            model,
            plan,
            signature,
        }
    }

    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(super) fn run(&self, inputs: &Tensors) -> Result<Tensors, InferError> {
        let rows = self.signature.rows_of(inputs)?;
        let features = inputs.get(FEATURES).and_then(Tensor::as_slice::<f32>);
        let features = features.map_err(InferError::terminal)?;
        let (model, plan) = (&self.model, &self.plan);
        let answer = match plan {
            Planned::Single(plan) => model.answer(rows, plan.margins(model, features)),
            Planned::Double(plan) => model.answer(rows, plan.margins(model, features)),
        };
        answer.map_err(InferError::terminal)
    }

    /// The margins of rows that have as many features as the model.
    pub(super) fn margins(&self, features: &Tensor) -> Result<Tensor, TensorError> {
        let shape = [features.rows(), self.model.groups()];
        let features = features.as_slice::<f32>()?;
        match &self.plan {
            Planned::Single(plan) => Tensor::new(shape, plan.margins(&self.model, features)),
            Planned::Double(plan) => Tensor::new(shape, plan.margins(&self.model, features)),
        }
    }
}

impl Model {
    /// Tells what it takes and gives, see [`Forest`](super::Forest).
    pub fn signature(&self) -> Signature {
        match self.precision {
            Precision::F32 => signature::<f32>(self),
            Precision::F64 => signature::<f64>(self),
        }
    }

    /// Makes the outputs of the margins of so many rows.
    pub(crate) fn answer<T: Sum>(
        &self,
        rows: usize,
        margins: Vec<T>,
    ) -> Result<Tensors, TensorError> {
        let groups = self.groups();
        let mut given = margins.clone();
        for row in given.chunks_exact_mut(groups.max(1)) {
            T::linked(self.link, row);
        }
        let half = T::of(0.5);
        let classes = match self.task {
            Task::Regression => None,
            Task::Binary => Some(given.iter().map(|one| i64::from(*one > half)).collect()),
            Task::Multiclass => Some(margins.chunks_exact(groups.max(1)).map(greatest).collect()),
        };
        let mut answer = Tensors::new().with("margin", Tensor::new([rows, groups], margins)?);
        if let Some(name) = linked_name(self.task, self.link) {
            answer = answer.with(name, Tensor::new([rows, groups], given)?);
        }
        if let Some(classes) = classes {
            let mut shape = vec![rows];
            shape.extend(self.labels());
            answer = answer.with("class", Tensor::new::<i64>(shape, classes)?);
        }
        Ok(answer)
    }

    /// How many labels a row may have at once, if it may have several.
    fn labels(&self) -> Option<usize> {
        (self.task == Task::Binary && self.groups() > 1).then(|| self.groups())
    }
}

/// What the linked margins are called, if they are given.
fn linked_name(task: Task, link: Link) -> Option<&'static str> {
    match (task, link) {
        (Task::Regression, _) => Some("value"),
        // A step says no more than the class does.
        (_, Link::Step) => None,
        (Task::Binary | Task::Multiclass, _) => Some("probability"),
    }
}

fn signature<T: Sum>(model: &Model) -> Signature {
    let groups = [model.groups()];
    let mut outputs = vec![TensorSpec::of::<T>("margin", groups)];
    if let Some(name) = linked_name(model.task, model.link) {
        outputs.push(TensorSpec::of::<T>(name, groups));
    }
    if model.task != Task::Regression {
        let labels: Vec<usize> = model.labels().into_iter().collect();
        outputs.push(TensorSpec::of::<i64>("class", labels));
    }
    Signature {
        inputs: vec![TensorSpec::of::<f32>(FEATURES, [model.features])],
        outputs,
    }
}

/// The number of the greatest margin, the first of equals.
fn greatest<T: PartialOrd>(margins: &[T]) -> i64 {
    let mut best = 0;
    for (class, margin) in margins.iter().enumerate() {
        if *margin > margins[best] {
            best = class;
        }
    }
    i64::try_from(best).unwrap_or(i64::MAX)
}
