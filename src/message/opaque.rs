use std::fmt;

use serde::{Serialize, Serializer};

use super::message_type::Held;
use super::{Message, MessageType};

/// A message whose type is known at run time only.
///
/// A stage that accepts every message type is made once, for this one, when a
/// pipeline is built from a file. It is `Clone`, `Serialize` and `Debug` as
/// far as the message in it is; a stage that needs one of them says so when it
/// is [registered](crate::register), and what lacks it is refused when the
/// pipeline is built.
pub struct Opaque {
    held: Box<Held>,
    message: MessageType,
}

impl Opaque {
    pub(crate) fn new<T: Message>(held: T, message: MessageType) -> Self {
        debug_assert!(message.is::<T>(), "a message goes with its own type");
        Self {
            held: Box::new(held),
            message,
        }
    }

    /// The type of the message.
    pub fn message(&self) -> &MessageType {
        &self.message
    }

    /// The message itself.
    ///
    /// # Errors
    ///
    /// Gives the message back if it is of another type.
    pub fn reveal<T: Message>(self) -> Result<T, Self> {
        let Self { held, message } = self;
        match held.downcast() {
            Ok(held) => Ok(*held),
            Err(held) => Err(Self { held, message }),
        }
    }
}

impl Clone for Opaque {
    fn clone(&self) -> Self {
        let held = self.message.clone_held(&*self.held);
        Self {
            held: held.unwrap_or_else(|| unreachable!("{}", lacks(&self.message, "Clone"))),
            message: self.message.clone(),
        }
    }
}

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        match self.message.serialize_held(&*self.held) {
            Some(Ok(value)) => value.serialize(serializer),
            Some(Err(error)) => Err(Error::custom(error)),
            None => Err(Error::custom(lacks(&self.message, "Serialize"))),
        }
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.debug_held(&*self.held, f) {
            Some(shown) => shown,
            None => write!(f, "({})", self.message),
        }
    }
}

fn lacks(message: &MessageType, capability: &str) -> String {
    format!("`{message}` messages are not `{capability}`, which is checked before a run")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message_type;

    #[derive(Debug)]
    struct Bare;

    #[test]
    fn an_opaque_message_does_what_the_message_in_it_can_do() {
        let hidden = Opaque::new(vec![1_u8, 2], message_type!(Vec<u8>));

        assert_eq!(format!("{:?}", hidden.clone()), "[1, 2]");
        assert_eq!(serde_json::to_string(&hidden).unwrap(), "[1,2]");
        assert_eq!(hidden.reveal::<Vec<u8>>().unwrap(), [1, 2]);
    }

    #[test]
    fn an_opaque_message_is_serialised_as_the_message_in_it() {
        #[derive(Serialize)]
        struct Reading {
            value: f32,
            at: u64,
        }
        let reading = Reading { value: 0.1, at: 7 };
        let plain = serde_json::to_string(&reading).unwrap();
        let hidden = Opaque::new(reading, message_type!(Reading));

        assert_eq!(plain, r#"{"value":0.1,"at":7}"#);
        assert_eq!(serde_json::to_string(&hidden).unwrap(), plain);
        assert_eq!(
            serde_json::to_value(&hidden).unwrap(),
            serde_json::json!({ "value": 0.1, "at": 7 })
        );
    }

    #[test]
    fn a_message_that_is_no_json_is_an_error_of_the_serializer() {
        let hidden = Opaque::new(Bare, message_type!(Bare));

        let error = serde_json::to_string(&hidden).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`Bare` messages are not `Serialize`")
        );
    }

    #[test]
    fn asking_for_another_type_gives_the_message_back() {
        let hidden = Opaque::new(7_u64, message_type!(u64));

        let hidden = hidden.reveal::<String>().unwrap_err();
        assert_eq!(hidden.message().name(), "u64");
        assert_eq!(hidden.reveal::<u64>().unwrap(), 7);
    }

    #[test]
    fn a_vector_can_do_what_its_elements_can() {
        let numbers = message_type!(u64).vec().unwrap();
        let hidden = Opaque::new(vec![1_u64, 2], numbers.clone());

        assert_eq!(format!("{:?}", hidden.clone()), "[1, 2]");
        assert_eq!(
            serde_json::to_value(&hidden).unwrap(),
            serde_json::json!([1, 2])
        );
        assert_eq!(numbers.name(), "Vec<u64>");
        assert_eq!(numbers.element(), Some(&message_type!(u64)));
        assert_eq!(numbers.vec(), None);
        let bare = message_type!(Bare).vec().unwrap();
        assert!(!bare.capabilities().clone && bare.capabilities().debug);
    }
}
