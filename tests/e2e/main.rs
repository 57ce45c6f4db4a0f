//! The whole service through its routers, on a real DynamoDB: the embedded one, or the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

#![recursion_limit = "256"]

mod support;

mod account;
mod browser;
mod budgets;
mod documented;
mod faults;
mod login;
mod refresh;
mod register;
mod rubbish;
mod secrets;
mod sessions;
mod template;
mod throttle;
