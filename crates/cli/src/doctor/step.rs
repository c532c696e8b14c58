//! The steps of an examination.

/// A step. Each is one request, or several alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// DNS, TCP and TLS of the URL.
    Connect,
    /// A handshake of Engine.IO 4 by polling, as Socket.IO clients 3 and 4 begin.
    Poll4,
    /// The same of Engine.IO 3, for client 2.
    Poll3,
    /// The first of those, where it had no answer in time, 502 to 504 or an empty one, and was repeated.
    SlowPoll,
    /// A poll of another path, where the given one has no Socket.IO.
    OtherPath,
    /// A WebSocket there, where Socket.IO answers the poll.
    OtherPathWebsocket,
    /// The preflight of a request with headers of the page's own.
    Preflight,
    /// A packet sent into the session.
    Post,
    /// The session used again, each time on a connection of its own.
    PollAgain,
    /// A packet that the server took only once the poll beside it had ended.
    BesidePoll,
    /// Another session, in which nothing is sent but heartbeats, where the first one was gone at once.
    QuietSession,
    /// A packet sent into the page's session from a foreign origin.
    ForeignPost,
    /// A poll with a session that nobody has.
    BadSession,
    /// A WebSocket from the beginning.
    Websocket,
    /// A polling session that goes on as a WebSocket.
    Upgrade,
    ForeignPoll,
    ForeignWebsocket,
    /// A poll with `Origin: null`.
    NullPoll,
    /// A poll without `Origin`: an app, a server, curl.
    NoOriginPoll,
    /// The same by WebSocket, where the page's is refused.
    NoOriginWebsocket,
    /// The page's poll without Fetch Metadata (`Sec-Fetch-Site`).
    UnmarkedPoll,
    /// A poll from an origin that the server's list may hold instead.
    NearMiss,
    /// A poll from an origin that a careless comparison takes for the page's.
    LookAlikePoll,
    LookAlikeWebsocket,
    /// A poll and a WebSocket that are kept open.
    HoldPoll,
    HoldWebsocket,
    /// A poll past the proxy.
    DirectPoll,
    DirectPreflight,
    DirectBadSession,
    /// The page itself, where the server keeps it from nothing.
    Page,
    /// The end of a session that was opened.
    Close,
}

impl Step {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Poll4 => "poll-4",
            Self::Poll3 => "poll-3",
            Self::SlowPoll => "slow-poll",
            Self::OtherPath => "other-path",
            Self::OtherPathWebsocket => "other-path-websocket",
            Self::Preflight => "preflight",
            Self::Post => "post",
            Self::PollAgain => "poll-again",
            Self::BesidePoll => "beside-poll",
            Self::QuietSession => "quiet-session",
            Self::ForeignPost => "foreign-post",
            Self::BadSession => "bad-session",
            Self::Websocket => "websocket",
            Self::Upgrade => "upgrade",
            Self::ForeignPoll => "foreign-poll",
            Self::ForeignWebsocket => "foreign-websocket",
            Self::NullPoll => "null-poll",
            Self::NoOriginPoll => "no-origin-poll",
            Self::NoOriginWebsocket => "no-origin-websocket",
            Self::UnmarkedPoll => "unmarked-poll",
            Self::NearMiss => "near-miss",
            Self::LookAlikePoll => "look-alike-poll",
            Self::LookAlikeWebsocket => "look-alike-websocket",
            Self::HoldPoll => "hold-poll",
            Self::HoldWebsocket => "hold-websocket",
            Self::DirectPoll => "direct-poll",
            Self::DirectPreflight => "direct-preflight",
            Self::DirectBadSession => "direct-bad-session",
            Self::Page => "page",
            Self::Close => "close",
        }
    }
}
