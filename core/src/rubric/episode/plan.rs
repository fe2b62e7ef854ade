//! How long a plan of care lasts: the last day it covers, from every wording of its duration.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::Regex;

use super::after;
use crate::rubric::check::Note;
use crate::rubric::extract::number_word;
use crate::text::Span;
use crate::text::dates::month_number;
use crate::text::pattern::compiled;

const NUMBER: &str = r"\d{1,3}|a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|eighteen|twenty|thirty|sixty|ninety";

/// "8 weeks", "6 to 8 wks", "eight sessions": the greater number and the unit.
static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"(?xi)(?P<least>\b(?:{NUMBER}))\s*(?:(?:-|–|to|or)\s*(?P<most>{NUMBER}))?[\s-]*(?:\w+\s+){{0,3}}?
        (?P<unit>weeks?|wks?|wk|months?|mos?|mths?|days?|visits?|sessions?|treatments?|txs?|appointments?)\b"
    ))
});
/// "Certification period: 02/03/2025 - 04/30/2025": what follows holds the two days.
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?i)\b(?:cert(?:ification)?|plan(?:\s+of\s+care)?|POC)\s+(?:period|dates?|from|effective|valid)\b")
});
/// "through mid-June", "until the end of May": the month, and whereabouts in it.
static UNTIL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?xi)\b(?P<where>middle|mid|end|late|last|beginning|start|early|first)?[\s-]*(?:week\s+)?(?:of\s+)?(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    )
});

/// The last day a plan written on `date` covers, as far as the note says.
pub(super) fn ends(note: &Note<'_>, date: Date) -> Option<Date> {
    let page = &note.page;
    for found in PERIOD.find_iter(page.text) {
        let line = page.line(found.start());
        let days: Vec<Date> = page
            .dates(Span::new(found.end(), line.end.max(found.end())))
            .iter()
            .filter_map(crate::text::dates::DateMention::date)
            .collect();
        if let [from, to, ..] = days[..]
            && to > from
            && to >= date
        {
            return Some(to);
        }
    }
    note.facts.duration.iter().filter_map(|span| length(note, *span, date)).max()
}

fn length(note: &Note<'_>, span: Span, date: Date) -> Option<Date> {
    let page = &note.page;
    let said = span.of(page.text);
    if let Some(found) = LENGTH.captures(said) {
        let count = number(found.name("most").or(found.name("least"))?.as_str())?;
        let unit = found.name("unit")?.as_str().to_lowercase();
        return match unit.as_bytes() {
            [b'w', ..] => Some(after(date, count * 7)),
            [b'm', ..] => date.checked_add(count.months()).ok(),
            [b'd', ..] => Some(after(date, count)),
            _ => {
                // So many sessions last as long as their frequency says.
                let weekly = note.facts.frequency.iter().find_map(|span| weekly(span.of(page.text)))?;
                Some(after(date, (f64::from(count) / weekly * 7.0).ceil() as i32))
            }
        };
    }
    // The day, where it is written; with the year of the plan, or the next, where the year is not.
    let sentence = page.sentence(span.start);
    let reach = Span::new(span.start, sentence.end.max(span.end));
    if let Some(mention) = page.dates(reach).first()
        && let (Some(month), Some(day)) = (mention.month, mention.day)
    {
        return mention.date().or_else(|| next(date, month, day));
    }
    let found = UNTIL.captures(said)?;
    let month = month_number(found.name("month")?.as_str())?;
    let place = found.name("where").map_or(String::new(), |m| m.as_str().to_lowercase());
    let day = match place.as_str() {
        "middle" | "mid" => 15,
        "beginning" | "start" | "early" | "first" => 7,
        _ => next(date, month, 1)?.days_in_month(),
    };
    next(date, month, day)
}

/// The next such day on or after a date.
fn next(date: Date, month: i8, day: i8) -> Option<Date> {
    let this = Date::new(date.year(), month, day).ok()?;
    if this >= date { Some(this) } else { Date::new(date.year() + 1, month, day).ok() }
}

/// Sessions a week.
fn weekly(frequency: &str) -> Option<f64> {
    let lower = frequency.to_lowercase();
    let each_month = lower.contains("mo");
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let times = words.clone().find_map(|word| match word {
        "once" | "weekly" | "qwk" => Some(1),
        "twice" | "biw" => Some(2),
        "thrice" | "tiw" => Some(3),
        "qiw" => Some(4),
        word => number(word.trim_end_matches('x')).filter(|n| *n > 0 && *n <= 7),
    });
    let other = words.clone().any(|word| matches!(word, "other" | "second"));
    let days =
        ["monday", "tuesday", "wednesday", "thursday", "friday"].iter().filter(|day| lower.contains(**day)).count();
    let times = if other {
        0.5
    } else if days > 0 {
        days as f64
    } else {
        f64::from(times?)
    };
    Some(if each_month { times * 12.0 / 52.0 } else { times })
}

fn number(word: &str) -> Option<i32> {
    word.parse().ok().or_else(|| number_word(&word.to_lowercase()).and_then(|number| number.try_into().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::terms::Vocabulary;

    #[test]
    fn the_last_day_of_a_plan_in_many_wordings() {
        for (text, end) in [
            ("Plan: PT 3x/wk x 6 wks", "2025-03-17"),
            ("Plan: PT 2 to 3 visits per week for 60 days", "2025-04-04"),
            ("Plan: OT twice weekly for 6-8 weeks", "2025-03-31"),
            ("Plan: SLP twice a week for the next two months.", "2025-04-03"),
            ("Plan: PT twice weekly, eight sessions in all.", "2025-03-03"),
            ("She will be seen thrice weekly through mid-June.", "2025-06-15"),
            ("Plan: therapy every Tuesday until April 30.", "2025-04-30"),
            ("Plan: PT 2x/week\nCertification period: 02/03/2025 - 04/28/2025", "2025-04-28"),
        ] {
            let note = Note::new(text, Vocabulary::builtin());
            let found = ends(&note, Date::new(2025, 2, 3).unwrap());
            assert_eq!(found.map(|d| d.to_string()).as_deref(), Some(end), "{text}");
        }
        let open = Note::new("Plan: PT 2x/week until he plateaus.", Vocabulary::builtin());
        assert_eq!(ends(&open, Date::new(2025, 2, 3).unwrap()), None);
    }
}
