//! The bytes between the WebSocket protocol, which waits for nothing, and the connection.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, ErrorKind, Read, Write},
    rc::Rc,
};

use crate::network::{Failure, Stream};

/// Bytes that came and bytes that are to be sent. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Rc<RefCell<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    incoming: VecDeque<u8>,
    outgoing: Vec<u8>,
    /// Nothing more comes in.
    is_at_end: bool,
}

impl Buffers {
    /// True of the error of a reader that has to wait for [`Self::exchange`].
    pub(super) fn waits(error: &io::Error) -> bool {
        error.kind() == ErrorKind::WouldBlock
    }

    /// Sends what is to be sent, and waits for more to come.
    ///
    /// # Errors
    /// The connection breaks off, or its time is over.
    pub(super) async fn exchange(&self, stream: &mut impl Stream) -> Result<(), Failure> {
        self.flush(stream).await?;
        let more = stream.read().await?;
        let mut bytes = self.0.borrow_mut();
        bytes.is_at_end = more.is_empty();
        bytes.incoming.extend(more);
        Ok(())
    }

    /// Sends what is to be sent.
    ///
    /// # Errors
    /// The connection breaks off, or its time is over.
    pub(super) async fn flush(&self, stream: &mut impl Stream) -> Result<(), Failure> {
        let outgoing = std::mem::take(&mut self.0.borrow_mut().outgoing);
        if outgoing.is_empty() { Ok(()) } else { stream.write(&outgoing).await }
    }

    /// The bytes that came and that nobody has read.
    pub(super) fn take_incoming(&self) -> VecDeque<u8> {
        std::mem::take(&mut self.0.borrow_mut().incoming)
    }
}

impl Read for Buffers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.0.borrow_mut();
        if bytes.incoming.is_empty() && !bytes.is_at_end {
            return Err(ErrorKind::WouldBlock.into());
        }
        bytes.incoming.read(buffer)
    }
}

impl Write for Buffers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().outgoing.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
