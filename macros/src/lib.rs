//! The attribute macros of millpond: a function becomes a stage, a source, a
//! sink or a module.
//!
//! They are sugar. What each makes can be written by hand; the page on stages
//! of millpond's documentation shows both side by side.
//!
//! # What all of them share
//!
//! The function stays as it is and can be called. Beside it stands a struct of
//! the same visibility, named after it in camel case: `fn parse_line` brings
//! `ParseLine`, whose identification is `parse-line`. The struct holds the
//! options, and is the stage that is given to a pipeline. It is registered, so
//! that pipelines from files and from the command line can use it too.
//!
//! | option of the attribute | says |
//! | --- | --- |
//! | `id = "parse-line"` | another identification, in kebab-case |
//! | `name = ParseLine` | another name of the struct |
//! | `cost = light`, `heavy`, `blocking` | what a message costs its nodes |
//! | `version = "1.2.0"` | a version of its own, other than the crate's |
//! | `on_error = dead_letter`, `stop` | what becomes of errors that the function returns |
//! | `register = false` | that it stays out of the registry |
//! | `types(A, B)` | the message types to register a generic stage for |
//! | `crate = pond` | the name that millpond has in this crate |
//!
//! # Options
//!
//! A parameter that is no message is an option: a field of the struct. Its
//! documentation is the field's, and the help on the command line; the
//! documentation of the function up to its first heading is the struct's. The
//! struct is `Clone` and `Debug`, has a `builder()`, is read and written by
//! serde and has a JSON Schema. Without options it is a unit struct; if each
//! option has a default, it is `Default`.
//!
//! A function that borrows an option borrows it from the struct: `&str` is a
//! field of type `String`, `&Path` a `PathBuf`, `&[T]` a `Vec<T>`, `&T` a `T`,
//! and `Option<&str>` an `Option<String>`. By value it gets a clone. An
//! `Option` may be left out, and a `Duration` is a text such as `5ms`.
//!
//! | attribute of a parameter | says |
//! | --- | --- |
//! | `#[config(default = 64)]`, `#[config(default)]` | that it may be left out |
//! | `#[config(range = 1..=1024)]` | which values it may have |
//! | `#[config(exists = "file")]`, `"dir"`, `"any"` | that the path must lead somewhere |
//! | `#[config(secret)]` | that the text, taken as `&str`, is never shown |
//! | `#[state(HashSet::new())]`, `#[state]` | that it is no option, but state |
//! | `#[serde(..)]`, `#[schemars(..)]`, `#[builder(..)]` | what these say of a field |
//!
//! State is `&mut T`. It is made on the worker, so it need not be `Send`, and
//! kept from message to message. What makes it may name options.

mod args;
mod callee;
mod config;
mod errors;
mod function;
mod generics;
mod message;
mod module;
mod names;
mod options;
mod parameters;
mod ports;
mod route;
mod shape;
mod sink;
mod source;
mod stage;
#[cfg(test)]
mod tests;
mod types;

use proc_macro::TokenStream;

/// Makes a stage of a function, or of the methods of a type.
///
/// # Functions of one message
///
/// The first parameter is the message. Taken as `&T` it is lent, and a dead
/// letter then carries it, in a `Rejected`; `&str` is lent from messages that
/// are `String`s.
///
/// | it returns | the stage |
/// | --- | --- |
/// | `Out` | emits one message for each |
/// | `Option<Out>` | emits one or none |
/// | `impl Iterator<Item = Out>` | emits several; an iterator that borrows is collected, any other read as there is room |
/// | `Result<Out, E>`, also of an `Option` or an iterator | sends errors to the dead letters, or ends the run |
/// | `impl Iterator<Item = Result<Out, E>>` | does so with single items |
///
/// An `async fn` has calls under way at once: `concurrency = 8`, or the name of
/// an option. Results leave `ordered`, as by default, `unordered`, or
/// `keyed(|message| message.host.clone())`, in order among those of one key.
///
/// A type parameter of the message makes a stage for many types. It is
/// registered for all messages if it asks them for no more than `Clone`,
/// `Serialize` and `Debug`; else list the types, `types(String, u64)`.
///
/// # Functions of flows
///
/// A function from `Flow<impl Progress<Item = In>>` to `Flow<impl
/// Progress<Item = Out>>` is called once, on the worker, and is the node. Items
/// that are `Result`s are split as above.
///
/// Several flows are several inlets, and a tuple of flows is several outlets,
/// which `outputs(good, bad)` names. Such a stage is a `Module`: its inlets are
/// the fields of `NameInputs`, its named outlets those of `NameOutputs`.
///
/// # Routing
///
/// `#[stage(route)]` on a function that returns an enum made by `#[route]`
/// makes a module with an outlet for each variant.
///
/// # Methods
///
/// On an `impl` block it makes a stage of the type: `fn process(&mut self, In)`
/// is called for each message and returns as above; `fn finish(self) ->
/// Option<Out>`, if there is one, gives a last message. An `async fn
/// process(&self, In)` has calls under way at once. The type is your own; to be
/// registered it is `Deserialize` and `JsonSchema`.
///
/// # Errors
///
/// What is not understood is an error at its place that says what would be.
#[proc_macro_attribute]
pub fn stage(args: TokenStream, item: TokenStream) -> TokenStream {
    stage::expand(args.into(), &item.into()).into()
}

