//! Words that say how a document looks: names of fonts, of Word's own styles and lists, of colours, of the parts of a page.
//!
//! Markup has places where its writer names things: a style, a font, an anchor, a class. A name made of these words alone is layout and
//! stays; any other could be a person's, and is renamed or removed. A word that is missing here costs a name of layout, never a person's.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A list of words, in lower case.
pub(super) type Words = LazyLock<HashSet<&'static str>>;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $list:expr;)*) => {
        $($(#[$doc])* pub(super) static $name: Words = LazyLock::new(|| $list.split_whitespace().collect());)*
    };
}

words! {
    /// Names of fonts, word by word.
    FONTS = "agency aharoni algerian andale angsana antiqua aparajita apple aptos arabic arial avenir bahnschrift baltic bamini bank
        baskerville batang batangche bell bitstream black bodoni bold book bookman bookshelf bradley braille browallia calibri californian
        cambria candara carlito caladea castellar ce century charter cjk cn code color comic computer condensed consolas console constantia
        copperplate corbel cordia corsiva courier cyr dejavu demi dengxian display dokchampa dotum dotumche ebrima edessa edwardian emoji
        estrangelo extra eucrosia euphemia fallback fangsong fantasy fixed fixedsys footlight frank franklin freesans freeserif freemono
        garamond gautami geneva georgia gill gisha goth gothic goudy greek gulim gulimche gungsuh gungsuhche haettenschweiler hebrew heavy
        helvetica hoefler impact inconsolata inter iskoola iris italic jhenghei jp kaiti kalinga kartika khmer kokila kr lao latha lato
        leelawadee letter levenim liberation light linotype lucida malgun mangal math medium meiryo menlo microsoft mincho mingliu mono
        monaco mongolian monospace monotype montserrat mt mv myanmar myriad narrow neue new nimbus noto nyala oem old open optima outlook
        palatino perpetua phagspa plantagenet pmingliu pro raavi regular rockwell roboto rod roman round rounded sakkal sans schoolbook
        script segoe semibold semilight serif shell shruti simhei simplified simsun small sc source std style sylfaen symbol symbols system
        tahoma tai taile tc terminal text thai thin times traditional trebuchet tunga tur typewriter ubuntu ui ultra unicode univers
        urw uighur utsaah vani verdana vietnamese vijaya vrinda webdings western wide wingdings yahei yi yu zapf zapfchancery zapfdingbats
        dingbats chancery swiss ms dlg";
    /// Names of the styles and lists that Word and its like have from the start, word by word.
    STYLES = "accent acronym address annotation article author authorities base balloon bibliography block bold body book bottom bullet
        bulleted caption char character cite classic closing code color colorful columns comment contemporary contents continue custom dark
        date default definition document effects elegant element email emphasis endnote envelope equation featured figure figures first
        followedhyperlink following font footer footnote form formatted formatting formula frame framed full gallery grid hashtag header heading html hyperlink
        illustration in indent index intense internet keyboard label landscape level light line link list macro mail main map mark medium mention
        message microsoft modern no none normal note number numbered numbering of object outline page paragraph part placeholder plain
        preformatted professional quotation quote reference references return revision right sample salutation section shading sidebar
        signature simple smart space spacing standard strong style styles subject subtle subtitle symbols table tabular text theme title
        toa toc top typewriter unresolved user variable visited web window with word zero zone left center centered align aligned";
    /// Words that stand before the number of an item.
    NUMBERING = "appendix article chapter exhibit figure goal item level note paragraph part section step table week day problem";
    /// Programs that write documents, and what they say of themselves.
    PROGRAMS = "aspose build calligra dev exchange for java libreoffice linux mac macosx microsoft msftedit net office ooo openoffice org
        osx pandoc project riched riched20 rtf richtext server textedit tx unrtf win windows word wordpad words x";
    /// The schemes of the formats of word processors.
    NAMESPACES = "auxhint com drawingml factoid http https main microsoft office openxmlformats org schemas smarttags urn word wordml
        wordprocessingml";
    /// What the mapping of a theme's colours says.
    MAPPING = "a accent bg clrmap dk drawingml encoding folhlink hlink http lt main openxmlformats org schemas standalone tx utf version
        xml xmlns yes";
    /// Names of colours (CSS Color Module Level 4).
    COLORS = "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue
        chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki
        darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey
        darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro
        ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen
        lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen
        lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
        mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream
        mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise
        palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon
        sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato
        transparent turquoise violet wheat white whitesmoke windowtext yellow yellowgreen currentcolor";
    /// Values of attributes that say how something looks or behaves.
    VALUES = "above all alphabet any application array auto baseline below bottom box button center char checkbox checked circle col colgroup
        collapse cols compact css date datetime dialog disabled disc email false file font footer form get groups heading hidden horizontal
        hsides html icon image img inherit javascript jpeg gif png svg justify left lhs link list ltr main menu middle month multipart
        multiple navigation no nofollow none noopener noreferrer noshade note nowrap number off on password plain polite poly post preserve
        presentation print projection radio range rect region required reset rhs right row rowgroup rows rtl screen search selected separator
        square status stylesheet submit tel text textarea table time top true tty tv url urlencoded vertical void vsides week www xml xhtml
        yes blank self parent default shortcut alternate ecmascript rtf msword pdf octet stream json hl7 fhir mp4 mpeg tiff bmp audio video
        tooltip grid gridcell columnheader rowheader cell listitem banner complementary contentinfo alert log";
    /// Parts of a page and of a note, by which elements are named.
    PARTS = "a abbr abstract active actions address alert align allergies allergy anchor annotation appendix area article aside assessment
        author back background banner bar base big block body bold border bordered bottom box br break brk btn button by c caption care cell
        center centered chapter char cite clear clearfix clinical close code col colgroup collapse color column columns comment compact
        condensed container content contents copyright cover css cx d dark data date datetime dd default del desc description detail details
        diagnosis diagnostic dialog dict diet disabled display div dl document dob done dose drug dt element em email empty encounter end
        endnote entries entry error even exam example expand expanded external family fancy field fieldset figure file first fixed float fluid
        font foot footer footnote for form formatted frame from full gender general generated generator go gram goal goals goback grey grid group
        h hapi head header headers heading health hidden hide highlight history hl hlt home horizontal hover hr html i icon id image img
        immunization immunizations in indent index info inline inner input ins inside instructions intro is item items keywords kbd label
        lab labs language last layout left legend level light line lines link links list location logo long m main major margin mark
        markdown master max med medication medications menu message meta middle min minor mobile modal more mrn mso n name names nav
        navigation new next no none normal note notes nowrap number o object objective observation odd of off ol on open option order orders
        outer outline outside p padding page pagebreak pages pain panel paragraph part parts patient phone plain plan pre prev preview print
        priority problem problems procedure procedures progress property provider q quote r range read readonly ref reference references
        region report required resource result results right row rows rule s safe screen script scroll search section sections select
        selected sep separator sheet short show sidebar sign signature simple size small social source sp spacer span spell ssn standard start
        status step strike striped strong style styles sub subject subjective subtitle success sum summary sup t tab table tables tbody td
        template term test text textarea tfoot th thead theme therapist therapy time tip title to toc toggle tool top total toward tr treatment
        type u ul underline unit up url user v value values var vertical view viewport visible visit vital vitals w warning white wide widget
        width word wordsection wrap wrapper x z zebra zip msonormal msolistparagraph msonormaltable msotablegrid msoheader msofooter msotitle
        msobodytext msonospacing msohyperlink msocaption msochpdefault msopapdefault grammare spelle ref0 xrownormal";
    /// Words of Cascading Style Sheets: properties, values, functions, units.
    CSS = "absolute active additive adjust after align all allowed alpha alphabetic alt alternate always and animation any appearance ascii
        ansi at attachment auto avoid back backdrop background balance bar baseline before behavior behaviour below bidi blend block blink
        body bold bolder border both bottom bounce box break builtin bullet button calc cap caption cell center ch chars child circle clamp
        clear clip clone close cm col collapse color column columns compact composite conic contain container content contents context
        contrast copy count counter cover crop cross crosshair cubic cursive cursor cut dash dashed decimal decoration default deg delay
        dense destination device diagonal different direction disabled disc display distribute dotted double dpi draw drop duration ease east
        ellipse ellipsis em embed empty end evenodd even exactly ex exclude export face family fallback fareast fantasy feature field fill
        filter finite first fit fixed flex float flow focus font footer footnote force format forwards fr frame from full function gap
        georgian gradient grayscale greek grid groove group grow hand hangafter hanging hansi gram hybrid header heavy hebrew height help hidden hide
        high hint hollow horizontal hover hsl hsla hyphen hyphens icon id ideograph ignore image important in increment indent index infinite
        inherit initial inline inner inset inside inter interval invert isolate isolation italic items iteration jump justify keep kern kerning key
        keyframes keyword landscape language large larger last latin layer layout leading left legacy length letter level lfo lh ligatures
        light lighten lighter line linear lines link list local long loose low lower lowercase ltr luminosity main mandatory manipulation manual
        margin marker marks mask master match max maximum media medium message middle min minimum minmax minor mirror mix mm mode modern
        monospace more move ms mso moz multiply name narrow negative nested never newspaper next no none noline normal north not noshow
        nowrap nth number numbering numeric object oblique odd of off offset omit on only opacity open optional optimize or order orientation origin
        ordinal orphan orphans outer outline outset outside over overflow overlay overline override pack padding page pagination paint panose para
        parent path pause pc perceptual perspective pink pitch pixelated place placement plain pointer portrait position pre prefix preserve
        print priority progress property proximity pt punctuation px q qformat quotes radial radius range rect reduce relative rem repeat
        replace reset resize restart reverse revert rgb rgba ridge right roman root rotate round row rowband rows rtl ruby rule run running
        safe sans saturation scale scaledown screen scroll scrollbar select selected self semi sentence separate sepia serif set shadow shape
        show shrink shorthand sides signature size sizing skew skip slice slow small smaller smooth snap soft solid source south space
        spacerun spacing span spl spread square src stacked start state static step stop stops stretch strict strike striked style sub suffix
        super supports swap sz tab table tabular target tb tbllook template text textarea than thick thin theme themecolor themeshade themetint
        through thumb tight timing title to top touch track transform transition translate transparent tstyle type ui underline unhide
        unicode unit unset up upper uppercase upright url use user valid var variant vertical vh view viewport visibility visible visited vmax
        vmin vw wait wave wavy webkit weight west white widow widows wordsection yfti irow firstrow lastrow width will with word words wrap write writing x xx xxx y yes z zero zoom
        charset utf colband link parspace para prop tentative hyphenate defpara deltalang hd pgn gutter footnotes endnotes separator
        paper source emptyrow vsides loext";
    /// Elements of HTML, and of CDA's narratives.
    ELEMENTS = "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button canvas
        caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font
        footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd keygen label legend li link main map
        mark marquee menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture plaintext
        pre progress q rp rt ruby s samp script section select slot small source span strike strong style sub summary sup svg table tbody td
        template textarea tfoot th thead time title tr track tt u ul var video wbr xml xmp o:p
        paragraph list item content linkhtml rendermultimedia footnoteref";
    /// What follows a colon in a selector.
    PSEUDO = "active after before child checked disabled empty enabled even first focus has hover invalid is lang last letter line link
        marker n not nth of odd only placeholder root selection target type valid visited where within n1 n2 webkit moz ms scrollbar";
    /// What stands before or after a person's name and names nobody.
    TITLES = "mr mrs ms miss mx dr doctor prof professor rev sir sr sra jr i ii iii iv v esq md do phd dpt pt pta ot otr otd l cota slp ccc
        msn bsn rn lpn lvn np fnp aprn crnp cnp dnp pa c pac dds dmd dvm od pharmd rph psyd lcsw msw lmft lpc edd ma ms mph mba ba bs bsc msc
        facp facs faan faaos cpt mpt dsc ocs ncs gcs scs cscs atc lat cht clt the hon honorable fr sister brother captain capt lt col maj sgt";
}

