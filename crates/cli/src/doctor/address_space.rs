//! The kinds of address that browsers tell apart (Local Network Access, "IP address space").

use std::net::{IpAddr, SocketAddr};

use socketio_cors_core::origin::host::is_loopback;
use url::Url;

/// Public first: a page may ask those that come with it or before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressSpace {
    Public,
    /// A private network.
    Local,
    /// The machine itself.
    Loopback,
}

impl AddressSpace {
    /// That of an address, with a port or without.
    pub(super) fn of_address(text: &str) -> Option<Self> {
        let address = text.parse::<SocketAddr>().map(|it| it.ip());
        let address = address.or_else(|_| text.trim_matches(['[', ']']).parse()).ok()?;
        Some(match address.to_canonical() {
            address if address.is_loopback() => Self::Loopback,
            IpAddr::V4(address) if address.is_private() || address.is_link_local() => Self::Local,
            IpAddr::V6(address) if address.is_unique_local() || address.is_unicast_link_local() => {
                Self::Local
            }
            _ => Self::Public,
        })
    }

    /// That of a URL, where its host tells.
    pub(super) fn of_url(url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        if is_loopback(host) { Some(Self::Loopback) } else { Self::of_address(host) }
    }
}

#[cfg(test)]
mod tests {
    use super::AddressSpace::{self, Local, Loopback, Public};

    #[test]
    fn an_address_is_public_or_local_or_of_this_machine() {
        for (url, space) in [
            ("http://localhost:3000", Some(Loopback)),
            ("http://a.localhost", Some(Loopback)),
            ("http://127.0.0.1", Some(Loopback)),
            ("http://[::1]:3000", Some(Loopback)),
            ("http://192.168.0.7", Some(Local)),
            ("http://10.0.0.1:80", Some(Local)),
            ("http://[fd00::1]", Some(Local)),
            ("http://[fe80::1]", Some(Local)),
            ("http://[::ffff:10.0.0.1]", Some(Local)),
            ("http://203.0.113.7", Some(Public)),
            ("http://app.example.com", None),
        ] {
            assert_eq!(AddressSpace::of_url(&url.parse().unwrap()), space, "{url}");
        }
        assert_eq!(AddressSpace::of_address("127.0.0.1:80"), Some(Loopback));
        assert_eq!(AddressSpace::of_address("[::1]:80"), Some(Loopback));
    }
}
