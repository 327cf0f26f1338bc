"""Recognises lines of Chinese articles that their author did not write.

These are credits, sources, copyright notices, navigation and requests to follow. Excerpts and
merged summaries leave such lines out. The archived body keeps them as rights information.
"""

from __future__ import annotations

import re
import unicodedata

from ingest.reading.language.detection import simplify
from ingest.reading.language.origins import is_sentence_after_label, names_an_origin

_LONGEST = 160  # characters; a longer line is ordinary prose
_CLAUSES = re.compile(r"[,;。!]+\s*")
_MOST_CLAUSES = 6
_ENDS = ".。!;；:,"
_BRACKETS = "()[]{}<>【】〔〕〖〗《》「」 \t\u3000"

# A credit is one of these labels, a mark such as a colon, and names. It is not a sentence.
_ROLE = (
    r"(?:(?:本文|本期|本报|本网|网络|新媒体|微信|文字|图文|栏目|版面)?(?:"
    r"(?:责任|值班|执行|文字|视频|图片|视觉|美术|本期|策划|统筹|网络|新媒体|主任|实习"
    r"|见习|助理)?(?:编辑|主编|总编辑?)"
    r"|责编|美编|编审|编务|编导|校对|校审|审核|审校|审读|审稿|初审|复审|终审|[一二三]审"
    r"|排版|版式|视觉|监制|监审"
    r"|总?出品人?|总?策划|统筹|协调|签发|值班(?:主任|总编|编委)?|制作|制图|绘图|作图|设计"
    r"|海报|美工|后期|剪辑|运营"
    r"|(?:见习|实习|特约|首席|本报|本网)?记者|(?:特约)?通讯员|特约撰稿人?|撰稿人?|撰文"
    r"|作者|原作者|口述|整理|采写|采访|执笔|记录"
    r"|编译|翻译|译者?|译文|校译|文案?|图|文图|图文|图/?文|文/?图|文字|图片|照片|供图"
    r"|供稿|配图|题图|头图|首图|封面图?|插图|插画|漫画|图源"
    r"|摄影|摄像|摄制|摄|拍摄|视频|音频|主播|朗读|配音|(?:视频|图片|音频|图)(?:拍摄|制作"
    r"|提供|剪辑)"
    r"|微信编辑|公众号编辑|技术支持|联系人|报料人|投稿人)(?:人|者)?)"
)
_CREDIT = re.compile(rf"{_ROLE}(\s*[:|/丨·]\s*|\s+)(.{{1,80}})")
_BYLINE = re.compile(
    r"(?:\w{2,8})?(?:见习|实习|特约|首席|全媒体)?(?:记者|通讯员)(\s+)"
    r"(.{1,60}?)(?:\s*(?:摄|文|图|报道|摄影报道|文/图|采写|整理|摄影))?"
)
_BETWEEN_NAMES = re.compile(r"[\s,、/|&:()丨·]+")
_NAME = re.compile(r"[\w.\-]{1,12}")
_SHORT_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[a-z0-9.\-]{1,12}")

