//! Takes every step of an examination.
//!
//! Nothing is sent but Engine.IO's handshakes and heartbeats, the packet that connects
//! to the page's namespace, and those that close what was opened.

mod beside;
mod elsewhere;
mod further;
mod prober;

use super::{
    engineio::Protocol,
    examination::{Examination, poll},
    exchange::Exchange,
    look_alikes, near_misses,
    step::Step,
    target::Target,
};
use crate::network::{FailureKind, Network};
use prober::{Asker, Prober, Session};
use socketio_cors_core::origin::Origin;

/// The origin of a page that nobody allows by name.
const FOREIGN: &str = "https://foreign.example";
const OTHER_FOREIGN: &str = "https://foreign.test";

/// How often a heartbeat is sent into a session. With the packet before them and the
/// poll, two instances that are chosen by chance are missed once in 32 times.
const USES: usize = 3;

/// A session that nobody has, of the length of a real one.
const NO_SESSION: &str = "nobody-has-this-id00";

/// Examines `target`. `progress` hears of each step that is done, and how often it was.
pub(super) async fn examine(
    target: Target,
    network: &impl Network,
    progress: &mut dyn FnMut(usize, &Exchange),
) -> Examination {
    let foreign = if target.page.origin == FOREIGN { OTHER_FOREIGN } else { FOREIGN };
    let mut prober = Prober::new(target, foreign, network, progress);
    let is_encrypted = prober.base.scheme() == "https";
    if prober.connect().await {
        prober.look_at_page().await;
        steps(&mut prober, foreign).await;
    } else if is_encrypted && prober.last().and_then(Exchange::failure).is_some_and(may_be_plain) {
        prober.look().await;
    } else if prober.last().and_then(Exchange::failure) == Some(FailureKind::Refused) {
        prober.look_at_other_loopback().await;
    }
    prober.examination
}

async fn steps(prober: &mut Prober<'_, impl Network>, foreign: &'static str) {
    let mut session = polls(prober).await;
    if !prober.examination.is_socket_io() && prober.examination.may_depend_on_origin() {
        if prober.examination.page_poll().is_some_and(Exchange::is_late) {
            prober.hurry();
        }
        passing_handshake(prober, Step::NoOriginPoll, Asker::Nobody).await;
        if prober.examination.is_socket_io() && is_page_late(prober) {
            session = late_handshake(prober).await;
        }
        if prober.examination.may_depend_on_metadata() {
            passing_handshake(prober, Step::UnmarkedPoll, Asker::Unmarked).await;
        }
    }
    let leaves_page_waiting = is_page_late(prober) && !prober.examination.polls();
    if prober.examination.is_socket_io() && leaves_page_waiting {
        // Whatever else the page asks, it waits as well.
    } else if prober.examination.is_socket_io() {
        as_page(prober, session, foreign).await;
    } else {
        without_polls(prober, foreign).await;
        // Engine.IO takes every path that begins with its own.
        if prober.examination.at_other_path().is_some() && is_page_late(prober) {
            let session = late_handshake(prober).await;
            if prober.examination.is_socket_io() {
                as_page(prober, session, foreign).await;
            }
        }
    }
    direct(prober).await;
    if prober.examination.lets_page_in() {
        prober.page().await;
    }
}

/// Does what a page does, and then what others may do.
async fn as_page(
    prober: &mut Prober<'_, impl Network>,
    session: Option<Session>,
    foreign: &'static str,
) {
    prober.preflight(Step::Preflight).await;
    if let Some(mut session) = session {
        use_session(prober, &mut session, foreign).await;
    }
    prober.poll(Step::BadSession, Asker::Page, prober.examination.spoken(), Some(NO_SESSION)).await;
    prober.websocket(Step::Websocket, Asker::Page).await;
    if prober.last().is_some_and(is_silent) {
        prober.hurry();
    }
    upgrade(prober).await;
    strangers(prober, foreign).await;
    near_misses(prober).await;
    look_alikes(prober).await;
    hold(prober).await;
}

fn is_page_late(prober: &Prober<'_, impl Network>) -> bool {
    prober.examination.page_poll().is_some_and(Exchange::is_late)
}

/// Asks for the page's session once more where another request was answered meanwhile: the server may have
/// been starting. If that gets an answer, it takes the place of the late one.
async fn late_handshake(prober: &mut Prober<'_, impl Network>) -> Option<Session> {
    let page = prober.examination.target.page.protocol();
    let session = prober.handshake(poll(page), Asker::Page, page).await;
    if prober.last().is_some_and(|exchange| exchange.answer.is_some()) {
        prober.forget_late(poll(page));
    }
    session
}

