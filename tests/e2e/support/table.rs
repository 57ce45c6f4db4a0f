//! A test's table: made, dropped.

use std::time::Duration;

use aws_sdk_dynamodb::{Client, client::Waiters};
use shared::aws::Service;

use super::dynamodb;

pub async fn create(client: &Client, table: &str) {
    let created = huiyuan::table::create(client, table).await;
    created.expect("the table is created");
    client
        .wait_until_table_exists()
        .table_name(table)
        .wait(Duration::from_mins(1))
        .await
        .expect("the table is ready");
}

/// Drops the table, where it would outlive the tests.
pub fn delete(table: &str) {
    let external = dynamodb::external();
    let Some(aws) = external.filter(|aws| aws.endpoint(Service::DynamoDb).is_some()) else {
        return;
    };
    let deleting = async {
        let client = Client::from_conf(shared::store::dynamodb::client(&aws).build());
        // A table that stays behind fails no test.
        let _ = client.delete_table().table_name(table).send().await;
    };
    std::thread::scope(|scope| {
        let delete = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime starts").block_on(deleting);
        });
        let _ = delete.join();
    });
}
