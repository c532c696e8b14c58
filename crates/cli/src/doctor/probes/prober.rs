//! Makes requests, and keeps what came of them.

use url::Url;

pub(super) use crate::doctor::asker::Asker;
use crate::doctor::{
    asker::Means,
    connection::Connection,
    cookies::{Jar, SetCookie},
    engineio::Protocol,
    examination::Examination,
    exchange::Exchange,
    failure::{Failure, FailureKind},
    http::Client,
    step::Step,
    target::Target,
    websocket::{self, Socket},
};

/// Makes the requests of an examination.
pub(super) struct Prober<'p> {
    pub(super) examination: Examination,
    /// What is asked: the server, or the one behind it.
    pub(super) base: Url,
    client: Client,
    progress: &'p mut dyn FnMut(usize, &Exchange),
    /// How many requests were made; caches see a different URL in each, as from clients.
    made: usize,
}

/// An Engine.IO session that is open.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) protocol: Protocol,
    pub(super) sid: String,
    pub(super) path: String,
    /// The cookies that the page's browser holds.
    pub(super) jar: Jar,
    /// Those and every one that was set.
    pub(super) all: Jar,
}

impl<'p> Prober<'p> {
    pub(super) fn new(
        target: Target,
        foreign: &'static str,
        progress: &'p mut dyn FnMut(usize, &Exchange),
    ) -> Self {
        let client = Client::new(target.timeout);
        let base = target.base.clone();
        let examination = Examination { target, foreign, connected: None, exchanges: Vec::new() };
        Self { examination, base, client, progress, made: 0 }
    }

    /// What came of the last request.
    pub(super) fn last(&self) -> Option<&Exchange> {
        self.examination.exchanges.last()
    }

    /// Connects, and says what that is like.
    pub(super) fn connect(&mut self) -> Option<Connection> {
        let opened = Connection::open(&self.base, self.examination.target.timeout);
        let (connection, error) = match opened {
            Ok(connection) => (Some(connection), None),
            Err(failure) => (None, Some(failure)),
        };
        self.note(Exchange {
            step: Step::Connect,
            method: if self.base.scheme() == "https" { "TLS" } else { "TCP" },
            url: self.base.to_string(),
            origin: None,
            answer: None,
            error,
        });
        connection
    }

    /// Asks for a session by polling. Returns it if it is given.
    pub(super) fn handshake(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        protocol: Protocol,
    ) -> Option<Session> {
        self.poll(step, asker, protocol, None);
        let path = self.examination.target.path.clone();
        self.opened(&path)
    }

    /// The same, of another path.
    pub(super) fn other_path(&mut self, path: &str) -> Option<Session> {
        let protocol = self.examination.target.page.protocol();
        let url = self.url(path, protocol, "polling", None);
        self.send(Step::OtherPath, "GET", url, Asker::Page, &self.first_jar(), None);
        self.opened(path)
    }

    fn opened(&self, path: &str) -> Option<Session> {
        let mut session = Session::of(self.last()?.opened()?, path, self.first_jar());
        self.keep_cookies(&mut session);
        Some(session)
    }

    /// A poll without a session, or with one of that id.
    pub(super) fn poll(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        protocol: Protocol,
        sid: Option<&str>,
    ) {
        let path = self.examination.target.path.clone();
        let url = self.url(&path, protocol, "polling", sid);
        self.send(step, "GET", url, asker, &self.first_jar(), None);
    }

    /// Waits for what the server has to say in a session.
    pub(super) fn read(&mut self, step: Step, session: &Session) {
        let url = self.url(&session.path, session.protocol, "polling", Some(&session.sid));
        self.send(step, "GET", url, Asker::Page, &session.jar, None);
    }

    /// Sends a packet into a session.
    pub(super) fn post(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        session: &mut Session,
        packet: &str,
    ) {
        self.send_packet(step, asker, session, packet);
        self.keep_cookies(session);
    }

    /// Ends a session.
    pub(super) fn close(&mut self, session: &Session, asker: Asker<'_>) {
        self.send_packet(Step::Close, asker, session, "1");
    }

    fn send_packet(&mut self, step: Step, asker: Asker<'_>, session: &Session, packet: &str) {
        let url = self.url(&session.path, session.protocol, "polling", Some(&session.sid));
        let body = session.protocol.payload(packet);
        let jar = if step == Step::Close { &session.all } else { &session.jar };
        self.send(step, "POST", url, asker, jar, Some(body));
    }

