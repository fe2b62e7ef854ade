"""What looks like an identifier and is none: drugs, doses, eponyms, scores, levels, ratios, months that are verbs."""

import people

DRUGS = """metformin lisinopril atorvastatin amlodipine metoprolol omeprazole losartan gabapentin hydrochlorothiazide sertraline albuterol
furosemide prednisone tramadol warfarin apixaban insulin levothyroxine clopidogrel pantoprazole citalopram trazodone ibuprofen
acetaminophen amoxicillin azithromycin ciprofloxacin vancomycin ceftriaxone cephalexin doxycycline fluconazole heparin enoxaparin digoxin
diltiazem carvedilol spironolactone allopurinol colchicine baclofen cyclobenzaprine lorazepam clonazepam quetiapine risperidone
olanzapine lamotrigine levetiracetam topiramate donepezil memantine tamsulosin finasteride montelukast fluticasone tiotropium
methotrexate hydroxychloroquine adalimumab etanercept rituximab pembrolizumab cisplatin tamoxifen anastrozole letrozole ondansetron
Lipitor Norvasc Coumadin Eliquis Xarelto Plavix Lasix Bumex Zocor Crestor Nexium Protonix Zoloft Lexapro Prozac Wellbutrin Cymbalta Effexor
Xanax Ativan Klonopin Ambien Seroquel Abilify Zyprexa Depakote Keppra Dilantin Topamax Neurontin Lyrica Flexeril Percocet Norco Vicodin
Dilaudid Toradol Celebrex Mobic Humira Enbrel Remicade Stelara Keytruda Opdivo Herceptin Avastin Lantus Levemir Humalog Novolog Ozempic
Trulicity Victoza Januvia Jardiance Farxiga Entresto Aldactone Toprol Coreg Diovan Cozaar Benicar Synthroid Armour Flomax Proscar Avodart
Singulair Advair Symbicort Spiriva Breo Flonase Zyrtec Claritin Allegra Benadryl Pepcid Zantac Miralax Colace Senna Dulcolax Zofran
Phenergan Reglan Compazine Narcan Suboxone Chantix Premarin Yaz Mirena Depo-Provera Plaquenil Imuran CellCept Prograf Rocephin Zosyn Levaquin
Bactrim Keflex Augmentin Cipro Flagyl Diflucan Valtrex Tamiflu Prolia Fosamax Boniva Evista Arimidex Femara Gleevec Taxol Adriamycin Zometa
Xgeva Neulasta Epogen Aranesp Procrit Ferrlecit Venofer Botox Restasis Xalatan Timoptic Cosopt Lucentis Eylea Boost Ensure Glucerna
Jevity Pedialyte Tylenol Motrin Aleve Advil Excedrin Tums Maalox Mylanta Imodium Robitussin Mucinex Sudafed""".split()
DOSES = "{n} mg|{n} mg daily|{n} mg BID|{n}mg PO qday|{n} mcg|{n} units|{n} mL|{h}/{n} mg|{n} mg/kg|{n} mg po q6h prn|{h}.5 mg|1/2 tab|{h} tabs|{n} mEq|{n} mg IV q8h|{h} puffs|{n} units SQ qHS|5-{n} mg|{n} mcg/hr|{h} gtts OU".split("|")
DIAGNOSES = """hypertension|type 2 diabetes mellitus|COPD|atrial fibrillation|congestive heart failure|chronic kidney disease stage 3|osteoarthritis|GERD
hyperlipidemia|hypothyroidism|depression|anxiety|asthma|pneumonia|UTI|cellulitis|DVT|pulmonary embolism|stroke|TIA|seizure disorder|migraine
lumbar radiculopathy|rotator cuff tear|ACL tear|hip fracture|anemia|breast cancer|prostate cancer|colon cancer|lymphoma|multiple sclerosis
Parkinson's disease|Alzheimer's disease|Crohn's disease|Graves' disease|Hashimoto's thyroiditis|Bell's palsy|Guillain-Barre syndrome
Sjogren's syndrome|Raynaud's phenomenon|Meniere's disease|Huntington's disease|Hodgkin lymphoma|Wilson's disease|Addison's disease
Cushing's syndrome|Barrett's esophagus|Down syndrome|Marfan syndrome|Turner syndrome|Ehlers-Danlos|Charcot foot|Lyme disease|Dupuytren's contracture
Baker's cyst|de Quervain's tenosynovitis|Osgood-Schlatter disease|Paget's disease|Peyronie's disease|Kawasaki disease|Wernicke's|Tourette's
Takotsubo cardiomyopathy|Brugada syndrome|Wolff-Parkinson-White|Prinzmetal angina|Stevens-Johnson syndrome|Rocky Mountain spotted fever""".replace("\n", "|").split("|")
EPONYMS = """Babinski|Romberg|Phalen|Tinel|Lachman|McMurray|Hawkins|Neer|Spurling|Homans|Kernig|Brudzinski|Murphy|McBurney|Rovsing|Cullen
Grey Turner|Trendelenburg|Thomas|Ober|FABER|Patrick|Gaenslen|Finkelstein|Froment|Allen|Adson|Yergason|Speed|O'Brien|Apley|Thompson
Thessaly|Dix-Hallpike|Epley|Brandt-Daroff|Semont|Hoover|Waddell|Lhermitte|Chvostek|Trousseau|Kussmaul|Cheyne-Stokes|Levine|Osler|Janeway
Roth|Heberden|Bouchard|Battle|Virchow|Courvoisier|Charcot|Beck|Cushing|Whipple|Nissen|Roux-en-Y|Billroth|Hartmann|Swan-Ganz|Foley|Hickman
Jackson-Pratt|Penrose|Blake|Dobhoff|Kocher|Kelly|Kirschner|Steinmann|Hoffmann|Salter-Harris|Colles|Smith|Bennett|Boxer|Jones|Lisfranc|Weber
Garden|Gustilo|Gleason|Breslow|Clark|Child-Pugh|Ranson|Wells|Glasgow|Apgar|Braden|Morse|Norton|Ashworth|Fugl-Meyer|Berg|Tinetti|Barthel
Karnofsky|Bishop|Bosniak|Tanner|Mallampati|Killip|Forrester|Framingham|Duke|Light|Jones|Ottawa|Ann Arbor|Rome IV|Beers|Roland-Morris|Oswestry
Snellen|Ishihara|Weber|Rinne|Schirmer|Amsler|Goldmann|Mantoux|Coombs|Gram|Papanicolaou|Giemsa|Wright|Kayser-Fleischer|Brushfield|Mohs
Hemovac|Unna|Buck|Bryant|Pavlik|Philadelphia|Miami J|Aspen|Milwaukee|Boston|Jewett|Taylor|Thomas|Bledsoe|Moro|Galant|Landau|Valsalva|Muller
Kegel|Bobath|Brunnstrom|Feldenkrais|McKenzie|Maitland|Mulligan|Williams|Codman|Buerger|Burger-Allen|Frenkel|Bruce|Borg|Cobb|Risser|Meyerding|Modic""".replace("\n", "|").split("|")
EPONYM_NOUNS = "sign|test|maneuver|reflex|catheter|drain|tube|fracture|splint|brace|collar|scale|score|criteria|classification|nodes|exercises|stage|grade|procedure|repair|clamp|pins|position|disease|syndrome|index|method|technique|protocol".split("|")
VERBS = "is|was|negative|positive|remains|noted|score".split("|")
MODELS = """Medtronic Azure XT DR|Boston Scientific Accolade|St. Jude Assurity|Dexcom G6|FreeStyle Libre 2|Tandem t:slim X2|Omnipod 5|MiniMed 780G|ResMed AirSense 10
Philips DreamStation|Zimmer Persona|Stryker Triathlon|DePuy Attune|Smith & Nephew Journey II|Exactech Equinoxe|Arthrex SwiveLock|Hoyer lift|Invacare Platinum
Permobil M3|Quickie Q7|Welch Allyn|Omron 10 series|GE Optima 660|Siemens Somatom|Hologic Selenia|Baxter Sigma|Alaris 8100|Zoll LifeVest|Abbott HeartMate 3
Edwards Sapien 3|Cook Zenith|Gore Excluder|Biotronik Edora 8|Cochlear Nucleus 7|Oticon More|Phonak Audeo|Boston Scientific Synergy|Xience Sierra""".replace("\n", "|").split("|")
PROFESSIONS = """retired teacher|truck driver|welder|nurse|accountant|carpenter|electrician|plumber|farmer|mechanic|cashier|waitress|bartender|chef|attorney
engineer|software developer|police officer|firefighter|janitor|custodian|secretary|receptionist|teacher|bus driver|machinist|roofer|painter|librarian
pharmacist|dentist|hair stylist|mail carrier|warehouse worker|forklift operator|security guard|musician|artist|realtor|coal miner|fisherman|pilot
flight attendant|seamstress|butcher|baker|florist|landscaper|bookkeeper|paralegal|social worker|school principal|construction foreman|tugboat captain""".replace("\n", "|").split("|")
LABS = "Na {a}|K {d}.{d}|WBC {e}.{d}|Hgb {e}.{d}|Hct {f}|Plt {c}|Cr {d}.{d}|BUN {f}|glucose {c}|A1c {d}.{d}|INR {d}.{d}|TSH {d}.{d}{d}|LDL {c}|HDL {f}|ALT {f}|AST {f}|troponin <0.0{d}|BNP {c}|lactate {d}.{d}|CRP {e}.{d}|ESR {f}|PSA {d}.{d}|ferritin {c}|Ca {d}.{d}|Mg {d}.{d}|pH 7.{f}|CK {c}|vitamin D {f}".split("|")
VITALS = "BP {c}/{f}|HR {f}|RR {e}|T 98.{d}|Temp 37.{d}|SpO2 9{d}% RA|{c}/{f}|pulse {f} and regular|Wt {c} lb|Ht 5'{d}\"|BMI {f}.{d}|pain {d}/10|O2 sat 9{d}% on {d}L|wt {f}.{d} kg|P {f}, R {e}".split("|")

