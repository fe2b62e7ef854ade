"""Writes the messages of this folder and `cases.json`: for each what must be gone and what must stay.

Everyone in them is invented. `python tests/cases/formats/generate.py` gives the same bytes every time.
"""

import base64
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
PEOPLE = [
    ("Achterberg", "Rosalind", "Maria", "F"), ("Quackenbush", "Thaddeus", "", "M"), ("Oyelaran", "Folasade", "Ruth", "F"),
    ("Szymborska", "Krystyna", "", "F"), ("Delacroix-Vance", "Emile", "T", "M"), ("Nakagawara", "Hideyuki", "", "M"),
    ("O'Rafferty", "Siobhan", "Anne", "F"), ("Villalobos", "Ximena", "", "F"), ("Bergstrandt", "Torvald", "K", "M"),
    ("Mukherjea", "Debashish", "", "M"), ("Papadimitrakis", "Eleni", "", "F"), ("Tutuska", "Wendeline", "J", "F"),
]
PROVIDERS = [("Vandermeer", "Pieter"), ("Kowalczuk", "Agnieszka"), ("Ferreira-Pinto", "Joaquim"), ("Habibullah", "Zarina")]
STREETS = ["1420 W Cypress Ln", "77 Old Tannery Rd", "5 Larkspur Ct", "2209 Millrace Ave", "318 E Juniper St"]
TOWNS = [("Springfield", "IL", "62704"), ("Tuscumbia", "AL", "35674"), ("Gallipolis", "OH", "45631"), ("Waxahachie", "TX", "75165")]
FAMILY = "family"
CARE = [
    "Gait training 15 min using a walker, CGA, 40 feet x 2.",
    "Therapeutic exercise 23 minutes: quad sets 3 x 10, heel slides.",
    "BP 132/78, HR 72, SpO2 97% on room air.",
    "Pain 4/10 at rest, 6/10 with activity; Babinski negative.",
    "Dysphagia exercises, Mendelsohn maneuver x 10, nectar-thick liquids tolerated.",
    "Continue plan of care 3x/week for 4 weeks.",
]


class Person:
    def __init__(self, draw):
        self.family, self.given, self.middle, self.sex = draw.choice(PEOPLE)
        self.doctor = draw.choice(PROVIDERS)
        self.year = draw.randrange(1938, 2004)
        self.month, self.day = draw.randrange(1, 13), draw.randrange(1, 29)
        self.birth = f"{self.year}{self.month:02}{self.day:02}"
        self.mrn = f"{draw.randrange(10**7, 10**8)}"
        self.ssn = f"{draw.choice([219, 431, 508])}-{draw.randrange(10, 99)}-{draw.randrange(1000, 9999)}"
        self.phone = f"{draw.choice([217, 256, 740])}-555-0{draw.randrange(100, 200)}"
        self.street = draw.choice(STREETS)
        self.town, self.state, self.zip = draw.choice(TOWNS)
        self.account = f"V{draw.randrange(10**6, 10**7)}"
        self.relative = draw.choice(["Wilhelmina", "Osgood", "Barnaby", "Clementine"])
        self.seen = f"2024{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"

    def note(self, draw):
        """Sentences that name the patient as notes do; the care in them stays."""
        care = draw.sample(CARE, 2)
        said = [
            f"{self.given} {self.family} seen by Dr. {self.doctor[1]} {self.doctor[0]}.",
            f"Pt {self.family.upper()}, {self.given.upper()} (MRN {self.mrn}), DOB {self.month}/{self.day}/{self.year}.",
            f"{self.relative} {self.family} present; reachable at {self.phone}.",
            f"{self.given} lives at {self.street}, {self.town}, {self.state}.",
            f"SSN on file {self.ssn}.",
        ]
        lines = draw.sample(said, 3) + care
        draw.shuffle(lines)
        return lines, care

    def gone(self):
        return [self.family, self.given, self.doctor[0], self.mrn, self.ssn, self.phone, self.street, self.birth, self.account]


def escaped(text, d):
    field, component, repetition, escape, sub = d
    out = ""
    for c in text:
        name = {field: "F", component: "S", repetition: "R", escape: "E", sub: "T"}.get(c)
        out += f"{escape}{name}{escape}" if name else c
    return out


