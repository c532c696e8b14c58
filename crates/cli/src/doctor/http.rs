//! Plain HTTP requests, each on a connection of its own.

use std::{io::Read, time::Duration};

use ureq::{
    Agent,
    config::AutoHeaderValue,
    http,
    tls::{RootCerts, TlsConfig},
};

use super::{connection, exchange::Answer, failure::Failure};

/// The most that is read of a body, in bytes.
pub(super) const MAX_BODY_LEN: u64 = 64 << 10;

/// A client that follows no redirect and keeps nothing.
#[derive(Debug)]
pub(super) struct Client(Agent);

/// Headers to send, in order.
pub(super) type Headers = Vec<(String, String)>;

impl Client {
    /// One whose requests have `timeout` each, for all of it.
    pub(super) fn new(timeout: Duration) -> Self {
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
            .timeout_global(Some(timeout))
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .build();
        Self(config.into())
    }

    /// What `url` answers, and what went wrong.
    pub(super) fn send(
        &self,
        method: &str,
        url: &str,
        headers: &Headers,
        body: Option<String>,
    ) -> (Option<Answer>, Option<Failure>) {
        let request = headers
            .iter()
            .fold(http::Request::builder().method(method).uri(url), |request, (name, value)| {
                request.header(name, value)
            });
        let sent = match body {
            Some(body) => request
                .body(body)
                .map_err(ureq::Error::Http)
                .and_then(|request| self.0.run(request)),
            None => {
                request.body(()).map_err(ureq::Error::Http).and_then(|request| self.0.run(request))
            }
        };
        match sent {
            Ok(answer) => read(answer),
            Err(error) => (None, Some(error.into())),
        }
    }
}

/// The answer, with what came of its body.
fn read(answer: http::Response<ureq::Body>) -> (Option<Answer>, Option<Failure>) {
    let (head, body) = answer.into_parts();
    let mut bytes = Vec::new();
    let read = body.into_reader().take(MAX_BODY_LEN).read_to_end(&mut bytes);
    let answer = Answer {
        status: head.status.as_u16(),
        headers: headers(&head.headers),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    (Some(answer), read.err().map(Failure::from))
}

/// Names and values as text.
pub(super) fn headers(map: &http::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
