"""What Huaxing Instruments is made of: its teams, staff, products and the names it meets."""

from __future__ import annotations


def _words(text: str, separator: str = " ") -> list[str]:
    return text.split(separator)


#: team_id → name, parent team, region. Three levels: the company, four divisions, nine teams.
TEAMS: dict[str, tuple[str, str | None, str | None]] = {
    "T01": ("华星仪器销售 Huaxing Sales", None, None),
    "T10": ("国内直销 Direct China", "T01", None),
    "T11": ("华东大区 East China", "T10", "East China"),
    "T12": ("华南大区 South China", "T10", "South China"),
    "T13": ("华北大区 North China", "T10", "North China"),
    "T14": ("西部大区 West China", "T10", "West China"),
    "T20": ("渠道事业部 Channel", "T01", None),
    "T21": ("渠道一部 Channel East and South", "T20", "East China"),
    "T22": ("渠道二部 Channel North and West", "T20", "North China"),
    "T30": ("海外事业部 Overseas", "T01", None),
    "T31": ("北美团队 North America", "T30", "North America"),
    "T32": ("日本团队 Japan", "T30", "Japan"),
    "T40": ("数字销售 Digital Sales", "T01", None),
    "T41": ("内销与线上 Inside and Online", "T40", "Online"),
}

#: Who leads: the role by the level of the team.
LEADERS = {team: "executive" if team == "T01" else "division_head" for team in ("T01", "T10", "T20", "T30", "T40")}

#: team_id → role → people at scale 1.
STAFF: dict[str, dict[str, int]] = {
    "T11": {"field_sales": 9, "key_account_manager": 3},
    "T12": {"field_sales": 8, "key_account_manager": 2},
    "T13": {"field_sales": 7, "key_account_manager": 2},
    "T14": {"field_sales": 6, "key_account_manager": 1},
    "T10": {"sales_engineer": 4},
    "T21": {"channel_manager": 4},
    "T22": {"channel_manager": 4},
    "T31": {"overseas_sales": 6},
    "T32": {"overseas_sales": 5},
    "T41": {"inside_sales": 8},
    "T01": {"service_engineer": 4, "trainer": 2},
}

#: Roles that have accounts of their own: how many orders they take and how many visits they make, field sales = 1.
SELLING = {
    "field_sales": (1.0, 1.0),
    "key_account_manager": (0.9, 1.2),
    "channel_manager": (0.9, 0.8),
    "overseas_sales": (0.8, 0.8),
    "inside_sales": (1.5, 0.1),
}

CURRENCIES = {"T31": "USD", "T32": "JPY"}

#: Product line → English and Chinese product names with the list price in CNY.
PRODUCTS: dict[str, list[tuple[str, str, int]]] = {
    "Analytical": [
        ("UV-Vis spectrophotometer", "紫外可见分光光度计", 42_000),
        ("FTIR spectrometer", "傅里叶红外光谱仪", 128_000),
        ("Gas chromatograph", "气相色谱仪", 96_000),
        ("Liquid chromatograph", "液相色谱仪", 138_000),
        ("Atomic absorption spectrometer", "原子吸收光谱仪", 88_000),
        ("Ion chromatograph", "离子色谱仪", 76_000),
        ("Raman spectrometer", "拉曼光谱仪", 115_000),
        ("Particle size analyser", "激光粒度仪", 69_000),
        ("TOC analyser", "总有机碳分析仪", 58_000),
        ("Benchtop mass spectrometer", "台式质谱仪", 186_000),
    ],
    "Laboratory": [
        ("Analytical balance", "分析天平", 6_800),
        ("High-speed centrifuge", "高速离心机", 15_800),
        ("Rotary evaporator", "旋转蒸发仪", 9_600),
        ("Incubator", "恒温培养箱", 7_200),
        ("Biosafety cabinet", "生物安全柜", 18_500),
        ("Autoclave", "高压灭菌器", 12_400),
        ("Ultrasonic cleaner", "超声波清洗机", 3_200),
        ("Ultra-low freezer", "超低温冰箱", 22_800),
        ("pH and conductivity meter", "酸度电导率仪", 2_600),
        ("Microscope", "生物显微镜", 8_900),
    ],
    "Process": [
        ("Electromagnetic flow meter", "电磁流量计", 4_600),
        ("Coriolis mass flow meter", "质量流量计", 16_500),
        ("Pressure transmitter", "压力变送器", 1_900),
        ("Radar level meter", "雷达液位计", 5_400),
        ("Temperature transmitter", "温度变送器", 980),
        ("Online pH analyser", "在线酸度计", 6_300),
        ("Gas detector", "气体检测仪", 2_800),
        ("Control valve", "调节阀", 7_900),
        ("Vortex flow meter", "涡街流量计", 5_100),
        ("Turbidity analyser", "在线浊度仪", 8_700),
    ],
    "Test": [
        ("Digital oscilloscope", "数字示波器", 12_600),
        ("Signal generator", "信号发生器", 9_800),
        ("Spectrum analyser", "频谱分析仪", 46_000),
        ("Digital multimeter", "数字万用表", 2_400),
        ("DC power supply", "直流电源", 3_600),
        ("LCR meter", "数字电桥", 5_200),
        ("Battery tester", "电池测试仪", 28_000),
        ("Power analyser", "功率分析仪", 19_500),
        ("Data logger", "数据采集器", 6_400),
        ("Insulation tester", "绝缘测试仪", 4_300),
    ],
    "Consumables": [
        ("HPLC column", "液相色谱柱", 2_900),
        ("Syringe filters, 100", "针头过滤器 100只", 260),
        ("Pipette tips, 960", "移液器吸头 960只", 180),
        ("Sample vials, 100", "样品瓶 100只", 150),
        ("Deuterium lamp", "氘灯", 1_680),
        ("Buffer solutions", "缓冲溶液", 95),
        ("Reference standards", "标准物质", 620),
        ("pH electrode", "酸度电极", 480),
        ("Quartz cuvettes", "石英比色皿", 340),
        ("Vacuum pump oil, 4 l", "真空泵油 4升", 390),
    ],
    "Service": [
        ("Calibration, one instrument", "仪器校准", 1_200),
        ("Preventive maintenance, one year", "年度预防维护", 6_800),
        ("Extended warranty, one year", "延保一年", 5_200),
        ("IQ/OQ validation", "安装与运行确认", 9_600),
        ("Operator training, one day", "操作培训一天", 3_500),
        ("Full service contract", "全包服务合同", 14_800),
        ("On-site repair", "现场维修", 2_400),
        ("Software licence, one year", "软件授权一年", 4_800),
        ("Method development", "方法开发", 12_000),
        ("Remote support, one year", "远程支持一年", 2_900),
    ],
}

