//! `GET /admin/members/{id}/points`: the operator reads a member's ledger, with the parameters and
//! the answer of `reward_point_details`.

use axum::extract::State;
use shared::{
    app::App,
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::AnyParams,
    },
};

use crate::{
    admin::{NO_MEMBER, Named},
    page::{Holder, PageReader},
    query::Query,
    response::Details,
};

pub(crate) async fn handler(
    State(app): State<App>,
    Named(id): Named,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let AnyParams(params) = params?;
    let query = Query::read(&params)?;
    let page = PageReader::new(&app, id, query).page(async {
        let points = app.store.ledger().points(id).await?;
        Ok(Holder {
            points: points.ok_or_else(|| ApiError::refused(NO_MEMBER))?,
            session: None,
        })
    });
    let details = Details::new(page.await?, query);
    Ok(envelope::youhaosuda(details))
}
