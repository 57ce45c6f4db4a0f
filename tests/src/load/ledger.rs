//! What a client does with a member's points.

use super::{
    account::{Account, Entry},
    caller::Ask,
    client::Client,
};

impl Client {
    /// Credits or spends points, at times twice at once under one key.
    pub(super) async fn points(&mut self, account: &mut Account) {
        let Some(id) = account.id else { return };
        let key = self.think_of("order");
        let amount = i64::try_from(self.dice.below(50)).unwrap_or_default() + 1;
        let point = if self.dice.below(3) == 0 {
            -amount
        } else {
            amount
        };
        let fields = [
            ("key", &*key),
            ("point", &point.to_string()),
            ("desc", "订单"),
        ];
        let ask = Ask::post("/admin/members/{id}/points", &fields).at("POST", &id.to_string());
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..=usize::from(self.dice.below(4) == 0) {
            let (caller, ask, mut dice) = (self.caller.clone(), ask.clone(), self.dice.clone());
            self.dice.below(2);
            all.spawn(async move { caller.insist(&ask, &mut dice).await });
        }
        let mut entry = Entry {
            key,
            point,
            acknowledged: None,
            refused: true,
        };
        for (said, at_once) in all.join_all().await {
            let Some(said) = said.filter(|said| said.code == 200) else {
                entry.refused &= at_once;
                continue;
            };
            let place = said.body["entry"]["id"]
                .as_u64()
                .zip(said.body["balance"].as_i64());
            if entry.acknowledged.is_some() && entry.acknowledged != place {
                self.wrong(account, "one key has two entries", &said);
            }
            entry.acknowledged = place;
        }
        entry.refused &= entry.acknowledged.is_none();
        let was = account.balance();
        account.entries.push(entry.clone());
        if entry.refused && was.is_some_and(|balance| balance + point >= 0) {
            let sentence = format!("{}: {point} of {was:?} points are refused", account.name);
            self.caller.results().violation(sentence);
        }
    }

    pub(super) async fn page_of_points(&mut self, account: &mut Account) {
        let Some(token) = account.browser.clone() else {
            return;
        };
        let path = "/api/v1/account/reward_point_details";
        let all = [("nopage", "Y")];
        let ask = match (self.dice.below(3), account.id) {
            (0, Some(id)) => {
                let ask = Ask::post("/admin/members/{id}/points", &all);
                ask.at("GET", &id.to_string())
            }
            (1, _) => Ask::post(path, &all).at("GET", "").bearer(&token),
            _ => Ask::post(path, &all).bearer(&token),
        };
        let Some(said) = self.ask(&ask).await else {
            return;
        };
        let details = said.body["reward_point_details"].as_array();
        let points = details
            .into_iter()
            .flatten()
            .filter_map(|detail| detail["point"].as_i64());
        let sum: i64 = points.sum();
        let balance = account.balance().unwrap_or(sum);
        if said.code != 200 || said.body["reward_point_total"] != sum || sum != balance {
            self.wrong(account, "the page does not add up", &said);
        }
    }
}
