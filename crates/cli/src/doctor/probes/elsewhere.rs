//! Looks for Socket.IO at other paths than the one that was given.

use super::{Asker, Prober};
use crate::{doctor::exchange::Exchange, network::Network};

/// The usual paths of Socket.IO.
const USUAL_PATHS: &[&str] = &[
    "/socket.io/",
    "/socket.io",
    "/ws/socket.io/",
    "/api/socket.io/",
    "/ws/",
    "/sockets/",
    "/api/socket/",
    "/api/socketio/",
    "/api/socket/io/",
    "/socket.io/socket.io/",
];

/// Looks for Socket.IO where it usually is.
pub(super) async fn other_paths(prober: &mut Prober<'_, impl Network>) {
    let given = prober.examination.target.path.clone();
    let toggled = match given.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{given}/"),
    };
    // Somebody may have meant a path by the namespace.
    let below = Some(prober.examination.target.page.namespace.trim_end_matches('/'))
        .filter(|namespace| !namespace.is_empty())
        .map(|namespace| [format!("{namespace}/"), format!("{namespace}/socket.io/")]);
    let usual = USUAL_PATHS.iter().map(|path| (*path).to_owned());
    let mut tried = vec![given];
    for path in [toggled].into_iter().chain(below.into_iter().flatten()).chain(usual) {
        if path.is_empty() || tried.contains(&path) {
            continue;
        }
        let session = prober.other_path(&path).await;
        if prober.last().is_some_and(Exchange::is_engine_io) {
            if let Some(session) = session {
                prober.websocket_at_path_of(&session).await;
                prober.close(&session, Asker::Page).await;
            }
            return;
        }
        tried.push(path);
    }
}

/// Looks whether a proxy takes the path away from polls: it is then there if it is asked for twice.
pub(super) async fn doubled_path(prober: &mut Prober<'_, impl Network>) {
    let path = prober.examination.target.path.clone();
    let twice = format!("{}{path}", path.trim_end_matches('/'));
    if let Some(session) = prober.other_path(&twice).await {
        prober.close(&session, Asker::Page).await;
    }
}

/// Asks where a poll was redirected to, twice where something may attach Socket.IO once it is asked.
pub(super) async fn without_slash(prober: &mut Prober<'_, impl Network>, path: &str) {
    let mut session = prober.other_path(path).await;
    if prober.last().is_some_and(Exchange::is_empty) {
        session = prober.other_path(path).await;
    }
    if let Some(session) = session {
        prober.close(&session, Asker::Page).await;
    }
}
