use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, FnArg, Generics, ItemImpl, PatType, Signature, Type};

use super::args::{Args, Order};
use super::check::check_whole;
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
        let calls = Calls::of(sig, most, order, concurrent_at, errors);
        // Whatever is wrong with one part, the others are looked at too.
        let form = if is_named(&first.ty, "Flow") {
            check_whole(&params, sig, errors);
            of_flows(&inputs[..=flows.len()], sig, outputs.as_deref(), errors)
        } else {
            let message = errors.absorb(Message::checked(first));
            let shape = output(sig).and_then(|ty| Shape::of(&ty, &options.krate));
            let shape = errors.absorb(shape);
            message.zip(shape).map(|(message, shape)| Form::Each {
                message,
                shape,
                calls,
                finish: None,
            })
        }?;
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
        if is_named(&arg.ty, "Flow") {
            errors.at(
                &arg.ty,
                "`process` is called for one message: take the message, or write a function of the flow",
            );
            return None;
        }
        let message = errors.absorb(Message::checked(arg))?;
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

/// How many flows a node reads or gives back at most.
const MOST_FLOWS: usize = 4;

/// A function of one flow or of several, to one or to several.
fn of_flows(
    reads: &[&PatType],
    sig: &Signature,
    names: Option<&[Ident]>,
    errors: &mut Errors,
) -> Option<Form> {
    let inputs = inlets(reads, errors);
    let left = flow_outputs(sig, errors);
    let inputs = inputs?;
    let left = left?;
    if let ([input], [only], None) = (inputs.as_slice(), left.as_slice(), names) {
        return Some(Form::Whole {
            input: input.message.clone(),
            output: only.clone(),
        });
    }
    errors.absorb(check_names(names, left.len()))?;
    let outputs = left.iter().enumerate().map(|(index, message)| Port {
        name: match names {
            Some(names) => names[index].clone(),
            None => Ports::unnamed(index),
        },
        message: message.to_token_stream(),
    });
    Some(Form::Between {
        inputs,
        outputs: outputs.collect(),
        named: names.is_some(),
    })
}

/// The inlets that flows are.
fn inlets(reads: &[&PatType], errors: &mut Errors) -> Option<Vec<Port>> {
    if let Some(arg) = reads.get(MOST_FLOWS) {
        errors.at(
            arg,
            "a stage reads four flows at most: merge some of them before it, or write a module of several stages",
        );
        return None;
    }
    let inputs: Vec<Option<Port>> = reads
        .iter()
        .enumerate()
        .map(|(index, arg)| {
            let Some(item) = flow_item(&arg.ty) else {
                errors.at(
                    &arg.ty,
                    "a stage that takes the whole flow names its messages: write `Flow<impl Progress<Item = In>>`",
                );
                return None;
            };
            Some(Port {
                name: errors.absorb(port_name(arg, index))?,
                message: item.to_token_stream(),
            })
        })
        .collect();
    inputs.into_iter().collect()
}

/// The types of what the flows emit that a function of flows returns.
fn flow_outputs(sig: &Signature, errors: &mut Errors) -> Option<Vec<Type>> {
    let ty = returned(&sig.output);
    let flows: Vec<&Type> = match &ty {
        Type::Tuple(tuple) if tuple.elems.len() > 1 => tuple.elems.iter().collect(),
        ty => vec![ty],
    };
    if let Some(flow) = flows.get(MOST_FLOWS) {
        errors.at(
            flow,
            "a stage gives back four flows at most: write a module of several stages",
        );
        return None;
    }
    let items: Vec<Option<Type>> = flows
        .into_iter()
        .map(|ty| {
            let item = flow_item(ty).or_else(|| impl_item(ty, "Progress", "Item"));
            if item.is_none() {
                let text = "a stage that takes a flow gives one back: return `Flow<impl Progress<Item = Out>>`, or a tuple of several";
                match &sig.output {
                    syn::ReturnType::Default => errors.at(&sig.ident, text),
                    syn::ReturnType::Type(..) => errors.at(ty, text),
                }
            }
            item.cloned()
        })
        .collect();
    items.into_iter().collect()
}
