//! The table that `template.yaml` describes, made in an embedded DynamoDB. A test holds the two
//! equal.

use aws_sdk_dynamodb::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::create_table::{CreateTableError, builders::CreateTableFluentBuilder},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex,
        Projection, ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
    },
};
use shared::store::{
    key::{EXPIRES_AT, PK, SK},
    ledger::entries::{BY_CHECKPOINT, BY_SEQ, CHECKPOINT, ENTRY_TIMES, SEQ},
};

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
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PK, KeyType::Hash))
        .key_schema(key(SK, KeyType::Range))
        .local_secondary_indexes(index(BY_SEQ, SEQ, everything()))
        .local_secondary_indexes(index(BY_CHECKPOINT, CHECKPOINT, only(&[SEQ, ENTRY_TIMES])));
    for (name, kind) in [
        (PK, ScalarAttributeType::S),
        (SK, ScalarAttributeType::S),
        (SEQ, ScalarAttributeType::N),
        (CHECKPOINT, ScalarAttributeType::N),
    ] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind);
        create = create.attribute_definitions(
            attribute
                .build()
                .expect("an attribute with a name and a type is complete"),
        );
    }
    create
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
        .expect("a key with a name and a type is complete")
}

/// An index of a partition's items that have the attribute `sort`.
fn index(name: &str, sort: &str, shows: Projection) -> LocalSecondaryIndex {
    LocalSecondaryIndex::builder()
        .index_name(name)
        .key_schema(key(PK, KeyType::Hash))
        .key_schema(key(sort, KeyType::Range))
        .projection(shows)
        .build()
        .expect("an index with a name, keys and a projection is complete")
}

fn everything() -> Projection {
    Projection::builder()
        .projection_type(ProjectionType::All)
        .build()
}

fn only(attributes: &[&str]) -> Projection {
    let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
    Projection::builder()
        .projection_type(ProjectionType::Include)
        .set_non_key_attributes(Some(attributes))
        .build()
}

fn is_there(error: &SdkError<CreateTableError>) -> bool {
    let error = error.as_service_error();
    error.is_some_and(CreateTableError::is_resource_in_use_exception)
}

/// What DynamoDB says of an error, in one sentence.
fn of<E>(error: &SdkError<E>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let sentence = error.message().map(str::to_owned);
    sentence.unwrap_or_else(|| DisplayErrorContext(error).to_string())
}
