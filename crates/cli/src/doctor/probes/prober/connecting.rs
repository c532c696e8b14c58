//! How the server is reached: its address, its port, and what is there instead.

use url::{Host, Url};

use super::{PATIENCE, Prober, Question};
use crate::{
    doctor::{address_space::AddressSpace, step::Step},
    network::{self, Network},
};

impl<N: Network> Prober<'_, N> {
    /// Connects, and keeps what that is like. Returns whether a connection came about.
    pub(in crate::doctor::probes) async fn connect(&mut self) -> bool {
        let start = self.network.now();
        let opened = self.network.connect(&self.base, self.timeout).await;
        let (connected, error) = match opened {
            Ok(connection) => (Some(connection.connected), None),
            Err(failure) => (None, Some(failure)),
        };
        let is_up = connected.is_some();
        self.examination.connected = connected;
        let method = if self.base.scheme() == "https" { "TLS" } else { "TCP" };
        let url = self.base.to_string();
        let question = Question { step: Step::Connect, method, url, origin: None, start };
        self.note(question, None, error);
        is_up
    }

    /// Looks where a page on http is, which may not ask a more private address than its own.
    pub(in crate::doctor::probes) async fn look_at_page(&mut self) {
        let Ok(page) = Url::parse(&self.examination.target.page.origin) else { return };
        let server = AddressSpace::of_url(&self.base);
        let is_public = server.is_none_or(|space| space == AddressSpace::Public);
        if is_public || page.scheme() != "http" || AddressSpace::of_url(&page).is_some() {
            return;
        }
        let connection = self.network.connect(&page, self.timeout.min(PATIENCE)).await;
        let connected = connection.map(|it| it.connected);
        self.examination.page_at =
            connected.ok().and_then(|it| AddressSpace::of_address(&it.address));
    }

    /// Looks at what the port speaks, where it does not answer as the URL has it.
    pub(in crate::doctor::probes) async fn look(&mut self) {
        let timeout = self.timeout.min(PATIENCE);
        self.examination.port_speaks = network::look(self.network, &self.base, timeout).await;
    }

    /// Looks whether the other loopback address takes connections, where the target's is one.
    pub(in crate::doctor::probes) async fn look_at_other_loopback(&mut self) {
        let other = match self.base.host() {
            Some(Host::Ipv4(address)) if address.is_loopback() => "[::1]",
            Some(Host::Ipv6(address)) if address.is_loopback() => "127.0.0.1",
            _ => return,
        };
        let mut url = self.base.clone();
        if url.set_host(Some(other)).is_ok()
            && self.network.connect(&url, self.timeout.min(PATIENCE)).await.is_ok()
        {
            self.examination.listens_at = Some(url);
        }
    }
}
