use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::model::{Form, Model};
use crate::config::Config;
use crate::errors::Errors;
use crate::names::local;
use crate::ports::{Port, Ports};

/// What makes a type a stage of several inlets or outlets, which is a module.
pub(crate) fn expand(model: &Model, settings: &Config<'_>, errors: &mut Errors) -> TokenStream {
    let Form::Between {
        inputs,
        outputs,
        named,
    } = &model.form
    else {
        return TokenStream::new();
    };
    let Model {
        options,
        config,
        id,
        callee,
        ..
    } = model;
    let krate = &options.krate;
    for parameter in model.generics.type_params() {
        errors.at(
            parameter,
            "the ports of a stage have types of their own: write the type itself",
        );
    }
    let vis = settings.vis;
    let name = settings.name;
    let inputs = Ports {
        krate,
        vis,
        list: inputs,
        holder: (inputs.len() > 1).then(|| format_ident!("{name}Inputs")),
        about: format!("What the stage `{id}` reads."),
    };
    let outputs = Ports {
        krate,
        vis,
        list: outputs,
        holder: named.then(|| format_ident!("{name}Outputs")),
        about: format!("What the stage `{id}` emits."),
    };
    let (reads, gives) = (inputs.ty(), outputs.ty());
    let (taken, put) = (inputs.pattern(), outputs.pattern());
    let read: Vec<Ident> = inputs.list.iter().map(Port::local).collect();
    let left: Vec<Ident> = outputs.list.iter().map(Port::local).collect();
    let left = match left.as_slice() {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    let (graph, function) = (local("graph"), &callee.path);
    let arguments = model.params.arguments(&quote!(self), false);
    let checks = settings.checks(&quote!(#graph));
    let node = quote! {
        #graph.node_between(
            <Self as #krate::stage::Identified>::ID,
            (#(#read,)*),
            move |(#(#read,)*)| #function(#(#read),* #(, #arguments)*),
        )
    };
    // Only outlets under new names have to be put together anew.
    let build = errors.unless_any(if outputs.holder.is_some() {
        quote!(#checks let #left = #node; #put)
    } else {
        quote!(#checks #node)
    });
    let (registered_in, registered_out) = (inputs.registered(), outputs.registered());
    let registered = quote!(#registered_in -> #registered_out);
    let registration = options.registration("module", config, &registered);
    let (cost, definitions) = (options.cost(), [inputs.definition(), outputs.definition()]);
    quote! {
        #(#definitions)*

        impl #krate::stage::Identified for #config {
            const ID: &'static str = #id;
            #cost
        }

        impl #krate::module::Module for #config {
            type In = #reads;
            type Out = #gives;

            fn build(self, #graph: &#krate::graph::GraphBuilder, #taken: #reads) -> #gives {
                #build
            }
        }

        #registration
    }
}

/// What makes a stage that emits a routing enum a module of its branches.
pub(crate) fn routed(model: &Model, input: &TokenStream, out: &TokenStream) -> TokenStream {
    let Model {
        options, config, ..
    } = model;
    let krate = &options.krate;
    let registration = options.registration("module", config, &TokenStream::new());
    quote! {
        impl #krate::module::Module for #config {
            type In = #krate::graph::Outlet<#input>;
            type Out = <#out as #krate::graph::Route>::Outlets;

            fn build(self, _: &#krate::graph::GraphBuilder, input: Self::In) -> Self::Out {
                let output = #krate::stage::Stage::<#input>::build(self, input);
                #krate::graph::Route::split(output, "route")
            }
        }

        #registration
    }
}
