use std::fmt;

use super::InferError;
use crate::message::{Element, ElementType, Tensor, Tensors};

/// What a model takes and gives: names, element types and shapes.
///
/// A backend knows it as soon as it is loaded. What a stage declares is
/// [checked](Self::check) against it while the pipeline is built, so that a
/// model of another shape is one readable error before anything runs.
///
/// # Examples
///
/// ```
/// use millpond::inference::{Column, Signature, TensorSpec};
///
/// let signature = Signature {
///     inputs: vec![TensorSpec::of::<i32>("bytes", [2048])],
///     outputs: vec![TensorSpec::of::<f32>("target_label", [214])],
/// };
/// assert_eq!(signature.to_string(), "(bytes: i32[rows, 2048]) -> (target_label: f32[rows, 214])");
///
/// let bytes = Column::of::<i64>("bytes").with_row_shape([1024]);
/// let labels = Column::of::<f32>("label");
/// let mismatches = signature.check(&[bytes], &[labels]);
///
/// let sentences: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
/// assert_eq!(sentences, [
///     "input `bytes` is declared as i64[rows, 1024], but the model takes i32[rows, 2048]: \
///      declare it so, or give another model",
///     "the model has no output `label` (did you mean `target_label`?); \
///      it gives `target_label: f32[rows, 214]`",
/// ]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// The tensors that the model takes.
    pub inputs: Vec<TensorSpec>,
    /// The tensors that the model gives.
    pub outputs: Vec<TensorSpec>,
}

/// One tensor of a [`Signature`].
///
/// Its text is name, element type and shape, as in `bytes: i32[rows, 2048]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// What the model calls the tensor.
    pub name: String,
    /// The type of its elements.
    pub element: ElementType,
    /// Its dimensions, the one that counts rows first.
    pub shape: Vec<Dim>,
}

/// One dimension of a [`TensorSpec`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dim {
    /// Counts the rows of the batch, one row for each message.
    Rows,
    /// Always has this size.
    Fixed(usize),
    /// Has any size, the same for all rows of a batch.
    Free,
}

/// One tensor as a stage declares it, before it is held against the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name that the stage expects the model to use.
    pub name: String,
    /// The type of the elements that the stage writes or reads.
    pub element: ElementType,
    /// The shape of one row; `None` where any shape will do.
    pub row_shape: Option<Vec<usize>>,
}

/// One way in which a stage and its model do not fit. The text is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The stage fills an input that the model does not have.
    UnknownInput {
        /// The name that the stage uses.
        name: String,
        /// What the model takes.
        offered: Vec<TensorSpec>,
    },
    /// The stage reads an output that the model does not have.
    UnknownOutput {
        /// The name that the stage uses.
        name: String,
        /// What the model gives.
        offered: Vec<TensorSpec>,
    },
    /// The stage fills an input with other elements or in another shape.
    Input {
        /// What the stage fills.
        declared: Column,
        /// What the model takes under this name.
        taken: TensorSpec,
    },
    /// The stage reads an output with other elements or in another shape.
    Output {
        /// What the stage reads.
        declared: Column,
        /// What the model gives under this name.
        given: TensorSpec,
    },
    /// The stage fills one input twice.
    Twice {
        /// The name of the input.
        name: String,
    },
    /// The model takes an input that the stage does not fill.
    Unfilled {
        /// What the model takes.
        taken: TensorSpec,
    },
}

impl Signature {
    /// Holds the declared columns against this signature.
    ///
    /// Returns every mismatch, the inputs first, each in the order of
    /// declaration; nothing if the model can serve the stage. An output that
    /// the stage does not read is no mismatch.
    pub fn check(&self, inputs: &[Column], outputs: &[Column]) -> Vec<Mismatch> {
        let filled = inputs.iter().enumerate().filter_map(|(index, declared)| {
            if inputs[..index].iter().any(|one| one.name == declared.name) {
                return Some(Mismatch::Twice {
                    name: declared.name.clone(),
                });
            }
            match find(&self.inputs, &declared.name) {
                None => Some(Mismatch::UnknownInput {
                    name: declared.name.clone(),
                    offered: self.inputs.clone(),
                }),
                Some(taken) => (!declared.fits(taken)).then(|| Mismatch::Input {
                    declared: declared.clone(),
                    taken: taken.clone(),
                }),
            }
        });
        let unfilled = self
            .inputs
            .iter()
            .filter(|taken| inputs.iter().all(|declared| declared.name != taken.name))
            .map(|taken| Mismatch::Unfilled {
                taken: taken.clone(),
            });
        let read =
            outputs
                .iter()
                .filter_map(|declared| match find(&self.outputs, &declared.name) {
                    None => Some(Mismatch::UnknownOutput {
                        name: declared.name.clone(),
                        offered: self.outputs.clone(),
                    }),
                    Some(given) => (!declared.fits(given)).then(|| Mismatch::Output {
                        declared: declared.clone(),
                        given: given.clone(),
                    }),
                });
        filled.chain(unfilled).chain(read).collect()
    }

    /// Tells how many rows the batch has, if the model takes it as it is.
    ///
    /// A backend calls it before it runs a batch. Tensors under names that the
    /// model does not know are passed over.
    ///
    /// # Errors
    ///
    /// [`InferError::Batch`] if a tensor is missing, has other elements,
    /// another shape, or another number of rows than the rest.
    pub fn rows_of(&self, batch: &Tensors) -> Result<usize, InferError> {
        let mut rows = None;
        for taken in &self.inputs {
            let name = &taken.name;
            let Ok(tensor) = batch.get(name) else {
                return Err(misfit(format!("input `{name}` is missing")));
            };
            if !taken.takes(tensor) {
                let (element, shape) = (taken.element, Listed(&taken.shape));
                return Err(misfit(format!(
                    "input `{name}` is {tensor:?}, but the model takes {element}{shape}"
                )));
            }
            let (found, others) = (tensor.rows(), *rows.get_or_insert(tensor.rows()));
            if found != others {
                return Err(misfit(format!(
                    "input `{name}` has {found} rows where the inputs before it have {others}"
                )));
            }
        }
        rows.ok_or_else(|| misfit("the model takes no input".to_owned()))
    }
}

