"""Two settings on the same article, side by side; the words that differ are marked."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio.to_thread
import gradio as gr

from translator import prompts, segmentation
from translator.checks import Finding
from translator.documents import Document
from translator.engines import QUALITIES, QUALITY, Quality
from translator.errors import UsageError
from translator.export import marks
from translator.service import Job, Order, Service
from translator.text import shown_name
from translator.web import panels, sheet
from translator.web.articles import Article, ArticleForm
from translator.web.desk import Answer, alert, client, language
from translator.web.house import House
from translator.web.settings import Setting, SettingForm
from translator.web.strings import Language, say

_LONGEST_ID = 60  # characters of a prompt's name
_PACE = 0.4  # seconds between two looks
# Pairs of words that may be held against each other: a sentence of 200 words with another one. The
# time goes with the pairs, and a text without full stops would take minutes.
_MOST_PAIRS = 200_000
_TOKENS = re.compile(r"\s+|\w+(?:[.,'’-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a translation; `differs` where the other one has something else."""

    text: str
    differs: bool


def differences(first: str, second: str) -> tuple[list[Piece], list[Piece]]:
    """Two translations cut where they part, word by word; joined, the pieces are the texts."""
    left, right = _TOKENS.findall(first), _TOKENS.findall(second)
    cut: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, a, b, c, d in _opcodes(left, right):
        for pieces, words in zip(cut, (left[a:b], right[c:d]), strict=True):
            if words:
                pieces.append(Piece("".join(words), kind != "equal"))
    return cut