/// Makes a source of a function, or of the methods of a type.
///
/// | the function | the source |
/// | --- | --- |
/// | returns `impl Iterator<Item = T>` or `Vec<T>` | emits what is iterated over |
/// | returns `impl Stream<Item = T>` or a flow | emits what it emits |
/// | returns `Result` of one of these | ends the run if it cannot be opened |
/// | is `#[source(emits = T)] async fn` | emits where the body says `emit!(message)` |
/// | returns `Poll<Option<T>>` | is polled; it takes `&mut Context<'_>` |
///
/// Messages of type `Result<T, E>` are split: values are emitted, errors are
/// dead letters. The body of an `async fn` that emits `Result<T, E>` emits
/// values, and ends with the first error that `?` returns.
///
/// A parameter of type `Stopped`, or `&mut Stopped`, completes when the run
/// shall stop; the source then ends by itself. Any other is ended for it.
///
/// On an `impl` block: `fn next(&mut self) -> Option<T>`, an `async fn` or not,
/// or `fn poll(&mut self, &mut Context<'_>) -> Poll<Option<T>>`.
#[proc_macro_attribute]
pub fn source(args: TokenStream, item: TokenStream) -> TokenStream {
    source::expand(args.into(), &item.into()).into()
}

/// Makes a sink of a function, or of the methods of a type.
///
/// | the function | the sink |
/// | --- | --- |
/// | takes a message | calls it for each |
/// | takes `Vec<T>` or `&[T]`, `#[sink(batch = 64, linger = "5ms")]` | calls it for a batch; without `linger` a batch waits until it is full |
/// | is an `async fn` | has `concurrency` calls under way at once, 1 by default |
/// | returns `impl futures::Sink<T, Error = E>`, also in a `Result` | sends all messages there |
///
/// An error that the function returns ends the run, or with `on_error =
/// dead_letter` becomes a dead letter.
///
/// On an `impl` block: `fn process(&mut self, In)` for each message or batch,
/// and `fn finish(self)`, if there is one, when all have come; both may be
/// `async` and may return a `Result<(), E>`.
#[proc_macro_attribute]
pub fn sink(args: TokenStream, item: TokenStream) -> TokenStream {
    sink::expand(args.into(), &item.into()).into()
}

/// Makes a module of a function from outlets to outlets.
///
/// A parameter of type `Outlet<T>` is an inlet of that name, one of type
/// `&GraphBuilder` is given the graph, and the others are options. The function
/// returns an `Outlet`, a tuple of outlets, a struct made by `ports!`, or
/// nothing; `outputs(parsed, rejected)` names the outlets of a tuple.
///
/// Several inlets are the fields of `NameInputs`, named outlets those of
/// `NameOutputs`. A module of one outlet at each end is a stage too, one
/// without inlets and with one outlet a source, and one without outlets and
/// with one inlet a sink.
#[proc_macro_attribute]
pub fn module(args: TokenStream, item: TokenStream) -> TokenStream {
    module::expand(args.into(), &item.into()).into()
}

/// Gives each variant of an enum an outlet of its own.
///
/// `enum Sorted { Number(u64), Text(String) }` brings the struct
/// `SortedOutlets` with the outlets `number` and `text`; an outlet of `Sorted`
/// is turned into it by `Outlet::route`. Whoever takes the struct apart names
/// all branches: one that is forgotten does not compile.
///
/// `#[route(crate = pond)]` gives the name that millpond has in this crate.
#[proc_macro_attribute]
pub fn route(args: TokenStream, item: TokenStream) -> TokenStream {
    route::expand(args.into(), &item.into()).into()
}
