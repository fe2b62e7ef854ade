//! What a caller says of a stream.

use crate::error::{Error, Location, Result};
use crate::scrub::action::Operator;
use crate::scrub::{Category, Context, Policy};

/// The look-ahead unless it is said.
const LOOKAHEAD: usize = 1024;
/// Less would cut what is judged together.
const SHORTEST: usize = 256;
/// More is a text that may as well be scrubbed at once.
const LONGEST: usize = 16 << 20;

/// What a caller says of a [stream](super::ScrubStream): what is known of the text, and how long it may be held.
#[derive(Debug, Clone)]
pub struct StreamOptions {
    context: Context,
    lookahead: usize,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { context: Context::default(), lookahead: LOOKAHEAD }
    }
}

impl StreamOptions {
    /// Nothing is known, and 1024 bytes are looked ahead.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known of the text besides its words. The date, where it is not given, is the latest full date so far.
    #[must_use]
    pub fn context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// How many bytes after a place must be there before it leaves: from 256 to 16 777 216. Fewer leave sooner and cost more time, and a name
    /// that only later words give away is found less often.
    #[must_use]
    pub fn lookahead(mut self, bytes: usize) -> Self {
        self.lookahead = bytes;
        self
    }

    /// The context and the look-ahead, if a stream can work with them under `policy`.
    pub(super) fn checked(self, policy: &Policy) -> Result<(Context, usize)> {
        let Self { context, lookahead } = self;
        if !(SHORTEST..=LONGEST).contains(&lookahead) {
            let what = format!("a look-ahead from {SHORTEST} to {LONGEST} bytes is expected");
            return Err(Error::config(what).at(Location::Key("lookahead".into())));
        }
        if policy.restores() {
            return Err(Error::config(
                "a stream cannot work with `encrypt` and `fpe`, which need the whole text: scrub it at once, or use another operator",
            ));
        }
        if policy.category(Category::Date).operator == Operator::DateShift && context.whose().is_none() {
            let what = "`date_shift` in a stream needs to know whose text it is: give a patient id in the context";
            return Err(Error::config(what).at(Location::Key("patient_id".into())));
        }
        if let Some(index) = policy.deny().iter().position(|entry| entry.text.len() > lookahead) {
            let what = format!("the entry is longer than the {lookahead} bytes that the stream looks ahead");
            return Err(Error::config(what).at(Location::Key(format!("deny[{index}]"))));
        }
        Ok((context, lookahead))
    }
}
