//! Mail addresses, sites and network addresses that are reserved for examples.

use super::code::shape;
use super::words::{FEMALE, MALE, SURNAMES};
use super::{Draw, cased};

/// Kept for examples by RFC 2606.
const DOMAINS: &[&str] = &["example.com", "example.org", "example.net"];

/// An address at a reserved domain, its name made as the original's is: `j.smith42` becomes `p.keller17`.
pub(super) fn email(original: &str, draw: &mut Draw) -> Option<String> {
    let (local, domain) = original.split_once('@')?;
    // Names of ordinary length.
    let given = draw.below(2);
    let given = draw.pick(if given == 0 { &FEMALE } else { &MALE }.of_length(6));
    let surname = draw.pick(SURNAMES.of_length(7));
    let mark = local.chars().find(|c| matches!(c, '.' | '_' | '-'));
    let first = local.split(['.', '_', '-']).next().unwrap_or(local);
    let mut name = match mark {
        Some(mark) if first.chars().count() > 1 => format!("{given}{mark}{surname}"),
        Some(mark) => format!("{}{mark}{surname}", &given[..1]),
        None => format!("{}{surname}", &given[..1]),
    };
    let digits = local.chars().rev().take_while(char::is_ascii_digit).count();
    name.extend((0..digits).map(|_| draw.digit()));
    let at = draw.pick(DOMAINS);
    let upper = |like: &str| like.chars().any(char::is_alphabetic) && !like.chars().any(char::is_lowercase);
    let at = if upper(domain) { at.to_uppercase() } else { at.to_owned() };
    Some(format!("{}@{at}", if upper(local) { name.to_uppercase() } else { name }))
}

/// A site at a reserved domain, with a path of the same shape.
pub(super) fn url(original: &str, draw: &mut Draw) -> Option<String> {
    let (scheme, rest) = match original.find("://") {
        Some(at) => original.split_at(at + 3),
        None => ("", original),
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !host.contains('.') {
        return None;
    }
    let www = if host.to_lowercase().starts_with("www.") { &host[..4] } else { "" };
    // A name of its own below the reserved domain, so that different sites stay different.
    let label: String = (0..6).map(|_| (b'a' + draw.below(26) as u8) as char).collect();
    let path = shape(path, draw).unwrap_or_else(|| path.to_owned());
    Some(format!("{scheme}{www}{}.{}{path}", cased(&host.to_lowercase(), &label), draw.pick(DOMAINS)))
}

/// An address of a documentation range: 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 (RFC 5737), `2001:db8::/32` (RFC 3849).
pub(super) fn ip(original: &str, draw: &mut Draw) -> Option<String> {
    let end = original.find(['/', ' ', '%']).unwrap_or(original.len());
    let (address, rest) = original.split_at(end);
    if address.contains('.') && !address.contains("::") {
        let (address, port) = address.split_at(address.find(':').unwrap_or(address.len()));
        if address.split('.').count() != 4 {
            return None;
        }
        let net = draw.pick(&["192.0.2", "198.51.100", "203.0.113"]);
        return Some(format!("{net}.{}{port}{rest}", 1 + draw.below(254)));
    }
    if !address.contains(':') {
        return None;
    }
    let groups: Vec<String> = (0..4).map(|_| format!("{:x}", 1 + draw.below(0xffff))).collect();
    Some(format!("2001:db8::{}{rest}", groups.join(":")))
}

#[cfg(test)]
mod tests {
    use super::super::{Draw, Source};
    use super::*;
    use crate::key::SubKey;

    fn draw(attempt: u64) -> Draw {
        let source = Source::Drawn { seed: SubKey::from_seed(7, "test"), document: None };
        Draw::new(&source, "test", "", 0, attempt)
    }

    #[test]
    fn everything_is_in_a_reserved_range() {
        for attempt in 0..500 {
            let mail = email("j.smith42@hospital.org", &mut draw(attempt)).unwrap();
            let (local, domain) = mail.split_once('@').unwrap();
            assert!(
                DOMAINS.contains(&domain)
                    && local[1..].starts_with('.')
                    && local.ends_with(|c: char| c.is_ascii_digit())
            );
            let site = url("https://www.clinic.org/pt/4471?x=Ab", &mut draw(attempt)).unwrap();
            let host = site.strip_prefix("https://www.").unwrap().split('/').next().unwrap();
            assert!(DOMAINS.iter().any(|domain| host.ends_with(&format!(".{domain}"))), "{site}");
            let v4: std::net::Ipv4Addr = ip("10.1.2.3", &mut draw(attempt)).unwrap().parse().unwrap();
            assert!(matches!(v4.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _]), "{v4}");
            let v6: std::net::Ipv6Addr = ip("fe80::1:2", &mut draw(attempt)).unwrap().parse().unwrap();
            assert_eq!(&v6.segments()[..2], &[0x2001, 0xdb8]);
        }
        assert_eq!(ip("10.1.2.3:8080", &mut draw(0)).unwrap().rsplit(':').next(), Some("8080"));
        assert_eq!(email("jane (at) clinic", &mut draw(0)), None);
    }
}
