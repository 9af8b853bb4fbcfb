use crate::graph::{AnyOutlet, Outlet};
use crate::message::{Message, MessageType};

/// One outlet among several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name, in kebab-case.
    pub name: String,
    /// What it carries.
    pub message: MessageType,
}

/// Several outlets at once: what a module reads, or what it gives back.
///
/// `()` is none of them, an [`Outlet`] is one, and a tuple of outlets are so
/// many, named by their numbers from 0. [`ports!`](crate::ports) makes a
/// struct of outlets, which are named by their fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of outlets",
    label = "the ports of a module are outlets",
    note = "use `()`, an `Outlet<T>`, a tuple of outlets, or a struct made by `millpond::ports!`"
)]
pub trait Ports: Sized {
    /// The names and the message types, in order.
    fn ports() -> Vec<Port>;

    /// The outlets, their message types at run time.
    fn into_any(self) -> Vec<AnyOutlet>;

    /// The outlets, their message types at compile time.
    ///
    /// # Errors
    ///
    /// [`PortMismatch`] if the number or a type of them is another.
    fn from_any(outlets: Vec<AnyOutlet>) -> Result<Self, PortMismatch>;
}

/// The outlets do not fit the ports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortMismatch {
    /// There are more or fewer of them.
    #[error("{expected} outlets are expected, but there are {found}")]
    Number {
        /// How many the ports are.
        expected: usize,
        /// How many outlets there are.
        found: usize,
    },
    /// One carries something else.
    #[error("port `{port}` carries `{expected}` messages, not `{found}`")]
    Type {
        /// The port.
        port: String,
        /// What it carries.
        expected: MessageType,
        /// What the outlet carries.
        found: MessageType,
    },
}

impl PortMismatch {
    /// Refuses outlets whose number is another.
    #[doc(hidden)]
    pub fn check_number(expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::Number { expected, found })
        }
    }
}

/// The next of `outlets`, typed.
#[doc(hidden)]
pub fn next_port<T: Message>(
    outlets: &mut impl Iterator<Item = AnyOutlet>,
    port: &str,
) -> Result<Outlet<T>, PortMismatch> {
    let outlet = outlets.next().ok_or(PortMismatch::Number {
        expected: 1,
        found: 0,
    })?;
    outlet.typed().map_err(|other| PortMismatch::Type {
        port: port.to_owned(),
        expected: MessageType::of::<T>(),
        found: other.message().clone(),
    })
}

impl Ports for () {
    fn ports() -> Vec<Port> {
        Vec::new()
    }

    fn into_any(self) -> Vec<AnyOutlet> {
        Vec::new()
    }

    fn from_any(outlets: Vec<AnyOutlet>) -> Result<Self, PortMismatch> {
        PortMismatch::check_number(0, outlets.len())
    }
}

impl<T: Message> Ports for Outlet<T> {
    fn ports() -> Vec<Port> {
        vec![Port {
            name: "0".to_owned(),
            message: MessageType::of::<T>(),
        }]
    }

    fn into_any(self) -> Vec<AnyOutlet> {
        vec![self.any(MessageType::of::<T>())]
    }

    fn from_any(outlets: Vec<AnyOutlet>) -> Result<Self, PortMismatch> {
        PortMismatch::check_number(1, outlets.len())?;
        next_port(&mut outlets.into_iter(), "0")
    }
}

macro_rules! tuple_of_ports {
    ($($message:ident $outlet:ident $number:literal),+) => {
        impl<$($message: Message),+> Ports for ($(Outlet<$message>,)+) {
            fn ports() -> Vec<Port> {
                vec![$(Port {
                    name: $number.to_string(),
                    message: MessageType::of::<$message>(),
                }),+]
            }

            fn into_any(self) -> Vec<AnyOutlet> {
                let ($($outlet,)+) = self;
                vec![$($outlet.any(MessageType::of::<$message>())),+]
            }

            fn from_any(outlets: Vec<AnyOutlet>) -> Result<Self, PortMismatch> {
                PortMismatch::check_number([$($number),+].len(), outlets.len())?;
                let mut outlets = outlets.into_iter();
                Ok(($(next_port::<$message>(&mut outlets, &$number.to_string())?,)+))
            }
        }
    };
}

tuple_of_ports!(A a 0);
tuple_of_ports!(A a 0, B b 1);
tuple_of_ports!(A a 0, B b 1, C c 2);
tuple_of_ports!(A a 0, B b 1, C c 2, D d 3);
tuple_of_ports!(A a 0, B b 1, C c 2, D d 3, E e 4);
tuple_of_ports!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);

/// Makes a struct whose fields are outlets of these message types, with
/// [`Ports`](crate::module::Ports) for it. Fields are ports, named in
/// kebab-case.
///
/// See [`module`](mod@crate::module) for an example.
#[macro_export]
macro_rules! ports {
    ($(#[$attribute:meta])* $visible:vis struct $name:ident {
        $($(#[$note:meta])* $port:ident: $message:ty),+ $(,)?
    }) => {
        $(#[$attribute])*
        #[derive(Debug)]
        #[must_use = "an outlet that leads nowhere is an error when the pipeline starts"]
        $visible struct $name {
            $($(#[$note])* $visible $port: $crate::graph::Outlet<$message>,)+
        }

        impl $crate::module::Ports for $name {
            fn ports() -> ::std::vec::Vec<$crate::module::Port> {
                ::std::vec![$($crate::module::Port {
                    name: ::std::stringify!($port).replace('_', "-"),
                    message: $crate::message_type!($message),
                }),+]
            }

            fn into_any(self) -> ::std::vec::Vec<$crate::graph::AnyOutlet> {
                ::std::vec![$(self.$port.any($crate::message_type!($message))),+]
            }

            fn from_any(
                outlets: ::std::vec::Vec<$crate::graph::AnyOutlet>,
            ) -> ::std::result::Result<Self, $crate::module::PortMismatch> {
                let expected = [$(::std::stringify!($port)),+].len();
                $crate::module::PortMismatch::check_number(expected, outlets.len())?;
                let mut outlets = outlets.into_iter();
                ::std::result::Result::Ok(Self {
                    $($port: $crate::__private::next_port(
                        &mut outlets,
                        &::std::stringify!($port).replace('_', "-"),
                    )?,)+
                })
            }
        }
    };
}
