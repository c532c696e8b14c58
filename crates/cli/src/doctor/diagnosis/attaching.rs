//! Routes that attach Socket.IO to their server once they are called, as those under `pages/api` of
//! Next.js do.

use crate::doctor::{exchange::Exchange, target::Target};

/// True if the first of two polls is answered with nothing, and the next one by Socket.IO.
pub(super) fn is_attaching(first: &Exchange, next: &Exchange) -> bool {
    first.is_empty() && next.is_engine_io()
}

pub(super) fn remedy(target: &Target, path: &str) -> Vec<String> {
    let base = target.shown_base();
    vec![
        "A route attaches Socket.IO to the server (in Next.js: pages/api, by `res.socket.server`), and answers the \
         first request itself. Attach it where the server starts instead: for Next.js, in a server.js of your own, \
         as https://socket.io/how-to/use-with-nextjs has it. WebSockets need that too."
            .to_owned(),
        "Or let the page call the route before io():".to_owned(),
        format!("  await fetch(\"{base}{path}\");"),
    ]
}