NEGATIVES = """Strength {d}/5 in {side} {part}, {d}/5 elsewhere.|MMT {d}-/5 to {d}+/5 throughout.|Pain {d}/10 at rest, {d}/10 with activity.|{spine} disc bulge with mild stenosis.
MRI shows {spine} and {spine2} degenerative change.|{eponym} {noun} {verb}.|{eponym}'s {noun} {verb} bilaterally.|Negative {eponym}, positive {eponym2}.|{eponym}-{eponym2} {noun} performed.
{drug} {dose}.|Continue {drug} {dose}, stop {drug2}.|{drug} may be held.|She may march in place with rails.|Patient will mark the site.|Sats dropped, may need O2.|Will continue POC.
May have regular diet.|He will follow up in {d} weeks.|Grace period of {d} days applies.|In good faith effort was made.|Hope to advance diet soon.|Long leg cast, short arm splint.
{lab}, {lab2}, {lab3}.|{vital}, {vital2}.|Labs: {lab}, {lab2}.|Gait {c} ft with RW and CGA x{d}.|TUG {e}.{d} sec, BERG {f}/56, 5xSTS {e} s.|Sets {d}x{e}, {f} lb.|3 x 10 reps at {d} lb.|ROM 0-{c} degrees knee flexion.
Visit {d} of {e}.|Visit {d}/{e} of POC.|Page {d} of {e}.|CPT 97{c} x{d} units.|97110 x 2, 97140 x 1, 97530 x 1.|ICD-10 M54.{d}, S{f}.{d}XXA, E11.9.|NDC 000{f}-{c}{d}-{f}.|LOINC {c}{d}-{d}.|Section {d}.{d}, Table {d}.|Version {d}.{d}.{d} build {c}.
EF {f}%, LVEDP {e}.|FiO2 {f}%, PEEP {d}.|{d}-0 Vicryl, {d}-0 nylon.|{e} Fr catheter, {e} G needle.|G{d}P{d}, {f} weeks {d}/7.|T{d}N{d}M0, ER {f}%, PR {f}%, HER2 {d}+.|BRCA1 c.{c}delAG.|KRAS G12D, TP53 R{c}H.|ECOG {d}, KPS {f}.
MMSE {e}/30, MoCA {e}/30.|PHQ-9 {e}, GAD-7 {d}.|GCS {e}, NIHSS {d}.|CHADS2-VASc {d}.|Grade {d}/6 systolic murmur.|DTRs {d}+ and symmetric.|Cranial nerves II-XII intact.|CN 2-12 intact.|A&Ox{d}.|ASA {d}, Mallampati {roman}.
{part} tenderness, {side} > other.|1:1 sitter, q15 checks.|Ratio {d}:{e}.|Dilution 1:{c}.|{c} mL/hr over {d} hrs.|NPO after midnight.|DNR/DNI.|OOB to chair TID.|RTC prn.|PERRLA, EOMI.|NAD, WDWN.|RRR, no M/R/G.|CTAB.|S/NT/ND.
{d} days ago.|x{d} weeks.|since last {season}.|q{d}h prn.|{d}-{e} minutes.|twice a day for {e} days.|{f}-year-old.|{f} y/o {sex}.|{f}yo {sex} c/o {part} pain.|age {f}.|Class {roman} heart failure, stage {d}.|{model} in place.|{model} settings unchanged.
PT, OT and ST consulted.|RN aware, MD notified.|Seen by PT and OT.|Medicare, Medicaid and commercial payers.|Black female, White male, Hispanic, Asian.|Speaks English and Spanish.|Mother, father, brother and sister well.|Dad had MI.
American Cancer Society guidelines.|FDA approved.|CDC schedule.|per HIPAA.|Joint Commission standard.|ACC/AHA class {roman}.|NKDA.|Lot of swelling in the {part}.|Room air.|Serial exams.|Serial troponins negative.|Account of the fall differs.
Member of a choir.|License to drive discussed.|Device checked.|Plate and screws intact.|Fax machine down.|Call with questions.|No phone at home.|Email declined.|address pain control.|Social: lives alone.|Group therapy attended.|Policy reviewed with family.
Case discussed at rounds.|Order entered.|Encounter closed.|Sample sent.|Record reviewed.|Name and DOB verified.|Two identifiers used.|Date of onset unknown.|Age appropriate.|Location: {part}.|Employer unaware.|ID band on.|MRN verified.|Insurance verified.|Signed electronically.
Mediterranean diet.|French catheter.|German measles.|Spanish interpreter not needed.|Chinese food.|Turkey sandwich tolerated.|Epsom salt soaks.|Texas catheter.|Boston brace.|Philadelphia collar.|Minnesota tube.|Kansas City scale.|Denver II.|Colorado tick fever.|Lyme titer.|Ebola screen.|Zika exposure none.|Norwalk virus.|West Nile.|Rocky Mountain spotted fever.
Miami J collar.|Ottawa ankle rules.|London criteria.|Coxsackie A16.|Bethesda {roman}.|Milwaukee brace.|Ann Arbor stage {roman}B.|Rome criteria.|Vancouver B2 fracture.|Hoffa pad.|PICC in R basilic.|Stage {roman} sacral ulcer {d} x {d} x 0.{d} cm.|CT 3 mm nodule RUL, Fleischner.|Lungs-RADS {d}.|BI-RADS {d}.|TI-RADS {d}.|PI-RADS {d}.
Hours: {d}-{e}.|Goal: {c} ft by d/c.|LTG {d}: independent.|STG {d}: {f}%.|Units: {d}. Minutes: {f}.|Timed code minutes {f}, total {f}.|Time in/out recorded.|Unchanged x {d} yr.|{d} ppd x {f} yrs.|{e} pack-years.|EtOH {d}/wk.|ABG 7.{f}/{f}/{f}/{f}.|I/O {c}/{c}.|{f}/{f} OD.|20/{f} OS.|-{d}.25 +0.75 x {c}.|V{d}-V{d2} ST depression.|aVR, aVL.|C diff, B12, H pylori, K+.|T{d}-weighted images.|Series {d}, image {f}.""".replace("\n", "|").split("|")
NEGATIVES += """bed {c}|bed {c} accepted|goals met {d2}/{d}|teach back {d2}/{d}|mood {d2}/10 to {d}/10|pain in the {o1}, {o2}, and {o3} {digit}s|unit {d} East|room {c}|hall {d}|F/U {d} WK|F/U {d} WEEKS|{o1} percentile for weight|BNP {c}|reference range {c}-{c}|Hoehn and Yahr {d}|{eponym} and {eponym2} {d}|city water|treasure box|the dock|UA and THC negative|NP student present|PACS images reviewed|{d}-{e} business days|the {o1} and {o2} {digit}s are swollen.|pain in the {o1}, {o2}, and {o3} {digit}s|sensation reduced in the {o1} {digit}|the {o1} metatarsal|{o1} rib fracture|{o1} interspace|{o1} degree burn|{o2} trimester|{o1} line therapy|on the {o1} attempt|{o1} percentile
{eponym} {d}/{e}.|{eponym} score {d}/9, then {d2}/9.|cultures {d2}/{d2} positive|{d2}/{d2} bottles|cycle {d2}/{d}|{d}/{e} at worst, {d2}/{e} at best|max {d}/24 h|dose {d2} of {d}|I/O {c}{d}/{c}{d2}|{d}/{d} quadrants|{d}/7 nights|{d2}/3 of the meal|wrench {d}/16|{d}/8 inch|took {d2}/{d} doses|series {d2}/{d}
Model {m34}.|REF {m34}.|Cat. no. {m34}.|Catalogue {m324}, box of 100.|PN {m324}.|Lot size {c}.|Item {m34} tubing.|Part {m324}.|Form {m22}.|DOI 10.{c}{d}/j.{abbr}.{c}.|PMID {m8}.|NCT0{m7}.|doi:10.{c}{d}/{abbr}{c}|ISBN 978-{m8}|Protocol version {d}.{d2}|rs{m7} genotype|chr{e}:{m7}|NM_00{c}.{d}:c.{c}A>G
Given at {t1} and {t2}.|In {t1}, out {t2}.|Seen at {t1}.|Checked {t1}, {t2}.|{f}0 {f}, {d}000 {f}, {d2}000 {e} dB.|arc {f}-{f}-{f}|bed {d}, unit {e}|floor {d}|unit {e}|line {d}|box {d}|room air trial {t1}
Best,|Regards,|Sincerely,|Thanks,|Thank you,|Dear Doctor,|Dear colleague,|To whom it may concern:|Hello,|Hi team,|Good morning,|Warmly,|Respectfully,|Attention:|Re:|From:|To:|Subject: results|Vehicle:|Device:|Policy:|Insurance:|Copay $40.|Guarantor: self.|Passport:|Badge:|Discharge summary|Discharge sheet|Visit note|Telephone encounter|Pickup today.
{eponym}, {eponym2} and {eponym3} scales.|{eponym}, {eponym2} noted.|{eponym} {d}, {eponym2} {e}.|{eponym}-{eponym2} {noun}: normal.|{EPONYM} {NOUN} NEGATIVE.|by {eponym} criteria|per {eponym} {noun}|{eponym} and {eponym2} both negative|post {eponym} {noun}, POD {d}|modified {eponym} {d}
{drug}, {drug2} and {drug3}.|allergic to {drug}|Switched from {drug} to {drug2}.|{drug} inhaler|{drug} ointment|{drug} started, {drug2} stopped.|1. {drug} {dose}|- {drug} {dose}|s/p {drug} x{d}|got {drug} in ED|{DRUG} {dose}|{drug}: {d} tabs|Pt on {drug}.|{drug} helps.|{drug} refilled.|on {drug} and {drug2}|hold {drug}""".replace("\n", "|").split("|")
NEGATIVES += """{eponym} and {eponym2} {d}.|{eponym} and {eponym2} grade {d} SAH.|{eponym} {noun2} noted.|{eponym}'s {noun2} absent.|{eponym} {noun2} and {eponym2} {noun2}.|no {eponym} {noun2}
{eponym}-{eponym2} {noun2}: below line.|{EPONYM} {NOUN}, {eponym2} {noun2}|{eponym} {noun2} {d}|{given} {eponym} sign on film.|{eponym} ({eponym2} modification).|dilated with {eponym} to {f} Fr|Dilated to {f} Fr with {eponym}.
lactated {eponym}'s at {c} mL/h|{eponym} and {eponym2} reviewed.|{eponym}, {eponym2} at night.|Mobitz I, {eponym} at night|{bug} isolated.|{bug}, {bug2} not detected.|micro: {bug} >100,000 cfu/mL|stool: {bug} neg, {bug2} neg|Cx grew {bug}, S to {drug}.
{bug} ag pos.|{bug} titer 1:{c}|r/o {bug}|hx {bug} {d} yr ago|{nation} {thing} x{d}|{nation} {thing}, {nation} {thing}|{thing}, {nation} {thing} tolerated|no {nation} {thing}|{TLA} {d}.{d}, {TLA} {f}.|{TLA} neg.|Wean to {TLA} {e}/{d} as tolerated.|{TLA} = ({c}-{f}) x {d}
QC log: analyzer {eponym} {d}000, lot {c}{f}{f}.|{drug} taper: 60-50-40-30-20-10 mg.|Anion gap {a}-{c}-{e} = {d}.|CAS {c}-{f}-{d} {DRUG}; CAS {f}-{f}-{d}.|handout {TLA}-{c}{d} rev {d}|{TLA} pos, {TLA} neg, {TLA} pending|{eponym} {TLA} {d}/{e}""".replace("\n", "|").split("|")
SPINE = "L4-5 L5-S1 C5-6 C6/7 T12 T7-8 L3 C2 S1 L4/5 L3-4 T11-L1 C3-C7".split()
PARTS = "shoulder knee hip ankle wrist elbow neck back hand foot thigh calf chest abdomen thumb heel jaw".split()

