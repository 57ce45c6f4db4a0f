//! What each action does where nothing disturbs it, and which other one may stop it.

use super::action::Action;

use Action as A;

impl Action {
    /// Whether it needs the session that is raced for.
    const fn is_by_session(self) -> bool {
        matches!(
            self,
            A::Refresh
                | A::LogoutFromGroup
                | A::Logout
                | A::Current
                | A::Save
                | A::UpUserinfo
                | A::ChangePassword
                | A::PointsPage
        )
    }

    /// Whether it is done where nothing else is asked, with a member or without.
    pub const fn can_be_done(self, with_member: bool) -> bool {
        match self {
            A::AskForMail => true,
            A::RegisterName
            | A::RegisterEmail
            | A::RegisterMobile
            | A::SendRegist
            | A::CheckRegist => !with_member,
            A::LoginToGroup
            | A::LoginToBrowser
            | A::Refresh
            | A::LogoutFromGroup
            | A::Logout
            | A::Current
            | A::Save
            | A::UpUserinfo
            | A::ChangePassword
            | A::SendReset
            | A::CheckReset
            | A::ResetByMobile
            | A::ShowPage
            | A::SetByPage
            | A::PointsPage
            | A::Credit
            | A::Spend
            | A::OperatorsPage => with_member,
        }
    }

    /// Whether it is meant to stop `other` where it is done before it.
    pub fn stops(self, other: Self) -> bool {
        match self {
            // The group has one session.
            A::LogoutFromGroup | A::Logout | A::LoginToGroup => other.is_by_session(),
            // The access token is over; the refresh token has the same pair again.
            A::Refresh | A::UpUserinfo => other.is_by_session() && other != A::Refresh,
            // All sessions are over, and the old password; a proof is used up, and no other.
            A::ChangePassword | A::ResetByMobile | A::SetByPage => {
                other.is_by_session()
                    || matches!(other, A::LoginToGroup | A::LoginToBrowser)
                    || other == self
                    || self == A::SetByPage && other == A::ShowPage
            }
            A::RegisterName | A::RegisterEmail => other == self,
            A::RegisterMobile => {
                matches!(other, A::RegisterMobile | A::CheckRegist | A::SendRegist)
            }
            // One message a minute; a new code voids the one before it.
            A::SendRegist => {
                matches!(other, A::SendRegist | A::SendReset | A::RegisterMobile)
            }
            A::SendReset => {
                matches!(other, A::SendRegist | A::SendReset | A::ResetByMobile)
            }
            // Two are more than there is.
            A::Spend => other == A::Spend,
            A::LoginToBrowser
            | A::Current
            | A::Save
            | A::CheckRegist
            | A::CheckReset
            | A::AskForMail
            | A::ShowPage
            | A::PointsPage
            | A::Credit
            | A::OperatorsPage => false,
        }
    }
}
