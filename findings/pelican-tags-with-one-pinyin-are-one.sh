#!/usr/bin/env bash
# Pelican 4.12.0 takes two Chinese tags for one if they have the same pinyin.
#
# Expected: 事实 (fact) and 实施 (to carry out) are two tags, each with its page.
# Seen: one page, tag/shi-shi.html, with the posts of both below the name of one; no warning. The
# settings SLUGIFY_USE_UNICODE and SLUG_REGEX_SUBSTITUTIONS keep them apart.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'pelican[markdown]==4.12.0' ||
    { echo "cannot install Pelican"; exit 2; }
mkdir -p "$work/site/content"
cd "$work/site"
echo 'SITENAME = "s"; TIMEZONE = "UTC"; THEME = "simple"' > pelicanconf.py
for tag in 事实 实施; do
    # A title in pinyin would be the same address for both posts.
    [ "$tag" = 事实 ] && slug=one || slug=two
    printf 'Title: %s\nSlug: %s\nDate: 2024-05-20\nTags: %s\n\ntext\n' "$tag" "$slug" "$tag" > "content/$slug.md"
done

"$work/env/bin/pelican" content -s pelicanconf.py > pelican.log 2>&1 ||
    { echo "cannot run Pelican"; tail -n 3 pelican.log; exit 2; }
echo "pelican 4.12.0"
echo "expected: two pages of tags"
echo "seen: $(ls output/tag), with $(grep -c 'rel="bookmark"' output/tag/*.html) posts"
[ "$(ls output/tag)" = shi-shi.html ]
