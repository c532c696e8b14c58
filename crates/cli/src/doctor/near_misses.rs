//! Origins that are easily written for another.

use socketio_cors_core::origin::{Origin, host};

/// The origins that a server's list may have where it should have `origin`, each with the
/// difference.
pub(super) fn of(origin: &Origin<'_>) -> Vec<(String, &'static str)> {
    let (scheme, host, authority) = (origin.scheme(), origin.host(), origin.authority());
    let port = authority.strip_prefix(host).unwrap_or_default();
    let mut misses = vec![(format!("{origin}/", origin = origin.as_str()), SLASH)];
    let other_scheme = match scheme {
        "http" => Some("https"),
        "https" => Some("http"),
        _ => None,
    };
    if let Some(other) = other_scheme {
        misses.push((format!("{other}://{authority}"), SCHEME));
    }
    let loopback = match host {
        "localhost" => Some("127.0.0.1"),
        "127.0.0.1" => Some("localhost"),
        _ => None,
    };
    if let Some(other) = loopback {
        misses.push((format!("{scheme}://{other}{port}"), LOOPBACK));
    } else if let Some(bare) = host.strip_prefix("www.") {
        misses.push((format!("{scheme}://{bare}{port}"), WWW));
    } else if !host::ends_in_number(host) && !host.starts_with('[') {
        misses.push((format!("{scheme}://www.{host}{port}"), WWW));
    }
    if !port.is_empty() {
        misses.push((origin.without_port().to_owned(), PORT));
    } else if let Some(implied) = host::default_port(scheme) {
        misses.push((format!("{scheme}://{authority}:{implied}"), DEFAULT_PORT));
    }
    if let Some((_, domain)) = host.split_once('.').filter(|(_, domain)| domain.contains('.'))
        && !host::ends_in_number(host)
    {
        misses.push((format!("{scheme}://*.{domain}{port}"), PATTERN));
    }
    misses.push((authority.to_owned(), NO_SCHEME));
    misses.push((format!("\"{}\"", origin.as_str()), QUOTES));
    if loopback.is_some() {
        let others = DEVELOPMENT_PORTS.iter().map(|other| format!("{scheme}://{host}:{other}"));
        misses.extend(
            others.filter(|other| *other != origin.as_str()).map(|other| (other, OTHER_PORT)),
        );
    }
    misses
}

/// The ports of development servers: Create React App and Next.js, Vite, Angular, Vue.
const DEVELOPMENT_PORTS: &[u16] = &[3000, 5173, 4200, 8080];

const SLASH: &str = "with a slash at the end, which no browser sends";
const SCHEME: &str = "with the other scheme";
const LOOPBACK: &str = "with the other name of this machine; to browsers these are two origins";
pub(super) const WWW: &str = "which differs by www.";
const PORT: &str = "without the port";
const DEFAULT_PORT: &str = "with the scheme's default port, which browsers leave out";
const NO_SCHEME: &str = "without its scheme";
/// With a `*`, which a list of `cors` takes for a character like others.
pub(super) const PATTERN: &str = "which is no pattern, but compared letter by letter";
pub(super) const QUOTES: &str = "with quotes that belong to it";
/// With another port of the same host.
pub(super) const OTHER_PORT: &str = "with another port";
/// In which browsers write no host.
pub(super) const LETTER_CASE: &str = "in another letter case";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_near_miss_differs_in_one_respect() {
        for (origin, misses) in [
            (
                "https://app.example",
                &[
                    "https://app.example/",
                    "http://app.example",
                    "https://www.app.example",
                    "https://app.example:443",
                    "app.example",
                    "\"https://app.example\"",
                ][..],
            ),
            (
                "http://localhost:3000",
                &[
                    "http://localhost:3000/",
                    "https://localhost:3000",
                    "http://127.0.0.1:3000",
                    "http://localhost",
                    "localhost:3000",
                    "\"http://localhost:3000\"",
                    "http://localhost:5173",
                    "http://localhost:4200",
                    "http://localhost:8080",
                ],
            ),
            (
                "https://www.a.example:8443",
                &[
                    "https://www.a.example:8443/",
                    "http://www.a.example:8443",
                    "https://a.example:8443",
                    "https://www.a.example",
                    "https://*.a.example:8443",
                    "www.a.example:8443",
                    "\"https://www.a.example:8443\"",
                ],
            ),
        ] {
            let found = of(&Origin::try_from(origin).unwrap());
            let found: Vec<_> = found.iter().map(|(origin, _)| origin.as_str()).collect();
            assert_eq!(found, misses);
        }
    }
}
