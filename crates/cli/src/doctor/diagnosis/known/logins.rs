//! Logins: answers that want to know who it is.

use super::{
    Known, Row,
    Sign::{Body, Header, LeadsTo, Says, Status},
};
use crate::doctor::finding::Code;

const fn login(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::LoginRequired, says, fix }
}

const BY_ACCESS: Known = login(
    "Cloudflare Access wants a login for {}",
    &[
        "In Zero Trust, Access, let the page's session cookie count for the API as well: one application \
         with both hostnames, SameSite=None, and \"Bypass options requests to origin\" on. Let the client \
         send the cookie:",
        "  io(\"…\", { withCredentials: true })",
        "Or add a policy with the action Bypass for the path /socket.io/.",
        "To try it with a service token, give the doctor --header 'CF-Access-Client-Id: …' and --header \
         'CF-Access-Client-Secret: …'.",
    ],
);

const BY_REDIRECT: Known = login(
    "{} is redirected to a login",
    &[
        "Exclude Socket.IO's path (/socket.io/), with OPTIONS, from the rule that redirects to the login. \
         Socket.IO can check itself who it is (`auth`, or a cookie).",
        "If the login is a cookie, give it to the doctor: --cookie 'session=…'. The client needs \
         withCredentials: true.",
    ],
);

const OAUTH2_PROXY: Known = login(
    "oauth2-proxy redirects {} to a login",
    &[
        "Let Socket.IO's path and its preflights past oauth2-proxy, and let Socket.IO check who it is \
         (`auth`):",
        "  --skip-auth-route='^/socket\\.io/'",
        "  --skip-auth-preflight=true",
        "Or let the client send oauth2-proxy's cookie. It has to be valid for the page's site too \
         (--cookie-domain, --cookie-samesite=none). The doctor takes it as --cookie '_oauth2_proxy=…'.",
        "  io(\"…\", { withCredentials: true })",
    ],
);

const PRIVATE_PORT: Known = login(
    "{} is redirected to a login of GitHub: the codespace's port is private",
    &[
        "Make the port public (panel Ports, Port Visibility), or:",
        "  gh codespace ports visibility 3000:public",
        "If your organization forbids that, let the page's own development server pass /socket.io/ on: the \
         page then asks its own origin.",
    ],
);

const PRIVATE_TUNNEL: Known = login(
    "{} is redirected to a login of Microsoft's dev tunnels: the port is private",
    &[
        "Make the port public (Visual Studio Code: panel Ports, Port Visibility, Public), or:",
        "  devtunnel host --port-numbers 3000 --allow-anonymous",
    ],
);

