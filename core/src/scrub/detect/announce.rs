//! The words that announce people, places and organisations, and what each of them announces.

use std::sync::LazyLock;

use crate::text::Span;
use crate::text::short::Short;

/// What a word announces: a set of the bits below.
pub(super) type Cues = u32;

/// Stands before a person's name: "Mr.".
pub(super) const TITLE: Cues = 1;
/// Stands after a clinician's name: "MD".
pub(super) const CREDENTIAL: Cues = 1 << 1;
/// A field whose value is a person: "Attending:".
pub(super) const FIELD: Cues = 1 << 2;
/// A field before whose "name" no person is meant: "Facility name:".
pub(super) const THING: Cues = 1 << 3;
/// A relative or a role that is followed by a name: "daughter Rosalind".
pub(super) const RELATIVE: Cues = 1 << 4;
/// What a person does to a patient or a record, before "by": "seen by".
pub(super) const ACT: Cues = 1 << 5;
/// What is done with a person, before "with" or "to": "spoke with".
pub(super) const TALK: Cues = 1 << 6;
/// A verb whose object may be a person: "called", "paged".
pub(super) const CALL: Cues = 1 << 7;
/// A verb whose subject may be a person: "reports", "denies".
pub(super) const SAYS: Cues = 1 << 8;
/// Part of a surname before its capital: "de la", "van der".
pub(super) const PARTICLE: Cues = 1 << 9;
/// After a surname: "Jr", "III".
pub(super) const SUFFIX: Cues = 1 << 10;
/// Opens a letter or closes it: "Dear", "Sincerely".
pub(super) const LETTER: Cues = 1 << 11;
/// Written with a capital in headings and forms, never a name.
pub(super) const NEVER: Cues = 1 << 12;
/// A noun that ends the name of an organisation: "Hospital".
pub(super) const HEAD: Cues = 1 << 13;
/// A word that says what kind of organisation or department it is, not which: "Emergency", "Outpatient".
pub(super) const GENERIC: Cues = 1 << 14;
/// A field whose value is an organisation: "Pharmacy:".
pub(super) const BODY: Cues = 1 << 15;
/// A state, by its two letters.
pub(super) const STATE: Cues = 1 << 16;
/// A direction or preposition before a place: "near".
pub(super) const TOWARDS: Cues = 1 << 17;
/// A verb of living or coming from: "lives", "born".
pub(super) const DWELL: Cues = 1 << 18;
/// A preposition or conjunction that joins the words of an organisation: "of", "and".
pub(super) const JOIN: Cues = 1 << 19;
/// A street word: what stands before it is a street, not a person or a town.
pub(super) const STREET: Cues = 1 << 20;
/// An insurer, pharmacy or laboratory that is known by one word.
pub(super) const BRAND: Cues = 1 << 21;
/// A noun that ends the name of an area: "County", "neighborhood".
pub(super) const AREA: Cues = 1 << 22;
/// A verb of being employed, admitted or taught, before an organisation.
pub(super) const BELONG: Cues = 1 << 23;
/// A noun that ends the name of a company or a school only together with other capitals: "Bakery".
pub(super) const TRADE: Cues = 1 << 24;
/// A letter after these is a grade or a type, not an initial: "vitamin".
pub(super) const GRADED: Cues = 1 << 25;
/// The first word of a body that is known by several: "Blue", "Saint".
pub(super) const CHAIN: Cues = 1 << 27;
/// A preposition before a person: "by", "with".
pub(super) const BEFORE: Cues = 1 << 28;
/// A field whose value is a town or a county: "City:".
pub(super) const TOWN: Cues = 1 << 29;
/// The first word of a state of two words: "New", "Rhode".
pub(super) const HALF: Cues = 1 << 30;
/// A legal form: "Inc".
pub(super) const LEGAL: Cues = 1 << 26;

/// A field before the name of a body, which hardly ever begins one: "Employer Riverside Press".
pub(super) const LABEL: Cues = 1 << 31;

