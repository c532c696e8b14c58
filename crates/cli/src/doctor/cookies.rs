//! Cookies, as a browser that shows the page of another site keeps them.
//!
//! What of `Set-Cookie` matters here are a name, a value and two attributes. The crates
//! that read all of it come with a calendar. `Path` and `Domain` are not looked at:
//! every request goes to one host and one path.
//!
//! Source: RFC 6265bis, "The Set-Cookie Header Field" and "Storage Model".

/// A cookie that an answer sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetCookie {
    pub(super) name: String,
    pub(super) value: String,
    same_site: Option<String>,
    is_secure: bool,
}

/// The cookies that a browser has, and sends along.
#[derive(Clone, Debug, Default)]
pub(super) struct Jar(Vec<(String, String)>);

impl SetCookie {
    /// The cookie of a `Set-Cookie` header.
    pub(super) fn read(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            same_site: None,
            is_secure: false,
        };
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.is_secure = true,
                "samesite" => cookie.same_site = Some(value.trim().to_ascii_lowercase()),
                _ => {}
            }
        }
        Some(cookie)
    }

    /// True if a browser keeps it for a page, of the same site or another, that asks a
    /// server which it takes for trustworthy or not.
    pub(super) fn is_kept(&self, same_site: bool, trustworthy: bool) -> bool {
        (same_site || self.is_cross_site()) && (trustworthy || !self.is_secure)
    }

    /// The name of the balancer that knows a client again by it, where the cookie's name tells.
    pub(super) fn balancer(&self) -> Option<&'static str> {
        let is_of_it = |(start, _): &&(&str, &str)| self.name.starts_with(start);
        BALANCERS.iter().find(is_of_it).map(|(_, balancer)| *balancer)
    }

    /// True if it only leads to one of several servers, and logs nobody in.
    pub(super) fn is_of_a_balancer(&self) -> bool {
        self.balancers_start().is_some()
    }

    /// The beginning that its name has in common with others of the same proxy or balancer.
    pub(super) fn balancers_start(&self) -> Option<&'static str> {
        let balancers = BALANCERS.iter().map(|(start, _)| *start);
        let mut starts = balancers.chain(OF_PROXIES.iter().copied());
        starts.find(|start| self.name.starts_with(start))
    }

    /// True if a browser keeps it, and sends it, for a page of another site.
    pub(super) fn is_cross_site(&self) -> bool {
        self.is_secure && self.same_site.as_deref() == Some("none")
    }
}

/// Names, or their beginnings, of cookies by which balancers know a client again.
const BALANCERS: &[(&str, &str)] = &[
    ("AWSALB", "The AWS load balancer"),
    ("AWSELB", "The AWS load balancer (Classic)"),
    ("ARRAffinity", "Azure's App Service, or IIS,"),
    ("ApplicationGatewayAffinity", "Azure's Application Gateway"),
    ("ASLBSA", "Azure's Front Door"),
    ("GCLB", "Google Cloud's load balancer"),
    ("GAESA", "Google Cloud Run, or App Engine,"),
    ("heroku-session-affinity", "Heroku's router"),
    ("__cflb", "Cloudflare's load balancer"),
    ("DO-LB", "DigitalOcean's load balancer"),
    ("INGRESSCOOKIE", "The nginx Ingress"),
    ("SERVERID", "HAProxy, or another balancer,"),
    ("SERVERUSED", "HAProxy, or another balancer,"),
    ("SRV", "HAProxy, or another balancer,"),
    ("ROUTEID", "Apache's mod_proxy_balancer"),
    ("_passenger_route", "Passenger"),
    ("BIGipServer", "F5's BIG-IP"),
    ("X-Oracle-BMC-LBS-Route", "Oracle Cloud's load balancer"),
];

/// The same, of those by which proxies and firewalls know one.
const OF_PROXIES: &[&str] = &[
    "__cf",
    "_cfuvid",
    "cf_clearance",
    "TS01",
    "fly-",
    "bm_s",
    "bm_mi",
    "_abck",
    "ak_bmsc",
    "incap_ses_",
    "visid_incap_",
    "nlbi_",
    "datadome",
    "_px",
];

/// A `Set-Cookie` header with `…` for the cookie's value, which may be a secret.
pub(super) fn without_value(header: &str) -> String {
    let at = header.find(';').unwrap_or(header.len());
    let (pair, attributes) = header.split_at_checked(at).unwrap_or_default();
    // Without a `=` it is nothing but a value (RFC 6265bis, 5.6).
    let name = pair.split_inclusive('=').next().filter(|name| name.ends_with('='));
    let name = name.unwrap_or_default();
    let value = if pair.len() > name.len() { "…" } else { "" };
    format!("{name}{value}{attributes}")
}

impl Jar {
    /// The cookies of a `Cookie` header's value.
    pub(super) fn holding(cookie: Option<&str>) -> Self {
        let pairs = cookie.into_iter().flat_map(|cookie| cookie.split(';'));
        Self(pairs.filter_map(|pair| pair.trim().split_once('=')).map(own).collect())
    }

    /// Keeps a cookie, in place of one of its name.
    pub(super) fn keep(&mut self, cookie: &SetCookie) {
        self.0.retain(|(name, _)| *name != cookie.name);
        self.0.push((cookie.name.clone(), cookie.value.clone()));
    }

    /// The `Cookie` header's value, if there is anything to send.
    pub(super) fn header(&self) -> Option<String> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_cross_site_if_it_has_samesite_none_and_secure() {
        for (header, cross_site) in [
            ("a=b", false),
            ("a=b; SameSite=None", false),
            ("a=b; Secure", false),
            ("a=b; SameSite=Lax; Secure", false),
            ("a=b; Path=/; samesite=NONE; HttpOnly; secure", true),
            ("a=b;SameSite=None;Secure", true),
        ] {
            assert_eq!(SetCookie::read(header).unwrap().is_cross_site(), cross_site, "{header}");
        }
        assert_eq!(SetCookie::read("nothing"), None);
    }

    #[test]
    fn the_value_of_a_cookie_is_hidden_and_nothing_else() {
        for (header, shown) in [
            ("io=secret; Path=/; HttpOnly", "io=…; Path=/; HttpOnly"),
            ("io=secret=secret", "io=…"),
            ("io=; Max-Age=0", "io=; Max-Age=0"),
            ("secret; Path=/", "…; Path=/"),
            ("; Path=/", "; Path=/"),
            ("", ""),
        ] {
            assert_eq!(without_value(header), shown, "{header}");
        }
    }

    #[test]
    fn a_newer_cookie_takes_the_place_of_an_older_one() {
        let mut jar = Jar::holding(Some("a=1; b=x=y"));
        jar.keep(&SetCookie::read("a=2; Secure").unwrap());
        assert_eq!(jar.header().as_deref(), Some("b=x=y; a=2"));
        assert_eq!(Jar::holding(None).header(), None);
    }
}
