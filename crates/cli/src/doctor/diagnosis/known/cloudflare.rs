//! The errors that Cloudflare's edge numbers.
//!
//! Source: developers.cloudflare.com, "Cloudflare 5xx errors" and "Cloudflare 1xxx errors".

use super::Known;
use crate::doctor::{diagnosis::evidence::text_of_page, exchange::Exchange, finding::Code};

/// The meaning of an answer of Cloudflare's own, by its number.
pub(super) fn of(exchange: &Exchange) -> Option<Known> {
    let is_cloudflare = exchange.header("cf-ray").is_some()
        || exchange
            .header("server")
            .is_some_and(|server| server.eq_ignore_ascii_case("cloudflare"));
    let status = exchange.status()?;
    let number = number(exchange.body());
    // 520 to 527 and 530 are nobody else's.
    let is_its_own = matches!(status, 520..=527 | 530);
    if !is_cloudflare && !is_its_own {
        return None;
    }
    if number.is_none() && is_of_firewall(exchange) {
        return Some(BLOCKED);
    }
    let number = number.or_else(|| is_its_own.then_some(status))?;
    if number == 502 && exchange.body().contains("cloudflared") {
        return Some(TUNNEL);
    }
    NUMBERS.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, known)| *known)
}

/// True if it is the page with which the firewall blocks, which has no number.
fn is_of_firewall(exchange: &Exchange) -> bool {
    let body = exchange.body().to_ascii_lowercase();
    exchange.status() == Some(403)
        && ["you have been blocked", "attention required! | cloudflare"]
            .iter()
            .any(|part| body.contains(part))
}

/// The number in a body: `error code: 1020`, or in a page of Cloudflare's `Error 1020`, with tags between.
fn number(body: &str) -> Option<u16> {
    let lower = body.to_ascii_lowercase();
    let marks = ["error code: ", "error code ", "cf-error-code\">", "error code</span>", ">error "];
    let by_mark = marks.into_iter().find_map(|mark| {
        let (_, rest) = lower.split_once(mark)?;
        of_edge(rest.split(|it: char| !it.is_ascii_digit()).next()?)
    });
    by_mark.or_else(|| {
        let text = text_of_page(&lower);
        let words: Vec<_> = text.split_whitespace().collect();
        let after_error = words.windows(2).filter(|pair| pair.first() == Some(&"error"));
        let mut numbers = after_error.filter_map(|pair| of_edge(pair.last()?));
        numbers.next().filter(|_| lower.contains("cloudflare"))
    })
}

/// A number of those that Cloudflare gives its errors.
fn of_edge(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|number| matches!(number, 500..=530 | 1000..=1299))
}

const fn error(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::CloudflareError, says, fix }
}

const fn blocked(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::Blocked, says, fix }
}

const DNS: &[&str] = &[
    "In Cloudflare's dashboard, DNS: the record needs the origin server's own address. An address of \
     Cloudflare's, or a name that does not resolve, will not do.",
];

const FIREWALL: &[&str] = &[
    "In Cloudflare's dashboard, Security, Events, search for the Ray ID (header cf-ray) to find the rule. \
     Let Socket.IO's path past it with a custom rule, action Skip, placed first:",
    "  starts_with(http.request.uri.path, \"/socket.io/\")",
    "The doctor is a program, and may be blocked where browsers are not.",
];

const BLOCKED: Known = blocked(
    "Cloudflare's firewall (WAF) blocks {}, with its page \"you have been blocked\"",
    FIREWALL,
);

const TUNNEL: Known = error(
    "Cloudflare answers {} 502: cloudflared runs for the tunnel, and does not reach the server",
    &[
        "Is the server up? The route's service has to be its scheme, address and port as cloudflared's machine \
         sees them: in a container, localhost is that container. In Cloudflare's dashboard, Networking, \
         Tunnels, the tunnel's Routes: Service URL. In a config.yml:",
        "  service: http://localhost:3000",
        "If the server speaks https with a certificate of its own:",
        "  originRequest: { noTLSVerify: true }",
        "cloudflared's log has the reason, as \"connection refused\".",
    ],
);

