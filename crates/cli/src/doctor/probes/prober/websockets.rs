//! `WebSocket`s: those that begin a session, and upgrades.

use std::time::Duration;

use url::Url;

use super::{Asker, Prober, Question, Session};
use crate::{
    doctor::{asker::Means, cookies::Jar, engineio::Protocol, step::Step},
    network::{self, Network, Turn},
};

/// The time in which something else ends a WebSocket that it takes for none of its own.
const AT_ONCE: Duration = Duration::from_millis(300);

impl<N: Network> Prober<'_, N> {
    /// A WebSocket that opens a session of its own.
    pub(in crate::doctor::probes) async fn websocket(&mut self, step: Step, asker: Asker<'_>) {
        // A Socket.IO 2 server may have a reason of its own to end it: its namespace is entered by then.
        let stays = step == Step::Websocket && self.examination.spoken() == Protocol::V4;
        let opens = Turn::Expect("0{");
        let turns: &[Turn] = if stays { &[opens, Turn::Hold(AT_ONCE)] } else { &[opens] };
        self.open_websocket(step, asker, turns).await;
    }

    /// The page's, at the path at which a session was opened.
    pub(in crate::doctor::probes) async fn websocket_at_path_of(&mut self, session: &Session) {
        let url = self.url(Asker::Page, &session.path, session.protocol, "websocket", None);
        let turns = [Turn::Expect("0{")];
        self.converse(Step::OtherPathWebsocket, url, Asker::Page, &self.first_jar(), &turns).await;
    }

    async fn open_websocket(&mut self, step: Step, asker: Asker<'_>, turns: &[Turn]) {
        let protocol = self.examination.spoken();
        let path = self.examination.target.path.clone();
        let url = self.url(asker, &path, protocol, "websocket", None);
        self.converse(step, url, asker, &self.first_jar(), turns).await;
    }

    /// A WebSocket with which a session goes on.
    pub(in crate::doctor::probes) async fn upgrade(&mut self, session: &Session) {
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

    /// A WebSocket that is kept open for `time`.
    pub(in crate::doctor::probes) async fn hold_websocket(&mut self, time: Duration) {
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
}
