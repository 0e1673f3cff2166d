"""What stands around numerals in Chinese: units, classifiers, modifiers, and what is no number."""

from __future__ import annotations

import re
from decimal import Decimal

from translator.quantities.values import Kind, Modifier

_MONEY = {
    "CNY": "元人民币 人民币元 人民币 块钱 元钱 元",
    "USD": "美元 美金",
    "EUR": "欧元",
    "GBP": "英镑",
    "JPY": "日元 日圆",
    "HKD": "港元 港币",
    "KRW": "韩元 韩圆",
    "RUB": "卢布",
    "INR": "印度卢比 卢比",
    "SGD": "新加坡元 新元",
    "CAD": "加拿大元 加元",
    "AUD": "澳大利亚元 澳元",
    "NZD": "新西兰元 纽元",
    "TWD": "新台币 台币",
    "MOP": "澳门元 澳门币",
    "CHF": "瑞士法郎 瑞郎",
    "THB": "泰铢",
    "MYR": "林吉特 马币",
    "VND": "越南盾",
    "IDR": "印尼盾 印度尼西亚盾",
    "BRL": "雷亚尔",
    "TRY": "里拉",
    "ZAR": "兰特",
}
_MEASURES = {
    "nm": "纳米",
    "um": "微米",
    "mm": "毫米",
    "cm": "厘米 公分",
    "m": "米",
    "km": "公里 千米",
    "nmi": "海里",
    "mi": "英里",
    "ft": "英尺",
    "in": "英寸",
    "li": "华里 里路 里地",
    "ly": "光年",
    "cm2": "平方厘米",
    "m2": "平方米 平米 平方",
    "km2": "平方公里 平方千米",
    "mu": "亩",
    "ha": "公顷",
    "acre": "英亩",
    "ft2": "平方英尺",
    "mi2": "平方英里",
    "mL": "毫升",
    "L": "升 公升",
    "m3": "立方米 立方 方土 方水 方木材 方混凝土",
    "gal": "加仑",
    "bbl": "桶",
    "ug": "微克",
    "mg": "毫克",
    "ct": "克拉",
    "g": "克",
    "oz": "盎司",
    "lb": "磅",
    "jin": "斤",
    "kg": "公斤 千克",
    "t": "吨 公吨",
    "kWh": "度电",
    "W": "瓦",
    "kW": "千瓦",
    "MW": "兆瓦",
    "GW": "吉瓦",
    "hp": "马力",
    "V": "伏特 伏",
    "kV": "千伏",
    "Hz": "赫兹",
    "MHz": "兆赫",
    "GHz": "吉赫",
    "C": "摄氏度 ℃ °C 度",
    "F": "华氏度 ℉",
    "kcal": "千卡 大卡",
    "dB": "分贝",
    "px": "像素",
    "TEU": "标准箱 标箱",
}
_DURATIONS = {
    "year": "年 载",
    "month": "个月",
    "week": "个星期 个礼拜 星期 周",
    "day": "天 日",
    "hour": "个小时 个钟头 小时 钟头",
    "minute": "分钟",
    "second": "秒钟 秒",
}
# Units made of two, written with or without a point between them (千瓦·时).
_POINTS = ("", "·", "•", "・", "‧", "∙", "⋅", ".")
_JOINED = {
    "tkm": "吨/公里 吨/千米 t/km",
    "pkm": "人/公里 人/千米",
    "Wh": "瓦/时 瓦/小时 W/h",
    "kWh": "千瓦/时 千瓦/小时 kW/h KW/H kw/h",
    "MWh": "兆瓦/时 兆瓦/小时 MW/h",
    "GWh": "吉瓦/时 吉瓦/小时 GW/h",
    "TWh": "太瓦/时 太瓦/小时 TW/h",
    "mAh": "毫安/时 毫安/小时 mA/h",
    "Ah": "安/时 安培/小时 A/h",
    "kVA": "千伏/安 kV/A",
    "MVA": "兆伏/安 MV/A",
}
# Word -> kind, unit and size; what a plain number may be followed by.
UNITS: dict[str, tuple[Kind, str, Decimal]] = {}
for _kind, _table in (("money", _MONEY), ("measure", _MEASURES), ("duration", _DURATIONS)):
    for _unit, _words in _table.items():
        for _word in _words.split():
            UNITS[_word] = (_kind, _unit, Decimal(1))  # type: ignore[assignment]
