//! Fixes for servers of Go.

use crate::doctor::target::Page;

/// The code with which github.com/zishang520/socket.io sets CORS headers for the page.
pub(super) fn allow_page(page: &Page, has_credentials: bool) -> Vec<String> {
    let credentials = if has_credentials { ", Credentials: true" } else { "" };
    vec![
        "In Go's github.com/zishang520/socket.io (servers/socket/v3):".to_owned(),
        "  options := socket.DefaultServerOptions()".to_owned(),
        format!(
            "  options.SetCors(&types.Cors{{Origin: []any{{\"{}\"}}{credentials}}})",
            page.origin
        ),
        "  io := socket.NewServer(nil, options)".to_owned(),
    ]
}

/// The code with which it refuses the requests of other pages.
pub(super) fn allow_request(page: &Page) -> Vec<String> {
    vec![
        "In Go's github.com/zishang520/socket.io, by its AllowRequest (apps and curl send no Origin; does the \
             server have pages of its own? Allow their origin too):"
            .to_owned(),
        "  options.SetAllowRequest(func(ctx *types.HttpContext) error {".to_owned(),
        "    origin := ctx.Headers().Peek(\"Origin\")".to_owned(),
        format!("    if origin == \"\" || origin == \"{}\" {{", page.origin),
        "      return nil".to_owned(),
        "    }".to_owned(),
        "    return errors.New(\"Forbidden\")".to_owned(),
        "  })".to_owned(),
    ]
}

/// The code with which googollee/go-socket.io allows the page, for reading polls and for `WebSockets`.
pub(super) fn googollee(page: &Page) -> Vec<String> {
    let mut lines = vec![
        "In Go's github.com/googollee/go-socket.io, for each transport:".to_owned(),
        "  allowed := func(r *http.Request) bool {".to_owned(),
        "    origin := r.Header.Get(\"Origin\")".to_owned(),
        format!("    return origin == \"\" || origin == \"{}\"", page.origin),
        "  }".to_owned(),
        "  server := socketio.NewServer(&engineio.Options{Transports: []transport.Transport{"
            .to_owned(),
        "    &polling.Transport{CheckOrigin: allowed},".to_owned(),
        "    &websocket.Transport{CheckOrigin: allowed},".to_owned(),
        "  }})".to_owned(),
    ];
    if !page.unsafe_headers().is_empty() {
        lines.push(
            "It lets pages send no header of their own: send the token in the client's `query`."
                .to_owned(),
        );
    }
    lines
}
