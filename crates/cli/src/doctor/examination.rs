//! Everything that was seen of a server.

use url::Url;

use super::{
    address_space::AddressSpace,
    cookies::{SetCookie, without_value},
    engineio::{self, Protocol},
    exchange::Exchange,
    step::Step,
    target::Target,
};
use crate::network::{Connected, PortProtocol};

/// The steps that were taken, for whom, and what came of them.
#[derive(Clone, Debug)]
pub(super) struct Examination {
    pub(super) target: Target,
    /// The foreign origin that was asked from.
    pub(super) foreign: &'static str,
    pub(super) connected: Option<Connected>,
    /// The protocol of the port, where it does not answer as the URL has it.
    pub(super) port_speaks: Option<PortProtocol>,
    /// The URL of the machine's other loopback address, where that one takes connections and the target's
    /// does not.
    pub(super) listens_at: Option<Url>,
    /// The kind of the page's address, where it was looked at.
    pub(super) page_at: Option<AddressSpace>,
    /// It is what Firefox recorded, which has words of its own.
    pub(super) is_of_firefox: bool,
    /// The number of requests in a browser's recording; `None` for a live examination.
    pub(super) recorded: Option<usize>,
    /// In the order in which they were made.
    pub(super) exchanges: Vec<Exchange>,
}

impl Examination {
    /// One in which nothing was asked yet.
    pub(super) fn new(target: Target, foreign: &'static str) -> Self {
        Self {
            target,
            foreign,
            connected: None,
            port_speaks: None,
            listens_at: None,
            page_at: None,
            is_of_firefox: false,
            recorded: None,
            exchanges: Vec::new(),
        }
    }

    /// The first exchange of a step.
    pub(super) fn get(&self, step: Step) -> Option<&Exchange> {
        self.all(step).next()
    }

