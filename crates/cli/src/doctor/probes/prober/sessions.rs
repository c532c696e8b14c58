//! Sessions of Engine.IO by polling.

use std::time::Duration;

use url::Url;

use super::{Asker, Prober};
use crate::{
    doctor::{
        cookies::{Jar, SetCookie},
        engineio::{Open, Protocol},
        step::Step,
    },
    network::Network,
};

/// An Engine.IO session that is open.
#[derive(Debug)]
pub(in crate::doctor::probes) struct Session {
    pub(in crate::doctor::probes) protocol: Protocol,
    pub(in crate::doctor::probes) sid: String,
    pub(in crate::doctor::probes) path: String,
    /// The cookies that the page's browser holds.
    pub(in crate::doctor::probes) jar: Jar,
    /// Those and every one that was set.
    pub(in crate::doctor::probes) all: Jar,
}

impl Session {
    fn of(open: Open, path: &str, jar: Jar) -> Self {
        let Open { protocol, sid, .. } = open;
        Self { protocol, sid, path: path.to_owned(), all: jar.clone(), jar }
    }
}

impl<N: Network> Prober<'_, N> {
    /// Asks for a session by polling. Returns it if it is given.
    pub(in crate::doctor::probes) async fn handshake(
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
    pub(in crate::doctor::probes) async fn handshake_again(
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
    pub(in crate::doctor::probes) fn forget_late(&mut self, step: Step) {
        for exchange in &mut self.examination.exchanges {
            if exchange.step == step && exchange.is_late() {
                exchange.step = Step::SlowPoll;
            }
        }
    }

    /// Asks for a session at another path.
    pub(in crate::doctor::probes) async fn other_path(&mut self, path: &str) -> Option<Session> {
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
    pub(in crate::doctor::probes) async fn poll(
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
    pub(in crate::doctor::probes) async fn read(&mut self, step: Step, session: &Session) {
        let url = self.url_of(session, Asker::Page, "polling");
        self.send(step, "GET", url, Asker::Page, &session.jar, None).await;
    }
    /// Sends a packet into a session.
    pub(in crate::doctor::probes) async fn post(
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
    pub(in crate::doctor::probes) async fn close(&mut self, session: &Session, asker: Asker<'_>) {
        self.send_packet(Step::Close, asker, session, "1").await;
    }

    async fn send_packet(&mut self, step: Step, asker: Asker<'_>, session: &Session, packet: &str) {
        let url = self.url_of(session, asker, "polling");
        let body = session.protocol.payload(packet);
        let jar = if step == Step::Close { &session.all } else { &session.jar };
        self.send(step, "POST", url, asker, jar, Some(body)).await;
    }

    /// The preflight of a poll with headers of the page's own.
    pub(in crate::doctor::probes) async fn preflight(&mut self, step: Step) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(Asker::Page, &path, protocol, "polling", None);
        self.send(step, "OPTIONS", url, Asker::Page, &Jar::default(), None).await;
    }
    /// A poll that is left open for `time`, or until the server has something to say.
    pub(in crate::doctor::probes) async fn hold_poll(&mut self, time: Duration) {
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
    pub(super) fn url_of(&mut self, session: &Session, asker: Asker<'_>, transport: &str) -> Url {
        self.url(asker, &session.path, session.protocol, transport, Some(&session.sid))
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
