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
        "No rule skips the Free plan's Bot Fight Mode, or Under Attack mode of the whole zone. Turn those \
         off, or turn them off for the path with a configuration rule.",
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
        "The doctor is a program, and may be challenged where browsers are not.",
    ],
);

const BY_SOMEBODY: Known = challenged(
    "a bot check answers {} with a challenge, which a background request cannot solve",
    &[
        "In the service or the firewall that the body names, exclude Socket.IO's path (/socket.io/) from \
         the bot check.",
        "The doctor is a program, and may be challenged where browsers are not. The log of the check \
         tells.",
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
                "The doctor may be challenged where browsers are not, as it is a program.",
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
                "The doctor may be challenged where browsers are not, as it is a program.",
            ],
        ),
    },
    Row {
        signs: &[Says("ngrok-error-code", "ERR_NGROK_6024")],
        known: challenged(
            "ngrok answers {} with its warning page, which a background request cannot click away",
            &[
                "Let the client send the header that skips it. This works for polling alone, because \
                 browsers send no such headers with a WebSocket:",
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
    Row { signs: &[Header("x-datadome"), Status(403)], known: BY_SOMEBODY },
    Row { signs: &[Body("captcha-delivery.com")], known: BY_SOMEBODY },
    Row { signs: &[Body("px-captcha")], known: BY_SOMEBODY },
    Row { signs: &[Body("_pxAppId")], known: BY_SOMEBODY },
    Row { signs: &[Body("_Incapsula_Resource")], known: BY_IMPERVA },
    Row { signs: &[Says("x-cdn", "Imperva"), Body("captcha")], known: BY_IMPERVA },
    Row { signs: &[Body("sec-if-cpt-container")], known: BY_SOMEBODY },
    Row { signs: &[Body("/_sec/cp_challenge/")], known: BY_SOMEBODY },
    Row { signs: &[Body("sucuri_cloudproxy_js")], known: BY_SOMEBODY },
    Row { signs: &[Says("server", "ddos-guard"), Status(403)], known: BY_DDOS_GUARD },
    Row { signs: &[Body("within.website/x/")], known: BY_SOMEBODY },
    Row { signs: &[Body("challenges.cloudflare.com/turnstile")], known: BY_SOMEBODY },
    Row { signs: &[Body("hcaptcha.com")], known: BY_SOMEBODY },
    Row { signs: &[Body("recaptcha/api")], known: BY_SOMEBODY },
    Row { signs: &[Body("verify you are human")], known: BY_SOMEBODY },
    Row { signs: &[Body("verifying you are human")], known: BY_SOMEBODY },
    Row { signs: &[Body("checking your browser")], known: BY_SOMEBODY },
    Row { signs: &[Body("making sure you&#39;re not a bot")], known: BY_SOMEBODY },
    Row { signs: &[Body("making sure you're not a bot")], known: BY_SOMEBODY },
    Row { signs: &[Body("Enable JavaScript and cookies to continue")], known: BY_SOMEBODY },
    Row { signs: &[Body("security checkpoint")], known: BY_SOMEBODY },
];
