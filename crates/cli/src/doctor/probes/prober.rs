//! Makes requests, and keeps what came of them.

use std::time::Duration;

use url::{Host, Url};

pub(super) use crate::doctor::asker::Asker;
use crate::{
    doctor::{
        address_space::AddressSpace,
        asker::Means,
        cookies::{Jar, SetCookie},
        engineio::Protocol,
        examination::Examination,
        exchange::Exchange,
        step::Step,
        target::Target,
    },
    network::{self, Answer, Failure, FailureKind, Network, Request, Stream, Turn},
};

/// The timeout of an attempt that is unlikely to succeed.
const PATIENCE: Duration = Duration::from_secs(3);

/// The time after which a poll has reached the server: that of an exchange before it, within these.
const SHORTEST_ARRIVAL: Duration = Duration::from_millis(50);
const LONGEST_ARRIVAL: Duration = Duration::from_millis(500);

/// How often a poll is begun that is answered at once.
const ATTEMPTS: usize = 3;

/// The time in which something else ends a WebSocket that it takes for none of its own.
const AT_ONCE: Duration = Duration::from_millis(300);

/// Makes the requests of an examination.
pub(super) struct Prober<'p, N> {
    pub(super) examination: Examination,
    /// The server that is asked: the one before, or the one behind it.
    pub(super) base: Url,
    network: &'p N,
    progress: &'p mut dyn FnMut(usize, &Exchange),
    /// The timeout of each request.
    timeout: Duration,
    /// The number of requests so far. It makes each URL different for caches, as clients do.
    made: usize,
}

/// A request, and the time at which it was sent.
struct Question {
    step: Step,
    method: &'static str,
    url: String,
    origin: Option<String>,
    start: Duration,
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

/// A poll that the server has, and has not answered yet. It is given up with this.
pub(super) struct Waiting<S> {
    stream: S,
    /// Something beside it had to wait, and was looked at.
    pub(super) is_looked_at: bool,
}

impl<S: Stream> Waiting<S> {
    /// Waits for its answer, or its end, for so long.
    pub(super) async fn ends_within(&mut self, time: Duration) -> bool {
        self.stream.be_done_in(time);
        !matches!(self.stream.read().await, Err(failure) if failure.kind == FailureKind::Late)
    }
}

impl<'p, N: Network> Prober<'p, N> {
    pub(super) fn new(
        target: Target,
        foreign: &'static str,
        network: &'p N,
        progress: &'p mut dyn FnMut(usize, &Exchange),
    ) -> Self {
        let (base, timeout) = (target.base.clone(), target.timeout);
        let examination = Examination::new(target, foreign);
        Self { examination, base, network, progress, timeout, made: 0 }
    }

    /// The last request and its answer.
    pub(super) fn last(&self) -> Option<&Exchange> {
        self.examination.exchanges.last()
    }

    /// Waits for each further answer for a short time alone.
    pub(super) fn hurry(&mut self) {
        self.timeout = self.timeout.min(PATIENCE);
    }

    /// Connects, and keeps what that is like. Returns whether a connection came about.
    pub(super) async fn connect(&mut self) -> bool {
        let start = self.network.now();
        let opened = self.network.connect(&self.base, self.timeout).await;
        let (connected, error) = match opened {
            Ok(connection) => (Some(connection.connected), None),
            Err(failure) => (None, Some(failure)),
        };
        let is_up = connected.is_some();
        self.examination.connected = connected;
        let method = if self.base.scheme() == "https" { "TLS" } else { "TCP" };
        let url = self.base.to_string();
        let question = Question { step: Step::Connect, method, url, origin: None, start };
        self.note(question, None, error);
        is_up
    }

    /// Looks where a page on http is, which may not ask a more private address than its own.
    pub(super) async fn look_at_page(&mut self) {
        let Ok(page) = Url::parse(&self.examination.target.page.origin) else { return };
        let server = AddressSpace::of_url(&self.base);
        let is_public = server.is_none_or(|space| space == AddressSpace::Public);
        if is_public || page.scheme() != "http" || AddressSpace::of_url(&page).is_some() {
            return;
        }
        let connection = self.network.connect(&page, self.timeout.min(PATIENCE)).await;
        let connected = connection.map(|it| it.connected);
        self.examination.page_at =
            connected.ok().and_then(|it| AddressSpace::of_address(&it.address));
    }

    /// Looks at what the port speaks, where it does not answer as the URL has it.
    pub(super) async fn look(&mut self) {
        let timeout = self.timeout.min(PATIENCE);
        self.examination.port_speaks = network::look(self.network, &self.base, timeout).await;
    }

    /// Looks whether the other loopback address takes connections, where the target's is one.
    pub(super) async fn look_at_other_loopback(&mut self) {
        let other = match self.base.host() {
            Some(Host::Ipv4(address)) if address.is_loopback() => "[::1]",
            Some(Host::Ipv6(address)) if address.is_loopback() => "127.0.0.1",
            _ => return,
        };
        let mut url = self.base.clone();
        if url.set_host(Some(other)).is_ok()
            && self.network.connect(&url, self.timeout.min(PATIENCE)).await.is_ok()
        {
            self.examination.listens_at = Some(url);
        }
    }

