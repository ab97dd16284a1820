//! Just enough HTTP/1.1 on loopback: a server with a thread for each connection, and a client.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Request line or status line.
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Method and path of a request.
    pub fn target(&self) -> (&str, &str) {
        let mut words = self.first.split(' ');
        (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        )
    }

    pub fn status(&self) -> u16 {
        self.first
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or_default()
    }

    /// Reads one message; `None` at the end of the stream.
    fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut line = || {
            let mut line = String::new();
            let read = stream.read_line(&mut line).ok()?;
            (read > 0).then(|| line.trim_end().to_owned())
        };
        let mut message = Message {
            first: line()?,
            ..Message::default()
        };
        loop {
            let header = line()?;
            let Some((name, value)) = header.split_once(':') else {
                break;
            };
            message
                .headers
                .push((name.to_owned(), value.trim().to_owned()));
        }
        if let Some(length) = message
            .header("content-length")
            .and_then(|l| l.parse().ok())
        {
            message.body = vec![0; length];
            stream.read_exact(&mut message.body).ok()?;
        } else if message.header("transfer-encoding").is_some() {
            message.body = chunks(stream)?;
        }
        Some(message)
    }

    fn write(&self, stream: &mut impl Write) -> std::io::Result<()> {
        let mut out = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            let framing = ["content-length", "transfer-encoding", "connection"];
            if !framing.contains(&name.to_ascii_lowercase().as_str()) {
                out += &format!("{name}: {value}\r\n");
            }
        }
        out += &format!("content-length: {}\r\n\r\n", self.body.len());
        let mut bytes = out.into_bytes();
        bytes.extend_from_slice(&self.body);
        stream.write_all(&bytes)?;
        stream.flush()
    }
}

fn chunks(stream: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim().split(';').next()?, 16).ok()?;
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Message {
    let headers = headers
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Message {
        first: format!("HTTP/1.1 {status} -"),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// Serves on a free loopback port for as long as the process lives. No answer closes the connection.
pub fn serve(handler: impl Fn(Message) -> Option<Message> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let handler = Arc::new(handler);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = Arc::clone(&handler);
            thread::spawn(move || {
                stream.set_nodelay(true).ok();
                let Ok(mut out) = stream.try_clone() else {
                    return;
                };
                let mut input = BufReader::new(stream);
                while let Some(request) = Message::read(&mut input) {
                    let Some(answer) = handler(request) else {
                        return;
                    };
                    if answer.write(&mut out).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Sends one request on a connection of its own.
pub fn send(address: SocketAddr, request: &Message) -> std::io::Result<Message> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    request.write(&mut stream)?;
    let answer = Message::read(&mut BufReader::new(stream));
    answer.ok_or_else(|| std::io::Error::other("no answer"))
}
