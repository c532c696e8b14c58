//! The network of this machine, by the standard library and rustls.

mod connection;
mod native_failure;
mod verifier;

use std::time::{Duration, Instant};

use url::Url;

use self::connection::{NativeStream, open};
use super::{Connection, Failure, Network};

/// Sockets of the operating system.
#[derive(Debug)]
pub(crate) struct NativeNetwork {
    start: Instant,
}

impl NativeNetwork {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Network for NativeNetwork {
    type Stream = NativeStream;

    async fn connect(
        &self,
        url: &Url,
        timeout: Duration,
    ) -> Result<Connection<NativeStream>, Failure> {
        open(url, timeout)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}
