"""What the page says, in English and Simplified Chinese: one table (strings.tsv), a key a line."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

from translator.checks import Finding
from translator.export import marks

Language = Literal["en", "zh"]


def language_of(accepted: str | None) -> Language:
    """The page's language for an Accept-Language header: the first of ours that it names.

    RFC 9110, section 12.5.4: entries without a weight have weight 1, those of weight 0 are refused.
    """
    weighted = []
    for place, entry in enumerate((accepted or "").split(",")):
        tag, _, weight = entry.strip().partition(";")
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            value = 0.0
        primary = tag.strip().lower().split("-")[0]
        if value > 0 and primary in ("en", "zh"):
            weighted.append((-value, place, primary))
    return "zh" if weighted and min(weighted)[2] == "zh" else "en"


def say(language: Language, key: str, **values: object) -> str:
    """A sentence of the page, its places filled in."""
    english, chinese = _table()[key]
    return (chinese if language == "zh" else english).format(**values)


def table(language: Language) -> dict[str, str]:
    """All that the page says, by key."""
    return {key: texts[language == "zh"] for key, texts in _table().items()}


def counted(language: Language, number: int, noun: str) -> str:
    """A number and what is counted: `error`, `warning` or `remark`."""
    if language == "zh":
        return f"{number} {_table()[noun][1]}"
    return marks.counted(number, noun)


def label(language: Language, finding: Finding) -> str:
    """What a finding is about, in a word or two."""
    return _KINDS[finding.kind][0] if language == "zh" else marks.label(finding)


def explanation(language: Language, finding: Finding) -> str:
    """What is wrong and what was expected.

    The checks speak English; in Chinese the finding's kind and what it quotes say the same.
    """
    if language == "en":
        return marks.explanation(finding)
    quoted = (
        ("原文", finding.source_text),
        ("译文", finding.target_text),
        ("应为", finding.expected),
    )
    parts = [f"{name}：{text.strip()}" for name, text in quoted if text.strip()]
    return "；".join([_KINDS[finding.kind][1], *parts])


# By Finding.kind: the label, and the sentence that explains it.
_KINDS: dict[str, tuple[str, str]] = {
    "empty": ("未译", "没有译文"),
    "leftover": ("残留中文", "译文里还有中文"),
    "loop": ("重复", "译文反复说同一句话"),
    "commentary": ("多余评论", "译文里有模型自己的话"),
    "length": ("长度", "译文的长度与原文不相称"),
    "cut": ("截断", "译文没有译完"),
    "quantity": ("数字", "数字或日期与原文不一致，或已改正"),
    "name": ("名称", "名称没有照原文译出"),
    "term": ("术语", "术语没有按术语表翻译"),
    "unsupported": ("无依据", "原文里没有这一内容"),
    "omission": ("漏译", "原文有一部分没有译出"),
    "addition": ("增译", "译文多出原文没有的内容"),
    "meaning": ("意思", "译文的意思可能与原文不同"),
    "negation": ("否定", "否定与原文不一致"),
    "speaker": ("说话人", "引语的说话人与原文不一致"),
    "untranslated": ("未译词语", "有词语没有译出"),
    "marks": ("标点", "标点或符号与原文不一致"),
}


@functools.cache
def _table() -> dict[str, tuple[str, str]]:
    """Every key's English and Chinese."""
    lines = (Path(__file__).parent / "strings.tsv").read_text("utf-8").splitlines()
    cells = (line.split("\t") for line in lines[1:])
    return {key: (english, chinese) for key, english, chinese in cells}
