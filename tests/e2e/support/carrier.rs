//! A carrier of messages that does as a test says: it takes them, refuses them, is slow, or hangs up
//! once it has taken one.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use huiyuan::aws::listen;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// What the carrier does with a message.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Takes it.
    Takes,
    /// Answers that it does not, with a status and an error code.
    Refuses(u16, &'static str),
    /// Answers that it does not in a way that no SDK knows.
    RefusesOddly(u16),
    /// Takes it, and says so after so long.
    TakesAfter(Duration),
    /// Takes it, and hangs up without a word.
    HangsUp,
    /// Takes it, and says nothing that can be read.
    Mumbles,
}

/// A running carrier.
#[derive(Clone)]
pub struct Carrier {
    pub url: String,
    script: Arc<Mutex<VecDeque<Answer>>>,
    taken: Arc<Mutex<Vec<HashMap<String, String>>>>,
    asked: Arc<Mutex<usize>>,
}

impl Carrier {
    /// Starts a carrier that takes every message until it is told otherwise.
    pub async fn start() -> Self {
        let listener = listen(0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let carrier = Self {
            url: format!("http://{address}"),
            script: Arc::default(),
            taken: Arc::default(),
            asked: Arc::default(),
        };
        let serving = carrier.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let carrier = serving.clone();
                tokio::spawn(async move { carrier.serve(stream).await });
            }
        });
        carrier
    }

    /// Says what becomes of the next message; those after it are taken.
    pub fn next(&self, answer: Answer) {
        self.script.lock().expect("a lock").push_back(answer);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        *self.asked.lock().expect("a lock")
    }

    /// The requests it took, oldest first.
    pub fn taken(&self) -> Vec<HashMap<String, String>> {
        self.taken.lock().expect("a lock").clone()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let (path, body) = read(&mut stream).await?;
        *self.asked.lock().expect("a lock") += 1;
        let next = self.script.lock().expect("a lock").pop_front();
        let answer = next.unwrap_or(Answer::Takes);
        if !matches!(answer, Answer::Refuses(..) | Answer::RefusesOddly(_)) {
            let form = form_urlencoded::parse(&body).into_owned().collect();
            self.taken.lock().expect("a lock").push(form);
        }
        let (status, text) = match answer {
            Answer::Takes => (200, taken(&path)),
            Answer::TakesAfter(delay) => {
                tokio::time::sleep(delay).await;
                (200, taken(&path))
            }
            Answer::Refuses(status, code) => (status, refusal(code)),
            Answer::RefusesOddly(status) => (status, "<html>no</html".to_owned()),
            Answer::Mumbles => (200, "<Publish".to_owned()),
            Answer::HangsUp => return None,
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            text.len()
        );
        let whole = head + &text;
        stream.get_mut().write_all(whole.as_bytes()).await.ok()
    }
}

/// A request's path and body.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((path, body))
}

fn taken(path: &str) -> String {
    if path.starts_with("/v2/") {
        return r#"{"MessageId":"1"}"#.to_owned();
    }
    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
     <MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>1</RequestId>\
     </ResponseMetadata></PublishResponse>"
        .to_owned()
}

fn refusal(code: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>\
         <RequestId>1</RequestId></ErrorResponse>"
    )
}