    /// Asks for a session by polling. Returns it if it is given.
    pub(super) async fn handshake(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        protocol: Protocol,
    ) -> Option<Session> {
        self.poll(step, asker, protocol, None).await;
        let path = self.examination.target.path.clone();
        self.opened(&path)
    }

    /// Asks for a session again, where the first request found a server that may just have been
    /// starting. The first request is then that of a step of its own.
    pub(super) async fn handshake_again(
        &mut self,
        step: Step,
        protocol: Protocol,
    ) -> Option<Session> {
        if let Some(first) = self.examination.exchanges.last_mut() {
            first.step = Step::SlowPoll;
        }
        self.handshake(step, Asker::Page, protocol).await
    }

    /// Takes the late answers to the requests of a step for those of a server that was starting.
    pub(super) fn forget_late(&mut self, step: Step) {
        for exchange in &mut self.examination.exchanges {
            if exchange.step == step && exchange.is_late() {
                exchange.step = Step::SlowPoll;
            }
        }
    }

    /// The same, of another path.
    pub(super) async fn other_path(&mut self, path: &str) -> Option<Session> {
        let protocol = self.examination.target.page.protocol();
        let url = self.url(Asker::Page, path, protocol, "polling", None);
        self.send(Step::OtherPath, "GET", url, Asker::Page, &self.first_jar(), None).await;
        self.opened(path)
    }

    fn opened(&self, path: &str) -> Option<Session> {
        let mut session = Session::of(self.last()?.opened()?, path, self.first_jar());
        self.keep_cookies(&mut session);
        Some(session)
    }

    /// A poll without a session, or with one of that id.
    pub(super) async fn poll(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        protocol: Protocol,
        sid: Option<&str>,
    ) {
        let path = self.examination.target.path.clone();
        let url = self.url(asker, &path, protocol, "polling", sid);
        self.send(step, "GET", url, asker, &self.first_jar(), None).await;
    }

    /// Waits for what the server has to say in a session.
    pub(super) async fn read(&mut self, step: Step, session: &Session) {
        let url = self.url_of(session, Asker::Page, "polling");
        self.send(step, "GET", url, Asker::Page, &session.jar, None).await;
    }

    /// Begins to wait for what the server has to say in a session, as a page does while it sends packets.
    /// `None` where the server has something to say at once, each time.
    pub(super) async fn begin_poll(&mut self, session: &Session) -> Option<Waiting<N::Stream>> {
        let arrival = self.last()?.took.clamp(SHORTEST_ARRIVAL, LONGEST_ARRIVAL);
        for _ in 0..ATTEMPTS {
            let url = self.url_of(session, Asker::Page, "polling");
            let target = &self.examination.target;
            let headers = Asker::Page.headers(target, Means::Get, &session.jar);
            let (timeout, max_body_len) = (self.timeout, network::MAX_BODY_LEN);
            let request =
                Request { method: "GET", url: &url, headers, body: None, timeout, max_body_len };
            let stream = network::begin(self.network, &request).await.ok()?;
            let mut waiting = Waiting { stream, is_looked_at: false };
            if !waiting.ends_within(arrival).await {
                return Some(waiting);
            }
        }
        None
    }

    /// The longest time of a step.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Takes an exchange for that of another step, as it turned out.
    pub(super) fn is_of(&mut self, number: usize, step: Step) {
        if let Some(exchange) = self.examination.exchanges.get_mut(number) {
            exchange.step = step;
        }
    }

    /// Sends a packet into a session.
    pub(super) async fn post(
        &mut self,
        step: Step,
        asker: Asker<'_>,
        session: &mut Session,
        packet: &str,
    ) {
        self.send_packet(step, asker, session, packet).await;
        self.keep_cookies(session);
    }

    /// Ends a session.
    pub(super) async fn close(&mut self, session: &Session, asker: Asker<'_>) {
        self.send_packet(Step::Close, asker, session, "1").await;
    }

    async fn send_packet(&mut self, step: Step, asker: Asker<'_>, session: &Session, packet: &str) {
        let url = self.url_of(session, asker, "polling");
        let body = session.protocol.payload(packet);
        let jar = if step == Step::Close { &session.all } else { &session.jar };
        self.send(step, "POST", url, asker, jar, Some(body)).await;
    }

    /// The preflight of a poll with headers of the page's own.
    pub(super) async fn preflight(&mut self, step: Step) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(Asker::Page, &path, protocol, "polling", None);
        self.send(step, "OPTIONS", url, Asker::Page, &Jar::default(), None).await;
    }

    /// A WebSocket that opens a session of its own.
    pub(super) async fn websocket(&mut self, step: Step, asker: Asker<'_>) {
        // A Socket.IO 2 server may have a reason of its own to end it: its namespace is entered by then.
        let stays = step == Step::Websocket && self.examination.spoken() == Protocol::V4;
        let opens = Turn::Expect("0{");
        let turns: &[Turn] = if stays { &[opens, Turn::Hold(AT_ONCE)] } else { &[opens] };
        self.open_websocket(step, asker, turns).await;
    }

