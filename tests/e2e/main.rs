//! The whole service through its routers, on a real DynamoDB: the embedded one, or the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

mod support;

mod login;