const LISTS: &[(Cues, &str)] = &[
    (
        TITLE,
        "mr mrs ms miss mx dr drs doctor prof professor rev reverend pastor rabbi imam sr sra srta dra mme mlle herr frau señora señor sister brother \
         father nurse judge officer deputy sgt sergeant capt captain lt lieutenant col major hon madam dame sir detective trooper",
    ),
    (
        CREDENTIAL,
        "md do pgy mbbs dds dmd dpm od dc rn lpn lvn bsn msn dnp np fnp fnpc aprn arnp crna cnm cns cna pa pac pt dpt mpt mspt pta \
         ot otr otd cota slp ccc phd psyd edd lcsw msw lmsw lsw lmft lpc lcpc lmhc ms ma med mph mha rpt rd ldn rdn pharmd \
         rph facp faap facs faan facc facog fasn ocs gcs ncs scs ecs wcs pcs cht atc cpo rt rrt crt cst cfy slpd esq jd bcba \
         ccrn cde cdces cwocn cwcn emt pmhnp agnp agacnp cpnp whnp crnp rpsgt rpvi rvt rdms rdcs aahivs faasm faaos facep lcgc mdiv bcps bcop cnor rhit rhia lpcc lcdc paramedic aud audiologist ncc cadc chpn oncc aocn",
    ),
    (
        FIELD,
        "patient pt name names client resident member subscriber guarantor insured attending pcp provider physician surgeon \
         fam family assistant anesthesiologist radiologist pathologist cardiologist therapist clinician nurse author by cc to from attn \
         re kin nok contact mother father spouse wife husband daughter son guardian caregiver interpreter witness caller \
         manager worker parent partner sister brother proxy poa agent patientname fullname firstname lastname familyname \
         givenname ptname membername providername physicianname surname given family middle maiden alias aka applicant \
         claimant employee student resident hospitalist consultant specialist practitioner psychiatrist psychologist \
         counselor dentist optometrist neurologist orthopedist pharmacist dietitian dietician coordinator supervisor \
         examiner evaluator technologist technician scribe transcriptionist dictator reader sender recipient beneficiary \
         holder policyholder responsible prescriber neighbor neighbour friend signature signed emergency doctor dr mrs mr \
         initials attention referrer fellow intern rn md clerk registrar author instructor mom dad",
    ),
    (
        THING,
        "facility hospital medication drug file plan insurance company employer school pharmacy study test device brand \
         procedure group user site clinic product agency lab laboratory generic trade form template business organization \
         street city county bank domain host computer model program vaccine manufacturer unit department service store \
         common scientific system folder",
    ),
    (
        RELATIVE,
        "patient pt client baby resident veteran driver landlord dtr sis bro gf bf fiancé fiancée mother father mom dad mum mama papa parent parents spouse wife husband partner daughter son child sister brother \
         sibling twin aunt uncle cousin niece nephew grandmother grandfather grandma grandpa granddaughter grandson grandchild \
         stepmother stepfather stepson stepdaughter stepsister stepbrother fiance fiancee girlfriend boyfriend friend \
         neighbor neighbour roommate carer hha caregiver guardian interpreter law aide coworker colleague boss landlord landlady daughters \
         sons sisters brothers nurse therapist surgeon pharmacist chaplain coordinator manager worker named niece ex-wife \
         cardiologist neurologist pcp hospitalist resident intern physician teacher principal coach supervisor babysitter nanny \
         godmother godfather stepdad stepmom hubby technician technologist student",
    ),
    (
        ACT,
        "seen evaluated examined signed dictated transcribed reviewed referred ordered requested performed accompanied treated \
         supervised witnessed interpreted completed prepared written authored entered verified cosigned authenticated assessed \
         interviewed assisted administered notified informed brought managed attended recommended followed reported prescribed \
         driven escorted done typed approved attested documented created electronically collected drawn read placed removed \
         repaired delivered staffed obtained taken edited visit scribed implanted inserted countersigned confirmed cleared faxed called consulted care provided given scheduled",
    ),
    (
        TALK,
        "discussed spoke spoken speak talked talk conferred consulted met reviewed coordinated lives living resides reside stays \
         staying here visiting communicated messaged consult appointment appt scheduled visit arrived came comes admitted session \
         agreed conversation conference referred deferred handed report reported transferred f/u followup follow follows \
         establish established presents presented married works worked working speaking called sitting separated divorced \
         referral message letter phoned texted seen session arguing argued treatment",
    ),
    (
        CALL,
        "called paged notified contacted informed told saw sees seeing thank thanks asked messaged texted emailed updated \
         consulted asks calls advised meet via including per contact page call seen see ask tell notify hi hey hello attn told page texting emailing meeting",
    ),
    (
        SAYS,
        "reports reported states stated denies denied says said is was has had presents presented complains complained \
         describes described notes noted feels felt endorses admits continues continued demonstrates demonstrated ambulates \
         ambulated tolerated tolerates requires required came comes called lives works walked will would can could did does \
         agrees agreed wants wanted needs needed gets got takes took remains remained verbalized verbalizes understands asks \
         asked told tells arrives arrived appears appeared seems returns returned performed performs completed completes \
         attends attended stayed goes went brought brings helps helped prefers preferred uses used declined declines refused \
         refuses attempted requested requests responded worries recalls remembers thinks lost fell tripped improved likes enjoys \
         drives makes made began started underwent received saw sleeps smokes drinks expressed gave sat stood transferred \
         understood discussed reviewed examined evaluated recommended suggested ordered prescribed advised explained \
         accompanied and who to left understands",
    ),
    (
        PARTICLE,
        "de la las los del della di da das dos du van von der den ter ten bin ibn al el le st ste abu bint mc mac san o'",
    ),
    (SUFFIX, "jr sr ii iii iv"),
    (
        LETTER,
        "dear sincerely regards respectfully cordially thanks attn signed warmly truly faithfully gratefully cheers",
    ),
    (
        NEVER,
        "mondays tuesdays wednesdays thursdays fridays saturdays sundays the a an and or of in on at to for with by from as is are was were be been has have had no not none yes he she it his \
         her hers they them their we our you your i my me this that these those there here who what when where why how if then \
         than so but nor per via re vs he's she's due also all any both each few more most other some such only own same too \
         very can will's just don should now patient patients pt client date dob mrn age sex phone fax tel address name time \
         room bed unit visit note notes report history exam examination assessment plan impression diagnosis chief complaint \
         subjective objective findings result results vital vitals allergies medications medication labs imaging procedure \
         procedures summary discharge admission follow up evaluation treatment goals goal progress therapy status type page of \
         male female left right bilateral upper lower normal abnormal positive negative denies reports states seen total monday \
         tuesday wednesday thursday friday saturday sunday january february october november december september july \
         today yesterday tomorrow am pm ssn npi dea id number account insurance member group policy rx sig disp refills \
         please thank thanks dear sincerely regards dictated transcribed signed electronically attending referring primary \
         secondary emergency next contact provider physician doctor nurse therapist department hospital clinic center street \
         avenue road suite floor email url cc fyi asap stat prn daily weekly monthly given family first last middle preferred \
         legal mother's father's mother father subject continued confidential discussed reviewed call called started stopped \
         continue hold increase decrease wound pain gait balance strength range motion",
    ),
    (
        HEAD,
        "mortuary crematory crematorium hospital hospitals clinic clinics center centre centers healthcare health rehab rehabilitation pharmacy \
         pharmacies laboratories laboratory labs lab university college school academy church parish temple mosque synagogue \
         ministries bank insurance associates group partners practice institute foundation home manor village hospice agency \
         services systems system ambulance library physicians specialists infirmary medicine therapy surgicenter sanatorium \
         dispensary diagnostics imaging dental pediatrics orthopedics orthopaedics cardiology dermatology radiology oncology \
         residence lodge terrace gardens commons estates living nursing pavilion place villa villas haven apothecary shoppe cathedral chapel \
         congregation seminary preschool daycare kindergarten elementary district union plan hmo ppo cooperative network \
         alliance trust society shelter ranch clinic's campus memorial ministry homecare daycare eldercare va ctr hosp neurology urology gastroenterology nephrology ophthalmology pulmonology endocrinology rheumatology \
         surgery neurosurgery ems lutheran methodist baptist presbyterian general regional children women snf alf ltac ltach ecf irf vamc",
    ),
    (
        TRADE,
        "company store market hotel restaurant airlines motors industries enterprises logistics construction plumbing electric \
         roofing landscaping bakery diner cafe farm farms brewery manufacturing foods transport transportation trucking \
         supply auto automotive grocery supermarket hardware steel mills mill factory works freight consulting solutions \
         technologies financial realty properties studio salon gym fitness prison jail police fire corrections casino \
         electronics engineering packaging printing dairy lumber mining textiles foundry shipyard outfitters builders catering beverage nurseries wholesale distributors rentals tavern pub grill pizza brewing \
         warehouse railroad airways publishing press herald times orchards vineyards winery nursery cleaners laundry \
         chemical plastics aerospace energy power utilities communications telecom media software systems semiconductors club \
         department authority commission office theater theatre museum zoo orchestra army navy courthouse drug drugs drugstore cleaning cleaners sons bros brothers local auction realty",
    ),
    (
        CHAIN,
        "blue rite united kaiser express quest mayo cleveland home health harvard tufts mass veterans state liberty costco whole \
         trader saint st mt mount",
    ),
    (BEFORE, "by with to from for via per of"),
    (TOWN, "city town county hometown birthplace village township borough parish neighborhood"),
    (HALF, "new north south west rhode puerto"),
    (LEGAL, "inc llc llp corp corporation co ltd pllc plc pc"),
    (
        GENERIC,
        "upper lower extremity emergency physical occupational speech language intensive care outpatient inpatient primary urgent family medical \
         health surgery surgical mental behavioral home skilled nursing cancer pain wound sleep women's womens children's \
         childrens community regional general county city state national the our this local main new acute sub subacute \
         critical cardiac pulmonary vascular stroke trauma burn spine hand sports orthopedic orthopaedic pediatric adult \
         geriatric maternity labor delivery recovery operating assisted independent long term short stay day night social \
         case home-health billing medical records quality hospital clinic center unit department dept radiology cardiology \
         neurology oncology dermatology urology nephrology gastroenterology gastro psychiatry psychology physiatry \
         endocrinology rheumatology hematology pathology anesthesia anesthesiology ent gi internal medicine laboratory \
         lab pharmacy rehab rehabilitation therapy services service group practice associates physician physicians provider \
         professional dialysis infusion imaging diagnostic vision eye dental ear nose throat breast bone joint heart lung \
         kidney liver brain skin weight diabetes asthma allergy immunology infectious disease transplant chemo chemotherapy \
         radiation palliative hospice comfort high low middle elementary public private high-school school college university \
         graduate nursing education special early childhood preschool church bank insurance health-care healthcare plan \
         policy retail mail order specialty compounding compound discount system systems network medicare medicaid office \
         program facility institute agency home-care homecare call crisis resource information command referral admission \
         admissions discharge patient patients nurse nurses staff observation procedure procedures interventional \
         neonatal fetal maternal prenatal postpartum obstetrics gynecology ob gyn obgyn icu er ed picu nicu micu sicu ccu pacu \
         telemetry step down stepdown med surg tele west wing east north south floor ward suite room shelter homeless detox \
         substance abuse addiction alcohol drug drugs mental-health counseling support groups senior citizen adult-day \
         fire police ambulance ems transportation transport rescue voluntary volunteer federal government living \
         store stores market grocery company work job senior's veterans veteran va first second third last his her their \
         your my its each every any another same other following previous prior current nearest closest outside referring \
         admitting discharging receiving transferring sending area area's trade power fitness auto motor fast food \
         acute-care swing bed respite convalescent custodial functional restorative aquatic pool vestibular pelvic lymphedema \
         neuro neurological neurologic neurosurgery orthopedics orthopaedics pediatrics specialists specialist workers \
         compensation comp workers' commercial private self pay secondary supplemental prescription part advantage benefits \
         united-states us usa american evaluation plan treatment goals note assessment diagnosis data date chart record \
         physical-therapy team number name status history summary progress social cognitive exercise activities daily \
         activity manual balance gait functional neuromuscular therapeutic respiratory massage group individual art music play \
         recreational aqua hydro gene hormone replacement radiation blood gas bank tissue sperm organ donor eye speech-language \
         tertiary quaternary level union trust personal protective services child adult protective social human",
    ),
    (
        BODY,
        "facility hospital clinic employer pharmacy insurance insurer payer payor carrier school lab laboratory practice \
         organization agency location site company church plan bank ins employment snf alf hha",
    ),
    (LABEL, "plan facility employer agency carrier payer payor insurer dme pharmacy pharmacies"),
    (
        STATE,
        "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc \
         sd tn tx ut vt va wa wv wi wy dc pr alabama alaska arizona arkansas california colorado connecticut delaware \
         florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan \
         minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah \
         vermont virginia washington wisconsin wyoming",
    ),
    (TOWARDS, "in near from outside to around downtown through toward towards at leaving via of"),
    (
        DWELL,
        "originally lives living lived resides residing resided moved moves moving relocated born raised grew resident native traveled \
         travelled traveling travels trip flew visiting visited visits hometown drove drives commutes up vacation home \
         vacationing house apartment returned back came comes immigrated emigrated arrived transferred flight family",
    ),
    (JOIN, "of and for the at & de del la in on"),
    (
        STREET,
        "street st avenue ave road rd drive dr lane ln boulevard blvd court ct circle cir place pl way terrace ter highway hwy \
         parkway pkwy square sq trail trl loop alley plaza",
    ),
    (
        BRAND,
        "walgreens cvs riteaid walmart costco kroger safeway publix meijer wegmans albertsons labcorp quest aetna cigna \
         humana anthem unitedhealthcare kaiser tricare centene molina ambetter wellcare bcbs geisinger highmark \
         carefirst amerigroup healthnet optum optumrx caremark bluecross blueshield uhc davita fresenius \
         lincare apria amedisys gentiva genoptix bioreference",
    ),
    (AREA, "county twp parish borough township neighborhood neighbourhood district"),
    (
        BELONG,
        "works worked working lives living resides employed admitted transferred discharged attends attended attending graduated enrolled student \
         teaches taught teacher employee retired hospitalized seen treated evaluated followed receiving records visit sent \
         referred taken presented goes went volunteers treated transported resident studies studied imaging \
         surgery labs rehab filled fills delivered admission discharge transfer transferring clerk cashier nurse manager \
         janitor driver cook engineer mechanic job parishioner member therapy radiographs mri ct stay staying requested obtained implanted shot biopsy fill leaving \
         hospitalized screened paperwork form authorization insured coverage covered pick",
    ),
    (
        GRADED,
        "vitamin hepatitis type grade group class stage factor protein plan part schedule category table figure appendix unit \
         level bed room influenza strep streptococcus immunoglobulin section apartment apt suite building bldg gate lane \
         floor wing vitamins hep patient model option step phase tier exhibit item line block score blood",
    ),
];

