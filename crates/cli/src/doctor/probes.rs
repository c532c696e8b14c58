//! Takes every step of an examination.
//!
//! Nothing is sent but Engine.IO's handshakes and heartbeats, the packet that connects
//! to Socket.IO's namespace `/`, and those that close what was opened.

mod prober;

use super::{
    cookies::Jar,
    engineio::{Open, Protocol},
    examination::{Examination, poll},
    exchange::Exchange,
    failure::FailureKind,
    look_alikes, near_misses,
    network::Network,
    step::Step,
    target::Target,
};
use prober::{Asker, Prober, Session};
use socketio_cors_core::origin::Origin;

/// The origin of a page that nobody allows by name.
const FOREIGN: &str = "https://foreign.example";
const OTHER_FOREIGN: &str = "https://foreign.test";

/// Where Socket.IO usually is.
const USUAL_PATHS: &[&str] =
    &["/socket.io/", "/socket.io", "/ws/socket.io/", "/api/socket.io/", "/ws/"];

/// How often a heartbeat is sent into a session. With the packet before them and the
/// poll, two instances that are chosen by chance are missed once in 32 times.
const USES: usize = 3;

/// A session that nobody has, of the length of a real one.
const NO_SESSION: &str = "nobody-has-this-id00";

/// Examines `target`. `progress` hears of each step that is done, and how often it was.
pub(super) fn examine(
    target: Target,
    network: &dyn Network,
    progress: &mut dyn FnMut(usize, &Exchange),
) -> Examination {
    let foreign = if target.page.origin == FOREIGN { OTHER_FOREIGN } else { FOREIGN };
    let mut prober = Prober::new(target, foreign, network, progress);
    if prober.connect() {
        steps(&mut prober, foreign);
    } else if prober.last().and_then(Exchange::failure).is_some_and(may_be_plain) {
        prober.look();
    }
    prober.examination
}

fn steps(prober: &mut Prober<'_>, foreign: &'static str) {
    let session = polls(prober);
    if !prober.examination.is_socket_io() && prober.may_depend_on_origin() {
        passing_handshake(prober, Step::NoOriginPoll, Asker::Nobody);
    }
    if prober.examination.is_socket_io() {
        prober.preflight(Step::Preflight);
        if let Some(mut session) = session {
            use_session(prober, &mut session, foreign);
        }
        prober.poll(Step::BadSession, Asker::Page, prober.examination.spoken(), Some(NO_SESSION));
        prober.websocket(Step::Websocket, Asker::Page);
        upgrade(prober);
        strangers(prober, foreign);
        near_misses(prober);
        look_alikes(prober);
        hold(prober);
    } else {
        without_polls(prober, foreign);
    }
    direct(prober);
}

/// Looks for what there is where no poll is answered by Socket.IO.
fn without_polls(prober: &mut Prober<'_>, foreign: &'static str) {
    let poll = prober.examination.page_poll();
    if poll.is_some_and(|poll| poll.failure().is_some()) {
        prober.look();
        prober.hurry();
    } else {
        if !prober.examination.target.page.websocket {
            prober.hurry();
        }
        prober.websocket(Step::Websocket, Asker::Page);
        if prober.last().is_some_and(Exchange::opened_websocket) {
            prober.websocket(Step::ForeignWebsocket, Asker::Elsewhere(foreign));
            return;
        }
    }
    if prober.may_be_elsewhere() {
        other_paths(prober);
    }
}

/// True if the server, or one of several, may be about to start: the next answer may be another.
fn may_be_starting(exchange: &Exchange) -> bool {
    exchange.is_late() || matches!(exchange.status(), Some(502..=504))
}

/// True if a TLS handshake failed as it does with a port that is not encrypted.
fn may_be_plain(failure: FailureKind) -> bool {
    matches!(failure, FailureKind::Tls(name) if !name.starts_with("ERR_CERT"))
        || matches!(failure, FailureKind::Closed | FailureKind::Reset)
}

/// Both versions' handshakes. The session of the version that is spoken is kept.
fn polls(prober: &mut Prober<'_>) -> Option<Session> {
    let page = prober.examination.target.page.protocol();
    let other = if page == Protocol::V3 { Protocol::V4 } else { Protocol::V3 };
    let mut first = prober.handshake(poll(page), Asker::Page, page);
    if prober.last().is_some_and(may_be_starting) {
        first = prober.handshake_again(poll(page), page);
    }
    let answered = prober.last().is_some_and(|exchange| exchange.answer.is_some());
    let second = answered.then(|| prober.handshake(poll(other), Asker::Page, other)).flatten();
    let spoken = prober.examination.spoken();
    let (kept, ended) = if spoken == page { (first, second) } else { (second, first) };
    if let Some(session) = ended {
        prober.close(&session, Asker::Page);
    }
    kept
}

/// Does with a session what a client does, each time on a connection of its own.
fn use_session(prober: &mut Prober<'_>, session: &mut Session, foreign: &'static str) {
    let heartbeat = session.protocol.heartbeat();
    // Socket.IO 2 connects to `/` by itself; its clients send a ping.
    let first = if session.protocol == Protocol::V4 { "40" } else { heartbeat };
    let is_known =
        |prober: &Prober<'_>| !prober.last().is_some_and(Exchange::is_of_unknown_session);
    prober.post(Step::Post, Asker::Page, session, first);
    if prober.last().is_some_and(Exchange::is_ok) {
        prober.read(Step::PollAgain, session);
        if !is_known(prober) {
            quiet_session(prober, session.protocol);
        }
        for _ in 0..USES {
            if is_known(prober) && !prober.examination.ends_sessions() {
                prober.post(Step::PollAgain, Asker::Page, session, heartbeat);
            }
        }
    }
    // Into a session that comes and goes, it would be taken by chance.
    if is_known(prober) && !prober.examination.ends_sessions() {
        prober.post(Step::ForeignPost, Asker::Elsewhere(foreign), session, heartbeat);
    }
    prober.close(session, Asker::Page);
}

