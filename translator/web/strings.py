"""What the page says, in English and Simplified Chinese: one table, a key a sentence."""

from __future__ import annotations

from typing import Literal

from translator.checks import Finding
from translator.export import marks

Language = Literal["en", "zh"]


def language_of(accepted: str | None) -> Language:
    """The page's language for an Accept-Language header: the first of ours that it names.

    RFC 9110, section 12.5.4: entries without a weight have weight 1, those of weight 0 are refused.
    """
    weighted = []
    for place, entry in enumerate((accepted or "").split(",")):
        tag, _, weight = entry.strip().partition(";")
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            value = 0.0
        primary = tag.strip().lower().split("-")[0]
        if value > 0 and primary in ("en", "zh"):
            weighted.append((-value, place, primary))
    return "zh" if weighted and min(weighted)[2] == "zh" else "en"


def say(language: Language, key: str, **values: object) -> str:
    """A sentence of the page, its places filled in."""
    english, chinese = _TABLE[key]
    return (chinese if language == "zh" else english).format(**values)


def table(language: Language) -> dict[str, str]:
    """All that the page says, by key."""
    return {key: texts[language == "zh"] for key, texts in _TABLE.items()}


def counted(language: Language, number: int, noun: str) -> str:
    """A number and what is counted: `error`, `warning`, `sentence` or `remark`."""
    if language == "zh":
        return f"{number} {_TABLE[noun][1]}"
    return marks.counted(number, noun)


def label(language: Language, finding: Finding) -> str:
    """What a finding is about, in a word or two."""
    return _KINDS[finding.kind][0] if language == "zh" else marks.label(finding)


def explanation(language: Language, finding: Finding) -> str:
    """What is wrong and what was expected.

    The checks speak English; in Chinese the finding's kind and what it quotes say the same.
    """
    if language == "en":
        return marks.explanation(finding)
    quoted = (
        ("原文", finding.source_text),
        ("译文", finding.target_text),
        ("应为", finding.expected),
    )
    parts = [f"{name}：{text.strip()}" for name, text in quoted if text.strip()]
    return "；".join([_KINDS[finding.kind][1], *parts])


# By Finding.kind: the label, and the sentence that explains it.
_KINDS: dict[str, tuple[str, str]] = {
    "empty": ("未译", "没有译文"),
    "leftover": ("残留中文", "译文里还有中文"),
    "loop": ("重复", "译文反复说同一句话"),
    "commentary": ("多余评论", "译文里有模型自己的话"),
    "length": ("长度", "译文的长度与原文不相称"),
    "cut": ("截断", "译文没有译完"),
    "quantity": ("数字", "数字或日期与原文不一致，或已改正"),
    "name": ("名称", "名称没有照原文译出"),
    "term": ("术语", "术语没有按术语表翻译"),
    "unsupported": ("无依据", "原文里没有这一内容"),
    "omission": ("漏译", "原文有一部分没有译出"),
    "addition": ("增译", "译文多出原文没有的内容"),
    "meaning": ("意思", "译文的意思可能与原文不同"),
    "negation": ("否定", "否定与原文不一致"),
    "speaker": ("说话人", "引语的说话人与原文不一致"),
    "untranslated": ("未译词语", "有词语没有译出"),
    "marks": ("标点", "标点或符号与原文不一致"),
}

