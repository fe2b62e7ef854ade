//! Web addresses and handles (45 CFR 164.514(b)(2)(i)(N)).

use super::{Pattern, Validity};
use crate::scrub::Category;

const URL: Pattern =
    Pattern { category: Category::Url, source: "45 CFR 164.514(b)(2)(i)(N); RFC 3986", ..Pattern::BLANK };

/// Top-level domains under which an address without scheme is taken for one. Those that are also file endings are left out.
macro_rules! domain {
    () => {
        r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,40}\.){1,4}(?i:com|org|net|edu|gov|mil|io|co|us|uk|ca|info|biz|health|care|clinic|app|me|tv|ly|gl|mx|de|fr|es|dev|ai|online|site|link|page|blog|doctor|hospital|social)"
    };
}

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "url.scheme",
        regex: r"\b(?i:https?|ftps?|sftp|file|ssh|wss?|hxxps?|tel|sip)://[^\s<>\x22'\\^`{|}]{1,200}[A-Za-z0-9/_=&\#~%+-]",
        score: 0.97,
        matches: &[
            "at «https://portal.example.org/p/7731?x=1».",
            "(«http://example.com/a_b»)",
            "see «ftp://files.example.net»",
        ],
        rejects: &["http is a protocol", "https:"],
        ..URL
    },
    Pattern {
        name: "url.www",
        regex: r"\b(?i:www[0-9]?)\.(?:[A-Za-z0-9-]{1,60}\.){1,4}[A-Za-z]{2,18}(?::[0-9]{2,5})?(?:[/?\#][^\s<>\x22'\\^`{|}]{0,200}[A-Za-z0-9/_=&\#~%+-])?",
        score: 0.97,
        matches: &["on «www.example.org/team/jroe»,", "«WWW.EXAMPLE.COM»"],
        rejects: &["www", "wwww.x"],
        ..URL
    },
    Pattern {
        name: "url.domain",
        regex: concat!(r"\b", domain!(), r"(?::[0-9]{2,5})?(?:[/?\#][^\s<>\x22'\\^`{|}]{0,200}[A-Za-z0-9/_=&\#~%+-])?"),
        score: 0.75,
        validate: Some(domain),
        around: Some(|before, _, after| {
            !before.ends_with('@') && !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@' || c == '-')
        }),
        matches: &["see «example.com/patients/roe».", "on «portal.example.org» today", "«linkedin.com/in/jroe»"],
        rejects: &["pain.Me too", "b.i.d.", "1.5.us", "a.m. in clinic", "3.me", "end.Us"],
        ..URL
    },
    Pattern {
        name: "url.handle",
        regex: r"@[A-Za-z0-9_][A-Za-z0-9_.]{1,30}[A-Za-z0-9_]",
        cues: &[
            "twitter",
            "instagram",
            "insta",
            "ig",
            "handle",
            "facebook",
            "fb",
            "tiktok",
            "tik tok",
            "snapchat",
            "snap",
            "venmo",
            "telegram",
            "username",
            "user name",
            "social media",
            "x",
            "youtube",
            "tagged",
            "linkedin",
            "threads",
            "posts as",
            "cash app",
            "reddit",
            "discord",
            "follow",
            "messages",
            "profile",
            "skype",
            "mastodon",
            "bluesky",
            "account",
            "blog",
            "blogs",
            "online as",
            "online",
            "channel",
        ],
        around: Some(|before, _, _| !before.ends_with(|c: char| c.is_ascii_alphanumeric())),
        matches: &["Instagram «@jroe_knits»", "twitter handle: «@roe.pt»"],
        rejects: &["seen @bedtime", "instagram user", "50 mg @night"],
        ..URL
    },
    Pattern {
        name: "url.handle_alone",
        regex: r"@(?:[A-Za-z]{1,20}[_0-9.][A-Za-z0-9_.]{0,20}[A-Za-z0-9_])",
        score: 0.6,
        around: Some(|before, _, _| before.is_empty() || before.ends_with([' ', '(', '\n', ':', '"', '\t', '|'])),
        matches: &["posts as «@river_walks22»"],
        rejects: &["seen @bedtime", "@10.30 am", "bolus@5mg"],
        ..URL
    },
];

/// Sentences that lack a blank after their point look like domains: real ones are lower or upper case throughout, and
/// short endings need a longer name or a path.
fn domain(value: &str) -> Validity {
    let host = value.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let Some((name, ending)) = host.rsplit_once('.') else { return Validity::Never };
    let mixed = ending.bytes().any(|b| b.is_ascii_uppercase())
        && !host.bytes().filter(u8::is_ascii_alphabetic).all(|b| b.is_ascii_uppercase());
    let numeric = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let path = value.len() > host.len();
    let word_ending = [
        "me", "us", "de", "es", "care", "health", "clinic", "page", "link", "online", "site", "doctor", "hospital",
        "social", "app", "co", "ca", "fr", "tv", "ly", "mil", "blog",
    ]
    .contains(&ending.to_ascii_lowercase().as_str());
    if mixed
        || numeric
        || name.len() < 3
        || (word_ending && !path && !host.contains('-') && host.matches('.').count() < 2)
    {
        return Validity::Never;
    }
    Validity::Unknown
}
