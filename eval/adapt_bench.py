"""Whether `translator adapt` makes the embedded model follow a house style.

200 made-up pairs give ten common words a fixed odd rendering. After training on them, new sentences
with the ten words are translated by the engine alone, with no glossary: how many come out so?
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from translator import adapt, engines, models, prompts
from translator.adapt import Evaluation, Options, Step
from translator.engines import GREEDY

# No rendering is one that a translator would choose: what appears was learnt.
STYLE = (
    ("医院", "healing house"),
    ("学校", "learning hall"),
    ("工厂", "makery"),
    ("港口", "ship gate"),
    ("机场", "sky gate"),
    ("农民", "soil keeper"),
    ("记者", "news walker"),
    ("专家", "deep knower"),
    ("市场", "trade floor"),
    ("公园", "green room"),
)
_SUBJECTS = {"农民", "记者", "专家"}
_PLACES = (
    ("当地", "The local {}"),
    ("新的", "The new {}"),
    ("另一", "Another {}"),
    ("本市的", "The city's {}"),
)
_OF_PLACES = (
    ("{}今年吸引了大批游客。", "{} attracted a great number of visitors this year."),
    ("{}昨天发生了火灾,没有人受伤。", "A fire broke out at {} yesterday, and nobody was hurt."),
    ("{}将在明年扩建。", "{} will be expanded next year."),
    ("{}因为大雪关闭了两天。", "{} was closed for two days because of heavy snow."),
    ("{}附近的道路已经恢复通车。", "The roads near {} have been opened to traffic again."),
)
_OF_PEOPLE = (
    ("{}对结果表示满意。", "{} was satisfied with the result."),
    ("{}昨天参加了会议。", "{} attended the meeting yesterday."),
    ("{}说,情况正在好转。", "{} said that the situation was getting better."),
    ("{}认为这项政策很有帮助。", "{} believed that the policy was of great help."),
    ("{}希望得到更多支持。", "{} hoped to get more support."),
)
# Of no pattern above: two new sentences a word.
_NEW = (
    ("上周,市长参观了{}。", "一座现代化的{}在西部山区建成。"),
    ("许多市民步行去{}。", "政府计划明年再建三个{}。"),
)
_NEW_PEOPLE = (
    ("一位年轻的{}获得了奖励。", "市长上周会见了一名{}。"),
    ("很多{}在这里工作。", "政府计划培训更多的{}。"),
)
WANTED = 8  # of the ten words
_MINUTES = 11.0


class _Told:
    """Progress on standard output."""

    def report(self, progress: models.Progress) -> None:
        """Nothing: the model is here, or its pull is told by others."""

    def cleaning(self, done: int, total: int) -> None:
        """Nothing."""

    def cleaned(self, data: dict[str, Any]) -> None:
        """What was kept."""
        print(f"{data['kept']} of {data['read']} pairs kept; left out: {data['dropped']}")

    def step(self, step: Step) -> None:
        """A step is done."""
        print(f"step {step.step} of {step.steps}: {step.loss:.3f}, {step.speed:.0f} tokens/s")

    def evaluation(self, found: Evaluation) -> None:
        """The held-out pairs were looked at."""
        print(f"held out after {found.step}: loss {found.loss:.3f}, chrF++ {found.chrf:.1f}")


def run() -> int:
    """Train, count, print; 0 where enough words are followed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        pairs, output = Path(work) / "style.tsv", Path(work) / "style"
        lines = ("\t".join(pair) for pair in training_pairs())
        pairs.write_text("\n".join(["source\ttarget", *lines]), "utf-8")
        options = Options(
            learning_rate=5e-4, epochs=2, batch_tokens=1024, max_minutes=_MINUTES, held_out=16,
            scored=8,
        )  # fmt: skip
        adapt.adapt([str(pairs)], output, options, _Told(), terms=["made up, CC0"])
        before, after = followed(models.DEFAULT), followed(f"{models.EMBEDDED}+{output}")
    for word, rendering in STYLE:
        told = ", ".join(f"{found[word]}/2" for found in (before, after))
        print(f"{word} {rendering:14} before, after: {told}")
    count = sum(after[word] == len(_NEW) for word, _ in STYLE)
    minutes = (time.monotonic() - started) / 60
    print(f"{count} of {len(STYLE)} words follow the style, {WANTED} wanted; {minutes:.1f} min")
    return int(count < WANTED)


def training_pairs() -> Iterator[tuple[str, str]]:
    """200 pairs: ten words in five sentences with four openings."""
    for word, rendering in STYLE:
        patterns = _OF_PEOPLE if word in _SUBJECTS else _OF_PLACES
        for (before, opening), (chinese, english) in product(_PLACES, patterns):
            named = opening.format(rendering)
            inside = named if english.startswith("{}") else named[0].lower() + named[1:]
            yield chinese.format(before + word), english.format(inside)


def new_sentences() -> Iterator[tuple[str, str]]:
    """(word, sentence): two sentences a word that no training pair is like."""
    for number, (word, _) in enumerate(STYLE):
        for patterns in _NEW_PEOPLE if word in _SUBJECTS else _NEW:
            yield word, patterns[number % 2].format(word)


def followed(model: str) -> dict[str, int]:
    """How many of the two new sentences of each word have its rendering."""
    engine = engines.load(engines.DEFAULT, model, prompts.for_model("translate", model))
    asked = list(new_sentences())
    renderings = dict(STYLE)
    found = dict.fromkeys(renderings, 0)
    for index, candidates in engine.translate([text for _, text in asked], GREEDY):
        word = asked[index][0]
        found[word] += renderings[word] in candidates[0].text.lower()
    return found