HEADINGS = """CHIEF COMPLAINT|HISTORY OF PRESENT ILLNESS|PAST MEDICAL HISTORY|MEDICATIONS|ALLERGIES|SOCIAL HISTORY|FAMILY HISTORY|REVIEW OF SYSTEMS
PHYSICAL EXAM|ASSESSMENT|PLAN|ASSESSMENT AND PLAN|SUBJECTIVE|OBJECTIVE|VITALS|LABS|IMAGING|IMPRESSION|HOSPITAL COURSE|DISCHARGE MEDICATIONS|GOALS|INTERVENTIONS
Chief Complaint|History of Present Illness|Past Medical History|Medications|Allergies|Social History|Family History|Review of Systems|Physical Examination
Assessment|Plan|Assessment and Plan|Subjective|Objective|Vital Signs|Labs|Imaging|Impression|Hospital Course|Discharge Instructions|Short Term Goals|Precautions
HPI|PMH|PSH|FH|SH|ROS|PE|A/P|S|O|A|P|Meds|Findings|Technique|Indication|Comparison|Procedure|Recommendations|Follow Up|Disposition|Treatment|Response""".replace("\n", "|").split("|")


STEMS = "zol ver tri ax cel lum kal ser dor vy nex ab pre car ful en tem lu ro bri mav or sim tal wix xel quo jan kev fos am dar el ri sy op vel ad tru".split()
DRUG_ENDS = "ara ela vir mab nib tril zine pam statin ix ia yx ex on ium ol ine ate ide one in ox va ta za ity ent era iq olo anz era eza ora ivo avy ust elto ris ant".split()


