/// Puts a stage into the [registry](crate::stage::Registry), so that pipelines
/// from files and from the command line can use it.
///
/// The stage is made from its options: it is `serde::Deserialize` and
/// `schemars::JsonSchema`. Its documentation and that of its fields is the
/// help. Anywhere in a program that is linked, once for each stage:
///
/// ```standalone_crate
/// use millpond::graph::Outlet;
/// use millpond::message::{Message, Mode};
/// use millpond::stage::{Identified, Registry, Stage};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// Passes the first messages on.
/// #[derive(Deserialize, JsonSchema)]
/// struct Head {
///     /// How many.
///     count: usize,
/// }
///
/// impl Identified for Head {
///     const ID: &'static str = "head";
/// }
///
/// impl<T: Message> Stage<T> for Head {
///     type Out = T;
///
///     fn build(self, input: Outlet<T>) -> Outlet<T> {
///         input.node(Self::ID, move |flow| flow.take(self.count))
///     }
/// }
///
/// millpond::register!(stage Head: any);
///
/// # fn main() -> Result<(), Vec<millpond::stage::Conflict>> {
/// let registry = Registry::collected()?;
/// assert_eq!(registry.latest("head").unwrap().to_string(), "head: T -> T");
/// # Ok(())
/// # }
/// ```
///
/// | form | for |
/// | --- | --- |
/// | `source Lines` | a [`Source`](crate::stage::Source) |
/// | `stage Words: String` | a [`Stage`](crate::stage::Stage) that accepts `String`; several types with commas |
/// | `stage Head: any` | a stage that accepts every message type |
/// | `stage Copy: any + Clone` | one that needs messages that are `Clone`, `Serialize` or `Debug` |
/// | `sink Print: String, any + Serialize` | a [`Sink`](crate::stage::Sink), of the same forms; known types are tried first |
/// | `module Ingest` | a [`Module`](crate::module::Module) |
/// | `module Ingest: ("lines": String) -> ("parsed": Value)` | one whose ports do not name themselves, as those of a tuple |
///
/// A version of its own, other than that of its crate, stands at the end:
/// `register!(stage Words: String; version = "1.2.0")`.
#[macro_export]
macro_rules! register {
    (source $stage:ty $(; version = $version:literal)?) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::source::<$stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of(
                    ::std::option::Option::None,
                    ::std::option::Option::Some($crate::message_type!(
                        @found $crate::__private::output_of_source::<$stage, _>()
                    )),
                ),
            )
        }
    };
    (module $stage:ty $(; version = $version:literal)?) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::module::<$stage>($crate::register!(@origin $($version)?))
        }
    };
    (
        module $stage:ty :
        ($($inlet:literal: $input:ty),* $(,)?) -> ($($outlet:literal: $output:ty),* $(,)?)
        $(; version = $version:literal)?
    ) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::module_with::<$stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of_ports(
                    ::std::vec![$(($inlet, $crate::message_type!($input))),*],
                    ::std::vec![$(($outlet, $crate::message_type!($output))),*],
                ),
            )
        }
    };
    ($kind:ident $stage:ty : any $(+ $needed:ident)* $(; version = $version:literal)?) => {
        $crate::register!(@any $kind $stage [$($needed)*] [$($version)?]);
    };
    ($kind:ident $stage:ty : any $(+ $needed:ident)*, $($rest:tt)+) => {
        ::std::compile_error!("`any` stands last: known types are tried first");
    };
    ($kind:ident $stage:ty : $input:ty $(; version = $version:literal)?) => {
        $crate::register!(@known $kind $stage [$input] [$($version)?]);
    };
    // The version stands behind all types, so each type carries it along.
    ($kind:ident $stage:ty : $input:ty, $($rest:tt)+) => {
        $crate::register!(@several $kind $stage [$input] $($rest)+);
    };
    (@several $kind:ident $stage:ty [$input:ty] $($rest:tt)+) => {
        $crate::register!(@version_of [$kind $stage [$input]] [$($rest)+] $($rest)+);
    };
    (@version_of [$kind:ident $stage:ty [$input:ty]] [$($all:tt)+] ; version = $version:literal) => {
        $crate::register!(@known $kind $stage [$input] [$version]);
        $crate::register!($kind $stage: $($all)+);
    };
    (@version_of [$kind:ident $stage:ty [$input:ty]] [$($all:tt)+]) => {
        $crate::register!(@known $kind $stage [$input] []);
        $crate::register!($kind $stage: $($all)+);
    };
    (@version_of $known:tt $all:tt $skipped:tt $($rest:tt)*) => {
        $crate::register!(@version_of $known $all $($rest)*);
    };
    (@known stage $stage:ty [$input:ty] [$($version:literal)?]) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::stage::<$input, $stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of(
                    ::std::option::Option::Some($crate::message_type!($input)),
                    ::std::option::Option::Some($crate::message_type!(
                        @found $crate::__private::output_of::<$input, $stage, _>()
                    )),
                ),
            ).in_order(|| $crate::register!(@in_order $input, $stage))
        }
    };
    (@known sink $stage:ty [$input:ty] [$($version:literal)?]) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::sink::<$input, $stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of(
                    ::std::option::Option::Some($crate::message_type!($input)),
                    ::std::option::Option::None,
                ),
            )
        }
    };
    ($kind:ident $stage:ty $(; version = $version:literal)?) => {
        ::std::compile_error!(::std::concat!(
            "the messages are missing: write `", ::std::stringify!($kind), " ",
            ::std::stringify!($stage), ": String`, or `: any` if it accepts every message"
        ));
    };
    (@any stage $stage:ty [$($needed:ident)*] [$($version:literal)?]) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::stage_of_any::<$stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of_any(
                    $crate::register!(@needed $($needed)*),
                    ::std::option::Option::Some($crate::message_type!(
                        @found $crate::__private::output_of::<$crate::message::Opaque, $stage, _>()
                    )),
                ),
            ).in_order(|| $crate::register!(@in_order $crate::message::Opaque, $stage))
        }
    };
    (@any sink $stage:ty [$($needed:ident)*] [$($version:literal)?]) => {
        $crate::__private::inventory::submit! {
            $crate::stage::Entry::sink_of_any::<$stage>(
                $crate::register!(@origin $($version)?),
                || $crate::__private::signature_of_any(
                    $crate::register!(@needed $($needed)*),
                    ::std::option::Option::None,
                ),
            )
        }
    };
    // As in `message_type!`: which of the two it is, the call finds out.
    (@in_order $input:ty, $stage:ty) => {{
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the stage"
        )]
        use $crate::__private::{Lifted as _, NotLifted as _};
        (&$crate::__private::InOrderProbe::<$input, $stage>::new()).in_order()
    }};
    (@origin) => {
        $crate::register!(@origin ::std::env!("CARGO_PKG_VERSION"))
    };
    (@origin $version:expr) => {
        $crate::stage::Origin::new(
            ::std::env!("CARGO_PKG_NAME"),
            $version,
            ::std::file!(),
            ::std::line!(),
        )
    };
    (@needed $($needed:ident)*) => {
        $crate::message::Capabilities::NONE $(.with($crate::register!(@capability $needed)))*
    };
    (@capability Clone) => { $crate::message::Capabilities::CLONE };
    (@capability Serialize) => { $crate::message::Capabilities::SERIALIZE };
    (@capability Debug) => { $crate::message::Capabilities::DEBUG };
    (@capability $other:ident) => {
        ::std::compile_error!(::std::concat!(
            "`", ::std::stringify!($other), "` cannot be asked of any message: only `Clone`, ",
            "`Serialize` and `Debug` can; name the types instead, as in `stage Dedup: String, u64`"
        ))
    };
}
