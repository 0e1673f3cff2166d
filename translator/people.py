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
from translator.lexicon import HAN, Lexicon

_RANK = "(?:常务|执行|高级|首席|名誉|联席|主任|主治|助理|特级|特约|见习|实习|[副代原前总])*"
_FIRM_TITLES = (
    "董事长|支书|总经理|经理|总裁|总监|首席执行官|书记|主任|[省市县区镇乡村州局厅处科部司院校所行会社台厂园馆站"
    "队团组店班船机]长|秘书长|理事长|检察长|支队长|大队长|护士长|列车长|警长|科学家|主席|总理|委员长|教授|研究员|院士|博士"
    "|工程师|设计师|分析师|经济师|会计师|建筑师|经济学家|医生|医师|药师|律师|法官|检察官|民警|辅警|警官|负责人|创始人"
    "|合伙人|发起人|带头人|当家人|发言人|传承人|继承人|经办人|主持人|导演|编剧|演员|作家|诗人|画家|歌手|书法家|摄影师|主教练|教练|运动员|选手"
    "|小将|名将|队员|顾问|店主|老板|企业家|企业主"
)
_LOOSE_TITLES = (
    "记者|通讯员|摄影|编辑|责编|校对|作者|撰文|供图|供稿|采写|撰稿|主编|编译|老师|教师|先生|女士|同志|同学|委员|代表|专家|学者|学生|硕士"
    "|研究生|博士生|护士|村民|居民|市民|业主|游客|职工|员工|工人|司机|驾驶员|快递员|外卖员|骑手|志愿者|党员|店员|社工|农民|渔民|牧民"
    "|种植户|养殖户|农户|大户|患者|家长|老人|观众|读者|用户|消费者|球员|歌唱家|消防员|飞行员|乘务员|技术员|指导员|讲解员|网格员|店长|名叫|叫做"
)
_TITLE = re.compile(
    f"{_RANK}(?:(?P<firm>{_FIRM_TITLES})|{_LOOSE_TITLES}|(?<![{HAN}])[文图摄](?=[/／：:|]))"
)
_AFTER_NAME = re.compile(f"{_RANK}(?:{_FIRM_TITLES}|{_LOOSE_TITLES})")
_SAID = "坦言|坦陈|直言|笑言|回忆|感慨|感叹|告诉|笑着|笑道|说道|说|深有感触|深有体会"
_STATED = (
    "表示|介绍|认为|指出|强调|宣称|称|透露|解释|补充|分析|建议|呼吁|提醒|提到|谈到|宣布|致辞"
    "|报道|摄"
)
_SPEECH = re.compile(f"(?P<human>{_SAID})|(?:{_STATED})")
_FOLLOWS = re.compile(
    f"{_SAID}|{_STATED}|{_RANK}(?:{_FIRM_TITLES}|{_LOOSE_TITLES})|一行|等人|正在|正|夫妇|团队|课题组"
    "|带领|率领|率队|出席|主持|参加|会见|调研|来到|走进|看到|了解到|获悉|发现|觉得|希望|相信|毕业|出生|当选|担任|创办"
    "|做客|宣读|致词|讲话|发言|点评|代表|站在|拿着|指着|作为|已经|刚刚|自从|经常|[今去前明当每近]年|如是|曾|兼"
)
_PARTICLES = frozenset("则在对向从为与和及将也还就都被把是有又却再已等率带赴到获任的")
_BEFORE_NAME = frozenset("从对向由和与及为是让被请据的了在将把有随跟同给即名叫")
_UNIT_ENDS = frozenset("市省县区镇乡村局厅部委院所校站队团班系科处社司厂室庭会行馆组州")
# What never ends or fills a given name, and syllables that write foreign names (马斯克, 罗伯茨).
_NOT_GIVEN = frozenset(
    "的了着过在说称将也还就都被把从对是等但或因所此这那哪很最没未再已想让使每各某们个些么吗呢吧啊候里外上下后间地"
    "市省县区镇村乡局厅部委院所校队企媒店厂斯尔姆茨兹娅您你我他她它岁月日号次多少什第做与"
)
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
_ABROAD = re.compile(f"(?<!驻)(?:越南|韩国|朝鲜|日本|新加坡|马来西亚|泰国|韩|越)[{HAN}]{{0,12}}$")
_JOINERS = "、和与及 　"
_COMMON = 600  # rank up to which a character is an everyday one in names
_LIST = re.compile(rf"[（(]([{HAN}]{{2,4}}(?:[ 　、][{HAN}]{{2,4}})*)[）)]")


