//! The settings: all of them, from the environment, checked before anything starts.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// What every setting begins with.
const PREFIX: &str = "CHARTGUARD_";

/// Name without the prefix, default, and what it is: the table that `--help` prints and the README repeats.
const TABLE: &[(&str, &str, &str)] = &[
    ("HOST", "127.0.0.1", "address to listen on"),
    ("PORT", "8102", "port to listen on; 0 takes a free one and logs it"),
    ("DATA", "note-intake-data", "directory of the database, and of key and tokens that are made at the first start"),
    ("POLICY", "safe-harbor", "a built-in policy or a policy file"),
    ("STRICT", "false", "true also removes what is not known to be safe"),
    ("RUBRIC", "medicare-outpatient-therapy", "a built-in rubric or a rubric file"),
    ("KEY_FILE", "DATA/key", "the secret key, at least 32 bytes in hexadecimal or base64"),
    ("TOKENS_FILE", "DATA/tokens", "the clients, a line each: NAME SHA-256-OF-ITS-TOKEN"),
    ("TOKENS", "", "the clients in place of a file: NAME:SHA-256,NAME:SHA-256"),
    ("RATE_PER_SECOND", "50", "requests a second that a client may make"),
    ("RATE_BURST", "100", "requests that a client may make at once"),
    ("BODY_BYTES", "1048576", "longest body of a request"),
    ("WORKERS", "", "threads that scrub and score; one a core unless said otherwise"),
    ("QUEUE", "64", "notes that may wait for a worker before others are turned away"),
    ("TIMEOUT_SECONDS", "30", "longest a request may take, and that stopping waits for requests"),
    ("LOG_LEVEL", "info", "error, warn, info or off"),
];

/// Why the service does not start. It never repeats a value.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<chartguard::Error> for Refused {
    fn from(error: chartguard::Error) -> Self {
        Self(error.to_string())
    }
}

/// Where the clients' tokens are told.
#[derive(Debug, Clone)]
pub(crate) enum Tokens {
    /// In the setting itself.
    Given(String),
    /// In a file that must be there.
    File(PathBuf),
    /// In a file that is made at the first start.
    Own(PathBuf),
}

/// Every setting. `Debug` would print the hashes of tokens, so there is none.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) data: PathBuf,
    pub(crate) policy: String,
    pub(crate) strict: bool,
    pub(crate) rubric: String,
    /// `None`: a key of our own in the data directory.
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) tokens: Tokens,
    pub(crate) rate_per_second: f64,
    pub(crate) rate_burst: u32,
    pub(crate) body_bytes: usize,
    pub(crate) workers: usize,
    pub(crate) queue: usize,
    pub(crate) timeout: Duration,
    pub(crate) log_level: Option<tracing::Level>,
}

impl Settings {
    /// Reads the settings among the variables of the environment; others are none of our business.
    ///
    /// # Errors
    /// When a variable begins as ours do and is none, or a value cannot be used.
    pub(crate) fn read(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Refused> {
        let given: BTreeMap<String, String> = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value)))
            .collect();
        if let Some(name) = given.keys().find(|name| !TABLE.iter().any(|(known, ..)| known == name)) {
            let near = TABLE.iter().map(|(known, ..)| *known).min_by_key(|known| strsim::levenshtein(name, known));
            return Err(Refused(format!(
                "{PREFIX}{name} is no setting: did you mean {PREFIX}{}?",
                near.unwrap_or_default()
            )));
        }
        let text = |name: &str| {
            let default = TABLE.iter().find(|(known, ..)| *known == name).map_or("", |(_, default, _)| default);
            given.get(name).filter(|value| !value.is_empty()).map_or(default, String::as_str)
        };
        let data = PathBuf::from(text("DATA"));
        let path = |name: &str| given.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let tokens = match (given.get("TOKENS").filter(|value| !value.is_empty()), path("TOKENS_FILE")) {
            (Some(_), Some(_)) => {
                return Err(Refused(format!("{PREFIX}TOKENS and {PREFIX}TOKENS_FILE are both set: set one")));
            }
            (Some(list), None) => Tokens::Given(list.clone()),
            (None, Some(file)) => Tokens::File(file),
            (None, None) => Tokens::Own(data.join("tokens")),
        };
        Ok(Self {
            host: text("HOST")
                .parse()
                .or_else(|error| if text("HOST") == "localhost" { Ok(Ipv4Addr::LOCALHOST.into()) } else { Err(error) })
                .map_err(|_| wrong("HOST", "an address such as 127.0.0.1 or 0.0.0.0"))?,
            port: whole("PORT", text("PORT"), 0, 65_535)? as u16,
            policy: text("POLICY").to_owned(),
            strict: match text("STRICT") {
                "true" => true,
                "false" => false,
                _ => return Err(wrong("STRICT", "true or false")),
            },
            rubric: text("RUBRIC").to_owned(),
            key_file: path("KEY_FILE"),
            tokens,
            rate_per_second: text("RATE_PER_SECOND")
                .parse()
                .ok()
                .filter(|rate: &f64| rate.is_finite() && *rate > 0.0)
                .ok_or_else(|| wrong("RATE_PER_SECOND", "a number over 0"))?,
            rate_burst: whole("RATE_BURST", text("RATE_BURST"), 1, 1_000_000)? as u32,
            body_bytes: whole("BODY_BYTES", text("BODY_BYTES"), 1_024, 64 << 20)? as usize,
            workers: match text("WORKERS") {
                "" => std::thread::available_parallelism().map_or(1, usize::from),
                given => whole("WORKERS", given, 1, 1_024)? as usize,
            },
            queue: whole("QUEUE", text("QUEUE"), 1, 100_000)? as usize,
            timeout: Duration::from_secs(whole("TIMEOUT_SECONDS", text("TIMEOUT_SECONDS"), 1, 3_600)?),
            log_level: match text("LOG_LEVEL") {
                "error" => Some(tracing::Level::ERROR),
                "warn" => Some(tracing::Level::WARN),
                "info" => Some(tracing::Level::INFO),
                "off" => None,
                _ => return Err(wrong("LOG_LEVEL", "error, warn, info or off")),
            },
            data,
        })
    }
}

