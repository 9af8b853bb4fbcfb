use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{Message, short_name};

/// A message of a type that only its [`MessageType`] knows.
pub(crate) type Held = dyn Any + Send;

type CloneHeld = Arc<dyn Fn(&Held) -> Box<Held> + Send + Sync>;
/// As text and not as a `Value`, in which a number would lose its precision.
type SerializeHeld = Arc<dyn Fn(&Held) -> serde_json::Result<Box<RawValue>> + Send + Sync>;
type DebugHeld = Arc<dyn Fn(&Held, &mut fmt::Formatter<'_>) -> fmt::Result + Send + Sync>;

/// What is known at run time of a type of messages: which it is, and what can
/// be done with its messages.
///
/// [`message_type!`](crate::message_type) finds everything that a type can do.
#[derive(Clone)]
pub struct MessageType {
    facts: Arc<Facts>,
}

struct Facts {
    id: TypeId,
    name: String,
    /// What a vector holds, for a type made by [`MessageType::vec`].
    element: Option<MessageType>,
    /// Lacking for a type made by [`MessageType::vec`]: each would bring the
    /// next, without an end.
    vec: Option<fn(&MessageType) -> MessageType>,
    clone: Option<CloneHeld>,
    serialize: Option<SerializeHeld>,
    debug: Option<DebugHeld>,
}

/// What can be done with the messages of a type besides sending them on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// They can be copied: the type is `Clone`.
    pub clone: bool,
    /// They can be written as JSON: the type is serde's `Serialize`.
    pub serialize: bool,
    /// They can be shown: the type is `Debug`.
    pub debug: bool,
}

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        clone: false,
        serialize: false,
        debug: false,
    };

    /// To be copied.
    pub const CLONE: Self = Self {
        clone: true,
        ..Self::NONE
    };

    /// To be written as JSON.
    pub const SERIALIZE: Self = Self {
        serialize: true,
        ..Self::NONE
    };

    /// To be shown.
    pub const DEBUG: Self = Self {
        debug: true,
        ..Self::NONE
    };

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            clone: self.clone || other.clone,
            serialize: self.serialize || other.serialize,
            debug: self.debug || other.debug,
        }
    }
}

impl MessageType {
    /// The type `T`, of which nothing is known but that it is a message.
    pub fn of<T: Message>() -> Self {
        Described::<T>::new().finish()
    }

    /// The type's name without its modules, as it stands in errors.
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// What can be done with messages of this type.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            clone: self.facts.clone.is_some(),
            serialize: self.facts.serialize.is_some(),
            debug: self.facts.debug.is_some(),
        }
    }

    /// Whether it is the type `T`.
    pub fn is<T: Message>(&self) -> bool {
        self.facts.id == TypeId::of::<T>()
    }

    pub(crate) fn id(&self) -> TypeId {
        self.facts.id
    }

    /// What a message of this type holds several of, if it is known to be a
    /// vector.
    pub fn element(&self) -> Option<&Self> {
        self.facts.element.as_ref()
    }

    pub(crate) fn clone_held(&self, held: &Held) -> Option<Box<Held>> {
        self.facts.clone.as_ref().map(|clone| clone(held))
    }

    pub(crate) fn serialize_held(&self, held: &Held) -> Option<serde_json::Result<Box<RawValue>>> {
        let serialize = self.facts.serialize.as_ref();
        serialize.map(|serialize| serialize(held))
    }

    pub(crate) fn debug_held(
        &self,
        held: &Held,
        f: &mut fmt::Formatter<'_>,
    ) -> Option<fmt::Result> {
        self.facts.debug.as_ref().map(|debug| debug(held, f))
    }

    /// The type of vectors of this type, with its capabilities.
    ///
    /// `None` if this was made by `vec` itself.
    pub fn vec(&self) -> Option<Self> {
        self.facts.vec.map(|vec| vec(self))
    }

    fn vec_of<T: Message>(&self) -> Self {
        debug_assert!(self.is::<T>(), "the caller knows the type");
        let element = self.clone();
        let clone = self.facts.clone.clone().map(|clone| -> CloneHeld {
            Arc::new(move |held| {
                let all = as_ref::<Vec<T>>(held).iter();
                let copies = all.map(|one| as_owned::<T>(clone(one)));
                Box::new(copies.collect::<Vec<_>>())
            })
        });
        let serialize = self
            .facts
            .serialize
            .clone()
            .map(|serialize| -> SerializeHeld {
                Arc::new(move |held| {
                    let all = as_ref::<Vec<T>>(held).iter();
                    let all: serde_json::Result<Vec<_>> = all.map(|one| serialize(one)).collect();
                    to_raw_value(&all?)
                })
            });
        let debug = self.facts.debug.clone().map(|debug| -> DebugHeld {
            Arc::new(move |held, f| {
                let all = as_ref::<Vec<T>>(held).iter();
                let shown = all.map(|one| fmt::from_fn(|f| debug(one, f)));
                f.debug_list().entries(shown).finish()
            })
        });
        Self {
            facts: Arc::new(Facts {
                element: Some(element),
                clone,
                serialize,
                debug,
                ..Facts::bare::<Vec<T>>()
            }),
        }
    }
}