def _opcodes(left: list[str], right: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """What is equal; of very long texts only their starts and ends."""
    if len(left) * len(right) <= _MOST_PAIRS:
        return SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    most = min(len(left), len(right))
    start = next((at for at in range(most) if left[at] != right[at]), most)
    end = next((at for at in range(most - start) if left[-1 - at] != right[-1 - at]), most - start)
    a, b, c, d = start, len(left) - end, start, len(right) - end
    return [
        ("equal", 0, a, 0, c),
        ("replace", a, b, c, d),
        ("equal", b, len(left), d, len(right)),
    ]


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence as one setting has it; no pieces where it has no translation."""

    pieces: list[Piece] | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence and both translations."""

    id: str
    source: str
    sides: tuple[Side, Side]

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return any(
            side.pieces is None or any(p.differs for p in side.pieces) for side in self.sides
        )


def rows(first: Job, second: Job) -> list[Row]:
    """The sentences of two jobs on one document."""
    made = []
    segments = segmentation.split(first.document)
    for segment, one, other in zip(segments, first.segments, second.segments, strict=True):
        texts = [done.target if done else "" for done in (one, other)]
        cut = differences(*texts)
        sides = [
            Side(
                pieces if text else None,
                tuple(found for found in job.findings if found.segment == segment.id),
            )
            for job, text, pieces in zip((first, second), texts, cut, strict=True)
        ]
        made.append(Row(segment.id, segment.text.strip(), (sides[0], sides[1])))
    return made


class Comparing:
    """The tab's components, and what they do."""

    def __init__(self, service: Service, house: House, i18n: Callable[[str], Any]) -> None:
        self._service, self._house = service, house
        gr.HTML(
            value=i18n("compare_text"),
            html_template="<p class='intro'>${value}</p>",
            apply_default_css=False,
        )
        with gr.Column(elem_classes="input"):
            self._article = ArticleForm(i18n)
            with gr.Row():
                self._first = SettingForm(service, i18n, "first", "fast", "first_prompt")
            with gr.Row():
                self._second = SettingForm(service, i18n, "second", "best", "second_prompt")
            go = gr.Button(i18n("compare"), variant="primary", elem_classes="go")
        self._panel = panels.panel("compared", [("cancel_both", self._cancel)])
        for part in (self._article, self._first, self._second):
            part.listen(self._panel)
        go.click(
            self._compare,
            [*self._article.inputs, *self._first.inputs, *self._second.inputs],
            self._panel,
            concurrency_limit=None,
            show_progress="hidden",
            api_visibility="private",
        )

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """What Gradio does not translate by itself, and the panel before anything is on it."""
        blank = sheet.render(speaking, "panels").blank("compare_empty_title", "compare_empty")
        return {
            **self._article.localised(speaking),
            **self._first.localised(speaking),
            **self._second.localised(speaking),
            self._panel: panels.value(speaking, blank),
        }

    async def _compare(
        self,
        origin: str,
        text: str | None,
        file: Document | None,
        url: str | None,
        sample: str | None,
        first_engine: str,
        first_quality: Quality,
        first_prompt: bytes | None,
        second_engine: str,
        second_quality: Quality,
        second_prompt: bytes | None,
        request: gr.Request,
    ) -> AsyncIterator[Answer]:
        speaking = language(request)
        article = Article(origin, text, file, url, sample)
        settings = (
            Setting(first_engine, first_quality, first_prompt),
            Setting(second_engine, second_quality, second_prompt),
        )

        def submitted() -> list[str]:
            if settings[0] == settings[1]:
                raise UsageError(say(speaking, "compare_same"))
            document = article.read(speaking)
            with self._house.with_terms(None) as glossary, TemporaryDirectory() as folder:
                orders = [
                    Order(document, one.options(glossary, Path(folder)), None, client(request))
                    for one in settings
                ]
                return [self._service.submit(order).id for order in orders]

        try:
            ids = await anyio.to_thread.run_sync(submitted)
            seen = None
            while True:
                jobs = [await anyio.to_thread.run_sync(self._service.job, one) for one in ids]
                over = all(job.is_over for job in jobs)
                if seen != (seen := [job.last_event for job in jobs]) or over:
                    yield await anyio.to_thread.run_sync(_shown, jobs, speaking)
                if over:
                    return
                await asyncio.sleep(_PACE)
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            yield alert(fault, speaking)

    def _cancel(self, data: Answer, speaking: Language) -> Answer:
        jobs = [self._service.cancel(one) for one in str(data.get("jobs", "")).split()]
        return {"sheet": _shown(jobs, speaking)}


def _shown(jobs: list[Job], speaking: Language) -> Answer:
    """How far both are, or the comparison as far as it goes."""
    render = sheet.render(speaking, "panels")
    first, second = jobs
    if not all(job.is_over for job in jobs):
        done, total = (sum(getattr(job, f"segments_{key}") for job in jobs) for key in _COUNTS)
        key = "translating" if done else "loading"
        text = say(speaking, key, done=done, total=total)
        ids = " ".join(job.id for job in jobs)
        working = render.working(text, done / total if done else None, "cancel_both", ids)
        return panels.value(speaking, working)
    made = rows(first, second)
    titles = [_title(job, speaking) for job in jobs]
    tallies = [_tally(job) for job in jobs]
    html = render.comparison(titles, tallies, made, sum(row.differs for row in made))
    faults = [f"{say(speaking, 'failed')}: {job.error}" for job in jobs if job.error]
    return {**panels.value(speaking, html), "alert": " ".join(dict.fromkeys(faults))}


_COUNTS = ("done", "total")


def _title(job: Job, speaking: Language) -> str:
    searches = {decoding: name for name, decoding in QUALITIES.items()}
    quality = searches.get(job.options.decoding, QUALITY)
    title = f"{job.options.model} ({job.options.engine}), {say(speaking, quality)}"
    if job.options.prompt is None:
        return title
    own = prompts.for_text(job.options.prompt, job.options.model)
    return f"{title}, {say(speaking, 'own_prompt', id=shown_name(own.id)[:_LONGEST_ID])}"


def _tally(job: Job) -> list[tuple[str, int]]:
    counts = Counter(finding.severity for finding in marks.errors_first(job.findings))
    return list(counts.items())
