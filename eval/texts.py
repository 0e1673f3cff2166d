"""Made-up articles for measuring speed: as many as wanted, no two alike."""

from __future__ import annotations

_SENTENCES = (
    "{month}月{day}日，{town}经济技术开发区举行第{turn}次重大项目集中签约仪式。",
    "{number}个项目总投资{sum}亿元，涉及高端装备和生物医药。",
    "今年上半年，全区规模以上工业总产值同比增长{share}%，达到{output}亿元。",
    "第{turn}家入驻企业的负责人表示，对这里的发展充满信心。",
    "下一步，开发区将继续优化营商环境，力争全年完成投资{year}亿元。",
)
_TOWNS = ("松江", "昆山", "海宁", "龙岩", "赣州", "宜昌", "湘潭", "绵阳", "曲靖", "咸阳")


def article(seed: int) -> str:
    """An article of five sentences; those of two seeds below 7,000 have no sentence in common."""
    return "".join(_SENTENCES).format(
        month=seed % 12 + 1,
        day=seed % 28 + 1,
        town=_TOWNS[seed % len(_TOWNS)],
        turn=seed % 7_001 + 1,
        number=seed % 89 + 2,
        sum=seed % 9_973 / 10,
        share=seed % 211 / 10,
        output=seed % 9_001 / 10,
        year=seed % 8_191,
    )
