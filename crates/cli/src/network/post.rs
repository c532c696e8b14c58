//! A request to an API.

use std::time::Duration;

use url::Url;

use super::{Headers, Request, SystemNetwork, send};

/// Posts `body`. Returns the answer's status and body, of which no more than `max_len` bytes are
/// read. No redirect is followed.
///
/// # Errors
/// Why no answer came, or none that is whole: a clause.
pub(crate) async fn post(
    url: &Url,
    headers: Headers,
    body: String,
    timeout: Duration,
    max_len: usize,
) -> Result<(u16, String), String> {
    let body = Some(body);
    let request = Request { method: "POST", url, headers, body, timeout, max_body_len: max_len };
    match send(&SystemNetwork::new(), &request).await {
        (_, Some(failure)) => Err(failure.text),
        (Some(answer), None) => Ok((answer.status, answer.body)),
        (None, None) => Err("no answer came".to_owned()),
    }
}
