//! `POST /api/v1/account/reset_password_with_email`: 发送邮箱账号重置密码邮件.
//!
//! The answer is the same whether or not a member has the address, and so is its time. The table is
//! asked the same for both. Then only one of them has a mail to send, and on Lambda nothing runs
//! once the answer is out: so both are answered after the time that a mail may take at most.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{
        client_address::ClientAddress,
        identifier::{Email, Identifier, IdentifierKey},
    },
    http::{
        envelope,
        error::ApiError,
        params::{AnyParams, Params},
    },
    telemetry::line,
    wire::youhaosuda::Field,
};

use crate::{
    delivery::{mail::Mail, provider::MailProvider},
    reset_password::{form, token::ResetToken},
    state::Registration,
};

/// Clients show a message with `邮箱` at this field.
const EMAIL: Field = Field::new("email", "邮箱");

struct Request {
    email: Email,
}

impl Request {
    fn read(params: &Params) -> Result<Self, ApiError> {
        let email = EMAIL.required(params)?.trim();
        let email = email.parse().map_err(|_| EMAIL.malformed())?;
        Ok(Self { email })
    }
}

pub(crate) async fn handler(
    State(registration): State<Registration>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request { email } = Request::read(&params)?;
    let Registration {
        app, config, mail, ..
    } = &registration;
    // What is looked up is what the mail goes to: letters that only look alike lead nowhere else.
    let email = Identifier::from(email).key();
    let now = app.clock.now();
    let verification = app.store.verification();
    let mailbox = verification.mailbox(&email);
    let token = ResetToken::new(&mailbox, &app.random);
    let (digest, address) = (token.digest(), address.counted());
    let (record, refused) = tokio::join!(
        app.store.members().login_record(&email),
        verification.put_link(&mailbox, &digest, &address, now),
    );
    if let Some(until) = refused? {
        return Err(ApiError::too_many(now, until));
    }
    let known = record?.account().is_some();
    let send = async {
        if known {
            let link = form::link(&config.public_url, &token);
            send(&**mail, &email, &link).await;
        }
    };
    // The mail's own time-out is the same, so it does not outlast the pause.
    tokio::join!(send, tokio::time::sleep(config.mail_timeout));
    Ok(envelope::youhaosuda(()))
}

/// Mails a link. The answer does not tell whether that went well; the log does.
async fn send(provider: &dyn MailProvider, to: &IdentifierKey, link: &str) {
    let problem = match Mail::with_link(to, link) {
        Ok(mail) => provider.send(&mail).await.problem(),
        Err(error) => Some(error.to_string()),
    };
    line::annotate(|notes| notes.provider = problem);
}
