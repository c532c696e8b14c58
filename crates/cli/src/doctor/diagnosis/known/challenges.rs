//! Challenges: pages that tell people from programs.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
};
use crate::doctor::finding::Code;

const fn challenged(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::Challenged, says, fix }
}

const BY_CLOUDFLARE: Known = challenged(
    "Cloudflare answers {} with a challenge, which a background request cannot solve",
    &[
        "In Cloudflare's dashboard, Security, WAF, add a custom rule with the action Skip (all remaining \
         custom rules, rate limiting, managed rules, Super Bot Fight Mode) for",
        "  starts_with(http.request.uri.path, \"/socket.io/\")",
        "No rule skips the Free plan's Bot Fight Mode: turn it off (Security, Settings). Under Attack mode is a \
         security level: let the same rule skip Security Level too, or set a lower one for the path with a \
         configuration rule.",
        "The doctor is a program, and may be challenged where browsers are not. Security, Events shows \
         which rule it was, and whether pages are challenged too.",
    ],
);

const BY_IMPERVA: Known = challenged(
    "Imperva (Incapsula) answers {} with a challenge, which a background request cannot solve",
    &[
        "In Imperva's console, the site's Security settings, add an exception for the URL /socket.io/ to Bot Access \
         Control and to the WAF's rules.",
        "The doctor is a program, and may be challenged where browsers are not. Events shows which rule it was.",
    ],
);

const BY_DDOS_GUARD: Known = challenged(
    "DDoS-Guard answers {} with a challenge, which a background request cannot solve",
    &[
        "In DDoS-Guard's panel, exclude the path /socket.io/ from the check of the browser (or let its rule pass \
         requests with that path).",
        PROGRAM,
    ],
);

/// What every challenge may be: of the doctor alone.
const PROGRAM: &str = "The doctor is a program, and may be challenged where browsers are not.";

const BY_DATADOME: Known = challenged(
    "DataDome answers {} with a challenge, which a background request cannot solve",
    &[
        "Leave the path /socket.io/ out of DataDome: in its integration, by the exclusion of URL patterns \
         (`urlPatternExclusion`), or in its dashboard by a custom rule that allows the path.",
        PROGRAM,
    ],
);

const BY_HUMAN: Known = challenged(
    "HUMAN (PerimeterX) answers {} with a challenge, which a background request cannot solve",
    &[
        "Leave the path out of it, in the enforcer's configuration:",
        "  px_filter_by_route: [\"/socket.io/\"]",
        PROGRAM,
    ],
);

const BY_AKAMAI: Known = challenged(
    "Akamai's Bot Manager answers {} with a challenge, which a background request cannot solve",
    &[
        "In Akamai's Control Center, the security policy's Bot Manager: take /socket.io/ out of what is \
         challenged.",
        PROGRAM,
    ],
);

const BY_KASADA: Known = challenged(
    "Kasada answers {} with a challenge, which a background request cannot solve",
    &[
        "Take the path /socket.io/ out of those that Kasada protects (its portal, or its support).",
        PROGRAM,
    ],
);

const BY_SUCURI: Known = challenged(
    "Sucuri answers {} with a challenge, which a background request cannot solve",
    &["In Sucuri's dashboard, Access Control, Allow URL Paths: add /socket.io/.", PROGRAM],
);

const BY_ANUBIS: Known = challenged(
    "Anubis answers {} with a challenge, which a background request cannot solve",
    &[
        "Let the path past it, as the first rule of its policy (botPolicies.yaml):",
        "  bots:",
        "    - name: socket-io",
        "      path_regex: ^/socket\\.io/",
        "      action: ALLOW",
    ],
);