_TABLE: dict[str, tuple[str, str]] = {
    # The frame
    "title": ("Translator", "新闻翻译"),
    "tagline": (
        "Chinese press articles into English, every sentence checked",
        "中文新闻译成英文，逐句核对",
    ),
    "tab_translate": ("Translate", "翻译"),
    "tab_compare": ("Compare", "对比"),
    "tab_evaluate": ("Evaluate", "评测"),
    "tab_stores": ("Memory and glossary", "记忆库与术语表"),
    # What goes in
    "article": ("Article", "文章"),
    "from": ("Article from", "文章来源"),
    "from_text": ("Text", "文本"),
    "from_file": ("File", "文件"),
    "from_url": ("Web address", "网址"),
    "from_sample": ("Sample", "示例"),
    "text": ("Chinese text", "中文原文"),
    "text_hint": (
        "Paste an article here. Broken lines are joined; headlines, bylines and captions are found.",
        "在此粘贴文章。断行会自动接好，标题、署名和图片说明会自动识别。",
    ),
    "file": ("Text, Word, HTML, Markdown or PDF", "文本、Word、HTML、Markdown 或 PDF"),
    "url": ("Address of the article", "文章网址"),
    "sample": ("Sample article", "示例文章"),
    "engine": ("Engine and model", "引擎与模型"),
    "quality": ("Quality", "质量"),
    "fast": ("Fast", "快速"),
    "best": ("Best", "最佳"),
    "style": ("Brief", "简报"),
    "written_as": ("Style", "风格"),
    "press": ("Press", "新闻"),
    "investor": ("Investor", "投资者"),
    "social": ("Social post", "社交帖文"),
    "none": ("No brief", "不写简报"),
    "length": ("Length", "篇幅"),
    "short": ("Short", "短"),
    "standard": ("Standard", "标准"),
    "long": ("Long", "长"),
    "glossary": (
        "Glossary for this article (CSV, TSV, TBX)",
        "本文术语表（CSV、TSV、TBX）",
    ),
    "more": ("Glossary", "术语表"),
    "translate": ("Translate", "翻译"),
    "drop_file": ("Drop the file here, or choose it", "将文件拖到此处，或点击选择"),
    # The sheet: what comes out
    "empty_title": ("No article yet", "尚无文章"),
    "empty_text": (
        "The brief, the sentences side by side and everything that should be checked appear here.",
        "简报、逐句对照的译文和所有需要核对之处会显示在这里。",
    ),
    "waiting": ("Waiting", "排队中"),
    "waiting_place": ("Waiting: number {position} in the queue", "排队中：第 {position} 位"),
    "loading": (
        "Loading the model: some seconds, once",
        "正在加载模型：需要几秒，只此一次",
    ),
    "translating": (
        "Translating: {done} of {total} sentences",
        "正在翻译：{done} / {total} 句",
    ),
    "briefing": ("Writing the brief", "正在写简报"),
    "finished": ("{total} sentences translated", "已译 {total} 句"),
    "cancelled": (
        "Cancelled. What was finished stays here; start again for the rest.",
        "已取消。译好的部分保留在此；如需其余部分请重新开始。",
    ),
    "stopped": (
        "The server was stopped before the end. What was finished stays here; start again for the rest.",
        "服务器中途停止。译好的部分保留在此；如需其余部分请重新开始。",
    ),
    "failed": ("This could not be translated", "无法翻译"),
    "cancel": ("Cancel", "取消"),
    "eyebrow": ("English translation", "英文译稿"),
    "error": ("errors", "处错误"),
    "warning": ("warnings", "处存疑"),
    "sentence": ("sentences", "句"),
    "remark": ("remarks", "条说明"),
    "untranslated": ("{count} not translated", "{count} 句未译"),
    "no_doubts": ("No doubts found", "未发现疑点"),
    "check": ("Check before sending", "发出前请核对"),
    "nothing_to_check": (
        "Nothing to check so far.",
        "目前没有需要核对之处。",
    ),
    "sentences": ("Sentence by sentence", "逐句对照"),
    "number": ("Number", "序号"),
    "chinese": ("Chinese", "中文"),
    "english": ("English", "英文"),
    "pending": ("Not yet translated", "尚未翻译"),
    "gap": ("Not translated", "未译"),
    "edit": ("Edit", "修改"),
    "edit_of": ("Edit sentence {id}", "修改第 {id} 句"),
    "save": ("Save", "保存"),
    "discard": ("Discard", "放弃"),
    "approve": ("Approve", "认可"),
    "approve_of": (
        "Approve sentence {id}: keep it in the memory",
        "认可第 {id} 句：存入记忆库",
    ),
    "approved": ("Approved", "已认可"),
    "edited": ("Edited", "已修改"),
    "repaired": ("Repaired", "已修正"),
    "from_memory": ("From the memory", "来自记忆库"),
    "keys": (
        "Ctrl+Enter saves, Esc discards",
        "Ctrl+Enter 保存，Esc 放弃",
    ),
    "saved": ("Saved and checked again.", "已保存并重新核对。"),
    "was_approved": (
        "Approved: it is used wherever this sentence comes again.",
        "已认可：以后遇到同一句时将直接使用。",
    ),
    "kind_headline": ("Headline", "标题"),
    "kind_kicker": ("Kicker", "引题"),
    "kind_lead": ("Lead", "导语"),
    "kind_byline": ("Byline", "署名"),
    "kind_dateline": ("Dateline", "电头"),
    "kind_heading": ("Heading", "小标题"),
    "kind_paragraph": ("Paragraph", "段落"),
    "kind_caption": ("Caption", "图片说明"),
    "kind_credit": ("Credit", "来源"),
    # The brief
    "brief": ("Brief", "简报"),
    "Summary": ("Summary", "摘要"),
    "Key points": ("Key points", "要点"),
    "Key figures": ("Key figures", "关键数字"),
    "Figure": ("Figure", "数字"),
    "What it measures": ("What it measures", "含义"),
    "People and organisations": ("People and organisations", "人物与机构"),
    "In their words": ("In their words", "原话"),
    "copy": ("Copy", "复制"),
    "copied": ("Copied.", "已复制。"),
    "not_copied": (
        "The browser does not let this page copy; select the text instead.",
        "浏览器不允许本页复制，请自行选取文字。",
    ),
    "source_of": ("Source sentence {id}", "原句 {id}"),
    "remarks_on": ("{remarks} on the brief", "关于简报的 {remarks}"),
    "stale": (
        "Sentences have changed since this brief was written.",
        "简报写成之后，译文有改动。",
    ),
    "again": ("Write it again", "重写"),
    "no_brief": ("No brief was asked for. Choose a length and a style.", "未要求简报。请选择篇幅和风格。"),
    # Names and terms
    "names": ("Names and terms", "名称与术语"),
    "names_text": (
        "Change the English and apply: only the sentences with that name are translated again. "
        "A dash (-) says that it is no name.",
        "修改英文后点“应用”：只重译含有该名称的句子。填写短横（-）表示这不是名称。",
    ),
    "no_names": ("No names were found.", "未发现名称。"),
    "apply": ("Apply", "应用"),
    "kind": ("Kind", "类别"),
    "person": ("Person", "人物"),
    "organisation": ("Organisation", "机构"),
    "place": ("Place", "地点"),
    "term": ("Term", "术语"),
    "unchanged": ("Nothing was changed.", "没有改动。"),
    # Downloads
    "download": ("Download", "下载"),
    "docx": ("Word", "Word"),
    "html": ("Web page", "网页"),
    "md": ("Markdown", "Markdown"),
    "txt": ("Text", "纯文本"),
    "json": ("JSON", "JSON"),
    "tmx": ("TMX", "TMX"),
    "xliff": ("XLIFF 1.2", "XLIFF 1.2"),
    "xliff2": ("XLIFF 2.0", "XLIFF 2.0"),
    # Compare
    "compare_text": (
        "The same article twice: two engines, or one with two qualities. Words that differ are marked.",
        "同一篇文章译两遍：两个引擎，或同一引擎的两种质量。不同的词会标出。",
    ),
    "first": ("First", "甲"),
    "second": ("Second", "乙"),
    "compare": ("Compare", "对比"),
    "compare_empty_title": ("Nothing compared yet", "尚未对比"),
    "compare_empty": (
        "Choose two settings that differ and an article.",
        "请选择两种不同的设置和一篇文章。",
    ),
    "compare_same": (
        "Both sides have the same engine, model and quality: change one of them.",
        "两边的引擎、模型和质量相同：请改动其中一项。",
    ),
    "compare_done": (
        "{differ} of {total} sentences differ",
        "{total} 句中有 {differ} 句不同",
    ),
    "same": ("the same", "相同"),
    # Evaluate
    "evaluate_text": (
        "Score translations against human references: the set of seed articles, or files of your own "
        "with one sentence a line. The first system is the baseline.",
        "用人工参考译文为译文打分：可用示例文章集，也可上传自己的文件（每行一句）。第一个系统为基准。",
    ),
    "set": ("Test set", "测试集"),
    "set_seeds": ("Seed articles", "示例文章集"),
    "set_own": ("Own files", "自己的文件"),
    "systems": (
        "Systems to score (.txt, a line a sentence, or a saved run .json)",
        "待评系统（.txt，每行一句；或保存的 .json）",
    ),
    "sources": ("Source (Chinese, a line a sentence)", "原文（中文，每行一句）"),
    "references": ("References (English, one file each)", "参考译文（英文，每份一个文件）"),
    "evaluate": ("Evaluate", "评测"),
    "evaluating": ("Scoring: up to a minute for the seed articles", "正在打分：示例文章集最多约一分钟"),
    "evaluate_empty_title": ("No scores yet", "尚无分数"),
    "evaluate_empty": (
        "Scores with 95 % intervals, significance, charts and the worst segments appear here.",
        "分数及 95% 区间、显著性、图表和最差的句子会显示在这里。",
    ),
    "no_eval": (
        "The evaluation is not installed here: it comes with the source repository "
        "(`pip install -e '.[eval]'` in a checkout).",
        "此处未安装评测模块：它随源代码仓库提供（在仓库目录中运行 `pip install -e '.[eval]'`）。",
    ),
    "needs_systems": (
        "Add the translation of at least one system.",
        "请至少添加一个系统的译文。",
    ),
    "needs_set": (
        "Add the Chinese source and at least one reference.",
        "请添加中文原文和至少一份参考译文。",
    ),
    "report": ("Report", "报告"),
    # Memory and glossary
    "memory": ("Translation memory", "翻译记忆库"),
    "memory_text": (
        "Sentences that people approved. They win over the engine.",
        "经人认可的句子，优先于引擎。",
    ),
    "house": ("House glossary", "本社术语表"),
    "house_text": (
        "Terms with a settled English. They win over the shipped ones in every article of this page.",
        "有固定英文的术语。本页所有文章都优先采用，高于内置术语。",
    ),
    "search": ("Search", "搜索"),
    "import_memory": ("Import TMX, XLIFF, TSV or Word", "导入 TMX、XLIFF、TSV 或 Word"),
    "import_terms": ("Import CSV, TSV or TBX", "导入 CSV、TSV 或 TBX"),
    "found": ("{shown} of {total} shown", "共 {total} 条，显示 {shown} 条"),
    "memory_empty": (
        "Nothing approved yet. Approve sentences of an article, or import a file.",
        "尚无认可的句子。可在文章中认可句子，或导入文件。",
    ),
    "terms_empty": (
        "No terms of your own yet. Add one, or import a file.",
        "尚无自己的术语。可添加一条，或导入文件。",
    ),
    "nothing_found": ("Nothing found for “{query}”.", "没有找到“{query}”。"),
    "imported": (
        "{new} new, {changed} changed, {same} as before, {left} left out.",
        "新增 {new} 条，更改 {changed} 条，未变 {same} 条，略过 {left} 条。",
    ),
    "terms_imported": ("{count} terms read.", "已读入 {count} 条术语。"),
    "add": ("Add", "添加"),
    "remove": ("Remove", "删除"),
    "kept": ("Saved.", "已保存。"),
    "removed": ("Removed.", "已删除。"),
    "note": ("Note", "备注"),
    "shipped": ("Shipped", "内置"),
    # What goes wrong
    "needs_text": ("There is no text yet: paste an article.", "还没有文本：请粘贴文章。"),
    "needs_file": ("There is no file yet: choose one.", "还没有文件：请选择一个。"),
    "needs_url": (
        "There is no address yet: it begins with https://.",
        "还没有网址：网址以 https:// 开头。",
    ),
    "unknown_job": (
        "This article is no longer kept here. Translate it again.",
        "本文已不在此保存，请重新翻译。",
    ),
    "fault": (
        "Something went wrong in the program itself; your text is still here. Try again, and tell "
        "whoever runs this server, whose log says more.",
        "程序本身出错，您的文本仍在。请重试，并告知服务器管理员，日志中有详情。",
    ),
    "lost": (
        "The server does not answer. Check that it runs, then load this page again: finished work is kept.",
        "服务器没有应答。请确认它在运行，然后刷新本页：已完成的工作不会丢失。",
    ),
}
