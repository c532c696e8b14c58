//! Fixes for socketioxide, of Rust.

use crate::doctor::target::Page;

/// The code with which it sets CORS headers for the page.
pub(super) fn allow_page(page: &Page, has_credentials: bool) -> Vec<String> {
    let mut lines = vec![
        "In socketioxide, by the CorsLayer of tower-http (feature \"cors\"). It goes around Socket.IO's \
         layer: in axum, add it after that one."
            .to_owned(),
        format!(
            "  let cors = CorsLayer::new().allow_origin([HeaderValue::from_static(\"{}\")]);",
            page.origin
        ),
    ];
    if has_credentials {
        lines.push("  let cors = cors.allow_credentials(true);".to_owned());
    }
    let names = page.unsafe_headers();
    if !names.is_empty() {
        let names = names.iter().map(|name| format!("HeaderName::from_static(\"{name}\")"));
        let names = names.collect::<Vec<_>>().join(", ");
        lines.push(format!("  let cors = cors.allow_headers([{names}]);"));
    }
    lines.push("  let app = app.layer(socket_io_layer).layer(cors);".to_owned());
    lines
}

/// The code with which it refuses the requests of other pages.
pub(super) fn allow_request(page: &Page) -> Vec<String> {
    vec![
        "In socketioxide, by a middleware around its layer, as axum has it (apps and curl send no Origin; does \
         the server have pages of its own? Allow their origin too):"
            .to_owned(),
        "  async fn check_origin(request: Request, next: Next) -> Response {".to_owned(),
        "    match request.headers().get(header::ORIGIN) {".to_owned(),
        format!(
            "      Some(origin) if origin != \"{}\" => StatusCode::FORBIDDEN.into_response(),",
            page.origin
        ),
        "      _ => next.run(request).await,".to_owned(),
        "    }".to_owned(),
        "  }".to_owned(),
        "  let app = app.layer(socket_io_layer).layer(middleware::from_fn(check_origin));".to_owned(),
    ]
}
