"""Pairs as the product asks and as the model is to answer, token for token."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from translator import documents, names, prompts, quantities
from translator.adapt.cleaning import Pair
from translator.adapt.options import Options
from translator.engines.base import chat_of
from translator.errors import InputError
from translator.glossary import Glossary
from translator.ladder import HINTED, Unit
from translator.names import Name
from translator.segmentation import Segment

if TYPE_CHECKING:
    from translator.engines.transformers_engine import CausalEngine, Seq2SeqEngine
    from translator.prompts import Prompt

Form = Literal["plain", "locked", "hinted"]


@dataclass(frozen=True, slots=True)
class Example:
    """A source in one of the product's forms, and its translation.

    `text` is what the engine is given: the Chinese (plain, hinted), or the Chinese with names,
    terms and large numbers in English (locked); `hints` is what the hinted prompt says of them.
    """

    form: Form
    text: str
    target: str
    hints: str = ""

    def line(self) -> str:
        """As a line of JSON; `parse` is the way back."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def parse(cls, line: str) -> Example:
        """An example from its line."""
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example in tokens: `prompt` is given, `answer` learnt.

    The first `shared` tokens of the prompt are those of all examples with the same `shared`.
    """

    prompt: list[int]
    answer: list[int]
    shared: int = 0

    @property
    def length(self) -> int:
        """Tokens of both."""
        return len(self.prompt) + len(self.answer)

    @property
    def own(self) -> int:
        """Tokens of both that are not shared."""
        return self.length - self.shared


def example(pair: Pair, terms: Glossary, options: Options, *, plain: bool) -> Example | None:
    """A pair in the form that its content and chance decide; None where a rule renders it.

    The product gives names, terms and large numbers to the engine in English. Only what the
    translation really has in that English is so given here, or the model would learn to change
    it. `plain` keeps out hints, for models with a wording of their own.
    """
    chance = random.Random(f"{options.seed}|{pair.source}")  # noqa: S311  the same again
    roll = chance.random()
    unit = _unit(pair, terms)
    if unit is None:
        return None
    if unit.locked != unit.source and roll < options.locked:
        return Example("locked", unit.locked, pair.target)
    if not plain and unit.hints and roll >= 1 - options.hinted and _obeys(unit, pair.target):
        return Example("hinted", unit.source, pair.target, unit.hints)
    return Example("plain", unit.source, pair.target)


def encode(
    found: Iterable[Example], engine: CausalEngine | Seq2SeqEngine, prompt: Prompt
) -> list[Encoded]:
    """Examples as the engine would encode them."""
    from translator.engines.transformers_engine import CausalEngine

    if not isinstance(engine, CausalEngine):
        return [Encoded(*engine.encode_pair(one.text, one.target)) for one in found]
    hinted, encoded = prompts.load(HINTED), []
    prefixes: dict[bool, list[int]] = {}
    for one in found:
        is_hinted = one.form == "hinted"
        if is_hinted:
            chat = chat_of(hinted, text=one.text, hints=one.hints)
        else:
            chat = chat_of(prompt, text=one.text)
        ids, answer = engine.encode_pair(chat, one.target)
        encoded.append((is_hinted, ids, answer))
        # The last token is never shared: it is where the first of the answer is said.
        prefixes[is_hinted] = _common_start(prefixes.get(is_hinted, ids), ids[:-1])
    return [Encoded(ids, answer, len(prefixes[is_hinted])) for is_hinted, ids, answer in encoded]


def _common_start(one: list[int], other: list[int]) -> list[int]:
    pairs = zip(one, other, strict=False)
    return [first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _unit(pair: Pair, terms: Glossary) -> Unit | None:
    """The pair's source as the pipeline would hold it, of names and terms those that are obeyed."""
    try:
        document = documents.from_text(pair.source)
    except InputError:
        return None
    segment = Segment("s1", "b1", 0, len(pair.source), pair.source)
    found = names.settled(names.find(document), terms.targets, document)
    kept = _kept_names(pair, found)
    used = Glossary(
        tuple(term for term in terms.occurring(pair.source) if term.target in pair.target)
    )
    unit = Unit(0, segment, kept, used, None)
    if unit.by_rule or unit.source != pair.source.strip():  # a byline, or text after a dateline
        return None
    if not _has_numbers(unit, pair.target):
        unit.locked = unit.source
    return unit


def _kept_names(pair: Pair, found: Sequence[Name]) -> tuple[Name, ...]:
    """The names that the translation renders as the product does.

    The others stay in the list without a rendering: what is inside them is then left alone.
    """
    return tuple(
        name if name.target in pair.target else Name(name.source, "", name.kind) for name in found
    )


def _has_numbers(unit: Unit, target: str) -> bool:
    """Whether the translation has the numbers that the locked source shows in English."""
    before = quantities.substitute(unit.source)
    if before == unit.source:
        return True
    shown = {one.text: quantities.rendering(one) for one in quantities.demanded(unit.source)}
    wanted = [english for chinese, english in shown.items() if chinese not in unit.locked]
    return all(_number(english) in target for english in wanted)


def _obeys(unit: Unit, target: str) -> bool:
    """Whether the translation has every English form that the hints ask for."""
    asked = unit.hints.split("，")
    return all(_number(one.rpartition("“")[2].rstrip("”")) in target for one in asked)


def _number(english: str) -> str:
    """A rendering without its unit, which may be written in other ways: 327 million."""
    words = english.split()
    if not words or not words[0][0].isdigit():
        return english
    scaled = len(words) > 1 and words[1] in ("million", "billion", "trillion")
    return " ".join(words[: 1 + scaled])
