"""What was left as it stood: pinyin for words, lost Latin names, Chinese punctuation."""

from __future__ import annotations

import re

from translator.checks import pinyin
from translator.checks.findings import Finding

_MARKS = re.compile(
    "[，。、；：！？（）《》〈〉【】「」『』〔〕～％＄￥＆＋－／＝０-９Ａ-Ｚａ-ｚ　]"
)
_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:-?\d+)?(?![A-Za-z0-9])")
_WORD = re.compile(r"(?<![\w'’])[a-z]{2,30}(?![\w'’])")
_SYLLABLES = 4  # that a run of pinyin has at least; shorter ones are borrowed words


def check(segment: str, source: str, target: str) -> list[Finding]:
    """Marks of Chinese text, pinyin runs, and Latin names of the source that are gone."""
    found = []
    if marks := "".join(dict.fromkeys(_MARKS.findall(target))):
        message = f"{marks} in English text: these are Chinese or full-width marks"
        found.append(Finding(segment, "marks", "warning", message, target_text=marks))
    for run, chinese in _pinyin_runs(source, target):
        message = f"{chinese} is spelled in pinyin ({run}), not translated"
        found.append(Finding(segment, "untranslated", "warning", message, chinese, run))
    lowered = re.sub(r"[\s.-]", "", target.lower())
    for name in dict.fromkeys(_LATIN.findall(source)):
        if name.lower().replace("-", "") not in lowered and not _is_spelled_out(name, target):
            message = f"{name} of the source is not in the translation"
            found.append(Finding(segment, "untranslated", "warning", message, name, "", name))
    return found


def _is_spelled_out(acronym: str, target: str) -> bool:
    """Whether the initials of some words in a row are an acronym's letters."""
    letters = re.sub("[^A-Za-z]", "", acronym).lower()
    words = re.findall(r"[A-Za-z]+", target)
    initials = "".join(word[0] for word in words).lower()
    content = "".join(word[0] for word in words if word not in _SMALL).lower()
    return letters in initials or letters in content


_SMALL = frozenset(("of", "the", "and", "for", "in", "on", "to", "a", "an", "at", "by"))


def _pinyin_runs(source: str, target: str) -> list[tuple[str, str]]:
    """Runs of four syllables or more that spell Chinese of the source in small letters."""
    runs: list[str] = []
    end = -2
    for found in _WORD.finditer(target):
        if not pinyin.is_pinyin(found[0]):
            continue
        if runs and found.start() == end + 1 and target[end] in " -" and len(runs[-1]) < 200:
            runs[-1] += target[end] + found[0]
        else:
            runs.append(found[0])
        end = found.end()
    runs = [run for run in dict.fromkeys(runs) if len(run) >= 2 * _SYLLABLES]
    if not runs:
        return []
    spelled = pinyin.spelled(source)
    return [(run, chinese) for run in runs if len(chinese := spelled.find(run)) >= _SYLLABLES]
