"""What stands around numerals in English: units, currencies, modifiers, and what is no number."""

from __future__ import annotations

import re
from decimal import Decimal

from translator.quantities.values import Kind, Modifier

_MONEY = {
    "CNY": "yuan|renminbi|rmb|cny|chinese yuan|yuan renminbi|yuan rmb",
    "USD": "u\\.?s\\.? dollars?|american dollars?|usd|dollars?|us\\$",
    "HKD": "hong kong dollars?|hk dollars?|hkd",
    "TWD": "(?:new )?taiwan dollars?|nt dollars?|twd",
    "SGD": "singapore(?:an)? dollars?|sgd",
    "AUD": "australian dollars?|aud",
    "CAD": "canadian dollars?|cad",
    "NZD": "new zealand dollars?|nzd",
    "EUR": "euros?|eur",
    "GBP": "pounds? sterling|british pounds?|gbp",
    "JPY": "japanese yen|yen|jpy",
    "KRW": "(?:south )?korean won|won(?= (?:in|of|to|for|by|a|per|and)\\b|[,.;)]|$)|krw",
    "RUB": "(?:russian )?r(?:ou|u)bles?|rub",
    "INR": "(?:indian )?rupees?|inr",
    "CHF": "swiss francs?|chf",
    "THB": "(?:thai )?baht",
    "MYR": "(?:malaysian )?ringgit",
    "VND": "(?:vietnamese )?dong",
    "IDR": "(?:indonesian )?rupiah",
    "BRL": "(?:brazilian )?rea(?:is|l)(?= )",
    "TRY": "(?:turkish )?lira",
    "ZAR": "(?:south african )?rand",
    "MOP": "(?:macao |macau )?patacas?",
}
_METER = "met(?:er|re)s?"
_KILOMETERS = f"kilo{_METER}|kms?"
# Units made of two: what joins them is written in many ways, and the first alone is another unit.
_HOURS = "(?:[ -]?hours?|[ -]hrs?)"
_DOT = "[ ·.*-]?"
_H = f"(?:{_DOT}h|[ -]?hours?|[ -]?hrs?)"
_AMPERES = "[ -]?amp(?:ere)?s?"
_MEASURES = {
    "nm": f"nano{_METER}|nm",
    "um": f"micro{_METER}|microns?|μm|µm",
    "mm": f"milli{_METER}|mm",
    "cm": f"centi{_METER}|cm",
    "m": f"{_METER}|m",
    "km": _KILOMETERS,
    "nmi": "nautical miles?",
    "li": "li",
    "mi": "miles?",
    "ft": "feet|foot|ft",
    "in": "inch(?:es)?",
    "yd": "yards?",
    "ly": "light[ -]years?",
    "cm2": f"square[ -]centi{_METER}|cm2|cm²",
    "m2": f"square[ -]{_METER}|sq\\.? ?m(?:{_METER[1:]})?|sqm|m2|m²|㎡",
    "km2": f"square[ -]kilo{_METER}|sq\\.? ?km|km2|km²",
    "mu": "mu",
    "ha": "hectares?|ha",
    "acre": "acres?",
    "ft2": "square[ -](?:feet|foot)|sq\\.? ?ft",
    "mi2": "square[ -]miles?",
    "mL": "millilit(?:er|re)s?|ml",
    "L": "lit(?:er|re)s?|l",
    "m3": f"cubic[ -]{_METER}|m3|m³|cbm",
    "gal": "gallons?",
    "bbl": "barrels?",
    "ug": "micrograms?|μg|µg",
    "mg": "milligrams?|mg",
    "ct": "carats?",
    "g": "grams?|g",
    "oz": "ounces?|oz",
    "lb": "pounds?|lbs?",
    "jin": "jin|catt(?:y|ies)",
    "kg": "kilograms?|kilos?|kgs?",
    "t": "(?:metric )?ton(?:ne)?s?|t",
    "tkm": f"(?:metric )?ton(?:ne)?s?[ -](?:{_KILOMETERS})|t{_DOT}km",
    "pkm": f"(?:passenger|person)s?[ -](?:{_KILOMETERS})|p{_DOT}km",
    "Wh": f"watts?{_HOURS}|w{_H}",
    "kWh": f"kilowatts?{_HOURS}|kw{_H}",
    "MWh": f"megawatts?{_HOURS}|mw{_H}",
    "GWh": f"gigawatts?{_HOURS}|gw{_H}",
    "TWh": f"terawatts?{_HOURS}|tw{_H}",
    "mAh": f"milliamp(?:ere)?s?{_HOURS}|ma{_H}",
    "Ah": f"amp(?:ere)?s?{_HOURS}|a·?h",
    "kVA": f"kilovolts?{_AMPERES}|kv{_DOT}a",
    "MVA": f"megavolts?{_AMPERES}|mv{_DOT}a",
    "W": "watts?|w",
    "kW": "kilowatts?|kw",
    "MW": "megawatts?|mw",
    "GW": "gigawatts?|gw",
    "hp": "horsepower|hp",
    "V": "volts?|v",
    "kV": "kilovolts?|kv",
    "Hz": "hertz|hz",
    "MHz": "megahertz|mhz",
    "GHz": "gigahertz|ghz",
    "GB": "gigabytes?|gb",
    "TB": "terabytes?|tb",
    "MB": "megabytes?|mb",
    "C": "degrees? (?:celsius|centigrade|c)|°c|℃|° ?c|celsius|degrees?",
    "F": "degrees? (?:fahrenheit|f)|°f|℉",
    "kcal": "kilocalories|kcal",
    "dB": "decibels?|db",
    "px": "pixels?|megapixels?",
    "TEU": "teus?|twenty-foot equivalent units?|standard containers?",
}
_DURATIONS = {
    "year": "years?|yrs?",
    "month": "months?",
    "week": "weeks?",
    "day": "days?",
    "hour": "hours?|hrs?",
    "minute": "minutes?|mins?",
    "second": "seconds?|secs?",
}
_OTHERS: dict[str, tuple[Kind, str, Decimal]] = {
    "percentage[ -]points?|percent points?|pct points?": ("points", "pp", Decimal(1)),
    "basis[ -]points?|bps?": ("points", "bp", Decimal(1)),
    "per ?mille?|‰|(?:parts? )?(?:per|in|out of)(?: every)? (?:a thousand|thousand|1,?000)": (
        "percent",
        "%",
        Decimal("0.1"),
    ),
    "(?:parts? )?(?:per|in|out of)(?: every)? (?:ten thousand|10,?000)": (
        "percent",
        "%",
        Decimal("0.01"),
    ),
    "parts? (?:per|in a) million|ppm": ("percent", "%", Decimal("0.0001")),
    "percent(?:age)?|per[ -]?cent|pct|%": ("percent", "%", Decimal(1)),
    "years?[ -](?:old|of[ -]age)|year-olds?|years? young": ("age", "year", Decimal(1)),
    "times|fold": ("multiple", "times", Decimal(1)),
    "decades?": ("duration", "year", Decimal(10)),
    "centur(?:y|ies)": ("duration", "year", Decimal(100)),
    "fortnights?": ("duration", "week", Decimal(2)),
    "(?:u\\.?s\\.? |american )?cents?": ("money", "USD", Decimal("0.01")),
    "fen": ("money", "CNY", Decimal("0.01")),
    "jiao": ("money", "CNY", Decimal("0.1")),
}
# Pattern of a unit's words -> kind, unit and size.
UNITS: list[tuple[str, tuple[Kind, str, Decimal]]] = [
    *_OTHERS.items(),
    *((words, ("money", unit, Decimal(1))) for unit, words in _MONEY.items()),
    *((words, ("measure", unit, Decimal(1))) for unit, words in _MEASURES.items()),
    *((words, ("duration", unit, Decimal(1))) for unit, words in _DURATIONS.items()),
]


