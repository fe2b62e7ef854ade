//! Who may do what: actors have roles, roles have permissions, and every grant says who gave it and when.
//!
//! chartguard does not know who calls it: the caller names the actor, and asks before it restores a note, reads a vault, changes
//! a policy, reads the audit log or changes these rules. What is refused goes into the [audit] log.
//!
//! ```
//! use chartguard::access::{Access, Permission};
//!
//! let access = Access::from_yaml(r"
//! roles:
//!   privacy-officer: [restore, read_vault, change_policy]
//!   analyst: []
//! grants:
//!   - {actor: u-17, role: privacy-officer, by: u-1, at: 2024-01-08T09:00:00Z}
//!   - {actor: u-23, role: analyst, by: u-17, at: 2024-02-01T09:00:00Z}
//! ")?;
//! let now = "2024-03-14T09:26:53Z";
//! access.require("u-17", Permission::Restore, now, None)?;
//! assert!(access.require("u-23", Permission::Restore, now, None).unwrap_err().is_access());
//! # Ok::<(), chartguard::Error>(())
//! ```
//!
//! [audit]: crate::audit

mod caller;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use caller::Caller;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::{Action, Event, Sink};
use crate::error::{Error, ErrorCode, Location, Result};

/// What an actor may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// Bring a scrubbed note back.
    Restore,
    /// Read a vault.
    ReadVault,
    /// Change a policy.
    ChangePolicy,
    /// Read the audit log.
    ReadAudit,
    /// Give and take roles.
    ChangeAccess,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] =
        &[Self::Restore, Self::ReadVault, Self::ChangePolicy, Self::ReadAudit, Self::ChangeAccess];

    /// The permission of a name.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == name).ok_or_else(|| {
            Error::unknown(ErrorCode::Config, "permission", name, Self::ALL.iter().map(|one| one.as_str()))
        })
    }

    /// What is done, or refused, for which it is asked.
    fn action(self) -> Action {
        match self {
            Self::Restore => Action::Restore,
            Self::ReadVault => Action::ReadVault,
            Self::ChangePolicy => Action::ChangePolicy,
            Self::ReadAudit => Action::ReadAudit,
            Self::ChangeAccess => Action::ChangeAccess,
        }
    }

    /// The permission's name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::ReadVault => "read_vault",
            Self::ChangePolicy => "change_policy",
            Self::ReadAudit => "read_audit",
            Self::ChangeAccess => "change_access",
        }
    }
}

/// A role that was given to an actor. It is never deleted: taking it back adds who did so and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grant {
    /// Who has the role.
    pub actor: String,
    /// The role.
    pub role: String,
    /// Who gave it.
    pub by: String,
    /// When, in RFC 3339.
    pub at: String,
    /// Who took it back, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removal>,
}

/// The end of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// Who took the role back.
    pub by: String,
    /// When, in RFC 3339.
    pub at: String,
}

/// Roles, what each may do, and who has them. It is data: YAML or JSON, see the [module](self).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    roles: BTreeMap<String, BTreeSet<Permission>>,
    #[serde(default)]
    grants: Vec<Grant>,
}

/// What was decided, and on which ground.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Who asked.
    pub actor: String,
    /// The roles that the actor had at the time, in order.
    pub roles: Vec<String>,
    /// What was asked for.
    pub permission: Permission,
}

impl Decision {
    /// Goes on where it is allowed.
    ///
    /// # Errors
    /// When it is not: the error has the code [`ErrorCode::Access`].
    pub fn require(&self) -> Result<()> {
        if self.allowed {
            return Ok(());
        }
        let what = format!("no role of this actor has the permission `{}`", self.permission.as_str());
        Err(Error::new(ErrorCode::Access, what))
    }
}

