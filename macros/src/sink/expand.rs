use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

use super::model::{Each, Finish, Form, Model};
use crate::callee::Lends;
use crate::config::Config;
use crate::errors::Errors;
use crate::generics;
use crate::names::local;

/// What makes a type the sink that the model describes.
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
    let message = model.message();
    let registered = generics::registered(&model.generics, message, options, errors);
    let registration = options.registration("sink", config, &registered);
    let registration = errors.only_without(registration);
    let cost = options.cost();
    let input = local("input");
    let checks = settings.map(|settings| settings.checks(&quote!(#input.graph())));
    let build = match &model.form {
        Form::Each(each) => model.each(each),
        Form::Whole { opens, .. } => model.whole(*opens),
    };
    let build = errors.unless_any(quote!(#checks #build));
    let of_type = settings.is_none().then(|| model.generics.split_for_impl());
    let (of_type, of_type_clause) = of_type.map(|(of, _, clause)| (of, clause)).unzip();
    let generics = generics::without_lifetimes(&model.generics);
    let (parameters, _, clause) = generics.split_for_impl();
    quote! {
        impl #of_type #krate::stage::Identified for #config #of_type_clause {
            const ID: &'static str = #id;
            #cost
        }

        impl #parameters #krate::stage::Sink<#message> for #config #clause {
            fn build(self, #input: #krate::graph::Outlet<#message>) {
                #build
            }
        }

        #registration
    }
}

impl Model {
    /// A node that calls for each message or batch.
    fn each(&self, each: &Each) -> TokenStream {
        let krate = &self.options.krate;
        let id = quote!(<Self as #krate::stage::Identified>::ID);
        let (input, flow) = (local("input"), local("flow"));
        let goes_on =
            self.options.on_error.as_ref().filter(|on_error| {
                each.fails && each.finish.is_none() && *on_error == "DeadLetter"
            });
        if let Some(on_error) = goes_on {
            let (before, done) = self.done(each);
            return quote! {
                let (output, _counted_and_logged) = #input.try_node(#id, move |#flow| {
                    #before
                    #done
                });
                output.on_error(#krate::graph::OnError::#on_error).ignore();
            };
        }
        let body = match &each.finish {
            None if !self.lends_in_turn(each) => self.consumed(each),
            finish => self.in_turn(each, finish.as_ref()),
        };
        quote! {
            #input.consume(#id, move |#flow| async move { #body });
        }
    }

    /// The flow of what the calls return.
    fn done(&self, each: &Each) -> (TokenStream, TokenStream) {
        let (this, config, it) = (local("this"), local("config"), local("message"));
        let ty = &each.taken.ty;
        let flow = self.batches(each, &quote!(self));
        if !each.waits {
            let (stage, before) = match self.callee.lends {
                Lends::Nothing => (quote!(self), self.params.state_bindings(&quote!(self))),
                Lends::Shared => (quote!(#this), quote!(let #this = self;)),
                Lends::Mutable => (quote!(#this), quote!(let mut #this = self;)),
            };
            let call = self.call(each, &stage);
            return (quote!(#before), quote!(#flow.map(move |#it: #ty| #call)));
        }
        let most = each.most.as_ref();
        let most = most.map_or_else(|| quote!(1), |most| self.with_options(most, &quote!(self)));
        let has_options =
            self.callee.lends != Lends::Nothing || self.params.fields().next().is_some();
        let call = self.call(each, &quote!(#config));
        let (all, at_once) = (local("flow"), local("most"));
        let before = has_options.then(|| {
            quote! {
                let #all = #flow;
                let #at_once = #most;
                let #config = ::std::rc::Rc::new(self);
            }
        });
        let lend = has_options.then(|| quote!(let #config = ::std::rc::Rc::clone(&#config);));
        let (flow, most) = match &before {
            Some(_) => (quote!(#all), quote!(#at_once)),
            None => (flow, most),
        };
        // In which order calls end makes no difference to anybody behind.
        let done = quote! {
            #flow.map_async_unordered(#most, move |#it: #ty| { #lend async move { #call } })
        };
        (quote!(#before), done)
    }

    fn consumed(&self, each: &Each) -> TokenStream {
        let (before, done) = self.done(each);
        let end = if each.fails {
            quote!(#done.try_for_each(|()| ::core::result::Result::Ok(())).await)
        } else {
            let ok = self.ok();
            quote! {
                #done.for_each(|()| ()).await;
                #ok
            }
        };
        quote! { #before #end }
    }

    /// Methods that get at the stage one after the other: those that change it
    /// while they wait, and those of which one is called at the end.
    fn in_turn(&self, each: &Each, finish: Option<&Finish>) -> TokenStream {
        let (this, it) = (local("this"), local("message"));
        let krate = &self.options.krate;
        let (flow, batches) = (local("flow"), self.batches(each, &quote!(#this)));
        let call = self.call(each, &quote!(#this));
        let error = quote!(::core::convert::Into::<#krate::stage::StageError>::into);
        let call = if each.fails {
            quote!(#call.map_err(#error)?)
        } else {
            call
        };
        let ok = self.ok();
        let last = finish.map_or_else(
            || ok.clone(),
            |Finish { name, waits, fails }| {
                let wait = waits.then(|| quote!(.await));
                let last = quote!(Self::#name(#this) #wait);
                if *fails {
                    quote!(#last.map_err(#error))
                } else {
                    quote!(#last; #ok)
                }
            },
        );
        let binding = match self.callee.lends {
            Lends::Mutable => quote!(let mut #this = self;),
            Lends::Nothing | Lends::Shared => quote!(let #this = self;),
        };
        quote! {
            #binding
            let mut #flow = ::core::pin::pin!(#batches);
            while let ::core::option::Option::Some(#it) = #flow.next().await {
                #call;
            }
            #last
        }
    }

    /// One call makes what takes all messages.
    fn whole(&self, opens: bool) -> TokenStream {
        let krate = &self.options.krate;
        let id = quote!(<Self as #krate::stage::Identified>::ID);
        let (input, flow, function) = (local("input"), local("flow"), &self.callee.path);
        let arguments = self.params.arguments(&quote!(self), false);
        let call = quote!(#function(#(#arguments),*));
        let error = quote!(::core::convert::Into::<#krate::stage::StageError>::into);
        let call = if opens {
            quote!(#call.map_err(#error)?)
        } else {
            call
        };
        quote! {
            #input.consume(#id, move |#flow| async move {
                #flow.send_to(#call).await.map_err(#error)
            });
        }
    }

    /// The flow of what a call takes.
    fn batches(&self, each: &Each, config: &TokenStream) -> TokenStream {
        let flow = local("flow");
        match &each.batch {
            None => quote!(#flow),
            Some((most, linger)) => {
                let most = self.with_options(most, config);
                let Some(linger) = linger else {
                    return quote!(#flow.chunks(#most));
                };
                let linger = self.with_options(linger, config);
                quote!(#flow.batch(#most, #linger))
            }
        }
    }

    /// An expression with the options that it mentions in scope.
    fn with_options(&self, value: &Expr, config: &TokenStream) -> TokenStream {
        self.params.with_options(&quote!(#value), config)
    }

    fn call(&self, each: &Each, config: &TokenStream) -> TokenStream {
        let (function, it) = (&self.callee.path, local("message"));
        let lent = self.callee.lent(config);
        let passed = each.taken.passed(&quote!(#it));
        let arguments = self.params.arguments(config, true);
        let wait = each.waits.then(|| quote!(.await));
        quote!(#function(#lent #passed #(, #arguments)*) #wait)
    }

    fn ok(&self) -> TokenStream {
        let krate = &self.options.krate;
        quote!(::core::result::Result::Ok::<(), #krate::stage::StageError>(()))
    }
}
