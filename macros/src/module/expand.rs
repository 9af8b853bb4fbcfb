use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Given, Model, Outputs};
use crate::config::{Config, Kind};
use crate::errors::Errors;
use crate::function::Function;
use crate::names::local;
use crate::ports::{Port, Ports};

/// The config struct and what makes it a module.
pub(crate) fn expand(model: &Model, function: &Function, errors: &Errors) -> TokenStream {
    let Model {
        options,
        config,
        id,
        ..
    } = model;
    let (krate, vis) = (&options.krate, &function.vis);
    let settings = Config {
        krate,
        vis,
        name: config,
        attrs: &function.attrs,
        otherwise: format!("The module `{id}`."),
        fields: model.params.fields().collect(),
    };
    let inputs = Ports {
        krate,
        vis,
        list: &model.inputs,
        holder: (model.inputs.len() > 1).then(|| format_ident!("{config}Inputs")),
        about: format!("What the module `{id}` reads."),
    };
    let outputs = match &model.outputs {
        Outputs::Outlets(list, named) => Some(Ports {
            krate,
            vis,
            list,
            holder: named.then(|| format_ident!("{config}Outputs")),
            about: format!("What the module `{id}` gives back."),
        }),
        Outputs::Own(_) => None,
    };
    let outputs = outputs.as_ref();
    let module = model.module(function, &settings, &inputs, outputs, errors);
    let as_stage = model.as_stage(&inputs, outputs);
    let registered = match outputs {
        Some(outputs) => {
            let (inputs, outputs) = (inputs.registered(), outputs.registered());
            quote!(#inputs -> #outputs)
        }
        None => TokenStream::new(),
    };
    let registration = options.registration("module", &quote!(#config), &registered);
    let registration = errors.only_without(registration);
    let cost = options.cost();
    let definitions = [Some(&inputs), outputs].into_iter().flatten();
    let definitions = definitions.map(Ports::definition);
    let settings = settings.emit();
    quote! {
        #settings

        #(#definitions)*

        impl #krate::stage::Identified for #config {
            const ID: &'static str = #id;
            #cost
        }

        #module

        #as_stage

        #registration
    }
}

impl Model {
    fn module(
        &self,
        function: &Function,
        settings: &Config<'_>,
        inputs: &Ports<'_>,
        outputs: Option<&Ports<'_>>,
        errors: &Errors,
    ) -> TokenStream {
        let (krate, config) = (&self.options.krate, &self.config);
        let graph = local("graph");
        let (reads, taken) = (inputs.ty(), inputs.pattern());
        let mut options = self.params.list.iter();
        let arguments = self.given.iter().map(|given| match given {
            Given::Outlet(name) => quote!(#name),
            Given::Graph => quote!(#graph),
            Given::Option => match options.next() {
                Some(Kind::Option(field)) => field.passed(&quote!(self), false),
                _ => TokenStream::new(),
            },
        });
        let call = &function.sig.ident;
        let call = quote!(#call(#(#arguments),*));
        let gives = match (&self.outputs, outputs) {
            (Outputs::Own(own), _) => quote!(#own),
            (Outputs::Outlets(..), Some(ports)) => ports.ty(),
            (Outputs::Outlets(..), None) => quote!(()),
        };
        // Only outlets under new names have to be put together anew.
        let call = match outputs.filter(|ports| ports.holder.is_some()) {
            Some(ports) => {
                let names: Vec<_> = ports.list.iter().map(Port::local).collect();
                let given = match names.as_slice() {
                    [only] => quote!(#only),
                    names => quote!((#(#names),*)),
                };
                let put = ports.pattern();
                quote!(let #given = #call; #put)
            }
            None => call,
        };
        let checks = settings.checks(&quote!(#graph));
        let build = errors.unless_any(quote!(#checks #call));
        // A module that only joins what it is given needs no graph.
        let graph =
            if checks.is_empty() && !self.given.iter().any(|given| matches!(given, Given::Graph)) {
                quote!(_)
            } else {
                quote!(#graph)
            };
        quote! {
            impl #krate::module::Module for #config {
                type In = #reads;
                type Out = #gives;

                fn build(self, #graph: &#krate::graph::GraphBuilder, #taken: #reads) -> #gives {
                    #build
                }
            }
        }
    }

    /// A module of one outlet at each end is a stage too, and one that has an
    /// end at one side only a source or a sink.
    fn as_stage(&self, inputs: &Ports<'_>, outputs: Option<&Ports<'_>>) -> TokenStream {
        let (krate, config) = (&self.options.krate, &self.config);
        let Some(outputs) = outputs.filter(|outputs| outputs.holder.is_none()) else {
            return TokenStream::new();
        };
        let build = quote!(<Self as #krate::module::Module>::build);
        match (inputs.list, outputs.list) {
            ([input], [output]) => {
                let (input, output) = (&input.message, &output.message);
                quote! {
                    impl #krate::stage::Stage<#input> for #config {
                        type Out = #output;

                        fn build(
                            self,
                            input: #krate::graph::Outlet<#input>,
                        ) -> #krate::graph::Outlet<#output> {
                            let graph = input.graph().clone();
                            #build(self, &graph, input)
                        }
                    }
                }
            }
            ([], [output]) => {
                let output = &output.message;
                quote! {
                    impl #krate::stage::Source for #config {
                        type Out = #output;

                        fn build(
                            self,
                            graph: &#krate::graph::GraphBuilder,
                        ) -> #krate::graph::Outlet<#output> {
                            #build(self, graph, ())
                        }
                    }
                }
            }
            ([input], []) => {
                let input = &input.message;
                quote! {
                    impl #krate::stage::Sink<#input> for #config {
                        fn build(self, input: #krate::graph::Outlet<#input>) {
                            let graph = input.graph().clone();
                            #build(self, &graph, input);
                        }
                    }
                }
            }
            _ => TokenStream::new(),
        }
    }
}
