#!/usr/bin/env bash
# The blog of Material for MkDocs 9.7.7 writes two posts of one title and day to one page.
#
# Expected: two pages, or an error.
# Seen: one page, with the text of one of them; exit code 0. A `slug` in each post keeps them apart.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'mkdocs-material==9.7.7' ||
    { echo "cannot install Material for MkDocs"; exit 2; }
mkdir -p "$work/site/docs/blog/posts"
cd "$work/site"
printf 'site_name: s\ntheme: {name: material, font: false}\nplugins: [blog]\n' > mkdocs.yml
echo '# s' | tee docs/index.md > docs/blog/index.md
for name in one two; do
    printf -- '---\ntitle: Morning news\ndate: 2024-05-20\n---\ntext of %s\n' "$name" > "docs/blog/posts/$name.md"
done

code=0
"$work/env/bin/mkdocs" build > mkdocs.log 2>&1 || code=$?
echo "mkdocs-material 9.7.7"
echo "expected: two pages of posts, or an exit code other than 0"
pages=$(find site/blog/2024 -mindepth 4 -name index.html | wc -l)
echo "seen: $pages page with $(grep -rhoE 'text of (one|two)' site/blog/2024/05 | sort -u | tr '\n' ','); exit code $code"
[ "$pages" = 1 ] && [ "$code" = 0 ]