def coined_drug(rng):
    """A drug no list holds: capitals say nothing by themselves."""
    word = "".join(rng.choice(STEMS) for _ in range(rng.choice((1, 1, 2)))) + rng.choice(DRUG_ENDS)
    return word.capitalize() if rng.random() < 0.75 else word


# What an eponym may be before: enough that the noun tells, whatever the name.
MORE_NOUNS = """nomogram equation formula law triad tetrad pentad bodies body cells tumor cyst hernia contracture deformity palsy syndrome
disease phenomenon respirations murmur line lines angle space ligament canal duct gland loop node nodule fascia point triangle incision
approach osteotomy arthroplasty anastomosis shunt stent retractor forceps needle speculum elevator curette rongeur stain agar medium
rash spots nails facies gait chorea paralysis dystrophy anemia thyroiditis aortitis questionnaire inventory index scoring staging
guidelines trial rule rules sequence effect solution lactate bath diet position roll exercise protocol""".split()
GENUS_ENDS = "ella coccus bacter bacterium ium monas myces spora plasma nella vibrio siella genes phila".split()
SPECIES_ENDS = "ii ensis alis icus um us osa eri ans oides ella iae ata inis".split()
NATIONS = """Romanian Bulgarian Russian Swiss Greek Cuban Danish Belgian Dutch Norwegian Siberian Roman Persian Hawaiian Hungarian Siamese
Egyptian Moroccan Korean Brazilian Italian Canadian Welsh Irish Spanish German French Turkish Caesar Waldorf Cobb Brazil Hong-Kong
Lima Boston Baked-Alaska""".split()
NATIONAL_THINGS = """deadlift squat twist get-up chard yogurt stick ladder chair salad bread roll rash flu encephalitis nuts beans toast
terrier collie cat rabbit stitch knot cane crutch chair stimulation current massage bath tea coffee""".split()


