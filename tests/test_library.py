"""The package as a library: quick to import, one engine a process, any number of threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import SEED

import translator
from translator import Translator, documents, segmentation
from translator.engines import Decoding, echo
from translator.engines.base import Results
from translator.errors import InputError, UsageError
from translator.memory import Memory

TEXT = "公司今年投资3.27亿元建设新厂房。新厂房位于城市的西部地区。员工的生活越来越好。"


def test_importing_it_is_light() -> None:
    code = (
        "import sys, translator; assert 'Translator' in translator.__all__;"
        "print([m for m in ('numpy', 'click', 'translator.pipeline') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_unknown_attributes_are_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = translator.Nonsense


def test_text_files_and_documents(tmp_path: Path) -> None:
    ours = Translator(engine="echo", memory=False)
    file = tmp_path / "a.txt"
    file.write_text(TEXT, "utf-8")
    texts = [
        [segment.target for segment in ours.translate(article).segments]
        for article in (TEXT, file, documents.from_text(TEXT))
    ]
    assert texts[0] == texts[1] == texts[2]
    assert len(texts[0]) == 3
    brief = ours.brief(TEXT)
    assert brief.headline
    assert ours.brief(ours.translate(TEXT)) == brief
    with pytest.raises(InputError, match="not exist"):
        ours.translate(tmp_path / "none.txt")


def test_wrong_options_are_told_at_once() -> None:
    with pytest.raises(UsageError, match="did you mean echo"):
        Translator(engine="eco", memory=False)
    with pytest.raises(InputError):
        Translator(engine="echo", memory=False, glossary=Path("none.tsv"))


def test_a_stream_is_in_the_order_of_the_text() -> None:
    document = documents.read(str(SEED))
    ours = Translator(engine="echo", memory=False)
    streamed = list(ours.stream(document))
    assert [segment.id for segment in streamed] == [
        segment.id for segment in segmentation.split(document)
    ]
    assert tuple(streamed) == ours.translate(document).segments


def test_a_stream_that_is_closed_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    translate = echo.EchoEngine.translate

    def noted(self: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        for index, candidates in translate(self, sources, decoding):
            asked.append(sources[index])
            yield index, candidates

    monkeypatch.setattr(echo.EchoEngine, "translate", noted)
    ours = Translator(engine="echo", memory=False)
    asked.clear()
    stream = ours.stream(TEXT)
    next(stream)
    ours.translate(TEXT)  # in the middle of it
    stream.close()  # type: ignore[attr-defined]
    assert len(asked) == 1 + 3


def test_threads_take_turns_at_one_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from translator import library

    loads, inside, most = [], 0, 0
    load, translate = echo.load, echo.EchoEngine.translate

    def counted(*arguments):  # type: ignore[no-untyped-def]
        loads.append(1)
        return load(*arguments)

    def slow(self: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        nonlocal inside, most
        for found in translate(self, sources, decoding):
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            inside -= 1
            yield found

    monkeypatch.setattr(echo, "load", counted)
    monkeypatch.setattr(echo.EchoEngine, "translate", slow)
    monkeypatch.setattr(library, "_engines", {})
    kept = Memory(tmp_path / "memory.sqlite")
    results: dict[int, list[str]] = {}

    def work(number: int) -> None:
        ours = Translator(engine="echo", memory=kept if number % 2 else False)
        text = f"这是第{number}篇文章。{TEXT}"
        results[number] = [segment.target for segment in ours.translate(text).segments]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert len(loads) == 1
    assert most == 1
    assert len({texts[0] for texts in results.values()}) == 8
    assert len({tuple(texts[1:]) for texts in results.values()}) == 1
