use std::fmt;

use thiserror::Error;

use super::Named;

/// What one element of a [`Tensor`] is.
///
/// Its text is the name of the Rust primitive, such as `i32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementType {
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 32 bits.
    I32,
    /// Signed, 64 bits.
    I64,
    /// Floating point, 32 bits.
    F32,
    /// Floating point, 64 bits.
    F64,
}

impl ElementType {
    /// Returns how many bytes one element takes.
    pub fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::U8 => "u8",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// A primitive that a [`Tensor`] can hold: `u8`, `i32`, `i64`, `f32` or `f64`.
///
/// Sealed, since a model reads no other elements.
#[diagnostic::on_unimplemented(
    message = "a tensor cannot hold `{Self}` elements",
    label = "not an element that a model reads",
    note = "a tensor holds `u8`, `i32`, `i64`, `f32` or `f64`; convert to one of them"
)]
pub trait Element: sealed::Store + Copy + Default + fmt::Debug + PartialEq + Send + Sync {
    /// The element type of this primitive.
    const TYPE: ElementType;
}

#[expect(
    unnameable_types,
    reason = "sealed: what a tensor holds is settled here"
)]
mod sealed {
    /// Elements of one type, one after another.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Data {
        U8(Vec<u8>),
        I32(Vec<i32>),
        I64(Vec<i64>),
        F32(Vec<f32>),
        F64(Vec<f64>),
    }

    /// How a primitive gets into [`Data`] and out again.
    pub trait Store: Sized + 'static {
        fn pack(elements: Vec<Self>) -> Data;
        fn unpack(data: Data) -> Result<Vec<Self>, Data>;
        fn view(data: &Data) -> Option<&Vec<Self>>;
        fn view_mut(data: &mut Data) -> Option<&mut Vec<Self>>;
    }
}

use sealed::Data;

macro_rules! element {
    ($primitive:ty, $variant:ident) => {
        impl sealed::Store for $primitive {
            fn pack(elements: Vec<Self>) -> Data {
                Data::$variant(elements)
            }

            fn unpack(data: Data) -> Result<Vec<Self>, Data> {
                match data {
                    Data::$variant(elements) => Ok(elements),
                    other => Err(other),
                }
            }

            fn view(data: &Data) -> Option<&Vec<Self>> {
                match data {
                    Data::$variant(elements) => Some(elements),
                    _ => None,
                }
            }

            fn view_mut(data: &mut Data) -> Option<&mut Vec<Self>> {
                match data {
                    Data::$variant(elements) => Some(elements),
                    _ => None,
                }
            }
        }

        impl Element for $primitive {
            const TYPE: ElementType = ElementType::$variant;
        }
    };
}

element!(u8, U8);
element!(i32, I32);
element!(i64, I64);
element!(f32, F32);
element!(f64, F64);

/// Why a [`Tensor`] could not be made or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The shape has no dimension, so that there is no row to speak of.
    #[error("a tensor needs a row dimension, the shape [] has none")]
    NoRows,
    /// The shape and the number of elements contradict each other.
    #[error("the shape {shape:?} does not hold {found} elements")]
    Length {
        /// The shape asked for.
        shape: Vec<usize>,
        /// How many elements were given.
        found: usize,
    },
    /// The elements are of another type.
    #[error("the tensor holds {found} elements, not {wanted}")]
    Element {
        /// The type asked for.
        wanted: ElementType,
        /// The type of the tensor.
        found: ElementType,
    },
    /// The tensor has fewer rows.
    #[error("row {row} of a tensor of {rows} rows")]
    NoSuchRow {
        /// The row asked for, counted from zero.
        row: usize,
        /// How many there are.
        rows: usize,
    },
    /// No tensor has this name.
    #[error("no tensor is named `{name}`")]
    NoSuchName {
        /// The name asked for.
        name: String,
    },
}

/// Elements of one type in a shape whose first dimension counts rows.
///
/// One row belongs to one message; the dimensions after the first are the
/// shape of a row. The elements lie one after another, the last dimension
/// fastest, so that a row is one slice.
///
/// # Examples
///
/// ```
/// use millpond::message::{ElementType, Tensor};
///
/// let tensor = Tensor::new([2, 3], vec![1, 2, 3, 4, 5, 6])?;
///
/// assert_eq!(tensor.element(), ElementType::I32);
/// assert_eq!(tensor.rows(), 2);
/// assert_eq!(tensor.row_shape(), [3]);
/// assert_eq!(tensor.row::<i32>(1)?, [4, 5, 6]);
/// assert_eq!(
///     tensor.row::<f32>(1).unwrap_err().to_string(),
///     "the tensor holds i32 elements, not f32",
/// );
/// assert_eq!(
///     Tensor::new([2, 3], vec![1.0]).unwrap_err().to_string(),
///     "the shape [2, 3] does not hold 1 elements",
/// );
/// # Ok::<_, millpond::message::TensorError>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Data,
}

impl Tensor {
    /// Puts `elements` into a shape whose first dimension counts rows.
    ///
    /// # Errors
    ///
    /// [`TensorError::NoRows`] if `shape` is empty, [`TensorError::Length`] if
    /// its product is not the number of elements.
    pub fn new<E: Element>(
        shape: impl Into<Vec<usize>>,
        elements: Vec<E>,
    ) -> Result<Self, TensorError> {
        let shape = shape.into();
        if shape.is_empty() {
            return Err(TensorError::NoRows);
        }
        if elements_in(&shape) != Some(elements.len()) {
            let found = elements.len();
            return Err(TensorError::Length { shape, found });
        }
        let data = E::pack(elements);
        Ok(Self { shape, data })
    }