/// By Cloudflare's numbers, what each means.
const NUMBERS: &[(&[u16], Known)] = &[
    (
        &[520],
        error(
            "Cloudflare answers {} 520: the origin server's answer is empty, broken off or not HTTP",
            &[
                "Look at the origin server's log at that moment. Did it crash, reset the connection, or \
                 send headers of more than 32 KB? Ask it without Cloudflare: --direct http://<its \
                 address>:<port>.",
            ],
        ),
    ),
    (
        &[521],
        error(
            "Cloudflare answers {} 521: the origin server refuses Cloudflare's connection",
            &[
                "Is the server running, on port 80 (SSL mode Flexible) or 443 (Full)? Does its firewall let \
               Cloudflare's addresses in (https://www.cloudflare.com/ips/)?",
            ],
        ),
    ),
    (
        &[522],
        error(
            "Cloudflare answers {} 522: the origin server does not take the connection in time",
            &[
                "Does a firewall drop Cloudflare's addresses (https://www.cloudflare.com/ips/)? Does the \
                 DNS record have the server's address? Cloudflare connects to the port of the URL.",
            ],
        ),
    ),
    (
        &[523],
        error(
            "Cloudflare answers {} 523: it finds no way to the origin server",
            &["Does the DNS record still have the server's address?"],
        ),
    ),
    (
        &[524],
        error(
            "Cloudflare answers {} 524: the origin server took the request and did not answer in time",
            &[
                "A poll takes up to `pingInterval` (25 s). Keep that below 100 s, and look for what blocks \
                 the server.",
            ],
        ),
    ),
    (
        &[525],
        error(
            "Cloudflare answers {} 525: TLS between Cloudflare and the origin server fails",
            &[
                "Does the origin server speak TLS on that port, with a certificate for this host? If it \
                 speaks plain http, give it a certificate (Cloudflare's Origin CA), or set the SSL mode to \
                 Flexible.",
            ],
        ),
    ),
    (
        &[526],
        error(
            "Cloudflare answers {} 526: the origin server's certificate is not valid",
            &[
                "SSL mode Full (strict) needs a certificate for this host that has not expired and is not \
                 self-signed: one of a public authority, or of Cloudflare's Origin CA.",
            ],
        ),
    ),
    (
        &[527],
        error(
            "Cloudflare answers {} 527: its Railgun does not reach the origin server",
            &["Railgun has ended: turn it off in the dashboard."],
        ),
    ),
    (
        &[1033],
        error(
            "Cloudflare answers {} 530/1033: no cloudflared runs for the tunnel",
            &[
                "Start the tunnel. In Cloudflare's dashboard, Networking, Tunnels, it then is healthy:",
                "  cloudflared tunnel run <name>",
                "A quick tunnel (trycloudflare.com) gets another URL each time: give the client the new one.",
                "  cloudflared tunnel --url http://localhost:3000",
            ],
        ),
    ),
    (&[1000], error("Cloudflare answers {} 1000: the DNS record leads back to Cloudflare", DNS)),
    (
        &[1001, 1016, 1018, 530],
        error("Cloudflare answers {} 530: it finds no address for the origin server", DNS),
    ),
    (
        &[1003],
        error(
            "Cloudflare answers {} 1003: it was asked by an address instead of a name",
            &["Write the host's name in the client."],
        ),
    ),
    (
        &[1013],
        error(
            "Cloudflare answers {} 1013: the host in the URL and in TLS are not the same",
            &[
                "Does a proxy of yours before Cloudflare change the Host header, and not the name in TLS? \
                 Use one name for both.",
            ],
        ),
    ),
    (
        &[1014],
        error(
            "Cloudflare answers {} 1014: the name points to a zone of another Cloudflare account",
            &["Point it to the server itself, or use Cloudflare for SaaS."],
        ),
    ),
    (
        &[1015],
        Known {
            code: Code::RateLimited,
            says: "Cloudflare answers {} 1015: its rate limit is exceeded",
            fix: &[
                "In Cloudflare's dashboard, Security, WAF, Rate limiting rules: exclude Socket.IO's path, \
                 for example with",
                "  not starts_with(http.request.uri.path, \"/socket.io/\")",
            ],
        },
    ),
    (
        &[1005, 1006, 1007, 1008, 1106],
        blocked("Cloudflare refuses {}: this address or its network is banned (1006)", FIREWALL),
    ),
    (&[1009], blocked("Cloudflare refuses {}: this country is banned (1009)", FIREWALL)),
    (
        &[1010],
        blocked(
            "Cloudflare refuses {}: its Browser Integrity Check takes the client for a bot (1010)",
            &[
                "Turn the Browser Integrity Check off for the path with a configuration rule:",
                "  starts_with(http.request.uri.path, \"/socket.io/\")",
                "The doctor is a program, and may be refused where browsers are not.",
            ],
        ),
    ),
    (&[1012, 1020], blocked("Cloudflare refuses {}: a rule of its firewall does (1020)", FIREWALL)),
    (
        &[1019],
        error(
            "Cloudflare answers {} 1019: a Worker calls itself",
            &[
                "`UPSTREAM` (or the URL that the Worker fetches) leads back to the Worker's own route.",
            ],
        ),
    ),
    (
        &[1027],
        error(
            "Cloudflare answers {} 1027: the Worker is over the daily limit of its plan",
            &["Take the Workers Paid plan, or set the route to fail open."],
        ),
    ),
    (
        &[1042],
        error(
            "Cloudflare answers {} 1042: a Worker asks another Worker of the same zone by its URL",
            &["Use a service binding, or the compatibility flag global_fetch_strictly_public."],
        ),
    ),
    (
        &[1101],
        error(
            "Cloudflare answers {} 1101: the Worker threw an exception",
            &["The Worker's log has the exception:", "  npx wrangler tail"],
        ),
    ),
    (
        &[1102],
        error(
            "Cloudflare answers {} 1102: the Worker used more CPU time than it may",
            &["Its log and its metrics say where. The Free plan has 10 ms a request."],
        ),
    ),
    (
        &[500, 502, 503, 504],
        error(
            "Cloudflare answers {} with an error, of its own or of the origin server",
            &[
                "Ask the server without Cloudflare: --direct http://<its address>:<port>. If that works, \
                 look at https://www.cloudflarestatus.com/.",
            ],
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloudflares_error_number_is_read_from_text_and_html() {
        for (body, expected) in [
            ("error code: 1020", Some(1020)),
            ("error code: 502", Some(502)),
            ("<span class=\"cf-error-code\">1015</span>", Some(1015)),
            ("<h1>Error 1033</h1>", Some(1033)),
            ("<span>Error code 521</span>", Some(521)),
            ("<title>Cloudflare</title><h1><span>Error</span>\n<span>1033</span></h1>", Some(1033)),
            ("<p>MySQL: <b>error</b> 1005</p>", None),
            ("error code: 7", None),
            ("<h1>Error</h1>", None),
            ("", None),
        ] {
            assert_eq!(number(body), expected, "{body}");
        }
    }
}
