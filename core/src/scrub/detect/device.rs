//! Device identifiers and serial numbers (45 CFR 164.514(b)(2)(i)(M)).

use super::shape::{identifier, short_identifier, stands_alone};
use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const DEVICE: Pattern = Pattern { category: Category::Device, source: "45 CFR 164.514(b)(2)(i)(M)", ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "device.cue",
        regex: identifier!(),
        cues: &[
            "serial", "serial #", "serial no", "serial num", "serial number", "serial numbers", "ser #", "ser no", "s n", "s n #", "sn", "sn #", "device id", "device #", "device no", "device number", "device serial", "device identifier", "udi", "udi di", "udi pi", "imei", "meid", "esn", "asset", "asset #", "asset tag", "asset id", "asset no",
            "implant serial", "pacemaker serial", "generator serial", "lead serial", "pump serial", "unit serial", "equipment id", "equipment #", "equip id", "numero de serie", "serie", "transmitter id", "transmitter sn", "sensor id", "meter id", "machine id", "machine #", "monitor id", "pump id", "android id", "device uid", "device uuid", "wheelchair serial", "implant id",
            "leads", "mac", "mac address", "bluetooth id", "registration device", "cpap serial", "sn no", "implant card", "implant #", "ser", "hearing aid serial", "s no", "inventory #", "inventory tag",
        ],
        unless: &["lot", "lot #", "lot no", "lot number", "model", "model #", "model no", "ref", "catalog", "size", "exp", "version"],
        validate: Some(identifier),
        matches: &["S/N: «PJN447120H»", "serial number «4471-2033»", "Serial No. «BLC882014»", "SN «A4471203»", "pacemaker, serial #«PVY447120»", "\"serialNumber\":\"«X447120»\"", "asset tag «BME-04471»"],
        rejects: &["serial exams x 3", "serial troponins 0.04", "lot number 447120", "model 4471", "serial casting 2019", "SN: lot 44712"],
        ..DEVICE
    },
    Pattern {
        name: "device.short",
        regex: identifier!(),
        cues: &["serial #", "serial no", "serial number", "s n", "sn #", "device id"],
        validate: Some(short_identifier),
        window: 4,
        matches: &["S/N: «PJ88»", "Serial No: «K882»"],
        rejects: &["serial number of visits", "s/n 2"],
        ..DEVICE
    },
    Pattern {
        name: "device.udi_gs1",
        regex: r"\(01\)\x20?[0-9]{14}(?:\x20?\((?:10|11|17|21|30|240)\)\x20?[A-Za-z0-9./_-]{1,20}){0,5}",
        score: 0.97,
        source: "21 CFR 830.20; GS1 General Specifications",
        matches: &["UDI «(01)00614141123452(17)261231(10)A213B1(21)4471»", "«(01)00614141999996»"],
        rejects: &["(01) apples", "(01)0061414"],
        ..DEVICE
    },
    Pattern {
        name: "device.udi_plain",
        regex: r"\b01[0-9]{14}(?:(?:11|17)[0-9]{6}){0,2}(?:10[A-Za-z0-9]{1,20})?(?:21[A-Za-z0-9]{1,20})?\b",
        score: 0.8,
        validate: Some(|value| if value.get(2..16).is_some_and(check_digit::gtin) { Validity::Valid } else { Validity::Invalid }),
        cues: &["udi", "di", "gtin", "device identifier"],
        source: "21 CFR 830.20; GS1 General Specifications",
        matches: &["UDI «01006141411234521726123121A4471»", "«0100614141123452»"],
        rejects: &["0100614141123453", "01006141"],
        ..DEVICE
    },
    Pattern {
        name: "device.udi_hibcc",
        regex: r"(?:\+|\*\+)[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9][0-9A-Z]?(?:/\$?\$?\+?[0-9A-Z]{3,30}(?:/[0-9A-Z]{3,24}){0,3})?[A-Z0-9]?",
        score: 0.8,
        validate: Some(|value| if value.bytes().filter(u8::is_ascii_digit).count() >= 3 { Validity::Unknown } else { Validity::Never }),
        source: "21 CFR 830.20; ANSI/HIBC 2",
        matches: &["UDI «+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789»"],
        rejects: &["+SLR", "+BS x4", "+H. pylori"],
        ..DEVICE
    },
    Pattern {
        name: "device.udi_iccbba",
        regex: r"=/?[A-Z0-9]{13,18}(?:=[,}>,A-Z0-9]{3,20}){0,4}",
        score: 0.8,
        validate: Some(|value| if value.bytes().filter(u8::is_ascii_digit).count() >= 5 { Validity::Unknown } else { Validity::Never }),
        source: "21 CFR 830.20; ISBT 128 (ICCBBA)",
        matches: &["UDI «=/A9999XYZ100T0944=,000025»"],
        rejects: &["=/home", "BMI = 31"],
        ..DEVICE
    },
    Pattern {
        name: "device.mac",
        regex: r"\b(?i:[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:(?::[0-9a-f]{2}){2})?|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})\b",
        score: 0.93,
        source: "45 CFR 164.514(b)(2)(i)(M); IEEE 802",
        matches: &["MAC «00:1A:2B:3C:4D:5E»", "«00-1a-2b-3c-4d-5e»", "«001a.2b3c.4d5e»"],
        rejects: &["10:30:45", "00:1G:2B:3C:4D:5E", "1-2-3-4-5-6"],
        ..DEVICE
    },
    Pattern {
        name: "device.imei",
        regex: r"\b[0-9]{2}[\x20-]?[0-9]{6}[\x20-]?[0-9]{6}[\x20-]?[0-9]\b",
        score: 0.5,
        cues: &["imei", "imei #", "imei no", "handset", "phone imei"],
        validate: Some(|value| if check_digit::luhn(value) { Validity::Valid } else { Validity::Invalid }),
        around: Some(stands_alone),
        source: "3GPP TS 23.003",
        matches: &["IMEI «490154203237518»", "IMEI: «49-015420-323751-9»"],
        rejects: &["490154203237519", "4901542032375"],
        ..DEVICE
    },
    Pattern {
        name: "device.uuid",
        regex: r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b",
        score: 0.8,
        source: "45 CFR 164.514(b)(2)(i)(M); RFC 9562",
        matches: &["device «123e4567-e89b-42d3-a456-426614174000»"],
        rejects: &["123e4567-e89b-42d3-a456"],
        ..DEVICE
    },
];
