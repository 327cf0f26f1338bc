"""The Chinese names of the subjects that RSSHub sorts its routes by."""

from __future__ import annotations

from collections.abc import Iterable

SUBJECTS = {
    "popular": "热门",
    "social-media": "社交媒体",
    "new-media": "新媒体",
    "traditional-media": "传统媒体",
    "bbs": "论坛",
    "blog": "博客",
    "programming": "编程",
    "design": "设计",
    "live": "直播",
    "multimedia": "音视频",
    "picture": "图片",
    "anime": "二次元",
    "program-update": "程序更新",
    "university": "大学通知",
    "forecast": "预报预警",
    "travel": "出行旅游",
    "shopping": "购物",
    "game": "游戏",
    "reading": "阅读",
    "government": "政务消息",
    "study": "学习",
    "journal": "科学期刊",
    "finance": "金融",
    "sport": "体育",
    "other": "其他",
}
_FLAG = "popular"


def subject_of(categories: Iterable[str]) -> str:
    """Return the Chinese name of a route's subject; `popular` only if there is no other."""
    known = [one for one in categories if one in SUBJECTS]
    return SUBJECTS[next((one for one in known if one != _FLAG), known[0] if known else "other")]
