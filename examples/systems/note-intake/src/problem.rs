//! What a client is told where it gets no result: `application/problem+json` (RFC 9457), without a value of the request.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chartguard::ErrorCode;
use serde::Serialize;

/// What is wrong with one member of a request.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct FieldError {
    pub(crate) field: String,
    pub(crate) message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A response in place of a result.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "the request was understood and has errors");
        Self { errors, ..problem }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "a bearer token of a known client is expected")
    }

    pub(crate) fn too_many(wait: Duration) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "the client asks too often");
        Self { retry_after: Some(wait.as_secs_f64().ceil().max(1.0) as u64), ..problem }
    }

    /// There is more to do than is allowed to wait.
    pub(crate) fn busy() -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "the service has all it can do; nothing was stored");
        Self { retry_after: Some(1), ..problem }
    }

    pub(crate) fn not_stored() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database takes nothing; nothing was stored")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing here")
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "a defect of the service; there is no result")
    }

    /// A note that the library did not scrub or score. Its messages hold nothing of the note.
    pub(crate) fn unfinished(error: &chartguard::Error) -> Self {
        let status = match error.code() {
            ErrorCode::Input | ErrorCode::Config => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, format!("the note was not scrubbed, and nothing of it was stored: {}", error.message()))
    }
}

#[derive(Serialize)]
struct Body<'p> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'p str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'p [FieldError],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