def _alternatives() -> tuple[str, dict[str, tuple[Kind, str, Decimal]]]:
    """One pattern for all units, the longest first, and what each group stands for."""
    groups, meaning = [], {}
    for index, (words, unit) in enumerate(UNITS):
        groups.append((max(len(word) for word in words.split("|")), f"(?P<u{index}>{words})"))
        meaning[f"u{index}"] = unit
    groups.sort(key=lambda group: -group[0])
    return "|".join(pattern for _, pattern in groups), meaning


UNIT_PATTERN, UNIT_MEANING = _alternatives()

PREFIXES: dict[str, str] = {
    "us$": "USD",
    "usd": "USD",
    "hk$": "HKD",
    "hkd": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "rmb": "CNY",
    "cny": "CNY",
    "cn¥": "CNY",
    "¥": "CNY",
    "￥": "CNY",
    "jpy": "JPY",
    "$": "USD",
    "€": "EUR",
    "eur": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "₩": "KRW",
    "₽": "RUB",
    "₹": "INR",
}
PREFIX = (
    r"(?:(?<![A-Za-z])(?:"
    + "|".join(
        re.escape(word) for word in sorted(PREFIXES, key=len, reverse=True) if word.isalpha()
    )
    + r")|(?<![A-Za-z])(?:us|hk|nt|s|a|au|c)\$|cn¥|[$€£¥￥₩₽₹])"
)

