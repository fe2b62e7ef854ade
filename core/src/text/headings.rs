//! The headings clinicians use, and what each stands for.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Declares the kinds: documentation, variant, name, headings as they are written (case, plural and small words do not
/// matter).
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal [$($heading:literal),* $(,)?];)+) => {
        /// What a heading stands for, whatever words the clinician used.
        ///
        /// ```
        /// use chartguard::text::SectionKind;
        /// assert_eq!("short-term-goals".parse(), Ok(SectionKind::ShortTermGoals));
        /// assert_eq!(SectionKind::ShortTermGoals.as_str(), "short-term-goals");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum SectionKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl SectionKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The kind's name, as rubrics and JSON write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        const HEADINGS: &[(SectionKind, &[&str])] = &[$((SectionKind::$variant, &[$($heading),*])),+];
    };
}

kinds! {
    /// Text before the first heading, or a note without headings.
    Preamble "preamble" [];
    /// A heading that none of the others describes.
    Other "other" [];
    /// Who the patient is and where the note belongs.
    Header "header" [
        "demographics", "patient information", "patient demographics", "identification", "identifying information",
        "identifying data", "patient identification", "visit information", "encounter information",
    ];
    /// What the patient says: the S of SOAP.
    Subjective "subjective" [
        "subjective", "subj", "subjective complaints", "subjective report", "subjective findings", "patient report",
        "patient reports", "patient comments", "interview", "subjective information", "patient statement",
    ];
    /// What was observed and measured: the O of SOAP.
    Objective "objective" [
        "objective", "obj", "objective findings", "objective measures", "objective data", "objective measurements",
        "objective assessment", "objective examination", "measurements", "observation", "observations",
        "tests and measures", "outcome measures", "standardized tests", "standardized assessments", "functional testing",
        "objective tests", "formal testing", "standardized testing", "test results and measures", "body functions",
        "standardised assessments", "assessment results", "functional outcome measures",
    ];
    /// What the clinician makes of it: the A of SOAP.
    Assessment "assessment" [
        "assessment", "assess", "evaluation summary", "clinical assessment", "clinical judgment", "clinical reasoning",
        "analysis", "clinical impression and assessment", "summary and assessment", "assessment summary",
        "medical decision making", "mdm", "evaluation and assessment", "clinical judgement", "assesment",
        "case formulation", "formulation", "problem list and assessment", "clinical summary", "overall assessment",
    ];
    /// What is to be done: the P of SOAP.
    Plan "plan" [
        "plan", "treatment plan", "plan for next visit", "plan next visit", "next visit", "plan next session",
        "next session", "plan for next session", "recommendations", "recommendation", "recs", "plan and recommendations",
        "management", "management plan", "action plan", "therapy plan", "plan of treatment", "recommended plan",
        "disposition and plan", "plan of action", "plan for treatment", "next steps", "orders", "care plan",
        "plan and orders", "plan follow up", "discharge recommendations",
    ];
    /// Assessment and plan under one heading.
    AssessmentPlan "assessment-plan" [
        "assessment and plan", "assessment plan", "a p", "impression and plan", "impression and recommendations",
        "assessment and recommendations", "diagnosis and plan", "assessment and treatment plan", "ap", "a and p",
        "problem based assessment and plan", "assessment and plan of care", "impression recommendations",
    ];
    /// Why the patient came, in a few words.
    ChiefComplaint "chief-complaint" [
        "chief complaint", "cc", "presenting complaint", "presenting problem", "chief concern", "reason for visit",
        "complaint", "primary complaint", "reason for encounter", "primary concern", "c c", "rfv", "complaints",
        "reason for appointment", "reason for presentation",
    ];
    /// History of the present illness.
    HistoryOfPresentIllness "history-of-present-illness" [
        "history of present illness", "hpi", "history of the presenting complaint", "present illness", "hopi",
        "history of present condition", "history of current condition", "history of injury", "mechanism of injury",
        "history of present complaint", "history of current illness", "current history", "onset", "date of onset",
        "history of presenting illness", "present history", "hx of present illness", "interval history", "onset date",
        "interim history", "history of current problem", "injury history", "history of present problem", "moi",
    ];
    /// History without a further word.
    History "history" [
        "history", "hx", "clinical history", "patient history", "medical and surgical history", "background",
        "brief history", "relevant history", "pertinent history", "history and background", "case history",
        "history and complaint", "clinical information", "clinical background", "summary of history",
    ];
    /// Earlier illnesses.
    PastMedicalHistory "past-medical-history" [
        "past medical history", "pmh", "pmhx", "medical history", "past history", "past medical hx", "medical hx",
        "pertinent medical history", "significant medical history", "prior medical history", "relevant medical history",
        "psychiatric history", "past psychiatric history", "obstetric history", "ob history", "birth history",
        "past medical and surgical history", "pmh psh", "previous medical history", "developmental history",
        "comorbid conditions", "chronic conditions", "gynecologic history", "ob gyn history", "pertinent past history",
        "past med history", "past oncologic history", "active problems", "problem list",
    ];
    /// Earlier operations.
    PastSurgicalHistory "past-surgical-history" [
        "past surgical history", "psh", "pshx", "surgical history", "surgical hx", "prior surgeries", "surgeries",
        "past surgeries", "previous surgeries", "past surgical hx", "prior surgical history",
    ];
    /// Illnesses of relatives.
    FamilyHistory "family-history" [
        "family history", "fh", "fhx", "family hx", "fam hx", "family medical history", "famhx", "fam history",
    ];
    /// Home, work, habits.
    SocialHistory "social-history" [
        "social history", "sh", "shx", "social hx", "soc hx", "living situation", "home environment", "living environment",
        "home situation", "home set up", "home setup", "occupation", "social", "substance use", "personal history",
        "social and occupational history", "home living", "habits", "social situation", "discharge environment",
        "social environment", "living arrangements", "psychosocial", "employment", "work history", "substance abuse history",
        "social support", "vocational history", "support system", "educational history",
    ];
    /// What the patient takes.
    Medications "medications" [
        "medications", "medication", "meds", "current medications", "home medications", "medication list", "current meds",
        "discharge medications", "medications on admission", "admission medications", "outpatient medications",
        "medications at discharge", "prescriptions", "home meds", "medications prior to admission", "discharge meds",
        "medications at home", "active medications", "medication reconciliation", "inpatient medications", "drugs",
        "scheduled medications", "medications given", "medications administered", "medicines", "prescribed medications",
    ];
    /// What the patient does not tolerate.
    Allergies "allergies" [
        "allergies", "allergy", "drug allergies", "allergies and adverse reactions", "known allergies", "nkda",
        "allergies and intolerances", "medication allergies", "adverse reactions", "allergies reactions",
    ];
    /// Vaccinations.
    Immunizations "immunizations" [
        "immunizations", "immunisations", "vaccinations", "vaccines", "immunization history", "immunization status",
    ];
    /// Review of systems.
    ReviewOfSystems "review-of-systems" [
        "review of systems", "ros", "systems review", "review of symptoms", "system review",
    ];
    /// Vital signs.
    Vitals "vitals" [
        "vitals", "vital signs", "vs", "vital", "admission vitals", "vital signs and measurements", "v s",
        "vitals signs", "discharge vitals",
    ];
    /// Physical examination.
    PhysicalExam "physical-exam" [
        "physical exam", "physical examination", "pe", "exam", "examination", "physical", "px", "clinical examination",
        "physical findings", "neurological exam", "neurologic exam", "neuro exam", "musculoskeletal exam",
        "musculoskeletal examination", "orthopedic exam", "neurologic examination", "neurological examination",
        "on examination", "o e", "admission exam", "discharge exam", "admission physical exam", "oral mechanism exam",
        "discharge physical exam", "physical exam on admission", "physical exam at discharge", "general exam",
        "general physical exam", "clinical exam", "oral motor exam", "oral mechanism examination", "focused exam",
    ];
    /// Mental status examination.
    MentalStatus "mental-status" [
        "mental status", "mental status exam", "mental status examination", "mse", "cognition", "cognitive status",
        "orientation", "behavior", "mood and affect", "cognitive assessment",
    ];
    /// Pain, where it has a heading of its own.
    Pain "pain" [
        "pain", "pain level", "pain assessment", "pain rating", "pain scale", "pain score", "pain report", "pain intensity",
    ];
    /// Laboratory and other test results.
    Results "results" [
        "results", "labs", "lab", "laboratory data", "laboratory", "lab results", "laboratory results", "diagnostics",
        "data", "diagnostic studies", "laboratory studies", "lab data", "test results", "studies", "ekg", "ecg",
        "diagnostic data", "pertinent results", "microbiology", "pathology", "diagnostic tests", "laboratory findings",
        "admission labs", "discharge labs", "pertinent labs", "laboratory values", "diagnostic results", "diagnostic testing",
        "data reviewed", "labs and imaging", "labs and studies", "tests", "investigations", "workup", "ed workup",
        "laboratory and diagnostic data",
    ];
    /// Imaging studies.
    Imaging "imaging" [
        "imaging", "radiology", "imaging studies", "x ray", "xray", "mri", "ct", "diagnostic imaging", "radiographs",
        "imaging results", "radiographic studies", "imaging findings", "x rays", "radiology results", "ultrasound",
        "radiographic findings", "radiology studies", "chest x ray", "cxr", "echocardiogram", "echo",
    ];
    /// Why an examination was asked for.
    Indication "indication" [
        "indication", "indications", "clinical indication", "reason for exam", "reason for study", "reason for examination",
        "indications for procedure", "indication for procedure", "reason for test", "indications for surgery",
    ];
    /// How an examination was done, and what it was compared with.
    Technique "technique" [
        "technique", "comparison", "comparisons", "procedure technique", "contrast", "exam technique", "comparison studies",
        "description of procedure", "details of procedure", "procedure in detail", "operative technique", "views",
        "procedure description", "procedure details", "description of operation",
    ];
    /// What an examination showed.
    Findings "findings" [
        "findings", "finding", "operative findings", "intraoperative findings", "exam findings", "key findings",
        "clinical findings", "evaluation findings", "examination findings", "significant findings", "gross findings",
    ];
    /// The reader's conclusion.
    Impression "impression" [
        "impression", "impressions", "conclusion", "conclusions", "clinical impression", "imp", "opinion", "interpretation",
        "diagnostic impression", "summary", "summary of findings", "radiologist impression", "final impression",
        "clinical impressions", "summary and recommendations", "summary impression",
    ];
    /// Diagnoses.
    Diagnosis "diagnosis" [
        "problem", "treating problem", "diagnosis", "diagnoses", "dx", "medical diagnosis", "treatment diagnosis", "primary diagnosis", "pt diagnosis",
        "admitting diagnosis", "admission diagnosis", "discharge diagnosis", "discharge diagnoses", "medical dx",
        "treatment dx", "treating diagnosis", "final diagnosis", "preoperative diagnosis", "postoperative diagnosis",
        "secondary diagnosis", "secondary diagnoses", "therapy diagnosis", "referring diagnosis", "rehab diagnosis",
        "admission diagnoses", "primary dx", "secondary dx", "principal diagnosis", "final diagnoses", "medical diagnoses",
        "referral diagnosis", "working diagnosis", "differential diagnosis", "pre operative diagnosis", "icd 10", "icd",
        "post operative diagnosis", "icd 10 code", "diagnosis code", "diagnosis codes", "icd 10 codes", "tx dx", "med dx",
        "other diagnoses", "ddx", "treatment diagnoses", "diagnostic codes", "functional diagnosis", "movement diagnosis",
        "therapy dx", "preop diagnosis", "postop diagnosis", "onset and diagnosis", "rehab dx", "speech diagnosis",
    ];
    /// An operation or procedure.
    Procedure "procedure" [
        "procedure", "procedures", "operation", "procedure performed", "operation performed", "procedures performed",
        "major procedures", "name of procedure", "major surgical or invasive procedure", "surgery", "anesthesia",
        "estimated blood loss", "complications", "specimens", "operative procedure", "ebl", "surgical procedure",
        "title of operation", "procedure name", "examination performed", "exam performed", "study", "type of exam",
    ];
    /// What happened during the stay.
    HospitalCourse "hospital-course" [
        "hospital course", "brief hospital course", "course", "ed course", "emergency department course", "course of treatment",
        "course in hospital", "hospital course by problem", "clinical course", "er course", "hospital course summary",
        "hospital summary", "summary of hospital course", "course of care", "narrative", "nursing narrative",
        "course of therapy", "summary of treatment", "treatment summary", "events", "overnight events", "summary of care",
        "course of services", "summary of services", "service summary",
    ];
    /// What the patient is told to do at home.
    DischargeInstructions "discharge-instructions" [
        "discharge instructions", "instructions", "patient instructions", "discharge plan", "instructions to patient",
        "discharge planning", "home instructions", "aftercare", "after visit instructions", "activity", "diet",
        "aftercare instructions", "return precautions", "wound care instructions", "discharge plans", "activity restrictions",
    ];
    /// Where the patient goes.
    Disposition "disposition" [
        "disposition", "discharge disposition", "dispo", "discharged to", "discharge destination", "discharge location",
        "discharge to",
    ];
    /// How the patient is, in a word.
    Condition "condition" [
        "condition", "discharge condition", "condition at discharge", "condition on discharge", "status at discharge",
        "discharge status", "clinical status", "current condition", "patient status", "status on discharge",
    ];
    /// Return visits.
    FollowUp "follow-up" [
        "follow up", "followup", "f u", "follow up instructions", "follow up plan", "fu", "follow up appointments",
        "follow up care", "return visit", "rtc", "return to clinic", "appointments", "next appointment", "follow ups",
    ];
    /// Why therapy or a consultation was asked for.
    ReasonForReferral "reason-for-referral" [
        "reason for referral", "referral reason", "referral", "reason for consult", "reason for consultation",
        "reason for admission", "reason for therapy", "reason for skilled services", "reason for evaluation",
        "reason for skilled therapy", "referral information", "reason for treatment", "reason for hospitalization",
        "reason for therapy referral",
    ];
    /// What the patient could do before.
    PriorLevelOfFunction "prior-level-of-function" [
        "prior level of function", "plof", "prior function", "prior functional level", "previous level of function",
        "prior functional status", "premorbid status", "prior level", "premorbid function", "baseline function",
        "premorbid level of function", "prior status", "baseline level of function", "previous function", "prior lof",
        "functional history", "prior level of functioning", "previous level", "baseline functional status",
    ];
    /// What the patient can do now.
    CurrentLevelOfFunction "current-level-of-function" [
        "current level of function", "clof", "current function", "current functional status", "functional status",
        "current functional level", "current status", "functional mobility", "functional level", "present level of function",
        "level of function", "function", "functional performance", "activities of daily living", "adls", "adl", "mobility",
        "functional assessment", "adl status", "current level", "current level of functioning", "self care", "transfers",
        "functional activities", "functional skills", "adl performance", "present level of performance", "iadls",
        "mobility status", "current performance", "occupational performance", "functional abilities",
    ];
    /// What the patient cannot do, and why that matters.
    FunctionalLimitations "functional-limitations" [
        "functional limitations", "limitations", "functional deficits", "impairments", "deficits", "problem areas",
        "activity limitations", "participation restrictions", "functional impairments", "impairments and limitations",
        "functional problems", "restrictions", "functional impact", "areas of concern", "deficits and impairments",
        "underlying impairments", "problems and deficits",
    ];
    /// Goals, without a term.
    Goals "goals" [
        "goals", "goal", "therapy goals", "treatment goals", "goals of therapy", "patient goals", "functional goals",
        "goals and progress", "goal status", "progress toward goals", "progress towards goals", "goals of care",
        "patient goal", "pt goals", "patient family goals", "goals status", "status of goals", "goals of treatment",
        "goals and objectives", "objectives and goals", "current goals", "established goals", "updated goals", "goals met",
        "goal progress", "goals for therapy", "discharge goals", "goal attainment", "rehab goals", "new goals", "goal review",
        "goals update", "goal update", "goals addressed", "goals and outcomes", "progress on goals",
        "status towards goals",
    ];
    /// Goals for the coming weeks.
    ShortTermGoals "short-term-goals" [
        "short term goals", "short term goal", "stg", "stgs", "goals short term", "short term", "short term objectives",
        "short term functional goals", "goals stg", "st goals", "short range goals",
    ];
    /// Goals for the whole plan.
    LongTermGoals "long-term-goals" [
        "long term goals", "long term goal", "ltg", "ltgs", "goals long term", "long term", "long term objectives",
        "long term functional goals", "goals ltg", "lt goals", "long range goals",
    ];
    /// Interventions planned.
    Interventions "interventions" [
        "interventions", "intervention", "planned interventions", "treatment interventions", "treatment approaches",
        "treatment approach", "action", "therapeutic interventions", "skilled interventions", "procedures and interventions",
        "interventions planned", "treatment techniques", "modalities", "planned treatment", "nursing interventions",
        "plan of care interventions", "proposed interventions", "treatment interventions planned", "treatment to include",
        "proposed treatment",
    ];
    /// What was done in the session.
    TreatmentProvided "treatment-provided" [
        "treatment provided", "treatment", "treatments", "tx", "treatment today", "todays treatment", "treatment rendered",
        "interventions provided", "skilled treatment", "therapeutic exercise", "therapeutic exercises", "manual therapy",
        "therapeutic activities", "neuromuscular re education", "neuromuscular reeducation", "gait training", "rx",
        "treatment performed", "interventions performed", "skilled services provided", "skilled interventions provided",
        "procedures performed today", "treatment this date", "exercise log", "there ex", "therex", "ther ex",
        "session summary", "treatment session", "treatment completed", "services provided", "exercises", "treatment note",
        "interventions today", "intervention provided", "treatment details", "daily treatment", "treatment log", "cpt",
        "treatment given", "todays session", "billing", "charges", "cpt codes", "session", "treatment delivered",
        "interventions this session",  "treatment interventions today",
    ];
    /// Minutes of treatment.
    Minutes "minutes" [
        "minutes", "treatment minutes", "total minutes", "timed minutes", "total treatment time", "treatment time",
        "time in", "time out", "total timed minutes", "timed code minutes", "total treatment minutes", "time in out",
        "session time", "total time", "untimed minutes", "timed code treatment minutes", "total timed code minutes",
        "billing minutes", "units", "billed units", "billing units", "session length", "total timed code time",
        "timed codes", "treatment time in minutes", "time based codes", "untimed code minutes", "session duration",
        "total session time", "timed treatment minutes", "duration of session", "therapy minutes", "time spent",
    ];
    /// How the patient took the treatment.
    Response "response" [
        "response", "response to treatment", "patient response", "response to intervention", "response to therapy",
        "tolerance", "tolerance to treatment", "patient response to treatment", "activity tolerance", "treatment response",
        "response to interventions", "treatment tolerance", "patient tolerance", "evaluation of response",
    ];
    /// What has changed since the last report.
    Progress "progress" [
        "progress", "progress summary", "progress to date", "progress since last report", "summary of progress",
        "progress this period", "comparative data", "changes since last visit", "progress statement", "overall progress",
        "progress made", "progress since last visit", "reporting period", "progress report period", "progress update",
        "progress since evaluation", "progress toward plan of care", "change since last report",
    ];
    /// How often and how long.
    FrequencyDuration "frequency-duration" [
        "frequency and duration", "frequency duration", "frequency", "duration", "freq dur", "treatment frequency",
        "frequency of treatment", "freq", "duration of treatment", "freq duration", "therapy frequency", "frequency intensity",
        "plan frequency", "visit frequency", "treatment duration", "amount frequency duration", "certification period",
        "frequency and duration of treatment", "therapy duration", "cert period", "frequency duration intensity",
        "duration of care", "duration of services", "frequency of services", "length of treatment",
    ];
    /// The therapy plan of care.
    PlanOfCare "plan-of-care" [
        "plan of care", "poc", "therapy plan of care", "certification", "recertification", "physician certification",
        "plan of care certification", "updated plan of care", "proposed plan of care", "plan of care update",
        "plan of care summary",
    ];
    /// The outlook.
    RehabPotential "rehab-potential" [
        "rehab potential", "rehabilitation potential", "prognosis", "potential", "rehab prognosis", "therapy potential",
        "potential for rehab", "rehab potential and prognosis", "rehabilitation prognosis", "potential to achieve goals",
    ];
    /// Exercises for home.
    HomeProgram "home-program" [
        "home program", "home exercise program", "hep", "home exercises", "home programme", "home exercise programme",
        "home activities", "home practice", "carryover", "home plan", "hep status",
    ];
    /// What must be heeded.
    Precautions "precautions" [
        "precautions", "contraindications", "precautions and contraindications", "safety", "fall risk", "weight bearing status",
        "restrictions and precautions", "weight bearing", "weightbearing", "medical precautions", "safety concerns", "wb status",
        "weightbearing status", "risk factors", "safety precautions", "therapy precautions", "code status", "alerts",
        "fall precautions", "safety assessment", "risk assessment",
    ];
    /// What patient or family were taught.
    Education "education" [
        "education", "patient education", "patient family education", "caregiver education", "caregiver training", "training",
        "patient caregiver education", "teaching", "education provided", "patient training", "counseling", "family education",
        "patient and family education", "family training", "education and training", "patient teaching", "pt education",
    ];
    /// What makes the case harder.
    Complexities "complexities" [
        "complexities", "complexity", "barriers", "barriers to progress", "barriers to discharge", "comorbidities",
        "barriers to learning", "complicating factors", "factors affecting treatment", "personal factors", "barriers to treatment",
        "comorbidities affecting treatment", "factors affecting progress", "barriers to goals", "barriers to rehab",
        "complexities and comorbidities", "barriers to care", "factors impacting care", "comorbidities complexities",
        "conditions affecting treatment", "complicating conditions", "impact of comorbidities", "complexity factors",
        "factors affecting plan of care", "evaluation complexity", "clinical complexity",
    ];
    /// Why a clinician's skill is needed.
    MedicalNecessity "medical-necessity" [
        "medical necessity", "skilled need", "need for skilled services", "skilled justification", "justification",
        "justification for skilled services", "skilled services", "need for skilled therapy", "need for therapy", "skilled care",
        "necessity", "justification for therapy", "skilled therapy needs", "statement of medical necessity", "rationale",
        "justification for continued services", "clinical rationale", "continued need for therapy", "skill required",
        "skilled intervention need", "need for skilled care", "reason for continued services", "skilled rationale",
        "need for continued therapy", "justification for skilled therapy", "necessity statement",
    ];
    /// Who signed.
    Signature "signature" [
        "signature", "signed", "therapist signature", "physician signature", "electronically signed", "signed by",
        "electronic signature", "signature and credentials", "provider signature", "attestation", "clinician signature",
        "electronically signed by", "cosignature", "supervising therapist signature", "authentication", "attending attestation",
        "cosigned by", "nurse signature", "signatures", "e signed", "e signed by", "digitally signed by", "clinician",
    ];
    /// Who gets a copy, who dictated and typed.
    Distribution "distribution" ["carbon copy", "distribution", "copies to", "copy to", "dictated by", "transcribed by"];
}

