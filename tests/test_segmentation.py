"""Segmentation: sentences read by hand, laws that hold for any text, and time that stays linear."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.documents import Block, BlockKind, Document
from translator.segmentation import Segment, sentence_spans, split, split_long

# A bar marks where one sentence ends and the next begins.
SENTENCES = [
    # plain ends
    "今天下雨。¦明天放晴。",
    "今天下雨！¦明天放晴吗？¦不知道。",
    "今天下雨!¦明天放晴吗?¦不知道.",
    "太好了！！！¦真的吗？！¦是的。",
    "没有句号的标题",
    "他来了。 ¦她走了。",
    "　　段首有两个空格。¦后面还有一句。",
    "会场里坐满了A股。¦投资者纷纷离场。",
    "第一行\n¦第二行",
    "全文结束。¦（完）",
    "会议昨天闭幕。¦（记者 林晓舟）",
    "这是一句话｡¦这是另一句｡",
    # numbers, Latin, addresses
    "增速为3.5%，比上年高0.2个百分点。",
    "总规模达1.2万亿元。¦增长很快。",
    "详情请见例如www.example.com网站。¦欢迎访问。",
    "请访问https://example.com/a?id=3&b=4查询。¦谢谢。",
    "他在U.S. News榜单上排名第五。¦成绩不错。",
    "形成“2+7”产业体系。¦前景广阔。",
    "1.坚持党建引领 2.优化服务",
    "一.总体要求",
    "（一）加强领导。¦（二）明确分工。",
    "①提高认识；②加强管理；③严格考核。",
    "Yahoo!网站今天改版。¦用户反应不一。",
    "你用过iPhone?¦我没有用过。",
    "比分是3:2。¦主队获胜。",
    "版本号为v2.0.1。¦更新于2024.7.1。",
    "公司全年增收三成.¦利润也创下新高.",
    "美国前总统乔治.布什昨天到访本市.",
    "今年全市经济平稳向好发展.明年预计继续保持增长.".replace(".明", ".¦明"),
    # titles of works
    "电影《摔跤吧！爸爸》今天上映。¦票房很好。",
    "他读了《谁动了我的奶酪？》。¦然后睡了。",
    "《你好，李焕英》和《送你一朵小红花！》都很感人。",
    "《怎么办？》是一部长篇小说。",
    # quotes
    "他说：“好。很好！”¦会议随后结束。",
    "“好。”他说。¦会议随后结束。",
    "“你来吗？”老张问道，“大家都在等你。”¦小李没有回答。",
    "他说“好”。¦会议结束。",
    "孩子们喊着“加油！”冲出了教室。¦老师笑了。",
    "面对“为什么是我们？”的疑问，他没有回答。",
    "“为什么？”这是大家共同的疑问。",
    "“太好了！”现场爆发出热烈的掌声。".replace("”", "”¦"),
    "现场响起“中国队！”“加油！”的喊声。¦气氛热烈。",
    "“快进键”“加速度”是今年的热词。¦大家都在用。",
    "村民王婶笑着说：“路修好了，日子更好了！”¦她家今年种了五亩茶。",
    "专家指出，“要稳中求进。”¦与会者表示赞同。",
    "他反问：‘难道不行吗？’¦没有人回答。",
    "他说：「我同意。」¦她说：『我也同意。』¦于是散会。",
    "「我同意。」她说。",
    '他说："我同意。我们马上办！"¦会议随后结束。',
    '他说："我同意。¦会议随后结束。¦大家离开。',
    "“一定要办好。”，他强调。¦大家记下了。",
    "他说 ： “ 可以 。 ” ¦大家鼓掌 。",
    "有人问：“什么时候开工？”“下个月。”¦他回答得很干脆。".replace("”“", "”¦“"),
    "“这是我们的机会。”曾元介绍说。¦园区正在扩建。",
    "“这是机会。”¦得益于政策支持，园区正在扩建。",
    # a long quote splits inside; its closing mark and its speaker stay with the last sentence
    "厂长介绍，“这几年我们一直在改造生产线，把老设备全部换成了新的，工人的劳动强度也降下来了。"
    "¦现在一个班组只要五个人，产量却比从前翻了一番还多，大家的干劲也更足了。”¦他带记者走进车间。",
    "“这几年我们一直在改造生产线，把老设备全部换成了新的，工人的劳动强度也降下来了。"
    "¦现在一个班组只要五个人，产量却比从前翻了一番还多，大家的干劲也更足了。”厂长说。¦他很自豪。",
    # brackets
    "公司（成立于1998年。）今年上市。",
    "（他没有来。）¦会议照常进行。",
    "这项工程（一期！）已经完工。¦二期即将开始。",
    "【本报讯】昨天下雨。¦今天放晴。",
    "表演【太精彩了！】让人难忘。",
    # typing errors
    "他说：““我同意。”¦会议结束。",
    "他说：“我同意。¦会议结束了。¦大家陆续离开会场。¦天黑了。",
    "他说：我同意。”¦会议结束。",
    "公司（成立于1998年。¦今年上市。¦明年扩产。",
    "《新闻联播昨天播出。¦观众很多。",
    "他说：“我同意。¦她说：“我也同意。”¦会议结束。",
    # ellipsis
    "他想了很久很久……¦最后还是同意了这个方案。",
    "苹果、香蕉、葡萄……应有尽有。",
    "“我……我不知道。”他说。",
    "故事还没有结束……",
    "从研发、生产到销售……的每一个环节都有人把关。",
    "大家等了整整一个下午...¦结果比赛还是取消了。",
    "……他没有再说下去。",
    # semicolons
    "东部地区着力发展先进制造业和现代服务业；¦中部地区积极承接产业转移并保障粮食安全。",
    "一是稳；二是进。",
    "他说“东部地区发展先进制造业和服务业；中部地区承接产业转移保障粮食安全”，很有道理。",
    "一等奖奖金五万元；二等奖三万元；三等奖一万元。",
    # dashes and others
    "太好了！——他在日记里写道。",
    "“一带一路”倡议提出十年来，成果丰硕。¦各方受益。",
    "天哪！，他叫道。",
]


@pytest.mark.parametrize("marked", SENTENCES)
def test_sentences_as_read(marked: str) -> None:
    text = marked.replace("¦", "")
    assert "¦".join(text[start:end] for start, end in sentence_spans(text)) == marked


@pytest.mark.parametrize("marked", SENTENCES)
def test_a_sentence_alone_is_one_sentence(marked: str) -> None:
    for sentence in marked.split("¦"):
        # Half a long quote, or a "." that is read by the rest of the text, says nothing alone.
        if sentence.count("“") == sentence.count("”") and not sentence.endswith("."):
            assert len(sentence_spans(sentence)) == 1


PRESS = st.text(
    st.sampled_from(
        list("我们今天说的是一二三年月日。。！？；，、：……“”‘’「」《》（）()\"'.!?;,: \n　ab3%😀é")
    )
    | st.characters(codec="utf-8"),
    max_size=200,
)


@given(PRESS)
def test_spans_tile_the_text_and_none_is_bare(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
    if any(letter.isalnum() for letter in text):
        assert all(any(c.isalnum() for c in text[start:end]) for start, end in spans)


@given(st.lists(PRESS, max_size=5))
def test_segments_tile_their_blocks(texts: list[str]) -> None:
    segments = split(document(*texts))
    assert [segment.id for segment in segments] == [f"s{n + 1}" for n in range(len(segments))]
    for number, text in enumerate(texts):
        own = [segment for segment in segments if segment.block == f"b{number}"]
        assert "".join(segment.text for segment in own) == (text if text.strip() else "")
        assert all(segment.text == text[segment.start : segment.end] for segment in own)
        assert all(segment.text.strip() for segment in own)


@given(PRESS, st.integers(1, 40))
def test_pieces_join_to_the_text(text: str, limit: int) -> None:
    pieces = split_long(text, lambda piece: len(piece) <= limit)
    assert "".join(pieces) == text
    assert all(pieces)


@given(st.text(st.sampled_from(list("天地人和，。；：、“”（）")), max_size=300), st.integers(1, 40))
def test_pieces_fit_where_any_cut_is_allowed(text: str, limit: int) -> None:
    assert all(len(piece) <= limit for piece in split_long(text, lambda p: len(p) <= limit))


@pytest.mark.parametrize(
    ("marked", "limit"),
    [
        ("甲乙丙丁戊己庚辛；¦子丑寅卯，辰巳午未", 12),
        ("甲乙丙丁戊，己庚辛：¦子丑寅卯，辰巳午未", 12),
        ("甲乙丙丁戊、己庚辛，¦子丑寅卯、辰巳午未", 12),
        ("甲乙丙丁戊己庚辛、¦子丑寅卯辰巳午未", 12),
        ("甲乙丙丁戊己庚辛 ¦子丑寅卯辰巳午未", 12),
        ("甲乙丙丁戊己庚辛¦子丑寅卯辰巳午未", 12),
        # a mark inside quotes is worse than one outside
        ("甲乙“丙丁，戊己庚辛，子丑”，¦寅卯辰巳午未申酉", 16),
        # a comma in a number, a word and a unit are no place to cut
        ("年产量为12,345,678吨¦并且出口到海外", 16),
        ("甲乙丙丁戊己OpenAI-compatible¦子丑寅卯辰巳午未申", 26),
        ("甲乙丙丁戊己庚¦1.2万亿元辛壬癸子", 12),
        # nor is the space in a name
        ("甲乙丙丁戊己庚¦Ou Zhiheng辛壬癸子丑", 18),
        ("the quick ¦brown fox", 12),
        # closing marks stay with what they close
        ("他说了“甲乙丙丁戊己庚”，¦又说了“子丑寅卯辰”", 14),
        # no crumb: the comma after two characters is not worth it
        ("今天，甲乙丙丁戊己庚¦辛壬癸子丑寅卯辰巳午", 14),
    ],
)
def test_cuts_at_the_best_mark(marked: str, limit: int) -> None:
    pieces = split_long(marked.replace("¦", ""), lambda piece: len(piece) <= limit)
    assert "¦".join(pieces) == marked


def test_pieces_are_balanced() -> None:
    text = "春夏秋冬又一年，" * 40
    pieces = split_long(text, lambda piece: len(piece) <= 50)
    assert max(map(len, pieces)) <= 2 * min(map(len, pieces))


def test_what_cannot_be_cut_comes_back_whole() -> None:
    assert split_long("x" * 50, lambda piece: len(piece) <= 10) == ["x" * 50]
    assert split_long("天" + "e" + "\u0301" * 30, lambda piece: len(piece) <= 4) == [
        "天",
        "e" + "\u0301" * 30,
    ]
    assert split_long("", lambda piece: True) == []


def test_nothing_fits() -> None:
    assert "".join(split_long("今天，下雨。", lambda piece: False)) == "今天，下雨。"


@pytest.mark.parametrize("kind", ["headline", "kicker", "heading", "byline", "credit"])
def test_short_blocks_are_one_segment(kind: BlockKind) -> None:
    text = "创新如何赋能产业？松江这样做！ 聚链成群"
    assert [s.text for s in split(Document("d", "", "-", (Block("b1", kind, text),)))] == [text]


def test_ids_run_over_the_whole_document() -> None:
    assert split(document("下雨。放晴。", "  ", "刮风。")) == (
        Segment("s1", "b0", 0, 3, "下雨。"),
        Segment("s2", "b0", 3, 6, "放晴。"),
        Segment("s3", "b2", 0, 3, "刮风。"),
    )


HARD = {
    "press": "市长说：“今年要稳中求进。”会议指出，增速为3.5%；投资达1.2万亿元（同比增长）。",
    "opening brackets": "（",
    "opening quotes": "“",
    "closing quotes": "”",
    "straight quotes": '"',
    "full stops": "。",
    "full stops and line breaks": "。\n",
    "dots": ".",
    "spaces": " ",
    "spaced stops": "。   ”",
    "ellipses": "…天",
    "semicolons": "；",
    "nested": "（“",
    "quote ends": "天！”",
    "no marks": "天",
    "digits": "3",
}


@pytest.mark.parametrize("unit", HARD.values(), ids=HARD.keys())
def test_time_is_linear(unit: str) -> None:
    text = (unit * (350_000 // len(unit)))[:350_000]  # about 1 MB of UTF-8
    assert seconds(lambda: sentence_spans(text)) < 2
    assert seconds(lambda: split_long(text, lambda piece: len(piece) <= 5_000)) < 4


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def document(*texts: str) -> Document:
    blocks = tuple(Block(f"b{n}", "paragraph", text) for n, text in enumerate(texts))
    return Document("d", "", "-", blocks)