    /// Makes a tensor of `rows` rows, all zero.
    ///
    /// # Errors
    ///
    /// [`TensorError::Length`] if the shape holds more elements than a `usize`
    /// can count.
    pub fn zeros<E: Element>(rows: usize, row_shape: &[usize]) -> Result<Self, TensorError> {
        let shape: Vec<usize> = [&[rows], row_shape].concat();
        match elements_in(&shape) {
            Some(held) => Self::new(shape, vec![E::default(); held]),
            None => Err(TensorError::Length { shape, found: 0 }),
        }
    }

    /// Returns the shape, the row dimension first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns how many rows there are.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Returns the shape of one row.
    pub fn row_shape(&self) -> &[usize] {
        self.shape.get(1..).unwrap_or(&[])
    }

    /// Returns how many elements one row holds.
    pub fn row_len(&self) -> usize {
        // Cannot overflow unless there is no row at all, and then any answer
        // describes the rows that are not there.
        elements_in(self.row_shape()).unwrap_or(usize::MAX)
    }

    /// Returns the type of the elements.
    pub fn element(&self) -> ElementType {
        match self.data {
            Data::U8(_) => ElementType::U8,
            Data::I32(_) => ElementType::I32,
            Data::I64(_) => ElementType::I64,
            Data::F32(_) => ElementType::F32,
            Data::F64(_) => ElementType::F64,
        }
    }

    /// Shows all elements, row after row.
    ///
    /// # Errors
    ///
    /// [`TensorError::Element`] if they are not of type `E`.
    pub fn as_slice<E: Element>(&self) -> Result<&[E], TensorError> {
        match E::view(&self.data) {
            Some(elements) => Ok(elements),
            None => Err(self.not_of(E::TYPE)),
        }
    }

    /// Lends all elements, row after row.
    ///
    /// # Errors
    ///
    /// [`TensorError::Element`] if they are not of type `E`.
    pub fn as_mut_slice<E: Element>(&mut self) -> Result<&mut [E], TensorError> {
        let error = self.not_of(E::TYPE);
        match E::view_mut(&mut self.data) {
            Some(elements) => Ok(elements),
            None => Err(error),
        }
    }

    /// Shows the elements of one row, counted from zero.
    ///
    /// # Errors
    ///
    /// [`TensorError::Element`] if they are not of type `E`,
    /// [`TensorError::NoSuchRow`] if there are fewer rows.
    pub fn row<E: Element>(&self, row: usize) -> Result<&[E], TensorError> {
        let elements = self.as_slice::<E>()?;
        let rows = self.rows();
        if row >= rows {
            return Err(TensorError::NoSuchRow { row, rows });
        }
        let len = self.row_len();
        Ok(&elements[row * len..(row + 1) * len])
    }

    /// Gives all elements away, row after row.
    ///
    /// # Errors
    ///
    /// Returns the tensor unchanged if its elements are not of type `E`.
    pub fn into_vec<E: Element>(self) -> Result<Vec<E>, Self> {
        let shape = self.shape;
        E::unpack(self.data).map_err(|data| Self { shape, data })
    }

    fn not_of(&self, wanted: ElementType) -> TensorError {
        TensorError::Element {
            wanted,
            found: self.element(),
        }
    }
}

/// Shows type and shape, as in `i32[8, 2048]`, not the elements.
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.element(), self.shape)
    }
}

/// Tensors with names, in the order in which they were put in.
///
/// What a model takes for one batch, and what it gives back. There are few of
/// them, so that a name is found by looking through all.
///
/// # Examples
///
/// ```
/// use millpond::message::{Tensor, Tensors};
///
/// let batch = Tensors::new()
///     .with("tokens", Tensor::new([2, 2], vec![7, 8, 9, 0])?)
///     .with("mask", Tensor::new([2, 2], vec![1_u8, 1, 1, 0])?);
///
/// assert_eq!(batch.rows(), Some(2));
/// assert_eq!(batch.get("mask")?.row::<u8>(1)?, [1, 0]);
/// assert_eq!(batch.get("length").unwrap_err().to_string(), "no tensor is named `length`");
/// # Ok::<_, millpond::message::TensorError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensors {
    named: Named<Tensor>,
}

impl Tensors {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a tensor in; gives back the one that had this name.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        self.named.insert(name, tensor)
    }

    /// Puts a tensor in and returns the set, in place of one that had this name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, tensor: Tensor) -> Self {
        self.insert(name, tensor);
        self
    }

    /// Returns the tensor of this name.
    ///
    /// # Errors
    ///
    /// [`TensorError::NoSuchName`] if there is none.
    pub fn get(&self, name: &str) -> Result<&Tensor, TensorError> {
        self.named.get(name)
    }

    /// Takes the tensor of this name out.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.named.remove(name).ok()
    }

    /// Returns how many rows each tensor has, if there are tensors and they agree.
    pub fn rows(&self) -> Option<usize> {
        self.named.agreed(Tensor::rows)
    }

    /// Lists the tensors with their names, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.named.iter()
    }

    /// Returns how many tensors there are.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Tells whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

impl<N: Into<String>> FromIterator<(N, Tensor)> for Tensors {
    fn from_iter<I: IntoIterator<Item = (N, Tensor)>>(named: I) -> Self {
        Self {
            named: named.into_iter().collect(),
        }
    }
}

impl IntoIterator for Tensors {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.named.into_iter()
    }
}

/// How many elements a tensor of this shape holds, if a `usize` can say.
pub(crate) fn elements_in(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1_usize, |product, size| product.checked_mul(*size))
}