impl FromStr for SectionKind {
    type Err = UnknownSection;

    fn from_str(name: &str) -> Result<Self, UnknownSection> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or(UnknownSection)
    }
}

/// The error of parsing a [`SectionKind`] from a word that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a section kind")]
pub struct UnknownSection;

impl SectionKind {
    /// What a heading stands for, if it is one that clinicians use.
    ///
    /// ```
    /// use chartguard::text::SectionKind;
    /// assert_eq!(SectionKind::of_heading("GOALS - LONG TERM (8 weeks)"), Some(SectionKind::LongTermGoals));
    /// assert_eq!(SectionKind::of_heading("Hx of the Present Illness"), Some(SectionKind::HistoryOfPresentIllness));
    /// assert_eq!(SectionKind::of_heading("Weather"), None);
    /// ```
    pub fn of_heading(heading: &str) -> Option<Self> {
        // "cc:" below a letter is who gets a copy; "CC:" is the complaint.
        if matches!(heading, "cc" | "Cc") {
            return Some(Self::Distribution);
        }
        Self::of_words(heading).or_else(|| {
            // "Objective/Interventions": the first that is known.
            heading.contains('/').then(|| heading.split('/').find_map(Self::of_words)).flatten()
        })
    }

    fn of_words(heading: &str) -> Option<Self> {
        let mut key = String::with_capacity(heading.len());
        let words = write_key(heading, false, &mut key);
        if words == 0 || words > 8 {
            return None;
        }
        if let Some(kind) = TABLE.get(key.as_str()) {
            return Some(*kind);
        }
        key.clear();
        let fewer = write_key(heading, true, &mut key);
        if fewer == 0 || fewer == words { None } else { TABLE.get(key.as_str()).copied() }
    }

