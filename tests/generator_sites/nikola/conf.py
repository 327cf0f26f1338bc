"""A site with the theme `base` and a template of its own for posts."""

BLOG_AUTHOR = "归档"
BLOG_TITLE = "归档"
SITE_URL = "https://archive.example.cn/"
BLOG_EMAIL = "n@example.cn"
BLOG_DESCRIPTION = "d"
DEFAULT_LANG = "zh_cn"
TRANSLATIONS = {DEFAULT_LANG: ""}
TIMEZONE = "Asia/Shanghai"
THEME = "base"
POSTS = (("posts/*.html", "posts", "post.tmpl"),)
PAGES = ()
COMPILERS = {"html": [".html"]}
USE_SLUGIFY = False
COPY_SOURCES = False
GENERATE_RSS = GENERATE_ATOM = False
DISABLED_PLUGINS = ["sitemap", "robots"]
