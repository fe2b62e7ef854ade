"""Values of the slots that are identifiers: dates, places, organisations, numbers. Composed, never listed."""
import datetime
import string

from patterns import Patterns

MONTHS = "January February March April May June July August September October November December".split()
ORDINAL = lambda n: f"{n}{'th' if 10 < n < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"

DATE_STYLES = (
    ("{m:02}/{d:02}/{Y}", 14), ("{m}/{d}/{Y}", 10), ("{m}/{d}/{y:02}", 12), ("{m:02}/{d:02}/{y:02}", 8), ("{m}-{d}-{y:02}", 4),
    ("{m:02}-{d:02}-{Y}", 5), ("{Y}-{m:02}-{d:02}", 9), ("{Y}/{m:02}/{d:02}", 2), ("{B} {d}, {Y}", 10), ("{b} {d}, {Y}", 5),
    ("{b}. {d}, {Y}", 1), ("{B} {o}, {Y}", 2), ("{d} {B} {Y}", 3), ("{d:02}-{b}-{Y}", 4), ("{d:02}-{b}-{y:02}", 3), ("{d:02}{U}{Y}", 2),
    ("{d:02} {U} {Y}", 1), ("{d:02}.{m:02}.{Y}", 2), ("{m}.{d}.{y:02}", 2), ("{d}/{m}/{Y}", 2), ("{B} {o}", 3), ("{B} {d}", 3),
    ("{b} {d}", 3), ("the {o} of {B}", 1), ("{o} of {B}, {Y}", 1), ("{d} {b} '{y:02}", 1), ("{m:02}{d:02}{Y}", 1), ("{b}-{d:02}-{Y}", 1),
    ("{b} {d} {Y}", 2), ("{m}/{d}", 5), ("{Y}{m:02}{d:02}", 1), ("{d} {b} {Y}", 1),
)
PARTIAL = {
    "md": (("{m}/{d}", 10), ("{m:02}/{d:02}", 3), ("{m}-{d}", 1), ("{b} {d}", 1)),
    "my": (("{B} {Y}", 8), ("{m}/{Y}", 3), ("{m:02}/{Y}", 2), ("{m}/{y:02}", 1), ("{b} {Y}", 2), ("{B}, {Y}", 1), ("{B} of {Y}", 1),
           ("{b} '{y:02}", 1), ("{m:02}-{Y}", 1)),
    "iso": (("{Y}-{m:02}-{d:02}", 1),),
    "hl7": (("{Y}{m:02}{d:02}", 3), ("{Y}{m:02}{d:02}{H:02}{M:02}", 2), ("{Y}{m:02}{d:02}{H:02}{M:02}{S:02}", 2)),
    "long": (("{B} {d}, {Y}", 8), ("{B} {o}, {Y}", 2), ("{B} {d} {Y}", 1), ("{d} {B} {Y}", 1), ("{A}, {B} {d}, {Y}", 1)),
    "month": (("{B}", 5), ("{b}", 1)),
    "dom": (("the {o}", 6), ("{o}", 1)),
    "ts": (("{Y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}Z", 2), ("{Y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}-05:00", 1),
           ("{m:02}/{d:02}/{Y}@{H:02}:{M:02}", 2), ("{Y}{m:02}{d:02}T{H:02}{M:02}", 1), ("{m:02}/{d:02}/{y:02}@{H:02}{M:02}", 1)),
}
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
HOLIDAYS = """Christmas|Thanksgiving|Easter|New Year's Day|New Year's Eve|Halloween|Labor Day|Memorial Day|the 4th of July|July 4th
Independence Day|Christmas Eve|Valentine's Day|Mother's Day|Father's Day|St. Patrick's Day|Columbus Day|Veterans Day|Presidents' Day
Martin Luther King Day|MLK Day|Juneteenth|Hanukkah|Passover|Ramadan|Eid|Diwali|Good Friday|Ash Wednesday|Palm Sunday|Yom Kippur
Rosh Hashanah|Cinco de Mayo|Boxing Day|Groundhog Day|Xmas|Thanksgiving Day|Easter Sunday|Black Friday|Lunar New Year|Super Bowl Sunday
Mardi Gras|Pentecost|Kwanzaa|Earth Day|Christmas Day|the Fourth of July|Mothers Day|New Years""".replace("\n", "|").split("|")

