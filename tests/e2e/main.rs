//! The whole service through its routers, on a real DynamoDB: the embedded one, or the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.

#![recursion_limit = "256"]

mod support;

mod browser;
mod budgets;
mod captcha;
mod carrier;
mod change_password;
mod check_mobile;
mod codes;
mod documented;
mod faults;
mod inbox;
mod invariants;
mod load;
mod login;
mod messages;
mod messages_at_once;
mod names;
mod permissions;
mod points;
mod points_budgets;
mod points_model;
mod points_pages;
mod points_races;
mod points_refusals;
mod points_views;
mod points_years;
mod proxy;
mod races;
mod refresh;
mod register;
mod reset_asked;
mod reset_by_mail;
mod reset_with_mobile;
mod rubbish;
mod save;
mod secrets;
mod sessions;
mod settings;
mod template;
mod throttle;
mod undone;
mod up_userinfo;
mod watching;
