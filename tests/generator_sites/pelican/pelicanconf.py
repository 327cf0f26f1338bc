"""A site with the theme `simple` and a template of its own for articles."""

SITENAME = "归档"
TIMEZONE = "Asia/Shanghai"
DEFAULT_LANG = "zh_cn"
THEME = "simple"
THEME_TEMPLATES_OVERRIDES = ["templates"]
SLUGIFY_USE_UNICODE = True
SLUG_REGEX_SUBSTITUTIONS = [(r"[^\w\s-]", ""), (r"[-\s]+", "-")]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
