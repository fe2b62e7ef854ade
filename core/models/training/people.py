"""People who do not exist: names across cultures, rare, misspelt, invented, and names that are words."""
import bisect
import functools
import importlib
import pathlib
import pkgutil
import random
import re
import unicodedata
import zlib

import faker.providers.person as person
import names

LATIN = re.compile(r"[A-Za-zÀ-ɏ'’ \-]+\Z")

# Romanised names that Faker has only in other scripts.
EAST = """Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Tang Song Deng
Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Lo Cheung Leung Wong Chan Ng
Kwok Kim Park Lee Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Ryu Hong Nguyen Tran Le Pham Huynh Phan Vu
Vo Dang Bui Do Ngo Duong Ly Sato Suzuki Takahashi Tanaka Ito Watanabe Yamamoto Nakamura Kobayashi Saito Xiong Vang Yang Thao
Moua Her Lor Santos Reyes Cruz Bautista Ocampo Dela-Cruz Macaraeg Pangilinan Batungbakal""".split()
EAST_GIVEN = """Wei Fang Na Jing Lei Qiang Yan Jun Yong Ming Xin Hui Ling Hao Yue Mei Xiaoling Jianguo Guoqiang Minjun Seoyeon
Jiwoo Hyun Soo-jin Sung-ho Young-hee Eun-ji Thi Minh Anh Linh Hoa Tuan Dung Hung Phuong Haruto Yui Sakura Kenji Yoko Hiroshi
Akiko Takeshi Mai Pa Kou Tou Bee Chue""".split()
WEST_ASIA = """Khan Ahmed Hussain Hassan Ali Abdullah Ibrahim Mahmoud Khalil Haddad Nasser Saleh Mansour Al-Masri El-Sayed
Abu-Bakr Al-Khatib Farouk Rahimi Karimi Hosseini Tehrani Mohammadi Singh Kaur Sharma Verma Gupta Iyer Reddy Nair Menon
Chatterjee Banerjee Mukherjee Desai Joshi Kulkarni Subramaniam Krishnamurthy Venkataraman Chowdhury Bhattarai Shrestha Gurung
Yilmaz Demir Kaya Okafor Adeyemi Okonkwo Nwosu Eze Mensah Owusu Boateng Osei Asante Diallo Traore Keita Ndiaye Mwangi Otieno
Kamau Wanjiru Tesfaye Bekele Haile Abebe Gebremariam Warsame Farah Mohamud Petrosyan Sargsyan Gevorgyan Ivanov Petrov Volkov
Sokolova Kuznetsova Shevchenko Kovalenko Bondarenko Papadopoulos Georgiou Tuilagi Faleolo Kealoha Kahananui Begay Yazzie
Tsosie Tallchief""".split()
WEST_ASIA_GIVEN = """Mohammed Ahmad Omar Yusuf Fatima Aisha Zainab Layla Noor Amira Hamza Bilal Tariq Samira Reza Shirin Dariush
Priya Anjali Rahul Sanjay Lakshmi Deepak Sunita Arjun Kavita Harpreet Gurpreet Chidi Ngozi Chinedu Amara Kwame Ama Kofi Abena
Mamadou Fatou Wanjiku Selam Dawit Abdi Hodan Ayaan Armen Anahit Dmitri Svetlana Oksana Yevgeny Eleni Kostas Sione Leilani
Kai Nizhoni""".split()
NICKNAMES = """Bob Bobby Bill Billy Will Jim Jimmy Jack Joe Joey Tom Tommy Mike Mikey Dick Rick Ricky Rob Ted Teddy Ed Eddie Al
Hank Harry Chuck Charlie Dave Dan Danny Don Donnie Steve Tony Andy Drew Alex Sam Sammy Nate Nick Pete Phil Ray Ron Ronnie Russ
Stan Tim Vic Walt Wes Zeke Bud Buddy Skip Chip Junior Sonny Red Doc Peggy Meg Maggie Peg Liz Betty Beth Betsy Lizzie Kate Kathy
Katie Kitty Patty Patsy Trish Sue Susie Jenny Jen Becky Debbie Deb Barb Cindy Sandy Mandy Nan Nancy Nellie Nell Ginny Gin Fran
Frankie Connie Dottie Dot Dolly Millie Winnie Trudy Tess Terry Vicky Wendy Mimi Nana Gigi Bunny Birdie Honey Missy Sissy Toni
Jo Josie Lou Lulu Mo Max Izzy Ellie Gabby Abby Tori Teri Randi Pepe Paco Nacho Chuy Lupe Beto Memo Concha Nena""".split()
WORDS = """May June April August Will Mark Grace Young Long Rose Faith Hope Joy Dawn Summer Autumn Sky Rich Frank Drew Chase
Reed Wood Woods Stone Rivers Brooks Fields Hill Banks Bush Moon Day Weeks Winter Frost Snow Rain Waters Pond Lake Park Lane
Street Church Bishop Pope Abbott King Prince Duke Noble Price Cash Sharp Keen Wise Savage Gentle Moody Blue Green Brown Black
White Gray Gold Silver Cherry Berry Rice Bacon Lamb Fish Crane Hawk Wolfe Fox Bird Swan Drake Cook Baker Butler Carter Mason
Miller Potter Porter Turner Sawyer Cooper Fisher Hunter Gardner Shepherd Barber Page Bell Horn Bass Case Chart Nurse Doctor
Patient Head Hand Foot Legg Back Bone Hart Payne Akers Hurt Self Good Goodman Best Sweet Bliss Love Friend Christian English
French German Irish Holland Paris London Boston Dallas Austin Houston Jordan Israel Chance Justice Destiny Harmony Melody
Serenity Patience Prudence Constance Angel Heaven Miracle Precious Treasure Ruby Pearl Amber Crystal Jade Ivy Lily Violet Iris
Daisy Heather Holly Olive Ginger Pepper Sage Basil Dale Glenn Cliff Forrest Heath Marsh Dean Major Sargent Marshall Law Judge
Lawyer Crook Steel Irons Pike Lance Gunn Ball Block Booth Pool Poole Glass Coffey Beer Wine Story Read Wright Word Speak Early
Late Still Little Small Short Stout Strong Armstrong Power Powers Swift Walker Walk Rush Light Bright Lamp Key Locke Doors
Hall House Barnes Shore Beach Cove Bay Sands Flood Burns Blaze Ash Cole Flint Clay Sandy Rusty Dusty""".split()

