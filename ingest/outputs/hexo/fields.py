"""The values of the keys of front matter, one function for each key.

If a function returns None, the key is left out. Some themes print texts and addresses as HTML, or
read them as Markdown, so all values are inert: they contain no code for HTML or Markdown.
"""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from ingest.outputs.hexo.credits import key_of
from ingest.outputs.hexo.post import Post
from ingest.outputs.hexo.yaml import Value, Written, block, quoted, scalar


def title(post: Post) -> Value:
    """Return the title, always in quotes."""
    return quoted(post.title)


def title_without_percent(post: Post) -> Value:
    """Return the title with a full-width `％`, because the themes Redefine and Keep use sprintf."""
    return quoted(post.title.replace("%", "％"))


def author(post: Post) -> Value:
    """Return the name of the author."""
    return scalar(post.author)


def author_key(post: Post) -> Value:
    """Return the author's key in the theme's data file."""
    return scalar(key_of(post.author))


def author_page(post: Post) -> Value | None:
    """Return the address of the author's page, or of the original page."""
    return post.author_page or None


def image(post: Post) -> Value | None:
    """Return the address of the lead image."""
    image = post.image
    return quoted(image) if image else None


def image_or_none(post: Post) -> Value:
    """Return the image, or false, because the theme Butterfly would show a random picture."""
    return post.image or False


def image_address(post: Post) -> Value | None:
    """Return the image's address; put a `/` before it if it contains none.

    The themes Stellar and Redefine ignore an address without `/`.
    """
    return post.image if "/" in post.image else f"/{post.image}" if post.image else None


def photos(post: Post) -> Value | None:
    """Return the image for a gallery above the text, unless the text already shows the image."""
    return [post.image] if post.image and not post.image_is_in_text else None


def description(post: Post) -> Value | None:
    """Return the beginning of the text."""
    return post.description or None


def description_in_markdown(post: Post) -> Value | None:
    """Return the description without Markdown, because the theme Redefine renders it."""
    return _as_markdown(post.description) or None


def has_contents(post: Post) -> Value:
    """Return whether a table of contents can be made."""
    return post.has_contents


def contents_of_next(post: Post) -> Value | None:
    """Return the setting that hides an empty table of contents in the theme NexT."""
    return None if post.has_contents else {"enable": False}


def link(post: Post) -> Value | None:
    """Return the address of the entry's page."""
    link = post.link
    return quoted(link) if link else None


def original_if_readable(post: Post) -> Value | None:
    """Return the original's address, or None if it is not UTF-8, because that stops Butterfly."""
    try:
        unquote_to_bytes(post.original).decode()
    except UnicodeDecodeError:
        return None
    return post.original or None


def rights_in_html(post: Post) -> Value:
    """Return a note on the rights with a link in HTML, for the themes Butterfly and Redefine."""
    note = rights(post)
    if not post.original:
        return note
    return f'{note} <a href="{post.original}" rel="noopener">{_original(post)}</a>'


def rights_in_markdown(post: Post) -> Value:
    """Return a note on the rights with a link in Markdown, for the theme Stellar."""
    note = rights(post)
    return f"{note} [{_original(post)}](<{post.original}>)" if post.original else note


def rights(post: Post) -> Value:
    """Return a note on the rights, in place of the blogger's licence."""
    return "版权归原作者所有。" if post.is_chinese else "© the author."


def references_of_volantis(post: Post) -> Value | None:
    """Return the original as the only reference."""
    return [{"title": _original_title(post), "url": post.original}] if post.original else None


def references_of_stellar(post: Post) -> Value | None:
    """Return the original as the only reference, in Markdown."""
    return (
        [f"[{_as_markdown(_original_title(post))}](<{post.original}>)"] if post.original else None
    )


def article_of_icarus(post: Post) -> Value:
    """Return settings of the theme Icarus for one page, with the original in place of licences.

    They replace `article` of the theme's settings, so they repeat its other defaults.
    """
    licences = (
        {f"{rights(post)} {_original(post)}": {"url": post.original}} if post.original else {}
    )
    return {
        "highlight": {"theme": "atom-one-light", "clipboard": True, "fold": "unfolded"},
        "readtime": True,
        "update_time": True,
        "licenses": licences,
    }


def date(post: Post) -> Value:
    """Return when the entry was published."""
    return Written(post.date)


def updated(post: Post) -> Value:
    """Return when the entry was last changed.

    Without this key, Hexo would use the time of the file, which `git clone` changes.
    """
    return Written(post.updated)


def categories(post: Post) -> Value:
    """Return the path of categories as a list, the broadest category first."""
    return block(post.categories)


def tags(post: Post) -> Value | None:
    """Return the entry's tags as a list, or None if it has none."""
    tags = post.tags
    return block(tags) if tags else None


def feed(post: Post) -> Value:
    """Return the address of the feed."""
    return quoted(post.feed)


def guid(post: Post) -> Value | None:
    """Return the publisher's id of the entry, or None if the publisher gave none."""
    guid = post.guid
    return quoted(guid) if guid else None


def robots(post: Post) -> Value | None:
    """Return `noindex`, for `<meta name="robots">`, if search engines must not list the page."""
    return "noindex" if post.noindex else None


def yes_if_noindex(post: Post) -> Value | None:
    """Return true if search engines must not list the page."""
    return post.noindex or None


def no_if_noindex(post: Post) -> Value | None:
    """Return false if search engines must not list the page."""
    return False if post.noindex else None


def yes_if_raw(post: Post) -> Value | None:
    """Return true if the filter github-emojis must skip the text."""
    return post.must_stay_raw or None


def yes(post: Post) -> Value:  # noqa: ARG001
    """Return true, for keys that always have this value."""
    return True


def no(post: Post) -> Value:  # noqa: ARG001
    """Return false, for keys that always have this value."""
    return False


def _original(post: Post) -> str:
    """Return the word for the original page in the entry's language."""
    return "原文" if post.is_chinese else "Original"


def _original_title(post: Post) -> str:
    return f"原文：{post.title}" if post.is_chinese else f"Original: {post.title}"


def _as_markdown(text: str) -> str:
    return "".join(f"\\{c}" if c in _MARKDOWN else c for c in text)


_MARKDOWN = frozenset(r"\`*_{}[]<>()#+-.!|~:&")
