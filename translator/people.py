"""The people a document names, by evidence: titles, bylines, lists of names, verbs of speech.

A surname alone is no evidence, for half of them are ordinary words: the left and the right end of
a name must be marked off, and its characters must be ones that people are named with. Where it
stays unclear how long a name is, it is no name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from translator.documents import Document
from translator.lexicon import DOTS, HAN, Lexicon
from translator.titles import AFTER_NAME, AGE, BEFORE_NAME, FOLLOWS, SPEECH, TITLE

_PARTICLES = frozenset("只则在对向从为与和及将也还就都被把是有又却再已等率带赴到获任的")
_BEFORE_NAME = frozenset("从对向由和与及为是让被请据的了在将把有随跟同给即名叫")
_UNIT_ENDS = frozenset("市省县区镇乡村局厅部委院所校站队团班系科处社司厂室庭会行馆组州")
# What never ends or fills a given name, and syllables that write foreign names (马斯克, 罗伯茨).
_NOT_GIVEN = frozenset(
    "的了着过在说称将也还就都被把从对是等但或因所此这那哪很最没未再已想让使每各某们个些么吗呢吧啊候里外上下后间地"
    "市省县区镇村乡局厅部委院所校队企媒店厂斯尔姆茨兹娅您你我他她它岁月日号次多少什第做与"
)
_NUMBERED = frozenset(
    "一二三四五六七八九十两几当本上下每个半满岁年蜜"
)  # months, not a given name (秋月)
_NOT_LAST = frozenset("会作则以向曾表度率网联社盟致当赛比指")
# Nor do these where they are the whole given name or end an ordinary word (韩方, 金融学).
_NOT_ALONE = frozenset("方国军家族员商业界者人会团组式性型化学科管总工老")
# Surnames that also begin foreign names, with characters that write those: one of the first set, or
# nothing but the second, and the name is not Chinese (马杜罗, 罗伊, 胡克, 艾瑞克).
_FOREIGN_SURNAMES = frozenset(
    "马古皮舒温高米贝罗安孟霍戴莫鲁史康汤韦费雷哈法范路伊万卡柯沃麦华乔金梅诺布杜盖甘卜尤艾阿欧达施弗洛查林何怀柏齐包"
    "苏雅朴沈穆谷邓戈狄明卢胡沙向肯耶席门"
)
_FOREIGN = frozenset("赫特曼格克萨奥菲蒂妮莎拉瓦比巴卡洛伊莱诺贝伯普布基芬顿弗佐勒埃迪奇雷罗")
_OFTEN_FOREIGN = _FOREIGN | frozenset("德里维利韦托尼娜亚森科杜恩纳卓瑞吉夫丝莉欣伦思")
_ABROAD = re.compile(f"(?<!驻)(?:越南|韩国|朝鲜|日本|新加坡|马来西亚|泰国|韩|越)[{HAN}\0]{{0,12}}$")
_JOINERS = "、和与及 　"
_COMMON = 600  # rank up to which a character is an everyday one in names
_NAMED = HAN + "".join(DOTS) + "\0"  # which stands for a name that is known already
_ROW = re.compile(rf"(?<![{_NAMED}])[{_NAMED}]+(?:、[{_NAMED}]+){{3,}}")
_LIST = re.compile(rf"[（(]([{HAN}]{{2,4}}(?:[ 　、][{HAN}]{{2,4}})*)[）)]")


def people(document: Document, words: Lexicon) -> list[str]:
    """The full names of the people a document gives evidence of, as the text writes them."""
    text = "\n".join(block.text for block in document.blocks)
    return [source for source in _evident(document, words) if not _is_abroad(source, text)]


def people_abroad(document: Document, words: Lexicon) -> list[str]:
    """Those whose names, though in Chinese characters, are not read in pinyin: 越南副部长阮文明."""
    text = "\n".join(block.text for block in document.blocks)
    return [source for source in _evident(document, words) if _is_abroad(source, text)]


def _evident(document: Document, words: Lexicon) -> list[str]:
    evidence: Counter[str] = Counter()
    for block in document.blocks:
        evidence.update(_people_in(block.text, words))
        if block.kind in ("byline", "credit"):
            evidence.update(_exact(re.findall(rf"[{HAN}]+", block.text), words))
    text = "\n".join(block.text for block in document.blocks)
    return [source for source in evidence if not _is_misread(source, evidence, text)]


def _is_abroad(source: str, text: str) -> bool:
    """Whether a person is from where names in Chinese characters are not read in pinyin."""
    at = text.find(source)
    return bool(_ABROAD.search(text, max(0, at - 16), at)) or f"·{source}" in text


def _is_misread(source: str, evidence: Counter[str], text: str) -> bool:
    """Whether a name is another one read a character too long or too short."""
    for other in evidence:
        if other != source and other.startswith(source) and text.count(source) == text.count(other):
            return True
        if other != source and source.startswith(other) and text.count(source) < text.count(other):
            return evidence[source] < evidence[other]
    return False


def _people_in(text: str, words: Lexicon) -> Iterator[str]:
    for found in TITLE.finditer(text):
        before = _name_before(text, found.start(), words, speech=False, human=True)
        if before:
            yield before
            yield from _names_listed_before(text, found.start() - len(before), words)
        at = found.end()
        while at < len(text) and text[at] in " 　:：/／|｜":
            at += 1
        spaced = at > found.end()
        yield from _names_from(text, at, words, firm=bool(found["firm"]), spaced=spaced)
    for found in SPEECH.finditer(text):
        name = _name_before(
            text, found.start(), words, speech=True, human=found["human"] is not None
        )
        if name:
            yield name
            yield from _names_listed_before(text, found.start() - len(name), words)
    for found in AGE.finditer(text):
        name = _name_before(text, found.start(), words, speech=False, human=True)
        if name and len(name) > 2:
            yield name
    for found in _LIST.finditer(text):
        tokens = re.split("[ 　、]", found[1])
        if text[: found.start()].rstrip().endswith(("电", "讯")) or len(tokens) > 1:
            names = _exact(tokens, words)
            if len(names) == len(tokens):
                yield from names
    yield from _names_in_rows(text, words)


def _names_in_rows(text: str, words: Lexicon) -> Iterator[str]:
    """The names of a row that no title introduces: 表彰了詹春兰、周丽华、何家欢、韩小梅.

    Both ends of what stands between two marks are sure. Where most of that are names, what is
    before the first mark and after the last one is looked at too.
    """
    for row in _ROW.finditer(text):
        items = row[0].split("、")
        between = [item for item in items[1:-1] if "\0" not in item]
        found = _exact(between, words)
        full = sum(len(name) > 2 for name in found)
        if len(found) >= 2 and 2 * len(found) > len(between) and 2 * full > len(found):
            yield from found
            yield from _names_listed_before(text, row.start() + len(items[0]) + 1, words)
            last = row.end() - len(items[-1])
            yield from _names_from(text, last, words, firm=False, spaced=False)


def _exact(tokens: Iterable[str], words: Lexicon) -> list[str]:
    """The tokens that are, as they stand, the name of a person."""
    return [token for token in tokens if _plausible(token, words) and not _wordlike(token, words)]


def _names_from(text: str, at: int, words: Lexicon, *, firm: bool, spaced: bool) -> Iterator[str]:
    """The name that begins at an offset, and the names listed after it."""
    name = _name_at(text, at, words, least=0 if firm and not spaced else 2)
    while name:
        yield name
        at += len(name)
        if at + 1 >= len(text) or text[at] not in _JOINERS:
            return
        at += 1
        name = _name_at(text, at, words, least=1)


def _names_listed_before(text: str, at: int, words: Lexicon) -> Iterator[str]:
    """The names that a list has before the name at an offset."""
    while at > 1 and text[at - 1] in _JOINERS:
        at -= 1
        name = next(
            (
                text[start:at]
                for start in (at - 3, at - 2)
                if start >= 0 and _exact([text[start:at]], words) and _left(text, start, words) >= 2
            ),
            None,
        )
        if name is None:
            return
        yield name
        at -= len(name)


def _name_at(text: str, at: int, words: Lexicon, least: int) -> str | None:
    """The person's name that begins at an offset; `least` is how sure its end must be, 0 to 3."""
    before = text[max(0, at - 3) : at].rstrip()
    if before.endswith(DOTS) or before[-1:].isnumeric():
        return None
    if _wordlike(text[max(0, at - 1) : at + 1], words):
        least = 3  # 部长江... may be 长江
    if least == 0 and text[at : at + 1] in words.weak:
        least = 1 if _odd(text[at : at + 3], words) else 2
    surname = 2 if text[at : at + 2] in words.surnames else 1
    fits: list[tuple[int, str]] = []
    for length in (surname + 2, surname + 1):
        name = text[at : at + length]
        if len(name) == length and _plausible(name, words):
            sure = _right(text, at + length, words)
            # 向|新京报: a short name with such a surname needs a surer end.
            weak_short = least == 1 and length == surname + 1 and name[0] in words.weak
            if sure >= (3 if _wordlike(name, words) else 2 if weak_short else least):
                fits.append((sure, name))
    if len(fits) == 2:
        (long_sure, long), (short_sure, short) = fits
        third = words.characters[long[-1]]
        if short_sure >= 2 and (short_sure > long_sure or third > _COMMON * 3 // 4):
            return short
        if long_sure == short_sure < 2:
            return long if long_sure == 0 and third < _COMMON else None
        return long if long_sure >= short_sure or long_sure >= 2 else short
    return fits[0][1] if fits and (fits[0][0] or len(fits[0][1]) > 2) else None


def _name_before(text: str, end: int, words: Lexicon, *, speech: bool, human: bool) -> str | None:
    """The person's name that ends at an offset, before a title or a verb of speech."""
    for length in (4, 3, 2):
        start = end - length
        name = text[max(start, 0) : end]
        surname = 2 if name[:2] in words.surnames and length > 2 else 1
        if start < 0 or not _plausible(name, words) or length - surname > 2:
            continue
        left = _left(text, start, words)
        if speech and (left < 3 or (length == 2 and (not human or name[0] in words.weak))):
            continue
        if left < (1 if length > 2 else 2) or _splits_surname(text, start, words):
            continue
        if _wordlike(name, words) and (left < 3 or speech):
            continue
        if name[1:] in words.words and text[end : end + 1] in _UNIT_ENDS:  # 毛卫生部长
            continue
        if name[0] in _BEFORE_NAME and name[1] in words.surnames and _plausible(name[1:], words):
            continue
        return name
    return None


def _odd(name: str, words: Lexicon) -> bool:
    """Whether no two characters in a row of a name make a word: 区亦舟 and not 曾表示."""
    return len(name) == 3 and not any(name[at : at + 2] in words.words for at in (0, 1))


def _splits_surname(text: str, start: int, words: Lexicon) -> bool:
    return start > 0 and text[start - 1 : start + 1] in words.surnames


def _plausible(name: str, words: Lexicon) -> bool:
    """Whether a string has the build of a person's name: surname and given name."""
    if name in words.known:
        return words.known[name][1] == "person"
    surname = name[:2] if name[:2] in words.surnames and len(name) > 2 else name[:1]
    given = name[len(surname) :]
    if surname not in words.surnames or not 1 <= len(given) <= 2:
        return False
    rarest = max(words.characters.get(character, len(words.characters)) for character in given)
    weak = surname in words.weak
    if rarest == len(words.characters) or given[-1] in _NOT_LAST:
        return False
    moon = len(given) == 2 and given[1] == "月" and given[0] not in _NUMBERED
    if _NOT_GIVEN & set(given[:1] if moon else given):
        return False
    if name in words.words or name in words.places or given in words.places:
        return False
    if AFTER_NAME.fullmatch(given) or _is_foreign(surname, given):
        return False
    wordlike = _wordlike(name, words)
    if len(given) == 1 and surname in _UNIT_ENDS:  # 居民区中
        return False
    if given[-1] in _NOT_ALONE and (len(given) == 1 or wordlike):
        return False
    if (wordlike and given[-1] in _PARTICLES) or (given[-1] == "学" and given in words.words):
        return False
    if weak:
        return rarest < _COMMON // 3 * len(given) or (len(given) == 2 and given not in words.words)
    return rarest < _COMMON * 3 // 2 or given not in words.words


def _is_foreign(surname: str, given: str) -> bool:
    return surname in _FOREIGN_SURNAMES and (
        bool(_FOREIGN & set(given)) or _OFTEN_FOREIGN.issuperset(given)
    )


def _wordlike(name: str, words: Lexicon) -> bool:
    """Whether a name begins as an ordinary word or a place does (高兴, 成都)."""
    start = name[:2]
    return start not in words.surnames and (start in words.words or start in words.places)


def _right(text: str, end: int, words: Lexicon) -> int:
    """How sure a name ends here: 3 a mark, title or verb, 2 a particle, 1 a word begins, 0 none."""
    after = text[end : end + 1]
    if after in DOTS:
        return -1
    if not re.match(f"[{HAN}]", after) or FOLLOWS.match(text, end):
        return 3
    if after in _PARTICLES:
        return 2
    return 1 if text[end : end + 2] in words.words else 0


def _left(text: str, start: int, words: Lexicon) -> int:
    """How sure a name begins here: 3 a mark or title before it, 2 a particle or unit, 1 a word."""
    before = text[max(0, start - 8) : start]
    if before.endswith(DOTS) or before.rstrip()[-1:].isnumeric():
        return -1
    if not before or not re.match(f"[{HAN}]", before[-1]):
        return 3
    if BEFORE_NAME.search(before):
        return 3
    if before[-1] in _BEFORE_NAME or before[-1] in _UNIT_ENDS or before.endswith("大学"):
        return 2
    return 1 if before[-2:] in words.words else 0