def hl7(draw, number):
    p = Person(draw)
    d = draw.choice(["|^~\\&"] * 4 + ["|^~\\&", "#@*!%", "|$~\\&"])
    f, c, r, e, s = d
    end = draw.choice(["\r", "\r", "\r\n", "\n"])
    lines, care = p.note(draw)
    kind = draw.choice(["ORU^R01", "MDM^T02", "ADT^A08", "ADT^A01", "ORM^O01", "SIU^S12", "VXU^V04"]).replace("^", c)
    j = lambda *parts: c.join(parts)
    xcn = j("1234567893", p.doctor[0], p.doctor[1], "", "", "DR", "MD")
    app = draw.choice(["THERASOFT", "EPIC", "CERNER", "MEDITECH", "ATHENA", "WEBPT", "NETSMART", "PCC"])
    version = draw.choice(["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.7"])
    msh = f"MSH{f}{c}{r}{e}{s}{f}{app}{f}{f}DEST{f}{f}{p.seen}101500{f}{f}{kind}{f}MSG{number:05}{f}P{f}{version}"
    pid = ["PID", "1", "", j(p.mrn, "", "", "CRR", "MR"), "", j(p.family, p.given, p.middle), "", p.birth, p.sex, "", "",
           j(p.street, "", p.town, p.state, p.zip, "USA"), "", p.phone, "", "", "M", "", p.account, p.ssn]
    if draw.random() < 0.3:
        pid[3] += r + j(p.ssn, "", "", "SSA", "SS")
    if draw.random() < 0.3:
        pid[5] += r + j(p.family, p.given[:1], "", "", "", "", "A")
    segments = [msh]
    if "ADT" in kind:
        segments.append(f"EVN{f}A08{f}{p.seen}")
    segments.append(f.join(pid))
    if draw.random() < 0.5:
        segments.append(f"NK1{f}1{f}{j(p.family, p.relative)}{f}SPO{f}{f}{p.phone}")
    segments.append(f.join(["PV1", "1", draw.choice("IOE"), j("4WEST", "412", "B"), "", "", "", xcn] + [""] * 11 + [p.account]))
    if draw.random() < 0.4:
        segments.append(f"IN1{f}1{f}{j('PPO', 'Preferred', 'L')}{f}77{f}{f}{f}{f}{f}GRP88123{f}" + f * 7 + j(p.family, p.given))
    if draw.random() < 0.4:
        segments.append(f"Z{draw.choice(['PI', 'XX', 'PV'])}{f}1{f}{p.family}{f}{j(p.mrn, p.given)}")
    stays = list(care)
    if kind.startswith(("ORU", "MDM", "VXU")):
        segments.append(f"OBR{f}1{f}ORD{number}{f}FIL{number}{f}{j('11506-3', 'Progress note', 'LN')}{f}{f}{f}{p.seen}" + f * 9 + xcn)
        if kind.startswith("MDM"):
            segments.append(f"TXA{f}1{f}PN{f}TX{f}{p.seen}{f}{xcn}" + f * 7 + f"DOC{number}")
        style = draw.choice(["lines", "lines", "br", "rtf", "base64", "one"])
        code = j("11506-3", "Progress note", "LN")
        if style == "lines":
            for n, line in enumerate(lines, 1):
                segments.append(f"OBX{f}{n}{f}TX{f}{code}{f}{f}{escaped(line, d)}" + f * 6 + "F")
        elif style == "br":
            text = f"{e}.br{e}".join(escaped(line, d) for line in lines)
            segments.append(f"OBX{f}1{f}FT{f}{code}{f}{f}{text}" + f * 6 + "F")
        elif style == "one":
            segments.append(f"OBX{f}1{f}TX{f}{code}{f}{f}{r.join(escaped(line, d) for line in lines)}" + f * 6 + "F")
        elif style == "rtf":
            text = "{\\rtf1\\ansi " + "\\par ".join(lines) + "}"
            segments.append(f"OBX{f}1{f}FT{f}{code}{f}{f}{escaped(text, d)}" + f * 6 + "F")
        else:
            data = base64.b64encode("\n".join(lines).encode()).decode()
            segments.append(f"OBX{f}1{f}ED{f}{code}{f}{f}{j('', 'TEXT', 'plain', 'Base64', data)}" + f * 6 + "F")
            stays = []
        segments.append(f"OBX{f}9{f}NM{f}{j('8867-4', 'Heart rate', 'LN')}{f}{f}72.50{f}/min{f}{f}{f}{f}F")
        stays.append("72.50")
    else:
        segments += [f"NTE{f}{n}{f}L{f}{escaped(line, d)}" for n, line in enumerate(lines, 1)]
    stays += [app, "DEST", version]
    body = end.join(segments) + end
    gone = p.gone()
    if number % 7 == 3:
        body = f"FHS{f}{c}{r}{e}{s}{f}{app}{f}{f}DEST{end}BHS{f}{c}{r}{e}{s}{f}{app}{end}" + body + f"BTS{f}1{end}FTS{f}1{end}"
    if number % 7 == 5:
        body = "\x0b" + body + "\x1c\r"
    if d != "|^~\\&":
        stays = [s_ for s_ in stays if escaped(s_, d) == s_]
    return body.encode(), gone, [escaped(s_, d) for s_ in stays], f"{app.lower()}.hl7"


