//! Lines of a fix that depend on the proxy that is seen, by the words that stand for them.

use super::{lines, pass_on::pass_on};
use crate::doctor::software::Proxy;

type Lines = fn(Option<Proxy>) -> Vec<String>;

const LINES: &[(&str, Lines)] = &[
    ("{upstream's host}", lines::upstream_host),
    ("{larger headers}", lines::larger_headers),
    ("{204 for OPTIONS}", lines::only_options),
    ("{no limit}", lines::no_limit),
    ("{no ModSecurity}", lines::no_mod_security),
    ("{one name}", lines::one_name),
    ("{no login}", |proxy| lines::no_login(proxy, "…", "…")),
    ("{no login by Authelia}", |proxy| {
        lines::no_login(proxy, "authelia:9091", "/api/authz/forward-auth")
    }),
    ("{no login by authentik}", |proxy| {
        lines::no_login(proxy, "authentik:9000", "/outpost.goauthentik.io/auth/caddy")
    }),
];

/// The lines for which `line` stands: itself, unless it is one of the words above, `{pass on:3000}`,
/// which hands `path` on to that port, or `{nginx passes on:3000}`.
pub(in crate::doctor::diagnosis) fn by_proxy(
    line: &str,
    proxy: Option<Proxy>,
    path: &str,
) -> Vec<String> {
    let port = |before| line.strip_prefix(before).and_then(|port| port.strip_suffix('}'));
    if let Some(port) = port("{nginx passes on:") {
        return pass_on(Some(Proxy::Nginx), path, port);
    }
    let made = LINES.iter().find(|(word, _)| *word == line);
    match (port("{pass on:"), made) {
        (Some(port), _) => pass_on(proxy, path, port),
        (_, Some((_, made))) => made(proxy),
        _ => vec![line.to_owned()],
    }
}