# Any short text may follow these labels.
_LABELLED = re.compile(
    r"(?:(?:本文|文章|稿件|新闻|信息|资料|内容|图片|图文|素材|数据|视频|照片|头图|题图"
    r"|封面图?)*(?:来源|来自|出处)(?:于|自)?"
    r"|稿源|图源|消息来源|转载?自|本文(?:转载?自|摘自|选自|节选自|首发(?:于|自)?|来自|系)"
    r"|转载来源|摘自|选自|原文?(?:标题|题目|链接|地址|题|载|网址)"
    r"|原标题|原题|本文(?:链接|地址|网址)|永久链接|文章(?:链接|地址)|责任单位|发布(?:者"
    r"|人|单位|机构|部门|时间|日期)|更新(?:时间|日期)"
    r"|(?:浏览|阅读|点击|访问|查看)(?:次数|量|数)?|字号|字体(?:大小)?|分享到?|(?:相关"
    r"|文章)?标签|关键(?:词|字)|tags?|所属(?:分类|栏目|专题)|文章分类"
    r"|当前(?:所在)?位置|(?:您|你)(?:现在|当前|目前)?的?(?:所在)?位置(?:是)?|(?:您"
    r"|你)(?:现在|当前)的位置(?:是)?"
    r"|(?:微信)?公众(?:号|平台)|官方微博|投稿(?:邮箱|热线)?|商务(?:合作|洽谈)|联系(?:我们"
    r"|方式|电话|邮箱)|(?:新闻|报料|投诉|举报|服务)(?:热线|电话|邮箱)|邮箱|电子?邮箱"
    r"|客服电话|qq群?"
    r"|相关(?:新闻|阅读|链接|报道|文章|推荐|内容|专题|资讯|话题|视频)|(?:延伸|推荐|扩展"
    r"|拓展|精彩|热门|往期)(?:阅读|推荐|回顾|精选|文章|新闻|内容)|更多(?:相关|阅读|精彩"
    r"|新闻|内容|资讯|报道|文章)?(?:阅读|新闻|内容|报道|文章)?"
    r"|[上下前后][一1]?[篇条页章]|猜你喜欢|热门话题|精选留言|参考(?:资料|来源|文献)?链接"
    r"|(?:举报|投诉|合作)(?:电话|热线|邮箱)|\S{0,12}举报电话|商务合作\S{0,4}"
    r"|阅读原文|原文链接|点击(?:查看|阅读|进入)\w{0,8})\s*[:|/丨>]\s*.{0,60}"
)
_BARE_LABEL = re.compile(
    r"(?:相关(?:新闻|阅读|链接|报道|文章|推荐|内容|专题|资讯)|(?:延伸|推荐|扩展|拓展)阅读"
    r"|往期(?:回顾|推荐|精选|文章|精彩)|(?:热门|精彩|编辑|今日|为您|为你)(?:推荐|文章|阅读)"
    r"|更多(?:相关|阅读|精彩|新闻|内容|资讯|报道|文章|推荐)?(?:新闻|内容|阅读|推荐|文章)?"
    r"|猜你喜欢|大家都在看|精选留言|热门评论|最新评论|网友评论|相关标签|新闻排行|点击排行"
    r"|(?:免责|版权|特别|郑重|法律|风险|侵权)(?:声明|提示|说明))"
)

# These are actions that a page offers to its reader. A line with nothing else is navigation.
_ACTION = (
    r"(?:我要|发表|查看|写|全部|网友|最新|热门|参与|已有\d+条"
    r"|共\d+条)?评论(?:区)?(?:\d+条?)?|打印(?:本页|此页|本文|文章)?|关闭(?:窗口|本页|此页|页面)?"
    r"|返回(?:首页|顶部|列表|上一?[页级])?|回到顶部|顶部|首页|收藏(?:本[页站文]|此文|文章"
    r"|夹)?|分享(?:到|至)?(?:朋友圈|微信|微博|好友|本文)?|(?:推荐|转发)(?:给)?(?:朋友"
    r"|好友)?|复制(?:链接|本文链接)?"
    r"|(?:我要)?(?:纠错|报错|举报|投诉|反馈)|点赞|点踩|喜欢|赞(?:一个|\d+)?|踩|打赏|赞赏"
    r"|订阅|关注|取消|大|中|小|字[号体](?:大小)?|默认|特大|[上下]一[篇页条章]|尾页|末页"
    r"|第\d+页|共\d+页|\d{1,3}"
    r"|微信|微博|新浪微博|朋友圈|qq空间|qq|人人网|豆瓣|手机看新闻|手机版|电脑版|繁体|简体"
    r"|登录|注册|设为首页|加入收藏|联系我们|扫一扫(?:分享)?|阅读|浏览|目录|导航|播放|暂停"
    r"|全屏|下载"
)
_NAVIGATION = re.compile(
    rf"(?:{_ACTION})(?:[\s|/·>»,、:\[\]()【】\-]+(?:{_ACTION}))*[\s|/·>»,、:\[\]()【】\-]*"
)
_TRAIL = re.compile(r"(?:(?:网站)?首页|主页)\s*[>»/→-]+.{1,60}")

