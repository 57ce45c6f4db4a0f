//! `/_local/docs`: the description of the API, to read and to try. The page is Swagger UI, which its crate
//! brings along: nothing is downloaded, and nothing is asked of another machine.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use swagger_ui_redist::SwaggerUi;

/// The description, as a test holds it equal to the code.
const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");

/// Swagger UI sets styles, and shows its icons from `data:` addresses.
const POLICY: &str = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; \
                      frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; \
                      style-src 'self' 'unsafe-inline'";

/// Whether a path is of the page or of the description: they are the same for everybody.
#[must_use]
pub fn is_page(path: &str) -> bool {
    path == "/_local/openapi.json" || path == "/_local/docs" || path.starts_with("/_local/docs/")
}

/// The routes.
pub fn router() -> Router {
    Router::new()
        .route(
            "/_local/openapi.json",
            get(|| async { served("application/json", DOCUMENT.as_bytes()) }),
        )
        .route(
            "/_local/docs",
            get(|| async { served("text/html; charset=utf-8", PAGE.as_bytes()) }),
        )
        .route("/_local/docs/{file}", get(asset))
}

/// `GET /_local/docs/{file}`: the page's own script, and the files of Swagger UI.
async fn asset(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => "image/png",
    };
    if name == "page.js" {
        return served(kind, SCRIPT.as_bytes());
    }
    let mut files = SwaggerUi::static_files().iter();
    match files.find(|(file, _)| file.file_name() == name) {
        Some((_, bytes)) => served(kind, bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn served(kind: &'static str, bytes: &'static [u8]) -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CONTENT_TYPE, kind),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, bytes).into_response()
}
