//! The options that every attribute knows.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, Type};

use crate::args::{Arg, Value};
use crate::errors::Errors;
use crate::names::{camel, is_kebab, kebab};

/// What is said of a stage whatever its form.
#[derive(Clone)]
pub(crate) struct Options {
    /// The path of millpond in the user's crate.
    pub(crate) krate: Path,
    pub(crate) id: Option<LitStr>,
    /// The name of the config struct.
    pub(crate) name: Option<Ident>,
    pub(crate) cost: Option<Ident>,
    pub(crate) version: Option<LitStr>,
    pub(crate) on_error: Option<Ident>,
    pub(crate) register: bool,
    /// The message types to register a generic stage for.
    pub(crate) types: Option<Vec<Type>>,
}

/// The names of the options, each with an example.
const KNOWN: [&str; 8] = [
    "id", "name", "cost", "version", "on_error", "register", "types", "crate",
];

impl Default for Options {
    fn default() -> Self {
        Self {
            krate: syn::parse_quote!(::millpond),
            id: None,
            name: None,
            cost: None,
            version: None,
            on_error: None,
            register: true,
            types: None,
        }
    }
}

impl Options {
    /// Reads what every attribute knows. `own` gets the arguments of the
    /// attribute `of` alone, and says whether it knows them; `own_names` are
    /// their names.
    pub(crate) fn read(
        of: &str,
        args: &[Arg],
        own_names: &[&str],
        errors: &mut Errors,
        mut own: impl FnMut(&Arg) -> syn::Result<bool>,
    ) -> Self {
        let mut options = Self::default();
        for arg in args {
            let known = match options.common(arg) {
                Ok(false) => own(arg),
                known_or_wrong => known_or_wrong,
            };
            match known {
                Ok(true) => {}
                Ok(false) => {
                    let names: Vec<&str> = own_names.iter().chain(&KNOWN).copied().collect();
                    arg.unknown(of, &names, errors);
                }
                Err(error) => errors.push(error),
            }
        }
        options
    }

    /// Whether the argument is one that every attribute knows.
    fn common(&mut self, arg: &Arg) -> syn::Result<bool> {
        match arg.name.to_string().as_str() {
            "id" => self.id = Some(id(arg)?),
            "name" => self.name = Some(arg.value("name = ParseLine")?),
            "cost" => {
                let word = arg.word(&["light", "heavy", "blocking"])?;
                self.cost = Some(Ident::new(&camel(&word), Span::call_site()));
            }
            "version" => self.version = Some(version(arg)?),
            "on_error" => {
                let word = arg.word(&["stop", "dead_letter"])?;
                self.on_error = Some(Ident::new(&camel(&word), arg.name.span()));
            }
            "register" => self.register = arg.word(&["true", "false"])? == "true",
            "types" => self.types = Some(types(arg)?),
            "crate" => self.krate = arg.value("crate = my_millpond")?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The identification: as given, or made from a name.
    pub(crate) fn id(&self, name: &Ident) -> String {
        match &self.id {
            Some(id) => id.value(),
            None => kebab(&plain(name)),
        }
    }

    /// The name of the config struct, made from the function's unless given.
    pub(crate) fn struct_name(&self, function: &Ident) -> Ident {
        self.name.clone().unwrap_or_else(|| {
            let name = camel(&plain(function));
            // A name such as `Self` is no name for a struct.
            let is_name = syn::parse_str::<Ident>(&name).is_ok();
            let name = if is_name {
                name
            } else {
                format!("{name}Stage")
            };
            Ident::new(&name, function.span())
        })
    }

    /// `const COST`, if it is not what it is anyway.
    pub(crate) fn cost(&self) -> TokenStream {
        let krate = &self.krate;
        self.cost
            .as_ref()
            .map(|cost| quote! { const COST: #krate::stage::Cost = #krate::stage::Cost::#cost; })
            .unwrap_or_default()
    }

    /// The registration of `ty` as `kind`, for these message types.
    pub(crate) fn registration(
        &self,
        kind: &str,
        ty: &TokenStream,
        messages: &TokenStream,
    ) -> TokenStream {
        if !self.register {
            return TokenStream::new();
        }
        let (krate, kind) = (&self.krate, Ident::new(kind, Span::call_site()));
        let messages = (!messages.is_empty()).then(|| quote!(: #messages));
        let version = self.version.as_ref().map(|text| quote!(; version = #text));
        quote! { #krate::register!(#kind #ty #messages #version); }
    }
}

/// A name without the `r#` of a raw identifier.
pub(crate) fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

fn id(arg: &Arg) -> syn::Result<LitStr> {
    let id = arg.text("id = \"parse-line\"")?;
    let text = id.value();
    if is_kebab(&text) {
        return Ok(id);
    }
    let mended: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(kebab)
        .filter(|word| !word.is_empty())
        .collect();
    let mended = mended.join("-");
    let fix = if is_kebab(&mended) {
        format!("write `{mended}`")
    } else {
        "begin with a small letter, and join words of small letters and digits by `-`".to_owned()
    };
    Err(syn::Error::new_spanned(
        &id,
        format!("an id is in kebab-case, and `{text}` is not: {fix}"),
    ))
}

fn version(arg: &Arg) -> syn::Result<LitStr> {
    let version = arg.text("version = \"1.2.0\"")?;
    let text = version.value();
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok()) {
        return Ok(version);
    }
    Err(syn::Error::new_spanned(
        &version,
        format!("a version has three numbers, and `{text}` has not: write one like `1.2.0`"),
    ))
}

fn types(arg: &Arg) -> syn::Result<Vec<Type>> {
    let wrong = |place: &dyn quote::ToTokens| {
        let text = "`types` lists message types: write `types(String, u64)`";
        syn::Error::new_spanned(place.to_token_stream(), text)
    };
    let Value::List(list) = &arg.value else {
        return Err(wrong(&arg.name));
    };
    let types: Vec<Type> = Punctuated::<Type, Token![,]>::parse_terminated
        .parse2(list.clone())
        .map_err(|_| wrong(list))?
        .into_iter()
        .collect();
    if types.is_empty() {
        return Err(wrong(&arg.name));
    }
    Ok(types)
}
