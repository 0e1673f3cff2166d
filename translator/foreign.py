"""Foreign people, companies, bodies and places, by table: 特朗普 Trump, 英伟达 Nvidia, 林茨 Linz.

A name in the table is evidence by itself, for its characters mean nothing else; one marked
`context` counts only where a title, a verb of speech, a word for a company or a list of companies
stands beside it, and then in the whole article. What writes foreign names runs on without spaces,
so that a name is none where it may be a piece of a longer one: no 米兰 in 米兰达, no 里昂 beside a
dot. Those that only shadow are reported nowhere, yet nothing inside them is a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from translator.lexicon import DOTS, Lexicon, NameKind, data_lines, lexicon
from translator.titles import FOLLOWS, TITLE_BEFORE

# Characters that write foreign names and seldom begin or end a Chinese word by themselves.
_SYLLABLES = frozenset(
    "斯尔姆茨兹娅萨弗芙妮莉莎娜诺尼奥瓦埃赫茜黛丝蒂莱恩顿德克特卡伊利亚拉里罗洛曼纳塔托维达森逊"
    "佩普布基芬贝伯巴默莫穆迪杜吉哈胡霍加格科库鲁马米帕皮塞桑沙苏泰坦图乌西欣雅耶扎泽兰伦什夫"
)
# Every character that writes foreign names; many are ordinary words too.
TRANSCRIBES = (
    "阿埃艾爱安昂奥澳巴白班邦保鲍北贝本比彼边别宾滨波伯博勃卜布采蔡策曾查柴昌彻茨楚慈达大代戴丹当道德登邓狄迪底蒂第丁东杜敦多顿"
    "厄恩尔法凡范方菲费芬冯佛夫弗福富甘冈高戈哥格葛根古瓜圭郭哈海汉豪赫亨洪胡华怀惠霍基吉季济贾杰捷津京卡凯坎康柯科克肯孔"
    "库夸昆拉来莱赖兰朗劳勒雷蕾黎里理丽利莉廉列林琳龙隆卢鲁伦罗洛吕律马玛迈麦曼芒毛梅门蒙孟米密缅敏莫默姆穆拿娜纳奈南瑙能"
    "尼妮涅宁诺欧帕潘庞佩彭皮珀婆浦普奇齐恰契强乔钦琴琼丘让热仁日荣茹瑞若撒萨塞赛桑瑟森沙莎山尚绍舍圣施史什舒顺司丝斯松苏绥"
    "孙索塔泰坦唐汤陶特腾提田汀廷通图托陀瓦万旺威韦维魏温文翁沃乌武伍西希锡席夏香肖谢辛欣兴休许雅亚扬杨耶叶伊因英尤雨约云赞泽扎"
    "詹珍芝治朱祖佐颂猜蓬培昔曹素坤差帕逊娃娅茜黛芙薇"
)
_RUNS_ON = re.compile(f"[{''.join(sorted(_SYLLABLES))}]{{1,2}}(?![{''.join(sorted(_SYLLABLES))}])")
_DOT = f"[{''.join(DOTS)}]"
_DOT_BEFORE = re.compile(f"{_DOT}[{TRANSCRIBES}]{{0,4}}$")
_DOT_AFTER = re.compile(f"[{TRANSCRIBES}]{{0,6}}{_DOT}")
_COMPANY_AFTER = re.compile(
    "公司|集团|股份|汽车|电子|手机|首席|CEO|总裁|董事长|创始人|中国区|（中国）|宣布|财报|股价|市值|发布会|官网|推出"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the tables; one without a target shadows and is no name."""

    source: str
    target: str
    kind: NameKind
    context: bool = False


def foreign(texts: Iterable[str]) -> list[Entry]:
    """The foreign names in the texts, each once; those that need context where they have it."""
    sure: dict[Entry, None] = {}
    doubtful: dict[Entry, None] = {}
    for text in texts:
        found = spans(text)
        for at, (start, entry) in enumerate(found):
            if not entry.context or _has_context(text, start, entry) or _in_list(text, found, at):
                sure[entry] = None
            else:
                doubtful[entry] = None
    # 苹果公司 is evidence for 苹果, for they are one.
    by_target = {(entry.target, entry.kind) for entry in sure}
    sure |= {entry: None for entry in doubtful if (entry.target, entry.kind) in by_target}
    return [entry for entry in sure if entry.target]


