//! What is asked of the service in a race: every endpoint that touches a member.

use serde_json::{Value, json};

use super::world::{BALANCE, EMAIL, Known, MOBILE, NAME, PASSWORD};
use crate::support::{
    Reply, RequestBuilder, Service,
    mobile::{REGIST_SMS, RESET_SMS},
};

/// Everything that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    LoginToGroup,
    LoginToBrowser,
    Refresh,
    LogoutFromGroup,
    Logout,
    Current,
    Save,
    UpUserinfo,
    ChangePassword,
    RegisterName,
    RegisterEmail,
    RegisterMobile,
    SendRegist,
    SendReset,
    CheckRegist,
    CheckReset,
    ResetByMobile,
    AskForMail,
    ShowPage,
    SetByPage,
    PointsPage,
    Credit,
    Spend,
    OperatorsPage,
}

use Action as A;

/// Where an action is asked for; one of two that have the same handler is drawn.
pub type Route = (&'static str, &'static str);

impl Action {
    pub const ALL: [Self; 24] = [
        A::LoginToGroup,
        A::LoginToBrowser,
        A::Refresh,
        A::LogoutFromGroup,
        A::Logout,
        A::Current,
        A::Save,
        A::UpUserinfo,
        A::ChangePassword,
        A::RegisterName,
        A::RegisterEmail,
        A::RegisterMobile,
        A::SendRegist,
        A::SendReset,
        A::CheckRegist,
        A::CheckReset,
        A::ResetByMobile,
        A::AskForMail,
        A::ShowPage,
        A::SetByPage,
        A::PointsPage,
        A::Credit,
        A::Spend,
        A::OperatorsPage,
    ];

