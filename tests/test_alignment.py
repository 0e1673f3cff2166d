from __future__ import annotations

from translator.alignment import align
from translator.checks.coverage import expected_length

SOURCES = [
    "昨天上午，全市重点项目集中开工。",
    "三百多名工人走进工地，机器轰鸣。",
    "市长要求各部门做好服务，及时解决困难。",
    "当天下午，代表们参观了新建成的图书馆。",
    "孩子们在阅览室里安静地看书。",
    "下个月，图书馆将延长开放时间。",
]
TARGETS = [
    "Key projects across the city broke ground together yesterday morning.",
    "More than 300 workers entered the sites as machines roared.",
    "The mayor asked all departments to serve well and solve problems in time.",
    "That afternoon, the delegates visited the newly built library.",
    "Children were quietly reading in the reading room.",
    "Next month the library will stay open longer.",
]


def pairs(sources: list[str], targets: list[str]) -> list[tuple[str, str]]:
    beads = align(sources, targets, [expected_length(text) for text in sources])
    return [
        ("".join(sources[slice(*bead.source)]), " ".join(targets[slice(*bead.target)]))
        for bead in beads
    ]


def test_one_to_one() -> None:
    assert pairs(SOURCES, TARGETS) == list(zip(SOURCES, TARGETS, strict=True))


def test_a_missing_sentence_stands_alone() -> None:
    found = pairs(SOURCES, TARGETS[:2] + TARGETS[3:])
    assert (SOURCES[2], "") in found
    assert (SOURCES[3], TARGETS[3]) in found


def test_an_added_sentence_stands_alone() -> None:
    strange = (
        "The football match between the two schools was put off because of heavy rain in the north."
    )
    found = pairs(SOURCES, [*TARGETS[:3], strange, *TARGETS[3:]])
    assert ("", strange) in found
    assert (SOURCES[3], TARGETS[3]) in found


def test_two_sentences_in_one() -> None:
    joined = "Key projects broke ground together yesterday morning, and more than 300 workers entered the sites as machines roared."
    assert pairs(SOURCES, [joined, *TARGETS[2:]])[0] == (SOURCES[0] + SOURCES[1], joined)


def test_one_sentence_in_two() -> None:
    split = [
        "The mayor asked all departments to serve well.",
        "He asked them to solve problems in time.",
    ]
    assert (SOURCES[2], " ".join(split)) in pairs(SOURCES, [*TARGETS[:2], *split, *TARGETS[3:]])


def test_an_empty_side() -> None:
    assert pairs(SOURCES[:2], []) == [(SOURCES[0], ""), (SOURCES[1], "")]
    assert pairs([], TARGETS[:1]) == [("", TARGETS[0])]
    assert pairs([], []) == []
