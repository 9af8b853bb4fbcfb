//! What travels on edges, and what an edge wraps it in.
//!
//! A [`Message`] is any value that may change threads and borrows nothing. A
//! [`Mode`] says what an edge carries beside the message: nothing
//! ([`Plain`]), or later a receipt. A [`Tensor`] is the message part that a
//! model reads and writes.

mod mode;
mod tensor;

pub use mode::{Mode, Plain};
pub(crate) use tensor::elements_in;
pub use tensor::{Element, ElementType, Tensor, TensorError, Tensors};

/// A value that can travel on an edge: it is `Send` and borrows nothing.
///
/// Every such type is a message already; there is nothing to implement.
///
/// ```compile_fail,E0277
/// fn travels<T: millpond::message::Message>() {}
/// travels::<std::rc::Rc<str>>(); // an `Rc` must stay on its thread
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel on an edge",
    label = "a message must be `Send` and must not borrow",
    note = "own the data, or share it with `Arc` instead of `Rc`"
)]
pub trait Message: Send + 'static {}

impl<T: Send + 'static> Message for T {}