_BEFORE: dict[Modifier, str] = {
    "at most": r"up to|at most|no more than|not more than|not exceed(?:ing)?|within|capped at"
    r"|as (?:many|much|high|long) as|(?:a )?maximum of|not to exceed",
    "at least": r"at least|(?:no|not) (?:less|fewer|lower) than|(?:a )?minimum of|as low as",
    "nearly": r"nearly|almost|close to|approaching|near|just under|just short of|nearing|virtually",
    "under": r"(?:less|fewer|lower) than|below|under|short of|shy of|not even|not yet",
    "over": r"(?:more|greater|higher|older|longer) than|over|above|exceed(?:s|ed|ing)?|beyond|past"
    r"|upwards? of|in excess of|surpass(?:es|ed|ing)?|topp(?:ed|ing)|tops",
    "about": r"about|around|approximately|roughly|some|an estimated|circa|approx\.?|~",
}
BEFORE = [
    (
        modifier,
        re.compile(
            rf"(?<![a-z])(?:{words}) ?(?:(?:a|an|the|of|another|total of|rmb) )?$", re.IGNORECASE
        ),
    )
    for modifier, words in _BEFORE.items()
]
_AFTER: dict[Modifier, str] = {
    "at least": r"(?: [a-z-]+){0,2}? (?:or|and) (?:more|above|over|older|higher|longer)",
    "under": r"(?: [a-z-]+){0,2}? (?:or|and) (?:less|below|under|younger|fewer|lower)",
    "over": r"-?(?:plus|\+)| odd|-odd",
    "about": r"(?: [a-z-]+){0,2}? or (?:so|thereabouts)",
}
AFTER = [(modifier, re.compile(words, re.IGNORECASE)) for modifier, words in _AFTER.items()]

