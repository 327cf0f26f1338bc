"""Distinguishes a clause after a label (校对：一个正在消失的职业) from names (校对：王小明).

All patterns are for text in Simplified Chinese, NFKC and lower case. A piece of at least four
characters is a clause if it contains words that names do not contain (没人, 正在, 一个). After a
label of staff (编辑, 校对), a piece of at least six characters with `的` is also a clause.
After such a label, a piece of more than seven characters is a clause if it contains no name.
"""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_SEPARATORS = re.compile(r"[\s,、/|&:;()\[\]【】丨·.。!?…]+")
# The title of a work may be any clause, and its closing bracket may be missing.
_WORK = re.compile(r"《[^《》]*(?:》|\Z)|「[^「」]*(?:」|\Z)|“[^“”]*”")
_NOT_OF_NAMES = re.compile(
    r"没[人有能了过]|还没|从[没未不]|并[不非未没]|不(?:知|会|能|可|再|见|曾|是|到|了|得|敢|必|肯|想|为人)|无(?:人(?!机|驾|区|艇|船|岛|超市|店)|[法从处])"
    r"|未必|尚未|尚无|正在|已经|曾经|一直|仍[然在是]|依然|依旧|还[是在能会]|[就只都也才]是|是(?:谁|什么|怎|为|一|否|如何|个)"
    r"|可能|应该|需要|必须|究竟|到底|其实|终于|为什么|为何|怎么|怎样|如何|什么|哪[里儿个些]|何[处时人以]|谁"
    r"|[吗呢]\Z|了\Z|因为|所以|如果|但是|虽然|直到|越来越|从.{1,8}(?:到|[而出]来|开始|说起|走来)"
    r"|[他她它]们|[他她](?:的|是|在|说|没|不|一|就|也|都|很|和)|我[是在的从和与想要]|我们[是在要都]|[这那](?:[个些样种条座位次里是]|一)"
    r"|一(?:[个位座张场种件群代段辈]|次|条.*的)|变成|成了|消失|正被|被(?!子|单|动|访|摄|采)|让(?!.{1,2}\Z)"
)
_SHORT_CLAUSE = re.compile(r".{2}[了吗呢吧]|不知道|不清楚|没人.|没有.")
_THEIR_NAMES = frozenset({"什么值得买", "我们的太空", "知道创宇", "谁最中国", "我是科学家"})
_ENDS_AS_ORGANISATION = re.compile(
    r"(?:日报|晚报|早报|时报|周报|报社|网站?|社|台|局|院|大学|学校|公司|集团|杂志|周刊|月刊|频道|公众号|客户端"
    r"|中心|协会|学会|委员会|政府|部门?|所|厅|委|办|办公室|(?<!何)处|科|组|室|馆|站|号|博客|论坛|百科|app)\Z"
)
_OF_ORGANISATIONS = re.compile(
    r"[报网社台局院校部委司馆站厂所处室科组团署厅]|大学|学会|协会|学院|集团|中心|频道|记者|通讯|编辑|政府|市[委府]"
    r"|博客|论坛|客户端|公众号|杂志|周刊|月刊|传媒|影业|文化|视觉|图库|资料|提供|供图|平台|联盟|基金|银行|医院"
)
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴"
    "霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦"
)
_NAMES_IN_A_ROW = re.compile(rf"(?:[{SURNAMES}][\u4e00-\u9fff]{{1,2}}){{2,6}}")
# Labels that precede pen names, accounts and newspapers. Other labels precede names of staff.
_OF_CHOSEN_NAMES = re.compile(
    r"来源|来自|出处|稿源|图源|作者|文|图|撰|发布|转|摘|选|公众|微博|微信|up主|投稿|账号|声明|提示|版权"
)
_SHORTEST = 4
_SHORTEST_WITH_DE = 6
_LONGEST_NAME = 7


def is_clause_after_label(label: str, value: str) -> bool:
    """Return whether `value`, the text after a label, contains a clause, not only names."""
    is_of_staff = _OF_CHOSEN_NAMES.search(label) is None
    pieces = _SEPARATORS.split(_WORK.sub(" ", value))
    return any(_is_clause(piece, is_of_staff=is_of_staff) for piece in pieces)


def _is_clause(piece: str, *, is_of_staff: bool) -> bool:
    length = len(_HAN.findall(piece))
    if _SHORT_CLAUSE.fullmatch(piece):
        return True
    if length < _SHORTEST or piece in _THEIR_NAMES:
        return False
    if _ENDS_AS_ORGANISATION.search(piece) and "的" not in piece:
        return False
    if _NOT_OF_NAMES.search(piece):
        return True
    if not is_of_staff:
        return False
    if "的" in piece:
        return length >= _SHORTEST_WITH_DE
    is_named = _OF_ORGANISATIONS.search(piece) or _NAMES_IN_A_ROW.fullmatch(piece)
    return length > _LONGEST_NAME and not is_named
