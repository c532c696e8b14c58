//! `TenantOrigin`: the origin of a tenant's KV key, as people write it.

use std::fmt;

use socketio_cors_core::origin::{
    Origin,
    pattern::{OriginPattern, repair},
    split_scheme,
};

use crate::host_names::DOMAIN_RULES;

/// An origin that the Worker looks up in KV, in the form in which browsers send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantOrigin(String);

/// The reason why no KV key of a text can ever match an `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTenant {
    /// A clause that follows the text: "has a path or a trailing slash, …".
    pub message: String,
    /// The advice: the text to write instead.
    pub help: String,
}

impl TenantOrigin {
    /// The origin `text`, in canonical form: in lower case, without the scheme's default port, a final
    /// slash or dot, a Unicode host in punycode.
    ///
    /// # Errors
    /// The text is not an origin, is several, or is one that is never looked up.
    pub fn read(text: &str) -> Result<Self, NoTenant> {
        let text = text.trim();
        if is_looked_up(text) {
            return Ok(Self(text.to_owned()));
        }
        let meant = repair(text, DOMAIN_RULES.to_ascii);
        match meant {
            Some(meant) if is_looked_up(&meant) && has_same_parts(text, &meant) => Ok(Self(meant)),
            meant => Err(NoTenant::of(text, meant.as_deref())),
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The KV key under `prefix`.
    #[must_use]
    pub fn key(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.0)
    }

    /// The parsed origin.
    #[must_use]
    pub fn origin(&self) -> Option<Origin<'_>> {
        Origin::try_from(self.0.as_str()).ok()
    }
}

impl fmt::Display for TenantOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns true if the Worker looks up the key of the origin `text`.
fn is_looked_up(text: &str) -> bool {
    Origin::try_from(text).is_ok_and(|origin| origin.is_looked_up())
}

/// Returns true if `text` has the scheme of `meant`, and nothing that `meant` has not but a final slash.
fn has_same_parts(text: &str, meant: &str) -> bool {
    let (Some((scheme, rest)), Some((its, _))) = (split_scheme(text), split_scheme(meant)) else {
        return false;
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    scheme.eq_ignore_ascii_case(its) && !authority.contains(['/', '?', '#', '\\', '@'])
}

impl NoTenant {
    /// That of `text`, by which the pattern `meant` is meant.
    fn of(text: &str, meant: Option<&str>) -> Self {
        let text_or_meant = meant.filter(|meant| !is_looked_up(meant)).unwrap_or(text);
        let (message, help) = match OriginPattern::try_from(text_or_meant) {
            Err(error) if error.is_several() => {
                (error.message(), "write each one separately".to_owned())
            }
            Err(error) => (error.message(), error.help(text, DOMAIN_RULES.to_ascii)),
            Ok(pattern) if pattern.is_exact() => (
                "is not one site's origin, so the Worker looks up no key for it",
                format!("if you want it, list \"{pattern}\" in the policy"),
            ),
            Ok(pattern) => (
                "matches many origins, but a key is for one",
                format!("list \"{pattern}\" in the policy"),
            ),
        };
        Self { message: message.to_owned(), help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_send_it() {
        for (text, origin) in [
            ("https://shop.example", "https://shop.example"),
            ("https://Shop.example/", "https://shop.example"),
            (" HTTPS://SHOP.EXAMPLE:443/ ", "https://shop.example"),
            ("https://shop.example.", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://shop.example:443", "http://shop.example:443"),
            ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example"),
            ("http://localhost:3000/", "http://localhost:3000"),
            ("http://[0:0::1]:80", "http://[::1]"),
            ("capacitor://localhost/", "capacitor://localhost"),
            ("MyApp://Host", "MyApp://Host"),
        ] {
            let read = TenantOrigin::read(text).map(|it| it.as_str().to_owned());
            assert_eq!(read.as_deref(), Ok(origin), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_one_sites_origin_is_refused_as_a_tenant() {
        const NOBODYS: &str = "is not one site's";
        const MANY: &str = "matches many origins";
        for (text, message, help) in [
            ("", "has no scheme", "write an origin such as"),
            ("shop.example", "has no scheme", "write \"https://shop.example\""),
            ("null", NOBODYS, "list \"null\" in the policy"),
            ("file://", NOBODYS, "list \"file://\""),
            ("FILE:///home/ann/index.html", NOBODYS, "list \"file://\""),
            ("wss://shop.example", "is a WebSocket URL", "write \"https://shop.example\""),
            ("WS://shop.example", "has upper-case letters", "write \"http://shop.example\""),
            ("https://shop.example/cart", "has a path", "write \"https://shop.example\""),
            ("https://shop.example//", "has a path", "write \"https://shop.example\""),
            ("https://shop.example/?a", "has a path", "write \"https://shop.example\""),
            ("https://ann@shop.example", "has user information", "write \"https://shop.example\""),
            ("https://*.shop.example", MANY, "list \"https://*.shop.example\" in the policy"),
            ("https://*.Shop.example/", MANY, "list \"https://*.shop.example\" in the policy"),
            ("http://localhost:*", MANY, "list \"http://localhost:*\""),
            ("moz-extension://*", MANY, "list \"moz-extension://*\""),
            ("*", "stands for every origin", "write \"origin\": true"),
            (
                "https://a.example, https://b.example",
                "has a comma or a space",
                "each one separately",
            ),
            ("https://shop_1.example:x", "has an invalid port", "write an origin such as"),
            ("https://sh\u{fffd}p.example", "has a Unicode host", "xn--"),
        ] {
            let NoTenant { message: its, help: advice } = TenantOrigin::read(text).unwrap_err();
            assert!(its.starts_with(message), "{text}: {its}");
            assert!(advice.contains(help), "{text}: {advice}");
        }
    }
}
