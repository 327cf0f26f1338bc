"""stand-in"""

from ingest.values import Article


def extract_article(html, *, url):
    import trafilatura

    t = trafilatura.extract(html, output_format="html", include_images=True)
    x = trafilatura.extract(html)
    return Article(url=url, html=t, text=x or "", method="x") if t else None


def looks_truncated(a, b):
    return True


def page_is_better(a, b):
    return len(b) > len(a)