def people(document: Document, words: Lexicon) -> list[str]:
    """The full names of the people a document gives evidence of, as the text writes them."""
    evidence: Counter[str] = Counter()
    for block in document.blocks:
        evidence.update(_people_in(block.text, words))
        if block.kind in ("byline", "credit"):
            evidence.update(_exact(re.findall(rf"[{HAN}]+", block.text), words))
    text = "\n".join(block.text for block in document.blocks)
    return [
        source
        for source in evidence
        if not _is_misread(source, evidence, text) and not _is_abroad(source, text)
    ]


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
    for found in _TITLE.finditer(text):
        before = _name_before(text, found.start(), words, speech=False, human=True)
        if before:
            yield before
            yield from _names_listed_before(text, found.start() - len(before), words)
        at = found.end()
        while at < len(text) and text[at] in " 　:：/／|｜":
            at += 1
        spaced = at > found.end()
        yield from _names_from(text, at, words, firm=bool(found["firm"]), spaced=spaced)
    for found in _SPEECH.finditer(text):
        name = _name_before(
            text, found.start(), words, speech=True, human=found["human"] is not None
        )
        if name:
            yield name
            yield from _names_listed_before(text, found.start() - len(name), words)
    for found in _LIST.finditer(text):
        tokens = re.split("[ 　、]", found[1])
        if text[: found.start()].rstrip().endswith(("电", "讯")) or len(tokens) > 1:
            names = _exact(tokens, words)
            if len(names) == len(tokens):
                yield from names


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
    if before.endswith(("·", "•", "・")) or before[-1:].isnumeric():
        return None
    if _wordlike(text[max(0, at - 1) : at + 1], words):
        least = 3  # 部长江... may be 长江
    if least == 0 and text[at : at + 1] in words.weak:
        least = 2
    surname = 2 if text[at : at + 2] in words.surnames else 1
    fits: list[tuple[int, str]] = []
    for length in (surname + 2, surname + 1):
        name = text[at : at + length]
        if len(name) == length and _plausible(name, words):
            sure = _right(text, at + length, words)
            if sure >= (3 if _wordlike(name, words) else least):
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
        if name[0] in _BEFORE_NAME and name[1] in words.surnames and _plausible(name[1:], words):
            continue
        return name
    return None


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
    if rarest == len(words.characters) or _NOT_GIVEN & set(given) or given[-1] in _NOT_LAST:
        return False
    if name in words.words or name in words.places or given in words.places:
        return False
    if _AFTER_NAME.fullmatch(given) or _is_foreign(surname, given):
        return False
    wordlike = _wordlike(name, words)
    if len(given) == 1 and surname in _UNIT_ENDS:  # 居民区中
        return False
    if given[-1] in _NOT_ALONE and (len(given) == 1 or wordlike):
        return False
    if (wordlike and given[-1] in _PARTICLES) or (given[-1] == "学" and given in words.words):
        return False
    if weak:
        return rarest < _COMMON // 4 * len(given) or (len(given) == 2 and given not in words.words)
    return rarest < _COMMON or given not in words.words


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
    if after in ("·", "•", "・"):
        return -1
    if not re.match(f"[{HAN}]", after) or _FOLLOWS.match(text, end):
        return 3
    if after in _PARTICLES:
        return 2
    return 1 if text[end : end + 2] in words.words else 0


def _left(text: str, start: int, words: Lexicon) -> int:
    """How sure a name begins here: 3 a mark or title before it, 2 a particle or unit, 1 a word."""
    before = text[max(0, start - 8) : start]
    if before.endswith(("·", "•", "・")) or before.rstrip()[-1:].isnumeric():
        return -1
    if not before or not re.match(f"[{HAN}]", before[-1]):
        return 3
    if re.search(f"(?:{_FIRM_TITLES}|{_LOOSE_TITLES})$", before):
        return 3
    if before[-1] in _BEFORE_NAME or before[-1] in _UNIT_ENDS or before.endswith("大学"):
        return 2
    return 1 if before[-2:] in words.words else 0
