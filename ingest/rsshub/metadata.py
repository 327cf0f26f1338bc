"""Find the categories of a feed in RSSHub's description of its routes (`/api/namespace`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.errors import UsageError
from ingest.rsshub.patterns import fit, segments_of

_LONGEST_NAME = 100
_LONGEST_PATTERN = 500
_MOST_ROUTES = 2000
# The largest number of folders that a reverse proxy may add before the path:
# https://host/apps/rsshub/zhihu/hot
_DEEPEST_PREFIX = 3
# The Chinese names of the subjects that RSSHub sorts its routes by.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of a namespace: its pattern, its name, the ids of its categories."""

    path: str
    title: str
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A site that RSSHub has routes for; the paths of the routes begin with `name`."""

    name: str
    title: str
    categories: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


def read_metadata(answer: Any, source: str) -> list[Namespace]:
    """Parse the answer of `/api/namespace`, or a file of the same form; raise `UsageError`."""
    if not isinstance(answer, dict):
        raise UsageError(f"{source}: not RSSHub's metadata: no object of namespaces")
    written = {name: fields for name, fields in answer.items() if _is_one(name, fields)}
    is_whole = _lists_whole_paths(written)
    found = [_namespace(name, fields, is_whole) for name, fields in written.items()]
    if not found:
        raise UsageError(f"{source}: not RSSHub's metadata: it holds no routes")
    return found


def _is_one(name: str, fields: Any) -> bool:
    routes = fields.get("routes") if isinstance(fields, dict) else None
    return 0 < len(name) <= _LONGEST_NAME and isinstance(routes, dict) and bool(routes)


def _lists_whole_paths(namespaces: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the paths of most routes begin with their namespace.

    RSSHub itself omits the namespace, but routes such as `/cell/cell/current` repeat it by chance.
    """
    routes = [
        (name, path)
        for name, fields in namespaces.items()
        for key, route in fields["routes"].items()
        if (path := _own_path(key, route))
    ]
    return 2 * sum(_within(name, path) != path for name, path in routes) > len(routes)


def _own_path(key: str, fields: Any) -> str:
    """Return the key of a route if it is the route's only path, otherwise an empty string."""
    paths = _strings(fields.get("path")) if isinstance(fields, dict) else ()
    return key if paths in {(), (key,)} else ""


def _within(namespace: str, path: str) -> str:
    """Return a path without its namespace at the beginning."""
    prefix = f"/{namespace.strip('/')}"
    return path[len(prefix) :] if f"{path}/".startswith(f"{prefix}/") else path


def _namespace(name: str, fields: Mapping[str, Any], is_whole: bool) -> Namespace:
    routes = list(fields["routes"].items())[:_MOST_ROUTES]
    return Namespace(
        name=name.strip("/"),
        title=_chinese_name(fields) or name,
        categories=_strings(fields.get("categories")),
        routes=tuple(
            route
            for key, value in routes
            for route in _routes(name if is_whole else "", key, value)
        ),
    )


def _routes(prefix: str, key: str, fields: Any) -> Iterator[Route]:
    """Yield a route for each path of one key; the key may begin with the namespace, `prefix`."""
    if not isinstance(fields, dict):
        return
    for path in _strings(fields.get("path")) or (key,):
        inner = _within(prefix, path) if prefix and path == key else path
        yield Route(
            path=f"/{inner.strip('/')}"[:_LONGEST_PATTERN],
            title=_channel(_chinese_name(fields)),
            categories=_strings(fields.get("categories")),
        )


def _chinese_name(fields: Mapping[str, Any]) -> str:
    """Return the Chinese name if there is one, otherwise the English name."""
    for language in ("zh", "zh-TW"):
        translated = fields.get(language)
        if isinstance(translated, dict) and (name := _text(translated.get("name"))):
            return name
    return _text(fields.get("name"))


def _channel(name: str) -> str:
    """Return the first name if a route's title joins several names by commas."""
    return name.replace("，", ",").replace("、", ",").partition(",")[0].strip()


def _text(value: Any) -> str:
    return " ".join(value.split())[:_LONGEST_NAME] if isinstance(value, str) else ""


def _strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one[:_LONGEST_PATTERN] for one in values if isinstance(one, str) and one)


def namespace_names(path: str, pattern: str | None = None) -> set[str]:
    """Return the possible namespaces of a path; a namespace has one or two segments."""
    names = set()
    for segments in (*_beginnings(path), segments_of(pattern or "")):
        names |= {segments[0], "/".join(segments[:2])} if segments else set()
    return names


def _beginnings(path: str) -> Iterator[list[str]]:
    """Yield a path's segments, with and without folders that a reverse proxy may have added."""
    segments = segments_of(path)
    for start in range(min(len(segments), _DEEPEST_PREFIX + 1)):
        yield segments[start:]


def categories_of(
    path: str, namespaces: Mapping[str, Namespace], pattern: str | None = None
) -> tuple[str, ...]:
    """Return the categories of a path: its subject, site and channel, or () if no route matches.

    `pattern` is the route's pattern, if RSSHub named it in its answer (X-RSSHub-Route).
    """
    said = segments_of(pattern or "")
    found = (_find(said, namespaces, exactly=True) if said else None) or next(
        (match for segments in _beginnings(path) if (match := _find(segments, namespaces))), None
    )
    if found is None:
        return ()
    namespace, route = found
    named = (subject_of(route.categories or namespace.categories), namespace.title, route.title)
    return tuple(name for name in named if name)


def _find(
    segments: Sequence[str], namespaces: Mapping[str, Namespace], *, exactly: bool = False
) -> tuple[Namespace, Route] | None:
    for length in (2, 1):
        namespace = namespaces.get("/".join(segments[:length]))
        if namespace is None:
            continue
        rest = list(segments[length:])
        route = _same(namespace, rest) if exactly else _closest(namespace, rest)
        if route is not None:
            return namespace, route
    return None


def _same(namespace: Namespace, pattern: list[str]) -> Route | None:
    return next((one for one in namespace.routes if segments_of(one.path) == pattern), None)


def _closest(namespace: Namespace, segments: list[str]) -> Route | None:
    """Return the matching route with the most literal segments; of several, return the first."""
    fitting = [
        (closeness, -place, route)
        for place, route in enumerate(namespace.routes)
        if (closeness := fit(route.path, segments)) is not None
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else None


def subject_of(categories: Iterable[str]) -> str:
    """Return the Chinese name of a route's subject; ignore `popular` if there is another one."""
    known = [one for one in categories if one in SUBJECTS]
    return SUBJECTS[next((one for one in known if one != _FLAG), known[0] if known else "other")]
