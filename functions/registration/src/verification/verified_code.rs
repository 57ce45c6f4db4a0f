//! What a mobile is registered with and what its password is reset with: a password, and the code that
//! shows that the mobile is theirs.

use shared::{
    config::Config,
    domain::{
        identifier::{Identifier, Mobile},
        password::Password,
    },
    http::{error::ApiError, params::Params},
    wire::youhaosuda,
};

use crate::verification::{
    codes::{Code, CodeFormat},
    mobile::{self, ACCOUNT},
};

pub(crate) struct Request {
    pub(crate) mobile: Mobile,
    pub(crate) password: Password,
    pub(crate) code: Code,
}

impl Request {
    pub(crate) fn read(
        params: &Params,
        config: &Config,
        format: CodeFormat,
    ) -> Result<Self, ApiError> {
        let mobile = mobile::read(params, ACCOUNT)?;
        let names = [Identifier::from(mobile.clone()).key()];
        Ok(Self {
            mobile,
            password: youhaosuda::new_password(params, config, &names)?,
            code: Code::read(params, format)?,
        })
    }
}
