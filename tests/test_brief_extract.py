"""The brief without a model: sentences cut and chosen, figures, people, quotes, tone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import ScriptedEngine, says

from eval import testsets
from eval.brief_bench import as_translation
from translator import brief, documents, export, quantities, segmentation
from translator.brief import BriefOptions, english, extract, headlines, tone
from translator.engines import Candidate, Decoding
from translator.grounding import Article
from translator.pipeline import Options, Pipeline, TranslatedSegment, Translation

PAIRS = {
    "泉城银行发布半年报": "Quancheng Bank publishes its half-year report",
    "本报记者 陈明": "By Chen Ming",
    "8月28日，泉城银行股份有限公司发布半年报，净利润下降3.4%。": "Quancheng Bank Co., Ltd. published its half-year report on August 28, and net profit fell by 3.4%.",
    "截至6月末，绿色贷款余额624.7亿元，增长41.3%。": "At the end of June, green loans stood at 62.47 billion yuan, up 41.3%.",
    "“我们没有拿规模换利润，也没有拿绿色当门面。”行长李建国说。": "“We have not traded profit for scale or used green as a front,” said Li Jianguo, the president of the bank.",
    "他透露，明年将新设12家支行。": "He revealed that 12 branches would be opened next year.",
    "该行发行了3亿元债券，认购倍数为5.7倍。": "The bank issued 3 billion yuan of bonds, and subscriptions were 5.7 times the issue.",
    "这座城市正谱写高质量发展的壮丽篇章，奋楫争先。": "The city is writing a magnificent chapter of development and racing ahead.",
    "不过，并非所有指标都在改善：不良贷款率比上年末提高0.2个百分点。": "However, not all is well: the ratio of bad loans rose 0.2 percentage points from the end of last year.",
}


KEYS = ("半年报", "记者", "净利润", "余额", "换利润", "透露", "倍数", "篇章", "指标")


def answer(source: str, _: Decoding) -> list[Candidate]:
    """The English of the pair whose key the source has; of a clause without one, nothing."""
    found = [english for key, english in zip(KEYS, PAIRS.values(), strict=True) if key in source]
    return says(found[-1]) if found else []


@pytest.fixture(scope="module")
def translation() -> Translation:
    text = "\n\n".join(PAIRS)
    return Pipeline(Options(meaning=False), ScriptedEngine(answer)).translate(
        documents.from_text(text)
    )


@pytest.fixture(scope="module")
def seed() -> Translation:
    return as_translation(testsets.load("seeds"))


def texts(found: brief.Brief) -> list[str]:
    return [one.text for one in (*found.summary, *found.points)]


def test_the_structure_is_that_of_any_brief(translation: Translation) -> None:
    found = brief.write(translation, None)
    assert found.origin == "extract"
    assert 3 <= len(found.headline.split()) <= 14
    assert found.headline_segments
    assert found.summary
    assert all(one.segments for one in (*found.summary, *found.points))
    assert found.figures
    assert {"headline", "summary", "points", "figures", "people", "quotes"} <= set(found.record())


def test_slogans_and_speeches_are_left_out(translation: Translation) -> None:
    shown = " ".join(texts(brief.write(translation, None, BriefOptions(length="long"))))
    assert "magnificent" not in shown
    assert not tone.own_voice(shown)  # what somebody says of himself stays a quotation
    assert "not all is well" not in shown
    assert "The ratio of bad loans rose 0.2 percentage points" in shown


def test_a_word_of_the_models_own_among_the_articles_is_a_fact_made_up(
    translation: Translation,
) -> None:
    article = Article(translation)
    told = (
        "Quancheng Bank Co., Ltd. published its half-year report on August 28, and its net profit"
        " fell by 3.4 percent."
    )
    assert article.fault(told, ("s3",)) is None
    made_up = told.replace("Ltd. published", "Ltd., a subsidiary, published")
    assert article.fault(made_up, ("s3",)) == "says what the article does not: subsidiary"


def test_numbers_that_stand_apart_are_not_joined(translation: Translation) -> None:
    article = Article(translation)
    near = "Net profit fell by 3.4%, and green loans stood at 62.47 billion yuan."
    assert article.fault(near, ("s3", "s4")) is None
    far = "Green loans stood at 62.47 billion yuan, and bad loans rose 0.2 percentage points."
    fault = article.fault(far, ("s4", str(translation.segments[-1].id)))
    assert fault == "joins numbers from different parts of the article"


def test_a_pronoun_becomes_the_name_it_stands_for(translation: Translation) -> None:
    shown = texts(brief.write(translation, None, BriefOptions(length="long")))
    assert "Li Jianguo revealed that 12 branches would be opened next year." in shown


def test_a_wrong_number_is_told_as_the_source_has_it_and_said(translation: Translation) -> None:
    """The pipeline puts such a number right itself; translations come from elsewhere too."""
    wrong = tuple(
        replace(one, target=one.target.replace("300 million", "3 billion"))
        for one in translation.segments
    )
    translation = replace(translation, segments=wrong)
    found = brief.write(translation, None, BriefOptions(length="long"))
    shown = " ".join(texts(found))
    assert "3 billion yuan" not in shown
    assert "300 million yuan of bonds" in shown
    mended = [one for one in found.findings if one.kind == "quantity"]
    assert [(one.target_text, one.expected) for one in mended] == [
        ("3 billion yuan", "300 million yuan")
    ]
    assert "3 billion yuan" not in {one.value for one in found.figures}


def test_figures_say_what_they_measure(translation: Translation) -> None:
    rows = {one.value: one for one in brief.write(translation, None).figures}
    assert "green loans stood at" in rows["62.47 billion yuan"].measures
    by_id = {segment.id: segment.target for segment in translation.segments}
    assert "62.47 billion" in by_id[rows["62.47 billion yuan"].segment]
    assert "August 28" not in rows


def test_people_have_their_roles_and_writers_are_none(translation: Translation) -> None:
    found = {one.name: one.role for one in brief.write(translation, None).people}
    assert found["Li Jianguo"] == "president of the bank"
    assert "Chen Ming" not in found


def test_quotes_are_verbatim_with_their_speaker(translation: Translation) -> None:
    (quote,) = brief.write(translation, None).quotes
    assert quote.speaker == "Li Jianguo"
    assert quote.text == "We have not traded profit for scale or used green as a front,"
    targets = {segment.id: segment.target for segment in translation.segments}
    assert quote.text in targets[quote.segments[0]]


def test_reported_speech_keeps_its_speaker() -> None:
    """The English has lost who said it; the source has not."""
    pairs = {
        "明天": "The new factory in the town opens tomorrow",
        "岗位": "The factory will offer 800 jobs to local people.",
        "仪式": "Li Jianguo, the chairman, attended the ceremony in the town on April 9.",
    }
    engine = ScriptedEngine(
        lambda source, _: says(next((text for key, text in pairs.items() if key in source), ""))
    )
    text = "新工厂明天开工\n\n董事长李建国4月9日出席了仪式。董事长李建国表示，工厂将提供800个岗位。"
    article = Article(Pipeline(Options(meaning=False), engine).translate(documents.from_text(text)))
    told = [one.text for one in extract.statements(article, BriefOptions())]
    assert any("800" in one for one in told) is False  # its speaker stands nowhere in its English
    pairs["岗位"] = "Chairman Li Jianguo gave a speech: the factory will offer 800 jobs to people."
    article = Article(Pipeline(Options(meaning=False), engine).translate(documents.from_text(text)))
    told = [one.text for one in extract.statements(article, BriefOptions())]
    assert all("Li Jianguo said" in one for one in told if "800" in one)
    assert any("800" in one for one in told)


@pytest.mark.parametrize("length", ["short", "standard", "long"])
def test_lengths_keep_their_bounds(seed: Translation, length: brief.Length) -> None:
    options = BriefOptions(length=length)
    found = brief.write(seed, None, options)
    size = options.size
    words = english.count(found.record()["summary"])
    assert size.words[0] <= words <= size.words[1]
    assert size.points[0] <= len(found.points) <= size.points[1]
    assert len(found.figures) <= size.figures
    assert len(found.quotes) <= size.quotes
    assert len(found.headline.split()) <= 14


def test_the_seed_article_is_toned_down(seed: Translation) -> None:
    """Its last section is praise from end to end: none of it may come through."""
    blocks = [block.id for block in seed.document.blocks if block.kind == "heading"]
    last = blocks[-1]
    order = [block.id for block in seed.document.blocks]
    section = set(order[order.index(last) :])
    found = brief.write(seed, None, BriefOptions(length="long"))
    shown = texts(found)
    assert not any(tone.praise(text) or tone.own_voice(text) for text in shown)
    block_of = {segment.id: segment.block for segment in seed.segments}
    from_it = [one for one in found.points if block_of[one.segments[0]] in section]
    assert all(quantities.in_english(one.text) or len(one.text.split()) > 5 for one in from_it)
    praised = [one for one in seed.segments if one.block in section and tone.praise(one.target)]
    assert praised, "the section has praise to tone down"
    for one in praised:
        assert one.target not in shown


def test_a_post_fits(seed: Translation) -> None:
    found = brief.write(seed, None, BriefOptions(style="social"))
    post = found.record()["summary"]
    assert 40 < len(post) <= 280
    assert post.endswith((".", "”", '"'))
    assert found.points == found.figures == ()


def test_markdown_and_text_show_the_tables(translation: Translation) -> None:
    found = brief.write(translation, None)
    text = export.FORMATS["md"](translation, found)
    assert "## Key figures\n\n| Figure | What it measures | Sentence |\n|---|---|---|\n" in text
    assert "- Li Jianguo, president of the bank" in text
    assert "## Quotes\n\n- “We have not traded profit" in text
    plain = export.FORMATS["txt"](translation, found)
    assert "62.47 billion yuan: " in plain
    assert "|" not in plain


@pytest.mark.parametrize(
    ("sentence", "spans", "left"),
    [
        (
            "On May 3, the firm opened a plant in the town.",
            ["May 3"],
            "The firm opened a plant in the town.",
        ),
        (
            "The firm opened a plant in town, which cost 5 yuan.",
            ["5 yuan"],
            "The firm opened a plant in town.",
        ),
        ("The plant cost 5 yuan, which was a lot of money.", ["5 yuan"], None),
        (
            "The firm said “now, at last” it would open, hiring 5 people.",
            ["5"],
            "The firm said “now, at last” it would open.",
        ),
    ],
)
def test_a_clause_goes_where_the_sentence_can_spare_it(
    sentence: str, spans: list[str], left: str | None
) -> None:
    places = [(sentence.index(span), sentence.index(span) + len(span)) for span in spans]
    assert english.without(sentence, places) == left


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("We will build it.", True),
        ("“We will build it,” he said.", False),
        ("How does it work?", True),
        ("The US will build it.", False),
        ("Phase I of the plant opened.", False),
    ],
)
def test_the_writers_own_voice(text: str, own: bool) -> None:
    assert tone.own_voice(text) is own


def test_the_command_says_what_it_takes() -> None:
    from click.testing import CliRunner

    from translator.cli import cli

    shown = CliRunner().invoke(cli, ["brief", "--help"]).output
    for option in (
        "--length [short|standard|long]",
        "--style [press|investor|social]",
        "--extractive",
    ):
        assert option in shown


def test_the_command_writes_an_extract(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from translator.cli import cli

    source = tmp_path / "a.txt"
    source.write_text("\n\n".join(PAIRS), "utf-8")
    target = tmp_path / "a.json"
    command = ["brief", str(source), "--engine", "echo", "-o", str(target), "--extractive", "-q"]
    done = CliRunner().invoke(cli, [*command, "--style", "investor", "--length", "short"])
    assert done.exit_code in (0, 1), done.output
    assert '"origin": "extract"' in target.read_text("utf-8")
    assert '"length": "short"' in target.read_text("utf-8")


TROUPE = {
    "三尺戏台走万里": "A stage of three feet goes a long way",
    "——江城剧团时隔六年再赴欧洲，41天连演29场": "Jiangcheng troupe back in Europe after six years with 29 shows",
    "本报记者 陈明": "By Chen Ming",
    "7月3日，江城剧团结束在法国和比利时的访问演出回国。": "On July 3, the Jiangcheng troupe came home from a tour of France and Belgium.",
    "观众的掌声久久没有停下来，大家都站了起来。": "The applause of the audience went on for a long time, and everybody stood up.",
    "演员们的脸上露出了疲惫而满足的笑容。": "The faces of the actors showed a tired and satisfied smile.",
    "剧团的演出受到各国观众的喜爱。": "The shows of the troupe are loved by audiences of many countries.",
    "去年剧团招收学员22人，年底走了9人。": "The troupe took on 22 trainees last year, and nine of them left by the end of the year.",
    "今年投资1.68亿元的新馆将对外开放。": "A new museum with an investment of 168 million yuan will open this year.",
    "全程上座率平均96%，售出门票2.3万张。": "Houses were 96 percent full on average, and 23,000 tickets were sold.",
}


def told(pairs: dict[str, str], between: str = "\n\n") -> Translation:
    """An article with these translations of its sentences, each a block unless `between` is less."""
    document = documents.from_text(between.join(pairs))
    segments = tuple(
        TranslatedSegment(one.id, one.block, one.text, pairs[one.text], "ok", "reference", None)
        for one in segmentation.split(document)
    )
    return Translation(document, segments, (), (), {})


def test_a_kicker_is_the_headline_only_where_it_tells_what_happened() -> None:
    assert "kicker" in Article(told(TROUPE)).kinds
    kicker = list(TROUPE)[1]
    assert brief.write(told(TROUPE), None).headline == TROUPE[kicker]
    series = told({**TROUPE, kicker: "Scenes from the theatre"})
    assert brief.write(series, None).headline != "Scenes from the theatre"


def test_what_points_back_stands_with_what_it_points_at_or_does_not_point() -> None:
    pairs = {
        "7月3日，江城剧团公布了新馆的建设计划。": "The Jiangcheng troupe announced its plan of a new museum on July 3.",
        "该项目总投资1.68亿元。": "The total investment of this project is 168 million yuan.",
        "今年的预算比去年增加了两成。": "The budget of this year is 20 percent larger than that of last year.",
    }
    article = Article(told(pairs, between=""))
    found = {one.text: one.segments for one in extract.statements(article, BriefOptions())}
    first, second, third = pairs.values()
    assert second not in found
    assert found["The total investment of the project is 168 million yuan."] == ("s2",)
    assert found[f"{first} {second}"] == ("s1", "s2")
    assert third in found


def test_what_only_points_back_is_worth_little() -> None:
    applause = list(TROUPE)[4]
    pairs = {**TROUPE, applause: "The director of the troupe was deeply moved by this."}
    ranked = extract.statements(Article(told(pairs)), BriefOptions())
    assert [one.text for one in ranked].index(pairs[applause]) == len(ranked) - 1


def test_what_tells_a_new_number_comes_before_what_paints_the_scene() -> None:
    article = Article(told(TROUPE))

    def statement(index: int, score: float) -> extract.Statement:
        text, segment = article.texts[index], article.segments[index].id
        return extract.Statement(text, (segment,), index, score, quantities.values(text))

    applause, trainees, again = statement(4, 1.0), statement(7, 0.9), statement(7, 2.0)
    assert extract.choose([applause, trainees], article, 1) == [trainees]
    assert extract.choose([applause, trainees], article, 1, taken=[again]) == [applause]


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ("The total investment of this new museum is 168 million yuan", True),
        ("A museum of such a size will cost 168 million yuan", True),
        ("The museum will cost 168 million yuan this year", False),
    ],
)
def test_a_headline_points_at_nothing(line: str, points: bool) -> None:
    article = Article(told({source: TROUPE[source] for source in list(TROUPE)[3:]}))
    segment, index = (article.segments[-2].id,), len(article.segments) - 2
    other = "The new museum of the Jiangcheng troupe will cost 168 million yuan"
    lines = [
        extract.Statement(f"{text}.", segment, index, 1.0, frozenset()) for text in (line, other)
    ]
    assert (headlines.headline(article, lines).text == other) is points


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("The Chint port is located in the Western Science and Technology Park of the zone.", ""),
        ("The city government of Quancheng is expected in the north of the province soon.", ""),
        (
            "Quancheng Bank opened twelve new branches in the north of the province on Monday.",
            "Quancheng Bank opened twelve new branches in the north of the province",
        ),
    ],
)
def test_a_headline_is_not_cut_where_it_wants_more(sentence: str, line: str) -> None:
    assert english.as_headline(sentence, 12) == line


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (
            "On July 10, the river fell back below the warning level, and by noon on July 11, 15 of"
            " the 17 roads had been reopened; the other two are expected to be cleared in days.",
            [
                "On July 10, the river fell back below the warning level.",
                "By noon on July 11, 15 of the 17 roads had been reopened.",
                "The other two are expected to be cleared in days.",
            ],
        ),
        # What follows "and" has no verb, or no subject: it stays.
        (
            "The park brought in laboratories, offices and shops, and the best of its young people.",
            None,
        ),
        ("The bank lent 3 billion yuan to small firms, and said that it would lend more.", None),
        (
            "He said that “prices fell by a tenth, and the shops of the town were full of people”.",
            None,
        ),
    ],
)
def test_main_clauses_are_taken_apart_where_each_can_stand(
    sentence: str, parts: list[str] | None
) -> None:
    assert english.halves(sentence) == (parts or [sentence])


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("NANNING, June 18 (Xinhua) -- The forum closed.", "The forum closed."),
        ("LANZHOU, Gansu, May 16 - The class began.", "The class began."),
        ("Dec. 10 (Hunan Daily, by Gong Baiwei) -- The class began.", "The class began."),
        ("(By Linghu Jing and Ou Ying) -- The bank grew.", "The bank grew."),
        ("Staff report -- The bank grew.", "The bank grew."),
        ("(By Qin Xiaoyu, staff reporter) At 6:50, the lights came on.", "At 6:50, the lights"),
        ("It was learned at the closing session that 31 papers were signed.", "31 papers were"),
        ("That day, the second phase was connected to the grid.", "The second phase was"),
        ("PARIS is a city.", "PARIS is a city."),
    ],
)
def test_a_sentence_loses_what_only_says_who_wrote_and_when(raw: str, tidied: str) -> None:
    assert english.tidy(raw).startswith(tidied)


def test_a_figure_keeps_what_turns_it_round(seed: Translation) -> None:
    line = "Storage will not be less than 25 percent of the total, and Field No. 302 is ready."
    segment = replace(
        seed.segments[0], id="x", target=line, source="储能占比不低于25%，302号地已备好。"
    )
    document = replace(seed.document, blocks=(documents.Block("x", "paragraph", segment.source),))
    one = replace(seed, document=document, segments=(replace(segment, block="x"),), names=())
    found = brief.write(one, None).figures
    assert [figure.value for figure in found] == ["no less than 25 percent"]


def test_a_figure_says_what_it_measures_in_a_clause_with_a_verb(seed: Translation) -> None:
    for figure in brief.write(seed, None, BriefOptions(length="long")).figures:
        assert "…" in figure.measures or english.is_whole(figure.measures)
        assert not figure.measures.startswith(("and ", "but ", "Ltd"))