    /// What a browser asks ahead of a poll with headers of the page's own.
    pub(super) fn preflight(&mut self, step: Step) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(&path, protocol, "polling", None);
        self.send(step, "OPTIONS", url, Asker::Page, &Jar::default(), None);
    }

    /// A WebSocket that opens a session of its own.
    pub(super) fn websocket(&mut self, step: Step, asker: Asker<'_>) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(&path, protocol, "websocket", None);
        self.converse(step, url, asker, &self.first_jar(), |socket| socket.expect("0{"));
    }

    /// A WebSocket with which a session goes on.
    pub(super) fn upgrade(&mut self, session: &Session) {
        let url = self.url(&session.path, session.protocol, "websocket", Some(&session.sid));
        self.converse(Step::Upgrade, url, Asker::Page, &session.jar, |socket| {
            socket.send("2probe")?;
            socket.expect("3probe")?;
            socket.send("5")?;
            socket.send("1")
        });
    }

    fn converse(
        &mut self,
        step: Step,
        mut url: Url,
        asker: Asker<'_>,
        jar: &Jar,
        talk: fn(&mut Socket<'_>) -> Result<(), Failure>,
    ) {
        let target = &self.examination.target;
        let headers = asker.headers(target, Means::WebSocket, jar);
        let origin = asker.origin(target, Means::WebSocket).map(str::to_owned);
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        // It can be set: all of these are special schemes.
        let _ = url.set_scheme(scheme);
        let (answer, error) = websocket::converse(&url, headers, target.timeout, talk);
        self.note(Exchange { step, method: "GET", url: url.into(), origin, answer, error });
    }

    fn send(
        &mut self,
        step: Step,
        method: &'static str,
        url: Url,
        asker: Asker<'_>,
        jar: &Jar,
        body: Option<String>,
    ) {
        let target = &self.examination.target;
        let means = match (step, method) {
            (Step::Close, _) => Means::Closing,
            (_, "OPTIONS") => Means::Preflight,
            (_, "POST") => Means::Post,
            _ => Means::Get,
        };
        let mut headers = asker.headers(target, means, jar);
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "text/plain;charset=UTF-8".to_owned()));
        }
        let origin = asker.origin(target, means).map(str::to_owned);
        let (answer, error) = self.client.send(method, url.as_str(), &headers, body);
        self.note(Exchange { step, method, url: url.into(), origin, answer, error });
    }

    fn note(&mut self, mut exchange: Exchange) {
        if let Some(failure) = exchange.error.as_mut().filter(|it| it.kind == FailureKind::Late) {
            let seconds = self.examination.target.timeout.as_secs();
            failure.text = format!("no answer came in time ({seconds} s)");
        }
        let number = self.examination.all(exchange.step).count().saturating_add(1);
        (self.progress)(number, &exchange);
        self.examination.exchanges.push(exchange);
    }

    fn url(&mut self, path: &str, protocol: Protocol, transport: &str, sid: Option<&str>) -> Url {
        self.made = self.made.saturating_add(1);
        let mut url = Target::url(
            &self.base,
            path,
            &format!("EIO={}&transport={transport}", protocol.number()),
        );
        if transport == "polling" {
            url.query_pairs_mut().append_pair("t", &format!("doctor{}", self.made));
        }
        if let Some(sid) = sid {
            url.query_pairs_mut().append_pair("sid", sid);
        }
        url
    }

    /// What the browser holds before it has asked anything.
    fn first_jar(&self) -> Jar {
        Jar::holding(self.examination.target.page.cookie.as_deref())
    }

    /// Keeps the cookies of the last answer: those that the page's browser does, and all.
    fn keep_cookies(&self, session: &mut Session) {
        let target = &self.examination.target;
        let (same_site, trustworthy) = (target.is_same_site(), target.is_trustworthy());
        let Some(exchange) = self.last() else { return };
        for cookie in exchange.headers().all("Set-Cookie").filter_map(SetCookie::read) {
            session.all.keep(&cookie);
            if cookie.is_kept(same_site, trustworthy) {
                session.jar.keep(&cookie);
            }
        }
    }

    /// Whether what answers is a server that may have Socket.IO at another path.
    pub(super) fn may_be_elsewhere(&self) -> bool {
        let poll = self.examination.page_poll();
        poll.is_some_and(|poll| match poll.status() {
            Some(status) => status < 300 || (400..500).contains(&status),
            // A server that has nothing else than Socket.IO lets other requests hang.
            None => poll.error.as_ref().is_some_and(|it| it.kind == FailureKind::Late),
        })
    }
}
