//! The request that `explain` is about, as the command line describes it.

use clap::Args;
use socketio_cors_explain::page_request::{InvalidRequest, PageRequest, RequestDescription};

use crate::{report::WrongUsage, terminal::printable::printable};

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct RequestOptions {
    /// The page's origin
    #[arg(long, value_name = "https://…", required_unless_present_any = ["no_origin", "embedded"])]
    origin: Option<String>,
    /// No Origin header: a mobile app, a server, curl
    #[arg(long, conflicts_with = "origin")]
    no_origin: bool,
    /// A script or an image on another site's page, which has no Origin header
    #[arg(long, conflicts_with_all = ["origin", "no_origin", "websocket"])]
    embedded: bool,
    /// The API's host, where the page has the same one [default: another host than the page's]
    #[arg(long, value_name = "H")]
    host: Option<String>,
    /// The path and query [default: those of a Socket.IO poll or upgrade]
    #[arg(long, value_name = "P")]
    path: Option<String>,
    /// The method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,
    /// The names of the headers that the page sets, as in authorization,x-token
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    headers: Vec<String>,
    /// The page sends cookies or other credentials (`withCredentials: true`)
    #[arg(long, conflicts_with_all = ["no_origin", "embedded"])]
    credentials: bool,
    /// A WebSocket instead
    #[arg(long, conflicts_with_all = ["method", "headers"])]
    websocket: bool,
    /// Assume that the origin has its KV key, if the rule has tenants
    #[arg(long)]
    pub(crate) tenant: bool,
}

impl RequestOptions {
    /// The request that the options describe.
    ///
    /// # Errors
    /// They describe none that a browser could send.
    pub(crate) fn request(&self) -> Result<PageRequest, WrongUsage> {
        let description = RequestDescription {
            origin: self.origin.clone(),
            embedded: self.embedded,
            host: self.host.clone(),
            path: self.path.clone(),
            method: self.method.clone(),
            headers: self.headers.clone(),
            credentials: self.credentials,
            websocket: self.websocket,
        };
        Ok(description.request()?)
    }
}

/// Each field has an option of its name.
impl From<InvalidRequest> for WrongUsage {
    fn from(error: InvalidRequest) -> Self {
        Self(printable(&format!("--{error}")).into_owned())
    }
}
