//! An event as a FHIR R4 `AuditEvent`, along the Basic Audit Log Patterns of IHE (BALP).

use serde_json::{Value, json};

use super::{Action, Event, Outcome};

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";

impl Event {
    /// The event as a FHIR R4 `AuditEvent` resource.
    ///
    /// It follows the pattern of IHE's *Basic Audit Log Patterns* and of the audit event of the *De-Identification Profile*: type
    /// *Export* (DICOM 110106) with the subtype `deidentify` or `reidentify` of ISO 21089, the library as source agent, the actor
    /// as user agent, the note and the policy as entities. It claims no profile: those require a reference to the patient, which
    /// an event does not hold; add `meta.profile` and the patient entity where you know them. Counts are details of the
    /// policy's entity, `name/tag` to a number.
    ///
    /// ```
    /// use chartguard::audit::{Action, Event};
    /// let resource = Event::new(Action::Scrub, "2024-03-14T10:26:53+01:00")?.by("u-17", ["clinician"]).to_fhir();
    /// assert_eq!(resource["recorded"], "2024-03-14T09:26:53Z");
    /// assert_eq!(resource["subtype"][0]["code"], "deidentify");
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    pub fn to_fhir(&self) -> Value {
        let coding =
            |system: &str, code: &str, display: &str| json!({"system": system, "code": code, "display": display});
        let export = || coding(DICOM, "110106", "Export");
        let security = || coding(DICOM, "110113", "Security Alert");
        let (kind, subtype, action) = match self.action {
            Action::Scrub => {
                (export(), coding(LIFECYCLE, "deidentify", "De-Identify (Anononymize) Record Lifecycle Event"), "R")
            }
            Action::Restore => (export(), coding(LIFECYCLE, "reidentify", "Re-identify Record Lifecycle Event"), "R"),
            Action::ReadVault => (export(), coding(LIFECYCLE, "access", "Access/View Record Lifecycle Event"), "R"),
            Action::ReadAudit => (
                coding(DICOM, "110101", "Audit Log Used"),
                coding(LIFECYCLE, "access", "Access/View Record Lifecycle Event"),
                "R",
            ),
            Action::ChangePolicy => (security(), coding(DICOM, "110129", "Security Configuration"), "U"),
            Action::ChangeAccess => (security(), coding(DICOM, "110136", "Security Roles Changed"), "U"),
        };
        let mut subtypes = vec![subtype];
        if self.outcome == Outcome::Refused {
            subtypes.push(coding(DICOM, "110132", "Use of Restricted Function"));
        }
        let (outcome, described) = match self.outcome {
            Outcome::Success => ("0", None),
            Outcome::Refused => {
                ("4", self.permission.as_ref().map(|permission| format!("refused: needs {permission}")))
            }
            Outcome::Failure => ("8", self.error.as_ref().map(|code| format!("failed: {code}"))),
        };
        let library = json!({"display": format!("chartguard {}", self.library)});
        let mut agents = vec![json!({
            "type": {"coding": [coding(DICOM, "110153", "Source Role ID")]},
            "who": library,
            "requestor": self.actor.is_none(),
        })];
        if let Some(actor) = &self.actor {
            let mut agent = json!({
                "type": {"coding": [coding(
                    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient")]},
                "who": {"identifier": {"value": actor.id}},
                "requestor": true,
            });
            if !actor.roles.is_empty() {
                agent["role"] = actor.roles.iter().map(|role| json!({"text": role})).collect();
            }
            agents.push(agent);
        }
        let mut entities = Vec::new();
        if let Some(document) = &self.document {
            let mut entity = json!({
                "type": coding(ENTITY_TYPE, "2", "System Object"),
                "role": coding(ENTITY_ROLE, "3", "Report"),
                "detail": [{"type": "bytes", "valueString": document.bytes.to_string()}],
            });
            if let Some(fingerprint) = &document.fingerprint {
                entity["what"] = json!({"identifier": {"value": fingerprint}});
            }
            entities.push(entity);
        }
        if let Some(policy) = &self.policy {
            let counts = self.counts.iter().flat_map(|(category, operators)| {
                let pair = move |(operator, count): (&String, &u64)| {
                    json!({"type": format!("{category}/{operator}"), "valueString": count.to_string()})
                };
                operators.iter().map(pair)
            });
            let details: Vec<Value> =
                std::iter::once(json!({"type": "sha256", "valueString": policy.hash})).chain(counts).collect();
            entities.push(json!({
                "type": coding(ENTITY_TYPE, "2", "System Object"),
                "role": coding(ENTITY_ROLE, "13", "Security Resource"),
                "name": policy.name,
                "detail": details,
            }));
        }
        let mut out = json!({
            "resourceType": "AuditEvent",
            "type": kind,
            "subtype": subtypes,
            "action": action,
            "recorded": self.recorded,
            "outcome": outcome,
        });
        if let Some(described) = described {
            out["outcomeDesc"] = json!(described);
        }
        out["agent"] = Value::Array(agents);
        out["source"] = json!({
            "observer": library,
            "type": [coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")],
        });
        if !entities.is_empty() {
            out["entity"] = Value::Array(entities);
        }
        out
    }
}
