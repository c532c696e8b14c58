//! Packets that a page sends while a poll of it waits, which it has always done once it is connected.
//!
//! A server that handles one request at a time answers them when that poll has ended. A slow one is not
//! taken for it: each conclusion needs the end of the poll between two answers.

use std::time::Duration;

use super::{Asker, Prober, Session, prober::Waiting};
use crate::{
    doctor::{engineio::Protocol, exchange::Exchange, step::Step},
    network::Network,
};

/// The shortest time for which a packet is held up, where it is answered.
const HELD_UP: Duration = Duration::from_secs(1);
/// The time in which an answer that has come is seen.
const GLANCE: Duration = Duration::from_millis(50);

/// Begins the poll, where the session is one that works. In version 3 a packet of the client ends it.
pub(super) async fn begin<N: Network>(
    prober: &mut Prober<'_, N>,
    session: &Session,
) -> Option<Waiting<N::Stream>> {
    let works = prober.last().is_some_and(Exchange::is_ok) && !prober.examination.throws_out();
    if !works || session.protocol == Protocol::V3 {
        return None;
    }
    prober.begin_poll(session).await
}

/// Looks whether the packet before had to wait for the poll, once.
pub(super) async fn look<N: Network>(
    prober: &mut Prober<'_, N>,
    session: &mut Session,
    poll: &mut Waiting<N::Stream>,
) {
    let number = prober.examination.exchanges.len().saturating_sub(1);
    let is_late = prober.last().is_some_and(Exchange::is_late);
    if poll.is_looked_at || !is_late && !is_held_up(prober) {
        return;
    }
    poll.is_looked_at = true;
    // A late one was not held up by a poll that had ended before.
    if poll.ends_within(GLANCE).await == is_late {
        return;
    }
    if is_late && !poll.ends_within(prober.timeout().saturating_mul(2)).await {
        return;
    }
    // With no poll beside it, it is answered; with another one, it waits again.
    let next = if is_late { None } else { prober.begin_poll(session).await };
    let heartbeat = session.protocol.heartbeat();
    prober.post(Step::PollAgain, Asker::Page, session, heartbeat).await;
    let proves = match next {
        None => is_late && prober.last().is_some_and(Exchange::is_ok),
        Some(next) => {
            *poll = next;
            poll.is_looked_at = true;
            is_held_up(prober) && poll.ends_within(GLANCE).await
        }
    };
    if proves {
        prober.is_of(number, Step::BesidePoll);
    }
}

/// True if the last packet was answered so late as if it had waited for the server's ping, and the first
/// one was not.
fn is_held_up(prober: &Prober<'_, impl Network>) -> bool {
    let examination = &prober.examination;
    let open = examination.spoken_poll().and_then(Exchange::opened);
    let ping = open.and_then(|open| open.ping_interval).map(Duration::from_millis);
    let half = ping.and_then(|ping| ping.checked_div(2));
    let (Some(last), Some(first), Some(half)) = (prober.last(), examination.get(Step::Post), half)
    else {
        return false;
    };
    let shortest = first.took.saturating_mul(4).max(half).max(HELD_UP);
    last.is_ok() && last.took >= shortest
}
