//! The patient's profession; not a Safe Harbor identifier, removed only where a policy says so.

use super::Pattern;
use crate::scrub::Category;

const PROFESSION: Pattern =
    Pattern { category: Category::Profession, source: "i2b2 2014 annotation guidelines, PROFESSION", ..Pattern::BLANK };

/// Occupations in general terms.
macro_rules! occupation {
    () => {
        r"(?i:(?:accountant|actor|actress|actuary|administrator|architect|artist|assembler|assistant|astronomer|athlete|attendant|attorney|auditor|author|baker|banker|barber|barista|bartender|beautician|biologist|bookkeeper|boxer|bricklayer|broker|
          builder|butcher|buyer|captain|caregiver|carpenter|cashier|caterer|chauffeur|chef|chemist|chiropractor|cleaner|clerk|coach|consultant|contractor|cook|counselor|counsellor|courier|custodian|dancer|dentist|designer|detective|developer|dispatcher|
          diver|doorman|driver|economist|editor|electrician|engineer|estimator|executive|farmer|farmhand|fireman|firefighter|fisherman|florist|foreman|forester|gardener|geologist|glazier|grocer|groundskeeper|guard|guide|hairdresser|handyman|
          historian|homemaker|housekeeper|housewife|inspector|instructor|interpreter|investigator|ironworker|janitor|jeweler|journalist|judge|laborer|labourer|landscaper|lawyer|lecturer|librarian|lifeguard|lineman|locksmith|logger|longshoreman|machinist|
          maid|mail\x20carrier|manager|manicurist|marine|mason|massage\x20therapist|mechanic|merchant|midwife|millwright|miner|minister|model|mover|musician|nanny|nurse|officer|operator|optician|optometrist|painter|paralegal|paramedic|pastor|pharmacist|
          photographer|physician|pianist|pilot|pipefitter|plasterer|plumber|poet|police\x20officer|policeman|porter|postman|potter|priest|principal|printer|producer|professor|programmer|psychologist|publisher|rabbi|rancher|realtor|receptionist|reporter|
          researcher|roofer|sailor|salesman|salesperson|saleswoman|scientist|sculptor|seamstress|secretary|sergeant|server|shepherd|sheriff|singer|social\x20worker|soldier|stagehand|statistician|steelworker|stockbroker|student|superintendent|supervisor|surgeon|
          surveyor|tailor|teacher|technician|teller|therapist|trader|trainer|translator|trapper|trucker|truck\x20driver|tutor|typist|underwriter|upholsterer|usher|veterinarian|waiter|waitress|warden|watchmaker|welder|woodworker|writer|analyst|apprentice|aide|
          agent|appraiser|bus\x20driver|cabinetmaker|deckhand|stylist|installer|worker|owner|planner|representative|specialist))"
    };
}

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "profession.works_as",
        regex: concat!(
            r"\b(?i:works?|worked|working|employed|job|career|occupation|profession|retired|former|ex)(?:\x20(?i:as|is|was|part\x20time|full\x20time|from\x20being|from\x20work\x20as|for\x20years\x20as)){0,3}(?:\x20(?i:an?|the|her|his)\b)?[\x20:-]{1,3}(?<v>(?:[A-Za-z-]{3,16}\x20){0,2}?",
            occupation!(),
            r")\b"
        ),
        score: 0.8,
        matches: &[
            "works as a «high school teacher»",
            "retired «machinist»",
            "employed as an «electrician»",
            "Occupation: «office manager»",
            "former «truck driver»",
        ],
        rejects: &["works out daily", "retired in 2019", "working diagnosis"],
        ..PROFESSION
    },
    Pattern {
        name: "profession.key",
        regex: r"\b(?i:occupation|profession|job\x20title|employment)\x20?:\x20?(?i:retired\x20)?(?<v>[A-Za-z][A-Za-z/&'-]{2,20}(?:\x20[A-Za-z/&'-]{2,20}){0,3})\b",
        score: 0.7,
        matches: &["Occupation: «glass blower»", "Job title: «Shift Lead»"],
        rejects: &["occupational therapy: seen", "occupation unknown"],
        ..PROFESSION
    },
    Pattern {
        name: "profession.is_a",
        regex: concat!(
            r"\b(?i:he|she|patient|pt|who)\x20(?i:is|was)\x20(?:currently\x20)?(?i:an?\x20)(?i:retired\x20|former\x20)?(?<v>(?:[A-Za-z-]{3,16}\x20)?",
            occupation!(),
            r")\b"
        ),
        score: 0.75,
        matches: &["She is a «librarian» and", "Patient is a retired «postal worker»"],
        rejects: &["She is a pleasant woman", "patient is a good historian"],
        around: Some(|_, _, _| true),
        validate: Some(
            |value| if value.ends_with("historian") { super::Validity::Never } else { super::Validity::Unknown },
        ),
        ..PROFESSION
    },
];
