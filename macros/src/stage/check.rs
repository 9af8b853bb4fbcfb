use syn::spanned::Spanned;
use syn::{Expr, Safety, Signature};

use super::model::{Calls, Form, Model};
use crate::callee::Lends;
use crate::errors::Errors;
use crate::generics;
use crate::types::{Lent, borrows_nothing, shown};

/// Notes what is written as a stage and cannot be one.
pub(crate) fn check(model: &Model, sig: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(keyword) = &sig.safety {
        errors.at(
            keyword,
            "a stage calls its function for every message, and nobody vouches for an `unsafe` one: make it safe",
        );
    }
    match &model.form {
        Form::Each { message, calls, .. } => {
            generics::check(&model.generics, &message.ty, errors);
            if let Some(calls) = calls {
                check_calls(model, calls, errors);
            }
        }
        Form::Whole { input, .. } => {
            generics::check(&model.generics, input, errors);
            check_whole(model, sig, errors);
        }
        Form::Between { .. } => check_whole(model, sig, errors),
    }
}

/// Notes what methods cannot do together.
pub(crate) fn check_methods(model: &Model, errors: &mut Errors) {
    let Form::Each { calls, finish, .. } = &model.form else {
        return;
    };
    if calls.is_some() && model.callee.lends == Lends::Mutable {
        errors.at(
            &model.callee.path,
            "calls of an `async fn` may be under way at once, and `&mut self` is lent to one at a time: take `&self`, and keep what changes in a `RefCell`",
        );
    }
    if let (Some(finish), Some(_)) = (finish, calls) {
        errors.at(
            finish,
            "`finish` follows the last message, and calls of an `async fn` may then be under way: make `process` a plain `fn`, or write a function of the flow",
        );
    }
    if model.options.register && model.generics.type_params().next().is_some() {
        errors.at(
            &model.config,
            "a generic type is not registered, since nothing says for which types: write `#[stage(register = false)]`, and register what you need with `millpond::register!`",
        );
    }
}

/// Notes what cannot be routed.
pub(crate) fn check_routes(model: &Model, errors: &mut Errors) {
    let Some(routes) = &model.routes else {
        return;
    };
    if !matches!(model.form, Form::Each { .. }) {
        errors.at(
            routes,
            "a function of one message routes what it returns: leave `route` out, and return a tuple of flows",
        );
    }
    if let Some(parameter) = model.generics.type_params().next() {
        errors.at(
            parameter,
            "the branches of a routing stage have types of their own: write the type itself",
        );
    }
}

fn check_calls(model: &Model, calls: &Calls, errors: &mut Errors) {
    for state in model.params.states() {
        errors.at(
            &state.name,
            format!(
                "calls of an `async fn` may be under way at once, and `{}` is lent to one at a time: keep it in a flow, `fn(Flow<impl Progress<Item = In>>) -> ..` with `scan_async`",
                state.name
            ),
        );
    }
    if let Some(Expr::Path(path)) = &calls.most
        && let Some(name) = path.path.get_ident()
        && name.to_string().starts_with(char::is_lowercase)
        && !model.params.fields().any(|field| field.parameter == *name)
    {
        errors.at(
            name,
            format!("`concurrency` is a number, a constant or an option, and `{name}` is no option of this stage: add the parameter `{name}: usize`"),
        );
    }
}

fn check_whole(model: &Model, sig: &Signature, errors: &mut Errors) {
    if let Some(keyword) = &sig.asyncness {
        errors.at(
            keyword,
            "a function of a flow describes the node and does not wait: leave `async` out, and use the operators that wait, such as `map_async`",
        );
    }
    for state in model.params.states() {
        errors.at(
            &state.name,
            format!("a function of a flow is called once, so it keeps its state in its own variables: make `{}` a `let` in it", state.name),
        );
    }
    if borrows_nothing(&sig.output) {
        return;
    }
    for field in model
        .params
        .fields()
        .filter(|field| field.lent != Lent::Given)
    {
        let place = field.written.span();
        errors.push(syn::Error::new(
            place,
            format!(
                "the flow outlives the function, so it cannot borrow `{}`: take the option by value, `{}`",
                field.name,
                shown(&field.ty)
            ),
        ));
    }
}
