"""Negations that a translation lost or added.

Tuned on human translations, which turn negatives around all the time (不断 is "steadily",
离不开 is "relies on"). A source with one plain negation has a negative word in its translation in
91 of 100 cases (1,500 of 11,500 pairs of news and other text); an English word that can carry the
negative alone (deny, avoid, instead of) is as good as a "not".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from translator.checks.findings import Finding, Severity

# No negations, or two that undo each other: blanked before the plain ones are looked for.
_NEUTRAL = re.compile(
    # questions of the form A-not-A, and rhetorical ones
    r"(.)[不没]\1|有没有|有无|可不可以|能否|是否|可否|会否|与否|要不要|何尝不|岂[不非]|莫不是|难道[^，。？]{0,8}[不没]"
    # double negations
    r"|[不没无非][得能可会]?[^，。；！？、“”]{0,2}[不无](?![到得了过断同少仅但止])|不得不|不能不|不可不|不会不|不得已|不是不"
    r"|没有不|没有[^，。；]{1,6}就没有"
    r"|并?[不没]是没有?|[不没]无|无[不非]|无时无刻|非[^，。；！？]{1,8}不可|未必不|不[^，。]{1,6}不(?=[，。；！？]|$)"
    # not only, no matter, unless
    r"|不[仅但只光单]是?|不止|无论|不论|不管|不分|除非|要不是|若非|若不是|如果不是|不然|莫非|非但"
    # set phrases that English says without a negative
    r"|不过|不断|不同|不少|不错|不菲|不凡|不久|不时|不日|不禁|不由|不愧|不妨|不乏|不免|不料|不惜|不失为|不已|不一|不如|不及"
    r"|不等|不成|不朽|不懈|不移|不解|不屈|不服|不堪|不容|不易|不难|不亚于|不愁|不怕|不忘|不负|不顾|不计|不见|不变"
    r"|不可(?:或缺|避免|思议|估量|磨灭|开交|同日|多得|分割|一世|告人|小|忽视)|不知不觉|不言而喻|不谋而合|不约而同|不遗余力|不折不扣|不胫而走"
    r"|不亦乐乎|不好意思|不以为|不得了|不得而知|不了了之|不用说|不必说|不要紧|不像话|不甘|不改|不停|不尽|不吝|不外|不下|不低于|不少于"
    r"|不(?:锈钢|丹|动产|倒翁|列颠|来梅|莱尔|夜城|起眼|老|毛)|了不起|对不起|差不多|少不了|免不了|离不开|大不了|恨不得|巴不得|忍不住|禁不住"
    r"|抵不住|挡不住|止不住|经不起|说不定|说不得|怪不得|数不[清胜]|看不惯|看不起|过不去|赶不及|来不及|不好说|闲不住|丝毫|比不[上了]|用不着"
    r"|谈不上|靠不住|动不动|好不容易|没准|没落|没收|没错|没想到|没顶|没完|没办法|没关系|没事|没药|没戏|没什么|没多久|没过多久|淹没|出没|埋没|沉没|吞没|湮没"
    r"|未来|未知|未婚|未成年|未央|未免|未雨|未遂|未时|未卜|未亡|未了|未名|无锡|无人[机驾驶船车区店]|无疑|无数|无限|无线|无比|无愧|无穷|无私|无奈"
    r"|无辜|无偿|无声|无意中|无形|无核|无障碍|无烟|无疆|无尽|无处不|无价|无忧|无畏|无缝|无菌|无纺|无极|无为|无痕|无理|无情|无故|无非|无不|无一"
    r"|一无所|无所|独一无二|从无到有|虚无|全无|了无|非洲|非常|非凡|非遗|非典|非物质|非盟|非得|非要|是非|南非|北非|东非|西非|中非|对非|非裔|非机动"
)
# Mostly negative in English too; what is so less often is left alone.
_PLAIN = re.compile(
    r"没有|没(?!人)|并不|绝不|决不|从不|既不|(?<![一])毫不|再也不|从来不|不再|尚不|仍不"
    r"|不(?:会|能|应|愿|敢|需|必|予|想|用|该|够|属|懂|认|信|准|许|允许|受|征|退|存在|符合|适[合用应]|影响|代表|包[括含]|具备|清楚"
    r"|确定|在乎|在意|支持|同意|接受|承认|打算|意味|相信|喜欢|记得|知[道情晓]|了解|参[加与]|排除|强求|赞成|建议|提供|开放|构成|涉及|完全|愉快|太|使用"
    r"|可能|可以|是[^“]|对外|给|让|做|收|买|卖|吃|喝|去|来|说|谈|看|听|找|怎么|怎样|具有|有利于|有效|合[格理法]|属于|公开|透露|追究|要求|希望|重要|要)"
    r"|[^，。；：！？“”、\s为越永](?<![很还也都就又再是的了])不(?:到(?=[^\d一二两三四五六七八九十半]|$)|懂|清楚|动(?!产)|着|见)"
    r"|未能|并未|尚未|从未|还未|仍未|未曾|未经|未[有发收获按被对给在与予做作见受进取参开使用提]|无法|无需|无须|无权|无意(?!中|间)|无力|并无"
    r"|并非|绝非|而非|请勿|切勿|严禁|禁止"
)
_QUESTION = re.compile(r"[吗吧呢][？?”]|[？?]")
_CLAUSE = re.compile(r"[^，。；：！？!?;,\n]+[，。；：！？!?;,\n”]*")
# Whatever may make an English negative natural: without any of these the source is positive.
_SHADES = re.compile(
    "[不没未无非否勿莫别免拒禁防缺失弃止停避反异难少废违错误假空零仅只才除却但虽竟岂何哪谁吗差弱短小低轻远绝断限苦败损伤病亏阻碍毁亡死罕稀鲜最超过比足满破辞退脱离怎疑杜抗罢休忘忽"
    "独唯外暂早尽仍还都任"
    "闲贫穷盲聋哑残散黑私偷逃匿伪劣坏恶丑愚谎欺骗秘密罪隔孤静默]"
)

_AUXILIARY = (
    "(?:(?:do|does|did|is|are|was|were|ca|could|wo|would|should|has|have|had|must|need|ai|might|sha)"
    "n['’]t)"
)
_NOT = re.compile(
    rf"\b(?:not(?! (?:only|just|merely|least|to mention))|no(?!\.? ?\d| (?:doubt"
    rf"|longer than|later|more than|fewer|less|wonder|matter|sooner))"
    rf"|never|without|none|neither|nor|nothing|nobody|nowhere|cannot|{_AUXILIARY})\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:unable|impossible|non-?[a-z]{3,}|fail\w*|lack\w*|un(?!i(?!n)|der|cle"
    r"|til\b|less\b)[a-z]{4,}"
    r"|dis(?:agree|approv|allow|respect|regard|satis|like|trust|continu|qualif|miss|prov|abled)\w*"
    r"|in(?:abilit|accur|adequa|appropr|capab|complet|consist|correct|defin|eligib"
    r"|effect|effic|equal|equit|evit|experien|"
    r"flexib|significan|sufficien|suscept|toler|valid|visib|secur|activ|dispens"
    r"|different|compat|separab|accessib)\w*"
    r"|im(?:moral|partial|patien|perfect|possib|practical|prop|mobil|matur)\w*|il(?:legal"
    r"|logic|liter|legitim)\w*"
    r"|ir(?:regular|relevant|respons|revers|replac)\w*|[a-z]{3,}less(?:ly|ness)?"
    r"|hardly|barely|scarcely|rarely|seldom"
    r"|instead|rather than|far from|free (?:of|from)|refus\w*|den(?:y|ied|ies|ying"
    r"|ials?)|reject\w*|prevent(?:s|ed|ing)?"
    r"|avoid\w*|bann?(?:ed|ing|s)?|prohibit\w*|forb[ia]d\w*|stop(?:s|ped|ping)?"
    r"|refrain\w*|absent|absence|yet to|except\w*|exclud\w+"
    r"|declin\w+|keep \w+ from|abandon\w*|reluctan\w*|remains? to be|less)\b",
    re.IGNORECASE,
)

# 没有…，也没有… is one negative in English: "not ... or ...".
_GOES_ON = re.compile("[，；、][^，。；]{0,6}?[也更又亦][^，。；]{0,2}?[不没无未]")
_OR = re.compile(rf"\b(?:not|never|without|no|cannot|{_AUXILIARY})\b[^.;:]*?\bor\b", re.IGNORECASE)

# Words that carry a negation now and then.
_HINT = re.compile(
    r"\b(?:little|few(?:er)?|out of|zero|beyond|short|falls?|until)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A negation on one side that the other lacks; `text` is what states it."""

    problem: Literal["lost", "added"]
    sure: bool
    text: str