/// The options that give the doctor the credentials that a page sends.
const TOKEN: &str = "If the page sends one, give it to the doctor: --header 'Authorization: Bearer …' (extraHeaders), \
                     --cookie 'session=…' (withCredentials) or --query 'token=…' (query).";

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[LeadsTo("github.dev/pf-signin")], known: PRIVATE_PORT },
    Row { signs: &[LeadsTo("github.com/codespaces")], known: PRIVATE_PORT },
    Row { signs: &[Status(401), Says("www-authenticate", "tunnel")], known: PRIVATE_PORT },
    Row { signs: &[LeadsTo("tunnels.api.visualstudio.com")], known: PRIVATE_TUNNEL },
    Row { signs: &[LeadsTo("devtunnels.ms")], known: PRIVATE_TUNNEL },
    Row { signs: &[LeadsTo("cloudflareaccess.com")], known: BY_ACCESS },
    Row { signs: &[LeadsTo("/cdn-cgi/access/")], known: BY_ACCESS },
    Row { signs: &[Says("www-authenticate", "cloudflare-access")], known: BY_ACCESS },
    Row { signs: &[Header("cf-access-domain"), Status(403)], known: BY_ACCESS },
    Row {
        signs: &[Header("x-goog-iap-generated-response")],
        known: login(
            "Google's Identity-Aware Proxy wants a login for {}",
            &["Let preflights through (in IAP's settings, \
             access_settings.cors_settings.allow_http_options), serve page and API behind one IAP, and let \
             the client send its cookie (withCredentials). Or take IAP off Socket.IO's backend."],
        ),
    },
    Row {
        signs: &[Status(403), Body("Your client does not have permission to get URL")],
        known: login(
            "Google Cloud refuses {}: the service is only for callers who are logged in",
            &[
                "A browser's preflight cannot log in: let everyone ask the service, and let Socket.IO \
                 check who it is (`auth`). On Cloud Run:",
                "  gcloud run services add-iam-policy-binding SERVICE --member=allUsers \
                 --role=roles/run.invoker",
                "If everyone may call it already: its ingress setting lets in internal requests only.",
            ],
        ),
    },
    Row {
        signs: &[LeadsTo("vercel.com/sso-api")],
        known: login(
            "Vercel's deployment protection wants a login for {}",
            &["In the project's settings, Deployment Protection: turn it off for this \
                 deployment, or let OPTIONS and the path through (OPTIONS allowlist, protection \
                 bypass)."],
        ),
    },
    Row {
        signs: &[Status(401), Header("x-vercel-id")],
        known: login(
            "Vercel's deployment protection wants a login for {}",
            &["In the project's settings, Deployment Protection: turn it off for this \
                 deployment, or let OPTIONS and the path through (OPTIONS allowlist, protection \
                 bypass)."],
        ),
    },
    Row { signs: &[Says("set-cookie", "_oauth2_proxy")], known: OAUTH2_PROXY },
    Row { signs: &[LeadsTo("/oauth2/start")], known: OAUTH2_PROXY },
    Row { signs: &[LeadsTo("/oauth2/sign_in")], known: OAUTH2_PROXY },
    Row { signs: &[LeadsTo("login")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("signin")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("sign-in")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("sign_in")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("logon")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("oauth")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("/authorize?")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("saml")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("/sso")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("accounts.google.com")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("/auth/")], known: BY_REDIRECT },
    // The requested URL, to which the login returns.
    Row { signs: &[LeadsTo("?rd=")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("redirect_uri=")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("returnto=")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("return_to=")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("?next=")], known: BY_REDIRECT },
    Row { signs: &[LeadsTo("?continue=")], known: BY_REDIRECT },
    Row {
        signs: &[Status(401), Says("www-authenticate", "basic")],
        known: login(
            "{} is answered 401: a password is wanted (WWW-Authenticate: Basic)",
            // In `passwords`, by who asks for it.
            &["Ask for no password on Socket.IO's path."],
        ),
    },
    Row {
        signs: &[Status(403), Body("Not authenticated")],
        known: login(
            "{} is answered 403 \"Not authenticated\", as FastAPI and Django do: a token or a cookie is \
             wanted",
            &[
                TOKEN,
                "If it sends none, exclude Socket.IO's path from the dependency or middleware that wants \
                 it (put socketio.ASGIApp around the application), and check the client's `auth`.",
            ],
        ),
    },
    Row {
        signs: &[Status(401)],
        known: login(
            "{} is answered 401: a token or a cookie is missing or wrong",
            &[
                TOKEN,
                "If it sends none, exclude Socket.IO's path from the middleware that wants it. Send the \
                 token in the client's `auth`, which needs no header and no preflight.",
            ],
        ),
    },
    Row {
        signs: &[Status(407)],
        known: login(
            "{} is answered 407: a proxy on the way wants a login",
            &[
                "That proxy is in the network that you are in, and not the server's. Log in to it, or ask \
                 from another network.",
            ],
        ),
    },
    Row {
        signs: &[Status(511)],
        known: login(
            "{} is answered 511: the network that you are in wants a login (a captive portal)",
            &[
                "Open any http:// page in a browser, log in to the network, and run this again. The \
               server was not asked.",
            ],
        ),
    },
    Row {
        signs: &[Body("<title>Captive Portal")],
        known: login(
            "the network that you are in answers {} with its login (a captive portal)",
            &[
                "Open any http:// page in a browser, log in to the network, and run this again. The \
               server was not asked.",
            ],
        ),
    },
    Row {
        signs: &[LeadsTo("captive")],
        known: login(
            "the network that you are in redirects {} to its login (a captive portal)",
            &[
                "Open any http:// page in a browser, log in to the network, and run this again. The \
               server was not asked.",
            ],
        ),
    },
];
