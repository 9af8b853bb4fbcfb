use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::model::{Form, Model};
use crate::callee::Lends;
use crate::config::{Config, Kind};
use crate::errors::Errors;
use crate::parameters::Given;

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
    let (cost, out) = (options.cost(), &item.out);
    let checks = settings.map(|settings| settings.checks(&quote!(graph)));
    let build = model.build();
    let build = errors.unless_any(quote!(#checks #build));
    let (parameters, _, clause) = model.generics.split_for_impl();
    quote! {
        impl #parameters #krate::stage::Identified for #config #clause {
            const ID: &'static str = #id;
            #cost
        }

        impl #parameters #krate::stage::Source for #config #clause {
            type Out = #out;

            fn build(self, graph: &#krate::graph::GraphBuilder) -> #krate::graph::Outlet<#out> {
                #build
            }
        }

        #registration
    }
}

impl Model {
    fn build(&self) -> TokenStream {
        let krate = &self.options.krate;
        let id = quote!(<Self as #krate::stage::Identified>::ID);
        let (before, flow) = (self.states(), self.flow());
        let opens = matches!(
            self.form,
            Form::Stream { opens: true } | Form::Flow { opens: true }
        );
        let directive = self
            .options
            .on_error
            .as_ref()
            .map(|on_error| quote!(.on_error(#krate::graph::OnError::#on_error)));
        if self.stops_itself() {
            // Taken by value, it need not be mutable.
            let lent = self.given.contains(&Given::Stopped { lent: true });
            let mutable = lent.then(|| quote!(mut));
            let make = |flow| {
                quote! {
                    move |context| {
                        let #mutable stopped = context.stopped();
                        #before
                        ::core::result::Result::Ok(#flow)
                    }
                }
            };
            return if self.item.fails {
                let make = make(quote!(#flow.map(::core::result::Result::Ok)));
                quote! {
                    let (output, _counted_and_logged) = graph.try_node_until(#id, #make);
                    output #directive
                }
            } else {
                let make = make(flow);
                quote!(graph.node_until_with(#id, #make))
            };
        }
        let made = if opens {
            quote!(move |_| { ::core::result::Result::Ok(#flow) })
        } else {
            quote!(move || { #before #flow })
        };
        match (self.item.fails, opens) {
            (false, false) => quote!(graph.node(#id, #made)),
            (false, true) => quote!(graph.node_with(#id, #made)),
            (true, opens) => {
                let try_node = if opens {
                    quote!(try_node_with)
                } else {
                    quote!(try_node)
                };
                quote! {
                    let (output, _counted_and_logged) = graph.#try_node(#id, #made);
                    output #directive
                }
            }
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
        let (this, function) = (local("this"), &self.callee.path);
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
                quote!(#operators::source::poll_fn(move |cx| #call))
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
        let lent = self.callee.lent(&quote!(#this));
        let mut others = self.params.list.iter();
        let arguments = self.given.iter().map(|given| match given {
            Given::Context => quote!(cx),
            Given::Stopped { lent: true } => quote!(&mut stopped),
            Given::Stopped { lent: false } => quote!(stopped),
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

/// A name that the user's code neither sees nor hides.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
