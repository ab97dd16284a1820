//! JSONata over abstract values: the whole grammar, nothing run.

mod assume;
mod call;
mod decided;
mod eval;
mod filter;
mod higher;
mod matching;
mod native;
mod path;
mod print;
mod regex;
mod scope;
mod signature;

use super::knowledge::Knowledge;
use super::site::Site;
use crate::expr::jsonata::Expr;
use crate::loc::Pointer;
use crate::value::Value;

pub use print::print;

/// What an expression gives, with everything known filled in.
pub fn evaluate(site: &Site<'_>, expr: &Expr) -> Value {
    let machine = eval::Machine::new(site);
    machine.value(expr, &mut scope::Cx::top(site.env.know.clone()))
}

/// What is known where a condition holds (or does not), on top of what was known before.
pub fn assume(
    site: &Site<'_>,
    know: &Knowledge,
    expr: &Expr,
    truth: bool,
    pointer: &Pointer,
) -> Knowledge {
    let machine = eval::Machine::new(site).at(pointer);
    let cx = scope::Cx::top(std::sync::Arc::new(know.clone()));
    let known = machine.assume(expr, truth, &cx);
    Knowledge::clone(&known)
}
