use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, FnArg, Generics, ItemImpl, PatType, Signature, Type};

use super::args::{Args, Order};
use crate::callee::{Callee, Methods, expect_parameters};
use crate::config::{Kind, Params, typed};
use crate::errors::Errors;
use crate::function::Function;
use crate::message::Message;
use crate::options::Options;
use crate::ports::{Port, Ports, check_names, port_name};
use crate::shape::Shape;
use crate::types::{flow_item, impl_item, is_named, is_unit, last_segment, returned};

/// A function understood as a stage.
pub(crate) struct Model {
    pub(crate) options: Options,
    /// The type that holds the options, and is the stage.
    pub(crate) config: TokenStream,
    pub(crate) id: String,
    pub(crate) generics: Generics,
    pub(crate) params: Params,
    pub(crate) callee: Callee,
    pub(crate) form: Form,
    /// What says that each variant of what it emits has an outlet of its own.
    pub(crate) routes: Option<Ident>,
}

/// What the function is a function of.
pub(crate) enum Form {
    /// Of one message at a time.
    Each {
        message: Message,
        shape: Shape,
        calls: Option<Calls>,
        /// The method that gives a last message when the flow has ended.
        finish: Option<Ident>,
    },
    /// Of the flow of messages; `output` is what its flow emits.
    Whole { input: TokenStream, output: Type },
    /// Of several flows, or to several.
    Between {
        inputs: Vec<Port>,
        outputs: Vec<Port>,
        /// Whether the outlets were given names.
        named: bool,
    },
}

/// How many calls of an `async fn` may be under way at once, and in which
/// order their results leave.
pub(crate) struct Calls {
    pub(crate) most: Option<Expr>,
    pub(crate) order: Order,
}

impl Model {
    /// Understands a function; nothing if too much of it is wrong.
    pub(crate) fn of(function: &Function, args: Args, errors: &mut Errors) -> Option<Self> {
        let sig = &function.sig;
        let inputs = typed(&sig.inputs, errors);
        let Some((first, others)) = inputs.split_first() else {
            if sig.receiver().is_none() {
                errors.at(
                    &sig.ident,
                    "a stage takes messages, and this function has no parameter: write the message as the first, or make it a `#[source]`",
                );
            }
            return None;
        };
        let Args {
            options,
            most,
            order,
            concurrent_at,
            outputs,
            routes,
        } = args;
        // Flows stand first; both they and the options are looked at, so that
        // both are told about.
        let flows = others.iter().take_while(|arg| is_named(&arg.ty, "Flow"));
        let flows: Vec<&PatType> = flows.copied().collect();
        let list = others[flows.len()..].iter();
        let mut params = Params {
            list: list.filter_map(|arg| Kind::of(arg, errors)).collect(),
        };
        params.at_least_one(most.as_ref());
        let input = errors.absorb(Input::of(first));
        let calls = Calls::of(sig, most, order, concurrent_at, errors);
        let form = match input? {
            Input::Message(message) => {
                let shape = output(sig).and_then(|ty| Shape::of(&ty, &options.krate));
                Form::Each {
                    message,
                    shape: errors.absorb(shape)?,
                    calls,
                    finish: None,
                }
            }
            Input::Flow(input) => {
                let left = errors.absorb(flow_outputs(sig))?;
                match left.as_slice() {
                    [only] if flows.is_empty() && outputs.is_none() => Form::Whole {
                        input,
                        output: only.clone(),
                    },
                    several => {
                        let reads = &inputs[..=flows.len()];
                        errors.absorb(between(reads, several, outputs.as_deref()))?
                    }
                }
            }
        };
        if let (Some(names), false) = (&outputs, matches!(form, Form::Between { .. }))
            && let Some(name) = names.first()
        {
            errors.at(
                name,
                "only a stage that returns several flows has outlets to name: leave `outputs` out, or return a tuple of flows",
            );
        }
        Some(Self {
            config: options.struct_name(&sig.ident).into_token_stream(),
            callee: Callee::function(sig),
            id: options.id(&sig.ident),
            generics: sig.generics.clone(),
            options,
            params,
            form,
            routes,
        })
    }
}

