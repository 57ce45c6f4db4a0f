//! The table that `template.yaml` describes, made in an embedded DynamoDB. A test holds the two
//! equal.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::create_table::{CreateTableError, builders::CreateTableFluentBuilder},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};
use shared::store::{EXPIRES_AT, PK, SK};

/// Creates the table, unless it is there.
///
/// # Errors
/// What DynamoDB refused, as text: for a developer's terminal.
pub async fn create(client: &Client, table: &str) -> Result<(), String> {
    match describe(client, table).send().await {
        Ok(_) => {}
        Err(error) if is_there(&error) => return Ok(()),
        Err(error) => return Err(format!("cannot create the table {table}: {}", of(&error))),
    }
    let expiry = TimeToLiveSpecification::builder()
        .attribute_name(EXPIRES_AT)
        .enabled(true)
        .build()
        .map_err(|error| error.to_string())?;
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(expiry)
        .send()
        .await
        .map_err(|error| format!("cannot set the table's time to live: {}", of(&error)))?;
    Ok(())
}

fn describe(client: &Client, table: &str) -> CreateTableFluentBuilder {
    let mut create = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, key_type) in [(PK, KeyType::Hash), (SK, KeyType::Range)] {
        create = create
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .expect("an attribute with a name and a type is complete"),
            )
            .key_schema(
                KeySchemaElement::builder()
                    .attribute_name(name)
                    .key_type(key_type)
                    .build()
                    .expect("a key with a name and a type is complete"),
            );
    }
    create
}

fn is_there(error: &SdkError<CreateTableError>) -> bool {
    let error = error.as_service_error();
    error.is_some_and(CreateTableError::is_resource_in_use_exception)
}

fn of<E: std::error::Error + 'static>(error: &SdkError<E>) -> String {
    aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()
}