def compare(source: str, target: str) -> Difference | None:
    """The negation that a translation lost or added, or None."""
    plain = _plain(source)
    stated = [found[0] for found in _NOT.finditer(target)]
    if stated and not _SHADES.search(source):
        return Difference("added", True, stated[0])
    missing = len(plain) - len(stated)
    if missing <= 0:
        return None
    missing -= len(_NEGATIVE.findall(target))
    if _GOES_ON.search(source):
        missing -= len(_OR.findall(target))
    if missing <= 0:
        return None
    return Difference("lost", not _HINT.search(target) or missing > 1, plain[0])


def _plain(source: str) -> list[str]:
    """The negations of a source that English states too; one a clause."""
    blank = _NEUTRAL.sub(lambda found: "\0" * len(found[0]), source)
    return [
        source[clause.start() + found.start() : clause.start() + found.end()]
        for clause in _CLAUSE.finditer(blank)
        if not _QUESTION.search(clause[0]) and (found := _PLAIN.search(clause[0]))
    ]


def check(segment: str, source: str, target: str) -> list[Finding]:
    """The finding on a negation that is lost or added."""
    found = compare(source, target)
    if found is None:
        return []
    severity: Severity = "error" if found.sure else "warning"
    if found.problem == "lost":
        message = f"the negative {found.text} is not in the translation"
        return [Finding(segment, "negation", severity, message, found.text)]
    message = f"nothing in the source is negative, {found.text!r} is"
    return [Finding(segment, "negation", severity, message, "", found.text)]
