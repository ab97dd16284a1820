//! What one source file really says, read from its syntax: what it imports, which words of the outside it uses, which lints
//! it switches off. What is compiled for tests only is left out; what stands before, behind or inside of it is not.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, Path, Token, UseTree};

/// What a file says.
#[derive(Debug, Default)]
pub struct Syntax {
    /// The modules of this crate that it names, at the crate's top.
    pub imports: BTreeSet<String>,
    /// Every path that it names, as `a::b::c`, whatever it was imported as.
    pub paths: BTreeSet<String>,
    /// `async fn`, `.await`, `async {}`.
    pub asynchronous: BTreeSet<&'static str>,
    /// The macros that it calls, by their last name.
    pub macros: BTreeSet<String>,
    /// Lints that are switched off without a reason, as the attribute is written.
    pub silenced: Vec<String>,
}

/// Reads a file. `module` is its place in the crate, such as `["flow", "jsonata"]`.
///
/// # Panics
/// When the text is not Rust.
pub fn read(text: &str, module: &[&str]) -> Syntax {
    let file = syn::parse_file(text).expect("it is Rust");
    let mut reader = Reader {
        module: module.iter().map(|part| (*part).to_owned()).collect(),
        found: Syntax::default(),
    };
    reader.visit_file(&file);
    reader.found
}

struct Reader {
    module: Vec<String>,
    found: Syntax,
}

impl Reader {
    /// A path as it stands, `self` and `super` resolved against the place of the file.
    fn note(&mut self, parts: &[String]) {
        let mut parts = parts.to_vec();
        if matches!(parts.first().map(String::as_str), Some("self" | "super")) {
            let mut base = self.module.clone();
            while let Some("self" | "super") = parts.first().map(String::as_str) {
                if parts.remove(0) == "super" {
                    base.pop();
                }
            }
            base.insert(0, "crate".to_owned());
            base.append(&mut parts);
            parts = base;
        }
        if let [first, module, ..] = parts.as_slice()
            && first == "crate"
        {
            self.found.imports.insert(module.clone());
        }
        self.found.paths.insert(parts.join("::"));
    }

    fn uses(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.uses(&path.tree, before);
                before.pop();
            }
            UseTree::Name(name) => self.use_of(before, &name.ident.to_string()),
            UseTree::Rename(name) => self.use_of(before, &name.ident.to_string()),
            UseTree::Glob(_) => self.use_of(before, "*"),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.uses(tree, before);
                }
            }
        }
    }

    fn use_of(&mut self, before: &[String], last: &str) {
        let mut path = before.to_vec();
        if last != "self" {
            path.push(last.to_owned());
        }
        self.note(&path);
    }

    /// The paths inside of a macro's body, which is no syntax yet.
    fn tokens(&mut self, stream: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut joins = false;
        for tree in stream {
            match tree {
                TokenTree::Ident(ident) => {
                    if !joins && !path.is_empty() {
                        self.note(&std::mem::take(&mut path));
                    }
                    joins = false;
                    if ident == "await" {
                        self.found.asynchronous.insert(".await");
                    }
                    path.push(ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => joins = true,
                other => {
                    self.note(&std::mem::take(&mut path));
                    joins = false;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.note(&path);
    }
}

/// Whether it is compiled for tests only: `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let inner = list.tokens.to_string().replace(' ', "");
            inner == "test" || inner.starts_with("all(test,")
        }
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.uses(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        self.note(&parts);
        visit::visit_path(self, path);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.found.asynchronous.insert("async fn");
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.found.asynchronous.insert(".await");
        visit::visit_expr_await(self, expression);
    }

    fn visit_expr_async(&mut self, expression: &'ast syn::ExprAsync) {
        self.found.asynchronous.insert("async block");
        visit::visit_expr_async(self, expression);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(last) = call.path.segments.last() {
            self.found.macros.insert(last.ident.to_string());
        }
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("allow") {
            self.found.silenced.push("allow".to_owned());
        }
        if attribute.path().is_ident("expect") {
            let inner = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let reasoned = inner.is_ok_and(|list| list.iter().any(|m| m.path().is_ident("reason")));
            if !reasoned {
                self.found
                    .silenced
                    .push("expect without a reason".to_owned());
            }
        }
    }
}
