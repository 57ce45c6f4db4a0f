//! `POST` and `GET /api/v1/account/reward_point_details`: 获取当前账户积分详细信息.

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use shared::{
    app::App,
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::AnyParams,
    },
    rules::caller::{Authenticated, UnverifiedToken},
};

use crate::{
    page::{Holder, PageReader},
    query::Query,
    response::Details,
};

pub(crate) async fn handler(
    State(app): State<App>,
    presented: UnverifiedToken,
    mut parts: Parts,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let query = params.and_then(|AnyParams(params)| Query::read(&params));
    let by = Authenticated::from_request_parts(&mut parts, &app);
    let query = match query {
        Ok(query) => query,
        // Who is not logged in hears of that first.
        Err(error) => return by.await.and(Err(error)),
    };
    let reading = PageReader::new(&app, presented.token.member, query);
    let page = reading.page(async {
        let by = by.await?;
        Ok(Holder {
            points: by.member.points,
            session: Some((by.key, by.session)),
        })
    });
    let details = Details::new(page.await?, query);
    Ok(envelope::youhaosuda(details))
}
