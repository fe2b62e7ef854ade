//! The one error type: what was wrong, where, and what would be right; never a word of a note.

use std::fmt;
use std::path::Path;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong. Codes are stable: the C library and the Python exceptions are built on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The text handed in cannot be processed (not UTF-8, over a limit, not the format it was said to be).
    Input,
    /// An option, a policy or a detector definition is wrong.
    Config,
    /// A rubric is wrong.
    Rubric,
    /// A model could not be loaded or does not have the shape it was said to have.
    Model,
    /// A model was loaded but failed while running.
    Inference,
    /// A file could not be read or written.
    Io,
    /// A secret key is malformed, missing, or not the one that was used.
    Key,
    /// A text to be restored, or a vault, was changed.
    Tampered,
    /// The actor is not allowed to do it.
    Access,
    /// The caller's token was set while the call worked, or its time was over; nothing was returned.
    Cancelled,
    /// A defect in chartguard itself, found by its own checks; nothing was returned.
    Internal,
    /// A defect in chartguard itself, which stopped the call; nothing was returned.
    Panic,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Input,
        Self::Config,
        Self::Rubric,
        Self::Model,
        Self::Inference,
        Self::Io,
        Self::Key,
        Self::Tampered,
        Self::Access,
        Self::Cancelled,
        Self::Internal,
        Self::Panic,
    ];

    /// The code of a word.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn named(word: &str) -> Result<Self> {
        let words = Self::ALL.iter().map(|one| one.as_str());
        let found = Self::ALL.iter().copied().find(|one| one.as_str() == word);
        found.ok_or_else(|| Error::unknown(Self::Config, "code", word, words))
    }

    /// The code as a lower-case word, the same in every language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Config => "config",
            Self::Rubric => "rubric",
            Self::Model => "model",
            Self::Inference => "inference",
            Self::Io => "io",
            Self::Key => "key",
            Self::Tampered => "tampered",
            Self::Access => "access",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
            Self::Panic => "panic",
        }
    }
}

/// Where an error is: in a file, a configuration, or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A byte offset into the input text.
    Byte(usize),
    /// A line and column of a configuration file, both counted from 1.
    LineColumn {
        /// Line, from 1.
        line: usize,
        /// Column in code points, from 1.
        column: usize,
    },
    /// A path into a configuration, such as `categories.name.operator`.
    Key(String),
    /// A file.
    File(String),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(at) => write!(f, "byte {at}"),
            Self::LineColumn { line, column } => write!(f, "line {line}, column {column}"),
            Self::Key(key) => write!(f, "`{key}`"),
            Self::File(path) => f.write_str(path),
        }
    }
}

/// Why a call gave no result.
///
/// The message says what was wrong and what would be right. It never holds text of a note, so it can be logged.
///
/// ```
/// use chartguard::Policy;
/// let error = Policy::from_yaml("extends: safe-harbour").unwrap_err();
/// assert!(error.is_config());
/// assert!(error.to_string().contains("safe-harbor"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: ErrorCode,
    message: String,
    locations: Vec<Location>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { code, message: message.into(), locations: Vec::new() }))
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Input, message)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Config, message)
    }

    pub(crate) fn rubric(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Rubric, message)
    }

    #[cfg(any(feature = "onnx", feature = "cli", feature = "search"))]
    pub(crate) fn model(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Model, message)
    }

    pub(crate) fn inference(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Inference, message)
    }

    pub(crate) fn key(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Key, message)
    }

    pub(crate) fn tampered(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Tampered, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }

    pub(crate) fn io(path: &Path, source: &std::io::Error) -> Self {
        Self::new(ErrorCode::Io, source.to_string()).at(Location::File(path.display().to_string()))
    }

    /// Adds where it happened; the outermost place is added last and printed first.
    #[must_use]
    pub(crate) fn at(mut self, location: Location) -> Self {
        self.0.locations.push(location);
        self
    }

    /// The same with every place in bytes carried to where `to` says it is.
    #[must_use]
    pub(crate) fn with_bytes(mut self, to: impl Fn(usize) -> usize) -> Self {
        for location in &mut self.0.locations {
            if let Location::Byte(at) = location {
                *at = to(*at);
            }
        }
        self
    }

    /// Says that `given` is not one of `known` and names the nearest.
    pub(crate) fn unknown<'a>(
        code: ErrorCode,
        what: &str,
        given: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let nearest = known
            .iter()
            .map(|name| (strsim::damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase()), *name))
            .min()
            .filter(|(distance, name)| *distance <= name.len().max(given.len()).div_ceil(2));
        // A configuration value could be anything a caller pasted: show it only while it is as short as a name.
        let shown: String = given.chars().take(40).collect();
        let message = match nearest {
            Some((_, name)) => format!("unknown {what} `{shown}`: did you mean `{name}`?"),
            None => format!("unknown {what} `{shown}`: expected one of {}", known.join(", ")),
        };
        Self::new(code, message)
    }

    /// The kind of error, for programs.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// What was wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened, outermost first; empty where no place applies.
    pub fn locations(&self) -> impl Iterator<Item = &Location> {
        self.0.locations.iter().rev()
    }

    /// Whether the input text was at fault.
    pub fn is_input(&self) -> bool {
        self.code() == ErrorCode::Input
    }

    /// Whether an option, policy or detector definition was at fault.
    pub fn is_config(&self) -> bool {
        self.code() == ErrorCode::Config
    }

    /// Whether a rubric was at fault.
    pub fn is_rubric(&self) -> bool {
        self.code() == ErrorCode::Rubric
    }

    /// Whether a model was at fault, at load or while running.
    pub fn is_model(&self) -> bool {
        matches!(self.code(), ErrorCode::Model | ErrorCode::Inference)
    }

    /// Whether a secret key was at fault: malformed, missing, or another one than was used.
    pub fn is_key(&self) -> bool {
        self.code() == ErrorCode::Key
    }

    /// Whether a text to be restored, or a vault, was changed; the message says which.
    pub fn is_tampered(&self) -> bool {
        self.code() == ErrorCode::Tampered
    }

    /// Whether the actor was not allowed to do it.
    pub fn is_access(&self) -> bool {
        self.code() == ErrorCode::Access
    }

    /// Whether the caller's token was set while the call worked, or its time was over.
    pub fn is_cancelled(&self) -> bool {
        self.code() == ErrorCode::Cancelled
    }

    /// Whether a file could not be read or written.
    pub fn is_io(&self) -> bool {
        self.code() == ErrorCode::Io
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for location in self.locations() {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self})", self.code().as_str())
    }
}

impl std::error::Error for Error {}