#: Products launched while the simulation runs: line and place in it → months after the first day.
LAUNCHES = {("Analytical", 6): 3, ("Test", 6): 5, ("Laboratory", 7): 8, ("Process", 9): 11, ("Analytical", 9): 13}

INDUSTRIES = ["pharma", "semiconductor", "food", "chemicals", "university", "automotive", "new_energy", "environment"]
LEAD_SOURCES = ["website", "exhibition", "referral", "dealer", "cold_call", "existing_customer"]
COURSES = ["色谱操作 Chromatography", "光谱分析 Spectroscopy", "计量校准 Calibration"]

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_NAMES = [
    *_words("伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 建华 志强 晓明 海燕 雪梅 国栋 文静 嘉怡"),
    *_words("子轩 浩然 思远 雨桐 俊杰 佳琪 宇航 晨曦 梦瑶 天佑 立新 永康 振宇 诗涵 一鸣 若曦 博文 欣怡 少华 春燕"),
]
WESTERN_NAMES = [
    *_words("Grace Miller|Daniel Ortiz|Hannah Clarke|Marcus Reed|Priya Nair|Tom Becker|Elena Rossi|Jack Turner", "|"),
    *_words("Sofia Alvarez|Liam Walsh|Nora Jensen|Owen Price|Chloe Martin|Ethan Brooks|Maya Cohen|Lucas Novak", "|"),
]
JAPANESE_NAMES = [
    *_words("佐藤 健|鈴木 美咲|高橋 翔太|田中 直樹|伊藤 彩|渡辺 大輔|山本 恵|中村 拓也|小林 由美|加藤 誠", "|"),
    *_words("吉田 真由|山田 亮|佐々木 葵|松本 剛|井上 遥|木村 学", "|"),
]
CITIES = {
    "East China": _words("上海 苏州 杭州 南京 宁波 合肥 无锡 济南 青岛 常州"),
    "South China": _words("广州 深圳 东莞 厦门 福州 珠海 长沙 南宁"),
    "North China": _words("北京 天津 石家庄 太原 沈阳 大连 郑州 长春"),
    "West China": _words("成都 重庆 西安 武汉 昆明 贵阳 兰州"),
    "Online": _words("义乌 温州 佛山 烟台 绵阳 洛阳 嘉兴 惠州"),
    "North America": _words("Boston Austin Toronto Denver Raleigh Portland Chicago Phoenix"),
    "Japan": _words("東京 大阪 名古屋 横浜 京都 福岡 仙台 神戸"),
}
TRADES = {
    "China": _words("晶科 恒瑞 华测 博雅 中科 安捷 蓝海 新源 天诚 瑞康 远大 联创 鼎新 盛达 宏远 精诚 康泰 汇丰"),
    "North America": _words("Redwood Summit Harbor Pioneer Cascade Liberty Beacon Granite Evergreen Keystone Aurora"),
    "Japan": _words("東和 日星 三栄 旭光 富士見 大洋 昭和 新明 明和 東海"),
}
FIRMS = {
    "China": [
        *_words("制药有限公司 半导体股份有限公司 食品集团 化工有限公司"),
        *_words("大学 汽车零部件有限公司 新能源科技有限公司 环境监测站"),
    ],
    "North America": [
        *_words("Pharma Inc.|Semiconductor Corp.|Foods Inc.|Chemicals LLC", "|"),
        *_words("University|Automotive Corp.|Energy Inc.|Labs LLC", "|"),
    ],
    "Japan": [
        *_words("製薬株式会社 半導体株式会社 食品株式会社 化学株式会社"),
        *_words("大学 自動車部品株式会社 エネルギー株式会社 環境研究所"),
    ],
}
