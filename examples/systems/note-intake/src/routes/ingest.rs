//! `POST /ingest`: a note comes in, and what may be shared of it is kept.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Json;
use crate::App;
use crate::auth::Client;
use crate::engine::Done;
use crate::problem::{FieldError, Problem};
use crate::store::{Added, Kept};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest idempotency key, in bytes.
const LONGEST_KEY: usize = 255;

/// Answers 201 when note, report and audit record are on the disk, also where they were before under the same idempotency key.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = super::json_body(&headers, body)?;
    let idempotency = idempotency_key(&headers)?.map(|key| app.engine.idempotency(&client, key));
    let note = crate::input::ingest(&body)?;
    let Some(patient_id) = note.patient_id.clone() else { return Err(Problem::internal()) };
    let request = app.engine.request(&body);
    if let Some(key) = idempotency.clone() {
        let reader = app.clone();
        // Reads only what the database holds in memory, or a page or two of it.
        let before = tokio::task::spawn_blocking(move || reader.store.kept_for(&key)).await;
        if let Some(before) = before.map_err(|_| Problem::internal())?? {
            return if before.request == request { Ok(answer(&before, true)) } else { Err(reused()) };
        }
    }
    let work = app.clone();
    let name = client.clone();
    let analyzed = app.pool.run(move || work.engine.analyze(&note, &name)).await?;
    let (event, result) = analyzed.map_err(|error| Problem::unfinished(&error))?;
    let done = match result {
        Ok(done) => done,
        Err(error) => {
            app.store.record(event).await?;
            return Err(Problem::unfinished(&error));
        }
    };
    let kept = kept(&done, app.engine.patient(&patient_id), &client, event.recorded.clone(), idempotency, request);
    match app.store.add(kept, event).await? {
        Added::New(kept) => {
            app.metrics.stored(&done);
            Ok(answer(&kept, false))
        }
        Added::Before(kept) => Ok(answer(&kept, true)),
        Added::Conflict => Err(reused()),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    key.map(Some).ok_or_else(|| {
        let message = format!("1 to {LONGEST_KEY} characters of ASCII are expected");
        Problem::fields(vec![FieldError::new("Idempotency-Key", message)])
    })
}

fn reused() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the idempotency key was used for another request")
}

fn kept(
    done: &Done,
    patient: String,
    client: &str,
    received: String,
    idempotency: Option<String>,
    request: String,
) -> Kept {
    let score = done.score.as_ref();
    Kept {
        id: Uuid::now_v7().to_string(),
        // The writer gives it.
        audit_id: 0,
        patient,
        client: client.to_owned(),
        received,
        idempotency,
        request,
        doc_type: done.doc_type.to_owned(),
        discipline: done.discipline.to_owned(),
        scrubbed: done.scrubbed.clone(),
        findings: json!(done.findings),
        score: score.and_then(|scored| scored.score),
        risk: score.and_then(|scored| scored.risk).map(str::to_owned),
        rubric: score.map(|scored| json!(scored.rubric)),
        report: score.map(|scored| Value::Object(scored.report.clone())),
    }
}

fn answer(kept: &Kept, before: bool) -> Response {
    let mut response = (StatusCode::CREATED, Json(super::notes::brief(kept))).into_response();
    let headers = response.headers_mut();
    if let Ok(place) = HeaderValue::from_str(&format!("/notes/{}", kept.id)) {
        headers.insert(LOCATION, place);
    }
    if before {
        headers.insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
    }
    response
}
