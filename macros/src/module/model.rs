use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Safety, Type};

use crate::args::Arg;
use crate::config::{Kind, Params, typed};
use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;
use crate::ports::{Port, Ports, check_names, output_names, port_name};
use crate::types::{argument, is_named, is_unit, returned};

/// The arguments of `#[module(..)]`.
pub(crate) struct Args {
    options: Options,
    /// The names of the outlets that come out.
    outputs: Option<Vec<Ident>>,
}

/// A function understood as a module.
pub(crate) struct Model {
    pub(crate) options: Options,
    /// The name of the config struct.
    pub(crate) config: Ident,
    pub(crate) id: String,
    pub(crate) params: Params,
    /// What each parameter is given.
    pub(crate) given: Vec<Given>,
    pub(crate) inputs: Vec<Port>,
    pub(crate) outputs: Outputs,
}

/// What a parameter is given.
pub(crate) enum Given {
    Outlet(Ident),
    Graph,
    Option,
}

/// What the function gives back.
pub(crate) enum Outputs {
    /// Outlets, and whether they were given names.
    Outlets(Vec<Port>, bool),
    /// A struct of outlets of the user's own.
    Own(Box<Type>),
}

impl Args {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let list = Arg::list(tokens, errors);
        let mut outputs = None;
        let options = Options::read("`#[module]`", &list, &["outputs"], errors, |arg| {
            if arg.is("outputs") {
                outputs = Some(output_names(arg)?);
                return Ok(true);
            }
            Ok(false)
        });
        for (given, name) in [
            (options.types.is_some(), "types"),
            (options.on_error.is_some(), "on_error"),
        ] {
            if given && let Some(arg) = list.iter().find(|arg| arg.is(name)) {
                errors.at(
                    &arg.name,
                    format!("`{name}` belongs to the stages in a module: leave it out here"),
                );
            }
        }
        Self { options, outputs }
    }
}

impl Model {
    /// Understands a function; nothing if too much of it is wrong.
    pub(crate) fn of(function: &Function, args: Args, errors: &mut Errors) -> Option<Self> {
        let sig = &function.sig;
        let Args { options, outputs } = args;
        if let Some(keyword) = &sig.asyncness {
            errors.at(
                keyword,
                "a module only joins stages, before anything runs: leave `async` out",
            );
        }
        if let Safety::Unsafe(keyword) = &sig.safety {
            errors.at(keyword, "a module is built from files too, and nobody vouches for an `unsafe` one: make it safe");
        }
        for parameter in sig.generics.type_params() {
            errors.at(
                parameter,
                "the ports of a module have types of their own: write the type itself, or keep this a function",
            );
        }
        let (mut given, mut inputs, mut list) = (Vec::new(), Vec::new(), Vec::new());
        for arg in typed(&sig.inputs, errors) {
            if let Some(message) = argument(&arg.ty, "Outlet") {
                let port = Port {
                    name: errors.absorb(port_name(arg, inputs.len()))?,
                    message: message.to_token_stream(),
                };
                given.push(Given::Outlet(port.local()));
                inputs.push(port);
            } else if is_graph(&arg.ty) {
                given.push(Given::Graph);
            } else {
                match Kind::of(arg, errors) {
                    Some(Kind::State(state)) => errors.at(
                        &state.name,
                        "a module keeps nothing from message to message, its stages do: leave `#[state]` out",
                    ),
                    option => list.extend(option),
                }
                given.push(Given::Option);
            }
        }
        let outputs = outputs_of(function, outputs, errors)?;
        Some(Self {
            config: options.struct_name(&sig.ident),
            id: options.id(&sig.ident),
            params: Params { list },
            options,
            given,
            inputs,
            outputs,
        })
    }
}

/// What the function gives back, with the names it is to go by.
fn outputs_of(
    function: &Function,
    names: Option<Vec<Ident>>,
    errors: &mut Errors,
) -> Option<Outputs> {
    let output = returned(&function.sig.output);
    let messages: Vec<&Type> = match &output {
        Type::Tuple(tuple) => {
            let messages = tuple.elems.iter().map(|ty| {
                argument(ty, "Outlet").ok_or_else(|| {
                    syn::Error::new_spanned(
                        ty,
                        "a module gives outlets back: return `Outlet<T>`, a tuple of them, or a struct made by `millpond::ports!`",
                    )
                })
            });
            errors.absorb(messages.collect::<syn::Result<_>>())?
        }
        ty => {
            if let Some(message) = argument(ty, "Outlet") {
                vec![message]
            } else {
                if let Some(name) = names.iter().flatten().next() {
                    errors.at(
                        name,
                        "a struct of outlets names them itself: leave `outputs` out",
                    );
                }
                return Some(Outputs::Own(Box::new(output)));
            }
        }
    };
    debug_assert!(
        !is_unit(&output) || messages.is_empty(),
        "no outlets, no messages"
    );
    errors.absorb(check_names(names.as_deref(), messages.len()))?;
    let named = names.is_some();
    let mut names = names.into_iter().flatten();
    let ports = messages
        .into_iter()
        .enumerate()
        .map(|(index, message)| Port {
            name: names.next().unwrap_or_else(|| Ports::unnamed(index)),
            message: quote!(#message),
        });
    Some(Outputs::Outlets(ports.collect(), named))
}

fn is_graph(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if is_named(&reference.elem, "GraphBuilder"))
}