    /// The sections that this one may stand under in a note that has both.
    pub(crate) fn may_stand_under(self, parent: Self) -> bool {
        use SectionKind as K;
        match parent {
            K::Subjective | K::History => matches!(
                self,
                K::ChiefComplaint
                    | K::HistoryOfPresentIllness
                    | K::PastMedicalHistory
                    | K::PastSurgicalHistory
                    | K::FamilyHistory
                    | K::SocialHistory
                    | K::Medications
                    | K::Allergies
                    | K::Immunizations
                    | K::ReviewOfSystems
                    | K::Pain
                    | K::PriorLevelOfFunction
                    | K::Precautions
                    | K::Complexities
                    | K::Other
            ),
            K::Objective | K::PhysicalExam => matches!(
                self,
                K::Vitals
                    | K::PhysicalExam
                    | K::MentalStatus
                    | K::Pain
                    | K::Results
                    | K::Imaging
                    | K::Findings
                    | K::CurrentLevelOfFunction
                    | K::TreatmentProvided
                    | K::Interventions
                    | K::Minutes
                    | K::Response
                    | K::Precautions
                    | K::Education
                    | K::HomeProgram
                    | K::Other
            ),
            K::Assessment => matches!(
                self,
                K::Diagnosis
                    | K::Impression
                    | K::RehabPotential
                    | K::Progress
                    | K::Response
                    | K::Complexities
                    | K::MedicalNecessity
                    | K::FunctionalLimitations
                    | K::Goals
                    | K::ShortTermGoals
                    | K::LongTermGoals
                    | K::Other
            ),
            K::Plan | K::PlanOfCare | K::AssessmentPlan => matches!(
                self,
                K::Goals
                    | K::ShortTermGoals
                    | K::LongTermGoals
                    | K::Interventions
                    | K::FrequencyDuration
                    | K::PlanOfCare
                    | K::RehabPotential
                    | K::HomeProgram
                    | K::Education
                    | K::Precautions
                    | K::FollowUp
                    | K::Disposition
                    | K::DischargeInstructions
                    | K::MedicalNecessity
                    | K::Diagnosis
                    | K::Other
            ),
            K::ReviewOfSystems => self == K::Other,
            K::Goals => matches!(self, K::ShortTermGoals | K::LongTermGoals),
            _ => false,
        }
    }

