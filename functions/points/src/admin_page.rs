//! `GET /admin/members/{id}/points`: the operator reads a member's ledger, with the parameters and
//! the answer of `reward_point_details`.

use axum::extract::State;
use shared::{
    app::App,
    envelope::{self, Flat},
    error::ApiError,
    params::AnyParams,
};

use crate::{
    admin::{NO_MEMBER, Named},
    answer::Details,
    asked::Asked,
    reading::{Holder, Reading},
};

pub(crate) async fn handler(
    State(app): State<App>,
    Named(id): Named,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let AnyParams(params) = params?;
    let asked = Asked::read(&params)?;
    let page = Reading::new(&app, id, asked).page(async {
        let points = app.store.points(id).await?;
        Ok(Holder {
            points: points.ok_or_else(|| ApiError::refused(NO_MEMBER))?,
            session: None,
        })
    });
    let details = Details::new(page.await?, asked);
    Ok(envelope::youhaosuda(details))
}