@lru_cache(maxsize=4096)
def spans(text: str) -> tuple[tuple[int, Entry], ...]:
    """Where names of the tables stand in a text, longest first, shadows included, none overlapping.

    Those that need context are there too, whether they have it or not.
    """
    words, index = lexicon(), _by_start()
    found: list[tuple[int, Entry]] = []
    at = free = 0  # `free` is where the name before ends
    while at < len(text) - 1:
        for entry in index.get(text[at : at + 2], ()):
            if text.startswith(entry.source, at) and _stands(entry, text, at, free, words):
                found.append((at, entry))
                at = free = at + len(entry.source)
                break
        else:
            at += 1
    return tuple(found)


def stands_alone(source: str, text: str, at: int) -> bool:
    """Whether a name that only shadows is really there: no 英国 in 精英国际学校."""
    return _stands(Entry(source, source, "place"), text, at, 0, lexicon())


def entry(source: str) -> Entry | None:
    """The line of the tables for a Chinese name."""
    same = _by_start().get(source[:2], ())
    return next((one for one in same if one.source == source), None)


def _stands(entry: Entry, text: str, at: int, free: int, words: Lexicon) -> bool:
    """Whether the characters at an offset are this name and no piece of other words or names."""
    if not entry.target:
        return True
    end = at + len(entry.source)
    before, after = text[at - 1 : at] if at > free else "", text[end : end + 1]
    if entry.source[-1] in "省市" and after and after in "级场":
        return False  # 高平|省级
    if _DOT_BEFORE.search(text, max(0, at - 5), at) or _DOT_AFTER.match(text, end):
        return False  # a part of a longer foreign name
    if before == "小" and entry.kind == "person":  # 小特朗普 is the son
        return False
    two_after = text[end : end + 2]
    tail = _RUNS_ON.match(text, end)  # a long one is rather another name: 莫斯科维克托集团
    runs_on = tail and two_after not in words.words and not _begins(text, end)
    two_before = text[max(at - 2, free) : at]
    runs_in = before in _SYLLABLES and two_before not in words.words
    if len(entry.source) < 5 and (runs_in or runs_on):
        return False
    if len(entry.source) > 2:
        return True
    # 湖北约有 holds no 北约; in 来自白宫 and 欧盟国家 the words beside are whole without it.
    cut_before = _is_word(before + entry.source[0], words) and not _is_word(two_before, words)
    cut_after = _is_word(entry.source[-1] + after, words) and not _is_word(two_after, words)
    return not (cut_before or cut_after)


def _begins(text: str, at: int) -> bool:
    """Whether another name of the tables begins at an offset."""
    return any(text.startswith(one.source, at) for one in _by_start().get(text[at : at + 2], ()))


def _is_word(pair: str, words: Lexicon) -> bool:
    return pair in words.words or pair in words.places


def _has_context(text: str, start: int, entry: Entry) -> bool:
    end = start + len(entry.source)
    if entry.kind == "person":
        before = text[max(0, start - 10) : start]
        return bool(TITLE_BEFORE.search(before) or FOLLOWS.match(text, end))
    return bool(_COMPANY_AFTER.match(text, end))


def _in_list(text: str, found: Sequence[tuple[int, Entry]], at: int) -> bool:
    """Whether a name of a company stands in a list beside one that is sure."""
    start, entry = found[at]
    if entry.kind != "organisation":
        return False
    for neighbour in (at - 1, at + 1):
        if not 0 <= neighbour < len(found):
            continue
        other_start, other = found[neighbour]
        first, second = sorted(((start, entry), (other_start, other)), key=lambda one: one[0])
        between = text[first[0] + len(first[1].source) : second[0]]
        if between == "、" and other.kind == "organisation" and other.target and not other.context:
            return True
    return False


@lru_cache(maxsize=1)
def _by_start() -> dict[str, tuple[Entry, ...]]:
    """The tables by the first two characters, the longest names first; read once."""
    by_start: dict[str, list[Entry]] = {}
    for one in sorted(_entries(), key=lambda one: -len(one.source)):
        by_start.setdefault(one.source[:2], []).append(one)
    return {start: tuple(same) for start, same in by_start.items()}


def _entries() -> Iterator[Entry]:
    for line in data_lines("foreign_names.tsv"):
        source, target, kind, flag, *full = line.split("\t")
        of_kind: NameKind = "person" if kind == "person" else "organisation"
        yield Entry(source, "" if flag == "shadow" else target, of_kind, flag == "context")
        if full:
            yield Entry(full[0], full[1], of_kind)
    for line in data_lines("foreign_places.tsv"):
        source, target = line.split("\t")
        yield Entry(source, "" if target == "-" else target, "place")