ONSETS = "b bl br c ch cl cr d dr f fl fr g gl gr h j k kh kl kr l m n p ph pl pr q qu r s sc sh sk sl sm sn sp st str sv t th tr ts v vl w wh x y z zh".split() + [""] * 6
VOWELS = "a e i o u a e i o a e ai au ea ee ei ia ie io oa oo ou ue y".split()
CODAS = "b ck d ff g k l ll ld lk lm ln m mb n nd ng nk nn ns nt p r rd rk rl rm rn rs rt s sk ss st t th tt tz v x z".split() + [""] * 24
ENDS = "son sen man mann berg stein ski sky ska wicz ova ov enko ic ez es ado ini elli etti oglu yan ian dze shvili poulos is as a o i e er ey ley ton ford well wood field worth by".split() + [""] * 30


def syllables(rng, count):
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(count))


def invented(rng):
    """A name no list holds."""
    if rng.random() < 0.15:
        return "".join(rng.choice("aeioubcdfghjklmnprstvwyz") for _ in range(rng.randint(3, 9))).capitalize()
    word = syllables(rng, rng.choice((1, 2, 2, 2, 3))) + rng.choice(ENDS)
    return word[:14].capitalize() if len(word) > 2 else word.capitalize() + "a"


# Syllables that given names of two are made of, romanised.
KOREAN = """Min Ji Soo Hyun Jun Seo Yeon Young Sung Kyung Eun Jae Hee Mi Sun Ho Hoon Woo Won Bin Ah Jin Seung Tae Dong Chul Yoon Na Ra
Rae Hye Sook Ja Kwang Hwan Bo Da Ye Ri In Sang""".split()
CHINESE = """Xiao Li Guo Ping Mei Hui Jian Wen Yu Hong Jing Ya Zhi Yong Wei Jun Feng Hai Bao Zhen Shu Qing Xue Ying Ming Da Chun Hua Yan
Lan Rong Qi Bin Tao Chao Bo Han Zi Yi Xin Ru Si""".split()
VIETNAMESE = """Thị Văn Ngọc Thu Minh Bích Hồng Kim Quốc Hữu Đức Thanh Mỹ Diễm Xuân Tuyết Anh Bảo Gia Như Hương Phương Lan Hà Thảo
Hùng Dũng Tuấn Hạnh Trang Nhung Thịnh Long Khánh Quỳnh Yến Oanh Loan Nga Vân Phúc Lộc Tài""".split()
# What some families of the first nations are called.
COUNTS = "Two Three Four Many Red White Black Yellow Blue Spotted Standing Running Little Big Iron Gray Good Swift Lone Crazy Old Young".split()
BEASTS = """Bear Bears Bull Bulls Elk Eagle Eagles Crow Crows Hawk Horse Horses Wolf Deer Dog Feather Cloud Thunder Moon Star Shield
Knife Arrow Hills Buffalo Calf Bird Fox Rock Lance Weasel Otter""".split()