_NOTICE = re.compile(
    r"(?:免责|版权|特别|郑重|严正|重要|法律|风险|侵权|转载|原创)?(?:声明|提示|说明|警告"
    r"|告知|须知)\s*:.*"
    r"|(?:©|\(c\)|copyright\b|(?:版权|著作权)(?:所有(?!者|人|权|的)|归(?!属)|属于)"
    r"|all rights reserved).*"
    r"|[^。?!]{0,24}(?:未经|未获|未得到|如需|若需|如要)\S{0,20}(?:授权|许可|同意|允许|转载"
    r"|使用)\S{0,20}"
    r"(?:不得|禁止|严禁|谢绝|请勿|勿|必究|追究|请联系|请注明|联系|转载).{0,60}"
    r"|(?:如需|若需|欢迎|商业|媒体|任何)?.{0,12}转载(?:时)?(?:请|须|需|务必|必须"
    r"|应)(?:注明|联系|标注|保留|获|经|事先|附).{0,60}"
    r"|(?:谢绝|禁止|严禁|请勿|不得|未经许可)(?:任何形式的?)?(?:转载|盗用|抄袭|摘编"
    r"|复制)(?!的).{0,30}"
    r"|(?:本|以上|此|该|文中|文章|稿件|内容|凡|部分|图片|素材|作者)\S{0,30}"
    r"(?:仅代表|不代表|仅供(?:参考|学习|交流)|不构成(?:任何)?(?:投资)?建议|版权归"
    r"|著作权归|为原创|系原创|原创(?:首发|作品|文章|内容)|授权(?:发布|转载|刊登|发表)"
    r"|来(?:源于|自)(?:互联网|网络)|侵删|侵权).{0,80}"
    r"|(?:如|若|如果|倘若)?(?:有|涉及|发现|存在)?(?:任何)?(?:侵权|版权问题"
    r"|侵犯\S{0,12}权益?)\S{0,12}(?:请|联系|删除|告知|通知).{0,60}"
    r"|.{0,20}(?:侵删|侵权(?:必究|即删|请删|删)|违者必究|翻版必究)"
    r"|(?:此文|本文)(?:为|系)?转载|(?:本文)?(?:首发于|转载自).{1,24}"
    r"|(?:市场|股市|投资)有风险(?:[,。].{0,30})?|据此(?:操作|入市|投资).{0,20}"
    r"|原创(?:文章|作品|内容|不易)[,:].{0,40}"
)

_END = re.compile(
    r"[\W_]*(?:全文|本文|正文|本期|本篇|文章|未)?(?:完|完结|终|end|the end|fin|eof|完毕)[\W_]*"
    r"|[\W_]+"
)

_HANDS = r"[\W_]*"
_PROMOTION = re.compile(
    _HANDS + r"(?:"
    r"(?:长按|扫描|识别|微信扫描?|扫一?扫|扫码|手机扫).{0,20}(?:码|图片|关注|加入|下载"
    r"|查看|进群|领取|了解|观看|订阅|报名|咨询|分享|打开|阅读|添加|支付宝|获取|体验|购买).{0,20}"
    r"|(?:请)?(?:点击|轻触|戳|猛戳|点).{0,12}(?:蓝字|蓝色|阅读原文|原文|关注|卡片|名片"
    r"|星标|在看|好看|赞|收藏|分享|链接|了解更多|查看更多|小程序|图片|订阅|这里|文末|下方"
    r"|上方|左下角|右上角|加入|报名|购买|全文|播放).{0,20}"
    r"|(?:欢迎|请|记得|快来|赶紧|敬请|感谢|持续|立即|马上|点击|微信|搜索)?(?:关注|订阅"
    r"|添加|搜索|加入|下载|置顶|星标|转发|分享|投稿|收藏|留言).{0,20}(?:公众号|公号"
    r"|微信号|微信|我们|视频号|服务号|订阅号|头条号|微博|抖音|快手|星标|朋友圈|社群"
    r"|交流群|读者群|粉丝群|qq群|在看|评论区|好友|频道|账号|百家号|小程序|知识星球).{0,40}"
    r"|(?:欢迎|敬请|期待).{0,8}(?:关注|订阅|转发|分享|投稿|留言|加入|扫码|评论|点赞|收藏"
    r"|来稿|垂询)\S{0,20}"
    r"|(?:点赞|转发|分享|在看|收藏|关注|好看|星标|素质).{0,12}(?:支持(?:一下|我们)?|三连"
    r"|走一波|吧|哦|呀|哟)"
    r"|(?:一键|求)三连.{0,10}|求(?:关注|点赞|转发|扩散|打赏).{0,10}"
    r"|(?:觉得|如果|要是|若|喜欢).{0,16}(?:请|就|欢迎|记得|不妨|别忘|点个|帮).{0,6}"
    r"(?:赞|分享|转发|在看|关注|收藏|打赏).{0,16}"
    r"|.{0,16}(?:后台|公众号|对话框|评论区|私信)?.{0,4}回复.{1,16}(?:领取|获取|下载|查看"
    r"|可得|免费|即可|进群|加入).{0,20}"
    r"|更多(?:精彩|内容|资讯|新闻|详情|好文|干货|信息|报道).{0,12}(?:关注|下载|扫码|点击"
    r"|尽在|请|见|登录|查看).{0,30}"
    r"|(?:打开|下载|安装|来|去|上|用|在)\S{0,12}(?:app|客户端)(?:内?(?:,|查看|阅读|看"
    r"|打开|观看|下载|更多).{0,16})?"
    r"|(?:加|添加)(?:我|小编|客服|助手|主编|作者|群主|助理)?(?:的)?(?:微信|个人微信|qq"
    r"|企业微信).{0,30}"
    r")[\W_]*",
)
_TRUNCATION = re.compile(
    _HANDS + r"(?:"
    r"(?:点击|请)?(?:这里|此处|展开|查看|阅读|显示|浏览|继续|继续阅读|展开阅读|点此"
    r"|查阅)(?:全文|原文|更多|全部|余下全文|剩余(?:全文|内容|部分)?(?:\d+%)?|余下\w{0,4}"
    r"|完整(?:版|内容|文章)?|详情|其余内容)?"
    r"(?:\(?共?\d+\w{0,2}\)?)?|(?:余下|剩余|以下|更多)(?:全文|内容|部分)?(?:\d+%)?(?:未读"
    r"|需\S{0,10}|请\S{0,12})?|(?:本文)?未完(?:待续)?(?:,?请?(?:看|见|阅|阅读)?下[一]?[页篇期])?"
    r"|待续|全文(?:阅读|链接)?|(?:全文|本文)(?:共|约)\d+字.{0,24}|付费(?:阅读|内容)"
    r"|(?:请)?(?:登录|注册|订阅|付费|购买|开通\S{0,4}会员|成为会员)(?:/注册)?(?:后|以"
    r"|即可|才能|可|继续)+(?:查看|阅读|解锁|观看|浏览|收听|看全文|看更多|免费).{0,12}"
    r"|(?:本文|此文|该文章?)(?:为|是)?(?:付费|会员|订阅)\S{0,16}|(?:试读|免费试读"
    r"|试看)(?:结束|部分|完)?.{0,12}"
    r"|read (?:more|the (?:full|rest)).{0,30}|continue reading.{0,60}|more|view (?:more"
    r"|original).{0,20}|下一页|请翻页|请看下页|此处省略.{0,16}|以下(?:为|是)?付费内容"
    r")[\W_]*",
)
_DATE_LINE = re.compile(
    r"(?:(?:发布|发表|更新|编辑)(?:于|时间|日期)?\s*:?\s*)?(?:19"
    r"|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}日?"
    r"(?:\s*(?:星期|周)[一二三四五六日天])?(?:[\sT]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?分?)?"
    r"(?:\s+[\w.]{1,14}){0,2}(?:\s*(?:来源|作者|编辑|责编|浏览|阅读|评论|发布|记者)\S{0,30}){0,4}"
)
# Only authors write these words. A line with one of them is not a notice or a promotion.
_PROSE = re.compile(r"[他她]|越来越|引发|已经|争议|突然|超过|[码文]的|一种|不得进入|说[.。,]?\Z")
_SHAPES = (_BARE_LABEL, _NAVIGATION, _TRAIL, _END, _TRUNCATION, _DATE_LINE)
_WORDS = (_NOTICE, _PROMOTION)