fn wrong(name: &str, expected: &str) -> Refused {
    Refused(format!("{PREFIX}{name}: {expected} is expected"))
}

fn whole(name: &str, given: &str, least: u64, most: u64) -> Result<u64, Refused> {
    let number = given.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| wrong(name, &format!("a whole number from {least} to {most}")))
}

/// The settings as `--help` prints them.
pub(crate) fn table() -> String {
    let row = |(name, default, what): &(&str, &str, &str)| format!("  {PREFIX}{name:<16} {what} [{default}]\n");
    TABLE.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Refused> {
        Settings::read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        read(pairs).err().expect("refused").0
    }

    #[test]
    fn nothing_need_be_set() {
        let settings = read(&[("PATH", "/bin"), ("CHARTGUARD_WORKERS", "")]).unwrap();
        assert_eq!((settings.host.to_string().as_str(), settings.port), ("127.0.0.1", 8102));
        assert_eq!(settings.policy, "safe-harbor");
        assert!(settings.workers >= 1);
        assert!(matches!(settings.tokens, Tokens::Own(path) if path.ends_with("tokens")));
    }

    #[test]
    fn what_is_no_setting_is_refused_with_the_nearest() {
        assert!(refusal(&[("CHARTGUARD_POLCY", "x")]).contains("CHARTGUARD_POLICY"));
        assert!(refusal(&[("CHARTGUARD_RATE_PER_SEC", "x")]).contains("CHARTGUARD_RATE_PER_SECOND"));
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named_and_not_repeated() {
        for (name, value) in [
            ("HOST", "nowhere at all"),
            ("PORT", "65536"),
            ("STRICT", "yes"),
            ("RATE_PER_SECOND", "-1"),
            ("RATE_PER_SECOND", "inf"),
            ("RATE_BURST", "0"),
            ("BODY_BYTES", "12"),
            ("WORKERS", "-4"),
            ("QUEUE", "many"),
            ("TIMEOUT_SECONDS", "0"),
            ("LOG_LEVEL", "chatty"),
        ] {
            let said = refusal(&[(&format!("{PREFIX}{name}"), value)]);
            assert!(said.starts_with(&format!("{PREFIX}{name}: ")), "{said}");
            assert!(value.len() < 3 || !said.contains(value), "{said}");
        }
        assert!(refusal(&[("CHARTGUARD_TOKENS", "a:b"), ("CHARTGUARD_TOKENS_FILE", "c")]).contains("set one"));
    }

    #[test]
    fn the_readme_has_every_setting_with_its_default() {
        let readme = include_str!("../README.md");
        for (name, default, what) in TABLE {
            let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
            let row = format!("| `{PREFIX}{name}` | {default} | {what} |");
            assert!(readme.contains(&row), "README.md lacks {row}");
        }
    }
}