def fhir(draw, number):
    p = Person(draw)
    lines, care = p.note(draw)
    iso = f"{p.year}-{p.month:02}-{p.day:02}"
    seen = f"{p.seen[:4]}-{p.seen[4:6]}-{p.seen[6:]}"
    pid = draw.choice([f"pat-{number}", "0f9e8d7c-1111-4222-8333-" + f"{number:012}", p.mrn])
    patient = {
        "resourceType": "Patient", "id": pid,
        "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
                        "system": "http://cedar.example.org/mrn", "value": p.mrn},
                       {"system": "http://hl7.org/fhir/sid/us-ssn", "value": p.ssn}],
        "active": True,
        "name": [{"use": "official", "family": p.family, "given": [p.given] + ([p.middle] if p.middle else [])}],
        "telecom": [{"system": "phone", "value": p.phone, "use": "home"}], "gender": {"F": "female", "M": "male"}[p.sex],
        "birthDate": iso,
        "address": [{"line": [p.street], "city": p.town, "state": p.state, "postalCode": p.zip}],
    }
    if draw.random() < 0.5:
        patient["text"] = {"status": "generated",
                           "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{p.given} <b>{p.family}</b></p></div>'}
    if draw.random() < 0.5:
        patient["extension"] = [{"url": "http://vendor.example.org/vip", "valueString": p.family},
                                {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": p.sex}]
    if draw.random() < 0.4:
        patient["contact"] = [{"name": {"text": f"{p.relative} {p.family}"}, "telecom": [{"system": "phone", "value": p.phone}]}]
    subject = {"reference": f"Patient/{pid}", "display": f"{p.given} {p.family}"}
    who = {"display": f"Dr. {p.doctor[1]} {p.doctor[0]}"}
    code = {"coding": [{"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}]}
    text = "\n".join(lines)
    rtf = "{\\rtf1\\ansi " + "\\par ".join(lines) + "}"
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"
    data = lambda body: base64.b64encode(body.encode()).decode()
    document = draw.choice([
        {"resourceType": "Observation", "status": "final", "code": code, "subject": subject, "effectiveDateTime": seen,
         "performer": [who], "valueString": text},
        {"resourceType": "Observation", "status": "final", "code": code, "subject": subject, "effectiveDateTime": seen + "T10:15:00-05:00",
         "valueQuantity": {"value": 72, "unit": "/min"}, "note": [{"authorString": f"{p.doctor[1]} {p.doctor[0]}", "time": seen, "text": text}]},
        {"resourceType": "DocumentReference", "status": "current", "type": code, "subject": subject, "author": [who],
         "content": [{"attachment": {"contentType": "text/plain", "data": data(text)}}]},
        {"resourceType": "DocumentReference", "status": "current", "subject": subject,
         "content": [{"attachment": {"contentType": "application/rtf", "data": data(rtf), "title": f"Note of {p.given} {p.family}"}}]},
        {"resourceType": "DiagnosticReport", "status": "final", "code": code, "subject": subject, "conclusion": text,
         "presentedForm": [{"contentType": "text/html", "data": data(html)}]},
        {"resourceType": "Communication", "status": "completed", "subject": subject, "sender": who, "sent": seen + "T09:00:00Z",
         "payload": [{"contentString": line} for line in lines]},
        {"resourceType": "ClinicalImpression", "status": "completed", "subject": subject, "summary": text, "assessor": who},
        {"resourceType": "Condition", "subject": subject, "code": {"text": "Gait instability"}, "recordedDate": seen, "note": [{"text": text}]},
    ])
    clear = any(line in json.dumps(document) for line in care)
    resources = [patient, dict(document, id=f"doc-{number}")]
    if draw.random() < 0.4:
        resources.append({"resourceType": "Practitioner", "id": f"prac-{number}", "name": [{"family": p.doctor[0], "given": [p.doctor[1]]}],
                          "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}]})
    indent = draw.choice([None, 1, 2, 4])
    style = draw.choice(["bundle", "bundle", "ndjson", "contained"])
    if style == "ndjson":
        body = "".join(json.dumps(resource, ensure_ascii=draw.random() < 0.5) + "\n" for resource in resources)
    elif style == "contained":
        inner = dict(patient, id="p1")
        outer = dict(resources[1], contained=[inner], subject={"reference": "#p1", "display": f"{p.given} {p.family}"})
        body = json.dumps(outer, indent=indent)
    else:
        entries = [{"fullUrl": f"urn:uuid:{r['id']}" if len(r["id"]) == 36 else f"https://fhir.cedar.example.org/r4/{r['resourceType']}/{r['id']}",
                    "resource": r} for r in resources]
        body = json.dumps({"resourceType": "Bundle", "type": "collection", "timestamp": seen + "T10:00:00Z", "entry": entries}, indent=indent)
    body = body.replace('"value": 72,', '"value": 72.50,')
    stays = (care if clear else []) + [p.state] + (["72.50"] if "72.50" in body else [])
    return body.encode(), p.gone() + [iso], stays, f"{style}.{'ndjson' if style == 'ndjson' else 'json'}"


def ccda(draw, number):
    p = Person(draw)
    lines, care = p.note(draw)
    x = lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    prefix = draw.choice(["", "", "", "h:"])
    mark = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    t = lambda name: prefix + name
    style = draw.choice(["paragraphs", "table", "list", "cdata", "base64"])
    if style == "table":
        rows = "".join(f"<{t('tr')}><{t('td')}>{n}</{t('td')}><{t('td')} ID=\"r{n}\">{x(line)}</{t('td')}></{t('tr')}>" for n, line in enumerate(lines))
        narrative = f"<{t('table')} border=\"1\"><{t('tbody')}>{rows}</{t('tbody')}></{t('table')}>"
    elif style == "list":
        narrative = f"<{t('list')}>" + "".join(f"<{t('item')}>{x(line)}</{t('item')}>" for line in lines) + f"</{t('list')}>"
    elif style == "cdata":
        narrative = "<![CDATA[" + "\n".join(lines) + "]]>"
    else:
        narrative = "".join(f"<{t('paragraph')}>{x(line)}</{t('paragraph')}>" for line in lines)
    given = f"<{t('given')}>{p.given}</{t('given')}>" + (f"<{t('given')}>{p.middle}</{t('given')}>" if p.middle else "")
    name = lambda inner: f"<{t('name')}>{inner}</{t('name')}>"
    author = name(f"<{t('given')}>{p.doctor[1]}</{t('given')}><{t('family')}>{p.doctor[0]}</{t('family')}>")
    stays = list(care)
    if style == "base64":
        data = base64.b64encode("\n".join(lines).encode()).decode()
        body = f"<{t('component')}><{t('nonXMLBody')}><{t('text')} mediaType=\"text/plain\" representation=\"B64\">{data}</{t('text')}></{t('nonXMLBody')}></{t('component')}>"
        stays = []
    else:
        entry = (f"<{t('entry')}><{t('observation')} classCode=\"OBS\" moodCode=\"EVN\"><{t('code')} code=\"8867-4\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"Heart rate\"/>"
                 f"<{t('text')}><{t('reference')} value=\"#r1\"/></{t('text')}><{t('effectiveTime')} value=\"{p.seen}\"/>"
                 f"<{t('value')} xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"PQ\" value=\"72.50\" unit=\"/min\"/></{t('observation')}></{t('entry')}>")
        body = f"<{t('component')}><{t('structuredBody')}><{t('component')}><{t('section')}><{t('title')}>Progress note</{t('title')}><{t('text')}>{narrative}</{t('text')}>{entry}</{t('section')}></{t('component')}></{t('structuredBody')}></{t('component')}>"
        stays += ["72.50", "Heart rate", "#r1"]
    feed = draw.choice(["\n", "\r\n", ""])
    parts = [
        f"<{t('ClinicalDocument')} {mark}=\"urn:hl7-org:v3\" xmlns:sdtc=\"urn:hl7-org:sdtc\">",
        f"<{t('typeId')} root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>",
        f"<{t('id')} root=\"2.16.840.1.113883.19.5.{number}\" extension=\"{p.account}\"/>",
        f"<{t('code')} code=\"11506-3\" codeSystem=\"2.16.840.1.113883.6.1\"/>",
        f"<{t('title')}>Note for {p.given} {p.family}</{t('title')}><{t('effectiveTime')} value=\"{p.seen}1015-0500\"/>",
        f"<{t('recordTarget')}><{t('patientRole')}><{t('id')} extension='{p.mrn}' root=\"2.16.840.1.113883.19.5\"/>"
        f"<{t('id')} extension=\"{p.ssn}\" root=\"2.16.840.1.113883.4.1\"/>"
        f"<{t('addr')} use=\"HP\"><{t('streetAddressLine')}>{p.street}</{t('streetAddressLine')}><{t('city')}>{p.town}</{t('city')}><{t('state')}>{p.state}</{t('state')}><{t('postalCode')}>{p.zip}</{t('postalCode')}></{t('addr')}>"
        f"<{t('telecom')} value=\"tel:{p.phone}\" use=\"HP\"/>"
        f"<{t('patient')}>{name(given + f'<{t(FAMILY)}>{x(p.family)}</{t(FAMILY)}>')}"
        f"<{t('birthTime')} value=\"{p.birth}\"/></{t('patient')}></{t('patientRole')}></{t('recordTarget')}>",
        f"<{t('author')}><{t('time')} value=\"{p.seen}\"/><{t('assignedAuthor')}><{t('id')} root=\"2.16.840.1.113883.4.6\" extension=\"1234567893\"/><{t('assignedPerson')}>{author}</{t('assignedPerson')}></{t('assignedAuthor')}></{t('author')}>",
        f"<{t('custodian')}><{t('assignedCustodian')}><{t('representedCustodianOrganization')}><{t('id')} extension=\"99\" root=\"2.16.840.1.113883.4.6\"/>{name('Cedar Ridge Rehab')}</{t('representedCustodianOrganization')}></{t('assignedCustodian')}></{t('custodian')}>",
        body,
        f"</{t('ClinicalDocument')}>",
    ]
    head = draw.choice(['<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="CDA.xsl"?>'])
    if draw.random() < 0.3:
        parts.insert(1, f"<!-- exported for {p.given} -->")
    return (head + feed + feed.join(parts) + feed).encode(), p.gone() + ["Cedar Ridge"], stays + [p.state], f"{style}.xml"


def rtf(draw, number):
    p = Person(draw)
    lines, care = p.note(draw)
    page = draw.choice([1252, 1252, 1250])

    def write(text):
        out = ""
        for c in text:
            if c in "\\{}":
                out += "\\" + c
            elif c < "\x7f":
                out += c
            else:
                out += f"\\u{ord(c)}?"
        return out

    def split(line):
        # Formatting runs cut through names.
        for word in (p.family, p.given):
            if word in line and draw.random() < 0.6:
                at = draw.randrange(1, len(word))
                line = line.replace(word, word[:at] + "{\\b " + word[at:] + "}", 1)
        return line

    head = draw.choice([
        "{\\rtf1\\ansi\\ansicpg%d\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}" % page,
        "{\\rtf1\\ansi\\ansicpg%d\\uc1{\\fonttbl{\\f0 Times New Roman;}}{\\colortbl ;\\red0\\green0\\blue0;}{\\*\\generator Riched20 10.0;}" % page,
        "{\\rtf1\\ansi\\ansicpg%d{\\info{\\author %s %s}{\\creatim\\yr2024\\mo3\\dy14}}{\\stylesheet{\\s0 Normal;}}" % (page, p.doctor[1], p.doctor[0]),
    ])
    feed = draw.choice(["", "\r\n", "\n"])
    par = draw.choice(["\\par ", "\\line ", "\\par" + (feed or " ")])
    body = par.join(split(write(line)) for line in lines)
    caf = draw.choice(["\\'e9lan vital", "\\u8364? 5 copay", "{\\i plain}"])
    text = f"{head}{feed}\\f0\\fs20 Progress note {caf}{par}{body}{par}}}" + draw.choice(["", "\x00", "\r\n"])
    return text.encode(), p.gone(), [write(line) for line in care] + [caf], "note.rtf"


def html(draw, number):
    p = Person(draw)
    lines, care = p.note(draw)
    x = lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace("'", draw.choice(["'", "&#39;"]))
    style = draw.choice(["p", "table", "br", "pre", "upper"])
    written = [x(line) for line in lines]
    for n, line in enumerate(written):
        if p.family in line and draw.random() < 0.5:
            at = draw.randrange(1, len(p.family))
            written[n] = line.replace(p.family, p.family[:at] + "<b>" + p.family[at:] + "</b>", 1)
    if style == "table":
        inner = "<table border=1>" + "".join(f"<tr><td>{n}<td>{line}</tr>" for n, line in enumerate(written)) + "</table>"
    elif style == "br":
        inner = "<div>" + "<br>\n".join(written) + "</div>"
    elif style == "pre":
        inner = "<pre>" + "\n".join(written) + "</pre>"
    elif style == "upper":
        inner = "".join(f"<P CLASS='n'>{line}</P>" for line in written)
    else:
        inner = "".join(f"<p style=\"margin:0\">{line}</p>\n" for line in written)
    head = draw.choice([
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Progress note</title><style>p {color: #333}</style></head><body>",
        "<html>\n<body bgcolor=white>\n", "<div class=\"note\">",
        f"<html><head><meta name=\"author\" content=\"Dr. {p.doctor[1]} {p.doctor[0]}\"><!-- {p.mrn} --></head><body>",
    ])
    tail = "</div>" if head.startswith("<div") else "</body></html>"
    link = f"<a href=\"mailto:{p.given.lower()}@example.com\">mail</a><img src=\"x.png\" alt=\"Photo of {p.given} {p.family}\" data-mrn=\"{p.mrn}\">"
    text = head + inner + (link if draw.random() < 0.5 else "") + tail
    return text.encode(), p.gone(), [c for c in (x(line) for line in care) if c in text], f"{style}.html"


def plain(draw, number):
    p = Person(draw)
    lines, care = p.note(draw)
    accent = draw.choice(["Ren\u00e9e", "Zo\u00eb", "Fran\u00e7ois"])
    p.relative = accent
    lines.insert(0, f"Patient: {p.given} {p.family}   MRN: {p.mrn}   DOB: {p.month:02}/{p.day:02}/{p.year}")
    lines.append(f"Contact: {accent} {p.family}, phone {p.phone}")
    lines.append("Temp 98.6 \u00b0F; caf\u00e9 outing tolerated.")
    text = draw.choice(["\n", "\r\n"]).join(lines)
    encoding = draw.choice(["utf-8", "utf-8-sig", "cp1252", "cp1252", "utf-16-le", "utf-16-be"])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding), p.gone() + [accent], care + ["98.6 \u00b0F"], f"{encoding}.txt"


def main():
    cases = []
    for folder, make, count in [("hl7", hl7, 36), ("fhir", fhir, 36), ("ccda", ccda, 32), ("rtf", rtf, 32), ("html", html, 32), ("text", plain, 32)]:
        (HERE / folder).mkdir(exist_ok=True)
        for old in (HERE / folder).iterdir():
            old.unlink()
        for number in range(1, count + 1):
            draw = random.Random(f"{folder} {number}")
            body, gone, stays, name = make(draw, number)
            path = f"{folder}/{number:02}-{name}"
            (HERE / path).write_bytes(body)
            cases.append({"file": path, "format": folder, "gone": gone, "stays": stays})
    (HERE / "cases.json").write_text(json.dumps(cases, indent=0, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