def is_boilerplate(line: str) -> bool:
    """Return whether a line is not part of the article, but was added by editors or by the page."""
    bare = line.strip()
    if not bare or len(bare) > _LONGEST:
        return False
    folded = _fold(bare)
    if _is_of_the_page(folded):
        return True
    clauses = [clause for clause in _CLAUSES.split(folded.strip(_BRACKETS)) if clause]
    return 1 < len(clauses) <= _MOST_CLAUSES and all(map(_is_of_the_page, clauses))


def _is_of_the_page(folded: str) -> bool:
    inner = folded.strip(_BRACKETS)
    shapes = {folded, inner, inner.rstrip(_ENDS)}
    rules = _SHAPES if _PROSE.search(folded) else (*_SHAPES, *_WORDS)
    if any(rule.fullmatch(shape) for shape in filter(None, shapes) for rule in rules):
        return True
    if names_an_origin(inner.rstrip(_ENDS), in_brackets=folded[0] in "(【[〔"):
        return True
    if is_sentence_after_label(inner):
        return False
    return any(_is_credit(shape) or _LABELLED.fullmatch(shape) for shape in filter(None, shapes))


def invites_to_read_on(line: str) -> bool:
    """Return whether a line only invites the reader to continue elsewhere: 阅读全文, Read more."""
    bare = line.strip()
    return len(bare) <= _LONGEST and _TRUNCATION.fullmatch(_fold(bare)) is not None


def _fold(line: str) -> str:
    return simplify(unicodedata.normalize("NFKC", line)).lower()


def _is_credit(line: str) -> bool:
    """Return whether a line is the label of a role, such as 编辑, and only names.

    After a space, names must be shorter than after a colon, because a space is weaker evidence.
    """
    credit = _CREDIT.fullmatch(line) or _BYLINE.fullmatch(line)
    if not credit:
        return False
    shape = _NAME if credit[1].strip() else _SHORT_NAME
    names = filter(None, _BETWEEN_NAMES.split(credit[2]))
    return all(shape.fullmatch(name) for name in names)
