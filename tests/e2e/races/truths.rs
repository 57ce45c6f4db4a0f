//! What has to be true after a race, beside the invariants of the table.

use serde_json::{Value, json};
use tests::table::Live;

use super::{
    action::Action,
    world::{BALANCE, MOBILE, SPEND, World},
};
use crate::support::Reply;

use Action as A;

/// A race that has been run.
pub struct Raced<'a> {
    pub world: &'a World,
    pub pair: [Action; 2],
    pub replies: &'a [Reply; 2],
    pub dump: &'a [Value],
    pub live: Live,
}

impl Raced<'_> {
    /// What is not as it has to be.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (racer, action) in self.pair.into_iter().enumerate() {
            if !action.is_good(&self.replies[racer]) {
                wrong.push(format!("{action:?} is not answered as its family does"));
            }
        }
        let rules = [
            ("passwords", self.passwords()),
            ("sessions of the answers", self.handed_over()),
            ("sessions that ended", self.ended()),
            ("what is for one of both alone", self.exclusive()),
            ("what nothing stops", self.undisturbed()),
            ("registrations", self.registrations()),
            ("the ledger", self.ledger()),
            ("visits", self.visits()),
            ("the profile", self.profile()),
        ];
        let broken = rules.into_iter().filter(|(_, holds)| !holds);
        wrong.extend(broken.map(|(rule, _)| rule.to_owned()));
        wrong
    }

    /// How many of the two did something that `which` holds for.
    fn done(&self, which: impl Fn(Action) -> bool) -> usize {
        let racers = self.pair.iter().zip(self.replies);
        racers
            .filter(|(action, reply)| which(**action) && action.is_done(reply))
            .count()
    }

    /// The answers of the racers that `which` holds for and that were done.
    fn answers(&self, which: impl Fn(Action) -> bool) -> impl Iterator<Item = (Action, &Reply)> {
        let racers = self.pair.into_iter().zip(self.replies);
        racers.filter(move |(action, reply)| which(*action) && action.is_done(reply))
    }

    fn member(&self) -> &Value {
        let mut members = self.dump.iter().filter(|item| item["sk"] == "member");
        members.next().unwrap_or(&Value::Null)
    }

    /// The token that an answer hands over, if any.
    fn token(reply: &Reply) -> Option<String> {
        let in_body = reply.body["data"]["access_token"].as_str();
        let token = in_body.map(str::to_owned).or_else(|| reply.cookie());
        token.filter(|token| !token.is_empty())
    }

    /// Each new password that was acknowledged raised the generation by one, and nothing else did; the
    /// hash is another where there was one, and else the same.
    fn passwords(&self) -> bool {
        let Some(before) = &self.world.member else {
            return true;
        };
        let renewed = self.done(Action::renews);
        let same = self.member()["password"] == before["password"];
        self.member()["generation"] == renewed && same == (renewed == 0)
    }

    /// A session that was handed over is live, unless the other ended it.
    fn handed_over(&self) -> bool {
        let renewed = self.done(Action::renews) > 0;
        let tokens: Vec<_> = self
            .answers(|_| true)
            .filter_map(|(action, reply)| Some((action, Self::token(reply)?)))
            .collect();
        let live = |token: &str| self.live.has(token);
        let logged_out = self.done(|action| matches!(action, A::Logout | A::LogoutFromGroup)) > 0;
        match &tokens[..] {
            [] => true,
            // A login knew the old password alone, and a pair is of the old generation.
            _ if renewed => tokens.iter().all(|(_, token)| !live(token)),
            [(A::LoginToGroup, one), (A::LoginToGroup, other)] => live(one) != live(other),
            // A login ends the session that was refreshed, and is not ended by it.
            [
                (A::LoginToGroup, login),
                (A::Refresh | A::UpUserinfo, other),
            ]
            | [
                (A::Refresh | A::UpUserinfo, other),
                (A::LoginToGroup, login),
            ] => live(login) && !live(other),
            [(A::Refresh | A::UpUserinfo, _)] if logged_out => false,
            _ => tokens.iter().all(|(_, token)| live(token)),
        }
    }

    /// What a logout, a login to the group or a new password ended is over, and nothing else is.
    fn ended(&self) -> bool {
        if self.world.member.is_none() {
            return true;
        }
        let known = &self.world.known;
        let live = |token: &str| self.live.has(token);
        let renewed = self.done(Action::renews) > 0;
        let over = |action| {
            matches!(
                action,
                A::Logout | A::LogoutFromGroup | A::LoginToGroup | A::Refresh | A::UpUserinfo
            )
        };
        live(&known.browser) != renewed && live(&known.access) == (!renewed && self.done(over) == 0)
    }

    /// Of some pairs exactly one is done, of others both are.
    fn exclusive(&self) -> bool {
        let [one, other] = self.pair;
        let done = self.done(|_| true);
        let ends = |action| matches!(action, A::Logout | A::LogoutFromGroup);
        let rotates = |action| matches!(action, A::Refresh | A::UpUserinfo);
        let registered = self.world.member.is_some();
        if ends(one) && ends(other) || ends(one) && rotates(other) || rotates(one) && ends(other) {
            return done == 1;
        }
        if one == other && one.registers() {
            // One request said twice: one member, and both may be answered as the first.
            return if registered { done == 0 } else { done >= 1 };
        }
        match self.pair {
            // The same token has the same pair.
            [A::Refresh, A::Refresh] => done == 2 && self.same_answer("data"),
            [A::Refresh, A::UpUserinfo] | [A::UpUserinfo, A::Refresh] => {
                let tokens = self.replies.each_ref().map(Self::token);
                done >= 1 && (done == 1 || tokens[0] == tokens[1])
            }
            [A::Credit, A::Credit] => done == 2 && self.same_answer("entry"),
            // A mobile is sent one message a minute, and none that could not be used.
            [A::SendRegist, A::SendRegist] => done == usize::from(!registered),
            // A code, a link and an old password work once.
            [A::UpUserinfo, A::UpUserinfo]
            | [A::ChangePassword, A::ChangePassword]
            | [A::SetByPage, A::SetByPage]
            | [A::Spend, A::Spend] => done == 1,
            [A::SendReset, A::SendReset] | [A::ResetByMobile, A::ResetByMobile] => {
                done == usize::from(registered)
            }
            // Whoever holds a proof is not stopped by a new password.
            [A::ResetByMobile, other] | [other, A::ResetByMobile] if other.renews() => {
                self.done(|action| action == A::ResetByMobile) == 1
            }
            _ => true,
        }
    }

    /// What can be done is done, unless the other stops such a thing and was done itself.
    fn undisturbed(&self) -> bool {
        let is_done = |racer: usize| self.pair[racer].is_done(&self.replies[racer]);
        [0, 1].into_iter().all(|racer: usize| {
            let (action, partner) = (self.pair[racer], self.pair[1 - racer]);
            let stopped = partner.stops(action) && is_done(1 - racer);
            !action.can_be_done(self.world.member.is_some()) || stopped || is_done(racer)
        })
    }

    fn same_answer(&self, key: &str) -> bool {
        let [one, other] = self.replies;
        let tokens = ["access_token", "refresh_token"];
        if key == "data" {
            return tokens
                .iter()
                .all(|token| one.body[key][token] == other.body[key][token]);
        }
        one.body[key] == other.body[key] && !one.body[key].is_null()
    }

    /// A registration that was acknowledged is a member, and no other is there.
    fn registrations(&self) -> bool {
        let members = self
            .dump
            .iter()
            .filter(|item| item["sk"] == "member")
            .count();
        let before = usize::from(self.world.member.is_some());
        let registered = self.done(Action::registers) - self.said_again();
        let mobile = self.world.service.key();
        let mobile = mobile.mobile(&MOBILE.parse().expect("a mobile"));
        let used_up = self.done(|action| action == A::RegisterMobile) > 0;
        let code = self
            .dump
            .iter()
            .find(|item| item["sk"] == "sms" && item["pk"] == mobile.partition());
        let code_is_there = code.is_some_and(|item| item["registration"].is_object());
        let sent = self.pair.contains(&A::SendRegist);
        let kept = sent || code_is_there != used_up;
        members == before + registered && kept && (before == 0 || registered == 0)
    }

    /// How many registrations were answered as an equal one before them.
    fn said_again(&self) -> usize {
        let [one, other] = self.pair;
        let equal = one == other && one.registers();
        usize::from(equal && self.done(Action::registers) == 2)
    }

    /// An entry that was acknowledged is there, and no other; a page shows the ledger of one moment.
    fn ledger(&self) -> bool {
        for (racer, (action, reply)) in self.pair.into_iter().zip(self.replies).enumerate() {
            let key = match action {
                A::Credit => "points#credit".to_owned(),
                A::Spend => format!("points#spend {racer}"),
                A::PointsPage | A::OperatorsPage if action.is_done(reply) => {
                    let details = reply.body["reward_point_details"].as_array();
                    let points = details
                        .into_iter()
                        .flatten()
                        .filter_map(|detail| detail["point"].as_i64());
                    let (sum, items) = (points.sum::<i64>(), details.map_or(0, Vec::len));
                    if reply.body["reward_point_total"] != sum
                        || reply.body["paging"]["items"] != items
                    {
                        return false;
                    }
                    continue;
                }
                _ => continue,
            };
            let written = self.dump.iter().any(|item| item["sk"] == key);
            if written != action.is_done(reply) {
                return false;
            }
        }
        if self.world.member.is_none() {
            return true;
        }
        let point = |action| i64::try_from(self.done(|done| done == action)).unwrap_or_default();
        let credited = 5 * point(A::Credit).min(1);
        let held = BALANCE + credited + SPEND * point(A::Spend);
        let points = &self.member()["points"];
        points["this_year"] == held && points["last_year"] == 0
    }

    /// Each login is a visit, and each new pair; nothing else is.
    fn visits(&self) -> bool {
        let logins = self.done(|action| matches!(action, A::LoginToGroup | A::LoginToBrowser));
        let rotated = self.answers(|action| matches!(action, A::Refresh | A::UpUserinfo));
        let mut pairs: Vec<_> = rotated
            .filter_map(|(_, reply)| Self::token(reply))
            .collect();
        pairs.dedup();
        let counted = self.member()["visit_count"].as_u64();
        let before = match &self.world.member {
            Some(member) => member["visit_count"].as_u64(),
            None if self.member().is_null() => return true,
            None => Some(1),
        };
        // A registration said again logs its member in.
        let new = (logins + pairs.len() + self.said_again()) as u64;
        counted == before.map(|before| before + new)
    }

    /// What was saved is saved, whatever the other saved.
    fn profile(&self) -> bool {
        let mut expected = json!({});
        for (racer, (action, reply)) in self.pair.into_iter().zip(self.replies).enumerate() {
            match action {
                A::Save if action.is_done(reply) && racer == 0 => {
                    expected["real_name"] = json!("甲");
                }
                A::Save if action.is_done(reply) => expected["birthday"] = json!("2000-01-01"),
                A::UpUserinfo if action.is_done(reply) => expected["nickname"] = json!("乙"),
                _ => {}
            }
        }
        let keys = ["real_name", "birthday", "nickname"];
        keys.iter()
            .all(|key| self.member()["profile"][key] == expected[key])
    }
}