/// The number of places is two to the power of this.
const BITS: u32 = 12;
const SLOTS: usize = 1 << BITS;

static TABLE: LazyLock<Table> = LazyLock::new(Table::build);

struct Table {
    slots: Vec<(Option<Short>, Cues)>,
    /// For each two first letters, the lengths that occur: most words are told apart by this alone.
    lengths: [u32; 1024],
    /// The few words that are longer or have other letters.
    others: Vec<(&'static str, Cues)>,
}

impl Table {
    fn build() -> Self {
        let mut table = Self { slots: vec![(None, 0); SLOTS], lengths: [0; 1024], others: Vec::new() };
        for (cues, words) in LISTS {
            for word in words.split_whitespace() {
                table.lengths[opening(word.as_bytes())] |= 1 << word.len();
                if let Some(short) = Short::new(word) {
                    let slot = table.slot(short);
                    table.slots[slot] = (Some(short), table.slots[slot].1 | cues);
                } else {
                    match table.others.iter_mut().find(|known| known.0 == word) {
                        Some(known) => known.1 |= cues,
                        None => table.others.push((word, *cues)),
                    }
                }
            }
        }
        table
    }

    /// The slot that holds `word`, or the empty one where it would stand.
    #[inline]
    fn slot(&self, word: Short) -> usize {
        let mut slot = word.hash(BITS);
        while self.slots[slot].0.is_some_and(|other| other != word) {
            slot = (slot + 1) % SLOTS;
        }
        slot
    }
}

/// A number for the two first letters of a word, whatever their case.
#[inline]
fn opening(word: &[u8]) -> usize {
    let letter = |at: usize| word.get(at).map_or(0, |byte| usize::from(byte & 31));
    letter(0) << 5 | letter(1)
}

/// What `word` announces, whatever its case.
pub(super) fn cues(word: &str) -> Cues {
    cues_at(word, Span::new(0, word.len()))
}

/// What the word at `span` of `text` announces, whatever its case.
pub(super) fn cues_at(text: &str, span: Span) -> Cues {
    let (table, word) = (&*TABLE, &text.as_bytes()[span.range()]);
    if word.len() > 31 || table.lengths[opening(word)] & 1 << word.len() == 0 {
        return 0;
    }
    if let Some(short) = Short::at(text.as_bytes(), span) {
        return table.slots[table.slot(short.lower())].1;
    }
    let known = table.others.iter().find(|known| known.0.as_bytes().eq_ignore_ascii_case(word));
    known.map_or(0, |known| known.1)
}

/// What a word of `len` letters in lower case announces.
#[inline]
pub(super) fn cues_of(word: Short, len: usize) -> Cues {
    let table = &*TABLE;
    if table.lengths[word.opening()] & 1 << len == 0 { 0 } else { table.slots[table.slot(word)].1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_announce_what_their_lists_say() {
        assert_ne!(cues("Mr") & TITLE, 0);
        assert_ne!(cues("HOSPITAL") & HEAD, 0);
        assert_ne!(cues("daughter") & RELATIVE, 0);
        assert_eq!(cues("Rosalind"), 0);
        assert_eq!(cues(""), 0);
    }

    #[test]
    fn the_table_has_room() {
        let taken = TABLE.slots.iter().filter(|(word, _)| word.is_some()).count();
        assert!(taken * 2 < SLOTS, "{taken} of {SLOTS}");
    }
}
