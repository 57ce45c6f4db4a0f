//! What a client does with a member of its own.

use super::{
    account::{Account, Kind},
    caller::{Ask, Said},
    client::Client,
};
use crate::mail;

impl Client {
    /// Logs in, with whichever password it is, to a browser or to a group.
    pub(super) async fn log_in(&mut self, account: &mut Account, group: bool) {
        for place in (0..account.passwords.len()).rev() {
            let password = account.passwords[place].clone();
            let ask = if group {
                let fields = [
                    ("username", &*account.name),
                    ("password", &password),
                    ("group", "app"),
                ];
                Ask::post("/v1/site/login", &fields)
            } else {
                let fields = [("account", &*account.name), ("password", &password)];
                Ask::post("/api/v1/account/login", &fields)
            };
            let (said, at_once) = self.insist(&ask).await;
            match said {
                Some(said) if said.code == 200 => {
                    account.is_registered = true;
                    // It has been set, so the earlier ones have not been set after it.
                    account.passwords.drain(..place);
                    if group {
                        self.take_pair(account, &said);
                    } else {
                        account.browser = said.cookie;
                    }
                    return;
                }
                Some(said) if account.is_registered && account.passwords.len() == 1 => {
                    self.wrong(account, "the password does not log in", &said);
                }
                Some(_) | None => {}
            }
            // An earlier request may have begun another session in the group.
            if group && !at_once {
                account.pair = None;
            }
        }
    }

    /// Refreshes as naive clients do: several at once, with the same token.
    pub(super) async fn refresh(&mut self, account: &mut Account) {
        let Some((_, refresh)) = account.pair.clone() else {
            return self.log_in(account, true).await;
        };
        let path = ["/v1/site/refresh", "/v2/customer/account/refresh"][self.dice.below(2)];
        let ask = Ask::post(path, &[("refresh_token", &refresh), ("group", "app")]);
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..=self.dice.below(3) {
            let (caller, ask, mut dice) = (self.caller.clone(), ask.clone(), self.dice.clone());
            self.dice.below(2);
            all.spawn(async move { caller.ask(&ask, &mut dice).await });
        }
        let mut new = None;
        for said in all.join_all().await.into_iter().flatten() {
            let given = pair(&said);
            if said.code != 200 || given.is_none() {
                self.wrong(account, "a good refresh token is refused", &said);
            } else if new.is_some() && new != given {
                self.wrong(account, "the same refresh token has two pairs", &said);
            }
            new = given;
        }
        match new {
            Some(pair) => account.hold(pair),
            // The token has the same answer later.
            None => account.may_have_rotated = true,
        }
    }

    /// Takes over the pair that an answer hands over.
    fn take_pair(&self, account: &mut Account, said: &Said) {
        match pair(said) {
            Some(pair) => account.hold(pair),
            None => self.wrong(account, "no pair is handed over", said),
        }
    }

    pub(super) async fn up_userinfo(&mut self, account: &mut Account) {
        let Some((access, _)) = account.pair.clone() else {
            return self.log_in(account, true).await;
        };
        if account.may_have_rotated {
            return self.refresh(account).await;
        }
        let name = self.think_of("name");
        let ask = Ask::post("/v2/customer/account/up-userinfo", &[("nickname", &name)]);
        match self.ask(&ask.bearer(&access)).await {
            Some(said) if said.code == 200 => {
                self.take_pair(account, &said);
                account.nicknames = vec![Some(name)];
            }
            Some(said) => self.wrong(account, "a good session cannot be saved with", &said),
            None => {
                account.nicknames.push(Some(name));
                account.may_have_rotated = true;
                self.refresh(account).await;
            }
        }
    }

    pub(super) async fn save(&mut self, account: &mut Account) {
        let Some(token) = account.browser.clone() else {
            return;
        };
        let name = self.think_of("name");
        let ask = Ask::post("/api/v1/account/save", &[("name", &name)]).bearer(&token);
        match self.insist(&ask).await.0 {
            Some(said) if said.code == 200 => account.nicknames = vec![Some(name)],
            Some(said) => self.wrong(account, "a good session cannot be saved with", &said),
            None => account.nicknames.push(Some(name)),
        }
    }

    /// Asks who is logged in, and holds it against what is known.
    pub(super) async fn current(&mut self, account: &mut Account) {
        let Some(token) = account.browser.clone() else {
            return;
        };
        let ask = Ask::get("/api/v1/account/current", "").bearer(&token);
        let Some(said) = self.ask(&ask).await else {
            return;
        };
        let customer = &said.body["customer"];
        account.id = account.id.or(customer["id"].as_u64());
        if customer.is_null() {
            self.wrong(account, "a good session is nobody's", &said);
        } else if account
            .balance()
            .is_some_and(|balance| customer["point"] != balance)
        {
            self.wrong(account, "the points are others", &said);
        } else if let [name] = &account.nicknames[..]
            && customer["name"] != **name.as_ref().unwrap_or(&account.name)
        {
            self.wrong(account, "the name is another", &said);
        }
    }

