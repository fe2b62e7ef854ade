//! Hospitals, employers, schools and other bodies: by the noun that ends their name, by verbs and fields, by chains that
//! are known by one word. "The hospital" and "Emergency Department" say what, not which, and are no findings.

use super::announce::{
    AREA, BELONG, BODY, BRAND, CHAIN, CREDENTIAL, Cues, DWELL, FIELD, GENERIC, HEAD, JOIN, LABEL, LEGAL, NEVER, SAYS,
    STATE, STREET, TITLE, TRADE,
};
use super::structure::{Gap, Sort, Word, Words};
use crate::scrub::{Category, Finding, Stage, Stages};
use crate::text::{Case, TokenKind};

/// What words announce that are looked at.
const ASKED: Cues = HEAD | TRADE | LEGAL | BRAND | BELONG | BODY | CHAIN;

/// Whether a word may say something of an organisation; most do not.
#[inline]
pub(super) fn looks_at(word: &Word) -> bool {
    let article = word.is(NEVER) && word.span.len() == 3 && word.case == Case::Title;
    word.is(ASKED) || article
}

/// Appends the organisations of a note.
pub(super) fn find(words: &Words<'_>, stages: Stages, findings: &mut Vec<Finding>) {
    let (lists, structure) = (stages.has(Stage::Lexicon), stages.has(Stage::Structure));
    let mut finder = Finder { words, findings, done: 0 };
    for (step, at) in words.bodies.iter().enumerate() {
        let Some(word) = words.get(at).filter(|_| !words.cancel.stops(step)) else { return };
        if structure && word.case == Case::Title && word.is(NEVER) && words.is_text(at, "the") {
            finder.the(at);
        }
        if structure && word.is(HEAD | TRADE | LEGAL) && word.is_capital() && at >= finder.done {
            finder.headed(at);
        }
        if lists && word.is(BRAND) && word.is_capital() && at >= finder.done {
            finder.brand(at);
        }
        if structure && word.is(BELONG) {
            finder.belongs(at);
        }
        if structure && word.is(BODY) {
            finder.field(at);
        }
        if word.is(CHAIN) && word.is_capital() && at >= finder.done {
            if lists {
                finder.chain(at);
            }
            if structure {
                finder.saint(at);
            }
        }
    }
}

/// Heads that also end headings and departments: before them only a word that hardly occurs in clinical prose counts.
const WEAK: &[&str] = &[
    "health",
    "therapy",
    "home",
    "plan",
    "services",
    "system",
    "systems",
    "group",
    "practice",
    "medicine",
    "imaging",
    "dental",
    "pediatrics",
    "orthopedics",
    "orthopaedics",
    "cardiology",
    "dermatology",
    "radiology",
    "oncology",
    "nursing",
    "network",
    "place",
    "living",
    "trust",
    "union",
    "memorial",
    "district",
    "society",
    "partners",
    "physicians",
    "specialists",
    "rehab",
    "rehabilitation",
    "residence",
    "insurance",
    "lab",
    "school",
    "department",
    "county",
    "power",
    "energy",
    "works",
    "food",
    "foods",
    "supply",
    "steel",
    "lodge",
    "shelter",
    "alliance",
    "diagnostics",
    "ministry",
    "campus",
    "authority",
    "office",
    "press",
    "times",
    "club",
    "software",
    "media",
    "solutions",
    "police",
    "fire",
    "association",
    "plan",
    "bank",
    "library",
    "store",
    "company",
    "transport",
    "transportation",
    "construction",
    "va",
    "elementary",
    "hmo",
    "ppo",
    "agency",
    "haven",
    "pc",
    "co",
    "army",
    "navy",
    "prison",
    "jail",
    "market",
    "club",
    "center's",
    "engineering",
    "mining",
    "ctr",
    "neurology",
    "urology",
    "gastroenterology",
    "nephrology",
    "ophthalmology",
    "pulmonology",
    "endocrinology",
    "rheumatology",
    "surgery",
    "neurosurgery",
    "lutheran",
    "methodist",
    "baptist",
    "presbyterian",
    "general",
    "regional",
    "children",
    "women",
    "snf",
    "alf",
    "irf",
    "drug",
    "drugs",
    "cleaning",
    "sons",
    "brothers",
    "bros",
    "lines",
    "local",
];

