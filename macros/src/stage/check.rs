use syn::spanned::Spanned;
use syn::{Expr, Safety, Signature};

use super::model::{Calls, Form, Model};
use crate::callee::Lends;
use crate::config::Params;
use crate::errors::Errors;
use crate::generics;
use crate::shape::Fails;
use crate::types::{Lent, borrows_nothing, is_result, shown};

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
        }
        Form::Between { .. } => check_between(model, errors),
    }
    check_on_error(model, errors);
}

/// Notes what methods cannot do together.
pub(crate) fn check_methods(model: &Model, errors: &mut Errors) {
    let Form::Each { calls, finish, .. } = &model.form else {
        return;
    };
    check_on_error(model, errors);
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
        return;
    }
    if let Some(parameter) = model.generics.type_params().next() {
        errors.at(
            parameter,
            "the branches of a routing stage have types of their own: write the type itself",
        );
    }
}

/// Notes what is said of a stage of several flows and means nothing there.
fn check_between(model: &Model, errors: &mut Errors) {
    check_routes(model, errors);
    if let Some(first) = model.options.types.iter().flatten().next() {
        errors.at(
            first,
            "a stage of several flows is registered for the types of its flows: leave `types` out",
        );
    }
}

/// Notes `on_error` where there are no errors.
fn check_on_error(model: &Model, errors: &mut Errors) {
    let Some(on_error) = &model.options.on_error else {
        return;
    };
    let fails = match &model.form {
        Form::Each { shape, .. } => shape.fails != Fails::Never,
        Form::Whole { output, .. } => is_result(output),
        Form::Between { .. } => {
            errors.at(
                on_error,
                "a stage of several flows has no dead letters: leave `on_error` out, and give errors a flow of their own",
            );
            return;
        }
    };
    if !fails {
        errors.at(
            on_error,
            "`on_error` says what becomes of errors, and this stage has none: return a `Result`, or leave it out",
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

/// Notes what a function of flows does not do.
pub(crate) fn check_whole(params: &Params, sig: &Signature, errors: &mut Errors) {
    if let Some(keyword) = &sig.asyncness {
        errors.at(
            keyword,
            "a function of a flow describes the node and does not wait: leave `async` out, and use the operators that wait, such as `map_async`",
        );
    }
    for state in params.states() {
        errors.at(
            &state.name,
            format!("a function of a flow is called once, so it keeps its state in its own variables: make `{}` a `let` in it", state.name),
        );
    }
    if borrows_nothing(&sig.output) {
        return;
    }
    for field in params.fields().filter(|field| field.lent != Lent::Given) {
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