    pub(super) async fn change_password(&mut self, account: &mut Account) {
        let (Some(token), Some(old)) = (account.browser.clone(), account.password()) else {
            return;
        };
        let old = old.to_owned();
        let new = self.think_of("password");
        let fields = [
            ("password_old", &*old),
            ("password", &new),
            ("password_again", &new),
        ];
        let ask = Ask::post("/api/v1/account/change_password", &fields).bearer(&token);
        match self.ask(&ask).await {
            Some(said) if said.code == 200 => account.renew(new),
            Some(said) => self.wrong(account, "the right password cannot be changed", &said),
            None => account.may_have_renewed(new),
        }
    }

    /// Forgets the password.
    pub(super) async fn reset(&mut self, account: &mut Account) {
        let new = self.think_of("password");
        let (ask, done) = match account.kind {
            Kind::Username => return,
            Kind::Mobile => {
                let path = "/api/v1/account/send_reset_validate_sms";
                let Some(code) = self.code(path, &account.name).await else {
                    return;
                };
                let fields = [
                    ("account", &*account.name),
                    ("password", &new),
                    ("password_again", &new),
                    ("verify_code", &code),
                ];
                let path = "/api/v1/account/reset_password_with_mobile";
                (Ask::post(path, &fields), "")
            }
            Kind::Email => {
                let Some(token) = self.link(account).await else {
                    return;
                };
                let fields = [
                    ("token", &*token),
                    ("password", &new),
                    ("password_again", &new),
                ];
                (Ask::post("/reset_password", &fields), "密码已更新")
            }
        };
        match self.ask(&ask).await {
            Some(said) if said.code == 200 && said.page.contains(done) => account.renew(new),
            // The message may be of an earlier request, the code or link of a later one.
            Some(_) => {}
            None => account.may_have_renewed(new),
        }
    }

    /// Has a link mailed, and gives its token.
    async fn link(&mut self, account: &Account) -> Option<String> {
        let before = self.newest(&account.name).await.map(|mail| mail.0);
        let path = "/api/v1/account/reset_password_with_email";
        self.ask(&Ask::post(path, &[("email", &account.name)]))
            .await?;
        let (id, text) = self.newest(&account.name).await?;
        let token = mail::token(&text)?;
        self.ask(&Ask::get("/reset_password", &format!("?token={token}")))
            .await?;
        (Some(id) != before).then_some(token)
    }

    pub(super) async fn log_out(&mut self, account: &mut Account) {
        if account.pair.is_some() && account.may_have_rotated {
            return self.refresh(account).await;
        }
        let (path, token) = match account.pair.take() {
            Some((access, _)) => ("/v2/customer/account/logout", Some(access)),
            None => ("/api/v1/account/logout", account.browser.take()),
        };
        let Some(token) = token else { return };
        let (said, at_once) = self.insist(&Ask::post(path, &[]).bearer(&token)).await;
        match said {
            Some(said) if said.code != 200 && at_once => {
                self.wrong(account, "a good session cannot be ended", &said);
            }
            // Asked again and refused: it had been ended.
            Some(_) => account.dead.push(token),
            None => {}
        }
    }

    /// Asks whether a mobile is registered, tries a wrong password and a session that is over.
    pub(super) async fn look_around(&mut self, account: &mut Account) {
        if account.kind == Kind::Mobile {
            let path = "/api/v1/account/check_reset_mobile";
            let said = self
                .ask(&Ask::post(path, &[("mobile", &account.name)]))
                .await;
            if let Some(said) = said.filter(|said| said.code != 200) {
                self.wrong(account, "a member's mobile is free", &said);
            }
        }
        let fields = [
            ("account", &*account.name),
            ("password", "not the password"),
        ];
        let said = self.ask(&Ask::post("/api/v1/account/login", &fields)).await;
        if let Some(said) = said.filter(|said| said.code != 201) {
            self.wrong(account, "a wrong password logs in", &said);
        }
        let Some(token) = account.dead.last() else {
            return;
        };
        let ask = Ask::get("/api/v1/account/current", "").bearer(token);
        if let Some(said) = self.ask(&ask).await
            && !said.body["customer"].is_null()
        {
            self.wrong(account, "a session that was ended is live", &said);
        }
    }
}

fn pair(said: &Said) -> Option<(String, String)> {
    let text = |key: &str| said.body["data"][key].as_str().map(str::to_owned);
    Some((text("access_token")?, text("refresh_token")?))
}
