//! note-intake: takes clinical notes in over HTTP, removes what identifies the patient, scores what therapists wrote, and keeps only
//! what may be shared. `README.md` beside it says how to run and call it.

#![forbid(unsafe_code)]

mod auth;
mod edge;
mod engine;
mod input;
mod limit;
mod logs;
mod metrics;
mod pool;
mod problem;
mod routes;
mod secrets;
mod settings;
mod store;
mod summary;

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::auth::Clients;
use crate::engine::Engine;
use crate::limit::Limiter;
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::settings::{Refused, Settings};
use crate::store::Store;

/// What every request may use.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) clients: Clients,
    pub(crate) limiter: Limiter,
    pub(crate) engine: Engine,
    pub(crate) pool: Pool,
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    pub(crate) readiness: routes::Readiness,
    /// Whether it was told to stop.
    pub(crate) stopping: AtomicBool,
}

const USAGE: &str = "\
note-intake                  serve
note-intake token NAME       print a new token, and the line of the tokens file that lets it in
note-intake verify           check database and audit log from beginning to end

Options: --host ADDRESS, --port NUMBER stand in for the settings of those names.
Settings, from the environment:
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            eprintln!("note-intake: {refused}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Refused> {
    // A variable that is not Unicode is none of ours.
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let setting = match argument.as_str() {
            "--help" | "-h" => {
                print!("{USAGE}{}", settings::table());
                return Ok(());
            }
            "--host" => "CHARTGUARD_HOST",
            "--port" => "CHARTGUARD_PORT",
            _ => {
                words.push(argument);
                continue;
            }
        };
        let value = arguments.next().ok_or_else(|| Refused(format!("{argument} needs a value")))?;
        variables.push((setting.to_owned(), value));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => serve(Settings::read(variables)?),
        ["token", name] if auth::is_name(name) => {
            let (token, line) = secrets::new_token(name)?;
            print!("{token}\n{line}");
            Ok(())
        }
        ["verify"] => {
            let settings = Settings::read(variables)?;
            println!("{}", store::verify(&settings.data, &secrets::key(&settings)?)?);
            Ok(())
        }
        _ => Err(Refused("unknown arguments: see note-intake --help".into())),
    }
}

fn serve(settings: Settings) -> Result<(), Refused> {
    logs::start(settings.log_level);
    let named = |what: &'static str| move |error: std::io::Error| Refused(format!("{what}: {error}"));
    // Scrubbed notes are nobody else's business either.
    let mut folder = DirBuilder::new();
    folder.recursive(true).mode(0o700).create(&settings.data).map_err(named("CHARTGUARD_DATA"))?;
    let _lock = lock(&settings.data)?;
    let key = secrets::key(&settings)?;
    let clients = secrets::clients(&settings)?;
    let (store, writer) = Store::open(&settings.data, &key)?;
    let engine = Engine::new(&settings, key)?;
    let app = Arc::new(App {
        clients,
        limiter: Limiter::new(settings.rate_per_second, settings.rate_burst),
        engine,
        pool: Pool::new(settings.workers, settings.queue).map_err(named("threads"))?,
        store,
        metrics: Metrics::new(),
        readiness: routes::Readiness::default(),
        stopping: AtomicBool::new(false),
        settings,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(named("runtime"))?;
    runtime.block_on(listen(app))?;
    // Ends tasks that did not finish in time; with the last of them the writer has nobody left to serve.
    runtime.shutdown_timeout(Duration::from_secs(1));
    writer.join().map_err(|_| Refused("the writer ended by a panic".into()))?;
    tracing::info!("stopped");
    Ok(())
}

/// Serves until a signal; then takes nothing new and finishes what it took.
async fn listen(app: Arc<App>) -> Result<(), Refused> {
    let named = |what: &'static str| move |error: std::io::Error| Refused(format!("{what}: {error}"));
    let place = (app.settings.host, app.settings.port);
    let listener = TcpListener::bind(place).await.map_err(named("CHARTGUARD_HOST, CHARTGUARD_PORT"))?;
    let address = listener.local_addr().map_err(named("address"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(named("signals"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(named("signals"))?;
    let policy = app.settings.policy.as_str();
    tracing::info!(%address, policy, version = env!("CARGO_PKG_VERSION"), "listening");

    let told = Arc::new(Notify::new());
    let stop = {
        let (app, told) = (app.clone(), told.clone());
        async move {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            app.stopping.store(true, Ordering::Relaxed);
            tracing::info!("stopping");
            told.notify_one();
        }
    };
    // An answer is one small piece: it goes out at once.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let patience = app.settings.timeout + Duration::from_secs(1);
    let server = axum::serve(listener, routes::router(app)).with_graceful_shutdown(stop);
    tokio::select! {
        served = server.into_future() => served.map_err(named("serving")),
        // A connection on which nothing ever comes is not waited for.
        () = async { told.notified().await; tokio::time::sleep(patience).await } => {
            tracing::warn!("connections were left open");
            Ok(())
        }
    }
}

/// Holds the data directory: two processes would each go on with the audit log as it was.
fn lock(data: &Path) -> Result<File, Refused> {
    let path = data.join("lock");
    let fault = |what: String| Refused(format!("{}: {what}", path.display()));
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(|error| fault(error.to_string()))?;
    file.try_lock().map_err(|_| fault("another note-intake works in this directory".into()))?;
    Ok(file)
}
