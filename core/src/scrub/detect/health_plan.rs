//! Health plan beneficiary, member, group and policy numbers (45 CFR 164.514(b)(2)(i)(I)).

use super::shape::{PUBLIC_CODES, identifier, short_identifier};
use super::{Pattern, Validity};
use crate::scrub::Category;

const PLAN: Pattern = Pattern { category: Category::HealthPlan, source: "45 CFR 164.514(b)(2)(i)(I)", unless: PUBLIC_CODES, ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "health_plan.mbi",
        regex: r"\b[1-9](?i:[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2})\b",
        score: 0.92,
        unless: &[],
        source: "CMS, Understanding the Medicare Beneficiary Identifier format",
        matches: &["«1EG4-TE5-MK73»", "MBI: «1EG4TE5MK73»", "medicare «1eg4-te5-mk73»"],
        rejects: &["0EG4-TE5-MK73", "1SG4-TE5-MK73", "1EG4-TE5-MK7"],
        ..PLAN
    },
    Pattern {
        name: "health_plan.hicn",
        regex: r"\b[0-9]{3}-?[0-9]{2}-?[0-9]{4}-?[A-Z][0-9A-Z]?\b",
        score: 0.8,
        unless: &[],
        source: "SSA, POMS HI 00901.001: claim number and beneficiary identification code",
        matches: &["Medicare «219-09-9999A»", "HICN «219099999C1»"],
        rejects: &["219-09-9999", "219099999x12345"],
        ..PLAN
    },
    Pattern {
        name: "health_plan.cue",
        regex: identifier!(),
        cues: &[
            "member", "member #", "member id", "member id #", "member no", "member number", "mem id", "mbr id", "mbr #", "membership", "membership #", "membership no", "membership number", "member id number", "subscriber", "subscriber #", "subscriber id", "subscriber no", "subscriber number", "sub id", "policy", "policy #", "policy no",
            "policy number", "policy id", "policyholder id", "group #", "group no", "group number", "group id", "grp", "grp #", "grp no", "grp id", "rx group", "rxgrp", "rx grp", "rxbin", "rx bin", "bin", "pcn", "rxpcn", "medicare", "medicare #", "medicare id", "medicare no", "medicare number", "medicaid", "medicaid #", "medicaid id",
            "medicaid no", "medicaid number", "medi cal", "medi cal id", "masshealth", "tricare", "tricare id", "hicn", "hic", "hic #", "mbi", "insurance id", "insurance #", "insurance no", "insurance number", "insurance policy", "ins id", "ins #", "ins no", "beneficiary", "beneficiary id", "beneficiary no", "beneficiary number", "plan id", "plan #",
            "plan no", "plan number", "health plan", "health plan id", "health plan number", "payer id", "payor id", "payer member id", "hmo id", "ppo id", "recipient id", "recipient #", "recipient number", "certificate no", "cert id", "enrollee id", "enrollee", "card id", "coverage id", "contract no", "contract number", "contract #", "insured id", "insured s id",
            "secondary insurance", "primary insurance", "insurance", "carrier id", "umi", "group", "nhs number", "nhs no", "ohip", "bene id", "member identifier", "payer", "id card", "cin",
        ],
        validate: Some(identifier),
        window: 34,
        matches: &[
            "Member ID: «XQJ44712033»", "Group #«88231-04»", "policy no. «HP-4471-20»", "Medicaid ID «CIN447120»", "\"memberId\": \"«W4471203»\"", "Subscriber\t«447120331»", "Insurance: Acme PPO, ID «ZX4471203»",
        ],
        rejects: &["group therapy 60 minutes", "member of 2019 cohort", "group 2 pulmonary hypertension", "Medicare in 2021", "policy of 03/04/2021", "CPT 97110"],
        ..PLAN
    },
    Pattern {
        name: "health_plan.short",
        regex: identifier!(),
        cues: &["member id", "member #", "group #", "group no", "group number", "grp #", "grp no", "policy #", "policy no", "policy number", "subscriber id", "medicaid id", "rx group", "rxgrp", "bin #", "grp"],
        validate: Some(group),
        window: 4,
        matches: &["Group No: «G2210»", "GRP# «882»", "Policy #: «HP44X»"],
        rejects: &["group number of visits", "grp of 3"],
        ..PLAN
    },
];

fn group(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 3 && value.len() <= 12 { Validity::Unknown } else { short_identifier(value) }
}
