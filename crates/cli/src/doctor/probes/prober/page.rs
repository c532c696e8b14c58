//! The page itself, whose own policy may forbid what the server allows.

use url::{Host, Url};

use super::{PATIENCE, Prober, Question};
use crate::{
    doctor::{asker, step::Step},
    network::{self, Network, Request},
};

/// Names that are kept for documents and tests, where no page is (RFC 2606, RFC 6761).
const RESERVED: &[&str] =
    &["example.com", "example.net", "example.org", "example", "test", "invalid"];

impl<N: Network> Prober<'_, N> {
    /// Asks for what stands at `/` of the page's origin, as a browser does that visits it.
    pub(in crate::doctor::probes) async fn page(&mut self) {
        let Ok(url) = Url::parse(&self.examination.target.page.origin) else { return };
        if !matches!(url.scheme(), "http" | "https") || is_reserved(&url) {
            return;
        }
        let start = self.network.now();
        let request = Request {
            method: "GET",
            url: &url,
            headers: asker::of_visitor(),
            body: None,
            timeout: self.timeout.min(PATIENCE),
            max_body_len: network::MAX_BODY_LEN,
        };
        let (answer, error) = network::send(self.network, &request).await;
        let url = url.into();
        let question = Question { step: Step::Page, method: "GET", url, origin: None, start };
        self.note(question, answer, error);
    }
}

fn is_reserved(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    RESERVED.iter().any(|reserved| {
        name.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_where_no_page_is_are_recognised() {
        for (url, reserved) in [
            ("https://app.example.com", true),
            ("https://example.com:8443", true),
            ("https://app.example", true),
            ("https://app.test", true),
            ("https://app.myexample.com", false),
            ("https://app.example.com.evil.dev", false),
            ("http://localhost:5173", false),
            ("http://127.0.0.1:5173", false),
        ] {
            assert_eq!(is_reserved(&url.parse().unwrap()), reserved, "{url}");
        }
    }
}
