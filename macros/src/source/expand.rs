use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Form, Model};
use crate::callee::Lends;
use crate::config::{Config, Kind};
use crate::errors::Errors;
use crate::names::local;
use crate::parameters::Given;
use crate::types::at;

/// What makes a type the source that the model describes.
pub(crate) fn expand(model: &Model, settings: Option<&Config<'_>>, errors: &Errors) -> TokenStream {
    let Model {
        options,
        config,
        id,
        item,
        ..
    } = model;
    let krate = &options.krate;
    let registration = options.registration("source", config, &TokenStream::new());
    let registration = errors.only_without(registration);
    let (cost, out, graph) = (options.cost(), &item.out, local("graph"));
    let checks = settings.map(|settings| settings.checks(&quote!(#graph)));
    let build = model.build();
    let build = errors.unless_any(quote!(#checks #build));
    let (parameters, _, clause) = model.generics.split_for_impl();
    let try_source = item.error.as_ref().map(|error| {
        quote! {
            impl #parameters #krate::stage::TrySource for #config #clause {
                type Error = #error;

                fn try_build(
                    self,
                    #graph: &#krate::graph::GraphBuilder,
                ) -> (
                    #krate::graph::Outlet<#out>,
                    #krate::graph::Outlet<#krate::graph::DeadLetter<#error>>,
                ) {
                    #build
                }
            }
        }
    });
    let build = if try_source.is_some() {
        quote! {
            let (output, _counted_and_logged) = #krate::stage::TrySource::try_build(self, #graph);
            output
        }
    } else {
        build
    };
    quote! {
        impl #parameters #krate::stage::Identified for #config #clause {
            const ID: &'static str = #id;
            #cost
        }

        impl #parameters #krate::stage::Source for #config #clause {
            type Out = #out;

            fn build(self, #graph: &#krate::graph::GraphBuilder) -> #krate::graph::Outlet<#out> {
                #build
            }
        }

        #try_source

        #registration
    }
}

impl Model {
    /// The node, with both of its outlets if errors come between messages.
    fn build(&self) -> TokenStream {
        let krate = &self.options.krate;
        let (graph, context, stopped) = (local("graph"), local("context"), local("stopped"));
        let (before, flow) = (self.states(), self.flow());
        let opens = matches!(
            self.form,
            Form::Stream { opens: true } | Form::Flow { opens: true }
        );
        let fails = self.item.error.is_some();
        let (node, make) = if self.stops_itself() {
            // Taken by value, it need not be mutable.
            let lent = self.given.contains(&Given::Stopped { lent: true });
            let mutable = lent.then(|| quote!(mut));
            let (node, flow) = if fails {
                let kept = quote!(#flow.map(::core::result::Result::Ok));
                ("try_node_until", kept)
            } else {
                ("node_until_with", flow)
            };
            let make = quote! {
                move |#context| {
                    let #mutable #stopped = #context.stopped();
                    #before
                    ::core::result::Result::Ok(#flow)
                }
            };
            (node, make)
        } else if opens {
            let node = if fails { "try_node_with" } else { "node_with" };
            let make = quote!(move |_| { #before ::core::result::Result::Ok(#flow) });
            (node, make)
        } else {
            let node = if fails { "try_node" } else { "node" };
            (node, quote!(move || { #before #flow }))
        };
        let node = match &self.item.error {
            Some(error) => at(node, error),
            None => at(node, &TokenStream::new()),
        };
        let node = quote!(#graph.#node(<Self as #krate::stage::Identified>::ID, #make));
        match self.options.on_error.as_ref().filter(|_| fails) {
            Some(on_error) => quote! {
                let (output, rejected) = #node;
                (output.on_error(#krate::graph::OnError::#on_error), rejected)
            },
            None => node,
        }
    }

    fn stops_itself(&self) -> bool {
        self.given
            .iter()
            .any(|given| matches!(given, Given::Stopped { .. }))
    }

    /// The flow of messages, made on the worker.
    fn flow(&self) -> TokenStream {
        let krate = &self.options.krate;
        let operators = quote!(#krate::operators);
        let (this, context, function) = (local("this"), local("cx"), &self.callee.path);
        match &self.form {
            Form::Stream { opens } => {
                let call = self.opened(*opens, false);
                quote!(#operators::flow(#call))
            }
            Form::Flow { opens } => self.opened(*opens, false),
            Form::Body(_) => {
                let call = self.call(false);
                quote!(#operators::flow(#call))
            }
            Form::Poll => {
                let call = self.call(true);
                quote!(#operators::source::poll_fn(move |#context| #call))
            }
            Form::Next { waits: false } => {
                let call = self.call(true);
                quote! {
                    #operators::source::poll_fn(move |_| ::core::task::Poll::Ready(#call))
                }
            }
            Form::Next { waits: true } => {
                let lent = self.callee.lent(&quote!(#this));
                quote! {
                    #operators::source::unfold(self, |mut #this| async move {
                        let next = #function(#lent).await;
                        next.map(|message| (message, #this))
                    })
                }
            }
        }
    }

    /// The call, with what went wrong in it ending the run.
    fn opened(&self, opens: bool, again: bool) -> TokenStream {
        let krate = &self.options.krate;
        let call = self.call(again);
        if opens {
            quote!(#call.map_err(::core::convert::Into::<#krate::stage::StageError>::into)?)
        } else {
            call
        }
    }

    /// What must stand before the flow is made.
    fn states(&self) -> TokenStream {
        let this = local("this");
        match self.callee.lends {
            // It is handed from call to call.
            _ if matches!(self.form, Form::Next { waits: true }) => TokenStream::new(),
            Lends::Nothing => self.params.state_bindings(&quote!(self)),
            Lends::Shared => quote!(let #this = self;),
            Lends::Mutable => quote!(let mut #this = self;),
        }
    }

    fn call(&self, again: bool) -> TokenStream {
        let (this, function) = (local("this"), &self.callee.path);
        let (context, stopped) = (local("cx"), local("stopped"));
        let lent = self.callee.lent(&quote!(#this));
        let mut others = self.params.list.iter();
        let arguments = self.given.iter().map(|given| match given {
            Given::Context => quote!(#context),
            Given::Stopped { lent: true } => quote!(&mut #stopped),
            Given::Stopped { lent: false } => quote!(#stopped),
            Given::Other => match others.next() {
                Some(Kind::Option(field)) => field.passed(&quote!(self), again),
                Some(Kind::State(state)) => {
                    let name = state.local();
                    quote!(&mut #name)
                }
                None => TokenStream::new(),
            },
        });
        quote!(#function(#lent #(#arguments),*))
    }
}
