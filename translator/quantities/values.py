"""What a quantity is, whichever language states it: kinds, units, currencies, dates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

Kind = Literal[
    "count",
    "money",
    "percent",
    "points",
    "measure",
    "date",
    "time",
    "duration",
    "ordinal",
    "multiple",
    "age",
]
# `vague`: no exact value is stated (数百, dozens of), the value is its order of magnitude;
# `weak`: hardly more than an article or part of a set phrase (一个, 百家).
Modifier = Literal["", "about", "nearly", "over", "under", "at least", "at most", "vague", "weak"]


@dataclass(frozen=True, slots=True)
class Date:
    """The parts of a date that a text states; 0 or "" where it does not.

    `part` is a half year (H1, H2), a quarter (Q1 to Q4, or Q1-3), `s` for the decade that
    begins with `year`, or `c` for the century whose number is in `year`.
    """

    year: int = 0
    month: int = 0
    day: int = 0
    part: str = ""

    def __str__(self) -> str:
        if self.part == "s":
            return f"{self.year}s"
        if self.part == "c":
            return f"C{self.year}"
        year = str(self.year) if self.year else "?"
        if self.part:
            return f"{year}-{self.part}"
        if self.day:
            return f"{year}-{f'{self.month:02}' if self.month else '?'}-{self.day:02}"
        return f"{year}-{self.month:02}" if self.month else year


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a text: `text == source[start:end]`, the unit included, modifiers not.

    `value` is in `unit` (see UNITS; an ISO code for money; `%` or `fraction`; `pp` or `bp`);
    for a time it is in minutes after midnight, for a date YYYYMMDD with zeros for what is not
    stated, for a fraction the percentage. `high` is the upper end of a range, or the other
    side of a `score`.
    """

    start: int
    end: int
    text: str
    kind: Kind
    value: Decimal
    high: Decimal | None = None
    unit: str = ""
    modifier: Modifier = ""
    date: Date | None = None


# Unit -> dimension and size in the dimension's base unit.
UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (dimension, Decimal(size))
    for dimension, units in {
        "length": "nm=1e-9 um=1e-6 mm=0.001 cm=0.01 m=1 km=1000 in=0.0254 ft=0.3048 yd=0.9144 "
        "mi=1609.344 nmi=1852 li=500 ly=9.4607e15",
        "area": "cm2=0.0001 m2=1 mu=666.667 ha=10000 km2=1e6 ft2=0.092903 acre=4046.86 mi2=2589988",
        "volume": "mL=1e-6 L=0.001 m3=1 gal=0.00378541 bbl=0.158987",
        "mass": "ug=1e-9 mg=1e-6 ct=0.0002 g=0.001 oz=0.0283495 lb=0.453592 jin=0.5 kg=1 t=1000",
        "energy": "Wh=0.001 kWh=1 MWh=1000 GWh=1e6 TWh=1e9",
        "apparent power": "kVA=1 MVA=1000",
        "charge": "mAh=1 Ah=1000",
        "freight": "tkm=1",
        "travel": "pkm=1",
        "power": "W=1 hp=735.5 kW=1000 MW=1e6 GW=1e9",
        "voltage": "V=1 kV=1000",
        "frequency": "Hz=1 kHz=1000 MHz=1e6 GHz=1e9",
        "data": "KB=0.001 MB=1 GB=1000 TB=1e6 PB=1e9",
        "heat": "kcal=1 kJ=0.239",
        "pressure": "hPa=100 kPa=1000 MPa=1e6",
        "noise": "dB=1",
        "angle": "deg=1",
        "temperature": "C=1 F=1",  # by their own formula, not by size
        "pixels": "px=1",
        "containers": "TEU=1",
        "time": "second=1 minute=60 hour=3600 day=86400 week=604800 month=2629800 year=31557600",
    }.items()
    for unit, _, size in (entry.partition("=") for entry in units.split())
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

# Currencies that a plain "dollar" may stand for.
DOLLARS = frozenset(("USD", "HKD", "AUD", "CAD", "SGD", "NZD", "TWD"))


def dated(start: int, end: int, text: str, date: Date, modifier: Modifier = "") -> Quantity:
    """A date as a quantity."""
    value = Decimal(date.year * 10_000 + date.month * 100 + date.day)
    return Quantity(start, end, text, "date", value, None, date.part, modifier, date)


def share(above: Decimal, below: Decimal) -> Decimal:
    """A fraction as a percentage, to eight digits: of two thirds, and of a 60-millionth too."""
    return Context(prec=8).divide(above * 100, below).normalize()


def full_year(short: int) -> int:
    """The year that the two digits of a generation (80后, post-80s) stand for."""
    return short + (1900 if short >= 50 else 2000)


def is_day(month: int, day: int) -> bool:
    """Whether a month (0 where unknown) can have such a day."""
    longest = 31 if month in (0, 1, 3, 5, 7, 8, 10, 12) else 29 if month == 2 else 30
    return 0 <= month <= 12 and 1 <= day <= longest
