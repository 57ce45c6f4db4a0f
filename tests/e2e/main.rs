//! The whole service through its routers, on a real DynamoDB: the embedded one, or the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

#![recursion_limit = "256"]

mod support;

mod browser;
mod budgets;
mod change_password;
mod documented;
mod faults;
mod login;
mod names;
mod permissions;
mod refresh;
mod register;
mod rubbish;
mod save;
mod secrets;
mod sessions;
mod settings;
mod template;
mod throttle;
mod up_userinfo;
