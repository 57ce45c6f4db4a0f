//! What is measured: the binaries as they are shipped, between a gateway and an AWS on loopback.

use std::{
    collections::HashMap,
    fs,
    io::{Seek, Write},
    path::{Path, PathBuf},
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use flate2::Compression;
use huiyuan::{
    aws::{EmbeddedAws, listen},
    table,
};
use serde_json::Value;
use shared::{aws::Aws, config::Config, store::key::TableKey};
use tests::lambda::{self, Answer, Lambda, settings};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::recording::Recorder;

/// The function that does nothing.
pub const BARE: &str = "bare";

/// Where each binary lies, by its name.
#[derive(Clone)]
pub struct Binaries(HashMap<String, PathBuf>);

impl Binaries {
    /// Builds the functions and what they are told beside, each by itself as it is for a deployment: together
    /// they would share the features of their libraries.
    pub fn build() -> Self {
        let packages = lambda::FUNCTIONS.into_iter().chain([BARE]);
        let built = packages.flat_map(|package| lambda::build(&["--release"], &[package]));
        Self(built.collect())
    }

    /// Where the binary of a function lies.
    pub fn path(&self, function: &str) -> &Path {
        self.0.get(function).expect("the function has a binary")
    }

    /// How many bytes it has, and how many when zipped as for Lambda.
    pub fn sizes(&self, function: &str) -> (u64, u64) {
        let binary = fs::read(self.path(function)).expect("the binary is there");
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let best = i64::from(Compression::best().level());
        let options = SimpleFileOptions::default().compression_level(Some(best));
        zip.start_file("bootstrap", options)
            .expect("a zip in memory");
        zip.write_all(&binary).expect("a zip in memory");
        let mut zipped = zip.finish().expect("a zip in memory");
        let zipped = zipped.stream_position().expect("it has an end");
        (binary.len() as u64, zipped)
    }
}

/// A table, and the functions on it.
pub struct Stage<'a> {
    binaries: &'a Binaries,
    pub aws: EmbeddedAws,
    pub recorder: Recorder,
    client: Client,
    /// One process of each function, to prepare with.
    functions: HashMap<&'static str, Lambda>,
}

impl<'a> Stage<'a> {
    /// Starts an AWS with an empty table.
    pub async fn set(binaries: &'a Binaries) -> Self {
        let listener = listen(0).await.expect("a port is free");
        let aws = EmbeddedAws::start(listener, None).await;
        let aws = aws.expect("a database in memory opens");
        let client = shared::store::dynamodb::client(&Aws::embedded(&aws.endpoint)).build();
        let client = Client::from_conf(client);
        let created = table::create(&client, "members").await;
        created.expect("the table is created");
        Self {
            binaries,
            recorder: Recorder::start(&aws.endpoint).await,
            aws,
            client,
            functions: HashMap::new(),
        }
    }

    /// Lets a mobile be sent a message at once.
    pub async fn forget_messages(&self, mobile: &str) {
        let key = settings("", "members");
        let service_key = key.iter().find(|(name, _)| *name == "HUIYUAN_SERVICE_KEY");
        let service_key = service_key.and_then(|(_, key)| key.parse().ok());
        let config = Config::new("members", service_key.expect("a key"));
        let key = TableKey::new(&config).mobile(&mobile.parse().expect("a mobile"));
        let key = [("pk", key.partition().to_owned()), ("sk", "sms".to_owned())];
        let key = key.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
        let delete = self.client.delete_item().table_name("members");
        let deleted = delete.set_key(Some(key.into())).send().await;
        deleted.expect("an item can be deleted");
    }

    /// Starts a process of a function, with the recorder for its AWS.
    pub async fn start(&self, function: &str) -> Lambda {
        start(self.binaries, function, &self.recorder.url).await
    }

    /// Ends the processes that prepared.
    pub async fn dismiss(&mut self) {
        for (_, function) in self.functions.drain() {
            function.stop().await;
        }
    }

    /// Has an event answered, with success.
    pub async fn answer(&mut self, function: &'static str, event: &Value) -> Answer {
        if !self.functions.contains_key(function) {
            let started = self.start(function).await;
            self.functions.insert(function, started);
        }
        let function = self.functions.get_mut(function).expect("it was started");
        let answer = function.answer(event).await;
        assert_good(event, &answer);
        answer
    }
}

/// Starts a process of a function, with an AWS at `endpoint`.
pub async fn start(binaries: &Binaries, function: &str, endpoint: &str) -> Lambda {
    let more = [
        ("HUIYUAN_CAPTCHA", "never"),
        // The pause that hides who is known is not what is measured.
        ("HUIYUAN_MAIL_MILLISECONDS", "100"),
    ];
    let settings = [settings(endpoint, "members").as_slice(), &more].concat();
    Lambda::start_binary(binaries.path(function), function, &settings).await
}

/// An answer that is not the one wanted measures nothing.
pub fn assert_good(event: &Value, answer: &Answer) {
    assert_eq!(answer.status(), 200, "{event}: {answer:?}");
    let kind = answer.header("content-type").unwrap_or_default();
    let is_good = if kind.contains("json") {
        // A captcha has no envelope.
        answer.json()["code"] == 200 || answer.json().get("code").is_none()
    } else if kind.contains("html") {
        !["sign bad", "role=\"alert\""]
            .map(|sign| answer.text().contains(sign))
            .contains(&true)
    } else {
        true
    };
    assert!(is_good, "{event}: {answer:?}");
}
