//! A policy from a configuration of nginx.
//!
//! The import simulates nginx. It tries every origin and regular expression of the file in the
//! location for Socket.IO's path. It allows those for which nginx would answer
//! `Access-Control-Allow-Origin`, or which nginx lets through where it refuses strangers.

use std::collections::BTreeMap;

use socketio_cors_core::policy::DEFAULT_PREFIX;

use super::{
    Import, ImportOptions,
    finding::Findings,
    nginx_candidates::Candidates,
    nginx_files,
    nginx_locations::{Location, Path, Server},
    nginx_rule::Drafting,
    nginx_syntax::{self, Directive},
    nginx_variables::Variables,
    rule_draft::{self, RuleDraft},
};

type Routes = BTreeMap<String, RuleDraft>;

/// Directives that nothing but a configuration of nginx has.
const KNOWN: [&str; 12] = [
    "add_header",
    "events",
    "http",
    "if",
    "include",
    "location",
    "map",
    "more_set_headers",
    "proxy_pass",
    "server",
    "set",
    "upstream",
];

/// The policy of the configuration `text`; `None` if that is something else.
pub(super) fn import(text: &str, options: &ImportOptions<'_>) -> Option<Import> {
    let (directives, fault) = nginx_syntax::read(text);
    if !directives.iter().any(|directive| KNOWN.contains(&directive.name())) {
        return None;
    }
    let mut findings = Findings::default();
    if let Some(fault) = fault {
        findings.fault(&fault);
    }
    let directives = nginx_files::included(text, directives, &mut findings);
    let routes = routes(&directives, options, &mut findings);
    let policy = routes.map(|routes| rule_draft::document(&routes));
    Some(Import { policy, findings: findings.into_list(text) })
}

fn routes(
    directives: &[Directive],
    options: &ImportOptions<'_>,
    findings: &mut Findings,
) -> Option<Routes> {
    let mut variables = Variables::default();
    each(directives, &mut |directive| match directive.name() {
        "map" => variables.add_map(directive),
        "set" => variables.add_set(directive),
        _ => {}
    });
    let candidates = Candidates::of(directives, &variables);
    let mut found: Vec<(Server<'_>, Routes)> = Vec::new();
    for server in Server::all(directives) {
        let is_meant = options.server.is_none_or(|name| server.names.contains(&name));
        if !is_meant {
            continue;
        }
        let mut drafting = Drafting::new(&candidates, &variables, findings);
        let routes = routes_of(&server, options.path, &mut drafting);
        if !routes.is_empty() && found.iter().all(|(_, other)| *other != routes) {
            found.push((server, routes));
        }
    }
    match found.as_slice() {
        [] => {
            let message = format!("found no origins that may use {}", options.path);
            let help = "if Socket.IO has another path, add it: --path /api/socket.io/";
            findings.left_out(0..0, message, help);
            None
        }
        [(_, routes)] => Some(routes.clone()),
        [..] => {
            for (server, _) in &found {
                let name = server.names.first().unwrap_or(&"_");
                let message = format!("server {name} has a policy of its own");
                let help =
                    format!("import one at a time: --server {name}; publish it with --host {name}");
                let span = server.directive.map_or(0..0, Directive::span);
                findings.left_out(span, message, help);
            }
            None
        }
    }
}

/// The routes of a server.
fn routes_of<'c>(server: &Server<'c>, path: &str, drafting: &mut Drafting<'_, 'c, '_>) -> Routes {
    let mut routes = Routes::new();
    let (taken, scope) = server.scope_of(path);
    if let Some(rule) = drafting.rule(&scope) {
        let is_default = path.trim_end_matches('/') == DEFAULT_PREFIX;
        let prefix = if is_default { DEFAULT_PREFIX } else { path };
        routes.insert(prefix.to_owned(), rule);
    }
    for location in server.locations() {
        let is_taken =
            taken.as_ref().is_some_and(|it| std::ptr::eq(it.directive, location.directive));
        if is_taken || !location.says_origins() {
            continue;
        }
        match location.path {
            Path::Prefix(prefix, _) if location.may_carry_sockets() => {
                routes.extend(drafting.rule(&location.scope).map(|rule| (prefix.to_owned(), rule)));
            }
            _ => name_left_out(&location, drafting.findings),
        }
    }
    routes
}

fn name_left_out(location: &Location<'_>, findings: &mut Findings) {
    let path = location.path.text();
    let message = format!("location {path} does not seem to serve Socket.IO, and is not imported");
    let help = "nginx or your server still handles it; if Socket.IO is below it, add that path with \
         --path";
    findings.changed(location.directive.span(), message, help);
}

/// Calls `found` with each directive, and those in blocks.
pub(super) fn each<'c>(directives: &'c [Directive], found: &mut dyn FnMut(&'c Directive)) {
    for directive in directives {
        found(directive);
        each(directive.inner(), found);
    }
}
