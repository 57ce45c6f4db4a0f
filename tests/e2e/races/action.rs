//! What is asked of the service in a race: every endpoint that touches a member.

use tests::catalogue::{self, Authentication, Endpoint, Family, parameter::Value};

use super::world::{EMAIL, Known, MOBILE, NAME, SPEND};
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

    fn endpoints(self) -> impl Iterator<Item = &'static Endpoint> {
        let routes = self.routes().iter();
        routes.map(|(method, path)| catalogue::find(method, path))
    }

    fn family(self) -> Option<Family> {
        self.endpoints().next().map(|endpoint| endpoint.family)
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
        let routes = self.routes().len();
        let endpoint = self.endpoints().nth(draw % routes).expect("a route");
        let token = match endpoint.authentication {
            Authentication::Session | Authentication::Optional => Some(Value::AccessToken),
            Authentication::None | Authentication::RefreshToken | Authentication::Operator => None,
        };
        let mut request = endpoint.request_with(&[], token, |value| match value {
            Value::Username if matches!(self, A::LoginToGroup | A::LoginToBrowser) => {
                Self::login(partner).to_owned()
            }
            Value::Code if self == A::ResetByMobile => known.reset_code.clone(),
            Value::NewPassword => self.new_password(racer),
            value => known.text(value),
        });
        let spend = SPEND.to_string();
        let fields = match self {
            A::Save => vec![[("real_name", "甲"), ("birthday", "2000-01-01")][racer]],
            A::UpUserinfo => vec![("nickname", "乙")],
            // Twice the same credit, and two different spends.
            A::Credit => vec![("key", "credit"), ("point", "5"), ("desc", "订单")],
            A::Spend => {
                let key = ["spend 0", "spend 1"][racer];
                vec![("key", key), ("point", &spend), ("desc", "订单")]
            }
            _ => return service.begin(&request),
        };
        let fields = fields.into_iter();
        request.fields = fields.map(|(name, text)| (name, text.to_owned())).collect();
        service.begin(&request)
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
            } else if self.family() == Some(Family::RageFrame) {
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
            reply.body["code"] == 200
                && reply.body.get("customer") != Some(&serde_json::Value::Null)
        }
    }

    fn is_page(self) -> bool {
        self.family() == Some(Family::Page)
    }
}
