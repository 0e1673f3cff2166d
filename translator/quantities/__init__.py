"""Numbers, money, dates and the like as values, in Chinese and in English.

`in_chinese` and `in_english` read a text; `compare` says what a source and its translation
state differently, `missing` and `extra` give one side of it; `rendering` writes a quantity in
house style, `substitute` puts the numbers that small models get wrong in English;
`unsupported` compares English with English.
"""

from translator.quantities.chinese import in_chinese
from translator.quantities.comparison import (
    Mismatch,
    compare,
    demanded,
    extra,
    missing,
    unsupported,
    values,
)
from translator.quantities.english import in_english
from translator.quantities.rendering import ordinal, rendering, substitute
from translator.quantities.values import Date, Kind, Modifier, Quantity

__all__ = [
    "Date",
    "Kind",
    "Mismatch",
    "Modifier",
    "Quantity",
    "compare",
    "demanded",
    "extra",
    "in_chinese",
    "in_english",
    "missing",
    "ordinal",
    "rendering",
    "substitute",
    "unsupported",
    "values",
]
