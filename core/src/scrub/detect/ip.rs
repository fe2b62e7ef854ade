//! Internet protocol addresses (45 CFR 164.514(b)(2)(i)(O)).

use super::shape::stands_alone;
use super::{Pattern, Validity};
use crate::scrub::Category;

const IP: Pattern = Pattern { category: Category::Ip, source: "45 CFR 164.514(b)(2)(i)(O)", ..Pattern::BLANK };
const CUES: &[&str] = &[
    "ip",
    "ip address",
    "ipv4",
    "ipv6",
    "host",
    "addr",
    "from",
    "login",
    "logged in",
    "workstation",
    "server",
    "client",
    "gateway",
    "subnet",
    "accessed from",
    "remote",
    "src",
    "source",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "ip.v4",
        regex: r"\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?::[0-9]{2,5}|/[0-9]{1,2})?\b",
        score: 0.9,
        cues: CUES,
        validate: Some(v4),
        around: Some(stands_alone),
        unless: &["version", "v", "section", "firmware", "software", "build", "oid", "release", "chapter"],
        matches: &["IP «192.0.2.44»", "from «198.51.100.7:8080» at", "portal «203.0.113.9» reached"],
        rejects: &["version 10.2.33.1", "section 4.1.2.3", "1.2.840.10008.1.2", "300.1.2.400"],
        ..IP
    },
    Pattern {
        name: "ip.v6",
        regex: r"\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}\b",
        score: 0.9,
        cues: CUES,
        validate: Some(v6),
        matches: &["IPv6 «2001:db8:85a3::8a2e:370:7334»", "from «fe80::1ff:fe23:4567:890a» today"],
        rejects: &["10:30:45", "at 12:00::", "a:b:c", "00:1A:2B:3C:4D:5E"],
        ..IP
    },
];

fn v4(value: &str) -> Validity {
    let address = value.split([':', '/']).next().unwrap_or_default();
    let parts: Vec<u32> = address.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.len() != 4 || parts.iter().any(|&part| part > 255) {
        Validity::Never
    } else if parts.iter().all(|&part| part < 20) {
        // A section number as easily as an address.
        Validity::Invalid
    } else {
        Validity::Unknown
    }
}

fn v6(value: &str) -> Validity {
    if value.len() >= 6 && value.parse::<std::net::Ipv6Addr>().is_ok() { Validity::Unknown } else { Validity::Never }
}
