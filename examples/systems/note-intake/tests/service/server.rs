//! Starts the built program and stops it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Reply, send};

/// The token of the client `ehr`.
pub(crate) const TOKEN: &str = "ehr-token-of-these-tests";
/// The token of the client `ward`.
pub(crate) const OTHER_TOKEN: &str = "ward-token-of-these-tests";

/// A directory that goes when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("intake-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program with nothing of this environment and these settings.
pub(crate) fn program(data: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_note-intake"));
    command.env_clear().env("CHARTGUARD_DATA", data).env("CHARTGUARD_PORT", "0");
    for (name, value) in settings {
        command.env(format!("CHARTGUARD_{name}"), value);
    }
    command
}

/// The settings of two clients.
fn tokens() -> String {
    let mut list = String::new();
    for (name, token) in [("ehr", TOKEN), (",ward", OTHER_TOKEN)] {
        list.push_str(name);
        list.push(':');
        for byte in Sha256::digest(token) {
            let _ = write!(list, "{byte:02x}");
        }
    }
    list
}

/// A running service. It is killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts the service with two clients and no limit that tests would meet by chance, unless `settings` say otherwise.
    pub(crate) fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        let tokens = tokens();
        let mut all = vec![("RATE_PER_SECOND", "100000"), ("RATE_BURST", "100000"), ("QUEUE", "1000")];
        if !settings.iter().any(|(name, _)| name.starts_with("TOKENS")) {
            all.push(("TOKENS", &tokens));
        }
        all.extend(settings);
        Self::run(program(data, &all))
    }

    pub(crate) fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::<Mutex<String>>::default();
        let (sender, listening) = mpsc::channel();
        let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let lines = log.clone();
        let out = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(line) = serde_json::from_str::<Value>(&line)
                    && line["message"] == "listening"
                {
                    let address: SocketAddr = line["address"].as_str().unwrap().parse().unwrap();
                    let _ = sender.send(address);
                }
                let _ = writeln!(lines.lock().unwrap(), "{line}");
            }
        });
        let lines = log.clone();
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            lines.lock().unwrap().push_str(&text);
        });
        let address = listening.recv_timeout(Duration::from_mins(1));
        let mut server = Self { address: ([127, 0, 0, 1], 0).into(), child, log, readers: vec![out, err] };
        server.address = address.unwrap_or_else(|_| panic!("it does not start: {}", server.end()));
        server
    }

    /// A request of the client `ehr` with a body of JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, &[], body)
    }

    pub(crate) fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        post(self.address, path, headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        let token = format!("Bearer {TOKEN}");
        send(self.address, "GET", path, &[("Authorization", &token)], b"").expect("an answer")
    }

    /// Keeps a note and returns what was answered.
    pub(crate) fn ingest(&self, patient: &str, note: &str) -> Value {
        let reply = self.post("/ingest", &json!({"patient_id": patient, "note": note}));
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as a supervisor does.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Ends it, and returns all that it wrote to standard output and error.
    pub(crate) fn end(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request of the client `ehr` with a body of JSON.
pub(crate) fn post(address: SocketAddr, path: &str, headers: &[(&str, &str)], body: &Value) -> std::io::Result<Reply> {
    let token = format!("Bearer {TOKEN}");
    let mut all = vec![("Content-Type", "application/json")];
    if !headers.iter().any(|(name, _)| *name == "Authorization") {
        all.push(("Authorization", &token));
    }
    all.extend(headers);
    send(address, "POST", path, &all, body.to_string().as_bytes())
}

/// A sample note of the repository.
pub(crate) fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notes").join(name);
    std::fs::read_to_string(path).unwrap()
}
