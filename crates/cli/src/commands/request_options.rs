//! The request that `explain` is about, as the command line describes it.

use clap::Args;
use socketio_cors_explain::page_request::{Asked, NoRequest, Request};

use crate::{WrongUsage, terminal::printable::printable};

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct PageRequest {
    /// The page's origin
    #[arg(long, value_name = "https://…", required_unless_present_any = ["no_origin", "embedded"])]
    origin: Option<String>,
    /// No Origin header: a mobile app, a server, curl
    #[arg(long, conflicts_with = "origin")]
    no_origin: bool,
    /// A script or an image on another site's page, which has no Origin header
    #[arg(long, conflicts_with_all = ["origin", "no_origin", "websocket"])]
    embedded: bool,
    /// The host that is asked; matters where a page asks its own [default: another than the page's]
    #[arg(long, value_name = "H")]
    host: Option<String>,
    /// The path and query [default: a Socket.IO poll or upgrade]
    #[arg(long, value_name = "P")]
    path: Option<String>,
    /// The method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,
    /// The names of headers that the page sets, as in authorization,x-token
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    headers: Vec<String>,
    /// A WebSocket instead
    #[arg(long, conflicts_with_all = ["method", "headers"])]
    websocket: bool,
    /// Take the origin's KV key as present, where the rule has tenants
    #[arg(long)]
    pub(crate) tenant: bool,
}

impl PageRequest {
    /// The request that they describe.
    ///
    /// # Errors
    /// They describe none.
    pub(crate) fn request(&self) -> Result<Request, WrongUsage> {
        let asked = Asked {
            origin: self.origin.clone(),
            embedded: self.embedded,
            host: self.host.clone(),
            path: self.path.clone(),
            method: self.method.clone(),
            headers: self.headers.clone(),
            websocket: self.websocket,
        };
        Ok(asked.request()?)
    }
}

/// Each field has an option of its name.
impl From<NoRequest> for WrongUsage {
    fn from(error: NoRequest) -> Self {
        Self(printable(&format!("--{error}")).into_owned())
    }
}