impl Access {
    /// Reads the rules from YAML, or JSON.
    ///
    /// # Errors
    /// When the text is malformed, a member or permission does not exist (the error names the nearest), a grant names a role that
    /// is not defined, or a time is none or ends before it begins.
    pub fn from_yaml(yaml: &str) -> Result<Self> {
        let access: Self = crate::yaml::parse(yaml, ErrorCode::Config)?;
        for (index, grant) in access.grants.iter().enumerate() {
            access.check(grant).map_err(|e| e.at(Location::Key(format!("grants[{index}]"))))?;
        }
        Ok(access)
    }

    /// Reads the rules from a file.
    ///
    /// # Errors
    /// As [`from_yaml`](Self::from_yaml), and when the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::from_yaml(&text).map_err(|e| e.at(Location::File(path.display().to_string())))
    }

    /// Whether `actor` may do what `permission` says at `now`, a time in RFC 3339. Who has no role may nothing.
    ///
    /// # Errors
    /// When `now` is no time.
    pub fn decide(&self, actor: &str, permission: Permission, now: &str) -> Result<Decision> {
        let now = time("now", now)?;
        let in_force = |grant: &&Grant| {
            let from = time("at", &grant.at).is_ok_and(|at| at <= now);
            let until = grant.removed.as_ref().is_none_or(|removed| time("at", &removed.at).is_ok_and(|at| at > now));
            grant.actor == actor && from && until
        };
        let roles: BTreeSet<&str> = self.grants.iter().filter(in_force).map(|grant| grant.role.as_str()).collect();
        let allowed =
            roles.iter().any(|role| self.roles.get(*role).is_some_and(|allowed| allowed.contains(&permission)));
        let roles = roles.into_iter().map(str::to_owned).collect();
        Ok(Decision { allowed, actor: actor.to_owned(), roles, permission })
    }

    /// Goes on where `actor` may do what `permission` says at `now`; else records the refusal in `log`, where there is one.
    ///
    /// # Errors
    /// When it is not allowed (the error has the code [`ErrorCode::Access`]), `now` is no time, or the refusal cannot be
    /// recorded.
    pub fn require(&self, actor: &str, permission: Permission, now: &str, log: Option<&dyn Sink>) -> Result<Decision> {
        let decision = self.decide(actor, permission, now)?;
        if let Some(log) = log.filter(|_| !decision.allowed) {
            let event = Event::new(permission.action(), now)?.by(actor, &decision.roles);
            log.append(&[event.refused(permission.as_str())])?;
        }
        decision.require()?;
        Ok(decision)
    }

    /// Gives a role. Whoever calls this has asked for [`Permission::ChangeAccess`] before.
    ///
    /// # Errors
    /// When the role is not defined, the actor has it already, an id is empty, or `at` is no time.
    pub fn grant(&mut self, actor: &str, role: &str, by: &str, at: &str) -> Result<()> {
        let grant = Grant { actor: actor.into(), role: role.into(), by: by.into(), at: at.into(), removed: None };
        self.check(&grant)?;
        if self.grants.iter().any(|known| known.actor == actor && known.role == role && known.removed.is_none()) {
            return Err(Error::config("the actor has this role already"));
        }
        self.grants.push(grant);
        Ok(())
    }

    /// Takes a role back; that it was given stays on record.
    ///
    /// # Errors
    /// When the actor does not have the role, `by` is empty, or `at` is no time or lies before the grant.
    pub fn remove(&mut self, actor: &str, role: &str, by: &str, at: &str) -> Result<()> {
        let held = |grant: &&mut Grant| grant.actor == actor && grant.role == role && grant.removed.is_none();
        let Some(grant) = self.grants.iter_mut().find(held) else {
            return Err(Error::config("the actor does not have this role"));
        };
        let removed = Some(Removal { by: by.into(), at: at.into() });
        let ended = Grant { removed, ..grant.clone() };
        bounds(&ended)?;
        *grant = ended;
        Ok(())
    }

    /// Every grant there ever was, in the order in which they were made.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    fn check(&self, grant: &Grant) -> Result<()> {
        if !self.roles.contains_key(&grant.role) {
            let known = self.roles.keys().map(String::as_str);
            return Err(Error::unknown(ErrorCode::Config, "role", &grant.role, known).at(Location::Key("role".into())));
        }
        bounds(grant)
    }
}

