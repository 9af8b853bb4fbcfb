//! What travels on edges, and what an edge wraps it in.
//!
//! A [`Message`] is any value that may change threads and borrows nothing. A
//! [`Mode`] says what an edge carries beside the message: nothing
//! ([`Plain`]), or later a receipt. A [`Tensor`] is the message part that a
//! model reads and writes. A [`MessageType`] is a type of messages as it is
//! known at run time, and an [`Opaque`] a message of such a type.

mod message_type;
mod mode;
mod named;
mod opaque;
#[doc(hidden)]
pub mod probe;
mod tensor;

pub use message_type::{Capabilities, Described, MessageType};
pub use mode::{Mode, Plain};
pub(crate) use named::Named;
pub use opaque::Opaque;
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

/// The name of a type without the modules it is defined in.
pub(crate) fn short_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut word = String::new();
    let mut rest = full.chars().peekable();
    while let Some(c) = rest.next() {
        if c == ':' && rest.peek() == Some(&':') {
            rest.next();
            word.clear();
        } else if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            short.push_str(&word);
            word.clear();
            short.push(c);
        }
    }
    short.push_str(&word);
    short
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_short_name_keeps_the_arguments_and_drops_the_modules() {
        for (full, short) in [
            ("u64", "u64"),
            ("alloc::string::String", "String"),
            ("alloc::vec::Vec<my_crate::Line>", "Vec<Line>"),
            (
                "core::result::Result<(a::B, c::D), std::io::Error>",
                "Result<(B, D), Error>",
            ),
            ("&'static str", "&'static str"),
        ] {
            assert_eq!(short_name(full), short);
        }
    }
}