UNITS |= {
    word.replace("/", point): ("measure", unit, Decimal(1))
    for unit, words in _JOINED.items()
    for word in words.split()
    for point in _POINTS
}
UNITS |= {
    "%": ("percent", "%", Decimal(1)),
    "‰": ("percent", "%", Decimal("0.1")),
    "个百分点": ("points", "pp", Decimal(1)),
    "百分点": ("points", "pp", Decimal(1)),
    "个基点": ("points", "bp", Decimal(1)),
    "基点": ("points", "bp", Decimal(1)),
    "成": ("percent", "%", Decimal(10)),
    "倍": ("multiple", "times", Decimal(1)),
    "个世纪": ("duration", "year", Decimal(100)),
    "周岁": ("age", "year", Decimal(1)),
    "岁": ("age", "year", Decimal(1)),
    "折": ("percent", "discount", Decimal(10)),
    "角钱": ("money", "CNY", Decimal("0.1")),
    "毛钱": ("money", "CNY", Decimal("0.1")),
    "美分": ("money", "USD", Decimal("0.01")),
}
_LATIN = [
    "nm",
    "mm",
    "cm",
    "km",
    "m",
    "kg",
    "g",
    "mg",
    "t",
    "kW",
    "MW",
    "GW",
    "W",
    "kV",
    "V",
    "GHz",
    "MHz",
    "Hz",
    "GB",
    "TB",
    "MB",
    "KB",
    "mL",
    "L",
    "ha",
]
UNITS |= {word: ("measure", word, Decimal(1)) for word in _LATIN}
UNITS |= {word.lower(): UNITS[word] for word in ("mL", "L")}
UNITS |= {word.upper(): UNITS[word] for word in ("km", "kg", "kW", "mm", "cm", "mL")}
UNITS |= {
    word: ("measure", unit, Decimal(1))
    for word, unit in {
        "km²": "km2",
        "km2": "km2",
        "m²": "m2",
        "㎡": "m2",
        "m2": "m2",
        "m³": "m3",
        "m3": "m3",
        "㎞": "km",
        "㎏": "kg",
    }.items()
}

# Words that a unit opens without being one there: 元旦, 成员, 克服, 度假, 年级, 日元 ...
_NOT_AFTER = {
    "元": "旦化代素首凶老帅宇论件月勋",
    "成": "员为功本立长果交绩都型就分品熟年人套份语千百方",
    "克": "服拉制隆里罗林",
    "度": "假过空量数角日夜春尽蜜",
    "年": "级轻代龄货味华画糕夜鉴薪会",
    "日": "元圆本益常用报军语",
    "载": "体荷客入重货人有誉",
    "天": "然津空桥文河使才鹅王府",
    "周": "年岁边围刊末报转折",
    "升": "级至到学值温高降任",
    "米": "兰其饭粉",
    "吨": "位",
    "桶": "装",
    "伏": "击笔",
    "瓦": "解房砾",
    "倍": "感增加受",
    "折": "射磨腾扣旧叠合返服",
    "秒": "杀",
    "磅": "礴",
    "岁": "月末",
    "平方": "根",
    "立方": "体",
    "亩": "产",
    "里路": "",
}
_GUARD = {word: f"(?![{after}])" for word, after in _NOT_AFTER.items() if after}
_GUARD |= {word: "(?![A-Za-z0-9])" for word in UNITS if re.search("[A-Za-z]$", word)}
_GUARD["年"] = "(?!级|轻|龄|货|味|华|画|糕|鉴|薪|代(?!价|表))"
_GUARD["亩"] = ""
UNIT = "|".join(
    re.escape(word) + _GUARD.get(word, "") for word in sorted(UNITS, key=len, reverse=True)
)

