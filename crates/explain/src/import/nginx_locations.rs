//! The servers of a configuration, and the location that nginx takes for a path.

use super::{
    nginx_answer::{Scope, written_headers},
    nginx_syntax::Directive,
    regex::Regex,
};

/// `Access-Control-Allow-Origin`, in lower case.
pub(super) const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// A `server` block, or a file that has none.
#[derive(Debug)]
pub(super) struct Server<'c> {
    /// Its names; empty if it has none.
    pub(super) names: Vec<&'c str>,
    /// The directive; `None` for a file without servers.
    pub(super) directive: Option<&'c Directive>,
    scope: Scope<'c>,
}

/// The path of a `location`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path<'c> {
    /// `=`.
    Exact(&'c str),
    /// A prefix; true after `^~`, when no regular expression is looked at.
    Prefix(&'c str, bool),
    /// `~` and `~*`, which ignores the case.
    Regex(&'c str, bool),
}

/// A `location` block.
#[derive(Clone, Debug)]
pub(super) struct Location<'c> {
    /// Its path.
    pub(super) path: Path<'c>,
    /// The directive.
    pub(super) directive: &'c Directive,
    /// The directives that apply to it.
    pub(super) scope: Scope<'c>,
}

impl<'c> Server<'c> {
    /// The servers of a file.
    pub(super) fn all(directives: &'c [Directive]) -> Vec<Self> {
        let http = directives.iter().find(|directive| directive.name() == "http");
        let mut outer = vec![directives];
        outer.extend(http.map(Directive::inner));
        let servers: Vec<Self> = outer
            .iter()
            .flat_map(|level| level.iter())
            .filter(|directive| directive.name() == "server" && directive.block.is_some())
            .map(|directive| {
                let levels = outer.iter().copied().chain([directive.inner()]).collect();
                let name = |it: &&Directive| it.name() == "server_name";
                let names = directive.inner().iter().filter(name).flat_map(Directive::texts);
                let scope = Scope { levels, server: outer.len() };
                Self { names: names.collect(), directive: Some(directive), scope }
            })
            .collect();
        if !servers.is_empty() {
            return servers;
        }
        let server = outer.len().saturating_sub(1);
        vec![Self { names: Vec::new(), directive: None, scope: Scope { levels: outer, server } }]
    }

    /// All of its locations.
    pub(super) fn locations(&self) -> Vec<Location<'c>> {
        let mut found = Vec::new();
        let mut scopes = vec![self.scope.clone()];
        while let Some(scope) = scopes.pop() {
            let inner = locations_in(&scope);
            scopes.extend(inner.iter().map(|location| location.scope.clone()));
            found.extend(inner);
        }
        found
    }

    /// The directives that apply to `path`: those of the location that nginx chooses, or of the server.
    pub(super) fn scope_of(&self, path: &str) -> (Option<Location<'c>>, Scope<'c>) {
        let mut taken: Option<Location<'c>> = None;
        let mut scope = self.scope.clone();
        while let Some(location) = choose(&locations_in(&scope), path) {
            scope = location.scope.clone();
            taken = Some(location);
        }
        (taken, scope)
    }
}

fn locations_in<'c>(scope: &Scope<'c>) -> Vec<Location<'c>> {
    let level = scope.levels.last().copied().unwrap_or_default();
    let location = |directive: &'c Directive| {
        let path = Path::read(directive)?;
        let mut scope = scope.clone();
        scope.levels.push(directive.inner());
        Some(Location { path, directive, scope })
    };
    level.iter().filter_map(location).collect()
}

/// The location that nginx takes for `path`.
///
/// Source: nginx, "location" in `ngx_http_core_module`.
fn choose<'c>(locations: &[Location<'c>], path: &str) -> Option<Location<'c>> {
    let exact = locations.iter().find(|location| location.path == Path::Exact(path));
    if let Some(exact) = exact {
        return Some(exact.clone());
    }
    let prefix = |location: &Location<'c>| match location.path {
        Path::Prefix(prefix, is_last) if path.starts_with(prefix) => Some((prefix.len(), is_last)),
        _ => None,
    };
    let longest = locations.iter().filter_map(|it| Some((prefix(it)?, it)));
    let longest = longest.max_by_key(|((length, _), _)| *length);
    let looks_at_regexes = !matches!(longest, Some(((_, true), _)));
    let is_match = |location: &&Location<'c>| match location.path {
        Path::Regex(regex, ignores_case) => {
            Regex::read(regex, ignores_case).is_ok_and(|regex| regex.is_match(path))
        }
        _ => false,
    };
    let regex = locations.iter().find(is_match).filter(|_| looks_at_regexes);
    regex.or(longest.map(|(_, location)| location)).cloned()
}

impl<'c> Path<'c> {
    fn read(directive: &'c Directive) -> Option<Self> {
        if directive.name() != "location" || directive.block.is_none() {
            return None;
        }
        match directive.texts().as_slice() {
            [path] if path.starts_with('@') => None,
            [path] => Some(Self::Prefix(path, false)),
            ["=", path] => Some(Self::Exact(path)),
            ["^~", path] => Some(Self::Prefix(path, true)),
            ["~", regex] => Some(Self::Regex(regex, false)),
            ["~*", regex] => Some(Self::Regex(regex, true)),
            _ => None,
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> &'c str {
        let (Self::Exact(text) | Self::Prefix(text, _) | Self::Regex(text, _)) = *self;
        text
    }
}

impl Location<'_> {
    /// It passes upgrades on, or its path names Socket.IO.
    pub(super) fn may_carry_sockets(&self) -> bool {
        let passes_upgrade = |directive: &Directive| {
            matches!(directive.texts().as_slice(), [name, _] if name.eq_ignore_ascii_case("upgrade"))
                && directive.name() == "proxy_set_header"
        };
        let name = self.path.text().replace('\\', "");
        name.contains("socket.io") || self.directive.inner().iter().any(passes_upgrade)
    }

    /// It says itself which origins are allowed.
    pub(super) fn says_origins(&self) -> bool {
        says_origins(self.directive.inner())
    }
}

/// The directives, or those in an `if` among them, set `Access-Control-Allow-Origin`.
pub(super) fn says_origins(directives: &[Directive]) -> bool {
    directives.iter().any(|directive| {
        written_headers(directive).iter().any(|header| header.name == ALLOW_ORIGIN)
            || directive.name() == "if" && says_origins(directive.inner())
    })
}
