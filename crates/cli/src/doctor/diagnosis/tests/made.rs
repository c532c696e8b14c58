//! Examinations made by hand.

use std::time::Duration;

use crate::{
    doctor::{
        auth::Auth,
        examination::Examination,
        exchange::Exchange,
        query::Query,
        step::Step,
        target::{Page, Target},
    },
    network::{Answer, BodyCoding, Failure},
};

pub(in crate::doctor::diagnosis) const O: &str = "https://app.example.com";
pub(in crate::doctor::diagnosis) const FOREIGN: &str = "https://foreign.example";
pub(in crate::doctor::diagnosis) const OPEN: &str =
    r#"0{"sid":"a","upgrades":["websocket"],"pingInterval":25000}"#;
pub(in crate::doctor::diagnosis) const OPEN_3: &str =
    r#"58:0{"sid":"a","upgrades":["websocket"],"pingInterval":25000}2:40"#;
pub(in crate::doctor::diagnosis) const FORBIDDEN: &str = r#"{"code":4,"message":"Forbidden"}"#;
pub(in crate::doctor::diagnosis) const UNKNOWN: &str =
    r#"{"code":1,"message":"Session ID unknown"}"#;
pub(in crate::doctor::diagnosis) const BAD: &str = r#"{"code":3,"message":"Bad request"}"#;
pub(in crate::doctor::diagnosis) const UNSUPPORTED: &str =
    r#"{"code":5,"message":"Unsupported protocol version"}"#;

pub(in crate::doctor::diagnosis) type Headers = [(&'static str, &'static str)];
pub(in crate::doctor::diagnosis) const NONE: &Headers = &[];
pub(in crate::doctor::diagnosis) const ALLOW: &str = "access-control-allow-origin";
pub(in crate::doctor::diagnosis) const CREDENTIALS: (&str, &str) =
    ("access-control-allow-credentials", "true");
pub(in crate::doctor::diagnosis) const VARY: (&str, &str) = ("vary", "Origin");
pub(in crate::doctor::diagnosis) const GRANT: &Headers = &[(ALLOW, O), CREDENTIALS, VARY];

impl Examination {
    /// The examination of a server to which a connection is possible.
    pub(in crate::doctor::diagnosis) fn connected() -> Self {
        let page = Page {
            origin: O.to_owned(),
            headers: Vec::new(),
            query: Query::default(),
            auth: Auth::default(),
            cookie: None,
            credentialed: false,
            client: 4,
            websocket: false,
            namespace: "/".to_owned(),
        };
        let target = Target {
            base: "https://api.example.net".parse().unwrap(),
            path: "/socket.io/".to_owned(),
            page,
            direct: None,
            timeout: Duration::from_secs(1),
            hold: None,
        };
        Self::new(target, FOREIGN).notes(Step::Connect, None, None)
    }

    /// The examination of a server that allows the page, and no other origin.
    pub(in crate::doctor::diagnosis) fn good() -> Self {
        Self::connected()
            .sees(Step::Poll4, 200, GRANT, OPEN)
            .sees(Step::Poll3, 400, GRANT, UNSUPPORTED)
            .sees(Step::Preflight, 204, GRANT, "")
            .sees(Step::Post, 200, GRANT, "ok")
            .sees(Step::PollAgain, 200, GRANT, r#"40{"sid":"b"}"#)
            .sees(Step::ForeignPost, 403, &[VARY], FORBIDDEN)
            .sees(Step::BadSession, 400, GRANT, UNKNOWN)
            .sees(Step::Websocket, 101, NONE, OPEN)
            .sees(Step::Upgrade, 101, NONE, "3probe")
            .sees(Step::ForeignPoll, 403, &[VARY], FORBIDDEN)
            .sees(Step::NullPoll, 403, &[VARY], FORBIDDEN)
            .sees(Step::NoOriginPoll, 200, &[VARY], OPEN)
            .sees(Step::ForeignWebsocket, 403, NONE, FORBIDDEN)
    }

    /// The same, with another answer in a step.
    pub(in crate::doctor::diagnosis) fn sees(
        self,
        step: Step,
        status: u16,
        headers: &Headers,
        body: &str,
    ) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = headers.iter().map(own).collect();
        // Each session has an id of its own, of one letter.
        let sid = format!("\"sid\":\"{}\"", char::from(b'b'.saturating_add(step as u8)));
        let body = body.replace("\"sid\":\"a\"", &sid);
        self.notes(step, Some(Answer { status, headers, body, ..Answer::default() }), None)
    }