/// Bodies that are known by several ordinary words.
const CHAINS: &[&[&str]] = &[
    &["blue", "cross", "blue", "shield"],
    &["blue", "cross"],
    &["blue", "shield"],
    &["rite", "aid"],
    &["united", "healthcare"],
    &["united", "health", "care"],
    &["kaiser", "permanente"],
    &["express", "scripts"],
    &["quest", "diagnostics"],
    &["mayo", "clinic"],
    &["cleveland", "clinic"],
    &["home", "depot"],
    &["health", "net"],
    &["harvard", "pilgrim"],
    &["tufts", "health", "plan"],
    &["mass", "general"],
    &["veterans", "affairs"],
    &["state", "farm"],
    &["liberty", "mutual"],
    &["costco", "wholesale"],
    &["whole", "foods"],
    &["trader", "joe"],
];

struct Finder<'w, 't, 'f> {
    words: &'w Words<'t>,
    findings: &'f mut Vec<Finding>,
    done: usize,
}

impl Finder<'_, '_, '_> {
    fn push(&mut self, first: usize, last: usize, score: f32, detector: &'static str) {
        let mut span = self.words.span(first, last);
        // A possessive ending belongs to "St. Mary's".
        span.end = self.words.get(last).map_or(span.end, |word| word.end);
        self.findings.push(Finding::new(span, Category::Organization, score, detector));
        self.done = self.done.max(last + 1);
    }

    fn is_weak(&self, at: usize) -> bool {
        WEAK.iter().any(|weak| self.words.is_text(at, weak))
    }

    /// Whether a word says which body is meant.
    fn distinguishes(&self, at: usize, weak: bool) -> bool {
        let Some(word) = self.words.get(at) else { return false };
        if word.is(GENERIC | NEVER | CREDENTIAL | TITLE | STATE)
            && !(word.is(TITLE | STATE) && !word.is(GENERIC | NEVER) && word.case == Case::Title)
            || word.span.len() < 2
            || word.entry.proper && word.entry.place == 0 && word.entry.name() < 3
        {
            return false;
        }
        if word.is(HEAD | TRADE) && !word.is(STREET) && word.entry.name() < 3 {
            return false;
        }
        let short = word.case == Case::Upper && !word.loud && (word.entry.word() > 0 || word.span.len() < 3);
        match word.sort() {
            _ if short => false,
            Sort::Unknown if word.loud && weak => word.case == Case::Upper,
            Sort::Name | Sort::Unknown => true,
            Sort::Word if word.loud && word.entry.place < 3 => word.entry.clinical <= 1 && word.entry.common <= 4,
            Sort::Either => !weak || word.entry.clinical <= 4 || word.entry.place >= 3,
            Sort::Word if word.entry.place >= 3 => true,
            Sort::Word if weak => word.entry.clinical <= 1,
            Sort::Word => word.entry.clinical <= 4 && word.entry.common <= 7,
        }
    }

    /// The body whose name ends with, or starts with, the noun at `at`.
    fn headed(&mut self, at: usize) {
        let words = self.words;
        let Some(head) = words.get(at).copied() else { return };
        // To the right: further heads and kinds, then "of Springfield".
        let mut last = at;
        let mut weak = self.is_weak(at);
        let mut right = false;
        for _ in 0..6 {
            let Some(next) = words.after(last) else { break };
            let Some(word) = words.get(next).copied() else { break };
            if words.is_text(next, "co") && words.is_mark(next + 1, b'-') && words.is_text(next + 2, "op") {
                last = next + 2;
                weak = false;
            } else if word.is_capital() && word.is(HEAD | TRADE | LEGAL) && word.loud == head.loud {
                weak &= self.is_weak(next);
                last = next;
            } else if (word.is_capital() && word.is(GENERIC) && !word.is(NEVER)
                || words.is_mark(next, b'&')
                || words.is_text(next, "and"))
                && self.heads_on(next)
            {
                last = next;
            } else if words.is_text(last, "local") && word.kind == TokenKind::Number && word.span.len() <= 4 {
                // "Carpenters Local 114": a union.
                last = next;
                weak = false;
                break;
            } else if words.is_mark(next, b',')
                && words.is(next + 1, LEGAL)
                && words.get(next + 1).is_some_and(|w| w.is_capital())
            {
                last = next + 1;
                weak = false;
            } else if last == at
                && !head.loud
                && self.is_foreign(at)
                && word.is_capital()
                && !word.is(NEVER | GENERIC)
                && matches!(word.sort(), Sort::Name | Sort::Unknown)
            {
                let Some(end) = self.complement(at, true) else { break };
                last = end;
                right = true;
            } else if (words.is_text(next, "of")
                || words.is_text(next, "at") && !head.loud && !self.is_verb(at)
                || words.is_text(next, "for")
                || words.is_mark(next, b'-'))
                && !right
            {
                let Some(end) = self.complement(next, weak || words.is_text(next, "for")) else { break };
                last = end;
                right = true;
            } else {
                break;
            }
        }
        if words.is(last, LEGAL) && words.is_mark(last + 1, b'.') {
            last += 1;
        }
        // To the left: capitals, and joining words between them.
        let (first, distinct, count) = self.left(at, weak);
        if !right && distinct == 0 {
            return;
        }
        if right
            && distinct == 0
            && first == at
            && head.is(GENERIC)
            && self.is_weak(at)
            && !words.is_text(at, "bank")
            && !words.is_text(at, "school")
        {
            return;
        }
        let alone = count == 1 && words.opens(first) && !head.loud;
        let lead = words.get(first).copied();
        if alone
            && lead.is_some_and(|word| word.sort() == Sort::Word && word.entry.common >= 6)
            && !words.field_ends(last)
        {
            return;
        }
        let score = match (weak, head.loud) {
            (false, false) => 0.85,
            (false, true) => 0.75,
            (true, false) => 0.7,
            (true, true)
                if distinct > 0
                    && !words.is_text(last, "group")
                    && lead.is_some_and(|w| {
                        w.sort() != Sort::Word || w.entry.place > 0 || w.entry.clinical <= 1 && w.entry.common <= 3
                    }) =>
            {
                0.6
            }
            (true, true) => return,
        };
        self.push(first, last, score, "organization.head");
    }

    /// A head that stands before its name, as in "Hospital Santa Rosa".
    fn is_foreign(&self, at: usize) -> bool {
        ["hospital", "clínica", "clinica", "hôpital", "iglesia", "escuela", "colegio", "universidad", "farmacia"]
            .iter()
            .any(|head| self.words.is_text(at, head))
    }

    /// Whether a head follows the words after `at`: "Hospital Medical Group".
    fn heads_on(&self, at: usize) -> bool {
        let mut here = at;
        for _ in 0..3 {
            let Some(next) = self.words.after(here) else { return false };
            let Some(word) = self.words.get(next) else { return false };
            if !word.is_capital() {
                return false;
            }
            if word.is(HEAD | LEGAL) {
                return true;
            }
            if !word.is(GENERIC) {
                return false;
            }
            here = next;
        }
        false
    }

    /// "of Springfield", "at Riverbend", "of the Holy Cross": where it ends, when it says which body is meant.
    fn complement(&self, of: usize, weak: bool) -> Option<usize> {
        let words = self.words;
        let mut next = words.after(of)?;
        if words.is_mark(of, b'-') && (words.get(next)?.gap == Gap::Line || !self.distinguishes(next, true)) {
            return None;
        }
        if words.is_text(next, "the") {
            next = words.after(next)?;
        }
        let mut last = None;
        let mut distinct = false;
        for _ in 0..4 {
            let word = words.get(next)?;
            if words.is_mark(next, b'.')
                && last.is_some()
                && words.get(next + 1).is_some_and(|w| w.is_capital())
                && words.is_text(next - 1, "st")
            {
                next += 1;
                continue;
            }
            if !word.is_capital()
                || word.gap == Gap::Line && last.is_some()
                || word.is(NEVER) && !word.is(GENERIC)
                || word.is(CREDENTIAL) && word.case == Case::Upper
            {
                break;
            }
            distinct |= self.distinguishes(next, weak) || word.entry.proper && word.is(STATE);
            last = Some(next);
            let Some(after) = words.after(next) else { break };
            next = after;
        }
        last.filter(|_| distinct)
    }

    /// Where the name that ends at `at` starts, how many of its words say which body it is, and how many words there are.
    fn left(&self, at: usize, weak: bool) -> (usize, usize, usize) {
        let words = self.words;
        let loud = words.get(at).is_some_and(|word| word.loud);
        let (mut first, mut here, mut distinct, mut count) = (at, at, 0, 0);
        for _ in 0..10 {
            let Some(before) = words.before(here) else { break };
            let Some(word) = words.get(before).copied() else { break };
            // What ends the name on its left: another field, a sentence, a verb with its capital.
            if word.kind == TokenKind::Punctuation {
                let inner = words.is_any_mark(before, b"&-'/") && words.get(here).is_some_and(|w| w.is_word())
                    || words.is_mark(before, b'.') && self.is_short(before.saturating_sub(1));
                if !inner {
                    break;
                }
                here = before;
                continue;
            }
            if word.is_word() && word.case == Case::Lower || word.is(JOIN) && word.loud {
                if !word.is(JOIN)
                    || words.is_text(before, "in")
                    || words.is_text(before, "on")
                    || words.is_text(before, "at")
                {
                    break;
                }
                // A joining word belongs inside only when a capital that is part of a name stands before it.
                let Some(capital) = words.before(before) else { break };
                let joins = words.get(capital).is_some_and(|w| w.is_capital() && !w.is(NEVER))
                    || words.is(capital, JOIN)
                        && words
                            .before(capital)
                            .is_some_and(|c| words.get(c).is_some_and(|w| w.is_capital() && !w.is(NEVER)));
                if !joins
                    || words.is_text(before, "for") && !words.is(capital, HEAD | GENERIC)
                    || words.is_text(before, "the")
                {
                    break;
                }
                here = before;
                continue;
            }
            if matches!(word.kind, TokenKind::Number | TokenKind::Mixed) {
                let inner = word.kind == TokenKind::Mixed
                    && word.span.of(words.text).starts_with(char::is_alphanumeric)
                    && word.span.len() <= 4
                    && count == 0;
                if !inner {
                    break;
                }
                distinct += usize::from(!weak);
                (first, here) = (before, before);
                count += 1;
                continue;
            }
            if !word.is_capital()
                || word.is(NEVER) && !word.is(GENERIC) && word.entry.place == 0 && !words.is_text(before, "our")
                || word.is(SAYS) && word.entry.name() < 3
            {
                break;
            }
            if word.is(FIELD) && !word.is(GENERIC) && word.entry.name() < 3
                || word.loud != loud
                || word.possessive && word.is(FIELD)
            {
                break;
            }
            if word.case == Case::Upper && !loud && word.is(CREDENTIAL) {
                break;
            }
            if words.is_text(before, "our") && !words.is_text(here, "lady") {
                break;
            }
            // Nor is the field that it stands in: "Employer Riverside Press".
            if distinct > 0 && word.is(LABEL) {
                break;
            }
            // A verb or a determiner that opens the sentence is no part of the name.
            if words.opens(before) && distinct > 0 && self.is_opener(before) {
                break;
            }
            distinct += usize::from(self.distinguishes(before, weak));
            count += 1;
            (first, here) = (before, before);
        }
        // Generic words on the left edge are part of a name only in front of nothing better: "Community Memorial".
        (first, distinct, count)
    }

    /// Whether a head with nothing before it says where somebody is rather than what body: "Works at", "Labs at".
    fn is_verb(&self, at: usize) -> bool {
        ["works", "work", "labs", "lab"].iter().any(|verb| self.words.is_text(at, verb)) && self.left(at, true).1 == 0
    }

    /// "St", "Mt", "Ft", "Dr" before a point.
    fn is_short(&self, at: usize) -> bool {
        ["st", "mt", "ft", "dr", "ste", "inc", "co", "jr"].iter().any(|short| self.words.is_text(at, short))
            || self.words.get(at).is_some_and(|word| word.is_initial())
    }

    /// A word that opens a sentence before a name: "Visited", "Called".
    fn is_opener(&self, at: usize) -> bool {
        let words = self.words;
        words.is(at, BELONG | SAYS | DWELL)
            || [
                "the",
                "our",
                "this",
                "called",
                "saw",
                "seen",
                "outside",
                "left",
                "via",
                "per",
                "contacted",
                "went",
                "see",
                "follow",
                "faxed",
                "sent",
            ]
            .iter()
            .any(|word| words.is_text(at, word))
    }

    /// A body known by one word, with the words of its kind after it: "Walgreens Pharmacy", "Aetna PPO".
    fn brand(&mut self, at: usize) {
        let last = self.tail(at);
        self.push(at, last, 0.8, "organization.brand");
    }

    /// The heads and kinds that follow a name.
    fn tail(&self, at: usize) -> usize {
        let words = self.words;
        let mut last = at;
        while let Some(next) = words.after(last).filter(|next| *next < at + 5) {
            let follows =
                words.get(next).is_some_and(|word| word.is_capital() && word.is(HEAD | TRADE | LEGAL | BRAND));
            let kind = words.get(next).is_some_and(|word| word.is_capital() && word.is(GENERIC)) && self.heads_on(next);
            if !follows && !kind {
                break;
            }
            last = next;
        }
        // The number of a store: "CVS #2820".
        if words.is_mark(last + 1, b'#') && words.get(last + 2).is_some_and(|word| word.kind == TokenKind::Number) {
            last += 2;
        }
        last
    }

    /// A body known by several ordinary words.
    fn chain(&mut self, at: usize) {
        let words = self.words;
        for chain in CHAINS {
            if !words.is_text(at, chain[0]) {
                continue;
            }
            let fits = chain.iter().enumerate().all(|(step, part)| {
                words.is_text(at + step, part)
                    && words
                        .get(at + step)
                        .is_some_and(|word| word.is_capital() && (step == 0 || word.gap == Gap::Blank))
            });
            if fits {
                let last = self.tail(at + chain.len() - 1);
                self.push(at, last, 0.85, "organization.brand");
                return;
            }
        }
    }

    /// "works at Boeing", "transferred from Lakeside", "lives at The Willows".
    fn belongs(&mut self, at: usize) {
        let words = self.words;
        let Some(verb) = words.get(at).copied() else { return };
        // The preposition follows the verb, perhaps after an object of a word or two: "records from", "seen last week at".
        let mut preposition = None;
        let mut here = at;
        for _ in 0..4 {
            let Some(next) = words.after(here) else { return };
            let Some(word) = words.get(next) else { return };
            if ["at", "from", "by", "to", "for", "with"].iter().any(|p| words.is_text(next, p)) {
                preposition = Some(next);
                break;
            }
            if !word.is_word() || word.is_capital() {
                return;
            }
            here = next;
        }
        let Some(preposition) = preposition else { return };
        let employed = [
            "employed",
            "employee",
            "works",
            "worked",
            "working",
            "retired",
            "job",
            "paperwork",
            "form",
            "authorization",
            "insured",
            "coverage",
            "covered",
            "enrolled",
        ]
        .iter()
        .any(|w| words.is_text(at, w));
        let works = ["employed", "employee", "works", "worked", "working", "retired", "job"]
            .iter()
            .any(|w| words.is_text(at, w));
        // Coverage is with an insurer, paperwork is for an employer.
        let pays = employed && !works && !words.is_text(at, "paperwork") && !words.is_text(at, "form");
        if pays && !words.is_text(preposition, "with") && !words.is_text(preposition, "by") {
            return;
        }
        let stays = words.is_text(preposition, "at")
            || words.is_text(preposition, "from") && preposition == at + 1
            || words.is_text(preposition, "to") && preposition == at + 1;
        if !stays && (!employed || preposition != at + 1) {
            return;
        }
        let Some(mut first) = words.after(preposition) else { return };
        let mut the = false;
        if words.is_text(first, "the") {
            the = words.get(first).is_some_and(|w| w.case == Case::Title);
            let Some(next) = words.after(first) else { return };
            if the {
                // "The Willows" keeps its article.
            } else if !words.get(next).is_some_and(|w| w.is_capital()) {
                return;
            }
            first = next;
        }
        let Some(lead) = words.get(first).copied() else { return };
        // In capitals throughout only a verb of work and a word that is no other vouch for an employer.
        if verb.loud && (!employed || lead.sort() == Sort::Word) {
            return;
        }
        if !lead.is_capital()
            || lead.is(TITLE | NEVER | CREDENTIAL | STATE)
            || lead.span.len() < 3
            || lead.case == Case::Upper && lead.entry.word() > 0
        {
            return;
        }
        let Some((mut last, distinct)) = self.capitals(first) else { return };
        if verb.loud {
            last = first;
        }
        let plain = lead.sort() == Sort::Word && !the && lead.entry.clinical > 1;
        if distinct == 0
            || plain && last == first
            || words.is(last, AREA)
            || lead.entry.proper && last == first && !works
        {
            return;
        }
        // A town alone is a place; a person is a person.
        if last == first && !employed && (lead.entry.place >= 4 || lead.entry.given >= 4) {
            return;
        }
        let start = if the { first - 1 } else { first };
        // The noun at the end may yet carry the name further.
        let done = self.done;
        self.push(start, last, 0.6, "organization.verb");
        self.done = done;
    }

    /// The capitals from `first` on, with joining words between them, and how many of them say which body is meant.
    fn capitals(&self, first: usize) -> Option<(usize, usize)> {
        let words = self.words;
        let (mut last, mut here, mut distinct) = (None, first, 0);
        for _ in 0..8 {
            let Some(word) = words.get(here) else { break };
            let joined = last.is_some()
                && (word.is(JOIN)
                    && word.case == Case::Lower
                    && !["in", "on", "at", "for"].iter().any(|w| words.is_text(here, w))
                    || words.is_any_mark(here, b"&-'")
                    || words.is_mark(here, b'.') && self.is_short(here - 1));
            if word.is_capital() && !word.is(NEVER | TITLE) && !(word.is(CREDENTIAL) && word.case == Case::Upper) {
                distinct +=
                    usize::from(self.distinguishes(here, true) || word.entry.clinical <= 3 && !word.is(GENERIC | HEAD));
                last = Some(here);
                if word.possessive && !words.after(here).is_some_and(|n| words.get(n).is_some_and(|w| w.is_capital())) {
                    break;
                }
            } else if !joined || words.after(here).is_none_or(|next| !words.get(next).is_some_and(Word::is_named)) {
                break;
            }
            let Some(next) = words.after(here) else { break };
            here = next;
        }
        last.map(|last| (last, distinct))
    }

    /// "Pharmacy: Walgreens", "Employer | Lund Bakery", `"insurer":"Aetna"`.
    fn field(&mut self, at: usize) {
        let words = self.words;
        let Some(key) = words.get(at).copied() else { return };
        // "Grace Hospital|" is a value, not a key.
        if key.is_capital()
            && words.before(at).is_some_and(|before| {
                words.get(before).is_some_and(|w| w.is_capital() && !w.is(BODY | GENERIC | FIELD))
            })
        {
            return;
        }
        let mut next = at + 1;
        if words.is_text(next, "name")
            || words.is_text(next, "company")
            || words.is_text(next, "provider")
            || words.is_text(next, "carrier")
        {
            next += 1;
        }
        let (mut linked, mut marks) = (false, 0);
        while let Some(word) = words.get(next).filter(|_| marks < 8) {
            if word.kind != TokenKind::Punctuation {
                if word.gap == Gap::Wide && !linked && (key.gap == Gap::Line || key.gap == Gap::Wide) {
                    linked = true;
                }
                break;
            }
            if !words.is_any_mark(next, b":=|>\"'[](){}<*_#-") {
                return;
            }
            linked |= words.is_any_mark(next, b":=|>");
            next += 1;
            marks += 1;
        }
        let Some(lead) = words.get(next).copied() else { return };
        if !linked || !lead.is_capital() || lead.is(TITLE) && lead.entry.name() < 3 {
            return;
        }
        let Some((last, distinct)) = self.capitals(next) else { return };
        let loose = [
            "location",
            "site",
            "plan",
            "lab",
            "laboratory",
            "practice",
            "clinic",
            "hospital",
            "church",
            "bank",
            "ins",
        ]
        .iter()
        .any(|w| words.is_text(at, w));
        let any = (next..=last).any(|at| self.distinguishes(at, true));
        if distinct == 0 || lead.entry.proper && last == next || (loose || lead.loud) && !any {
            return;
        }
        if loose && last == next && lead.case == Case::Upper && !lead.is(BRAND) {
            return;
        }
        // One ordinary word is an answer, not a name: "School: Attends", "Insurance: Verified".
        if last == next && lead.sort() == Sort::Word && (lead.entry.common >= 4 || lead.entry.clinical > 0) {
            return;
        }
        if last == next && lead.case == Case::Upper && (lead.entry.word() > 0 || lead.span.len() < 3) {
            return;
        }
        self.push(next, last, 0.75, "organization.field");
    }

    /// "at The Willows": an article with a capital inside a sentence is part of a name.
    fn the(&mut self, at: usize) {
        let words = self.words;
        let placed = words.before(at).is_some_and(|before| {
            words.get(before).is_some_and(|word| word.case == Case::Lower)
                && ["at", "from", "leaving", "near", "to"].iter().any(|word| words.is_text(before, word))
        });
        let Some(first) = words.after(at).filter(|_| placed) else { return };
        let mut last = None;
        let mut next = first;
        for _ in 0..3 {
            let named = words.get(next).is_some_and(|word| {
                word.case == Case::Title
                    && !word.loud
                    && !word.is(NEVER | STATE)
                    && word.entry.clinical <= 3
                    && !word.entry.proper
            });
            if !named {
                break;
            }
            last = Some(next);
            let Some(after) = words.after(next) else { break };
            next = after;
        }
        let Some(last) = last else { return };
        if (first..=last).any(|word| !words.is(word, GENERIC)) {
            self.push(at, last, 0.6, "organization.the");
        }
    }

    /// "at St. Mary's".
    fn saint(&mut self, at: usize) {
        let words = self.words;
        if !(words.is_text(at, "st")
            || words.is_text(at, "saint")
            || words.is_text(at, "mt")
            || words.is_text(at, "mount"))
        {
            return;
        }
        let point = usize::from(words.is_mark(at + 1, b'.'));
        let Some(name) =
            words.after(at + point).filter(|next| words.get(*next).is_some_and(|w| w.is_capital() && !w.is(NEVER)))
        else {
            return;
        };
        let before = words.before(at);
        let arrives = before.is_some_and(|before| ["at", "from", "to"].iter().any(|w| words.is_text(before, w)));
        let possessive = words.get(name).is_some_and(|word| word.possessive && word.sort() != Sort::Word);
        let street = before
            .and_then(|before| words.get(before))
            .is_some_and(|word| word.is_capital() && !word.loud || word.kind == TokenKind::Number);
        let herb = words.is_text(name + 1, "wort");
        if street || herb || !(possessive || arrives && words.entry(name).place == 0) || words.entry(name).name() == 0 {
            return;
        }
        let last = self.tail(name);
        self.push(at, last, 0.65, "organization.saint");
    }
}

impl Word {
    /// Whether it is a capitalised word that could go on a name after a joining word.
    fn is_named(&self) -> bool {
        self.is_capital() && !self.is(NEVER | TITLE)
    }
}