/// Opens a session and connects to no namespace in it: a server may end those that do.
fn quiet_session(prober: &mut Prober<'_>, protocol: Protocol) {
    let Some(mut session) = prober.handshake(Step::QuietSession, Asker::Page, protocol) else {
        return;
    };
    for _ in 0..USES {
        prober.post(Step::QuietSession, Asker::Page, &mut session, protocol.heartbeat());
        if !prober.last().is_some_and(Exchange::is_ok) {
            return;
        }
    }
    prober.close(&session, Asker::Page);
}

/// Opens a session and goes on with it as a WebSocket.
fn upgrade(prober: &mut Prober<'_>) {
    if prober.examination.offers_upgrade() != Some(true) {
        return;
    }
    let protocol = prober.examination.spoken();
    if let Some(session) = prober.handshake(Step::Upgrade, Asker::Page, protocol) {
        prober.upgrade(&session);
        if prober.last().is_some_and(|exchange| exchange.error.is_some() || !exchange.is_upgraded())
        {
            prober.close(&session, Asker::Page);
        }
    }
}

/// Asks as those do that the server may not expect.
fn strangers(prober: &mut Prober<'_>, foreign: &'static str) {
    for (step, asker) in [
        (Step::ForeignPoll, Asker::Elsewhere(foreign)),
        (Step::NullPoll, Asker::Null),
        (Step::NoOriginPoll, Asker::Nobody),
    ] {
        if prober.examination.get(step).is_none() {
            passing_handshake(prober, step, asker);
        }
    }
    prober.websocket(Step::ForeignWebsocket, Asker::Elsewhere(foreign));
}

/// Asks from the origins that may have been written for the page's, where that one
/// is not granted.
fn near_misses(prober: &mut Prober<'_>) {
    if prober.examination.grants_page() || prober.examination.names_page() {
        return;
    }
    let origin = prober.examination.target.page.origin.clone();
    let Ok(origin) = Origin::try_from(origin.as_str()) else { return };
    for (origin, _) in near_misses::of(&origin) {
        passing_handshake(prober, Step::NearMiss, Asker::Elsewhere(&origin));
        // One is enough: it is the one that was written.
        if prober.examination.all(Step::NearMiss).any(Exchange::grants_its_origin) {
            return;
        }
    }
}

fn passing_handshake(prober: &mut Prober<'_>, step: Step, asker: Asker<'_>) {
    let protocol = prober.examination.spoken();
    if let Some(session) = prober.handshake(step, asker, protocol) {
        prober.close(&session, asker);
    }
}

/// Asks from origins that a careless comparison takes for the page's, where that one is let in and
/// a foreign one is not.
fn look_alikes(prober: &mut Prober<'_>) {
    let examination = &prober.examination;
    let polls = examination.grants_page() && !examination.grants_foreign();
    let page_may = examination.get(Step::Websocket).is_some_and(Exchange::opened_websocket);
    let foreign_may =
        examination.get(Step::ForeignWebsocket).is_some_and(Exchange::opened_websocket);
    let websockets = page_may && !foreign_may;
    for (origin, _) in look_alikes::of(&examination.target.page.origin) {
        if polls {
            passing_handshake(prober, Step::LookAlikePoll, Asker::Elsewhere(&origin));
        }
        if websockets {
            prober.websocket(Step::LookAlikeWebsocket, Asker::Elsewhere(&origin));
        }
    }
}

/// Keeps a poll and a WebSocket open, where that was asked for.
fn hold(prober: &mut Prober<'_>) {
    let Some(time) = prober.examination.target.hold else { return };
    if prober.examination.polls() && !prober.examination.target.page.websocket {
        prober.hold_poll(time);
    }
    if prober.examination.get(Step::Websocket).is_some_and(Exchange::opened_websocket) {
        prober.hold_websocket(time);
    }
}

/// Looks for Socket.IO where it usually is.
fn other_paths(prober: &mut Prober<'_>) {
    let given = prober.examination.target.path.clone();
    let toggled = match given.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{given}/"),
    };
    let usual = USUAL_PATHS.iter().map(|path| (*path).to_owned());
    let mut tried = vec![given];
    for path in [toggled].into_iter().chain(usual) {
        if path.is_empty() || tried.contains(&path) {
            continue;
        }
        let session = prober.other_path(&path);
        if prober.last().is_some_and(Exchange::is_engine_io) {
            if let Some(session) = session {
                prober.close(&session, Asker::Page);
            }
            return;
        }
        tried.push(path);
    }
}

/// Asks the server past its proxy.
fn direct(prober: &mut Prober<'_>) {
    let Some(base) = prober.examination.target.direct.clone() else { return };
    let protocol = prober.examination.spoken();
    prober.base = base;
    if let Some(session) = prober.handshake(Step::DirectPoll, Asker::Page, protocol) {
        prober.close(&session, Asker::Page);
    }
    let poll = prober.examination.get(Step::DirectPoll);
    if poll.is_some_and(|poll| poll.answer.is_some()) {
        prober.preflight(Step::DirectPreflight);
        prober.poll(Step::DirectBadSession, Asker::Page, protocol, Some(NO_SESSION));
    }
}

impl Session {
    fn of(open: Open, path: &str, jar: Jar) -> Self {
        let Open { protocol, sid, .. } = open;
        Self { protocol, sid, path: path.to_owned(), all: jar.clone(), jar }
    }
}
