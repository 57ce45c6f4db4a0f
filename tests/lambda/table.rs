//! A DynamoDB of a test's own, and functions on it.

use std::sync::atomic::{AtomicU32, Ordering};

use huiyuan::{
    aws::{self, EmbeddedAws},
    table,
};
use serde_json::json;
use shared::aws::Aws;
use tests::{
    events::v2,
    lambda::{Lambda, settings},
};

use crate::{FORM, REGISTER};

/// A DynamoDB of the test's own, with an empty table.
pub struct Table {
    endpoint: String,
    name: String,
    _aws: EmbeddedAws,
}

impl Table {
    pub async fn start() -> Self {
        let table = Self::without_table().await;
        table.create().await;
        table
    }

    pub async fn without_table() -> Self {
        static TABLES: AtomicU32 = AtomicU32::new(0);
        let listener = aws::listen(0).await.expect("a port is free");
        let aws = EmbeddedAws::start(listener, None)
            .await
            .expect("a database in memory opens");
        Self {
            endpoint: aws.endpoint.clone(),
            name: format!("table-{}", TABLES.fetch_add(1, Ordering::SeqCst)),
            _aws: aws,
        }
    }

    pub async fn create(&self) {
        let aws = Aws::embedded(&self.endpoint);
        let client =
            aws_sdk_dynamodb::Client::from_conf(shared::store::dynamodb::client(&aws).build());
        let created = table::create(&client, &self.name).await;
        created.expect("the table is created");
    }

    pub async fn lambda(&self, function: &str) -> Lambda {
        let settings = settings(&self.endpoint, &self.name);
        Lambda::start(function, &settings).await
    }

    /// Registers a member, and gives their browser's token.
    pub async fn register(&self) -> String {
        let mut lambda = self.lambda("registration").await;
        let event = v2("POST", "$default", REGISTER, "", &json!(FORM));
        lambda.answer(&event).await.session()
    }
}
