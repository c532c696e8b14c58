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
        "{no login}",
        "If the login is a cookie, give it to the doctor: --cookie 'session=…'. The client needs \
         withCredentials: true.",
    ],
);

const OAUTH2_PROXY: Known = login(
    "oauth2-proxy wants a login for {}",
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

const AUTHELIA: Known = login(
    "Authelia redirects {} to its login",
    &[
        "Let Socket.IO's path, with its preflights, past Authelia, and let Socket.IO check who it is (`auth`). In \
         Authelia's configuration.yml, as the first rule:",
        "  access_control:",
        "    rules:",
        "      - domain: '{host}'",
        "        resources: ['^/socket\\.io/']",
        "        policy: bypass",
        "{no login by Authelia}",
        "Or let the client send Authelia's cookie, which has to be for a domain above both hosts (`session`, \
         `cookies`, `domain`). The doctor takes it as --cookie 'authelia_session=…'. Preflights, which have no \
         cookie, have to be let past all the same.",
        "  io(\"…\", { withCredentials: true })",
    ],
);

const AUTHENTIK: Known = login(
    "authentik redirects {} to its login",
    &[
        "Let Socket.IO's path, with its preflights, past authentik, and let Socket.IO check who it is (`auth`): in \
         the proxy provider's advanced settings, add ^/socket\\.io/ to Unauthenticated Paths.",
        "{no login by authentik}",
    ],
);

const KEYCLOAK: Known = login(
    "{} is redirected to Keycloak's login",
    &[
        "The proxy or the application that sends visitors to Keycloak has the rule: exclude Socket.IO's path \
         (/socket.io/) from it, with OPTIONS, and let Socket.IO check who it is (`auth`). Gatekeeper (Louketo), in \
         `resources`:",
        "  - uri: /socket.io/*",
        "    white-listed: true",
        "{no login}",
    ],
);

const POMERIUM: Known = login(
    "Pomerium redirects {} to its login",
    &[
        "Give Socket.IO's path a route of its own, before the host's, and let Socket.IO check who it is (`auth`):",
        "  - from: {https}",
        "    prefix: /socket.io/",
        "    to: http://127.0.0.1:3000",
        "    allow_public_unauthenticated_access: true",
        "    allow_websockets: true",
    ],
);

const EASY_AUTH: Known = login(
    "Azure App Service's authentication wants a login for {}",
    &[
        "A preflight cannot log in. Let requests without a login through to the app, and let Socket.IO check who \
         it is (`auth`). In Azure's portal, Authentication, Edit: Allow unauthenticated access. Or:",
        "  az webapp auth update --name APP --resource-group GROUP --action AllowAnonymous",
        "To let Socket.IO's path alone through: `excludedPaths` of the app's authsettingsV2.",
    ],
);

const COGNITO: Known = login(
    "the AWS load balancer redirects {} to a login (its action authenticate)",
    &[
        "Add a rule for Socket.IO's path to the listener, before the one that authenticates, and let Socket.IO \
         check who it is (`auth`):",
        "  aws elbv2 create-rule --listener-arn LISTENER --priority 1 --conditions \
         'Field=path-pattern,Values=/socket.io/*' --actions Type=forward,TargetGroupArn=GROUP",
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
    Row { signs: &[LeadsTo("?rd="), LeadsTo("&rm=")], known: AUTHELIA },
    Row { signs: &[LeadsTo("?rd="), Says("set-cookie", "authelia_session=")], known: AUTHELIA },
    Row { signs: &[LeadsTo("?rd="), LeadsTo("authelia")], known: AUTHELIA },
    Row { signs: &[LeadsTo("goauthentik.io")], known: AUTHENTIK },
    Row { signs: &[LeadsTo("authorize"), Says("set-cookie", "authentik_proxy")], known: AUTHENTIK },
    Row { signs: &[LeadsTo("/protocol/openid-connect/auth")], known: KEYCLOAK },
    Row { signs: &[LeadsTo("/.pomerium/")], known: POMERIUM },
    Row { signs: &[LeadsTo("pomerium_redirect_uri=")], known: POMERIUM },
    Row { signs: &[LeadsTo("/.auth/login")], known: EASY_AUTH },
    Row { signs: &[LeadsTo(".auth%2Flogin")], known: EASY_AUTH },
    Row {
        signs: &[Status(401), Says("www-authenticate", "authorization_uri=\"https://login.")],
        known: EASY_AUTH,
    },
    Row { signs: &[LeadsTo("oauth2%2Fidpresponse")], known: COGNITO },
    Row { signs: &[LeadsTo("/oauth2/idpresponse")], known: COGNITO },
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
