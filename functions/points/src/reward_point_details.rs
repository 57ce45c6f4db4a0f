//! `POST` and `GET /api/v1/account/reward_point_details`: 获取当前账户积分详细信息.

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use shared::{
    app::App,
    auth::{Authenticated, Presented},
    envelope::{self, Flat},
    error::ApiError,
    params::AnyParams,
};

use crate::{
    answer::Details,
    asked::Asked,
    reading::{Holder, Reading},
};

pub(crate) async fn handler(
    State(app): State<App>,
    presented: Presented,
    mut parts: Parts,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let asked = params.and_then(|AnyParams(params)| Asked::read(&params));
    let by = Authenticated::from_request_parts(&mut parts, &app);
    let asked = match asked {
        Ok(asked) => asked,
        // Who is not logged in hears of that first.
        Err(error) => return by.await.and(Err(error)),
    };
    let reading = Reading::new(&app, presented.token.member, asked);
    let page = reading.page(async {
        let by = by.await?;
        Ok(Holder {
            points: by.member.points,
            session: Some((by.key, by.session)),
        })
    });
    let details = Details::new(page.await?, asked);
    Ok(envelope::youhaosuda(details))
}