fn misfit(reason: String) -> InferError {
    InferError::Batch {
        reason: reason.into(),
    }
}

fn find<'a>(specs: &'a [TensorSpec], name: &str) -> Option<&'a TensorSpec> {
    specs.iter().find(|spec| spec.name == name)
}

impl TensorSpec {
    /// Specifies a tensor of `E` elements whose rows have this shape.
    pub fn of<E: Element>(name: impl Into<String>, row_shape: impl AsRef<[usize]>) -> Self {
        let fixed = row_shape.as_ref().iter().copied().map(Dim::Fixed);
        Self {
            name: name.into(),
            element: E::TYPE,
            shape: std::iter::once(Dim::Rows).chain(fixed).collect(),
        }
    }

    /// Tells whether a batch may carry this tensor under this name.
    pub fn takes(&self, tensor: &Tensor) -> bool {
        let shape = tensor.shape();
        self.element == tensor.element()
            && self.shape.len() == shape.len()
            && (self.shape.iter().zip(shape)).all(|(dim, &size)| match dim {
                Dim::Rows | Dim::Free => true,
                Dim::Fixed(fixed) => *fixed == size,
            })
    }
}

impl Column {
    /// Declares a tensor of `E` elements, of any shape.
    pub fn of<E: Element>(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            element: E::TYPE,
            row_shape: None,
        }
    }

    /// Declares the shape of one row as well.
    #[must_use]
    pub fn with_row_shape(mut self, row_shape: impl Into<Vec<usize>>) -> Self {
        self.row_shape = Some(row_shape.into());
        self
    }

    fn fits(&self, spec: &TensorSpec) -> bool {
        self.element == spec.element
            && self.shape().is_none_or(|shape| {
                shape.len() == spec.shape.len()
                    && shape
                        .iter()
                        .zip(&spec.shape)
                        .all(|(own, other)| *other == Dim::Free || own == other)
            })
    }

    fn shape(&self) -> Option<Vec<Dim>> {
        let fixed = self.row_shape.as_ref()?.iter().copied().map(Dim::Fixed);
        Some(std::iter::once(Dim::Rows).chain(fixed).collect())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |specs: &[TensorSpec]| {
            let texts: Vec<_> = specs.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        write!(f, "({}) -> ({})", list(&self.inputs), list(&self.outputs))
    }
}

impl fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.name, self.element, Listed(&self.shape))
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows => f.pad("rows"),
            Self::Fixed(size) => size.fmt(f),
            Self::Free => f.pad("any"),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape() {
            Some(shape) => write!(f, "{}{}", self.element, Listed(&shape)),
            None => self.element.fmt(f),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownInput { name, offered } => {
                write!(
                    f,
                    "the model has no input `{name}`{}; ",
                    Nearest(name, offered)
                )?;
                write!(f, "it takes {}", Offered(offered))
            }
            Self::UnknownOutput { name, offered } => {
                write!(
                    f,
                    "the model has no output `{name}`{}; ",
                    Nearest(name, offered)
                )?;
                write!(f, "it gives {}", Offered(offered))
            }
            Self::Input { declared, taken } => {
                let (name, element, shape) = (&taken.name, taken.element, Listed(&taken.shape));
                write!(f, "input `{name}` is declared as {declared}, ")?;
                write!(f, "but the model takes {element}{shape}: ")?;
                f.write_str("declare it so, or give another model")
            }
            Self::Output { declared, given } => {
                let (name, element, shape) = (&given.name, given.element, Listed(&given.shape));
                write!(f, "output `{name}` is read as {declared}, ")?;
                write!(f, "but the model gives {element}{shape}: ")?;
                f.write_str("read it so, or give another model")
            }
            Self::Twice { name } => write!(f, "input `{name}` is declared twice: take one away"),
            Self::Unfilled { taken } => {
                write!(
                    f,
                    "the model also takes `{taken}`, which the stage does not fill: add an input for it"
                )
            }
        }
    }
}

/// Dimensions in brackets.
struct Listed<'a>(&'a [Dim]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "[{}]", dims.join(", "))
    }
}

/// Tensors, each between backticks.
struct Offered<'a>(&'a [TensorSpec]);

impl fmt::Display for Offered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        let specs: Vec<_> = self.0.iter().map(|spec| format!("`{spec}`")).collect();
        f.write_str(&specs.join(", "))
    }
}

/// The name that was probably meant, if one is close.
struct Nearest<'a>(&'a str, &'a [TensorSpec]);

impl fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, offered) = self;
        let close = offered
            .iter()
            .map(|spec| (distance(name, &spec.name), &spec.name))
            .filter(|(distance, offered)| {
                let inside = !name.is_empty() && offered.contains(name);
                inside || *distance * 3 <= name.chars().count().max(3)
            })
            .min();
        match close {
            Some((_, offered)) => write!(f, " (did you mean `{offered}`?)"),
            None => Ok(()),
        }
    }
}

/// How many characters must be put in, taken out or replaced, whatever their case.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.to_lowercase(), to.to_lowercase());
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (taken, one) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], taken + 1);
        for (put, other) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(one != other);
            diagonal = row[put + 1];
            row[put + 1] = replaced.min(diagonal + 1).min(row[put] + 1);
        }
    }
    row[to.chars().count()]
}