    /// Whether other sections may stand under it.
    pub(crate) fn is_container(self) -> bool {
        Self::ALL.iter().any(|kind| kind.may_stand_under(self))
    }
}

/// Words that say whose or which section it is, not what it is.
fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "ot" | "slp"
            | "st"
            | "therapy"
            | "therapist"
            | "nursing"
            | "physical"
            | "occupational"
            | "speech"
            | "initial"
            | "current"
            | "updated"
            | "today"
            | "clinical"
            | "interval"
            | "relevant"
            | "pertinent"
            | "overall"
            | "general"
            | "detailed"
            | "continued"
            | "cont"
            | "provider"
            | "physician"
            | "language"
            | "rehab"
            | "rehabilitation"
            | "ongoing"
            | "additional"
            | "other"
            | "new"
            | "brief"
            | "prior"
            | "functional"
            | "revised"
            | "primary"
            | "skilled"
            | "proposed"
            | "medical"
            | "key"
            | "recent"
            | "period"
            | "next"
    )
}

fn is_small(word: &str) -> bool {
    matches!(word, "and" | "of" | "the" | "for" | "with" | "to" | "on" | "at" | "patient" | "pt" | "s" | "in" | "by")
}

static TABLE: LazyLock<HashMap<String, SectionKind>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for (kind, headings) in HEADINGS {
        for heading in *headings {
            let mut key = String::new();
            write_key(heading, false, &mut key);
            table.entry(key).or_insert(*kind);
        }
    }
    table
});

