//! `POST /summarize`: a note in a few of its own sentences, by section, after it was scrubbed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::Json;
use crate::App;
use crate::auth::Client;
use crate::input::Summarize;
use crate::problem::Problem;
use crate::summary::summarize;

/// A note that is kept is read as it is; one that is handed in is scrubbed first, which is recorded, and not kept.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json, Problem> {
    let body = super::json_body(&headers, body)?;
    match crate::input::summarize(&body)? {
        Summarize::Kept(id) => {
            let kept = super::notes::find(&app, &id).await?;
            let (id, audit_id) = (kept.id, kept.audit_id);
            let out = app.pool.run(move || of(&kept.scrubbed)).await?;
            Ok(named(out, json!(id), audit_id))
        }
        Summarize::Given(note) => {
            let work = app.clone();
            let done = app.pool.run(move || {
                let (event, result) = work.engine.scrub(&note, &client)?;
                Ok((event, result.map(|scrubbed| of(&scrubbed))))
            });
            let (event, result) = done.await?.map_err(|error| Problem::unfinished(&error))?;
            let audit_id = app.store.record(event).await?;
            let out = result.map_err(|error| Problem::unfinished(&error))?;
            Ok(named(out, Value::Null, audit_id))
        }
    }
}

fn of(scrubbed: &str) -> Value {
    json!({ "scrubbed": scrubbed, "sections": summarize(scrubbed) })
}

fn named(mut summary: Value, id: Value, audit_id: i64) -> Json {
    summary["id"] = id;
    summary["audit_id"] = json!(audit_id);
    Json(summary)
}
