//! Parts of regular expressions that several detectors share.

/// A blank, or the end of a line where a long one was wrapped.
macro_rules! ws {
    () => {
        r"(?:[\x20\t]{1,3}|[\x20\t]{0,2}\r?\n[\x20\t]{0,4})"
    };
}

/// A month in English, Spanish or French, full or short; `may` is one of them.
macro_rules! month {
    () => {
        r"(?i:jan(?:uary|uar|vier)?|feb(?:ruary|rero)?|f(?:e|é)vrier|mar(?:ch|zo|s)?|apr(?:il)?|abr(?:il)?|avril|may(?:o)?|mai|
           june?|junio|juin|july?|julio|juillet|aug(?:ust)?|ago(?:sto)?|ao(?:u|û)t|sept?(?:ember|iembre|embre)?|setiembre|
           [o0]ct(?:ober|ubre|obre)?|n[o0]v(?:ember|iembre|embre)?|dec(?:ember)?|dic(?:iembre)?|d(?:e|é)cembre|enero|ene)"
    };
}

/// The number a site gives to something: letters and digits, with inner hyphens, slashes, points or underscores.
macro_rules! identifier {
    () => {
        r"\b(?:[A-Za-z0-9]{1,20}(?:[-/._][A-Za-z0-9]{1,14}){0,4}|[0-9]{2,4}(?:\x20[0-9]{2,4}){2,3}|[A-Z]{1,4}\x20[0-9]{4,10})\b"
    };
}

/// A digit as it may come out of a scanner: O for 0, l or I for 1.
macro_rules! scanned_digit {
    () => {
        r"[0-9OolI]"
    };
}

/// The number of a day in words: "fourteenth", "twenty-first".
macro_rules! ordinal_word {
    () => {
        r"(?i:(?:the\x20)?(?:twenty(?:-|\x20)(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty(?:-|\x20)first|thirtieth|twentieth|
           first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth))"
    };
}