# What makes a numeral in characters a count: a classifier, or a noun that takes none.
CLASSIFIER = (
    r"(?:个(?!人[^\d]{0,2}(?:信息|所得|化|体)|性|别|体|股)|名(?!单|字|称|义|片|牌)|位(?!于|置)"
    r"|家(?!长|庭|乡|具|电)|人(?!民|类|才|工|心|生|员|物|口|士)|次(?!序|品|日|元)|项(?!目部)"
    r"|条(?!件|例|约)"
    r"|件|座(?!谈|落)|套|户(?!籍|外)|台(?!阶|湾|风|词|州)|辆|只(?!有|是|要|能)|种(?!植|子|地)"
    r"|类(?!似|型)"
    r"|场(?!所|地|馆|景)|所|处(?!理|罚|于|分)|门(?!口|票|店)|批(?!评|准|发)|组(?!织|成|合)"
    r"|支(?!持|撑|出|付)"
    r"|队(?!员|伍)|部(?!门|分|署|队|长)|本(?!地|科|身|次|来)|张|片(?!面|区)|层(?!面|次)|份"
    r"|轮(?!船|流)"
    r"|期(?!间|待|望|货|限)|起(?!来|步|点|源|到|初|伏)|例(?!如|外)|对(?!于|外|手|待|此)|颗|株|棵"
    r"|头(?!脑|部|条)"
    r"|匹|艘|架(?!构)|枚|节(?!日|能|约|假|目|奏|气)|站(?!点|台|在)|列(?!入|为|车)|幅(?!度)"
    r"|首(?!先|都|次|届|个)"
    r"|篇|册|言|句|字|页|题|大(?!量|幅|学|家|约|力|会|地|楼|街)|级(?!别)|县|市(?!场|民|值)|省"
    r"|国(?!家|际|内)|村"
    r"|镇|乡|区(?!域|间)|州|城(?!市|镇|乡|区)|校|院(?!长|士)|馆|地|季(?!度|节)|代(?!表|理|替|码)"
    r"|间|款|宗"
    r"|栋|幢|口(?!岸|号|碑)|笔|道(?!路|德|理)|集(?!团|中|体|合)|车(?!辆|站|间)|班|餐|票|人次"
    r"|架次|车次"
    r"|学年|学期|赛季|季度|环(?!境|节|保)|楼|号(?!召|称)|分(?!之|别|析|布|为|享|工|组|公|支|类"
    r"|局|行)|斗"
    r"|强(?!调|化|大|烈)|岸|港|线(?!上|下|路|索)|金(?![融额属牌元币山湖秋华])|银(?![行川河])"
    r"|铜(?!牌)|胜|负|平|球|局|盘|杆|席|亿?步(?!伐|骤|行))"
)
_BEFORE: dict[Modifier, str] = {
    "at most": r"(?:不[会能得可应]?|未|没有?)(?:超过|超|高于|多于|大于|逾)|最多|至多"
    r"|最高(?:可达|达)?|最大|上限",
    "at least": r"不[会能得可应]?(?:少于|低于|小于)|至少|最少|最低|起码|达到或超过",
    "under": r"不足|不到|未满|不满|未到|低于|少于|小于|短于|未达",
    "over": r"超过了?|超出|超越|超(?!大|级)|逾|突破了?|高于|多于|大于|高出|不止|长于"
    r"|过(?=半|百|千|万|亿|[0-9])|破",
    "nearly": r"接近|将近|近乎|临近|几乎|快到|近(?![期年日来])",
    "about": r"大约|大概|大致|约合|约为|约|约莫|差不多|估计",
}
BEFORE = [
    (modifier, re.compile(rf"(?:{words})(?:达|达到|有|是|为|了|共|用时)? ?$"))
    for modifier, words in _BEFORE.items()
]
_AFTER: dict[Modifier, str] = {
    "at least": r"(?:及|或|\(含\))?以上|起步|起(?=[,.;、。，；）)]|$)",
    "over": r"有余|开外|多(?![个名次项元])",
    "under": r"(?:及|或)?以下|以内|之内|内(?![地部外容蒙陆心])|不到",
    "about": r"左右|上下|前后|许(?!多)",
}
AFTER = [(modifier, re.compile(rf"(?:人民币)?(?:{words})")) for modifier, words in _AFTER.items()]