def coined_eponym(rng):
    """A name that only what follows tells from a person's."""
    if rng.random() < 0.5:
        return people.invented(rng)
    return rng.choice(people.census_surnames())


def organism(rng):
    stem = lambda: "".join(rng.choice(STEMS) for _ in range(rng.choice((1, 1, 2))))
    genus = (stem() + rng.choice(GENUS_ENDS)).capitalize()
    species = stem() + rng.choice(SPECIES_ENDS)
    name = rng.choice((f"{genus} {species}", f"{genus} {species}", f"{genus[0]}. {species}", f"{genus} spp.", genus))
    return name.lower() if rng.random() < 0.3 else name


def ordinal(rng):
    n = rng.randint(1, 12)
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }".replace(" ", "")


def numbers(rng):
    return {"a": rng.randint(130, 146), "c": rng.randint(100, 350), "d": rng.randint(1, 9), "d2": rng.randint(2, 6), "e": rng.randint(10, 19), "f": rng.randint(20, 88)}


def value(rng, slot):
    """The text of a clinical slot; None when there is no such slot."""
    match slot:
        case "drug":
            return coined_drug(rng) if rng.random() < 0.3 else rng.choice(DRUGS)
        case "dose":
            return rng.choice(DOSES).format(n=rng.choice((2, 5, 10, 15, 20, 25, 40, 50, 75, 81, 100, 200, 250, 325, 500, 875)), h=rng.randint(1, 9))
        case "dx":
            return rng.choice(DIAGNOSES)
        case "eponym":
            return coined_eponym(rng) if rng.random() < 0.35 else rng.choice(EPONYMS)
        case "lab":
            return rng.choice(LABS).format(**numbers(rng))
        case "vital":
            return rng.choice(VITALS).format(**numbers(rng))
        case "model":
            return rng.choice(MODELS)
        case "neg":
            draw = lambda s: value(rng, s)
            return rng.choice(NEGATIVES).format(
                **numbers(rng), side=rng.choice(("left", "right", "R", "L")), part=rng.choice(PARTS), spine=rng.choice(SPINE), spine2=rng.choice(SPINE),
                eponym=draw("eponym"), eponym2=draw("eponym"), noun=rng.choice(EPONYM_NOUNS), verb=rng.choice(VERBS), drug=draw("drug"), drug2=draw("drug"), dose=draw("dose"),
                lab=draw("lab"), lab2=draw("lab"), lab3=draw("lab"), vital=draw("vital"), vital2=draw("vital"), roman=rng.choice(("I", "II", "III", "IV")),
                eponym3=draw("eponym"), EPONYM=draw("eponym").upper(), NOUN=rng.choice(EPONYM_NOUNS).upper(), drug3=draw("drug"), DRUG=draw("drug").upper(),
                noun2=rng.choice(MORE_NOUNS), bug=organism(rng), bug2=organism(rng), nation=rng.choice(NATIONS).replace("-", " "), thing=rng.choice(NATIONAL_THINGS),
                TLA="".join(rng.choice("ABCDEFGHIKLMNOPRSTVW") for _ in range(rng.choice((2, 3, 3, 4)))), given=rng.choice(people.NICKNAMES),
                o1=ordinal(rng), o2=ordinal(rng), o3=ordinal(rng), digit=rng.choice(("finger", "toe", "digit", "ray", "metatarsal", "rib", "metacarpal")),
                m34=f"{rng.randint(100, 999)}-{rng.randint(1000, 9999)}", m324=f"{rng.randint(100, 999)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
                m22=f"{rng.randint(10, 99)}-{rng.randint(10, 99)}", m7=rng.randint(1000000, 9999999), m8=rng.randint(10000000, 99999999),
                abbr=rng.choice(("jama", "nejm", "bmj", "cir", "jbjs", "ptj", "apmr", "spine", "pain", "stroke")), t1=f"{rng.randrange(24):02}{rng.randrange(60):02}",
                t2=f"{rng.randrange(24):02}{rng.randrange(60):02}", season=rng.choice(("spring", "summer", "fall", "winter")), sex=rng.choice(("M", "F", "male", "female")), model=draw("model"))
    return None