def two_syllables(rng):
    """A given name of East Asia, in the ways it is romanised."""
    kind = rng.random()
    if kind < 0.35:
        first, second = rng.choice(VIETNAMESE), rng.choice(VIETNAMESE)
        if rng.random() < 0.7:
            plain = lambda word: "".join(c for c in unicodedata.normalize("NFD", word.replace("Đ", "D").replace("đ", "d")) if not unicodedata.combining(c))
            first, second = plain(first), plain(second)
        return f"{first} {second}"
    first, second = (rng.choice(KOREAN), rng.choice(KOREAN)) if kind < 0.7 else (rng.choice(CHINESE), rng.choice(CHINESE))
    return first + rng.choice((f"-{second.lower()}", f"-{second.lower()}", f"-{second}", f" {second}", second.lower()))


def typo(rng, word):
    """One slip of the finger."""
    if len(word) < 4:
        return word
    i = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.3:
        return word[:i] + word[i + 1 :]
    if kind < 0.6:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind < 0.8:
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice("aeioulnrst") + word[i + 1 :]


def held_out(name):
    """Whether a name is kept for validation. Decided by the folded name, so that spellings stay together."""
    folded = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if c.isalpha() and c.isascii())
    return zlib.crc32(folded.encode()) % 8 == 0


def _census(kind):
    folder = pathlib.Path(names.__file__).parent
    found = []
    for line in (folder / kind).read_text().splitlines():
        fields = line.split()
        if len(fields) >= 3:
            found.append((fields[0].capitalize(), float(fields[1])))
    return found


@functools.cache
def census_surnames():
    return [name for name, _ in _census("dist.all.last")]


def _locales():
    first, last = {"f": set(), "m": set()}, set()
    for module in sorted(m.name for m in pkgutil.iter_modules(person.__path__)):
        provider = importlib.import_module("faker.providers.person." + module).Provider
        for attribute, into in (("first_names_female", first["f"]), ("first_names_male", first["m"]), ("last_names", last)):
            value = vars(provider).get(attribute, ())
            if isinstance(value, property) or not hasattr(value, "__iter__"):
                continue
            into.update(n for n in value if isinstance(n, str) and LATIN.match(n) and 2 <= len(n) <= 20)
    return sorted(first["f"]), sorted(first["m"]), sorted(last)