NATURE = """Oak Maple Cedar Pine Elm Birch Willow Aspen Hickory Laurel Magnolia Juniper Spruce Sycamore Chestnut Walnut Cypress Hazel
Rose Ivy Fern Heather Clover Meadow Prairie Valley River Brook Creek Lake Spring Harbor Bay Shore Cove Island Ocean Ridge Hill
Summit Canyon Mesa Stone Rock Granite Flint Silver Golden Copper Crystal Sunset Sunrise Autumn Winter Summer North South East West
Fair Green White Black Red Blue Grand Pleasant Bright Clear High Long Deer Elk Fox Wolf Eagle Hawk Falcon Heron Swan Dove Robin
Mockingbird Bear Buffalo Cardinal Liberty Independence Union Freedom Heritage Pioneer Frontier Colonial Mission Garden Orchard
Vineyard Mill Bridge Crossing Gate Tower Castle Abbey Chapel Forest Grove Glen Dale Wood Field Stillwater Riverside Lakeside
Hillside Bayview Fairview Parkview Oceanview Westgate Eastgate Northgate Southgate Midtown Uptown Lakeshore Evergreen Arrowhead
Cottonwood Saguaro Palmetto Mesquite Bluebonnet Dogwood Hawthorn Rosewood Beechwood Redwood Cherry Apple Peach Plum Lemon
Birchwood Foxglove Larkspur Primrose Thistle Wildflower Trillium Cattail Driftwood Sandstone Limestone Ironwood""".split()
ABSTRACT = """Hope Grace Mercy Faith Harmony Unity Providence Trinity Concord Good-Hope Serenity Tranquility Charity Victory Glory
Promise Compassion Comfort Haven Horizon Legacy Vista Journey Bridgeway Pathway Gateway Cornerstone Keystone Lighthouse Beacon
Compass Anchor Pinnacle Premier Advantage Choice United Allied Integrated Total Complete First Prime Alliance Partners Select
Signature Guardian Sentinel Shield Sterling Meridian Apex Zenith Vantage Century Millennium Modern Advanced National American
Central Regional Metro Tri-County Valley Coastal Northern Southern Eastern Western Midwest Pacific Atlantic Gulf""".split()
SAINTS = """Mary Joseph Luke Francis Anthony John Vincent Elizabeth Anne Michael Peter Paul Agnes Rita Clare Catherine Thomas James Mark
Matthew Jude Bernard Dominic Raphael Barnabas Alphonsus Camillus Cecilia Brigid Patrick Stephen Theresa Andrew Gabriel David Columba
Margaret Ignatius Martin Nicholas Benedict Augustine Monica""".split()
CITY_ENDS = "ton ville burg field wood ford port dale haven mont view ridge brook land shire bury ham worth side stead mouth grove".split()
BIG_CITIES = """Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose|Austin|Jacksonville|Columbus|Charlotte|Seattle
Denver|Boston|Nashville|Detroit|Portland|Las Vegas|Memphis|Louisville|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|Sacramento|Atlanta
Kansas City|Omaha|Miami|Cleveland|Tulsa|Oakland|Minneapolis|Wichita|Tampa|New Orleans|Honolulu|Anaheim|St. Louis|Pittsburgh|Cincinnati
Toledo|Newark|Orlando|Buffalo|Lincoln|Reno|Boise|Richmond|Spokane|Rochester|Des Moines|Mobile|Little Rock|Akron|Salt Lake City|Worcester
Providence|Knoxville|Savannah|Eugene|Peoria|Flint|Ann Arbor|El Paso|Fort Worth|Los Angeles|New York|Brooklyn|Queens|Bronx|Manhattan
London|Manchester|Glasgow|Dublin|Toronto|Montreal|Vancouver|Mumbai|Delhi|Karachi|Lagos|Nairobi|Manila|Seoul|Tokyo|Beijing|Guadalajara
Tijuana|San Juan|Havana|Lima|Berlin|Paris|Madrid|Kyiv|Moscow""".replace("\n", "|").split("|")
STATES = """Alabama:AL Alaska:AK Arizona:AZ Arkansas:AR California:CA Colorado:CO Connecticut:CT Delaware:DE Florida:FL Georgia:GA
Hawaii:HI Idaho:ID Illinois:IL Indiana:IN Iowa:IA Kansas:KS Kentucky:KY Louisiana:LA Maine:ME Maryland:MD Massachusetts:MA Michigan:MI
Minnesota:MN Mississippi:MS Missouri:MO Montana:MT Nebraska:NE Nevada:NV Ohio:OH Oklahoma:OK Oregon:OR Pennsylvania:PA Tennessee:TN
Texas:TX Utah:UT Vermont:VT Virginia:VA Washington:WA Wisconsin:WI Wyoming:WY""".split()
COUNTRIES = "Mexico Canada India China Vietnam Korea Japan Philippines Germany France Italy Poland Ukraine Nigeria Ghana Kenya Somalia Ethiopia Brazil Guatemala Honduras Haiti Jamaica Iran Iraq Syria Pakistan Ireland England Scotland".split()
STREETS = "St St. Street Ave Ave. Avenue Rd Rd. Road Dr Dr. Drive Ln Lane Blvd Blvd. Boulevard Ct Court Way Pl Place Cir Circle Ter Terrace Pkwy Parkway Hwy Trail Loop Pike Square Alley Run Path Row".split()
UNITS = ("Apt {}", "Apt. {}", "Unit {}", "#{}", "Suite {}", "Ste {}", "Rm {}", "Lot {}", "Apt #{}", "Bldg {}", "Floor {}")
BRANDS = """Walgreens|CVS|CVS Pharmacy|Rite Aid|Walmart|Costco|Target|Kroger|Safeway|Publix|LabCorp|Quest Diagnostics|Quest|Aetna|Cigna
Humana|UnitedHealthcare|Blue Cross Blue Shield|BCBS|Kaiser Permanente|Kaiser|Anthem|Mayo Clinic|Cleveland Clinic|Johns Hopkins|Mass General
Amazon|UPS|FedEx|Home Depot|Starbucks|McDonald's|Boeing|Ford|General Motors|Uber|Lowe's|Tyson|IBM|Google|Microsoft|Delta|YMCA|Goodwill
Salvation Army|Lyft|Sears|Wells Fargo|State Farm|Verizon|AT&T|Hilton|Marriott|Wendy's|Sam's Club|Wegmans|Meijer|Aldi|HCA|Tricare""".replace("\n", "|").split("|")
BRAND_KIND = {"pharmacy": BRANDS[:10], "lab": BRANDS[10:13], "insurer": BRANDS[13:21] + BRANDS[-1:], "hospital": BRANDS[21:24] + BRANDS[-2:-1],
              "employer": BRANDS[4:8] + BRANDS[24:-2]}
