"""What was left as it stood: pinyin for words, lost Latin names, Chinese punctuation."""

from __future__ import annotations

import re

from translator.checks.findings import Finding
from translator.lexicon import HAN

_MARKS = re.compile(
    "[，。、；：！？（）《》〈〉【】「」『』〔〕～％＄￥＆＋－／＝０-９Ａ-Ｚａ-ｚ　]"
)
_LATIN = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:-?\d+)?(?![A-Za-z0-9])")
_SYLLABLE = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an"
    "|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u))"
)
_LOWER_PINYIN = re.compile(rf"(?<![\w'’-]){_SYLLABLE}+(?:[ -]{_SYLLABLE}+)*(?![\w'’-])")


def check(segment: str, source: str, target: str) -> list[Finding]:
    """Marks of Chinese text, pinyin runs, and Latin names of the source that are gone."""
    found = []
    if marks := "".join(dict.fromkeys(_MARKS.findall(target))):
        message = f"{marks} in English text: these are Chinese or full-width marks"
        found.append(Finding(segment, "marks", "warning", message, target_text=marks))
    for run, chinese in _pinyin_runs(source, target):
        message = f"{chinese} is spelled in pinyin ({run}), not translated"
        found.append(Finding(segment, "untranslated", "error", message, chinese, run))
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
    runs = [
        found[0]
        for found in _LOWER_PINYIN.finditer(target)
        if len(found[0]) >= 8 and len(re.sub("[ -]", "", found[0])) >= 8
    ]
    if not runs:
        return []
    from pypinyin import Style, pinyin

    han = re.findall(f"[{HAN}]", source)
    syllables = [each[0] for each in pinyin("".join(han), style=Style.NORMAL, v_to_u=True)]
    if len(syllables) != len(han):
        return []
    starts: list[int] = [0]
    for syllable in syllables:
        starts.append(starts[-1] + len(syllable))
    text, place = "".join(syllables), {at: index for index, at in enumerate(starts)}
    found = []
    for run in dict.fromkeys(runs):
        plain = re.sub("[ -]", "", run)
        at = text.find(plain)
        while at >= 0:
            first, last = place.get(at), place.get(at + len(plain))
            if first is not None and last is not None and last - first >= 4:
                found.append((run, "".join(han[first:last])))
                break
            at = text.find(plain, at + 1)
    return found