class Names:
    """Name pools of one side of the split."""

    def __init__(self, validation, vocabulary=()):
        keep = [n for n in WORDS if held_out(n) == validation]
        self.words = keep
        self.vocabulary = [w for w in vocabulary if held_out(w) == validation]
        self.validation = validation
        self.census = {}
        for key, file in (("f", "dist.female.first"), ("m", "dist.male.first"), ("last", "dist.all.last")):
            chosen = [(n, w) for n, w in _census(file) if held_out(n) == validation]
            total, cumulative = 0.0, []
            for _, weight in chosen:
                total += weight + 0.0005
                cumulative.append(total)
            self.census[key] = ([n for n, _ in chosen], cumulative)
        female, male, last = _locales()
        pick = lambda pool: [n for n in pool if held_out(n) == validation]
        self.locale = {"f": pick(female), "m": pick(male), "last": pick(last)}
        self.east, self.east_given = pick(EAST), pick(EAST_GIVEN)
        self.west_asia, self.west_asia_given = pick(WEST_ASIA), pick(WEST_ASIA_GIVEN)
        self.nicknames = pick(NICKNAMES)

    def _census_name(self, rng, key):
        pool, cumulative = self.census[key]
        if rng.random() < 0.35:
            return rng.choice(pool)
        return pool[min(bisect.bisect(cumulative, rng.random() * cumulative[-1]), len(pool) - 1)]

    def _plain(self, rng, key, culture):
        if culture == "us":
            return self._census_name(rng, key)
        if culture == "world":
            return rng.choice(self.locale[key])
        if culture == "east" and key != "last" and rng.random() < 0.6:
            return two_syllables(rng)
        surname, given = (self.east, self.east_given) if culture == "east" else (self.west_asia, self.west_asia_given)
        return rng.choice(surname if key == "last" else given)

    def _odd(self, rng):
        """A quarter of the names say nothing by themselves: invented, or a word. With more of them, every word that no list holds is a name."""
        chance = rng.random()
        if chance < 0.2:
            return invented(rng)
        if chance < 0.205:
            return f"{rng.choice(COUNTS)} {rng.choice(BEASTS)}"
        if chance < 0.25:
            return rng.choice(self.words)
        if chance < 0.257 and self.vocabulary:
            return rng.choice(self.vocabulary).capitalize()
        return None

    def given(self, rng, sex, culture):
        name = self._odd(rng) or self._plain(rng, sex, culture)
        if rng.random() < 0.03:
            name += rng.choice((" ", "-")) + self._plain(rng, sex, culture)
        return typo(rng, name) if rng.random() < 0.02 else name

    def surname(self, rng, culture):
        name = self._odd(rng) or self._plain(rng, "last", culture)
        chance = rng.random()
        if chance < 0.045:
            name += "-" + self._plain(rng, "last", culture)
        elif chance < 0.06:
            name += " " + self._plain(rng, "last", culture)
        elif chance < 0.1:
            name = rng.choice(("de ", "De ", "de la ", "De La ", "van ", "Van ", "van der ", "von ", "Al-", "El-", "O'", "Mc", "Mac",
                               "D'", "Di ", "Le ", "St. ", "Abu ", "bin ", "Ben-", "Fitz", "dos ", "da ")) + name
        return typo(rng, name) if rng.random() < 0.02 else name

    def nickname(self, rng, first):
        if rng.random() < 0.5 and self.nicknames:
            return rng.choice(self.nicknames)
        stem = first[: rng.randint(2, 4)]
        return stem if len(stem) > 2 else first


# Words that agree with a person.
AGREEING = {
    "he": ("he", "she"), "his": ("his", "her"), "him": ("him", "her"), "man": ("man", "woman"), "mr": ("Mr.", "Ms."), "sex": ("M", "F"),
}


class Person:
    """One person; every form of the name agrees with the others."""

    def __init__(self, rng, pool, sex=None, last=None):
        self.sex = sex or rng.choice("fm")
        culture = rng.choices(("us", "world", "east", "west"), (58, 22, 11, 9))[0]
        self.first = pool.given(rng, self.sex, culture)
        self.last = last or pool.surname(rng, culture)
        self.middle = rng.choice("ABCDEFGHJKLMNPRSTVW") if rng.random() < 0.75 else pool.given(rng, self.sex, culture)
        self.nick = pool.nickname(rng, self.first)
        self.dot = "." if rng.random() < 0.75 else ""
        self.comma = ", " if rng.random() < 0.9 else ","
        self.suffix = rng.choice((" Jr.", " Jr", " III", " Sr.", " II")) if rng.random() < 0.02 else ""

    def middle_form(self):
        return self.middle + (self.dot if len(self.middle) == 1 else "")

    def form(self, form):
        first, last = self.first, self.last
        match form:
            case "full":
                return f"{first} {last}{self.suffix}"
            case "fml":
                return f"{first} {self.middle_form()} {last}{self.suffix}"
            case "first" | "last" | "nick":
                return getattr(self, form)
            case "lf":
                return f"{last}{self.comma}{first}"
            case "lfm":
                return f"{last}{self.comma}{first} {self.middle_form()}"
            case "fi":
                return f"{first[0]}{self.dot} {last}" if self.dot else f"{first[0]} {last}"
            case "init":
                initials = first[0] + (self.middle[0] if len(self.suffix) else "") + last.split()[-1].split("-")[-1][0]
                return ".".join(initials.upper()) + "." if self.comma == "," else initials.upper()
        return None

    def word(self, form):
        """A word that agrees with the person; capitalised when the form is."""
        female = self.sex == "f"
        word = AGREEING.get(form.lower(), (None, None))[female]
        return word if word is None or form.islower() else word[0].upper() + word[1:]
