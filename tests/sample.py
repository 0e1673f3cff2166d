"""A small translation with everything that an exporter meets, made without an engine."""

from __future__ import annotations

from translator import documents
from translator.brief.records import Brief, Figure, Party, Quote, Sentence
from translator.checks import Finding
from translator.documents import Block, Document
from translator.pipeline import Status, TranslatedSegment, Translation

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>'

_BLOCKS: tuple[tuple[documents.BlockKind, tuple[tuple[str, str, Status], ...]], ...] = (
    ("headline", (("江城新区开工", "Jiangcheng breaks ground", "ok"),)),
    ("byline", (("记者 李明", "By Li Ming", "ok"),)),
    (
        "paragraph",
        (
            ("公司投资3.27亿元建设工厂。", "It invests 3.27 billion yuan in a plant.", "flagged"),
            (f"他写道：{HOSTILE}。", f"He wrote: {HOSTILE} & \x0bleft.", "ok"),
        ),
    ),
    ("heading", (("未来", "The future", "ok"),)),
    (
        "paragraph",
        (("员工的生活越来越好。", "", "failed"), ("营商环境好。", "Business is good.", "repaired")),
    ),
    ("caption", (("开工仪式。", "The ceremony.", "ok"),)),
)

FINDINGS = (
    Finding(
        "s7", "term", "warning", "营商环境 is not rendered as business environment", "营商环境"
    ),
    Finding(
        "s3",
        "quantity",
        "error",
        "3.27亿元 is given as 3.27 billion yuan",
        "3.27亿元",
        "3.27 billion yuan",
        "327 million yuan",
    ),
    Finding("s6", "empty", "error", "there is no translation", "员工的生活越来越好。"),
)

BRIEF = Brief(
    "Jiangcheng starts building",
    (
        Sentence("Work has begun in Jiangcheng.", ("s1",)),
        Sentence("A plant is built.", ("s3", "s4")),
    ),
    (Sentence("It costs money.", ("s3",)), Sentence("Business is good.", ("s7",))),
    "model",
    (Finding("brief", "unsupported", "warning", "dropped, it states 99", target_text="99 cows"),),
    figures=(Figure("327 million yuan", "invested in a plant", "s3"),),
    people=(Party("Li Ming", "person", "reporter", ("s2",)),),
    quotes=(Quote("Business is good.", "Li Ming", ("s7",)),),
)

RUN = {"version": "0", "engine": "scripted", "model": "none", "prompts": []}


def translation() -> Translation:
    segments: list[TranslatedSegment] = []
    blocks = []
    for number, (kind, sentences) in enumerate(_BLOCKS, 1):
        blocks.append(Block(f"b{number}", kind, "".join(source for source, _, _ in sentences)))
        segments += [
            TranslatedSegment(
                f"s{len(segments) + place}", f"b{number}", source, target, status, "scripted", -0.1
            )
            for place, (source, target, status) in enumerate(sentences, 1)
        ]
    document = Document("0" * 64, "江城新区开工", "a&b.txt", tuple(blocks))
    return Translation(document, tuple(segments), FINDINGS, (), RUN)


def clean() -> Translation:
    """The same without a doubt and without a gap."""
    one = translation()
    kept = tuple(segment for segment in one.segments if segment.status in ("ok", "repaired"))
    return Translation(one.document, kept, (), (), one.run)
