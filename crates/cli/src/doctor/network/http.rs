//! Plain HTTP requests, each on a connection of its own.

use std::io::Read;

use ureq::{
    Agent, AsSendBody,
    config::AutoHeaderValue,
    http,
    tls::{RootCerts, TlsConfig},
};

use super::{Headers, MAX_BODY_LEN, Request, body, connection};
use crate::doctor::{exchange::Answer, failure::Failure};

/// A client that follows no redirect and keeps nothing.
#[derive(Debug)]
pub(super) struct Client(Agent);

impl Client {
    pub(super) fn new() -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(connection::provider())
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .build();
        Self(config.into())
    }

    /// The answer to a request, and the failure.
    pub(super) fn send(&self, request: &Request<'_>) -> (Option<Answer>, Option<Failure>) {
        let empty = http::Request::builder().method(request.method).uri(request.url.as_str());
        let with_headers =
            request.headers.iter().fold(empty, |built, (name, value)| built.header(name, value));
        let sent = match &request.body {
            Some(body) => self.run(with_headers.body(body.as_str()), request),
            None => self.run(with_headers.body(()), request),
        };
        match sent {
            Ok(answer) => read(answer),
            Err(error) => (None, Some(error.into())),
        }
    }

    fn run<B: AsSendBody>(
        &self,
        built: Result<http::Request<B>, http::Error>,
        request: &Request<'_>,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let timed = self.0.configure_request(built?).timeout_global(Some(request.timeout)).build();
        self.0.run(timed)
    }
}

/// The answer, with what came of its body.
fn read(answer: http::Response<ureq::Body>) -> (Option<Answer>, Option<Failure>) {
    let (head, body) = answer.into_parts();
    let mut bytes = Vec::new();
    let read = body.into_reader().take(MAX_BODY_LEN).read_to_end(&mut bytes);
    (Some(whole(head.status, &head.headers, bytes)), read.err().map(Failure::from))
}

/// An answer of these parts.
pub(super) fn whole(status: http::StatusCode, headers: &http::HeaderMap, bytes: Vec<u8>) -> Answer {
    let coding = headers.get("content-encoding").and_then(|value| value.to_str().ok());
    let body::Text { text, is_undeclared_gzip } = body::text(bytes, coding);
    Answer { status: status.as_u16(), headers: listed(headers), body: text, is_undeclared_gzip }
}

/// Names and values as text.
pub(super) fn listed(map: &http::HeaderMap) -> Headers {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
