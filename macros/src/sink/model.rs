use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    FnArg, GenericArgument, Generics, ItemImpl, PatType, PathArguments, Safety, Signature, Type,
    TypeParamBound,
};

use super::args::Args;
use crate::callee::{Callee, Lends, Methods, expect_parameters};
use crate::config::{Kind, Params, typed};
use crate::errors::Errors;
use crate::function::Function;
use crate::generics;
use crate::message::Message;
use crate::options::Options;
use crate::types::{argument, arguments, is_result, is_unit, last_segment, returned};

/// A function, or methods, understood as a sink.
pub(crate) struct Model {
    pub(crate) options: Options,
    /// The type that holds the options, and is the sink.
    pub(crate) config: TokenStream,
    pub(crate) id: String,
    pub(crate) generics: Generics,
    pub(crate) params: Params,
    pub(crate) callee: Callee,
    pub(crate) form: Form,
}

/// What becomes of the messages.
pub(crate) enum Form {
    /// A call takes one, or a batch.
    Each(Box<Each>),
    /// One call makes a `futures::Sink` that takes all.
    Whole { message: TokenStream, opens: bool },
}

/// Calls that take a message, or a batch of them.
pub(crate) struct Each {
    /// The parameter of the function.
    pub(crate) taken: Message,
    /// The message as it travels.
    pub(crate) message: TokenStream,
    pub(crate) batch: Option<(syn::Expr, Option<syn::Expr>)>,
    pub(crate) fails: bool,
    /// Whether it is an `async fn`.
    pub(crate) waits: bool,
    /// How many calls may then be under way.
    pub(crate) most: Option<syn::Expr>,
    /// The method that is called when all messages have come, and how it does.
    pub(crate) finish: Option<Finish>,
}

/// The method that is called when all messages have come.
pub(crate) struct Finish {
    pub(crate) name: Ident,
    pub(crate) waits: bool,
    pub(crate) fails: bool,
}

impl Model {
    /// Understands a function; nothing if too much of it is wrong.
    pub(crate) fn of(function: &Function, args: Args, errors: &mut Errors) -> Option<Self> {
        let sig = &function.sig;
        if let Safety::Unsafe(keyword) = &sig.safety {
            errors.at(keyword, "a sink calls its function for every message, and nobody vouches for an `unsafe` one: make it safe");
        }
        let inputs = typed(&sig.inputs, errors);
        let output = returned(&sig.output);
        let (form, others) = if let Some((message, opens)) = whole(&output) {
            if args.batch.is_some() || args.most.is_some() {
                errors.at(
                    &output,
                    "a `futures::Sink` takes one message after the other: leave `batch` and `concurrency` out",
                );
            }
            (Form::Whole { message, opens }, &inputs[..])
        } else {
            let Some((first, others)) = inputs.split_first() else {
                if sig.receiver().is_none() {
                    errors.at(
                        &sig.ident,
                        "a sink takes messages, and this function has no parameter: write the message as the first",
                    );
                }
                return None;
            };
            let each = each(sig, first, &args, None, errors)?;
            (Form::Each(Box::new(each)), others)
        };
        let params = others.iter().filter_map(|arg| Kind::of(arg, errors));
        let mut params = Params {
            list: params.collect(),
        };
        params.at_least_one(args.most.as_ref());
        params.at_least_one(args.batch.as_ref());
        let model = Self {
            config: args.options.struct_name(&sig.ident).into_token_stream(),
            id: args.options.id(&sig.ident),
            generics: sig.generics.clone(),
            callee: Callee::function(sig),
            options: args.options,
            params,
            form,
        };
        generics::check(&model.generics, model.message(), errors);
        model.check(errors);
        Some(model)
    }

