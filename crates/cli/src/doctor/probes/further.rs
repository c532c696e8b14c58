//! Conditions under which a further request can show more than those that were made.

use url::Url;

use crate::{
    doctor::{examination::Examination, exchange::Exchange, step::Step},
    network::FailureKind,
};

impl Examination {
    /// True if what answers is a server that may have Socket.IO at another path.
    pub(super) fn may_be_elsewhere(&self) -> bool {
        let poll = self.page_poll();
        poll.is_some_and(|poll| match poll.status() {
            Some(status) => status < 300 || (400..500).contains(&status),
            // A server that has nothing else than Socket.IO lets other requests hang.
            None => poll.is_late(),
        })
    }

    /// The path that the page's poll is redirected to, if that is its own but for the slash at the end.
    pub(super) fn redirects_without_slash(&self) -> Option<String> {
        let poll = self.page_poll()?;
        let end = Url::parse(&poll.url).ok()?.join(&poll.redirects_to()?).ok()?;
        let without = self.target.path.strip_suffix('/').filter(|path| end.path() == *path)?;
        (end.origin() == self.target.base.origin()).then(|| without.to_owned())
    }

    /// True if the page's origin may be why the poll failed: one without it may succeed.
    pub(super) fn may_depend_on_origin(&self) -> bool {
        let poll = self.page_poll().filter(|poll| poll.origin.is_some());
        poll.is_some_and(|poll| match poll.status() {
            Some(status) => matches!(status, 400 | 401 | 403 | 404 | 406 | 422 | 500),
            None => matches!(
                poll.failure(),
                Some(FailureKind::Closed | FailureKind::Reset | FailureKind::Late)
            ),
        })
    }

    /// True if every page's WebSocket is refused in words that are not Engine.IO's: it may be for its
    /// origin.
    pub(super) fn may_depend_on_origin_of_websocket(&self) -> bool {
        let mut asked = [Step::Websocket, Step::ForeignWebsocket].into_iter();
        asked.all(|step| {
            let refused = self.get(step).filter(|it| it.engine_error().is_none());
            matches!(refused.and_then(Exchange::status), Some(400 | 401 | 403))
        })
    }

    /// True if it may be Fetch Metadata by which the page's poll is refused, and not its origin.
    pub(super) fn may_depend_on_metadata(&self) -> bool {
        let poll = self.page_poll();
        let is_refused = poll.and_then(Exchange::status).is_some_and(|it| (400..500).contains(&it));
        is_refused
            && self.target.is_trustworthy()
            && self.get(Step::NoOriginPoll).is_some_and(|it| it.opened().is_some())
    }
}
