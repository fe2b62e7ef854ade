//! `GET /health/live` and `GET /health/ready`: whether the process runs, and whether it can take a note.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use super::Json;
use crate::App;

/// How long an answer about readiness holds: who asks more often makes no work.
const HOLDS: Duration = Duration::from_secs(1);

/// What was found when readiness was last looked at: whether the database takes something, and whether the engine works.
#[derive(Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, bool, bool)>>);

pub(super) async fn live() -> Json {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json) {
    let (database, engine) = look(&app).await;
    let stopping = app.stopping.load(Ordering::Relaxed);
    let ok = database && engine && !stopping;
    let say = |ok: bool| if ok { "ok" } else { "failed" };
    let body = json!({
        "status": if stopping { "stopping" } else { say(ok) },
        "database": say(database),
        "engine": say(engine),
    });
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

async fn look(app: &Arc<App>) -> (bool, bool) {
    let mut last = app.readiness.0.lock().await;
    if let Some((at, database, engine)) = *last
        && at.elapsed() < HOLDS
    {
        return (database, engine);
    }
    let database = app.store.probe().await.is_ok();
    let work = app.clone();
    // A full queue is no fault of the engine, but nothing can be taken.
    let engine = app.pool.run(move || work.engine.works()).await.unwrap_or(false);
    *last = Some((Instant::now(), database, engine));
    (database, engine)
}
