"""Names: who and what is found, what is left alone, how it is written in English."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.documents import Block, BlockKind, Document
from translator.home import shipped
from translator.names import Name, find, missing, occurring, substitute, with_institutions

PEOPLE = [
    # after a title
    ("正泰智电港常务副总经理曾元千介绍，园区正在扩建。", "曾元千", "Zeng Yuanqian"),
    ("董事长邵国森对此深有感触。", "邵国森", "Shao Guosen"),
    ("公司总经理王强说，订单已排到年底。", "王强", "Wang Qiang"),
    ("市长李明在会上讲话。", "李明", "Li Ming"),
    ("副院长张伟介绍说，手术很成功。", "张伟", "Zhang Wei"),
    ("村支书李和平带领村民修路。", "李和平", "Li Heping"),
    ("副市长王强调研重点项目。", "王强", "Wang Qiang"),
    ("局长王强强调，安全第一。", "王强", "Wang Qiang"),
    ("厅长刘向东会见了来宾。", "刘向东", "Liu Xiangdong"),
    ("教授欧阳明华认为，这一发现意义重大。", "欧阳明华", "Ouyang Minghua"),
    ("研究员尉迟敏表示，数据可靠。", "尉迟敏", "Yuchi Min"),
    ("局长江涛说，整治仍在继续。", "江涛", "Jiang Tao"),
    ("创始人解晓东告诉记者，公司刚刚盈利。", "解晓东", "Xie Xiaodong"),
    ("项目负责人任晓明表示，工期可控。", "任晓明", "Ren Xiaoming"),
    ("国家一级演员于海洋参加演出。", "于海洋", "Yu Haiyang"),
    ("设计师仇英杰、单志远获奖。", "单志远", "Shan Zhiyuan"),
    ("总工程师覃建国率队赴现场。", "覃建国", "Qin Jianguo"),
    ("县委书记查晓峰主持会议。", "查晓峰", "Zha Xiaofeng"),
    ("主教练朴泰华出席发布会。", "朴泰华", "Piao Taihua"),
    ("律师区志航建议保留证据。", "区志航", "Ou Zhihang"),
    ("理事长盖晓燕致辞。", "盖晓燕", "Ge Xiaoyan"),
    ("书记吕晴走进社区。", "吕晴", "Lü Qing"),
    ("所长张长安表示，设备运行正常。", "张长安", "Zhang Chang'an"),
    ("老师王永和表示，孩子们进步很快。", "王永和", "Wang Yonghe"),
    ("省长王国强出席仪式。", "王国强", "Wang Guoqiang"),
    ("村民赵大海说，今年收成好。", "赵大海", "Zhao Dahai"),
    ("志愿者孙悦正在分发物资。", "孙悦", "Sun Yue"),
    ("经理周杰，十年前来到这里。", "周杰", "Zhou Jie"),
    ("主任医师陈立新提醒，不要自行停药。", "陈立新", "Chen Lixin"),
    ("公司首席科学家马晓辉说，芯片已流片。", "马晓辉", "Ma Xiaohui"),
    ("镇上年纪最大的王秀英已101岁。", "王秀英", "Wang Xiuying"),
    ("乘客解文博被送往医院。", "解文博", "Xie Wenbo"),
    ("总经理郝晓月说，订单很多。", "郝晓月", "Hao Xiaoyue"),
    ("法官区亦舟只问了三个问题。", "区亦舟", "Ou Yizhou"),
    ("64岁的郏国栋是老船工。", "郏国栋", "Jia Guodong"),
    ("彝族小伙吉克文斌来自西昌。", "吉克文斌", "Jike Wenbin"),
    ("80后焊工石建波从城里赶来。", "石建波", "Shi Jianbo"),
    ("教师龙文霞反映，路灯坏了。", "龙文霞", "Long Wenxia"),
    ("他的女儿王小满自幼学艺。", "王小满", "Wang Xiaoman"),
    ("副镇长曾凡林回应，已经整改。", "曾凡林", "Zeng Fanlin"),
    # bylines
    ("青年报记者 陈泳均", "陈泳均", "Chen Yongjun"),
    ("本报记者 张三立 李四光", "李四光", "Li Siguang"),
    ("（记者黄大鹏 周莉莉）会议昨天闭幕。", "周莉莉", "Zhou Lili"),
    ("新华社杭州5月20日电（黄晓晴 周玲玲）", "黄晓晴", "Huang Xiaoqing"),
    ("通讯员 钱卫东 摄影报道", "钱卫东", "Qian Weidong"),
    ("文/林语彤 图/何家明", "林语彤", "Lin Yutong"),
    ("摄影：高明远", "高明远", "Gao Mingyuan"),
    ("责任编辑：冯雪", "冯雪", "Feng Xue"),
    # before a title
    ("昨天，曾元千副总经理到场。", "曾元千", "Zeng Yuanqian"),
    ("手术由李强博士主刀。", "李强", "Li Qiang"),
    ("记者采访了复旦大学张明亮教授。", "张明亮", "Zhang Mingliang"),
    ("会上，宋晓慧女士获得表彰。", "宋晓慧", "Song Xiaohui"),
    ("省人民医院刘思源医生坐诊。", "刘思源", "Liu Siyuan"),
    ("他师从钱学敏院士。", "钱学敏", "Qian Xuemin"),
    ("经介绍，她认识了司马静老师。", "司马静", "Sima Jing"),
    ("活动中，王梅、李小娥、赵敏同志先后发言。", "赵敏", "Zhao Min"),
    # before a verb of speech
    ("曾元千介绍，项目已获批。", "曾元千", "Zeng Yuanqian"),
    ("曾元千说，“我们常走访企业。”", "曾元千", "Zeng Yuanqian"),
    ("“这是机会。”吴建民表示。", "吴建民", "Wu Jianmin"),
    ("会后，郭晓东告诉记者，明年开工。", "郭晓东", "Guo Xiaodong"),
    ("何建华坦言，起步很难。", "何建华", "He Jianhua"),
    ("刘洋说，太空很美。", "刘洋", "Liu Yang"),
    ("欧阳文静认为，应当立法。", "欧阳文静", "Ouyang Wenjing"),
    # in lists
    ("教授申建飞、朱文静团队获奖。", "朱文静", "Zhu Wenjing"),
    ("朱文静、申建飞教授到会。", "朱文静", "Zhu Wenjing"),
    ("村民王翠花、李桂兰和赵淑芬说，水通了。", "赵淑芬", "Zhao Shufen"),
    ("大会表彰了詹春兰、周丽华、何家欢、韩小梅。", "何家欢", "He Jiahuan"),
    ("向刘明远、陈凯文、村上春树、李兰芝、李效仁及江文辉颁奖。", "刘明远", "Liu Mingyuan"),
    ("向刘明远、陈凯文、村上春树、李兰芝、李效仁及江文辉颁奖。", "江文辉", "Jiang Wenhui"),
    # names that are not pinyin
    ("英伟达首席执行官黄仁勋说，需求强劲。", "黄仁勋", "Jensen Huang"),
    ("香港特区行政长官、市长李家超表示欢迎。", "李家超", "John Lee"),
    # polyphones in given names
    ("教练郑行健表示满意。", "郑行健", "Zheng Xingjian"),
    ("演员刘晟睿说，他很紧张。", "刘晟睿", "Liu Shengrui"),
    ("主任林乐怡介绍了情况。", "林乐怡", "Lin Leyi"),
    ("馆长闵恩泽说。", "闵恩泽", "Min Enze"),
    ("馆长沈立恩说。", "沈立恩", "Shen Li'en"),
]


@pytest.mark.parametrize(("text", "source", "target"), PEOPLE)
def test_people_are_found(text: str, source: str, target: str) -> None:
    assert Name(source, target, "person") in find(article(text))


MINORITY = [
    ("藏族教师格桑央金走上讲台。", "格桑央金", "Kelsang Yangjen"),
    ("扎西顿珠赶着牦牛。", "扎西顿珠", "Tashi Dondrup"),
    ("演员斯琴高娃出席首映。", "斯琴高娃", "Siqingaowa"),
    ("牧民巴雅尔把马牵回家。", "巴雅尔", "Bayar"),
    ("卓玛说，今年雨水好。", "卓玛", "Drolma"),
    ("乡长艾力·买买提到会。", "艾力·买买提", "Eli Memet"),
    ("巴音郭楞的巴桑村，央金大酒店。", "巴音", None),
    ("扎西德勒！格桑花开了。", "扎西", None),
]


@pytest.mark.parametrize(("text", "source", "target"), MINORITY)
def test_names_of_other_peoples(text: str, source: str, target: str | None) -> None:
    found = {name.source: name.target for name in find(article(text))}
    assert found.get(source) == target


NOBODY = [
    "毛卫生部长说，情况稳定。",
    "宣传负责人向新京报记者证实了消息。",
    "二十岁的青年高兴地说，太好了。",
    "儿子和女儿都在城里，母亲常年住院。",
    "三十岁的女子单独出行。",
    "每年十二月，老人都来。",
    "高度重视安全生产，各方面高度评价。",
    "记者说，天气转凉。",
    "记者在现场看到，秩序井然。",
    "他对记者说，一切顺利。",
    "记者从会上获悉，方案已定。",
    "记者高度关注此事。",
    "专家认为，金融安全是底线。",
    "居民安全感明显增强。",
    "市民方便出行。",
    "专家表示，应当谨慎。",
    "方面表示，将继续推进。",
    "韩方表示，愿意合作。",
    "马方指出，合作空间广阔。",
    "中方强调，反对干涉。",
    "成都表示欢迎。",
    "安徽说，江苏说，都不算。",
    "华为表示，供应稳定。",
    "小米介绍，新车十月上市。",
    "金融界认为，政策合理。",
    "由市长任组长，副市长任副组长。",
    "董事长于昨日抵达北京。",
    "总经理于上海表示祝贺。",
    "主任曾表示反对。",
    "教授曾获得大奖。",
    "书记处召开会议。",
    "负责人向新华社证实了消息。",
    "球员罗伊说，状态不错。",
    "导演约翰·高德说，拍得很累。",
    "演员罗伯特·金凯德表示满意。",
    "越南国家主席阮春明表示欢迎。",
    "日本选手金子明夺冠。",
    "交通运输部长江航务管理局发布通知。",
    "3位部长、50张选举代表票。",
    "朱女士说，孩子很高兴。",
    "刘先生告诉记者，他不知情。",
    "金融学教授和管理学教授到场。",
    "高级工程师、项目经理和车间主任到场。",
    "全体学生高兴地说，太好了。",
    "农民丰收节在山西举行。",
    "周边居民说，噪声小了。",
    "何时开工，专家说，还不清楚。",
    "成立以来，时任负责人多次更换。",
    "单位职工、安保人员和边防民警到场。",
    "桌上摆着苹果、黄瓜、白菜、马铃薯、金针菇和胡萝卜。",
    "江西、安徽、云南、贵州、广西都有产区。",
    "团队成功研发，专家齐聚一堂。",
    "党员和群众都说好。",
    "某空军工程大学科学家发布成果。",
    "约100 万英国工人失业。",
    "农民和工人的生活改善了。",
    "居民区中则有很多绿地。",
    "国际急救会代表表示关切。",
    "彼得·莫缘依来访。莫缘依医生说，很高兴。",
    "上海有限公司不少，科技有限公司也多。",
    "该股份有限公司去年上市。",
    "中国石油化工集团有限公司发布年报。",
    "北京城市建设投资有限公司负责施工。",
    "上海东方传媒集团有限公司参展。",
    "Google信息技术（中国）有限公司开业。",
    "一家医疗科技有限公司落户。",
]


@pytest.mark.parametrize("text", NOBODY)
def test_nothing_is_found_in_ordinary_words(text: str) -> None:
    assert find(article(text)) == ()


COMPANIES = [
    ("今年4月，上海辰竹仪表有限公司摘得地块。", "辰竹", "Chenzhu"),
    ("上海睿速创生医疗科技有限公司落户园区。", "睿速创生", "Ruisu Chuangsheng"),
    ("辰竹（上海）仪表有限公司成立。", "辰竹", "Chenzhu"),
    ("辰竹仪表（苏州）股份有限公司上市。", "辰竹", "Chenzhu"),
    ("江苏省苏州市恒昱新材料科技有限公司投产。", "恒昱", "Hengyu"),
    ("走进浙江凌迪数字科技有限公司，屏幕闪烁。", "凌迪", "Lingdi"),
    ("该项目由深圳市越疆机器人股份有限公司承建。", "越疆", "Yuejiang"),
    ("宁波柯力传感科技股份有限公司发布公告。", "柯力", "Keli"),
    ("无锡奥特维科技集团有限公司扩产。", "奥特维", "Aotewei"),
    ("昌吉长沅农业有限责任公司种植棉花。", "长沅", "Changyuan"),
    ("小米科技有限责任公司发布新品。", "小米", "Xiaomi"),
    ("比亚迪汽车工业有限公司扩产。", "比亚迪", "BYD"),
    ("总部位于苏州的泓澄银行股份有限公司上市。", "泓澄", "Hongcheng"),
    ("山东晟昀达快运有限公司签约。", "晟昀达", "Shengyunda"),
    ("滨海量子信息中心（以下简称“昱谷中心”）与昱谷无关。", "昱谷", None),
    ("北方昱谷实验研究院（以下简称“昱谷”）揭牌。", "昱谷", "Yugu"),
    ("兰州昱谷职业技术学院（以下简称“昱谷职院”）招生。", "昱谷", "Yugu"),
    ("泉州昱谷木偶传承中心（以下简称“昱谷木偶”）演出。", "昱谷", "Yugu"),
    ("滨海职业技术学院（以下简称“滨海职院”）招生。", "滨海", None),
    ("某金融服务集团（简称蚂蚁金服）与蚂蚁森林。", "蚂蚁", None),
    ("区块链学院（以下简称“区块链学院”）揭牌，区块链很好。", "区块链", None),
    ("新能源学院（以下简称“新能源学院”）揭牌。", "新能源", None),
]


@pytest.mark.parametrize(("text", "source", "target"), COMPANIES)
def test_companies_are_found_by_their_full_names(
    text: str, source: str, target: str | None
) -> None:
    found = [name for name in find(article(text)) if name.kind == "organisation"]
    assert found == ([Name(source, target, "organisation")] if target else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("正泰智电港常务副总经理到场。", {"正泰": "Chint"}),
        ("宁德时代与奇瑞合作。", {"宁德时代": "CATL", "奇瑞": "Chery"}),
        ("华为和小米都来了，地平线上升起太阳。", {}),
    ],
)
def test_names_that_mean_nothing_else_need_no_evidence(text: str, expected: dict[str, str]) -> None:
    assert {name.source: name.target for name in find(article(text))} == expected


ARTICLES = {
    "health": (
        "市第一医院心内科主任医师顾怀远近日完成一例高难度手术。顾怀远介绍，患者今年八十二岁，合并多种疾病。"
        "“术前我们反复讨论方案。”麻醉科副主任褚敏说。患者家属刘女士向医护人员表示感谢。",
        {"顾怀远": "Gu Huaiyuan", "褚敏": "Chu Min"},
    ),
    "farming": (
        "走进云岭村，成片的茶园铺满山坡。村党支部书记戚永昌告诉记者，全村茶园面积已达三千亩。"
        "种植大户农秀珍、韦家福去年收入都超过二十万元。戚永昌说，下一步要发展旅游。高山茶的品质，专家高度认可。",
        {"戚永昌": "Qi Yongchang", "农秀珍": "Nong Xiuzhen", "韦家福": "Wei Jiafu"},
    ),
    "technology": (
        "合肥本源量子科技有限公司昨日发布新机。苏州昱澜半导体股份有限公司董事长缪文博出席并致辞，缪文博表示，"
        "昱澜将加大研发。昱澜半导体成立于2016年，现有员工三百人。",
        {"昱澜": "Yulan", "缪文博": "Miao Wenbo"},
    ),
    "sport": (
        "本报讯（记者 贾一鸣 通讯员 康丽）昨晚，省队主教练臧海利率队出征。18岁小将丁雨欣首次入选。"
        "臧海利说，年轻队员需要锻炼。对手曾经三次夺冠，但任何比赛都有可能。",
        {"贾一鸣": "Jia Yiming", "康丽": "Kang Li", "臧海利": "Zang Haili", "丁雨欣": "Ding Yuxin"},
    ),
    "court": (
        "昨天上午，市中级人民法院公开审理一起合同纠纷案。审判长为法官鲍志刚。原告代理律师祁连城认为，对方违约在先。"
        "被告方面表示，将依法上诉。安全专家成员和方便群众的措施均未涉及。",
        {"鲍志刚": "Bao Zhigang", "祁连城": "Qi Liancheng"},
    ),
    "culture": (
        "由青年导演尹若溪执导的话剧《何以为家？》昨晚首演。编剧、作家令狐远表示，剧本改了十二稿。"
        "演员单冬梅和车晓军分别饰演母女与邻居。周末还将加演两场。",
        {
            "尹若溪": "Yin Ruoxi",
            "令狐远": "Linghu Yuan",
            "单冬梅": "Shan Dongmei",
            "车晓军": "Che Xiaojun",
        },
    ),
}


@pytest.mark.parametrize(("text", "expected"), ARTICLES.values(), ids=ARTICLES.keys())
def test_articles(text: str, expected: dict[str, str]) -> None:
    assert {name.source: name.target for name in find(article(text))} == expected


def test_seed_article() -> None:
    path = shipped("seeds") / "articles" / "songjiang-etdz.zh.txt"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert find(article(*lines)) == (
        Name("睿速创生", "Ruisu Chuangsheng", "organisation"),
        Name("曾元千", "Zeng Yuanqian", "person"),
        Name("松江区", "Songjiang District", "place"),
        Name("邵国森", "Shao Guosen", "person"),
        Name("陈泳均", "Chen Yongjun", "person"),
        Name("松江", "Songjiang", "place"),
        Name("正泰", "Chint", "organisation"),
        Name("辰竹", "Chenzhu", "organisation"),
    )


@pytest.mark.parametrize("kind", ["byline", "credit"])
def test_bylines_without_a_title(kind: BlockKind) -> None:
    document = Document("d", "", "-", (Block("b1", kind, "林晓舟 欧阳靖 新民晚报"),))
    assert {name.source for name in find(document)} == {"林晓舟", "欧阳靖"}


def test_a_name_found_once_holds_in_every_block() -> None:
    names = find(article("董事长邵国森到会。", "邵国森随后离开。", "睿速总部"))
    assert occurring("邵国森随后离开。", names) == (Name("邵国森", "Shao Guosen", "person"),)


def test_one_name_read_two_ways_is_one_name() -> None:
    names = find(article("董事长王建宣布置了任务。", "王建宣说，时间很紧。"))
    assert [name.source for name in names] == ["王建宣"]


ZENG = Name("曾元千", "Zeng Yuanqian", "person")
CHEN = Name("陈泳均", "Chen Yongjun", "person")
CHENZHU = Name("辰竹", "Chenzhu", "organisation")
RUISU = Name("睿速创生", "Ruisu Chuangsheng", "organisation")
YU = Name("于海涛", "Yu Haitao", "person")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("曾元千介绍，园区扩建。", "Zeng Yuanqian介绍，园区扩建。"),
        ("辰竹仪表成立。", "Chenzhu仪表成立。"),
        ("记者陈泳均曾元千", "记者Chen Yongjun Zeng Yuanqian"),
        ("辰竹A1型、2024辰竹", "Chenzhu A1型、2024 Chenzhu"),
        ("关于海涛集团的报道", "关于海涛集团的报道"),
        ("经理于海涛到场", "经理Yu Haitao到场"),
        ("没有名字", "没有名字"),
        ("", ""),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    assert substitute(text, [CHENZHU, ZENG, CHEN, YU]) == expected


def test_substitute_takes_the_longest_name() -> None:
    names = [Name("王国", "Wang Guo", "person"), Name("王国强", "Wang Guoqiang", "person")]
    assert substitute("王国强和王国", names) == "Wang Guoqiang和Wang Guo"


@pytest.mark.parametrize(
    ("target", "rendered"),
    [
        ("Zeng Yuanqian said so.", True),
        ("ZENG YUANQIAN SAID SO.", True),
        ("zeng yuanqian said so.", True),
        ("Zeng\nYuanqian said so.", True),
        ("This is Zeng Yuanqian's view.", True),
        ("This is Zeng Yuanqian’s view.", True),
        ("Zeng said so.", True),
        ("Mr. Zeng's view is clear.", True),
        ("Zeng Praises the Park", True),
        ("Zeng Yuan-qian said so.", False),
        ("Zeng Yuan Qian said so.", False),
        ("Zeng Yuankan said so.", False),
        ("Zeng-Yuanqian said so.", False),
        ("Yuanqian Zeng said so.", False),
        ("Zheng Yuanqian said so.", False),
        ("Zeng Yuanqiang said so.", False),
        ("He said so.", False),
        ("", False),
    ],
)
def test_missing_person(target: str, rendered: bool) -> None:
    assert missing("曾元千说。", target, [ZENG, CHEN]) == (() if rendered else (ZENG,))


@pytest.mark.parametrize(
    ("target", "rendered"),
    [
        ("He Jianhua said it was hard.", True),
        ("Mr. He said it was hard.", True),
        ("He said it was hard.", False),
    ],
)
def test_a_pronoun_is_no_surname(target: str, rendered: bool) -> None:
    he = Name("何建华", "He Jianhua", "person")
    assert missing("何建华说。", target, [he]) == (() if rendered else (he,))


def test_a_name_in_western_order_goes_by_its_last_word() -> None:
    huang = Name("黄仁勋", "Jensen Huang", "person")
    assert missing("黄仁勋说。", "Huang said so.", [huang]) == ()
    assert missing("黄仁勋说。", "Hwang said so.", [huang]) == (huang,)


@pytest.mark.parametrize(
    ("target", "rendered"),
    [
        ("Ruisu Chuangsheng has grown.", True),
        ("ruisu chuangsheng's growth", True),
        ("RuisuChuangsheng has grown.", False),
        ("Ruisu has grown.", False),
        ("Rui Su Chuang Sheng has grown.", False),
    ],
)
def test_missing_organisation(target: str, rendered: bool) -> None:
    assert missing("睿速创生成长了。", target, [RUISU]) == (() if rendered else (RUISU,))


def test_occurring_is_in_order_and_once() -> None:
    assert occurring("辰竹、曾元千、辰竹", [ZENG, CHENZHU, CHEN]) == (CHENZHU, ZENG)


@given(st.text(st.sampled_from(list("曾元千辰竹说aA1 ，陈泳均")), max_size=60))
def test_substitute_keeps_everything_else(text: str) -> None:
    names = [ZENG, CHENZHU, CHEN]
    assert missing(text, substitute(text, names), names) == ()
    kept = "".join(c for c in text if c in "说，")
    assert "".join(c for c in substitute(text, names) if c in "说，") == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Songjiang economic and technological development zone今年",
            "Songjiang Economic and Technological Development Zone今年",
        ),
        ("Suzhou bureau of culture and tourism和", "Suzhou Bureau of Culture and Tourism和"),
        (
            "在Suzhou municipal bureau of culture and tourism",
            "在Suzhou Municipal Bureau of Culture and Tourism",
        ),
        ("economic and technological development zone招商", None),
        ("Suzhou comprehensive bonded zones", None),
        ("Suzhou的administrative committee", None),
    ],
)
def test_a_place_s_own_offices_have_capitals(text: str, expected: str | None) -> None:
    assert with_institutions(text) == (expected or text)


@given(st.text(st.sampled_from(list("记者王李长江教授说、和（） 在阳·1\n")), max_size=80))
def test_find_survives_any_text(text: str) -> None:
    assert all(name.source in text and name.target.isprintable() for name in find(article(text)))


@pytest.mark.parametrize(
    "unit", ["记者王小明说，", "王", "、王小明", "有限公司", "（王小明", "教授 "]
)
def test_time_is_linear(unit: str) -> None:
    document = article((unit * 200_000)[:200_000])
    start = time.process_time()
    find(document)
    assert time.process_time() - start < 5


def article(*texts: str) -> Document:
    blocks = tuple(Block(f"b{n}", "paragraph", text) for n, text in enumerate(texts))
    return Document("d", "", "-", blocks)
