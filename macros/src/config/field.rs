use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, ExprRange, Lit, LitStr, Meta, PatType, RangeLimits, Type};

use super::{attribute, name};
use crate::args::Arg;
use crate::errors::Errors;
use crate::types::{Lent, argument, is_named, kept};

/// An option of a stage.
pub(crate) struct Field {
    /// Its name: that of the parameter, without the underscore of one that
    /// the body does not use.
    pub(crate) name: Ident,
    pub(crate) parameter: Ident,
    /// Its documentation, and attributes for the derives.
    pub(crate) attrs: Vec<Attribute>,
    /// Its type in the struct.
    pub(crate) ty: TokenStream,
    pub(crate) lent: Lent,
    pub(crate) default: Option<Default>,
    pub(crate) range: Option<ExprRange>,
    pub(crate) exists: Option<LitStr>,
    /// A secret that the function takes as a text.
    pub(crate) exposed: bool,
    pub(crate) written: Type,
}

/// What an option is when it is not given.
pub(crate) enum Default {
    OfType,
    Value(Expr),
}

/// An option that is a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duration {
    Always,
    /// It may be left out.
    Perhaps,
}

const KNOWN: [&str; 4] = ["default", "range", "exists", "secret"];

impl Field {
    pub(crate) fn of(arg: &PatType, errors: &mut Errors) -> Option<Self> {
        let parameter = errors.absorb(name(arg))?;
        let name = match parameter.to_string().trim_start_matches('_') {
            "" => parameter.clone(),
            name => match syn::parse_str::<Ident>(name) {
                Ok(_) => Ident::new(name, parameter.span()),
                // Raw, or a keyword without its underscore.
                Err(_) => parameter.clone(),
            },
        };
        let kept = kept(&arg.ty);
        let mut field = Self {
            name,
            parameter,
            attrs: forwarded(&arg.attrs, errors),
            ty: kept.ty,
            lent: kept.lent,
            default: None,
            range: None,
            exists: None,
            exposed: false,
            written: (*arg.ty).clone(),
        };
        if let Some(attr) = attribute(&arg.attrs, "config") {
            match &attr.meta {
                Meta::List(list) => {
                    for arg in Arg::list(list.tokens.clone(), errors) {
                        field.read(&arg, errors);
                    }
                }
                meta => errors.at(
                    meta,
                    "`#[config(..)]` says more about an option: write `#[config(default = 64)]`, or leave it out",
                ),
            }
        }
        field.check(errors);
        Some(field)
    }

    fn read(&mut self, arg: &Arg, errors: &mut Errors) {
        let read = match arg.name.to_string().as_str() {
            "default" if arg.flag().is_ok() => {
                self.default = Some(Default::OfType);
                Ok(())
            }
            "default" => arg
                .value("default = 64")
                .map(|value| self.default = Some(Default::Value(value))),
            "range" => arg
                .value("range = 1..=1024")
                .map(|range| self.range = Some(range)),
            "exists" => exists(arg).map(|exists| self.exists = Some(exists)),
            "secret" => arg.flag().map(|()| self.exposed = true),
            _ => {
                arg.unknown("`#[config(..)]`", &KNOWN, errors);
                Ok(())
            }
        };
        errors.absorb(read);
    }

    fn check(&mut self, errors: &mut Errors) {
        errors.absorb(self.read_time());
        if let Type::ImplTrait(ty) = &self.written {
            errors.at(
                ty,
                "an option is a field of the config struct and needs a type with a name: write the type, or a reference to it",
            );
        }
        if let Type::Reference(reference) = &self.written
            && reference.mutability.is_some()
        {
            errors.at(
                reference,
                format!(
                    "an option does not change, and `{}` is `&mut`: write `&`, or put `#[state]` before it if it is kept from message to message",
                    self.name
                ),
            );
        }
        if let Some(range) = &self.range
            && self.converts()
        {
            errors.at(
                range,
                format!("a range limits a number, and `{}` is none", self.name),
            );
        }
        // A secret that is taken as one needs nothing but its own type.
        self.exposed = self.exposed && !is_named(self.value_type(), "Secret");
        if self.exposed && self.lent != Lent::Borrowed {
            errors.at(
                &self.written,
                format!(
                    "a secret is lent: take `{}` as `&str` or as `&Secret`",
                    self.name
                ),
            );
        }
    }