    pub fn routes(self) -> &'static [Route] {
        match self {
            A::LoginToGroup => &[("POST", "/v1/site/login")],
            A::LoginToBrowser => &[("POST", "/api/v1/account/login")],
            A::Refresh => &[
                ("POST", "/v1/site/refresh"),
                ("POST", "/v2/customer/account/refresh"),
            ],
            A::LogoutFromGroup => &[("POST", "/v2/customer/account/logout")],
            A::Logout => &[("POST", "/api/v1/account/logout")],
            A::Current => &[("GET", "/api/v1/account/current")],
            A::Save => &[("POST", "/api/v1/account/save")],
            A::UpUserinfo => &[("POST", "/v2/customer/account/up-userinfo")],
            A::ChangePassword => &[("POST", "/api/v1/account/change_password")],
            A::RegisterName => &[("POST", "/api/v1/account/register_with_user_name")],
            A::RegisterEmail => &[("POST", "/api/v1/account/register_with_email")],
            A::RegisterMobile => &[("POST", "/api/v1/account/register_with_mobile")],
            A::SendRegist => &[("POST", REGIST_SMS)],
            A::SendReset => &[("POST", RESET_SMS)],
            A::CheckRegist => &[("POST", "/api/v1/account/check_regist_mobile")],
            A::CheckReset => &[("POST", "/api/v1/account/check_reset_mobile")],
            A::ResetByMobile => &[("POST", "/api/v1/account/reset_password_with_mobile")],
            A::AskForMail => &[("POST", "/api/v1/account/reset_password_with_email")],
            A::ShowPage => &[("GET", "/reset_password")],
            A::SetByPage => &[("POST", "/reset_password")],
            A::PointsPage => &[
                ("GET", "/api/v1/account/reward_point_details"),
                ("POST", "/api/v1/account/reward_point_details"),
            ],
            A::Credit | A::Spend => &[("POST", "/admin/members/{id}/points")],
            A::OperatorsPage => &[("GET", "/admin/members/{id}/points")],
        }
    }

    /// Whether there is a point in asking it where nobody has the names yet.
    pub const fn is_for_nobody(self) -> bool {
        matches!(
            self,
            A::LoginToGroup
                | A::LoginToBrowser
                | A::RegisterName
                | A::RegisterEmail
                | A::RegisterMobile
                | A::SendRegist
                | A::SendReset
                | A::CheckRegist
                | A::CheckReset
                | A::ResetByMobile
                | A::AskForMail
        )
    }

    pub const fn registers(self) -> bool {
        matches!(self, A::RegisterName | A::RegisterEmail | A::RegisterMobile)
    }

    /// Whether it sets a new password where it succeeds.
    pub const fn renews(self) -> bool {
        matches!(self, A::ChangePassword | A::ResetByMobile | A::SetByPage)
    }

    /// The new password of the racer `racer`.
    pub fn new_password(self, racer: usize) -> String {
        format!("{self:?} {racer}")
    }

    /// The name to log in by: that which the partner registers, if it does.
    fn login(partner: Self) -> &'static str {
        match partner {
            A::RegisterMobile | A::ResetByMobile => MOBILE,
            A::RegisterEmail | A::SetByPage => EMAIL,
            _ => NAME,
        }
    }

    /// The request of the racer `racer` against `partner`; `draw` is any number.
    pub fn request(
        self,
        service: &Service,
        known: &Known,
        racer: usize,
        partner: Self,
        draw: usize,
    ) -> RequestBuilder {
        let routes = self.routes();
        let (method, path) = routes[draw % routes.len()];
        let path = path.replace("{id}", &known.id.to_string());
        let path = if self == A::ShowPage {
            format!("{path}?token={}", known.link)
        } else {
            path
        };
        let request = service.request(method, &path);
        let new = self.new_password(racer);
        let desc = "订单";
        match self {
            A::LoginToGroup => request.form(&[
                ("username", Self::login(partner)),
                ("password", PASSWORD),
                ("group", "app"),
            ]),
            A::LoginToBrowser => {
                request.form(&[("account", Self::login(partner)), ("password", PASSWORD)])
            }
            A::Refresh => request.form(&[("refresh_token", &known.refresh), ("group", "app")]),
            A::Current | A::Logout | A::LogoutFromGroup | A::PointsPage => {
                request.bearer(&known.access)
            }
            A::Save => {
                let field = [("real_name", "甲"), ("birthday", "2000-01-01")][racer];
                request.bearer(&known.access).form(&[field])
            }
            A::UpUserinfo => request.bearer(&known.access).form(&[("nickname", "乙")]),
            A::ChangePassword => request.bearer(&known.access).form(&[
                ("password_old", PASSWORD),
                ("password", &new),
                ("password_again", &new),
            ]),
            A::RegisterName | A::RegisterEmail | A::RegisterMobile => {
                let account = match self {
                    A::RegisterMobile => MOBILE,
                    A::RegisterEmail => EMAIL,
                    _ => NAME,
                };
                let code = ("verify_code", &*known.registration_code);
                request.form(&[
                    ("account", account),
                    ("password", PASSWORD),
                    ("password_again", PASSWORD),
                    code,
                ])
            }
            A::SendRegist | A::SendReset | A::CheckRegist | A::CheckReset => {
                request.form(&[("mobile", MOBILE)])
            }
            A::ResetByMobile => request.form(&[
                ("account", MOBILE),
                ("password", &new),
                ("password_again", &new),
                ("verify_code", &known.reset_code),
            ]),
            A::AskForMail => request.form(&[("email", EMAIL)]),
            A::ShowPage => request,
            A::SetByPage => request.form(&[
                ("token", &known.link),
                ("password", &new),
                ("password_again", &new),
            ]),
            // Twice the same credit, and two different spends.
            A::Credit => request
                .operator()
                .json(json!({"key": "credit", "point": 5, "desc": desc})),
            A::Spend => request
                .operator()
                .json(json!({"key": format!("spend {racer}"), "point": 3 - BALANCE, "desc": desc})),
            A::OperatorsPage => request.operator(),
        }
    }

    /// Whether an answer is one that its family gives, and no fault.
    pub fn is_good(self, reply: &Reply) -> bool {
        let code = reply.body["code"].as_u64();
        reply.status == 200
            && if self.is_page() {
                let page = String::from_utf8_lossy(&reply.bytes);
                page.contains("设置新密码")
                    || page.contains("密码已更新")
                    || page.contains("链接已失效")
            } else if self.routes()[0].1.starts_with("/v") {
                let keys = ["code", "message", "data", "timestamp"];
                let whole = keys.iter().all(|key| !reply.body[key].is_null());
                whole && code.is_some_and(|code| [200, 401, 422, 429].contains(&code))
            } else {
                code.is_some_and(|code| [200, 201, 212].contains(&code))
                    && reply.body["message"].is_string()
            }
    }

    /// Whether an answer says that it is done.
    pub fn is_done(self, reply: &Reply) -> bool {
        if self.is_page() {
            let done = if self == A::SetByPage {
                "密码已更新"
            } else {
                "<form"
            };
            String::from_utf8_lossy(&reply.bytes).contains(done)
        } else {
            reply.body["code"] == 200 && reply.body.get("customer") != Some(&Value::Null)
        }
    }

    const fn is_page(self) -> bool {
        matches!(self, A::ShowPage | A::SetByPage)
    }
}