    async fn open_websocket(&mut self, step: Step, asker: Asker<'_>, turns: &[Turn]) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(asker, &path, protocol, "websocket", None);
        self.converse(step, url, asker, &self.first_jar(), turns).await;
    }

    /// A WebSocket with which a session goes on.
    pub(super) async fn upgrade(&mut self, session: &Session) {
        let url = self.url_of(session, Asker::Page, "websocket");
        let turns = [
            Turn::Send("2probe"),
            Turn::Expect("3probe"),
            Turn::Hold(AT_ONCE),
            Turn::Send("5"),
            Turn::Send("1"),
        ];
        self.converse(Step::Upgrade, url, Asker::Page, &session.jar, &turns).await;
    }

    /// A poll that is left open for `time`, or until the server has something to say.
    pub(super) async fn hold_poll(&mut self, time: Duration) {
        let protocol = self.examination.spoken();
        let Some(mut session) = self.handshake(Step::HoldPoll, Asker::Page, protocol).await else {
            return;
        };
        if protocol == Protocol::V4 {
            self.post(Step::HoldPoll, Asker::Page, &mut session, "40").await;
            self.read(Step::HoldPoll, &session).await;
        }
        let timeout = std::mem::replace(&mut self.timeout, time);
        self.read(Step::HoldPoll, &session).await;
        self.timeout = timeout;
        self.close(&session, Asker::Page).await;
    }

    /// A WebSocket that is kept open for `time`.
    pub(super) async fn hold_websocket(&mut self, time: Duration) {
        let protocol = self.examination.spoken();
        let turns = match protocol {
            Protocol::V4 => {
                vec![Turn::Expect("0{"), Turn::Send("40"), Turn::Hold(time)]
            }
            // There it is the client that pings.
            Protocol::V3 => {
                let mut turns = vec![Turn::Expect("0{")];
                let mut left = time;
                while !left.is_zero() {
                    let pause = left.min(Duration::from_secs(25));
                    turns.extend([Turn::Hold(pause), Turn::Send("2")]);
                    left = left.saturating_sub(pause);
                }
                turns
            }
        };
        self.open_websocket(Step::HoldWebsocket, Asker::Page, &turns).await;
    }

    async fn converse(
        &mut self,
        step: Step,
        mut url: Url,
        asker: Asker<'_>,
        jar: &Jar,
        turns: &[Turn],
    ) {
        let target = &self.examination.target;
        let headers = asker.headers(target, Means::WebSocket, jar);
        let origin = asker.origin(target, Means::WebSocket).map(str::to_owned);
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        // It can be set: all of these are special schemes.
        let _ = url.set_scheme(scheme);
        let start = self.network.now();
        let (answer, error) =
            network::converse(self.network, &url, headers, turns, self.timeout).await;
        let question = Question { step, method: "GET", url: url.into(), origin, start };
        self.note(question, answer, error);
    }

    async fn send(
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
        let start = self.network.now();
        let (timeout, max_body_len) = (self.timeout, network::MAX_BODY_LEN);
        let request = Request { method, url: &url, headers, body, timeout, max_body_len };
        let (answer, error) = network::send(self.network, &request).await;
        self.note(Question { step, method, url: url.into(), origin, start }, answer, error);
    }

    fn note(&mut self, question: Question, answer: Option<Answer>, mut error: Option<Failure>) {
        if let Some(failure) = error.as_mut().filter(|it| it.kind == FailureKind::Late) {
            let seconds = self.timeout.as_secs();
            failure.text = format!("no answer came in time ({seconds} s)");
        }
        let Question { step, method, url, origin, start } = question;
        let took = self.network.now().saturating_sub(start);
        let exchange = Exchange { step, method, url, origin, answer, error, took };
        let number = self.examination.all(step).count().saturating_add(1);
        (self.progress)(number, &exchange);
        self.examination.exchanges.push(exchange);
    }

    fn url_of(&mut self, session: &Session, asker: Asker<'_>, transport: &str) -> Url {
        self.url(asker, &session.path, session.protocol, transport, Some(&session.sid))
    }

    fn url(
        &mut self,
        asker: Asker<'_>,
        path: &str,
        protocol: Protocol,
        transport: &str,
        sid: Option<&str>,
    ) -> Url {
        self.made = self.made.saturating_add(1);
        let of_client = format!("EIO={}&transport={transport}", protocol.number());
        let query = asker.query(&self.examination.target, &of_client);
        let mut url = Target::url(&self.base, path, &query);
        if transport == "polling" {
            url.query_pairs_mut().append_pair("t", &format!("doctor{}", self.made));
        }
        if let Some(sid) = sid {
            url.query_pairs_mut().append_pair("sid", sid);
        }
        url
    }

    /// The cookies that the browser has before it asks anything.
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
}
