//! One connection to a server, and the reading of its responses.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use httparse::Status;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const MAX_HEADERS: usize = 64;
const BUFFER_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server does not answer")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    /// Sends a request and reads its whole response.
    ///
    /// # Errors
    /// If the response is anything else than a 200.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<()> {
        match self.response(request).await? {
            200 => Ok(()),
            status => bail!("the server answered {status}"),
        }
    }

    /// The response's head and body as they came.
    pub(crate) async fn text(&mut self, request: &[u8]) -> Result<String> {
        self.response(request).await?;
        Ok(String::from_utf8_lossy(&self.buffer).into_owned())
    }

    async fn response(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(Whole { status, length }) = whole(&self.buffer)? {
                if length != self.buffer.len() {
                    bail!("the server sent more than one response");
                }
                return Ok(status);
            }
        }
    }
}

/// A response that has arrived.
struct Whole {
    status: u16,
    length: usize,
}

/// Reads what has arrived; `None` while some is missing.
fn whole(bytes: &[u8]) -> Result<Option<Whole>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let Status::Complete(head) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.context("no status")?;
    let value = |name: &str| response.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value);
    let length = if let Some(length) = value("content-length") {
        head + core::str::from_utf8(length)?.parse::<usize>()?
    } else if value("transfer-encoding") == Some(b"chunked") {
        let Some(end) = end_of_chunks(bytes, head)? else { return Ok(None) };
        end
    } else {
        bail!("a response without length");
    };
    Ok((length <= bytes.len()).then_some(Whole { status, length }))
}

fn end_of_chunks(bytes: &[u8], mut at: usize) -> Result<Option<usize>> {
    loop {
        let size = httparse::parse_chunk_size(bytes.get(at..).unwrap_or_default());
        let Status::Complete((line, size)) = size.ok().context("a chunk without size")? else { return Ok(None) };
        at += line + usize::try_from(size)? + b"\r\n".len();
        if size == 0 {
            return Ok(Some(at));
        }
    }
}