/// Writes the words of a heading that matter, lower case, singular, without what stands in brackets, numbers and small
/// words, and where asked without qualifiers. Returns how many there are.
fn write_key(heading: &str, bare: bool, key: &mut String) -> usize {
    let mut count = 0;
    let mut start = 0;
    let mut depth = 0usize;
    for c in heading.chars().chain([' ']) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '\'' | '\u{2019}' => continue,
            _ if depth > 0 => continue,
            _ if c.is_ascii_alphanumeric() => {
                key.push(c.to_ascii_lowercase());
                continue;
            }
            _ if c.is_alphanumeric() => {
                key.extend(c.to_lowercase());
                continue;
            }
            _ => {}
        }
        if key.len() > start {
            singular(key, start);
            let word = &key[start..];
            if word.is_empty() || is_small(word) || bare && is_qualifier(word) {
                key.truncate(start);
            } else {
                count += 1;
                key.push(' ');
                start = key.len();
            }
        }
    }
    key.truncate(start.saturating_sub(1));
    count
}

/// Makes the last word of `key` singular, without the number that counts it: "stg1", "stgs" and "stg" are one.
fn singular(key: &mut String, start: usize) {
    let word = &key[start..];
    let kept = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if kept == 0 || kept >= 3 {
        key.truncate(start + kept);
    }
    let word = &key[start..];
    if word.len() > 3 && word.ends_with('s') && !["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end)) {
        key.pop();
    }
    let other = match &key[start..] {
        "hx" => "history",
        "diagnose" => "diagnosis",
        _ => return,
    };
    key.truncate(start);
    key.push_str(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_heading_has_one_kind() {
        let mut wrong = Vec::new();
        for (kind, headings) in HEADINGS {
            for heading in *headings {
                let found = SectionKind::of_heading(&heading.to_uppercase());
                if found != Some(*kind) {
                    wrong.push((heading, *kind, found));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn names_parse_and_agree_with_serde() {
        for kind in SectionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_string(kind).ok(), Some(format!("\"{}\"", kind.as_str())));
        }
        assert!("Plan".parse::<SectionKind>().is_err());
    }

    #[test]
    fn variants_of_headings() {
        use SectionKind as K;
        for (heading, kind) in [
            ("A/P", K::AssessmentPlan),
            ("Assessment & Plan", K::AssessmentPlan),
            ("ASSESSMENT/PLAN", K::AssessmentPlan),
            ("STG 1 (3 wks)", K::ShortTermGoals),
            ("SHORT TERM GOALS (3 wks)", K::ShortTermGoals),
            ("Short-Term Goals", K::ShortTermGoals),
            ("PT Assessment", K::Assessment),
            ("Physical Therapy Assessment", K::Assessment),
            ("Patient's Goals", K::Goals),
            ("Current Level of Function", K::CurrentLevelOfFunction),
            ("Prior Level of Function (PLOF)", K::PriorLevelOfFunction),
            ("Family Hx", K::FamilyHistory),
            ("CC", K::ChiefComplaint),
            ("cc", K::Distribution),
            ("Frequency/Duration", K::FrequencyDuration),
            ("LTG2", K::LongTermGoals),
            ("Objective/Interventions", K::Objective),
            ("GOALS FOR NEW PERIOD (12 weeks)", K::Goals),
        ] {
            assert_eq!(SectionKind::of_heading(heading), Some(kind), "{heading}");
        }
        for heading in
            ["", "()", "Name", "DOB", "Discharge Summary", "Physical Therapy", "Progress Note", "2024", "The"]
        {
            assert_eq!(SectionKind::of_heading(heading), None, "{heading}");
        }
    }
}