    /// Turns the default of a duration from a text into one.
    fn read_time(&mut self) -> syn::Result<()> {
        let Some(duration) = self.duration() else {
            return Ok(());
        };
        if let Some(Default::Value(value)) = &mut self.default
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) = value
        {
            let time = crate::args::duration(text)?;
            *value = match duration {
                Duration::Always => time,
                Duration::Perhaps => syn::parse_quote!(::core::option::Option::Some(#time)),
            };
        }
        Ok(())
    }

    /// The type without the reference.
    fn value_type(&self) -> &Type {
        match &self.written {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        }
    }

    /// The type within an `Option`, if the option may be left out that way.
    pub(crate) fn optional(&self) -> Option<&Type> {
        argument(self.value_type(), "Option")
    }

    /// Whether it is a duration, which is written as a text.
    pub(crate) fn duration(&self) -> Option<Duration> {
        if is_named(self.value_type(), "Duration") {
            return Some(Duration::Always);
        }
        let inner = self.optional()?;
        is_named(inner, "Duration").then_some(Duration::Perhaps)
    }

    /// Whether a setter takes whatever can be turned into it.
    pub(crate) fn converts(&self) -> bool {
        let ty = self.optional().unwrap_or_else(|| self.value_type());
        let ty = match ty {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        self.exposed
            || matches!(ty, Type::Slice(_))
            || ["String", "str", "PathBuf", "Path", "Vec", "Secret"]
                .iter()
                .any(|name| is_named(ty, name))
    }

    /// How it is handed to the function, from the struct `config`.
    pub(crate) fn passed(&self, config: &TokenStream, again: bool) -> TokenStream {
        let name = &self.name;
        let value = quote!(#config.#name);
        match self.lent {
            _ if self.exposed => quote!(#value.expose()),
            Lent::Given if again => quote!(::core::clone::Clone::clone(&#value)),
            Lent::Given => value,
            Lent::Borrowed => quote!(&#value),
            Lent::AsDeref => quote!(#value.as_deref()),
            Lent::AsRef => quote!(#value.as_ref()),
        }
    }

    /// Least and greatest value as the schema has them.
    pub(crate) fn limits(&self) -> impl Iterator<Item = (&'static str, &Expr)> {
        self.range.iter().flat_map(|range| {
            let most = match range.limits {
                RangeLimits::Closed(_) => "maximum",
                RangeLimits::HalfOpen(_) => "exclusiveMaximum",
            };
            let least = range.start.as_deref().map(|least| ("minimum", least));
            let greatest = range.end.as_deref().map(|greatest| (most, greatest));
            least.into_iter().chain(greatest)
        })
    }
}

fn exists(arg: &Arg) -> syn::Result<LitStr> {
    let word = arg.word(&["file", "dir", "any"])?;
    Ok(LitStr::new(&word, arg.name.span()))
}

/// The attributes that go with the field; those that go nowhere are noted.
fn forwarded(attrs: &[Attribute], errors: &mut Errors) -> Vec<Attribute> {
    let goes = ["doc", "serde", "schemars", "builder", "cfg", "deprecated"];
    let stays = ["allow", "expect", "warn", "deny", "forbid", "cfg_attr"];
    let known = ["config", "state"];
    let mut forwarded = Vec::new();
    for attr in attrs {
        let is_one_of = |names: &[&str]| names.iter().any(|name| attr.path().is_ident(name));
        if is_one_of(&goes) {
            forwarded.push(attr.clone());
        } else if !is_one_of(&stays) && !is_one_of(&known) {
            let name = attr.path().to_token_stream().to_string();
            let hint = match crate::names::nearest(&name, &known) {
                Some(near) => format!("did you mean `#[{near}(..)]`?"),
                None => "write `#[config(..)]` or `#[state(..)]`".to_owned(),
            };
            errors.at(
                attr.path(),
                format!("a parameter of a stage has no attribute `{name}`: {hint}"),
            );
        }
    }
    forwarded
}