    /// Every exchange of a step.
    pub(super) fn all(&self, step: Step) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(move |exchange| exchange.step == step)
    }

    /// The handshake of the page's own client.
    pub(super) fn page_poll(&self) -> Option<&Exchange> {
        self.get(poll(self.target.page.protocol()))
    }

    /// The page's poll; that of the other version where the server speaks only that.
    pub(super) fn spoken_poll(&self) -> Option<&Exchange> {
        self.get(poll(self.spoken()))
    }

    /// The version that the page's client and the server share, or that of the
    /// server where they share none.
    pub(super) fn spoken(&self) -> Protocol {
        let (page, other) = match self.target.page.protocol() {
            Protocol::V3 => (Protocol::V3, Protocol::V4),
            Protocol::V4 => (Protocol::V4, Protocol::V3),
        };
        if !self.speaks(page) && self.speaks(other) { other } else { page }
    }

    /// True if the server opens sessions of that version.
    pub(super) fn speaks(&self, protocol: Protocol) -> bool {
        let speaks = |poll: &Exchange| poll.opened().is_some_and(|open| open.protocol == protocol);
        let opens = |step| self.get(step).is_some_and(|poll| poll.opened().is_some());
        if opens(Step::Poll3) || opens(Step::Poll4) {
            return self.get(poll(protocol)).is_some_and(speaks);
        }
        // If the page is refused, the answers to other origins show the version.
        let others = [Step::NearMiss, Step::NoOriginPoll, Step::ForeignPoll].into_iter();
        others.flat_map(|step| self.all(step)).any(speaks)
    }

    /// The same server, as it answers at the other path at which Socket.IO was found.
    pub(super) fn at_other_path(&self) -> Option<Self> {
        let other = self.all(Step::OtherPath).find(|other| other.is_engine_io())?;
        let mut moved = Self::new(self.target.clone(), self.foreign);
        Url::parse(&other.url).ok()?.path().clone_into(&mut moved.target.path);
        let spoken = other.opened().map(|open| open.protocol);
        let mut steps = vec![poll(self.target.page.protocol())];
        steps.extend(spoken.map(poll).filter(|step| !steps.contains(step)));
        let polls = steps.into_iter().map(|step| Exchange { step, ..other.clone() });
        let websocket = self.get(Step::OtherPathWebsocket);
        let websocket = websocket.map(|it| Exchange { step: Step::Websocket, ..it.clone() });
        moved.exchanges = polls.chain(websocket).collect();
        Some(moved)
    }

    /// True if the server is one of Socket.IO 2, as far as it told.
    pub(super) fn is_server_2(&self) -> bool {
        self.spoken() == Protocol::V3 && !self.speaks(Protocol::V4)
    }

    /// True if Socket.IO is there at all.
    pub(super) fn is_socket_io(&self) -> bool {
        let polls = [Step::Poll4, Step::Poll3, Step::NoOriginPoll].into_iter();
        polls.flat_map(|step| self.all(step)).any(Exchange::is_engine_io)
    }

    /// True if the server offers WebSocket in a session that began by polling; `None`
    /// where no session began.
    pub(super) fn offers_upgrade(&self) -> Option<bool> {
        let open = self.spoken_poll()?.opened()?;
        Some(open.upgrades.iter().any(|transport| transport == "websocket"))
    }

    /// True if the page's poll is refused where one without `Origin` is not, or is refused by
    /// Engine.IO in its own words.
    pub(super) fn refuses_page(&self) -> bool {
        let opens_without =
            || self.get(Step::NoOriginPoll).is_some_and(|poll| poll.opened().is_some());
        self.spoken_poll().is_some_and(|poll| {
            let is_of_poll = poll.status().is_none_or(|status| (400..500).contains(&status));
            poll.is_refused() || (is_of_poll && !poll.is_engine_io() && opens_without())
        })
    }

    /// True if the server takes no polling.
    pub(super) fn refuses_polling(&self) -> bool {
        let poll = self.spoken_poll();
        poll.is_some_and(|poll| poll.has_engine_error(engineio::UNKNOWN_TRANSPORT))
    }

    /// True if Fetch's CORS check lets the page read its polls, credentials aside.
    pub(super) fn grants_page(&self) -> bool {
        self.target.is_same_origin() || self.spoken_poll().is_some_and(Exchange::grants_its_origin)
    }

    /// True if Fetch's CORS check lets the page read this answer.
    pub(super) fn page_may_read(&self, exchange: &Exchange) -> bool {
        let credentialed = self.target.page.credentialed;
        self.target.is_same_origin() || exchange.cors_check(credentialed).is_ok()
    }

    /// True if the page's origin is among the values of a poll's `Access-Control-Allow-Origin`,
    /// though it may be wrong otherwise.
    pub(super) fn names_page(&self) -> bool {
        let allowed = self.spoken_poll().and_then(Exchange::allowed_origin).unwrap_or_default();
        let mut values = allowed.split(',').map(str::trim);
        values.any(|value| value == "*" || value == self.target.page.origin)
    }

    /// True if a session began for the page, which may read that.
    pub(super) fn lets_page_in(&self) -> bool {
        if self.target.page.websocket {
            return self.get(Step::Websocket).is_some_and(Exchange::opened_websocket);
        }
        self.polls() && self.page_poll().is_some_and(|poll| self.page_may_read(poll))
    }

    /// True if CORS lets every origin read polls: a foreign one is granted.
    pub(super) fn grants_foreign(&self) -> bool {
        self.get(Step::ForeignPoll).is_some_and(Exchange::grants_its_origin)
    }

    /// True if a session began by polling.
    pub(super) fn polls(&self) -> bool {
        self.spoken_poll().is_some_and(|poll| poll.opened().is_some())
    }

    /// The WebSocket and the poll that were kept open, where something ended them while nothing was said.
    pub(super) fn cut_while_idle(&self) -> impl Iterator<Item = &Exchange> {
        let stays = self.get(Step::Websocket).is_none_or(|it| it.error.is_none());
        let websocket = self.get(Step::HoldWebsocket).filter(|it| stays && it.error.is_some());
        let is_cut = |exchange: &&Exchange| {
            exchange.method == "GET"
                && !exchange.is_late()
                && (exchange.error.is_some() || exchange.status().is_some_and(|it| it >= 500))
        };
        websocket.into_iter().chain(self.all(Step::HoldPoll).find(is_cut))
    }

    /// The exchanges of the page's session in which the server did not know it, and had not ended it
    /// itself.
    pub(super) fn lost(&self) -> impl Iterator<Item = &Exchange> {
        let steps = [Step::Post, Step::PollAgain, Step::Upgrade, Step::Close].into_iter();
        let ends = self.ends_sessions() || self.throws_out();
        let exchanges = steps.flat_map(|step| self.all(step));
        // The page's own sessions may have ended by then, as where --hold finds a time limit.
        let is_ended = |exchange: &Exchange| {
            exchange.step == Step::Close
                && exchange.origin.as_deref() == Some(&self.target.page.origin)
        };
        exchanges.filter(move |exchange| {
            exchange.is_of_unknown_session() && !ends && !is_ended(exchange)
        })
    }

    /// True if the server disconnects the client from the namespace, or ends the session, at once.
    pub(super) fn throws_out(&self) -> bool {
        let read = self.all(Step::PollAgain).find(|exchange| exchange.method == "GET");
        // Socket.IO's DISCONNECT within a message, and Engine.IO's close.
        let is_farewell = |packet: &str| matches!(packet, "41" | "1") || packet.starts_with("41/");
        read.is_some_and(|read| {
            read.is_ok() && read.body().split(engineio::SEPARATOR).any(is_farewell)
        })
    }

    /// True if the server ends a session once a client connects to a namespace in it, and keeps one in
    /// which nobody does.
    pub(super) fn ends_sessions(&self) -> bool {
        let is_ended = self.get(Step::PollAgain).is_some_and(Exchange::is_of_unknown_session);
        let mut quiet = self.all(Step::QuietSession);
        is_ended && quiet.next().is_some() && self.all(Step::QuietSession).all(Exchange::is_ok)
    }

    /// The cookies that the page's browser has for the server and that may log somebody in, as far as is
    /// known: it was said to hold some, or the server set some.
    pub(super) fn logins(&self) -> Logins {
        let cookies = self.cookies().into_iter().map(|(cookie, ..)| cookie);
        let (foreign, own): (Vec<_>, Vec<_>) = cookies
            .filter(|cookie| !cookie.is_of_a_balancer() && !self.is_of_a_session(cookie))
            .partition(SetCookie::is_cross_site);
        let held = self.target.page.cookie.iter().flat_map(|cookie| cookie.split(';'));
        let held = held.filter_map(|pair| pair.trim().split_once('='));
        let held = held.map(|(name, _)| name.trim().to_owned());
        let is_own = |name: &String| own.iter().any(|cookie| cookie.name == *name);
        let mut sent: Vec<_> = held.filter(|name| !is_own(name)).collect();
        sent.extend(foreign.into_iter().map(|cookie| cookie.name));
        sent.sort_unstable();
        sent.dedup();
        Logins { sent, kept: own.into_iter().map(|cookie| cookie.name).collect() }
    }

    /// The cookies that Socket.IO's answers to the page set, with their headers as they may be
    /// shown and their exchanges; the last of each name.
    pub(super) fn cookies(&self) -> Vec<(SetCookie, String, &Exchange)> {
        let steps =
            [Step::Poll4, Step::Poll3, Step::Post, Step::PollAgain, Step::Websocket, Step::Upgrade];
        let mut cookies: Vec<(SetCookie, String, &Exchange)> = Vec::new();
        for exchange in &self.exchanges {
            if !steps.contains(&exchange.step) {
                continue;
            }
            for header in exchange.headers().all("Set-Cookie") {
                let Some(cookie) = SetCookie::read(header) else { continue };
                if self.is_of_no_use(&cookie) {
                    continue;
                }
                cookies.retain(|(other, ..)| other.name != cookie.name);
                cookies.push((cookie, without_value(header), exchange));
            }
        }
        cookies
    }
}

/// The names of cookies that may log somebody in.
#[derive(Debug)]
pub(super) struct Logins {
    /// Those that a browser sends with another site's WebSocket, or may send: of one that a person gave,
    /// nothing but its name is known.
    pub(super) sent: Vec<String>,
    /// Those that Chromium sends with no request of another site: only `SameSite=None; Secure` lets it.
    pub(super) kept: Vec<String>,
}

impl Examination {
    /// Socket.IO 2 puts the session's id into a cookie, and never reads it. Whoever is
    /// sticky by it changes its value.
    fn is_of_no_use(&self, cookie: &SetCookie) -> bool {
        self.is_server_2() && self.is_of_a_session(cookie)
    }

    /// True if it holds the id of an Engine.IO session, and nothing else.
    fn is_of_a_session(&self, cookie: &SetCookie) -> bool {
        let mut opened = self.exchanges.iter().filter_map(Exchange::opened);
        opened.any(|open| open.sid == cookie.value)
    }
}

/// The step that is the handshake of that version.
pub(super) fn poll(protocol: Protocol) -> Step {
    match protocol {
        Protocol::V3 => Step::Poll3,
        Protocol::V4 => Step::Poll4,
    }
}