/// Whether a text has no words but those of `lists`, and numbers of at most `run` digits, `total` of them altogether.
pub(super) fn is_known(text: &str, lists: &[&Words], run: usize, total: usize) -> bool {
    let mut digits = 0;
    // What could not be read says who knows what.
    !text.contains('\u{fffd}')
        && text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| {
            let count = word.bytes().filter(u8::is_ascii_digit).count();
            digits += count;
            if count > run || digits > total || !word.is_ascii() {
                return false;
            }
            let lower = word.to_ascii_lowercase();
            let letters = lower.trim_matches(|c: char| c.is_ascii_digit());
            letters.len() <= 1 || lists.iter().any(|list| list.contains(letters) || list.contains(lower.as_str()))
        })
}

/// Whether an identifier that a writer chose names a part of a page: `note`, `row12`, `MsoNormal`, `problem-list_3`.
pub(super) fn is_part(name: &str) -> bool {
    let mut apart = String::with_capacity(name.len() + 8);
    let mut last = ' ';
    for c in name.chars() {
        let turns = c.is_ascii_uppercase() && last.is_ascii_lowercase()
            || c.is_ascii_digit() && last.is_ascii_alphabetic()
            || c.is_ascii_alphabetic() && last.is_ascii_digit();
        if turns {
            apart.push(' ');
        }
        apart.push(c);
        last = c;
    }
    let known = is_known(name, &[&PARTS], 3, 3) || is_known(&apart, &[&PARTS], 3, 3);
    known && name.len() <= 64 && !spells(&apart)
}

