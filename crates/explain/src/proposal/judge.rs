//! The reasons why an origin should not be listed as it stands.

use std::collections::HashSet;

use socketio_cors_core::origin::Origin;

use super::{KnownNames, doubt_about};

/// Judges origins that were refused.
#[derive(Debug)]
pub struct Judge<'k> {
    /// The names that others may imitate.
    pub known: KnownNames<'k>,
    /// The origins that are listed, and those that were refused too.
    pub origins: HashSet<&'k str>,
    /// The rule allows credentials, or may be given them.
    pub credentialed: bool,
}

/// The reason why an origin should not be listed as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its name, in kebab case.
    pub code: &'static str,
    /// For people: a sentence without its full stop.
    pub text: String,
}

impl<'k> Judge<'k> {
    /// A judge who knows nothing yet.
    #[must_use]
    pub fn new(credentialed: bool) -> Self {
        Self { known: KnownNames::default(), origins: HashSet::new(), credentialed }
    }

    /// Adds an origin that is trusted: one that is listed, or the server's own.
    pub fn trust(&mut self, origin: &'k str) {
        self.origins.insert(origin);
        if let Ok(parsed) = Origin::try_from(origin) {
            self.known.trust(parsed.host());
        }
    }

    /// Adds an origin that was refused too.
    pub fn add(&mut self, origin: &'k str) {
        self.origins.insert(origin);
    }

    /// The reason why `origin` should not be listed as it stands, if there is one.
    #[must_use]
    pub fn objection(&self, origin: &Origin<'_>) -> Option<Objection> {
        let new = |code, text: String| Some(Objection { code, text });
        if origin.is_null() {
            return new("null", SHARED.to_owned());
        }
        if origin.is_shared() {
            return new("file", FILE.to_owned());
        }
        if origin.is_websocket() {
            return new("no-page", NO_PAGE.to_owned());
        }
        if let Some(look_alike) = self.known.look_alike(origin.host()) {
            let (of, difference) = (look_alike.of, look_alike.difference);
            return new("look-alike", format!("looks like {of}, but {difference}"));
        }
        if origin.scheme() == "http" {
            let encrypted = format!("https://{}", origin.authority());
            if self.origins.contains(encrypted.as_str()) {
                return new("http-beside-https", format!("{BESIDE} {encrypted}"));
            }
        }
        let doubt = doubt_about(origin.as_str(), self.credentialed)?;
        new("warning", doubt)
    }
}

impl Objection {
    /// That of a text that is no origin.
    #[must_use]
    pub fn malformed() -> Self {
        Self { code: "malformed", text: MALFORMED.to_owned() }
    }
}

const SHARED: &str = "null is the origin of every sandboxed frame, on any site, and of every local \
                      file: serve the page from a URL of its own, and list that origin";
const FILE: &str = "every local file, old web views and devices (ESP32) send it: list it only in a \
                    rule without credentials";
const NO_PAGE: &str = "only clients outside browsers send a ws or wss origin: \"missingOrigin\" \
                       decides about it";
const BESIDE: &str =
    "is not encrypted, so anybody on the network can change its pages: redirect it to";
const MALFORMED: &str = "is not an origin that a browser sends: it comes from scanners or broken \
                         clients";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_accepted_or_gets_an_objection() {
        let mut judge = Judge::new(true);
        judge.trust("https://app.example.com");
        judge.add("https://shop.example.net");
        judge.known.add_host("shop.example.net");
        for (origin, code) in [
            ("https://customer.example.org", None),
            ("https://b.example.com", None),
            ("https://b.example.com:8443", None),
            ("capacitor://localhost", None),
            ("null", Some("null")),
            ("file://", Some("file")),
            ("wss://api.example.com", Some("no-page")),
            ("http://app.example.com", Some("http-beside-https")),
            ("http://shop.example.net", Some("http-beside-https")),
            ("http://alone.example.org", Some("warning")),
            ("http://localhost:3000", Some("warning")),
            ("https://app.example.com.evil.test", Some("look-alike")),
            ("https://shop.example.net.evil.test", Some("look-alike")),
            ("https://evilexample.com", Some("look-alike")),
        ] {
            let objection = judge.objection(&Origin::try_from(origin).unwrap());
            assert_eq!(objection.map(|it| it.code), code, "{origin}");
        }
        judge.credentialed = false;
        for (origin, code) in [
            ("http://alone.example.org", None),
            ("http://localhost:3000", None),
            ("http://app.example.com", Some("http-beside-https")),
            ("null", Some("null")),
        ] {
            let objection = judge.objection(&Origin::try_from(origin).unwrap());
            assert_eq!(objection.map(|it| it.code), code, "{origin}");
        }
    }
}