/// Looks for what there is where no poll is answered by Socket.IO.
async fn without_polls(prober: &mut Prober<'_, impl Network>, foreign: &'static str) {
    let poll = prober.examination.page_poll();
    if poll.is_some_and(|poll| poll.failure().is_some()) {
        prober.look().await;
        prober.hurry();
    } else {
        if !prober.examination.target.page.websocket {
            prober.hurry();
        }
        prober.websocket(Step::Websocket, Asker::Page).await;
        if prober.last().is_some_and(Exchange::opened_websocket) {
            prober.websocket(Step::ForeignWebsocket, Asker::Elsewhere(foreign)).await;
            elsewhere::doubled_path(prober).await;
            return;
        }
    }
    if prober.examination.may_be_elsewhere() {
        elsewhere::other_paths(prober).await;
    } else if let Some(path) = prober.examination.redirects_without_slash() {
        elsewhere::without_slash(prober, &path).await;
    }
}

/// True if the server, or one of several, may be about to start: the next answer may be another.
fn may_be_starting(exchange: &Exchange) -> bool {
    exchange.is_late() || matches!(exchange.status(), Some(502..=504)) || exchange.is_empty()
}

/// True if nothing came, or nothing over a WebSocket that opened.
fn is_silent(exchange: &Exchange) -> bool {
    exchange.error.as_ref().is_some_and(|error| error.kind == FailureKind::Late)
}

/// True if a TLS handshake failed as it does with a port that is not encrypted. A server may wait there for
/// the rest of what it takes for a request.
fn may_be_plain(failure: FailureKind) -> bool {
    matches!(failure, FailureKind::Tls(name) if !name.starts_with("ERR_CERT"))
        || matches!(failure, FailureKind::Closed | FailureKind::Reset | FailureKind::Late)
}

/// Both versions' handshakes. The session of the version that is spoken is kept.
async fn polls(prober: &mut Prober<'_, impl Network>) -> Option<Session> {
    let page = prober.examination.target.page.protocol();
    let other = if page == Protocol::V3 { Protocol::V4 } else { Protocol::V3 };
    let mut first = prober.handshake(poll(page), Asker::Page, page).await;
    if prober.last().is_some_and(may_be_starting) {
        first = prober.handshake_again(poll(page), page).await;
    }
    let answered = prober.last().is_some_and(|exchange| exchange.answer.is_some());
    let second =
        if answered { prober.handshake(poll(other), Asker::Page, other).await } else { None };
    let spoken = prober.examination.spoken();
    let (kept, ended) = if spoken == page { (first, second) } else { (second, first) };
    if let Some(session) = ended {
        prober.close(&session, Asker::Page).await;
    }
    kept
}

/// Does with a session what a client does, each time on a connection of its own.
async fn use_session(
    prober: &mut Prober<'_, impl Network>,
    session: &mut Session,
    foreign: &'static str,
) {
    let heartbeat = session.protocol.heartbeat();
    // Socket.IO 2 connects to `/` by itself; its clients send a ping.
    let connect = prober.examination.target.page.connect_packet();
    let first = if session.protocol == Protocol::V4 { &connect } else { heartbeat };
    let is_known = |last: Option<&Exchange>| !last.is_some_and(Exchange::is_of_unknown_session);
    prober.post(Step::Post, Asker::Page, session, first).await;
    // It is answered once the session is closed: one that breaks off would end the session.
    let mut waiting = None;
    if prober.last().is_some_and(Exchange::is_ok) {
        prober.read(Step::PollAgain, session).await;
        // Engine.IO ends a session whose poll breaks off.
        if prober.last().is_some_and(Exchange::is_late) {
            return;
        }
        if !is_known(prober.last()) {
            quiet_session(prober, session.protocol).await;
        }
        waiting = beside::begin(prober, session).await;
        for _ in 0..USES {
            if is_known(prober.last()) && !prober.examination.ends_sessions() {
                prober.post(Step::PollAgain, Asker::Page, session, heartbeat).await;
                if let Some(poll) = &mut waiting {
                    beside::look(prober, session, poll).await;
                }
            }
        }
    }
    // Into a session that comes and goes, it would be taken by chance.
    if is_known(prober.last()) && !prober.examination.ends_sessions() {
        prober.post(Step::ForeignPost, Asker::Elsewhere(foreign), session, heartbeat).await;
    }
    prober.close(session, Asker::Page).await;
    drop(waiting);
}

/// Opens a session and connects to no namespace in it: a server may end those that do.
async fn quiet_session(prober: &mut Prober<'_, impl Network>, protocol: Protocol) {
    let Some(mut session) = prober.handshake(Step::QuietSession, Asker::Page, protocol).await
    else {
        return;
    };
    for _ in 0..USES {
        prober.post(Step::QuietSession, Asker::Page, &mut session, protocol.heartbeat()).await;
        if !prober.last().is_some_and(Exchange::is_ok) {
            return;
        }
    }
    prober.close(&session, Asker::Page).await;
}

