//! What can be asked for, a file for each; here, which way leads where.

mod health;
mod ingest;
mod metrics;
mod notes;
mod summarize;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

pub(crate) use self::health::Readiness;
use crate::problem::Problem;
use crate::{App, auth, edge};

/// Every route; those about notes want a token.
pub(crate) fn router(app: Arc<App>) -> Router {
    let notes = Router::new()
        .route("/ingest", post(ingest::post))
        .route("/notes/{id}", get(notes::get))
        .route("/summarize", post(summarize::post))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(app.settings.body_bytes))
        .layer(from_fn_with_state(app.clone(), auth::admit));
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::get))
        .method_not_allowed_fallback(wrong_method)
        .merge(notes)
        .fallback(|| async { Problem::not_found() })
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn_with_state(app.clone(), edge::observe))
        .with_state(app)
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "the route is asked by another method")
}

/// The body of a request that brings JSON.
///
/// # Errors
/// When it is said to be something else, is too long, or broke off.
fn json_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a body of type application/json is expected"));
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"),
        status => Problem::new(status, "the body did not arrive whole"),
    })
}

/// An answer of JSON. axum's own asks `serde_json` for a feature that nothing else in the workspace does, and the wheel, which is built
/// by itself, would compile everything a second time.
struct Json(Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let mut response = self.0.to_string().into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
