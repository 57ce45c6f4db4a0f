//! Ledgers in tests: credits and spends by the operator, pages by the member, and whole ledgers
//! loaded straight into the table.

use serde_json::{Value, json};
use shared::base::clock::Time;

use super::{Reply, RequestBuilder, Service};

/// A member with a ledger.
pub struct Holder {
    pub name: String,
    pub token: String,
    pub id: u64,
}

impl Service {
    /// Registers a member and asks for their number.
    pub async fn holder(&self, name: &str) -> Holder {
        let token = self.register(name).await;
        let current = self.get("/api/v1/account/current").bearer(&token).await;
        Holder {
            name: name.to_owned(),
            id: current.body["customer"]["id"].as_u64().expect("a number"),
            token,
        }
    }

    /// Credits or spends points.
    pub fn give(&self, id: u64, key: &str, point: i64, desc: &str) -> RequestBuilder {
        self.post(&format!("/admin/members/{id}/points"))
            .operator()
            .json(json!({ "key": key, "point": point, "desc": desc }))
    }

    /// Credits or spends points, which must be done; gives the answer.
    pub async fn given(&self, id: u64, key: &str, point: i64) -> Value {
        let reply = self.give(id, key, point, "订单").await;
        assert_eq!(reply.body["code"], 200, "{}", reply.body);
        reply.body
    }

    /// A page as its member sees it.
    pub async fn details(&self, token: &str, query: &str) -> Reply {
        self.get(&format!("/api/v1/account/reward_point_details?{query}"))
            .bearer(token)
            .await
    }

    /// A page as the operator sees it.
    pub async fn admin_details(&self, id: u64, query: &str) -> Reply {
        self.get(&format!("/admin/members/{id}/points?{query}"))
            .operator()
            .await
    }

    /// Moves the clock on to three months after `time`, unless it is past that.
    pub fn advance_three_months_after(&self, time: Time) {
        let behind = || time.seconds() - self.app.clock.now().three_months_earlier().seconds();
        while behind() > 0 {
            self.advance(behind());
        }
    }

    /// Asserts that what the member holds is what their entries add up to, and that these have
    /// their places without a gap.
    pub async fn assert_adds_up(&self, id: u64) {
        let pk = format!("member#{id}");
        let mut entries = self.items(&pk, "points#").await;
        entries.extend(self.items(&pk, "expiry#").await);
        entries.sort_by_key(|entry| entry["seq"].as_u64());
        let points = &self.items(&pk, "member").await[0]["points"];
        let mut sum = 0;
        for (place, entry) in (1..).zip(&entries) {
            sum += entry["point"].as_i64().expect("a number");
            assert_eq!(entry["seq"], place, "places have no gap");
            assert_eq!(entry["balance"], sum, "each entry says what was left");
        }
        assert_eq!(points["seq"], entries.len());
        let held = ["this_year", "last_year"].map(|year| points[year].as_i64().expect("a number"));
        assert!(held.iter().all(|held| *held >= 0), "{points}");
        assert_eq!(held[0] + held[1], sum, "the balance is the entries' sum");
    }

    /// Writes entries of one point each at the times given straight into an empty ledger.
    pub async fn load(&self, id: u64, times: impl Iterator<Item = Time>) {
        tests::ledger::load(self.client(), self.table(), id, times).await;
    }
}