/// Opens a session and goes on with it as a WebSocket.
async fn upgrade(prober: &mut Prober<'_, impl Network>) {
    if prober.examination.offers_upgrade() != Some(true) {
        return;
    }
    let protocol = prober.examination.spoken();
    if let Some(session) = prober.handshake(Step::Upgrade, Asker::Page, protocol).await {
        prober.upgrade(&session).await;
        if prober.last().is_some_and(|exchange| exchange.error.is_some() || !exchange.is_upgraded())
        {
            prober.close(&session, Asker::Page).await;
        }
    }
}

/// Asks as those do that the server may not expect.
async fn strangers(prober: &mut Prober<'_, impl Network>, foreign: &'static str) {
    for (step, asker) in [
        (Step::ForeignPoll, Asker::Elsewhere(foreign)),
        (Step::NullPoll, Asker::Null),
        (Step::NoOriginPoll, Asker::Nobody),
    ] {
        if prober.examination.get(step).is_none() {
            passing_handshake(prober, step, asker).await;
        }
    }
    // If nothing comes over the page's WebSocket, nothing would come over a foreign one.
    if !prober.examination.get(Step::Websocket).is_some_and(is_silent) {
        prober.websocket(Step::ForeignWebsocket, Asker::Elsewhere(foreign)).await;
    }
    if prober.examination.may_depend_on_origin_of_websocket() {
        prober.websocket(Step::NoOriginWebsocket, Asker::Nobody).await;
    }
}

/// Asks from the origins that may have been written for the page's, where that one
/// is not granted.
async fn near_misses(prober: &mut Prober<'_, impl Network>) {
    let examination = &prober.examination;
    let is_named = examination.grants_page() || examination.names_page();
    if is_named && !examination.refuses_page() {
        return;
    }
    let origin = prober.examination.target.page.origin.clone();
    let Ok(origin) = Origin::try_from(origin.as_str()) else { return };
    for (origin, _) in near_misses::of(&origin) {
        passing_handshake(prober, Step::NearMiss, Asker::Elsewhere(&origin)).await;
        // One is enough: it is the one that was written.
        if prober.examination.all(Step::NearMiss).any(Exchange::grants_its_origin) {
            return;
        }
    }
}

async fn passing_handshake(prober: &mut Prober<'_, impl Network>, step: Step, asker: Asker<'_>) {
    let protocol = prober.examination.spoken();
    if let Some(session) = prober.handshake(step, asker, protocol).await {
        prober.close(&session, asker).await;
    }
}

/// Asks from origins that a careless comparison takes for the page's, where that one is let in and
/// a foreign one is not.
async fn look_alikes(prober: &mut Prober<'_, impl Network>) {
    let examination = &prober.examination;
    let polls = examination.grants_page() && !examination.grants_foreign();
    let page_may = examination.get(Step::Websocket).is_some_and(Exchange::opened_websocket);
    let foreign_may =
        examination.get(Step::ForeignWebsocket).is_some_and(Exchange::opened_websocket);
    let websockets = page_may && !foreign_may;
    for (origin, _) in look_alikes::of(&examination.target.page.origin) {
        if polls {
            passing_handshake(prober, Step::LookAlikePoll, Asker::Elsewhere(&origin)).await;
        }
        if websockets {
            prober.websocket(Step::LookAlikeWebsocket, Asker::Elsewhere(&origin)).await;
        }
    }
}

/// Keeps a poll and a WebSocket open, where that was asked for.
async fn hold(prober: &mut Prober<'_, impl Network>) {
    let Some(time) = prober.examination.target.hold else { return };
    if prober.examination.polls() && !prober.examination.target.page.websocket {
        prober.hold_poll(time).await;
    }
    if prober.examination.get(Step::Websocket).is_some_and(Exchange::opened_websocket) {
        prober.hold_websocket(time).await;
    }
}

/// Asks the server past its proxy.
async fn direct(prober: &mut Prober<'_, impl Network>) {
    let Some(base) = prober.examination.target.direct.clone() else { return };
    let protocol = prober.examination.spoken();
    prober.base = base;
    if let Some(session) = prober.handshake(Step::DirectPoll, Asker::Page, protocol).await {
        prober.close(&session, Asker::Page).await;
    }
    let poll = prober.examination.get(Step::DirectPoll);
    if poll.is_some_and(|poll| poll.answer.is_some()) {
        prober.preflight(Step::DirectPreflight).await;
        prober.poll(Step::DirectBadSession, Asker::Page, protocol, Some(NO_SESSION)).await;
    }
}
