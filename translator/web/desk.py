"""What readers do on a sheet: each call answers with the sheet anew, a file, or what went wrong.

An answer is a dictionary of JSON: `sheet` (see sheet.value), `alert` (a sentence: it was not
done), `said` (a sentence: it was), `follow` (the job goes on), `file`.
"""

from __future__ import annotations

import base64
import logging
import re
import time
from collections.abc import Callable
from typing import Any, cast, get_args

import gradio as gr

from translator import export
from translator.brief import Brief, BriefOptions, Length, Style
from translator.errors import TranslatorError, UsageError
from translator.export import marks
from translator.pipeline import Translation
from translator.service import Job, Service, UnknownJobError
from translator.service.worker import where
from translator.web import sheet
from translator.web.names import proposed
from translator.web.strings import Language, language_of, say

_LOG = logging.getLogger(__name__)

Answer = dict[str, Any]

_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "json": "application/json",
    "tmx": "application/xml",
    "xliff": "application/xml",
    "xliff2": "application/xml",
}
_ENDINGS = {"xliff2": "xliff"}


def language(request: gr.Request) -> Language:
    """The language that a request asks for."""
    return language_of(request.headers.get("accept-language"))


def trouble(fault: Exception, speaking: Language) -> str:
    """A sentence for whoever reads the page; what nobody foresaw goes into the log."""
    if isinstance(fault, UnknownJobError):
        return say(speaking, "unknown_job")
    if isinstance(fault, TranslatorError):
        text = str(fault)
        # A sentence, where it does not begin with a file's name.
        text = text[0].upper() + text[1:] if re.match("[a-z]+ ", text) else text
        return text if text[-1:] in ".!?)" else f"{text}."
    _LOG.error("the page failed: %s", where(fault))
    return say(speaking, "fault")


def alert(fault: Exception, speaking: Language) -> Answer:
    """A value that leaves a sheet as it is and says what went wrong; never the same twice."""
    return {"alert": trouble(fault, speaking), "at": time.monotonic_ns()}


def client(request: gr.Request) -> str:
    """Who asks, for fairness: the name they logged in with, or the browser tab."""
    return str(request.username or request.session_hash)


def named(name: str, work: Callable[[Answer, Language], Answer]) -> Callable[..., Answer]:
    """A call as Gradio takes it, which never fails: it answers with a sentence instead."""

    def call(data: Answer, request: gr.Request) -> Answer:
        speaking = language(request)
        try:
            return work(data, speaking)
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            return {"alert": trouble(fault, speaking)}

    call.__name__ = name
    return call


class Desk:
    """The calls of one service's sheets."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def sheet(self, job: Job, speaking: Language) -> Answer:
        """The sheet of a job."""
        return sheet.value(job, speaking, proposed(job))

    @property
    def calls(self) -> list[Callable[..., Answer]]:
        """What the sheet's script may call; each takes its data and the request."""
        return [
            named("job_cancel", self._cancel),
            named("job_edit", self._edit),
            named("job_approve", self._approve),
            named("job_rename", self._rename),
            named("job_brief", self._brief),
            named("job_download", self._download),
        ]

    def _cancel(self, data: Answer, speaking: Language) -> Answer:
        return {"sheet": self.sheet(self._service.cancel(_text(data, "job")), speaking)}

    def _edit(self, data: Answer, speaking: Language) -> Answer:
        text = " ".join(_text(data, "text").split())
        job = self._service.edit(_text(data, "job"), _text(data, "segment"), text)
        return {"sheet": self.sheet(job, speaking), "said": say(speaking, "saved")}

    def _approve(self, data: Answer, speaking: Language) -> Answer:
        job = self._service.approve(_text(data, "job"), _text(data, "segment"))
        return {"sheet": self.sheet(job, speaking), "said": say(speaking, "was_approved")}

    def _rename(self, data: Answer, speaking: Language) -> Answer:
        names = [(str(source), str(target)) for source, target in data["names"]]
        return self._going_on(self._service.rename(_text(data, "job"), names), speaking)

    def _brief(self, data: Answer, speaking: Language) -> Answer:
        length, style = _text(data, "length"), _text(data, "style")
        if length not in get_args(Length) or style not in get_args(Style):
            raise UsageError("there is no brief of that length and style: choose from the lists")
        options = BriefOptions(cast(Length, length), cast(Style, style))
        return self._going_on(self._service.brief(_text(data, "job"), options), speaking)

    def _download(self, data: Answer, speaking: Language) -> Answer:
        del speaking
        job = self._service.job(_text(data, "job"))
        name = _text(data, "format")
        if name not in export.FORMATS or job.translation is None:
            raise UsageError("there is nothing of that format yet: wait for the translation")
        content = export.FORMATS[name](job.translation, job.brief)
        data_bytes = content.encode("utf-8") if isinstance(content, str) else content
        return {
            "file": {
                "name": f"{_file_name(job.translation, job.brief)}.{_ENDINGS.get(name, name)}",
                "type": _MEDIA.get(name, "text/plain"),
                "base64": base64.b64encode(data_bytes).decode("ascii"),
            }
        }

    def _going_on(self, job: Job, speaking: Language) -> Answer:
        return {"sheet": self.sheet(job, speaking), "follow": not job.is_over}


def _text(data: Answer, key: str) -> str:
    found = data.get(key)
    if not isinstance(found, str):
        raise UsageError(f"the page sent no {key}: load it again")
    return found


def _file_name(translation: Translation, brief: Brief | None) -> str:
    """A name without what file systems refuse: of the headline, or of the source file."""
    title = marks.title(translation, brief)
    words = re.sub(r"[^\w\- ]", "", title).split()
    return "-".join(words)[:60].strip("-").lower() or "translation"
