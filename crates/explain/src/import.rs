//! A policy from what somebody has already: a configuration of nginx, or Socket.IO's server options.

mod chars;
mod declared;
mod finding;
mod nginx;
mod nginx_answer;
mod nginx_candidates;
mod nginx_files;
mod nginx_locations;
mod nginx_rule;
mod nginx_syntax;
mod nginx_variables;
mod regex;
mod regex_patterns;
mod rule_draft;
mod socketio_options;

pub use finding::Finding;

/// The path and the server to import.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions<'o> {
    /// The path of Socket.IO: `/socket.io/`.
    pub path: &'o str,
    /// The name of the `server` of nginx; `None` if there is one policy in the file.
    pub server: Option<&'o str>,
}

/// The result of an import.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// The policy as JSON, which is valid; `None` if there is none to import.
    pub policy: Option<String>,
    /// The parts that are left out or imported in another form, in the order of the file.
    pub findings: Vec<Finding>,
}

/// The policy of a configuration of nginx or of Socket.IO's server options.
#[must_use]
pub fn import(text: &str, options: &ImportOptions<'_>) -> Import {
    nginx::import(text, options).unwrap_or_else(|| socketio_options::import(text))
}
