//! Polls that the server has, and has not answered yet.

use std::time::Duration;

use super::{Asker, Prober, Session};
use crate::{
    doctor::asker::Means,
    network::{self, FailureKind, Network, Request, Stream},
};

/// The time after which a poll has reached the server: that of an exchange before it, within these.
const SHORTEST_ARRIVAL: Duration = Duration::from_millis(50);
const LONGEST_ARRIVAL: Duration = Duration::from_millis(500);

/// How often a poll is begun that is answered at once.
const ATTEMPTS: usize = 3;

/// A poll that the server has, and has not answered yet. It is given up with this.
pub(in crate::doctor::probes) struct Waiting<S> {
    stream: S,
    /// Something beside it had to wait, and was looked at.
    pub(in crate::doctor::probes) is_looked_at: bool,
}

impl<S: Stream> Waiting<S> {
    /// Waits for its answer, or its end, for so long.
    pub(in crate::doctor::probes) async fn ends_within(&mut self, time: Duration) -> bool {
        self.stream.be_done_in(time);
        !matches!(self.stream.read().await, Err(failure) if failure.kind == FailureKind::Late)
    }
}

impl<N: Network> Prober<'_, N> {
    /// Begins to wait for what the server has to say in a session, as a page does while it sends packets.
    /// `None` where the server has something to say at once, each time.
    pub(in crate::doctor::probes) async fn begin_poll(
        &mut self,
        session: &Session,
    ) -> Option<Waiting<N::Stream>> {
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
}