    /// Understands the methods of a type as a sink.
    pub(crate) fn of_methods(block: &ItemImpl, args: Args, errors: &mut Errors) -> Option<Self> {
        let Methods { main, finish } = Methods::of(block, "#[sink]", &["process"], errors)?;
        let sig = &main.sig;
        expect_parameters(sig, 1, errors);
        let callee = errors.absorb(Callee::method(sig));
        let Some(arg) = sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(arg) => Some(arg),
            FnArg::Receiver(_) => None,
        }) else {
            errors.at(&sig.ident, "a sink takes messages, and `process` has no parameter for one: write it after `self`");
            return None;
        };
        let finish = finish.map(|method| Finish {
            name: method.sig.ident.clone(),
            waits: method.sig.asyncness.is_some(),
            fails: is_result(&returned(&method.sig.output)),
        });
        let form = Form::Each(Box::new(each(sig, arg, &args, finish, errors)?));
        let name = last_segment(&block.self_ty).map(|segment| segment.ident.clone());
        let name = name.unwrap_or_else(|| Ident::new("sink", Span::call_site()));
        if args.options.register && block.generics.type_params().next().is_some() {
            errors.at(
                &block.self_ty,
                "a generic type is not registered, since nothing says for which types: write `#[sink(register = false)]`, and register what you need with `millpond::register!`",
            );
        }
        let model = Self {
            config: block.self_ty.to_token_stream(),
            id: args.options.id(&name),
            generics: block.generics.clone(),
            callee: callee?,
            options: args.options,
            params: Params::default(),
            form,
        };
        model.check(errors);
        Some(model)
    }

    /// Whether calls change the stage while they wait, so that each has it to
    /// itself.
    pub(crate) fn lends_in_turn(&self, each: &Each) -> bool {
        each.waits && self.callee.lends == Lends::Mutable
    }

    /// The type of the messages.
    pub(crate) fn message(&self) -> &TokenStream {
        match &self.form {
            Form::Each(each) => &each.message,
            Form::Whole { message, .. } => message,
        }
    }

    /// Notes what a sink that is told the end does not do.
    fn check_finish(&self, each: &Each, errors: &mut Errors) {
        if each.finish.is_none() {
            return;
        }
        if let Some(most) = &each.most {
            errors.at(
                most,
                "`finish` takes the sink, which no call may then hold, so one call comes after the other: leave `concurrency` out, or `finish`",
            );
        }
        if let Some(on_error) = self.dead_letters() {
            errors.at(
                on_error,
                "an error of a sink with `finish` ends the run: leave `on_error` out, or handle the error in `process`",
            );
        }
    }

    /// Notes errors that cannot be handled as it is said.
    fn check_on_error(&self, each: &Each, errors: &mut Errors) {
        if let (Some(on_error), false) = (&self.options.on_error, each.fails) {
            errors.at(
                on_error,
                "`on_error` says what becomes of errors, and this sink has none: return a `Result<(), E>`, or leave it out",
            );
            return;
        }
        let Some(on_error) = self.dead_letters() else {
            return;
        };
        if each.batch.is_some() {
            errors.at(
                on_error,
                "a call that fails takes its whole batch along, and would count as one dead letter: leave `batch` out, or handle each message's error in the function",
            );
        }
        if each.finish.is_none() && self.lends_in_turn(each) {
            errors.at(
                on_error,
                "calls that change the sink while they wait end the run with their error: take `&self`, or leave `on_error` out",
            );
        }
    }

    /// What says that a message whose call fails becomes a dead letter.
    fn dead_letters(&self) -> Option<&Ident> {
        let on_error = self.options.on_error.as_ref();
        on_error.filter(|on_error| *on_error == "DeadLetter")
    }

    fn check(&self, errors: &mut Errors) {
        let each = match &self.form {
            Form::Each(each) => each,
            Form::Whole { .. } => {
                if let Some(on_error) = &self.options.on_error {
                    errors.at(
                        on_error,
                        "an error of a `futures::Sink` ends the run: leave `on_error` out, or take one message at a time",
                    );
                }
                for state in self.params.states() {
                    errors.at(
                        &state.name,
                        format!("the function is called once, so it keeps its state in its own variables: make `{}` a `let` in it", state.name),
                    );
                }
                return;
            }
        };
        self.check_finish(each, errors);
        self.check_on_error(each, errors);
        if !each.waits {
            return;
        }
        for state in self.params.states() {
            errors.at(
                &state.name,
                format!("calls of an `async fn` borrow nothing that changes: keep `{}` in the fields of a struct, with `#[sink] impl`", state.name),
            );
        }
        if let (Some(most), Lends::Mutable) = (&each.most, self.callee.lends) {
            errors.at(
                most,
                "several calls may be under way at once, and `&mut self` is lent to one at a time: take `&self`, or leave `concurrency` out",
            );
        }
    }
}

fn each(
    sig: &Signature,
    arg: &PatType,
    args: &Args,
    finish: Option<Finish>,
    errors: &mut Errors,
) -> Option<Each> {
    let taken = errors.absorb(Message::checked(arg))?;
    let output = returned(&sig.output);
    let fails = is_result(&output);
    if !fails && !is_unit(&output) {
        errors.at(
            &output,
            "a sink emits nothing: return nothing or a `Result<(), E>`, or make it a `#[stage]`",
        );
    }
    let batch = args.batch.clone();
    let message = match &batch {
        Some(_) => batched(arg).or_else(|| {
            errors.at(
                &arg.ty,
                "`batch` gives the function several messages at once: take `Vec<T>` or `&[T]`, or leave `batch` out",
            );
            None
        })?,
        None => taken.ty.clone(),
    };
    let waits = sig.asyncness.is_some();
    if let (false, Some(most)) = (waits, &args.most) {
        errors.at(
            most,
            "only calls of an `async fn` are under way at once: write `async fn`, or leave `concurrency` out",
        );
    }
    Some(Each {
        taken,
        message,
        batch: batch.map(|batch| (batch, args.linger.clone())),
        fails,
        waits,
        most: args.most.clone(),
        finish,
    })
}

/// `T` of a parameter `Vec<T>` or `&[T]`.
fn batched(arg: &PatType) -> Option<TokenStream> {
    if let Some(item) = argument(&arg.ty, "Vec") {
        return Some(quote!(#item));
    }
    match &*arg.ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => Some(slice.elem.to_token_stream()),
            _ => None,
        },
        _ => None,
    }
}

/// `T` of `impl Sink<T, ..>`, and whether it is in a `Result`.
fn whole(output: &Type) -> Option<(TokenStream, bool)> {
    if is_result(output) {
        let name = last_segment(output)?.ident.to_string();
        let inner = arguments(output, &name)?.first().copied()?;
        return whole(inner).map(|(message, _)| (message, true));
    }
    let Type::ImplTrait(opaque) = output else {
        return None;
    };
    opaque.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let segment = bound
            .path
            .segments
            .last()
            .filter(|segment| segment.ident == "Sink")?;
        let PathArguments::AngleBracketed(list) = &segment.arguments else {
            return None;
        };
        list.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some((quote!(#ty), false)),
            _ => None,
        })
    })
}
