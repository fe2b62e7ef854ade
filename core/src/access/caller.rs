//! Who calls, and when: what they do is done where the rules allow it, and recorded either way.

use super::{Access, Permission};
use crate::audit::{Event, Sink};
use crate::error::{Error, Location, Result};

/// Who calls, and when. What is done through it is done only where the rules allow it, and recorded, as is what was refused.
///
/// ```
/// use chartguard::access::{Access, Caller, Permission};
/// use chartguard::{Key, restore};
///
/// let access = Access::from_yaml(r"
/// roles: {privacy-officer: [restore, read_vault]}
/// grants: [{actor: u-17, role: privacy-officer, by: u-1, at: 2024-01-08T09:00:00Z}]
/// ")?;
/// let key = Key::from_bytes(b"a key of thirty-two bytes, or so")?;
/// let now = "2024-03-14T09:26:53Z";
/// let officer = Caller::new(Some(&access), Some("u-17"), now)?;
/// assert_eq!(officer.perform(&[Permission::Restore], || restore("Stable.", &key))?, "Stable.");
/// let other = Caller::new(Some(&access), Some("u-23"), now)?;
/// assert!(other.perform(&[Permission::Restore], || restore("Stable.", &key)).unwrap_err().is_access());
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Caller<'c> {
    access: Option<&'c Access>,
    actor: Option<&'c str>,
    now: &'c str,
    log: Option<&'c dyn Sink>,
}

impl<'c> Caller<'c> {
    /// Who calls at `now`, a time in RFC 3339. Without rules everything is allowed, and only recorded.
    ///
    /// # Errors
    /// When there are rules and no actor.
    pub fn new(access: Option<&'c Access>, actor: Option<&'c str>, now: &'c str) -> Result<Self> {
        if access.is_some() && actor.is_none() {
            let what = "there are rules of who may do what, and nobody says who it is";
            return Err(Error::config(what).at(Location::Key("actor".into())));
        }
        Ok(Self { access, actor, now, log: None })
    }

    /// Where it is recorded.
    #[must_use]
    pub fn recorded_in(mut self, log: &'c dyn Sink) -> Self {
        self.log = Some(log);
        self
    }

    /// Goes on where all of `permissions` are given, with the event of the first for who records more of it; else records the
    /// refusal.
    ///
    /// # Errors
    /// When one of them is not given ([`is_access`](Error::is_access)), the time is none, or the refusal cannot be recorded.
    pub fn permit(&self, permissions: &[Permission]) -> Result<Event> {
        let first = permissions.first().ok_or_else(|| Error::config("no permission is asked for"))?;
        let event = Event::new(first.action(), self.now)?;
        let Some(actor) = self.actor else { return Ok(event) };
        let Some(access) = self.access else { return Ok(event.by(actor, [""; 0])) };
        let mut roles = Vec::new();
        for permission in permissions {
            roles = access.require(actor, *permission, self.now, self.log)?.roles;
        }
        Ok(event.by(actor, roles))
    }

    /// Does `work` where all of `permissions` are given, and records how it ended before its result is handed out.
    ///
    /// # Errors
    /// As [`permit`](Self::permit); the error of `work`; and when it cannot be recorded.
    pub fn perform<T>(&self, permissions: &[Permission], work: impl FnOnce() -> Result<T>) -> Result<T> {
        let event = self.permit(permissions)?;
        let result = work();
        if let Some(log) = self.log {
            log.append(&[event.ended(&result)])?;
        }
        result
    }
}