const BY_SOMEBODY: Known = challenged(
    "a bot check answers {} with a challenge, which a background request cannot solve",
    &[
        "The body may name the service or the firewall that does it. There, exclude Socket.IO's path \
         (/socket.io/) from the bot check. Its log tells whether browsers are challenged too.",
        PROGRAM,
    ],
);

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[Says("cf-mitigated", "challenge")], known: BY_CLOUDFLARE },
    Row { signs: &[Body("/cdn-cgi/challenge-platform/")], known: BY_CLOUDFLARE },
    Row { signs: &[Header("cf-ray"), Body("<title>Just a moment")], known: BY_CLOUDFLARE },
    Row {
        signs: &[Says("x-vercel-mitigated", "challenge")],
        known: challenged(
            "Vercel answers {} with a challenge, which a background request cannot solve",
            &[
                "In Vercel's dashboard, Firewall: turn Attack Mode off, or add a rule with the action \
                 Bypass for the path /socket.io/.",
                PROGRAM,
            ],
        ),
    },
    Row {
        signs: &[Header("x-amzn-waf-action")],
        known: challenged(
            "AWS WAF answers {} with a challenge, which a background request cannot solve",
            &[
                "In the web ACL, add a rule with the action Allow for the path /socket.io/, before the \
                 rule with Challenge or CAPTCHA.",
                PROGRAM,
            ],
        ),
    },
    Row {
        signs: &[Says("ngrok-error-code", "ERR_NGROK_6024")],
        known: challenged(
            "ngrok answers {} with its warning page, which a background request cannot click away",
            &[
                "Let the client send the header that skips it (browsers send it with polls, and no header of a page \
                 with a WebSocket):",
                "  io(\"…\", { extraHeaders: { \"ngrok-skip-browser-warning\": \"1\" } })",
                "Accounts that pay have no such page.",
            ],
        ),
    },
    Row {
        signs: &[Body("bypass-tunnel-reminder")],
        known: challenged(
            "localtunnel answers {} with its reminder page",
            &[
                "Let the client send the header that skips it:",
                "  io(\"…\", { extraHeaders: { \"bypass-tunnel-reminder\": \"1\" } })",
            ],
        ),
    },
    Row { signs: &[Header("x-datadome"), Status(403)], known: BY_DATADOME },
    Row { signs: &[Header("x-dd-b"), Status(403)], known: BY_DATADOME },
    Row { signs: &[Says("server", "DataDome"), Status(403)], known: BY_DATADOME },
    Row { signs: &[Body("captcha-delivery.com")], known: BY_DATADOME },
    Row { signs: &[Body("px-captcha")], known: BY_HUMAN },
    Row { signs: &[Body("_pxAppId")], known: BY_HUMAN },
    Row { signs: &[Body("px-cdn.net/")], known: BY_HUMAN },
    Row { signs: &[Body("\"appId\":\"PX")], known: BY_HUMAN },
    Row { signs: &[Header("x-kpsdk-ct"), Status(429)], known: BY_KASADA },
    Row { signs: &[Body("window.KPSDK")], known: BY_KASADA },
    Row { signs: &[Body("_Incapsula_Resource")], known: BY_IMPERVA },
    Row { signs: &[Says("x-cdn", "Imperva"), Body("captcha")], known: BY_IMPERVA },
    Row { signs: &[Body("sec-if-cpt-container")], known: BY_AKAMAI },
    Row { signs: &[Body("/_sec/cp_challenge/")], known: BY_AKAMAI },
    Row { signs: &[Body("sucuri_cloudproxy_js")], known: BY_SUCURI },
    Row { signs: &[Says("server", "ddos-guard"), Status(403)], known: BY_DDOS_GUARD },
    Row { signs: &[Body("within.website/x/")], known: BY_ANUBIS },
    Row { signs: &[Body("challenges.cloudflare.com/turnstile")], known: BY_SOMEBODY },
    Row { signs: &[Body("hcaptcha.com")], known: BY_SOMEBODY },
    Row { signs: &[Body("recaptcha/api")], known: BY_SOMEBODY },
    Row { signs: &[Body("verify you are human")], known: BY_SOMEBODY },
    Row { signs: &[Body("verifying you are human")], known: BY_SOMEBODY },
    Row { signs: &[Body("checking your browser")], known: BY_SOMEBODY },
    Row { signs: &[Body("making sure you&#39;re not a bot")], known: BY_ANUBIS },
    Row { signs: &[Body("making sure you're not a bot")], known: BY_ANUBIS },
    Row { signs: &[Body("Enable JavaScript and cookies to continue")], known: BY_SOMEBODY },
    Row { signs: &[Body("security checkpoint")], known: BY_SOMEBODY },
];
