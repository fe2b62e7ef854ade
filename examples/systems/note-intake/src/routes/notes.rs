//! `GET /notes/{id}`: a note as it was kept, with its report.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Json;
use crate::App;
use crate::problem::Problem;
use crate::store::Kept;

pub(super) async fn get(State(app): State<Arc<App>>, id: Result<Path<String>, PathRejection>) -> Result<Json, Problem> {
    let Path(id) = id.map_err(|_| Problem::not_found())?;
    let kept = find(&app, &id).await?;
    let mut out = brief(&kept);
    out["report"] = json!(kept.report);
    Ok(Json(out))
}

/// The note of an id.
///
/// # Errors
/// When there is none, or the database cannot be read.
pub(super) async fn find(app: &Arc<App>, id: &str) -> Result<Kept, Problem> {
    let id = Uuid::try_parse(id).map_err(|_| Problem::not_found())?;
    let reader = app.clone();
    let found = tokio::task::spawn_blocking(move || reader.store.note(&id.to_string())).await;
    found.map_err(|_| Problem::internal())??.ok_or_else(Problem::not_found)
}

/// A note as `POST /ingest` answers it: without the report, and without what stands for patient and client.
pub(super) fn brief(kept: &Kept) -> Value {
    json!({
        "id": kept.id,
        "audit_id": kept.audit_id,
        "received": kept.received,
        "doc_type": kept.doc_type,
        "discipline": kept.discipline,
        "scrubbed": kept.scrubbed,
        "findings": kept.findings,
        "score": kept.score,
        "risk": kept.risk,
        "rubric": kept.rubric,
    })
}
