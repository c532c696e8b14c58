//! Connections that TLS ends: certificates that are not trusted, and handshakes that fail.

use super::error;
use crate::{
    doctor::{
        finding::{Code, Finding},
        target::Target,
    },
    network::{Failure, Untrusted},
};

pub(super) fn untrusted(target: &Target, failure: &Failure, why: Untrusted) -> Finding {
    let host = target.base.host_str().unwrap_or_default();
    let port = target.base.port_or_known_default().unwrap_or(443);
    let finding = error(Code::TlsFailed, format!("no TLS with {host}: {}", failure.text));
    let finding = match why {
        Untrusted::SelfSigned => finding.fix(trusted_certificate(target)),
        Untrusted::Alone => finding.fix(FULL_CHAIN).fix(OTHER_AUTHORITIES),
        Untrusted::Authority => finding.fix(OTHER_AUTHORITIES).fix(trusted_certificate(target)),
        Untrusted::Unknown if target.is_local() => {
            finding.fix([IN_A_TAB]).fix(trusted_certificate(target))
        }
        Untrusted::Unknown => {
            finding.fix([IN_A_TAB]).fix(FULL_CHAIN).fix(trusted_certificate(target))
        }
    };
    finding.fix([
        "This prints what the server sends:".to_owned(),
        format!("  openssl s_client -showcerts -connect {host}:{port} -servername {host}"),
    ])
}

/// Of recordings, which do not say it.
const IN_A_TAB: &str =
    "Open the server's URL in a tab of the browser: it says what is wrong with the certificate.";

const FULL_CHAIN: [&str; 2] = [
    "Serve the full chain: the certificate, then the intermediate ones. In nginx (Let's Encrypt: \
     fullchain.pem, not cert.pem):",
    "  ssl_certificate /etc/letsencrypt/live/api.example.com/fullchain.pem;",
];

const OTHER_AUTHORITIES: [&str; 1] = [
    "Some authorities are trusted by few: your own or a company's (let each system trust it), mkcert's \
     (`mkcert -install` on each machine), the test ones of Let's Encrypt (without --staging it gives real \
     ones), and Cloudflare's Origin CA, which only Cloudflare trusts (turn its proxy on for the host).",
];

/// The fix: a certificate that browsers trust.
fn trusted_certificate(target: &Target) -> Vec<String> {
    if target.is_local() {
        return [
            "For development, use http://localhost in page and server, or a certificate that this machine \
             trusts:",
            "  mkcert -install",
            "  mkcert localhost 127.0.0.1 ::1",
            "It writes two files, for the server:",
            "  createServer({ key: readFileSync(\"localhost+2-key.pem\"), cert: readFileSync(\"localhost+2.pem\") }, app)",
            "In production, a proxy with a certificate of Let's Encrypt is before the server (Caddy, or certbot with \
             nginx).",
        ]
        .map(str::to_owned)
        .to_vec();
    }
    let host = target.base.host_str().unwrap_or_default();
    vec![
        "Get a certificate from an authority that browsers trust, such as Let's Encrypt (Caddy does so by \
         itself), and serve its full chain:"
            .to_owned(),
        format!("  certbot certonly -d {host}"),
    ]
}

pub(super) fn no_tls(target: &Target, failure: &Failure, chromium: &str) -> Finding {
    let host = target.base.host_str().unwrap_or_default();
    let finding = error(Code::TlsFailed, format!("no TLS with {host}: {}", failure.text));
    let finding = match chromium {
        "ERR_SSL_VERSION_OR_CIPHER_MISMATCH" => finding.fix([
            "Browsers take TLS 1.2 and 1.3. In nginx:",
            "  ssl_protocols TLSv1.2 TLSv1.3;",
            "If it has those:",
        ]),
        _ => finding,
    };
    let fix = match chromium {
        "ERR_CERT_DATE_INVALID" => {
            "Renew the certificate, and reload whatever serves it.".to_owned()
        }
        "ERR_CERT_COMMON_NAME_INVALID" => {
            format!("Get a certificate for {host}, or use the name that the certificate is for.")
        }
        "ERR_SSL_VERSION_OR_CIPHER_MISMATCH" | "ERR_SSL_UNRECOGNIZED_NAME_ALERT" => format!(
            "Is there a certificate for {host}? Is {host} set up where TLS ends (server_name, a route, a \
             custom domain)? Cloudflare's universal certificate covers only one level below the domain, so \
             not a.b.example.com."
        ),
        "ERR_BAD_SSL_CLIENT_AUTH_CERT" => {
            "The server wants a client certificate. Turn that off for this port, or give the client the \
             URL of the proxy that has the certificate (with Cloudflare's Authenticated Origin Pulls: \
             Cloudflare's hostname)."
                .to_owned()
        }
        _ => format!(
            "`openssl s_client -connect {host}:{} -servername {host}` shows more. If the port speaks plain \
             http, write http:// in the client.",
            target.base.port_or_known_default().unwrap_or(443)
        ),
    };
    finding.fix([fix])
}