impl Model {
    /// Understands the methods of a type as a stage.
    pub(crate) fn of_methods(block: &ItemImpl, args: Args, errors: &mut Errors) -> Option<Self> {
        let Methods { main, finish } = Methods::of(block, "#[stage]", &["process"], errors)?;
        let Args {
            options,
            most,
            order,
            concurrent_at,
            outputs,
            routes,
        } = args;
        if let Some(name) = outputs.iter().flatten().next() {
            errors.at(
                name,
                "a stage with methods has one outlet: leave `outputs` out, or write a function of the flow",
            );
        }
        let sig = &main.sig;
        expect_parameters(sig, 1, errors);
        let callee = errors.absorb(Callee::method(sig));
        let calls = Calls::of(sig, most, order, concurrent_at, errors);
        let Some(arg) = sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(arg) => Some(arg),
            FnArg::Receiver(_) => None,
        }) else {
            errors.at(
                &sig.ident,
                "a stage takes messages, and `process` has no parameter for one: write it after `self`",
            );
            return None;
        };
        let shape = output(sig).and_then(|ty| Shape::of(&ty, &options.krate));
        let shape = errors.absorb(shape);
        let message = match errors.absorb(Input::of(arg))? {
            Input::Message(message) => message,
            Input::Flow(_) => {
                errors.at(
                    &arg.ty,
                    "`process` is called for one message: take the message, or write a function of the flow",
                );
                return None;
            }
        };
        let config = block.self_ty.to_token_stream();
        let name = last_segment(&block.self_ty).map(|segment| segment.ident.clone());
        let name = name.unwrap_or_else(|| Ident::new("stage", Span::call_site()));
        Some(Self {
            config,
            id: options.id(&name),
            generics: block.generics.clone(),
            options,
            params: Params::default(),
            callee: callee?,
            form: Form::Each {
                message,
                shape: shape?,
                calls,
                finish: finish.map(|method| method.sig.ident.clone()),
            },
            routes,
        })
    }
}

impl Calls {
    /// How the calls of an `async fn` follow each other.
    fn of(
        sig: &Signature,
        most: Option<Expr>,
        order: Option<Order>,
        concurrent_at: Option<TokenStream>,
        errors: &mut Errors,
    ) -> Option<Self> {
        if sig.asyncness.is_some() {
            return Some(Self {
                most,
                order: order.unwrap_or(Order::Ordered),
            });
        }
        if let Some(place) = concurrent_at {
            errors.at(
                place,
                "only calls of an `async fn` are under way at once: write `async fn`, or leave this out",
            );
        }
        None
    }
}

/// What the first parameter takes.
enum Input {
    Message(Message),
    Flow(TokenStream),
}

impl Input {
    fn of(arg: &PatType) -> syn::Result<Self> {
        if is_named(&arg.ty, "Flow") {
            return match flow_item(&arg.ty) {
                Some(item) => Ok(Self::Flow(quote!(#item))),
                None => Err(syn::Error::new_spanned(
                    &arg.ty,
                    "a stage that takes the whole flow names its messages: write `Flow<impl Progress<Item = In>>`",
                )),
            };
        }
        Message::checked(arg).map(Self::Message)
    }
}

/// The type that a function of one message returns.
fn output(sig: &Signature) -> syn::Result<Type> {
    let ty = returned(&sig.output);
    if is_unit(&ty) {
        return Err(syn::Error::new_spanned(
            &sig.ident,
            "a stage emits what its function returns, and this returns nothing: return a message, or make it a `#[sink]`",
        ));
    }
    if is_named(&ty, "Flow") {
        return Err(syn::Error::new_spanned(
            &ty,
            "a function of one message returns messages, and this returns a flow: return `impl Iterator<Item = Out>`, or take the whole flow, `Flow<impl Progress<Item = In>>`",
        ));
    }
    Ok(ty)
}

/// The types of what the flows emit that a function of flows returns.
fn flow_outputs(sig: &Signature) -> syn::Result<Vec<Type>> {
    let ty = returned(&sig.output);
    let item = |ty: &Type| {
        let item = flow_item(ty).or_else(|| impl_item(ty, "Progress", "Item"));
        item.cloned().ok_or_else(|| {
            let text = "a stage that takes a flow gives one back: return `Flow<impl Progress<Item = Out>>`, or a tuple of several";
            match &sig.output {
                syn::ReturnType::Default => syn::Error::new_spanned(&sig.ident, text),
                syn::ReturnType::Type(..) => syn::Error::new_spanned(ty, text),
            }
        })
    };
    match &ty {
        Type::Tuple(tuple) if tuple.elems.len() > 1 => tuple.elems.iter().map(item).collect(),
        ty => Ok(vec![item(ty)?]),
    }
}

/// A function of several flows, or to several.
fn between(reads: &[&PatType], left: &[Type], names: Option<&[Ident]>) -> syn::Result<Form> {
    let inputs = reads.iter().enumerate().map(|(index, arg)| {
        let Some(item) = flow_item(&arg.ty) else {
            return Err(syn::Error::new_spanned(
                &arg.ty,
                "a stage that takes the whole flow names its messages: write `Flow<impl Progress<Item = In>>`",
            ));
        };
        Ok(Port {
            name: port_name(arg, index)?,
            message: item.to_token_stream(),
        })
    });
    let inputs: Vec<Port> = inputs.collect::<syn::Result<_>>()?;
    check_names(names, left.len())?;
    let outputs = left.iter().enumerate().map(|(index, message)| Port {
        name: match names {
            Some(names) => names[index].clone(),
            None => Ports::unnamed(index),
        },
        message: message.to_token_stream(),
    });
    Ok(Form::Between {
        inputs,
        outputs: outputs.collect(),
        named: names.is_some(),
    })
}