    /// The same, with no answer in a step.
    pub(in crate::doctor::diagnosis) fn fails(self, step: Step, error: Failure) -> Self {
        self.notes(step, None, Some(error))
    }

    pub(in crate::doctor::diagnosis) fn notes(
        mut self,
        step: Step,
        answer: Option<Answer>,
        error: Option<Failure>,
    ) -> Self {
        let (method, origin) = match step {
            Step::Post => ("POST", Some(O)),
            Step::Preflight => ("OPTIONS", Some(O)),
            Step::ForeignPost => ("POST", Some(FOREIGN)),
            Step::ForeignPoll | Step::ForeignWebsocket => ("GET", Some(FOREIGN)),
            Step::NullPoll => ("GET", Some("null")),
            Step::NoOriginPoll | Step::NoOriginWebsocket => ("GET", None),
            _ => ("GET", Some(O)),
        };
        let is_websocket = matches!(
            step,
            Step::Upgrade
                | Step::Websocket
                | Step::ForeignWebsocket
                | Step::NoOriginWebsocket
                | Step::HoldWebsocket
                | Step::OtherPathWebsocket
        );
        let scheme = if is_websocket { "wss" } else { "https" };
        self.exchanges.retain(|exchange| exchange.step != step);
        self.exchanges.push(Exchange {
            step,
            method,
            url: format!("{scheme}://api.example.net/socket.io/?{}", step.as_str()),
            origin: origin.map(str::to_owned),
            answer,
            error,
            took: Duration::ZERO,
        });
        self
    }

    /// The same, with another relation of the body to its `Content-Encoding` in a step.
    pub(in crate::doctor::diagnosis) fn packed(mut self, step: Step, coding: BodyCoding) -> Self {
        let mut all = self.exchanges.iter_mut().filter(|exchange| exchange.step == step);
        all.next().unwrap().answer.as_mut().unwrap().coding = coding;
        self
    }

    /// The same, asked from another origin in the last step, or from none.
    pub(in crate::doctor::diagnosis) fn from(mut self, origin: Option<&str>) -> Self {
        self.exchanges.last_mut().unwrap().origin = origin.map(str::to_owned);
        self
    }

    /// The same, of a page with credentials.
    pub(in crate::doctor::diagnosis) fn credentialed(mut self) -> Self {
        self.target.page.credentialed = true;
        self
    }

    /// The same, of a page whose browser holds cookies.
    pub(in crate::doctor::diagnosis) fn holding(mut self, cookie: &str) -> Self {
        self.target.page.cookie = Some(cookie.to_owned());
        self.credentialed()
    }

    /// The same, of a page with a header of its own.
    pub(in crate::doctor::diagnosis) fn sending(mut self, name: &str) -> Self {
        self.target.page.headers.push((name.to_owned(), "value".to_owned()));
        self
    }

    /// The same, of a page that uses that client.
    pub(in crate::doctor::diagnosis) fn by_client(mut self, client: u8) -> Self {
        self.target.page.client = client;
        self
    }

    /// The same, of a page that uses WebSocket alone.
    pub(in crate::doctor::diagnosis) fn without_polling(mut self) -> Self {
        self.target.page.websocket = true;
        self
    }

    /// The same, of a page of another origin.
    pub(in crate::doctor::diagnosis) fn by_page(mut self, origin: &str) -> Self {
        self.target.page.origin = origin.to_owned();
        self
    }

    /// The same, of a client with another path.
    pub(in crate::doctor::diagnosis) fn at_path(mut self, path: &str) -> Self {
        for exchange in &mut self.exchanges {
            exchange.url = exchange.url.replace(&self.target.path, path);
        }
        path.clone_into(&mut self.target.path);
        self
    }

    /// The same, at another URL.
    pub(in crate::doctor::diagnosis) fn at(mut self, base: &str) -> Self {
        self.target.base = base.parse().unwrap();
        self
    }
}
