"""A quote that a translation puts into another mouth."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator.checks.findings import Finding
from translator.names import Name

_SAYS = (
    "(?:说|表示|介绍|坦言|称|指出|强调|认为|回忆|透露|解释|补充|感慨|感叹|直言|呼吁|回答|建议|告诉|宣布"
    "|问|答|写)"
)
_QUOTED = re.compile(r"[“「\"]")
_SAID = (
    r"(?:said|says|told|tells|noted|notes|added|adds|explained|explains|stressed|recalled|stated"
    r"|commented|remarked|pointed out|replied|asked|announced|admitted|emphasized"
    r"|emphasised|believe[sd])"
)


def check(segment: str, source: str, target: str, known_names: Sequence[Name]) -> list[Finding]:
    """Who speaks in the source and who in the target, where both are known people."""
    if not _QUOTED.search(source):
        return []
    people = [name for name in known_names if name.kind == "person"]
    speaking = [name for name in people if _speaks_in_chinese(name, source)]
    if not speaking:
        return []
    given = [name for name in people if _speaks_in_english(name, target)]
    lost = [name for name in speaking if name not in given]
    wrong = [name for name in given if name not in speaking]
    if len(lost) != 1 or len(wrong) != 1 or lost[0].target == wrong[0].target:
        return []
    message = f"{lost[0].source} speaks in the source, {wrong[0].target} in the translation"
    return [
        Finding(
            segment,
            "speaker",
            "error",
            message,
            lost[0].source,
            wrong[0].target,
            lost[0].target,
        )
    ]


def _speaks_in_chinese(name: Name, source: str) -> bool:
    return (
        re.search(rf"{re.escape(name.source)}[^，。；：！？“”、]{{0,6}}?{_SAYS}", source)
        is not None
    )


def _speaks_in_english(name: Name, target: str) -> bool:
    words = name.target.split()
    who = "(?:" + "|".join(map(re.escape, (name.target, words[0]))) + ")"
    forms = (
        rf"\b{who}(?:,[^,.“”\"]{{1,60}},)?(?: (?:also|then|further|once))? {_SAID}\b",
        rf"\b{_SAID} (?:[A-Z]?[a-z]+ ){{0,3}}{who}\b(?!['’]s)",
        rf"\b[Aa]ccording to {who}\b|\bin the words of {who}\b",
    )
    return any(re.search(form, target) for form in forms)