/// Holds that a grant names who and when, and ends after it begins.
fn bounds(grant: &Grant) -> Result<()> {
    let by = grant.removed.as_ref().map_or("-", |removed| &removed.by);
    if [&grant.actor, &grant.by, by].iter().any(|id| id.trim().is_empty()) {
        return Err(Error::config("an actor has an id"));
    }
    let from = time("at", &grant.at)?;
    if let Some(removed) = &grant.removed
        && time("removed.at", &removed.at)? < from
    {
        return Err(Error::config("the role was taken back before it was given").at(Location::Key("removed.at".into())));
    }
    Ok(())
}

fn time(key: &str, text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| {
        Error::config("a time in RFC 3339 is expected, such as 2024-03-14T09:26:53Z").at(Location::Key(key.into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "roles: {officer: [restore, change_access], analyst: [read_audit]}\n";

    #[test]
    fn many_roles_and_soft_removal() {
        let mut access = Access::from_yaml(RULES).unwrap();
        access.grant("u1", "officer", "root", "2024-01-01T00:00:00Z").unwrap();
        access.grant("u1", "analyst", "root", "2024-01-02T00:00:00Z").unwrap();
        let allowed = |access: &Access, permission, now: &str| access.decide("u1", permission, now).unwrap().allowed;
        assert!(allowed(&access, Permission::Restore, "2024-01-03T00:00:00Z"));
        assert!(allowed(&access, Permission::ReadAudit, "2024-01-03T00:00:00Z"));
        assert!(!allowed(&access, Permission::ReadVault, "2024-01-03T00:00:00Z"));
        assert!(!allowed(&access, Permission::Restore, "2023-12-31T23:59:59Z"), "before it was given");
        assert!(access.grant("u1", "officer", "root", "2024-01-04T00:00:00Z").is_err());
        access.remove("u1", "officer", "root", "2024-02-01T00:00:00Z").unwrap();
        assert!(allowed(&access, Permission::Restore, "2024-01-31T00:00:00Z"), "as it was then");
        assert!(!allowed(&access, Permission::Restore, "2024-02-01T00:00:00Z"));
        assert_eq!(access.grants().len(), 2);
        assert_eq!(access.grants()[0].removed.as_ref().unwrap().by, "root");
        assert!(!access.decide("nobody", Permission::Restore, "2024-01-03T00:00:00Z").unwrap().allowed);
        let json = serde_json::to_string(&access).unwrap();
        assert_eq!(Access::from_yaml(&json).unwrap(), access);
    }

    #[test]
    fn mistakes_are_named() {
        for (yaml, said) in [
            ("roles: {a: [restor]}", "`restore`"),
            ("roles: {}\ngrant: []", "`grants`"),
            ("roles: {officer: []}\ngrants: [{actor: u, role: oficer, by: r, at: 2024-01-01T00:00:00Z}]", "`officer`"),
            ("roles: {o: []}\ngrants: [{actor: u, role: o, by: r, at: yesterday}]", "RFC 3339"),
            ("roles: {o: []}\ngrants: [{actor: '', role: o, by: r, at: 2024-01-01T00:00:00Z}]", "has an id"),
            (
                "roles: {o: []}\ngrants: [{actor: u, role: o, by: r, at: 2024-01-02T00:00:00Z, removed: {by: r, at: 2024-01-01T00:00:00Z}}]",
                "before it was given",
            ),
        ] {
            let error = Access::from_yaml(yaml).unwrap_err();
            assert!(error.is_config() && error.to_string().contains(said), "{yaml}: {error}");
        }
    }
}
