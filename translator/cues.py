"""The words and marks by which a line of a newspaper page shows what it is."""

from __future__ import annotations

import re

from translator.decode import HAN

CLOSERS = "”’」』）》〉】\"')]}"
_SHUT = f"[ {re.escape(CLOSERS)}]*"
_END = re.compile(rf"(?:[。！？!?…｡]|(?<=[{HAN}”’）》])\.){_SHUT}(?:[（(][^（）()]{{1,24}}[）)])?$")

# Common surnames: a name set right after a role must start with one (记者王五, not 记者调查).
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷段史龙黎贺陶顾毛郝龚邵万钱覃武戴莫孔向汤常温康施文牛樊"
    "葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝"
    "路游辛靳管柴蒙鲍华喻祁房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全"
    "佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕"
    "楚鄢扬劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬"
)
_ROLE = re.compile(
    rf"^[{HAN}A-Za-z0-9]{{0,16}}?(?:记者|通讯员|评论员|特派员|撰稿人?|实习生)(?P<name>[{HAN}]{{0,4}})$"
)
_WORK = re.compile(rf"^(?:作者|撰文|采写|编译|文字?|图|摄影?|[{HAN}]{{0,6}}报道|综述)$")
_NAME = re.compile(rf"^(?:[{HAN}]{{2,4}}(?:·[{HAN}]+)?|[A-Z][A-Za-z.'-]*)$")

_DATE = re.compile(r"^[0-9]{4}[-年/.][0-9]{1,2}[-月/.][0-9]{1,2}日?$")

_PHOTO = re.compile(
    rf"供图[）)]?$|^[（(]?(?:图片|照片|图表|视频|插图|图)(?:均?由|来源|来自|提供|[:：/／]).*$"
    rf"|^图源|^[（(]?(?:资料|示意|效果)图[^，,]{{0,8}}$|(?:受访者|采访对象|主办方|企业|单位)提供[）)]?$"
    rf"|^[（(]?(?:[{HAN}A-Za-z ]{{0,16}}(?:记者|通讯员) ?)?[{HAN}]{{2,4}}(?:[、 ][{HAN}]{{2,4}})*"
    r"(?:[ /／]?(?<!拍)摄|[ /／](?:摄影|制图|绘图))[）)]?$"
)
_STAFF = re.compile(
    r"^[（(【\[]?(?:责任编辑|责编|编辑|美编|校对|审核|监制|编审|终审|来源|稿源|原标题|版权|统筹|策划|制图|设计)"
    r" ?[:：丨|｜/／].{1,40}$"
)
_CAPTION = re.compile(
    r"^(?:图为|图片说明|图说|[（(]?资料图|[▲△▼▽↑↓←→]|[上下左右]图[为是:：，,]"
    r"|图[①-⑳一二三四五六七八九十0-9]+(?:[:：、 ]|为|(?<=[①-⑳])))"
)
_SIGNED = re.compile(rf"[。！？…”）][ （(]*[{HAN}A-Za-z /／]{{2,20}}(?:摄影?|供图)[）)]?$")

_AGENCY = rf"(?:新华社|中新社|本报|本台|本刊|[{HAN}]{{2,6}}(?:社|网|报|电|台))"
_DAY = r"(?:(?:[0-9]{4}年)?[0-9]{1,2}月)?[0-9]{1,2}日"
_DATED = re.compile(rf"^[（(【]?{_AGENCY}[{HAN}]{{0,10}}?[ ，,]?{_DAY}(?:电|讯|消息|专电)")
_DATELINE = re.compile(
    rf"{_DATED.pattern}[ ]?(?:[（(][^）)]{{0,30}}[）)])?[】）)]?$"
    r"|^(?:(?:发布)?时间[:：] ?)?[0-9]{4} ?[-年/.] ?[0-9]{1,2} ?[-月/.] ?[0-9]{1,2} ?日?"
    r"(?: ?(?:星期|周)[一二三四五六日天])?(?: ?[0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?)?"
    r"(?:[ |｜　]*(?:来源|作者|记者|编辑)[:：].{1,30})?$"
)