PREFIXES: dict[str, str] = {
    "人民币": "CNY",
    "RMB": "CNY",
    "CNY": "CNY",
    "￥": "CNY",
    "¥": "CNY",
    "US$": "USD",
    "USD": "USD",
    "美元": "USD",
    "HK$": "HKD",
    "港币": "HKD",
    "$": "USD",
    "€": "EUR",
    "EUR": "EUR",
    "£": "GBP",
}
PREFIX = re.compile(
    "("
    + "|".join(re.escape(word) for word in sorted(PREFIXES, key=len, reverse=True))
    + r")[:： ]?$"
)
GROWTH = re.compile(
    r"(?:增|长|涨|升|提高|提升|扩|多|高出|上调|攀|跃|激|飙)(?!至|到|为|成"
    r"|[^,，。;；、0-9]*[至到为是])[^,，。;；、0-9]{0,6}$"
)

_LATIN_UNIT = "|".join(
    sorted((re.escape(word) for word in UNITS if word.isascii()), key=len, reverse=True)
)
# 80后: who was born in the 1980s; 95后: after 1995.
COHORT = r"(?<![0-9.:：第前])(?:[5-9][05]|0[05])后(?![天日年月周次秒分个小位名])"
# What looks like a quantity and is none. Same-length blanks take its place before parsing.
NOISE = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[\w.+-]{1,40}@[\w-]{1,40}\.[\w.-]{1,40}"
    # codes: IV-175号, G60, GB/T 1234, iPhone 15, 5G, A股 is no figure at all
    r"|(?:GB/T|GB|ISO|IEC|HJ|iPhone|Windows|Mate|Web) ?[0-9][0-9A-Za-z.-]{0,15}"
    r"|(?<![A-Za-z])(?!(?:RMB|CNY|USD|EUR|US|HK|Q[1-4](?![0-9])))[A-Za-z][A-Za-z/.]{0,11}[-‑]?[0-9]"
    r"[0-9A-Za-z./-]{0,20}号?"
    rf"|(?<![0-9.])[0-9]{{1,4}}(?!(?:{_LATIN_UNIT})(?![A-Za-z]))[A-Za-z][A-Za-z0-9-]{{0,9}}"
    r"|[0-9]{1,3}(?:\+[0-9NXn]{1,3})+|[0-9]{1,2}[·•][0-9]{1,2}(?![0-9])"
    r"|(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}"
    r"|[48]00-?[0-9]{3}-?[0-9]{4})(?![0-9.,亿万元])"
    r"|(?:(?<=电话)|(?<=热线)|(?<=专线)|(?<=拨打)|(?<=致电)"
    r"|(?<=号码))[为是:： ]{0,2}(?:[0-9]{2,4}-)?[0-9]{3,12}(?: [0-9]{4})?"
    r"(?![0-9万亿千百.,]|年|个|名|人|元|亩)"
    r"|[0-9]{3,5}(?=[\u4e00-\u9fff]{0,6}热线)|(?<![0-9.])[0-9]{1,3}路(?!口|段|大军|军)"
    r"|(?<![0-9])(?!(?:19|20)[0-9]{2}[-/][01]?[0-9][-/][0-3]?[0-9](?![0-9-]))[0-9]{1,9}(?:[-/][0-"
    r"9]{1,9}){2,}(?![0-9])"
    r"|(?<![0-9])[0-9]0后|[六七八九零〇]{1}[零〇]后|00后|05后|95后|85后"
    r"|双?十一(?=[假长黄期]|国庆|小长|\"|”|大促|购物)|双十[一二]|双1[12]|[0-9]{3}(?=大促|购物节)"
    r"|十[一二三四五六]五(?!个|名|位|家|天|年)|五四(?=运动|青年|精神)"
    r"|[五六七八]一(?=[劳儿建国小长假期奖节\"”])"
    r"|十三陵|三十而立|四十不惑|二十四节气|三十六计|九一八|七七事变|一二·?九"
    r"|[一二三四五六七八九]线(?=城市|[产医员球明品岗工城])|二维码|[三二一]甲|三农|两会"
    r"|[二三]手(?=[车房货])"
    r"|一(?:些|定|起(?!案|事|交|刑|涉|诉)|样|般|直|切|旦|律|再|向|度(?!电)|时(?![至到])"
    r"|点(?![五零一二三四六七八九])|面|边|路|致|体|流|系列"
    r"|(?<!翻.)番|同|举|味|块(?!钱)|线|级(?!地震)|代|下子?|早|道(?!题|菜|工|防)|手|生|心|身|旁"
    r"|齐|概|并|应|贯|共|带一路"
    r"|国两制|号(?!楼|线|院|门)|把手|行(?![字])|方(?!土)|气|家人|家三口|家子|日(?!游)|分(?!钟|钱"
    r"|之)|元化)|[统唯万第]一(?=[时次]间|线|手)|统一|唯一|万一|同一|单一|任一|专一"
    r"|(?<!分)之一(?!个)"
    r"|第[一二三](?=时间|线|手|方|产业|桶金|书记)"
    r"|(?<![一二三四五六七八九零点时])十分(?!钟|之)|十足|千万(?=[不别要注记])|亿万|百分百"
    r"|千方百计|四面八方|百花齐放|五湖四海|千家万户|万众一心"
    r"|千千万万|千军万马|百家争鸣|五花八门|七上八下|乱七八糟|三心二意|三三两两|三番五次|一五一十"
    r"|十全十美"
    r"|九牛一毛|百折不挠|百年大计|百废待兴|万无一失|万水千山|千山万水|千里迢迢|千变万化|千载难逢"
    r"|万里长征|万里长城"
    r"|五光十色|五彩缤纷|四通八达|四世同堂|十字路口|一心一意|一举两得|一石二鸟|一清二楚|一模一样"
    r"|一朝一夕"
    r"|三言两语|七嘴八舌|九霄云外|百尺竿头|百发百中|百战百胜|百里挑一|百闻不如一见|千钧一发"
    r"|千篇一律|千姿百态"
    r"|千头万绪|千辛万苦|千丝万缕|万象更新|万事如意|万事俱备|亿万富翁|半途而废|半信半疑|事半功倍"
    r"|两全其美|两面三刀"
    r"|红十字|十字|[二七八]十?国(?:集团|联军)|百分(?=[二百])|不管三七二十一|八仙过海|八九不离十"
    r"|十之八九|百姓|百货|百科|百合|百色|百度|百事|百强(?=企)|百团大战"
    r"|千岛湖|千佛山|千阳|万达|万科|万州|万宁|万象城|三门峡|五台山|三台县|三元[桥区里朱牛食正锂]"
    r"|千百年|成[百千]上[千万]|最[后先前]一公里|1(?:20|10|19)(?=急救|报警|指挥|电话|平台|热线"
    r"|接警|火警)|六盘水|七台河|四方区"
    r"|九寨沟|三亚|三明|四川|五指山|九江|六安|四平|三星|三一重工|五粮液|八达岭|三里屯|五道口"
    r"|三峡|九龙坡|五棵松"
    r"|四大名著|三字经|千字文|百家姓|千禧|三国演义|七夕|三伏天?|三八(?=妇|国际|红)"
    r"|正月初?[一二三四五六七八九十]{1,3}|(?:腊|冬)月[廿一二三四五六七八九十]{0,3}"
    r"|初[一二三四五六七八九十](?!中)"
    r"|(?<=周)[一二三四五六](?=[上下至到、,，。晚早]|$)|(?<=星期)[一二三四五六]"
    r"|(?<=礼拜)[一二三四五六]"
)
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 32, 0xA0: 32}
WIDE |= {
    ord(old): ord(new)
    for old, new in zip(
        "萬億兩餘點個幾數過達號時鐘噸歲幣圓", "万亿两余点个几数过达号时钟吨岁币圆", strict=True
    )
}
WIDE |= {ord(old): ord(new) for old, new in zip("○〜∼～—–－‐‑", "〇~~~-----", strict=True)}
# Marks that parse better in their Chinese form stay what they are.
for _mark in "，。；：（）！？":
    WIDE.pop(ord(_mark), None)


def modifier_of(text: str, start: int, end: int) -> Modifier:
    """What the words before and after a quantity say of its precision."""
    after: Modifier = ""
    for modifier, pattern in AFTER:
        if pattern.match(text, end):
            after = modifier
            break
    for modifier, pattern in BEFORE:
        if pattern.search(text, max(0, start - 8), start):
            return modifier
    return after
