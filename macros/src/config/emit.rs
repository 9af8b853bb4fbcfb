use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path, Visibility};

use super::Field;
use super::field::{Default, Duration};
use crate::options::plain;

/// The struct that holds the options of a stage.
pub(crate) struct Config<'a> {
    pub(crate) krate: &'a Path,
    pub(crate) vis: &'a Visibility,
    pub(crate) name: &'a Ident,
    /// The attributes of the function, whose documentation becomes the help.
    pub(crate) attrs: &'a [Attribute],
    /// What it is if the function is not documented: "The stage `parse`."
    pub(crate) otherwise: String,
    pub(crate) fields: Vec<&'a Field>,
}

impl Config<'_> {
    /// The struct with its derives.
    pub(crate) fn emit(&self) -> TokenStream {
        if self.fields.is_empty() {
            self.unit()
        } else {
            self.with_fields()
        }
    }

    /// Without options there is nothing to build: the name alone is the stage.
    fn unit(&self) -> TokenStream {
        let Self {
            krate, vis, name, ..
        } = self;
        let (docs, help) = (self.docs(), self.help());
        let text = plain(name);
        let private = quote!(#krate::__private);
        quote! {
            #docs
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
            #vis struct #name;

            #private::without_options!(#name, #text, #help);
        }
    }

    fn with_fields(&self) -> TokenStream {
        let Self {
            krate, vis, name, ..
        } = self;
        let docs = self.docs();
        let private = quote!(#krate::__private);
        let (serde, schemars) = (path_text(krate, "serde"), path_text(krate, "schemars"));
        let fields = self.fields.iter().map(|field| self.field(field));
        let (defaults, default) = (self.default_functions(), self.default_impl());
        quote! {
            #docs
            #[derive(
                ::core::clone::Clone,
                ::core::fmt::Debug,
                #private::serde::Serialize,
                #private::serde::Deserialize,
                #private::schemars::JsonSchema,
                #private::typed_builder::TypedBuilder,
            )]
            #[serde(crate = #serde, deny_unknown_fields, rename_all = "kebab-case")]
            #[schemars(crate = #schemars)]
            #[builder(crate_module_path = #krate::__private::typed_builder)]
            #vis struct #name { #(#fields)* }

            #defaults
            #default
        }
    }

    fn field(&self, field: &Field) -> TokenStream {
        let Field { name, attrs, .. } = field;
        let docs = (!attrs.iter().any(|attr| attr.path().is_ident("doc"))).then(|| {
            let text = format!("The option `{}`.", crate::names::kebab(&plain(name)));
            quote!(#[doc = #text])
        });
        let (vis, ty) = (self.vis, self.ty(field));
        let (builder, serde, schema) = (self.builder(field), self.serde(field), schema(field));
        quote! { #docs #(#attrs)* #builder #serde #schema #vis #name: #ty, }
    }

    /// The type of the field, which hides a secret.
    fn ty(&self, field: &Field) -> TokenStream {
        if field.exposed {
            let krate = self.krate;
            quote!(#krate::stage::config::Secret)
        } else {
            field.ty.clone()
        }
    }

    fn builder(&self, field: &Field) -> TokenStream {
        let setter = match (field.optional(), field.converts()) {
            (Some(_), true) => quote!(setter(strip_option, into),),
            (Some(_), false) => quote!(setter(strip_option),),
            (None, true) => quote!(setter(into),),
            (None, false) => TokenStream::new(),
        };
        let default = match &field.default {
            None if field.optional().is_some() => quote!(default,),
            None => TokenStream::new(),
            Some(Default::OfType) => quote!(default,),
            Some(Default::Value(_)) => {
                let (name, function) = (self.name, default_name(field));
                quote!(default = #name::#function(),)
            }
        };
        if setter.is_empty() && default.is_empty() {
            return TokenStream::new();
        }
        quote!(#[builder(#default #setter)])
    }

    fn serde(&self, field: &Field) -> TokenStream {
        let default = match &field.default {
            None if field.optional().is_some() => quote!(#[serde(default)]),
            None => TokenStream::new(),
            Some(Default::OfType) => quote!(#[serde(default)]),
            Some(Default::Value(_)) => {
                let path = format!("{}::{}", self.name, default_name(field));
                quote!(#[serde(default = #path)])
            }
        };
        let by_hand = field
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("serde") || attr.path().is_ident("schemars"));
        let krate = self.krate;
        let duration = match field.duration() {
            _ if by_hand => None,
            Some(Duration::Always) => Some(quote!(#krate::stage::config::duration)),
            Some(Duration::Perhaps) => Some(quote!(#krate::__private::optional_duration)),
            None => None,
        };
        let duration = duration.map(|path| {
            let path = path_tokens_text(&path);
            let schema = format!("{path}::schema");
            quote!(#[serde(with = #path)] #[schemars(schema_with = #schema)])
        });
        quote! { #default #duration }
    }

    /// What serde calls for an option that is not given.
    fn default_functions(&self) -> TokenStream {
        let name = self.name;
        let functions: Vec<TokenStream> = self
            .fields
            .iter()
            .filter_map(|field| match &field.default {
                Some(Default::Value(value)) => {
                    let (function, ty) = (default_name(field), self.ty(field));
                    let value = converted(field, value);
                    Some(quote! { fn #function() -> #ty { #value } })
                }
                _ => None,
            })
            .collect();
        if functions.is_empty() {
            return TokenStream::new();
        }
        quote! { impl #name { #(#functions)* } }
    }

    fn default_impl(&self) -> TokenStream {
        let all = |field: &&Field| field.default.is_some() || field.optional().is_some();
        if !self.fields.iter().all(all) {
            return TokenStream::new();
        }
        let name = self.name;
        quote! {
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self::builder().build()
                }
            }
        }
    }

    /// Refuses what the schema would refuse, for those who set it from Rust.
    pub(crate) fn checks(&self, graph: &TokenStream) -> TokenStream {
        let krate = self.krate;
        let checks = self.fields.iter().map(|field| {
            let (name, text) = (&field.name, crate::names::kebab(&plain(&field.name)));
            let value = if field.optional().is_some() {
                quote!(self.#name.as_ref())
            } else {
                quote!(::core::option::Option::Some(&self.#name))
            };
            let range = field.range.as_ref().map(|range| {
                quote! { #krate::__private::check::range(#graph, #text, #value, &(#range)); }
            });
            let exists = field.exists.as_ref().map(|exists| {
                quote! { #krate::__private::check::exists(#graph, #text, #value, #exists); }
            });
            quote! { #range #exists }
        });
        quote! { #(#checks)* }
    }

    /// The documentation up to the first heading or example: these are the
    /// function's, and a copied example would be tested twice.
    fn docs(&self) -> TokenStream {
        let mut lines: Vec<String> = self
            .doc_lines()
            .take_while(|line| !is_border(line))
            .collect();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        if lines.is_empty() {
            let text = &self.otherwise;
            return quote!(#[doc = #text]);
        }
        quote! { #(#[doc = #lines])* }
    }

    fn help(&self) -> String {
        let lines: Vec<String> = self
            .doc_lines()
            .take_while(|line| !is_border(line))
            .map(|line| line.trim().to_owned())
            .collect();
        lines.join("\n").trim().to_owned()
    }

    fn doc_lines(&self) -> impl Iterator<Item = String> {
        self.attrs.iter().filter_map(|attr| match &attr.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
    }
}

/// A default as the field's type: a text for what is made from texts.
fn converted(field: &Field, value: &Expr) -> TokenStream {
    let text = matches!(
        value,
        Expr::Lit(ExprLit {
            lit: Lit::Str(_),
            ..
        })
    );
    match (text && field.converts(), field.optional()) {
        (true, None) => quote!(::core::convert::Into::into(#value)),
        (true, Some(_)) => {
            quote!(::core::option::Option::Some(::core::convert::Into::into(#value)))
        }
        (false, _) => quote!(#value),
    }
}

fn schema(field: &Field) -> TokenStream {
    let limits = field.limits().map(|(key, value)| quote!(#key = #value));
    let exists = field
        .exists
        .iter()
        .map(|exists| quote!("x-millpond-exists" = #exists));
    let extensions: Vec<TokenStream> = limits.chain(exists).collect();
    if extensions.is_empty() {
        return TokenStream::new();
    }
    quote!(#[schemars(extend(#(#extensions),*))])
}

fn default_name(field: &Field) -> Ident {
    format_ident!("default_{}", plain(&field.name))
}

fn is_border(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("```")
}

/// The path of what millpond passes on, as serde and schemars want it.
fn path_text(krate: &Path, name: &str) -> String {
    let name = format_ident!("{name}");
    path_tokens_text(&quote!(#krate::__private::#name))
}

fn path_tokens_text(path: &TokenStream) -> String {
    path.to_string().replace(' ', "")
}