_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百0-9]{1,4}[章节条款]|[（(][一二三四五六七八九十0-9]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}[、.．]|[0-9]{1,3}(?:[、)）]|[.．](?![0-9]))|[①-⑳⑴-⒇])"
)
_BULLET = re.compile(r"^(?:[-*+–·○◦□☆>] |[•●▪■◆◇★]|>)")
_FIELD = re.compile(
    r"^(?:发件人|收件人|抄送|密送|主题|日期|时间|发送时间|附件|From|To|Cc|Subject|Date|Sent)"
    r" ?[:：]",
    re.IGNORECASE,
)


def ends_sentence(text: str) -> bool:
    """Whether `text` ends in a full stop, question or exclamation mark.

    Closing marks may follow, and a note in brackets such as （完） or （记者 张三）.
    """
    return bool(_END.search(text[-40:]))


def is_byline(text: str) -> bool:
    """A line of nothing but roles and names: 青年报记者 陈泳均; 本报记者 张三 通讯员 李四 文/图."""
    if len(text) > 60 or ends_sentence(text):
        return False
    parts = [
        part for part in re.split(r"[ /／|丨｜、:：,，]+", text.strip("□■●◎▲◆（()）【】 ")) if part
    ]
    roles = surnames = 0
    for place, part in enumerate(parts):
        role = _ROLE.match(part)
        if role and (not role["name"] or (role["name"][0] in _SURNAMES and len(role["name"]) > 1)):
            roles += 1
            surnames += bool(role["name"])
        elif _DATE.match(part):
            continue
        elif _WORK.match(part):
            roles += place == 0 and part not in {"图", "摄", "摄影"} and not part.endswith("报道")
        elif _NAME.match(part):
            surnames += part[0] in _SURNAMES or part.isascii()
        else:
            return False
    written = any(re.fullmatch("图?文[字图]?|采写|撰文?", part) for part in parts)
    photo_only = parts[-1:] in (["摄"], ["摄影"]) and not written
    return bool(roles and not photo_only and (surnames or len(parts) == 1) and len(text) > 2)


def is_photo_credit(text: str) -> bool:
    """Who made or lent a picture: 本版均为受访者供图; 张三 摄; 图片由…提供."""
    return len(text) <= 40 and "。" not in text and bool(_PHOTO.search(text))


def is_credit(text: str) -> bool:
    """A photo credit, or a line of the staff and sources: （责任编辑：张三）; 来源：新华网."""
    return is_photo_credit(text) or (len(text) <= 50 and bool(_STAFF.match(text)))


def is_caption(text: str) -> bool:
    """A caption that says so: it starts with 图为, ▲ and the like, or ends with who took it."""
    return len(text) <= 160 and bool(
        _CAPTION.match(text) or (len(text) <= 90 and _SIGNED.search(text))
    )


def is_dateline(text: str) -> bool:
    """A line of nothing but place, date and agency, or date, time and source."""
    return len(text) <= 60 and bool(_DATELINE.match(text))


def starts_dated(text: str) -> bool:
    """A paragraph that opens with its dateline: 新华社南宁5月19日电（记者张莺）…."""
    return bool(_DATED.match(text))


def is_numbered(text: str) -> bool:
    """A numbered item or heading: 一、…; （二）…; 3. …; 第一章 …."""
    return bool(_NUMBERED.match(text))


def is_item(text: str) -> bool:
    """A line that starts something of its own: numbered, bulleted, quoted, or a mail field."""
    return is_numbered(text) or bool(_BULLET.match(text) or _FIELD.match(text))


def is_field(text: str) -> bool:
    """A header line of a mail: 主题：…."""
    return bool(_FIELD.match(text))


def stands_alone(text: str) -> bool:
    """A byline, credit, dateline or marked caption: never part of a running paragraph."""
    return is_byline(text) or is_credit(text) or is_dateline(text) or is_caption(text)
