"""Systems scored against references; the work and its report are those of `python -m eval`."""

from __future__ import annotations

import base64
import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from translator.errors import InputError, UsageError
from translator.text import shown_name
from translator.web import panels, sheet
from translator.web.desk import Answer, alert, language
from translator.web.strings import Language, say

_FORMATS = ("html", "md", "json")
_REPORTS_KEPT = 8
_LINES = [".txt"]
_MOST_SYSTEMS, _MOST_SEGMENTS = 8, 20_000  # one evaluation holds up those after it


class Evaluating:
    """The tab's components, and what they do."""

    def __init__(self, i18n: Callable[[str], Any]) -> None:
        self._reports = _Reports()
        gr.HTML(
            value=i18n("evaluate_text"),
            html_template="<p class='intro'>${value}</p>",
            apply_default_css=False,
        )
        with gr.Column(elem_classes="input"):
            kinds = [(i18n(f"set_{one}").key, one) for one in ("seeds", "own")]
            self._set = gr.Radio(kinds, value="seeds", label=i18n("set"))
            with gr.Row(visible=False) as own:
                sources = gr.File(label=i18n("sources"), file_types=_LINES, height=120)
                references = gr.File(
                    label=i18n("references"), file_types=_LINES, file_count="multiple", height=120
                )
            systems = gr.File(
                label=i18n("systems"),
                file_types=[*_LINES, ".json"],
                file_count="multiple",
                height=140,
            )
            go = gr.Button(i18n("evaluate"), variant="primary", elem_classes="go")
        self._panel = panels.panel("evaluated", [("report", self._report)])
        self._set.change(
            lambda kind: gr.update(visible=kind == "own"),
            self._set,
            own,
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        go.click(
            self._evaluate,
            [self._set, sources, references, systems],
            self._panel,
            concurrency_limit=1,  # scoring takes a processor
            show_progress="hidden",
            api_visibility="private",
        )

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """What Gradio does not translate by itself, and the panel before anything is on it."""
        blank = sheet.render(speaking, "panels").blank("evaluate_empty_title", "evaluate_empty")
        choices = [(say(speaking, f"set_{kind}"), kind) for kind in ("seeds", "own")]
        return {
            self._set: gr.update(choices=choices),
            self._panel: panels.value(speaking, blank),
        }

    def _evaluate(
        self,
        kind: str,
        sources: str | None,
        references: list[str] | None,
        systems: list[str] | None,
        request: gr.Request,
    ) -> Iterator[Answer]:
        speaking = language(request)
        render = sheet.render(speaking, "panels")
        try:
            if not systems:
                raise InputError(say(speaking, "needs_systems"))
            if kind == "own" and not (sources and references):
                raise InputError(say(speaking, "needs_set"))
            yield panels.value(speaking, render.working(say(speaking, "evaluating"), None, "", ""))
            own = (sources, references or []) if kind == "own" and sources else None
            report = evaluated(own, systems, speaking)
            token = self._reports.keep(report)
            html = report["html"].decode("utf-8")
            yield panels.value(
                speaking, render.report(html, say(speaking, "report"), token, _FORMATS)
            )
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            yield {**self.localised(speaking)[self._panel], **alert(fault, speaking)}

    def _report(self, data: Answer, speaking: Language) -> Answer:
        del speaking
        name = str(data.get("format"))
        content = self._reports.get(str(data.get("token"))).get(name)
        if content is None:
            raise UsageError("this report is no longer kept: evaluate again")
        text = base64.b64encode(content).decode("ascii")
        return {"file": {"name": f"report.{name}", "type": "text/plain", "base64": text}}


def evaluated(
    own: tuple[str, Sequence[str]] | None, systems: Sequence[str], speaking: Language
) -> dict[str, bytes]:
    """The reports on some systems by format: on the seed articles, or on (source, references).

    Raises:
        InputError: the evaluation is not installed, or a file cannot be used.
    """
    try:
        from eval import outputs, report, testsets
        from eval.textfiles import read_lines
    except ImportError as fault:
        raise InputError(say(speaking, "no_eval")) from fault
    given = [*([own[0], *own[1]] if own else []), *systems]
    try:
        if own:
            names = _apart([Path(path).name for path in own[1]])
            lines = {name: read_lines(Path(path)) for name, path in zip(names, own[1], strict=True)}
            test_set = testsets.make(shown_name(Path(own[0]).name), read_lines(Path(own[0])), lines)
        else:
            test_set = testsets.load("seeds")
        if len(systems) > _MOST_SYSTEMS or len(test_set) > _MOST_SEGMENTS:
            raise InputError(say(speaking, "too_much_to_score"))
        found = [outputs.load(Path(path), test_set) for path in systems]
        names = _apart([one.system for one in found])
        apart = [
            outputs.Output(name, one.targets, one.briefs, one.statuses, one.run)
            for name, one in zip(names, found, strict=True)
        ]
        results = report.collect(test_set, apart, compared=len(apart) > 1)
        with tempfile.TemporaryDirectory() as folder:
            report.write(results, Path(folder))
            return {name: (Path(folder) / f"report.{name}").read_bytes() for name in _FORMATS}
    except InputError as fault:
        raise InputError(_without_folders(str(fault), given)) from fault


def _apart(names: Sequence[str]) -> list[str]:
    """Names that are not the same: a number after those that come again."""
    seen: dict[str, int] = {}
    apart = []
    for name in map(shown_name, names):
        seen[name] = seen.get(name, 0) + 1
        apart.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return apart


def _without_folders(text: str, paths: Sequence[str]) -> str:
    for path in paths:
        text = text.replace(path, shown_name(Path(path).name))
    return text


class _Reports:
    """The last reports, by a name that nobody guesses."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, report: Mapping[str, bytes]) -> str:
        """Keep one; its name."""
        token = secrets.token_urlsafe()
        with self._lock:
            self._kept[token] = report
            while len(self._kept) > _REPORTS_KEPT:
                self._kept.popitem(last=False)
        return token

    def get(self, token: str) -> Mapping[str, bytes]:
        """The one of a name; empty where it is gone."""
        with self._lock:
            return self._kept.get(token, {})
