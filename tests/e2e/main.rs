//! The whole service through its routers, on a real DynamoDB: the embedded one, or the one that
//! `AWS_ENDPOINT_URL_DYNAMODB` names.
//!
//! | question | file |
//! | --- | --- |
//! | who is let in, by which token, for how long | `sessions`, `login`, `refresh`, `up_userinfo`, `change_password` |
//! | who may register, by which name | `register`, `names`, `codes`, `check_mobile`, `save`, `spellings`, `twice`, `weak_passwords` |
//! | who is sent what, how often, and what it is good for | `messages`, `captcha`, `carrier`, `reset_by_mail`, `reset_with_mobile` |
//! | how often one may guess, and what is taken back of it | `throttle`, `undone`, `viewer` |
//! | how points are earned, spent, shown and lost | `points` |
//! | what a browser may do, and what clients rely on | `browser`, `documented` |
//! | what is served, and how it is described | `catalogue`, `openapi`, `support/described` |
//! | what every route has to stand: no session, rubbish, a secret, a fault, a race, load | `sessions`, `rubbish`, `secrets`, `faults`, `races`, `load` |
//! | what has to hold in the table | `invariants` |
//! | how the code is laid out | `house` |
//! | what a request costs | `budgets`, `points/budgets` |
//! | what is deployed, may be done, watched and set | `template`, `settings` |
//! | what stands in for AWS | `embedded_aws`, `inspect`, `proxy` |
//! | how a test's service is made and asked | `support` |

#![recursion_limit = "256"]

mod support;

mod browser;
mod budgets;
mod captcha;
mod carrier;
mod catalogue;
mod change_password;
mod check_mobile;
mod codes;
mod documented;
mod embedded_aws;
mod faults;
mod house;
mod inspect;
mod invariants;
mod load;
mod login;
mod messages;
mod names;
mod openapi;
mod points;
mod proxy;
mod races;
mod refresh;
mod register;
mod reset_by_mail;
mod reset_with_mobile;
mod rubbish;
mod save;
mod secrets;
mod sessions;
mod settings;
mod spellings;
mod template;
mod throttle;
mod twice;
mod undone;
mod up_userinfo;
mod viewer;
mod weak_passwords;