COINED = "Medi Nova Care Well Vita Sana Bright Opti Omni Pro Uni Tru Clari Veri Syn Cor Neu Axi Luma Ari Sol Zen Alta Eno Kin Ever Inter Trans".split()
COINED_END = "care health med well life path source point plan first plus one link net gen cure star wise sure vance tria nova ra lix is on".split()
TRADE = """Bakery|Plumbing|Auto Body|Auto Repair|Trucking|Construction|Roofing|Landscaping|Electric|Foods|Farms|Dairy|Logistics|Freight
Foundry|Steel|Mills|Textiles|Furniture|Lumber|Hardware|Printing|Press|Software|Systems|Technologies|Analytics|Bank|Credit Union|Savings
Realty|Law Offices|Accounting|Cafe|Diner|Grill|Pizza|Barbecue|Brewing Company|Winery|Hotel|Inn|Resort|Casino|Airlines|Transit|Motors
Dealership|Salon|Spa|Gym|Fitness|Daycare|Catering|Cleaners|Laundry|Security|Staffing|Packing|Poultry|Meats|Seafood|Nursery|Florist|Books
Music|Studios|Theater|Museum|Library|Fire Department|Police Department|Sheriff's Office|Public Works|Water District|Post Office|Power
Energy|Oil|Gas|Mining|Chemical|Plastics|Paper|Packaging|Manufacturing|Machine Shop|Tool and Die|Aerospace|Marine|Shipyard|Telecom""".replace("\n", "|").split("|")


def weighted(rng, table):
    return rng.choices([t for t, _ in table], [w for _, w in table])[0]


def digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def mask(rng, pattern):
    """`#` a digit, `N` a digit but 0, `A` a capital, `H` a hex digit, `X` a capital or digit; the rest stands for itself."""
    pick = {"#": string.digits, "N": "123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "H": "0123456789ABCDEF", "X": "ABCDEFGHJKLMNPRSTUVWXYZ0123456789", "a": string.ascii_lowercase}
    return "".join(rng.choice(pick[c]) if c in pick else c for c in pattern)


class Dates:
    """One note's dates: a style of its own, mostly kept."""

    def __init__(self, rng):
        self.style = weighted(rng, DATE_STYLES)
        self.anchor = datetime.date(rng.randint(1998, 2026), 1, 1) + datetime.timedelta(days=rng.randrange(365))

    def day(self, rng, birth=False):
        span = (-365 * rng.randint(1, 95), -300) if birth else (-200, 200) if rng.random() < 0.8 else (-9000, 400)
        return self.anchor + datetime.timedelta(days=rng.randint(*sorted(span)))

    def text(self, rng, day, form):
        if form == "year":
            return str(day.year)
        if form in PARTIAL:
            style = weighted(rng, PARTIAL[form])
        elif form == "full":
            style = weighted(rng, DATE_STYLES[:14])
        else:
            style = self.style if rng.random() < 0.75 else weighted(rng, DATE_STYLES)
        month = MONTHS[day.month - 1]
        return style.format(m=day.month, d=day.day, Y=day.year, y=day.year % 100, B=month, b="Sept" if day.month == 9 and self.anchor.day % 2 else month[:3],
                            U=month[:3].upper(), o=ORDINAL(day.day), A=WEEKDAYS[day.weekday()], H=rng.randrange(24), M=rng.randrange(60), S=rng.randrange(60))


ORGANIZATIONS, PLACES = Patterns("organizations.txt"), Patterns("places.txt")
# What people work for, belong to and go to is not only firms.
ALSO = {"employer": ("employer", "employer", "venue", "team"), "church": ("church", "church", "team"), "agency": ("agency", "agency", "team")}
# "St. Luke's" and "Surprise" are as often written out as made up: half of all names are built as somebody listed them.
PATTERNED = 0.5
ORDINAL_WORDS = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth".split()


def slots(rng, surname, given=None):
    """What the slots of a pattern are filled with."""
    last = lambda: surname().split()[-1]
    return {
        "surname": last,
        "given": given or last,
        "town": lambda: city(rng, surname, plain=True),
        "county": lambda: rng.choice((last(), rng.choice(NATURE), city(rng, surname, plain=True))),
        "nature": lambda: rng.choice(NATURE),
        "idea": lambda: rng.choice(ABSTRACT).replace("-", " "),
        "saint": lambda: rng.choice(SAINTS),
        "coined": lambda: coined(rng),
        "ordinal": lambda: ORDINAL(rng.randint(1, 120)) if rng.random() < 0.6 else rng.choice(ORDINAL_WORDS),
        "state": lambda: rng.choice(STATES).split(":")[0],
        "trade": lambda: rng.choice(TRADE),
        "word": lambda: rng.choice(THINGS),
    }


def city(rng, surname, plain=False):
    """`plain` keeps a town whose name is a slot of another name from being built of one itself."""
    if not plain and rng.random() < 0.4:
        return PLACES.make(rng, "city", slots(rng, surname))
    chance = rng.random()
    if chance < 0.22:
        return rng.choice(BIG_CITIES)
    if chance < 0.5:
        stem = rng.choice(NATURE) if rng.random() < 0.5 else surname().split()[-1].split("-")[-1]
        return stem + rng.choice(CITY_ENDS)
    if chance < 0.62:
        return rng.choice(NATURE) + " " + rng.choice("Springs Falls Hills Grove Park Heights Beach City Junction Point Rapids Valley Creek Lake Bluff Landing Center Hollow".split())
    if chance < 0.7:
        return rng.choice(("Fort ", "Port ", "Lake ", "Mount ", "New ", "North ", "South ", "East ", "West ", "St. ", "Saint ", "San ", "Santa ", "El ", "Los ", "La ")) + (
            rng.choice(SAINTS) if rng.random() < 0.3 else surname().split()[-1])
    if chance < 0.78:
        return rng.choice(ABSTRACT[:20])
    if chance < 0.88:
        return surname().split()[-1]
    return rng.choice(NATURE) + rng.choice(("", "", "wick", "ley", "ville", " " + rng.choice(NATURE)))


def county(rng, surname):
    stem = rng.choice((surname().split()[-1], rng.choice(NATURE), city(rng, surname)))
    return rng.choice(("{} County", "{} County", "{} County", "{} Parish", "{} Co.", "County of {}", "{} Township", "{} Borough")).format(stem)


def place(rng, surname):
    if rng.random() < PATTERNED:
        kind = "place" if rng.random() < 0.85 else "institution-in-place"
        return PLACES.make(rng, kind, slots(rng, surname))
    kind = rng.choice("Park Square Heights Mall Bridge District Plaza Gardens Village Commons Village Estates Harbor Pier Market Quarter Hollow Lake River Stadium Terrace Trail Beach Shelter Arms Towers Homes Apartments Woods Landing".split())
    stem = rng.choice((surname().split()[-1], rng.choice(NATURE), rng.choice(ABSTRACT[:30]), rng.choice(NATURE) + rng.choice(CITY_ENDS)))
    return rng.choice((f"{stem} {kind}", f"{stem} {kind}", f"the {stem} {kind}", f"{stem} Hill", f"Little {rng.choice(('Italy', 'Havana', 'Saigon', stem))}",
                       f"the {rng.choice(('North', 'South', 'East', 'West'))} {rng.choice(('Side', 'End', 'Shore'))}", f"Old {stem}", f"{stem}"))


def street(rng, surname):
    chance = rng.random()
    number = str(rng.randint(1, 19999) if rng.random() < 0.7 else rng.randint(1, 400))
    if chance < 0.06:
        return rng.choice(("P.O. Box ", "PO Box ", "P. O. Box ", "Box ")) + digits(rng, rng.randint(2, 5))
    if chance < 0.09:
        return rng.choice(("RR ", "Rural Route ", "County Road ", "Highway ", "Hwy ", "State Route ", "Route ")) + str(rng.randint(1, 400)) + rng.choice(("", f", Box {number[:3]}"))
    if rng.random() < 0.25:
        line = PLACES.make(rng, "street", slots(rng, surname))
        return f"{number} {line}" if rng.random() < 0.8 else line
    name = rng.choice((surname().split()[-1], rng.choice(NATURE), rng.choice(NATURE) + " " + rng.choice(NATURE), ORDINAL(rng.randint(1, 99)),
                       rng.choice(NATURE) + rng.choice(CITY_ENDS), rng.choice(SAINTS), "Martin Luther King", "Main", "Broadway", rng.choice(ABSTRACT[:20])))
    kind = rng.choice(STREETS)
    heading = rng.choice(("N ", "S ", "E ", "W ", "N. ", "NW ", "SE ", "North ", "West ")) if rng.random() < 0.2 else ""
    if chance < 0.14:
        return f"{name} {kind}"
    if chance < 0.17:
        return f"{rng.choice(('corner of ', '', ''))}{name} and {rng.choice(NATURE)}"
    line = f"{number} {heading}{name}" + ("" if name == "Broadway" or rng.random() < 0.06 else f" {kind}")
    if rng.random() < 0.18:
        unit = rng.choice(UNITS).format(rng.choice((str(rng.randint(1, 999)), rng.choice("ABCDEFG"), f"{rng.randint(1, 40)}{rng.choice('ABCD')}")))
        line += rng.choice((", ", " ")) + unit
    return line


def postcode(rng):
    chance = rng.random()
    return mask(rng, "#####" if chance < 0.75 else "#####-####" if chance < 0.9 else "A#A #A#" if chance < 0.95 else "AA# #AA")


def coined(rng):
    return rng.choice(COINED) + rng.choice(COINED_END)


# Ordinary words that organisations take their names from.
THINGS = """Anchor Arch Barn Basket Bell Bench Blossom Boat Bottle Bread Brick Broom Candle Carpenter Cart Chair Circle Clock Coast Coffee
Corner Cottage Cotton Cradle Cup Desk Door Dragon Drum Engine Farm Feather Fence Fiddle Fire Flag Flower Fountain Gear Glass Glove Hammer
Hand Heart Honey Horse Ink Iron Kettle Key Kite Ladder Ladle Lamp Lantern Leaf Lemon Lens Line Lion Maker Market Mirror Moon Nest Needle
Nickel Night Oven Paddle Page Paper Peach Pebble Pencil Penny Piano Pillow Plate Plow Pocket Porch Quilt Rail Ribbon Ring Road Roof Root
Rope Saddle Sail Salt Seed Shop Shore Spoon Square Stage Star Station Stitch Stove Straw Sugar Table Tailor Thread Ticket Tile Tool Town
Track Train Tree Trunk Wagon Wall Water Wheel Window Wing Wire Wool Yard""".split()
TRADESMEN = """Electricians Carpenters Pipefitters Plumbers Steelworkers Millwrights Boilermakers Longshoremen Teamsters Painters Laborers
Machinists Roofers Bricklayers Glaziers Nurses Teachers Firefighters Operators Letter-Carriers""".split()


def plain_words(rng, kind, nature, idea, town):
    """An organisation that no head noun gives away, or one that ends in a number or a word like any other."""
    thing = lambda: rng.choice(THINGS)
    number = rng.choice((rng.randint(2, 99), rng.randint(100, 999), rng.randint(1000, 9999)))
    plural = lambda: rng.choice((nature, nature, thing))().rstrip("s") + "s"
    made = [f"The {plural()}", f"The {plural()}", f"{thing()} & {thing()}", f"{thing()} and {thing()}", f"{nature()} {thing()}", f"{idea()} {thing()}", f"The {nature()} {thing()}",
            f"{nature()} {rng.choice(('Farmers', 'Rural', 'Electric', 'Food', 'Energy', 'Wind Energy', 'Growers'))} Co-op"]
    if kind == "employer":
        trade = rng.choice(TRADESMEN).replace("-", " ")
        made += [f"{trade} Local {number}", f"{trade} Local {number}", f"{rng.choice(('UAW', 'SEIU', 'IBEW', 'AFSCME', 'UFCW', 'CWA'))} Local {number}", f"{thing()}works", f"{trade} Union"]
    if kind in ("church", "agency"):
        made += [f"{rng.choice(('VFW', 'American Legion', 'AMVETS'))} Post {number}", f"{rng.choice(('Elks', 'Moose', 'Masonic'))} Lodge {number}", f"Troop {number}"]
    if kind in ("insurer", "pharmacy", "clinic", "lab"):
        made += [f"{rng.choice((nature, idea, thing))()} {rng.choice(('First', 'Direct', 'One', 'Plus', 'Now', 'Today', 'Together', 'Shoppe', 'Mutual Health', 'Total', 'Better', 'Cares'))}",
                 f"{rng.choice(STATES).split(':')[0]} {rng.choice(('First', 'Together', 'Complete', 'Total Care', 'Better Health'))}", f"{idea()} Mutual Health", f"{town()}{rng.choice(('Care', 'First', 'Plus'))}"]
    return rng.choice(made)


def organization(rng, kind, surname, given):
    last = lambda: surname().split()[-1]
    if kind in BRAND_KIND and rng.random() < 0.1:
        return rng.choice(BRAND_KIND[kind])
    if rng.random() < PATTERNED:
        return ORGANIZATIONS.make(rng, rng.choice(ALSO.get(kind, (kind,))), slots(rng, surname, given))
    town = lambda: city(rng, surname)
    nature = lambda: rng.choice(NATURE)
    idea = lambda: rng.choice(ABSTRACT).replace("-", " ")
    saint = lambda: rng.choice(("St. ", "St. ", "St ", "Saint ")) + rng.choice(SAINTS) + rng.choice(("", "", "'s"))
    stem = rng.choice((last, town, nature, idea, saint, lambda: f"{nature()} {nature()}", lambda: coined(rng)))()
    if rng.random() < 0.08 and kind != "employer":
        stem = rng.choice(("University of ", "Greater ", "Mount ", "Our Lady of ", "Sacred Heart ", "Good Samaritan ", "Holy ", "Sisters of ")) + stem
    ends = {
        "hospital": "Hospital|Hospital|Medical Center|Medical Center|Memorial Hospital|General Hospital|General|Health|Health System|Regional Medical Center|Regional|Community Hospital|Children's Hospital|Med Ctr|Healthcare|Memorial|VA Medical Center|University Hospital|Infirmary|Cancer Institute|Heart Center|Emergency Department|Surgical Hospital|County Hospital",
        "clinic": "Clinic|Clinic|Family Practice|Family Medicine|Medical Group|Associates|Pediatrics|Orthopedics|Internal Medicine|Dermatology|Cardiology Associates|Physical Therapy|PT|Women's Health|Urgent Care|Wellness Center|Eye Center|Dental|Health Center|Physicians|Primary Care|Oncology|Counseling|Behavioral Health|Pain Center|Sports Medicine|Surgery Center|Imaging|Rehab",
        "facility": "Manor|Gardens|Village|Care Center|Rehab|Rehabilitation Center|Nursing Home|Nursing and Rehab|Assisted Living|Senior Living|Health and Rehabilitation|Living Center|Place|House|Terrace|Lodge|Convalescent|Hospice|SNF|Skilled Nursing|Retirement Community|Memory Care|Home|Group Home|Shelter|Estates|Court|Pavilion|Commons",
        "employer": "|".join(TRADE),
        "school": "Elementary|Elementary School|Middle School|High School|High|College|University|Academy|Community College|Preschool|Prep|State|State University|Institute of Technology|Charter School|Day School|School District|Montessori|Tech|Law School",
        "pharmacy": "Pharmacy|Pharmacy|Drug|Drugs|Drug Store|Apothecary|Rx|Compounding|Prescription Shop|Family Pharmacy|Chemists|Specialty Pharmacy",
        "insurer": "Health Plan|Insurance|Mutual|Health|HMO|PPO|Healthcare|Benefit Trust|Assurance|Life and Health|Advantage|Medicare Advantage|Choice|Care Plan|Shield|Employee Health Fund|Health Partners|Casualty|Indemnity|Blue Plus|Community Plan",
        "lab": "Laboratories|Labs|Lab|Diagnostics|Pathology|Reference Laboratory|Clinical Laboratory|Genomics|Genetics|Pathology Associates|Bioscience",
        "church": "Church|Baptist Church|Methodist Church|Lutheran Church|Catholic Church|Parish|Temple|Synagogue|Mosque|Islamic Center|AME Church|Chapel|Fellowship|Ministries|Tabernacle|Presbyterian|Cathedral|Assembly of God|Congregation",
        "agency": "Home Health|Home Care|Visiting Nurses|Hospice|Home Health Agency|Ambulance|EMS|Child Protective Services|Adult Protective Services|Department of Health|Health Department|Social Services|Legal Aid|Case Management|Transport|Medical Supply|DME|Oxygen|Staffing|Area Agency on Aging|Meals on Wheels|Foundation|Outreach|Crisis Center|Food Bank",
    }[kind].split("|")
    end = rng.choice(ends)
    if rng.random() < 0.12:
        return plain_words(rng, kind, nature, idea, town)
    chance = rng.random()
    if kind == "hospital" and chance < 0.1:
        return rng.choice((f"{saint()}", f"{saint()}", f"{end} of {town()}", f"Children's Hospital of {town()}", f"VA {town()}", f"{town()} VA", f"UC {town()}", f"University of {town()} Medical Center"))
    if kind == "facility" and chance < 0.22:
        plural = nature() + "s" if rng.random() < 0.6 else nature() + rng.choice(CITY_ENDS)
        return rng.choice((f"The {plural}", f"the {plural}", f"{idea()} at {nature()} {rng.choice(('Ridge', 'Hill', 'Lake', 'Creek'))}", f"The {end} at {stem}", f"{stem}"))
    if kind == "employer" and chance < 0.3:
        return rng.choice((f"{last()} & Sons", f"{last()} and Sons {end}", f"{last()} Brothers", f"{coined(rng)} Inc.", f"{coined(rng)} Corp", f"{last()}, {last()} & {last()}",
                           f"{town()} {rng.choice(('School District', 'Public Works', 'Fire Department', 'City Hall', 'Police Department', 'Public Schools'))}", f"{stem} Co.", f"{stem} LLC", f"{last()}'s {end}", f"City of {town()}", f"{stem} Group", f"{end} on {nature()}"))
    if kind == "school" and chance < 0.12:
        return rng.choice((f"University of {town()}", f"College of {stem}", f"{town()} State", f"{rng.choice('ABCDEFGJLMNOPRSTUVW')}{rng.choice('SCTUM')}U", f"P.S. {rng.randint(2, 300)}", f"{stem}"))
    if kind == "church" and chance < 0.3:
        return rng.choice((f"First {end}", f"{saint()} {end}", f"{saint()}", f"Church of the {idea()}", f"{end} of {idea()}", f"Our Lady of {idea()}"))
    if kind == "insurer" and chance < 0.3:
        return rng.choice((f"{coined(rng)}", f"{idea()} {idea()} {end}", f"Blue {rng.choice(('Cross', 'Shield', 'Choice', 'Path'))} of {rng.choice(STATES).split(':')[0]}", f"{idea()}{rng.choice(('Care', 'Health', 'Plus', 'One'))}", f"{town()} Teamsters Fund"))
    if kind == "agency" and chance < 0.12:
        return rng.choice((f"Visiting Nurse Association of {town()}", f"{rng.choice(('Helping', 'Caring', 'Loving', 'Healing', 'Gentle'))} {rng.choice(('Hands', 'Hearts', 'Angels', 'Touch'))} {end}", f"{county(rng, surname)} {end}"))
    if kind == "pharmacy" and chance < 0.15:
        return rng.choice((f"{last()}'s", f"{last()}'s {end}", f"{rng.choice(('Corner', 'Main Street', 'Village', 'Family', 'Medicine'))} {end}"))
    if rng.random() < 0.07:
        return stem
    name = f"{stem} {end}"
    if rng.random() < 0.05:
        letters = "".join(w[0] for w in name.split() if w[0].isupper())
        if 3 <= len(letters) <= 5:
            return letters
    if rng.random() < 0.05:
        return f"{name} {rng.choice(('of', 'at', '-', 'in'))} {town()}"
    if rng.random() < 0.05:
        return f"{stem} {end.lower()}"
    return name


PHONES = (("(NXX) NXX-####", 18), ("NXX-NXX-####", 30), ("NXX.NXX.####", 8), ("NXX NXX ####", 4), ("NXXNXX####", 5), ("+1 NXX NXX ####", 2), ("+1-NXX-NXX-####", 2),
          ("1-NXX-NXX-####", 3), ("(NXX)NXX-####", 4), ("NXX/NXX-####", 2), ("+1 (NXX) NXX-####", 2), ("1 (NXX) NXX-####", 1), ("+44 20 7### ####", 0.6), ("+52 55 #### ####", 0.6), ("0# ## ## ## ##", 0.3), ("+91 98### #####", 0.6))


def phone(rng):
    return mask(rng, weighted(rng, PHONES).replace("NXX", "N##"))


MRN = (("#######", 10), ("########", 8), ("######", 6), ("#########", 3), ("##########", 2), ("###-##-##", 3), ("##-##-##", 3), ("A#######", 3), ("AA######", 3), ("A######", 2), ("00######", 4), ("E########", 2), ("#######-#", 1), ("AAA-######", 1), ("MR######", 1), ("MRN-#######", 1), ("### ## ##", 1), ("H###.###", 0.5))
PLAN = (("AAA#########", 6), ("A########", 5), ("##########", 4), ("NXXX-XXX-XX##", 1), ("NA##-A##-AA##", 4), ("NA##A##AA##", 4), ("###-##-####A", 2), ("W#########", 2), ("AAAA########", 2), ("#########-##", 3), ("AA#######A", 2), ("GRP-#####", 2), ("#####-###", 1), ("AAA######-##", 1), ("H####-###", 1), ("######A", 1), ("###########", 2))
ACCOUNT = (("########", 5), ("#########", 4), ("##########", 5), ("####-####-####-####", 2), ("#### #### #### ####", 2), ("################", 1), ("AC-######", 1), ("ACCT#######", 1), ("######-##", 2), ("V########", 3), ("HAR########", 1), ("#########-#", 1), ("A#########", 1), ("XXXX-####", 1))
OTHER = (("AA-##-#####", 4), ("S##-#####", 4), ("A########", 4), ("##########", 4), ("########", 4), ("######", 3), ("ACC#######", 2), ("AAA-#####", 3), ("RX#######", 2), ("#######-##", 2), ("CASE-####-###", 1), ("##-AA-####", 2), ("AAAA-####", 2), ("####-#####", 2), ("A##-####-####", 1), ("HHHHHHHH-HHHH-4HHH-HHHH-HHHHHHHHHHHH", 1), ("AAAAA###", 1), ("##A#####", 1), ("#-########-#", 1), ("AB####", 1), ("#####", 2), ("CSN ########", 0.5), ("XX-XXXX-XX", 1))
SERIAL = (("AAA######A", 5), ("SN########", 2), ("AA#####", 3), ("########", 4), ("###-####-##", 2), ("A##-######", 3), ("AAA-####-AA", 2), ("##A####", 2), ("PJN######H", 1), ("XXXXXXXXXX", 3), ("AAAA########", 1), ("#########", 2), ("A#A#######", 1))
LICENSE = (("A######", 4), ("MD######", 3), ("RN-######", 2), ("######", 3), ("AA-#####", 2), ("PT.######", 1), ("A-######", 2), ("##-######", 2), ("35.######", 1), ("RN#######", 1), ("036-######", 1), ("0101######", 1))
DRIVER = (("A#######", 5), ("A###-####-####", 2), ("########", 2), ("#########", 2), ("A########", 2), ("AA######", 2), ("AAA##AA####", 0.5), ("A##-##-####", 1), ("S-###-###-###-###", 1))
PLATE = (("AAA-####", 5), ("AAA ####", 3), ("#AAA###", 5), ("AAA####", 3), ("##A-###", 1), ("AA-####", 1), ("A##-AAA", 1), ("### AAA", 1), ("AAA###", 2))


def _udi(rng):
    return rng.choice((lambda: "(01)" + digits(rng, 14) + "(17)" + digits(rng, 6) + rng.choice(("", "(21)" + mask(rng, "A#######"), "(10)" + mask(rng, "A####"))),
                       lambda: "(01)" + digits(rng, 14) + "(21)" + mask(rng, "XXXXXXXX"), lambda: mask(rng, "+H###XXXXXX/$$#######"), lambda: "01" + digits(rng, 14) + "21" + mask(rng, "########")))()


def _web(rng, surname):
    host = "".join(c for c in (rng.choice((surname(), rng.choice(NATURE) + rng.choice(NATURE), coined(rng)))).lower() if c.isalnum() and c.isascii()) or "site"
    return host + rng.choice((".com", ".org", ".net", ".edu", ".health", ".gov", ".co.uk", "health.org", "medical.com", ".example"))


def value(rng, slot, surname, given):
    """The text of a slot that needs nothing but chance; None when there is no such slot."""
    ascii_lower = lambda name: "".join(c for c in name.lower() if c.isalnum() and c.isascii()) or "anon"
    match slot:
        case "phone" | "fax":
            return phone(rng)
        case "phone7":
            return mask(rng, rng.choice(("N##-####", "N##-####", "N##-####", "N##.####", "N## ####", "N######", "x#####", "#-####")))
        case "ext":
            return mask(rng, rng.choice(("####", "###", "#####", "####")))
        case "email":
            first, last = ascii_lower(given()), ascii_lower(surname())
            user = rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}{digits(rng, 2)}", f"{first}_{last}", f"{last}{digits(rng, 3)}", f"{first}-{last}", f"{last}.{first[0]}", ascii_lower(rng.choice(NATURE)) + digits(rng, 2)))
            return user + "@" + rng.choice(("gmail.com", "yahoo.com", "hotmail.com", "aol.com", "outlook.com", "icloud.com", _web(rng, surname), _web(rng, surname), _web(rng, surname)))
        case "ssn":
            return mask(rng, rng.choices(("N##-##-####", "N## ## ####", "N########", "XXX-XX-", "N##.##.####"), (70, 8, 12, 5, 2))[0].replace("XXX-XX-", "***-**-####" if rng.random() < 0.5 else "xxx-xx-####"))
        case "ssn4":
            return digits(rng, 4)
        case "mrn":
            return mask(rng, weighted(rng, MRN))
        case "plan_id":
            return mask(rng, weighted(rng, PLAN))
        case "account":
            return mask(rng, weighted(rng, ACCOUNT))
        case "npi":
            return mask(rng, "1#########" if rng.random() < 0.9 else "2#########")
        case "dea":
            return mask(rng, "AA#######" if rng.random() < 0.9 else "A9#######")
        case "license":
            return mask(rng, weighted(rng, LICENSE))
        case "dl":
            return mask(rng, weighted(rng, DRIVER))
        case "vin":
            return mask(rng, rng.choice(("NAANA##A#AA######", "NXXXXXXX#XX######", "NAAXX##X#XX######")))
        case "plate":
            return mask(rng, weighted(rng, PLATE))
        case "serial":
            return mask(rng, weighted(rng, SERIAL))
        case "udi":
            return _udi(rng)
        case "mac":
            text = mask(rng, "HH:HH:HH:HH:HH:HH")
            return rng.choice((text, text.replace(":", "-"), text.lower()))
        case "ip":
            if rng.random() < 0.15:
                return mask(rng, rng.choice(("2001:db8::HHHH:HHHH", "fe80::HHHH:HHHH:HHHH:HHHH", "2001:0db8:HHHH:HHHH:HHHH:HHHH:HHHH:HHHH"))).lower()
            return ".".join(str(rng.randrange(1, 255)) for _ in range(4)) if rng.random() < 0.6 else f"{rng.choice(('10', '192.168', '172.16'))}.{rng.randrange(255)}.{rng.randrange(255)}" + (".7" if rng.random() < 0.5 else "")
        case "url":
            host = _web(rng, surname)
            path = rng.choice(("", "", f"/{ascii_lower(surname())}", f"/patients/{digits(rng, 5)}", "/portal", f"/u/{ascii_lower(given())}", f"/visit?id={digits(rng, 6)}", "/results/view"))
            return rng.choice(("https://", "http://", "https://www.", "www.", "", "https://portal.", "mychart.")) + host + path
        case "biometric":
            return rng.choice((mask(rng, "FP-######"), mask(rng, "BIO-XXXXXX"), mask(rng, "FPT#######"), mask(rng, "voice_####") + ".wav", mask(rng, "IRIS-####-AA"), mask(rng, "face_HHHHHH").lower() + rng.choice((".jpg", ".png")),
                               ascii_lower(surname()) + "_voice_" + digits(rng, 3) + ".mp3", mask(rng, "FP:HHHHHHHHHH"), mask(rng, "RET-#####"), mask(rng, "VP-####"), "IMG_" + digits(rng, 4) + ".jpg", mask(rng, "palm-####"), mask(rng, "HHHHHHHHHHHH").lower()))
        case "other_id":
            return mask(rng, weighted(rng, OTHER))
        case "username":
            first, last = ascii_lower(given()), ascii_lower(surname())
            return rng.choice((first[0] + last, f"{first}.{last}", last + first[0], first + digits(rng, 2), last[:6] + digits(rng, 2), f"{first}_{last[0]}", mask(rng, "aa####"), f"@{first}{last[:3]}", f"@{last}_{digits(rng, 2)}"))
        case "holiday":
            return rng.choice(HOLIDAYS)
        case "weekday":
            day = rng.choice(WEEKDAYS)
            return day if rng.random() < 0.8 else day[:3]
        case "time":
            h, m = rng.randrange(24), rng.randrange(60)
            return rng.choice((f"{h:02}:{m:02}", f"{h:02}{m:02}", f"{h % 12 + 1}:{m:02} {'AM' if h < 12 else 'PM'}", f"{h % 12 + 1}:{m:02}{'am' if h < 12 else 'pm'}", f"{h % 12 + 1} {'a.m.' if h < 12 else 'p.m.'}", f"{h:02}:{m:02}:{rng.randrange(60):02}"))
        case "age":
            return str(rng.randint(1, 89)) if rng.random() < 0.95 else rng.choice("eight twelve thirty forty-two fifty-six sixty seventy-one eighty-four".split())
        case "age90":
            return str(rng.randint(90, 109)) if rng.random() < 0.93 else rng.choice("ninety ninety-one ninety-two ninety-four ninety-five ninety-seven ninety-nine".split() + ["one hundred", "one hundred and two", "a hundred"])
        case "zip":
            return postcode(rng)
        case "city":
            return city(rng, surname)
        case "county":
            return county(rng, surname)
        case "place":
            return place(rng, surname)
        case "street":
            return street(rng, surname)
        case "state":
            full, short = rng.choice(STATES).split(":")
            return short if rng.random() < 0.6 else full
        case "country":
            return rng.choice(COUNTRIES)
    return None


LABELS = {
    "phone": "phone", "phone7": "phone", "ext": "phone", "fax": "fax", "email": "email", "ssn": "ssn", "ssn4": "ssn", "mrn": "mrn", "plan_id": "health_plan",
    "account": "account", "npi": "license", "dea": "license", "license": "license", "dl": "license", "vin": "vehicle", "plate": "vehicle", "serial": "device",
    "udi": "device", "mac": "device", "url": "url", "ip": "ip", "biometric": "biometric", "other_id": "other_id", "username": "other_id", "profession": "profession",
    "holiday": "date", "age90": "age", "zip": "location", "city": "location", "county": "location", "place": "location", "street": "location",
}
