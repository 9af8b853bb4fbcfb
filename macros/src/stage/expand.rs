use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::args::Order;
use super::check::check_routes;
use super::model::{Calls, Form, Model};
use super::ports;
use crate::callee::Lends;
use crate::config::Config;
use crate::errors::Errors;
use crate::generics;
use crate::message::Message;
use crate::names::local;
use crate::shape::{Count, Fails, Shape, error, value};
use crate::types::{at, is_result};

/// What makes a type the stage that the model describes.
pub(crate) fn expand(
    model: &Model,
    settings: Option<&Config<'_>>,
    errors: &mut Errors,
) -> TokenStream {
    let Model {
        options,
        config,
        id,
        ..
    } = model;
    let krate = &options.krate;
    let (input, body) = match &model.form {
        Form::Each {
            message,
            shape,
            calls: None,
            finish,
        } => (&message.ty, model.each(message, shape, finish.as_ref())),
        Form::Each {
            message,
            shape,
            calls: Some(calls),
            ..
        } => (&message.ty, model.at_once(message, shape, calls)),
        Form::Whole { input, output } => (input, model.whole(output)),
        Form::Between { .. } => return TokenStream::new(),
    };
    check_routes(model, errors);
    let registration = if model.routes.is_some() {
        ports::routed(model, input, &body.out)
    } else {
        let registered = generics::registered(&model.generics, input, options, errors);
        options.registration("stage", config, &registered)
    };
    let registration = errors.only_without(registration);
    let cost = options.cost();
    let outlet = local("input");
    let checks = settings.map(|settings| settings.checks(&quote!(#outlet.graph())));
    let body = match &model.form {
        Form::Each { message, shape, .. } if message.lent && shape.fails == Fails::Call => {
            let ty = &message.ty;
            let rejected = body
                .error
                .map(|error| quote!(#krate::stage::Rejected<#ty, #error>));
            Body {
                error: rejected,
                ..body
            }
        }
        _ => body,
    };
    let build = &body.build;
    let build = errors.unless_any(quote!(#checks #build));
    let body = Body { build, ..body };
    let stage = model.stage(input, &body);
    // The generics of a function are those of its messages, of an impl block
    // those of the type.
    let of_type = settings.is_none().then(|| model.generics.split_for_impl());
    let (parameters, clause) = of_type
        .map(|(parameters, _, clause)| (parameters, clause))
        .unzip();
    quote! {
        impl #parameters #krate::stage::Identified for #config #clause {
            const ID: &'static str = #id;
            #cost
        }

        #stage

        #registration
    }
}

/// The parts of `Stage::build` that differ from form to form.
struct Body {
    out: TokenStream,
    build: TokenStream,
    /// Whether it is written for every mode of edges.
    lifted: bool,
    /// The type of errors, where there are any; then both outlets are built.
    error: Option<TokenStream>,
}

impl Model {
    fn stage(&self, input: &TokenStream, body: &Body) -> TokenStream {
        let (krate, config) = (&self.options.krate, &self.config);
        let outlet = local("input");
        let Body {
            out,
            build,
            lifted,
            error,
        } = body;
        let mut generics = generics::without_lifetimes(&self.generics);
        let mode = if *lifted {
            generics
                .params
                .push(syn::parse_quote!(ModeOfEdge: #krate::message::Mode));
            quote!(ModeOfEdge)
        } else {
            quote!(#krate::message::Plain)
        };
        let (parameters, _, clause) = generics.split_for_impl();
        let try_stage = error.as_ref().map(|error| {
            quote! {
                impl #parameters #krate::stage::TryStage<#input> for #config #clause {
                    type Error = #error;

                    fn try_build(
                        self,
                        #outlet: #krate::graph::Outlet<#input>,
                    ) -> (
                        #krate::graph::Outlet<#out>,
                        #krate::graph::Outlet<#krate::graph::DeadLetter<#error>>,
                    ) {
                        #build
                    }
                }
            }
        });
        let build = if error.is_some() {
            quote! {
                let (output, _counted_and_logged) =
                    #krate::stage::TryStage::try_build(self, #outlet);
                output
            }
        } else {
            build.clone()
        };
        quote! {
            impl #parameters #krate::stage::Stage<#input, #mode> for #config #clause {
                type Out = #out;

                fn build(
                    self,
                    #outlet: #krate::graph::Outlet<#input, #mode>,
                ) -> #krate::graph::Outlet<#out, #mode> {
                    #build
                }
            }

            #try_stage
        }
    }

    /// One message at a time: for every mode where one message stays one.
    fn each(&self, message: &Message, shape: &Shape, finish: Option<&Ident>) -> Body {
        let (it, flow) = (local("message"), local("flow"));
        let ty = &message.ty;
        if let Some(finish) = finish {
            return self.finished(message, shape, finish);
        }
        let (stage, states) = self.owned();
        let called = self.called(message, shape, &stage, false);
        let operator = match (shape.count, shape.fails) {
            (Count::One, Fails::Never) => Some(quote!(map)),
            (Count::Maybe, Fails::Never) => Some(quote!(filter_map)),
            _ => None,
        };
        if let Some(operator) = operator {
            return self.lifted(&operator, &quote!(|#it: #ty| #called), &states, shape);
        }
        let mapped = match (shape.count, shape.fails) {
            (Count::Many, Fails::Never | Fails::Item) => {
                quote!(#flow.flat_map_iter(move |#it: #ty| #called))
            }
            _ => self.flattened(&quote!(#flow.map(move |#it: #ty| #called)), shape),
        };
        self.node(&quote!(#states #mapped), shape)
    }

    /// A node that calls for each message as the edge carries it.
    fn lifted(
        &self,
        operator: &TokenStream,
        call: &TokenStream,
        states: &TokenStream,
        shape: &Shape,
    ) -> Body {
        let krate = &self.options.krate;
        let (input, flow, carried) = (local("input"), local("flow"), local("carried"));
        let build = quote! {
            #input.carried_node(<Self as #krate::stage::Identified>::ID, move |#flow| {
                #states
                #flow.#operator(move |#carried| {
                    <ModeOfEdge as #krate::message::Mode>::#operator(#carried, #call)
                })
            })
        };
        Body {
            out: shape.out.clone(),
            build,
            lifted: true,
            error: None,
        }
    }

    /// What is called on, and what must stand before it is called.
    fn owned(&self) -> (TokenStream, TokenStream) {
        let this = local("this");
        match self.callee.lends {
            Lends::Nothing => (quote!(self), self.params.state_bindings(&quote!(self))),
            Lends::Shared => (quote!(#this), quote!(let #this = self;)),
            Lends::Mutable => (quote!(#this), quote!(let mut #this = self;)),
        }
    }

    /// Methods of which one gives a last message.
    fn finished(&self, message: &Message, shape: &Shape, finish: &Ident) -> Body {
        let (this, it, flow) = (local("this"), local("message"), local("flow"));
        let ty = &message.ty;
        let called = self.called(message, shape, &quote!(*#this), false);
        let last = quote!(Self::#finish(#this));
        let last = match (shape.count, shape.fails) {
            (Count::One, Fails::Never) => last,
            (Count::One, _) => quote!(#last.map(::core::result::Result::Ok)),
            (Count::Maybe, Fails::Never) => quote!(#last.map(::core::option::Option::Some)),
            (Count::Maybe, _) => {
                quote!(#last.map(|last| ::core::result::Result::Ok(::core::option::Option::Some(last))))
            }
            (Count::Many, fails) => {
                let all = quote!(::core::iter::IntoIterator::into_iter(#last));
                let all = match fails {
                    Fails::Item => quote!(#all.map(::core::result::Result::Ok).collect()),
                    Fails::Never | Fails::Call => quote!(#all.collect()),
                };
                match fails {
                    Fails::Call => {
                        quote!(::core::option::Option::Some(::core::result::Result::Ok(#all)))
                    }
                    Fails::Never | Fails::Item => quote!(::core::option::Option::Some(#all)),
                }
            }
        };
        let mapped = quote! {
            #flow.stateful_map(self, move |#this: &mut Self, #it: #ty| #called, move |#this: Self| #last)
        };
        let mapped = match (shape.count, shape.fails) {
            (Count::Maybe, Fails::Never) => quote!(#mapped.filter_map(|made| made)),
            (Count::Many, Fails::Never | Fails::Item) => {
                quote!(#mapped.flat_map_iter(|made: ::std::vec::Vec<_>| made))
            }
            _ => self.flattened(&mapped, shape),
        };
        self.node(&mapped, shape)
    }

    /// Calls of an `async fn`, several at once.
    fn at_once(&self, message: &Message, shape: &Shape, calls: &Calls) -> Body {
        let (it, shared, flow) = (local("message"), local("config"), local("flow"));
        let ty = &message.ty;
        let called = self.called(message, shape, &quote!(#shared), true);
        let most = self.most(calls, &quote!(#shared));
        let has_options =
            self.callee.lends != Lends::Nothing || self.params.fields().next().is_some();
        let share = has_options.then(|| quote!(let #shared = ::std::rc::Rc::new(self);));
        let lend = has_options.then(|| quote!(let #shared = ::std::rc::Rc::clone(&#shared);));
        let body = quote!(move |#it: #ty| { #lend async move { #called } });
        let mapped = match &calls.order {
            Order::Ordered => quote!(#flow.map_async(#most, #body)),
            Order::Unordered => quote!(#flow.map_async_unordered(#most, #body)),
            Order::Keyed(key) => quote!(#flow.map_async_keyed(#most, #key, #body)),
        };
        let flat = match (shape.count, shape.fails) {
            (Count::Maybe, Fails::Never) => quote!(#mapped.filter_map(|made| made)),
            (Count::Many, Fails::Never | Fails::Item) => {
                quote!(#mapped.flat_map_iter(|made| made))
            }
            _ => self.flattened(&mapped, shape),
        };
        self.node(&quote!(#share #flat), shape)
    }

    /// How many calls may be under way, from a number, a constant or options.
    fn most(&self, calls: &Calls, config: &TokenStream) -> TokenStream {
        let Some(most) = &calls.most else {
            return quote!(1);
        };
        self.params.with_options(&quote!(#most), config)
    }

    /// The function of a flow, called once, on the worker.
    fn whole(&self, output: &syn::Type) -> Body {
        let krate = &self.options.krate;
        let (flow, function) = (local("flow"), &self.callee.path);
        let arguments = self.params.arguments(&quote!(self), false);
        let mut shape = Shape::one(quote!(#output));
        if is_result(output) {
            shape.out = value(output, krate);
            shape.fails = Fails::Item;
            shape.error = Some(error(output, krate));
        }
        self.node(&quote!(#function(#flow #(, #arguments)*)), &shape)
    }

    /// One node around a flow; with dead letters if it may emit errors.
    fn node(&self, made: &TokenStream, shape: &Shape) -> Body {
        let (input, flow) = (local("input"), local("flow"));
        let options = &self.options;
        let krate = &options.krate;
        let id = quote!(<Self as #krate::stage::Identified>::ID);
        let build = match (&shape.error, &options.on_error) {
            (None, _) => quote!(#input.node(#id, move |#flow| { #made })),
            (Some(error), None) => {
                let try_node = at("try_node", error);
                quote!(#input.#try_node(#id, move |#flow| { #made }))
            }
            (Some(error), Some(on_error)) => {
                let try_node = at("try_node", error);
                quote! {
                let (output, rejected) = #input.#try_node(#id, move |#flow| { #made });
                (output.on_error(#krate::graph::OnError::#on_error), rejected)
                }
            }
        };
        Body {
            out: shape.out.clone(),
            build,
            lifted: false,
            error: shape.error.clone(),
        }
    }

    /// The call with what it gives back made into what the flow needs: what
    /// borrows is collected, and an error takes the message along.
    fn called(
        &self,
        message: &Message,
        shape: &Shape,
        config: &TokenStream,
        is_async: bool,
    ) -> TokenStream {
        let krate = &self.options.krate;
        let (function, it) = (&self.callee.path, local("message"));
        let lent = self.callee.lent(config);
        let passed = message.passed(&quote!(#it));
        let arguments = self.params.arguments(config, true);
        let wait = is_async.then(|| quote!(.await));
        let call = quote!(#function(#lent #passed #(, #arguments)*) #wait);
        let borrows = message.lent || self.params.borrowed() || self.callee.lends != Lends::Nothing;
        let collect = quote!(::core::iter::Iterator::collect::<::std::vec::Vec<_>>);
        let call = match (shape.count, shape.fails) {
            (Count::Many, Fails::Never | Fails::Item) if borrows => quote!(#collect(#call)),
            (Count::Many, Fails::Call) if borrows => quote!(#call.map(#collect)),
            _ => call,
        };
        match shape.fails {
            Fails::Call if message.lent => quote! {{
                let made = #call;
                made.map_err(|error| #krate::stage::Rejected { message: #it, error })
            }},
            _ => call,
        }
    }

    /// Results of options and of iterators as a flow of results.
    fn flattened(&self, flow: &TokenStream, shape: &Shape) -> TokenStream {
        let krate = &self.options.krate;
        match shape.count {
            Count::One => flow.clone(),
            Count::Maybe => quote!(#flow.filter_map(::core::result::Result::transpose)),
            Count::Many => quote!(#flow.flat_map_iter(#krate::__private::each_or_error)),
        }
    }
}