impl Facts {
    fn bare<T: Message>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: short_name(type_name::<T>()),
            element: None,
            vec: None,
            clone: None,
            serialize: None,
            debug: None,
        }
    }
}

/// Two are equal if they are the same type, whatever is known of it.
impl PartialEq for MessageType {
    fn eq(&self, other: &Self) -> bool {
        self.facts.id == other.facts.id
    }
}

impl Eq for MessageType {}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageType")
            .field("name", &self.facts.name)
            .field("capabilities", &self.capabilities())
            .finish_non_exhaustive()
    }
}

/// Says by hand what can be done with messages of type `T`.
///
/// ```
/// use millpond::message::Described;
///
/// let line = Described::<String>::new().with_clone().finish();
///
/// assert!(line.capabilities().clone && !line.capabilities().serialize);
/// ```
pub struct Described<T> {
    facts: Facts,
    describes: PhantomData<fn() -> T>,
}

impl<T: Message> Described<T> {
    /// Begins with nothing known.
    #[expect(clippy::new_without_default, reason = "there is no default type")]
    pub fn new() -> Self {
        Self {
            facts: Facts {
                vec: Some(MessageType::vec_of::<T>),
                ..Facts::bare::<T>()
            },
            describes: PhantomData,
        }
    }

    /// Messages can be copied.
    #[must_use]
    pub fn with_clone(mut self) -> Self
    where
        T: Clone,
    {
        self.facts.clone = Some(Arc::new(|held| Box::new(as_ref::<T>(held).clone())));
        self
    }

    /// Messages can be written as JSON.
    #[must_use]
    pub fn with_serialize(mut self) -> Self
    where
        T: Serialize,
    {
        self.facts.serialize = Some(Arc::new(|held| to_raw_value(as_ref::<T>(held))));
        self
    }

    /// Messages can be shown.
    #[must_use]
    pub fn with_debug(mut self) -> Self
    where
        T: fmt::Debug,
    {
        self.facts.debug = Some(Arc::new(|held, f| as_ref::<T>(held).fmt(f)));
        self
    }

    /// The type with what was said of it.
    pub fn finish(self) -> MessageType {
        MessageType {
            facts: Arc::new(self.facts),
        }
    }
}

impl<T> fmt::Debug for Described<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Described")
            .field("name", &self.facts.name)
            .finish_non_exhaustive()
    }
}

/// The message as what its type says it is.
fn as_ref<T: Message>(held: &Held) -> &T {
    held.downcast_ref()
        .unwrap_or_else(|| unreachable!("a message is asked for by its own type only"))
}

fn as_owned<T: Message>(held: Box<Held>) -> T {
    match held.downcast() {
        Ok(message) => *message,
        Err(_) => unreachable!("a copy has the type of what it is a copy of"),
    }
}

/// Finds out what can be done with messages of a type, where that type is
/// concrete: in generic code nothing is found.
///
/// ```
/// use millpond::message_type;
///
/// struct Sealed;
///
/// assert!(message_type!(String).capabilities().serialize);
/// assert!(!message_type!(Sealed).capabilities().clone);
/// ```
#[macro_export]
macro_rules! message_type {
    ($message:ty) => {
        $crate::message_type!(@found $crate::message::Described::<$message>::new())
    };
    // The type is named once, so that what is wrong with it is said once.
    (@found $described:expr) => {{
        use $crate::__private::probe::{CloneProbe, DebugProbe, SerializeProbe};
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the type"
        )]
        use $crate::__private::probe::{Found as _, Missing as _};
        let described = $described;
        let described = (&CloneProbe::of(&described)).note(described);
        let described = (&SerializeProbe::of(&described)).note(described);
        (&DebugProbe::of(&described)).note(described).finish()
    }};
}
