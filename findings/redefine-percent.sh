#!/usr/bin/env bash
# The Hexo theme redefine uses each title as a sprintf format: a post titled "涨了 100%" becomes an
# empty page, and Hexo exits with 0.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v npm > /dev/null || { echo "cannot run: npm is not there"; exit 2; }

cat > package.json << 'JSON'
{"name": "site", "private": true, "hexo": {"version": "8.1.2"}, "dependencies": {"hexo": "8.1.2",
 "hexo-renderer-ejs": "2.0.0", "hexo-renderer-marked": "7.0.1", "hexo-theme-redefine": "2.9.0"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error > npm.log 2>&1 ||
    { echo "cannot run: npm install failed"; tail -n 3 npm.log; exit 2; }
printf 'title: t\nurl: http://site.example.cn\npermalink: :title/\ntheme: redefine\n' > _config.yml
mkdir -p source/_posts
for name in plain percent; do
    title=$([ $name = plain ] && echo '涨了一倍' || echo '涨了 100%')
    printf -- "---\ntitle: '%s'\ndate: 2024-05-20 08:00:00\n---\n正文。\n" "$title" > "source/_posts/$name.md"
done

code=0
npx hexo generate > hexo.log 2>&1 || code=$?
size() { wc -c < "public/$1/index.html" 2> /dev/null || echo 0; }
echo "hexo 8.1.2, hexo-theme-redefine 2.9.0"
echo "expected: a page for each of two posts, or an exit code other than 0"
echo "seen: 涨了一倍: $(size plain) bytes; 涨了 100%: $(size percent) bytes; exit code $code"
[ "$(size plain)" -gt 1000 ] && [ "$(size percent)" -eq 0 ] && [ "$code" = 0 ]