/// Whether letters that stand alone spell something: `r-o-s-a`.
fn spells(apart: &str) -> bool {
    let mut row = 0;
    apart.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(|word| {
        let letter = word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
        row = if letter { row + 1 } else { 0 };
        row > 3
    })
}

/// Whether a text names fonts.
pub(super) fn is_font(text: &str) -> bool {
    is_known(text, &[&FONTS], 2, 4)
}

/// Whether a text is a number of layout: a length, a share, a few of them (`50%,*`).
pub(super) fn is_measure(text: &str) -> bool {
    text.len() <= 24
        && text.split([',', ' ', ';']).all(|one| {
            let one = one.trim_end_matches('%');
            let number = one.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '*');
            let unit = &one[number.len()..];
            let number = number.trim_start_matches(['-', '+']);
            matches!(unit, "" | "px" | "pt" | "em" | "rem" | "in" | "cm" | "mm" | "ex" | "pc" | "*")
                && number.bytes().filter(u8::is_ascii_digit).count() <= 5
                && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        })
}

/// Whether a text is a colour.
pub(super) fn is_color(text: &str) -> bool {
    let hexadecimal = text.strip_prefix('#').unwrap_or(text);
    COLORS.contains(text.to_ascii_lowercase().as_str())
        || matches!(hexadecimal.len(), 3 | 6) && hexadecimal.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a text is the tag of a language (RFC 5646).
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    matches!(first.len(), 2 | 3)
        && letters(first)
        && parts.all(|part| {
            matches!(part.len(), 2 | 4) && letters(part) || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())
        })
        && text.len() <= 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_layout_are_told_from_other_names() {
        for name in ["note", "r1", "MsoNormal", "problem-list_3", "hapiHeaderText", "WordSection1", "n", "table1"] {
            assert!(is_part(name), "{name}");
        }
        for name in [
            "mrn4471203",
            "Achterberg",
            "Achterberg_Rosalind",
            "4471203",
            "pt-04-05-1931",
            "rosalind1",
            "Li",
            "r-o-s-a-l",
            "é",
        ] {
            assert!(!is_part(name), "{name}");
        }
        for name in ["Arial", "Times New Roman CE", "@MS Mincho", "Segoe UI Symbol", "Helvetica Neue"] {
            assert!(is_font(name), "{name}");
        }
        assert!(!is_font("Rosalind") && !is_font("Arial 4471203"));
        assert!(is_known("heading 1", &[&STYLES], 2, 4) && is_known("Grid Table 1 Light Accent 1", &[&STYLES], 2, 4));
        assert!(!is_known("Achterberg Style", &[&STYLES], 2, 4));
        for name in ["50%,*", "-1", "12px", "100%", "1.5em", ""] {
            assert!(is_measure(name), "{name}");
        }
        assert!(!is_measure("4471203") && !is_measure("wide"));
        assert!(is_color("#fff") && is_color("White") && !is_color("Rosalind"));
        assert!(is_language("en-US") && is_language("zh-Hant-TW") && !is_language("Rosalind"));
    }
}