_MEASURE_LETTERS = (
    r"(?:km|kms|cm|mm|nm|m|kg|kgs|mg|g|t|gb|tb|mb|kb|kw|mw|gw|kwh|mwh|gwh|w|v|kv|hz|mhz|ghz|ml|l"
    r"|ha|hp|db|px|sqm|ft|lbs?|oz"
    r"|am|pm|st|nd|rd|th|s|k|mn|mln|b|bn|tn|trn|cbm|hrs?|mins?|c|f|h|bp|bps|yuan|rmb|usd|m2|m3"
    r"|km2|teu)"
)
# Codes, addresses and set phrases; same-length blanks take their place before parsing.
NOISE = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[\w.+-]{1,40}@[\w-]{1,40}\.[\w.-]{1,40}"
    r"|\b(?:GB/T|GB|ISO|IEC|HJ|iPhone|Windows|Mate|Web|Boeing|Airbus|Flight|Apollo"
    r"|Formula) ?-?[0-9][0-9A-Za-z./-]{0,15}"
    r"|(?<![A-Za-z0-9$])(?!(?:RMB|CNY|USD|HKD|EUR|GBP|JPY|Rmb|US|mid|late|early|pre|post|under"
    r"|over)-?[0-9])"
    r"(?!(?:to|and|of|in|by|at|from|on|the|is|was|for|with|than|about|only|age|aged|or)-?[0-9]"
    r"|(?:mm?2|k?m[23])(?![A-Za-z0-9])|[a-z]{4,12}-[0-9]|[A-Za-z]{2,12}-(?:19"
    r"|20)[0-9]{2}(?![0-9A-Za-z]))"
    # 100 MW/200 MWh: a unit that ends one measure before the next.
    rf"(?!(?:(?<=[0-9] )|(?<=[0-9]-)|(?<=illion )|(?<=illion-))(?i:{UNIT_PATTERN})/[0-9])"
    r"(?![QH][1-4](?![0-9A-Za-z])|[QH][1-4]-)[A-Za-z][A-Za-z/.]{0,11}-?[0-9][0-9A-Za-z./-]{0,20}("
    r"?<![.,/-])"
    rf"|(?<![0-9.,A-Za-z$])[0-9]{{1,4}}(?!(?i:{_MEASURE_LETTERS})(?![A-Za-z0-9]))[A-Za-z][A-Za-z0"
    rf"-9]{{0,9}}"
    r"|(?<![0-9.,A-Za-z$])(?:[2-6]G|[248]K|[23]D)(?![A-Za-z])|(?<=Long )March"
    r"|(?<![0-9])[0-9]{1,3}(?:\+[0-9NXn]{1,3})+"
    r"|(?<![0-9])(?:\+?86[- ])?(?:1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}"
    r"|[48]00-?[0-9]{3}-?[0-9]{4})(?![0-9]|[.,][0-9])"
    r"|(?i:(?:route|bus|no\.|hotline|line|flight|room|gate|dial(?:ing)?"
    r"|call(?:ing)?) ?)(?<=hotline )[0-9]{3,12}"
    r"|(?i:\b(?:bus(?: route)?|route|flight) (?:no\. ?)?)[0-9]{1,4}(?![0-9,.%])"
    r"|(?<![0-9])[0-9]{1,9}(?:[-/][0-9]{1,9}){3,}(?![0-9])"
    r"|(?i:\b(?:no|any|some|every|each|this|that|the|another|which|loved)[ -]one\b"
    r"|\bone (?:another|of|by one|day(?! ago| after| before| later|s))\b|\bone-(?:on-one|stop"
    r"|way|sided|off|time|to-one|man|party)\b"
    r"|\bone country, two systems\b|\bas one\b|\bone's\b|\bbelt and road\b|\btwo sessions\b"
    r"|\bfirst (?:time|of all|and foremost|lady|aid|class|name|hand|line|-)|\bfirst-(?:hand"
    r"|class|aid|line|rate|time|ever|tier)\b"
    r"|\bat first\b|\bsecond-(?:hand|tier|class)\b|\bthird[ -](?:part(?:y|ies)|world|tier)\b"
    r"|\bsecond hand\b|\bfor the first time\b"
    r"|\ba second\b|\bseconds? to none\b|\bhalf-?(?:way|hearted|brother|sister|time)\b"
    r"|\bquarterfinals?\b|\bsemi-?finals?\b"
    r"|\bquarter-?finals?\b|\bdouble-(?:edged|digit|decker|check|track|click)\b"
    r"|\bdouble (?:standards?|digits?|eleven|twelve|1[12]|ninth)\b"
    r"|\btwenty-four seven\b|\b24/7\b|\b9/11\b|\bcatch-22\b|\bon all fours\b"
    r"|\ba hundred flowers?\b|\bin one\b|\bzero(?= tolerance|-covid|-carbon|-sum| emission))"
)
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 32, 0xA0: 32, 0x202F: 32}
WIDE |= {ord(old): "-" for old in "–—−‐‑"}  # type: ignore[misc]
WIDE |= {ord("’"): ord("'"), ord("‘"): ord("'"), ord("“"): ord('"'), ord("”"): ord('"')}
UNIT = re.compile(rf"(?:[ -]|-?\(?)?(?:{UNIT_PATTERN})(?![A-Za-z0-9²³])", re.IGNORECASE)


def modifier_of(text: str, start: int, end: int) -> Modifier:
    """What the words before and after a quantity say of its precision."""
    for modifier, pattern in BEFORE:
        if pattern.search(text, max(0, start - 24), start):
            return modifier
    for modifier, pattern in AFTER:
        if pattern.match(text, end):
            return modifier
    return ""
