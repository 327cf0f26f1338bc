#!/usr/bin/env bash
# The Hexo plugin hexo-abbrlink rewrites the front matter of each post that has no abbrlink. A date with
# an offset becomes a date in UTC without one, which Hexo then reads in the zone of the site.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v npm > /dev/null || { echo "cannot run: npm is not there"; exit 2; }

cat > package.json << 'JSON'
{"name": "site", "private": true, "hexo": {"version": "8.1.2"}, "dependencies": {"hexo": "8.1.2",
 "hexo-abbrlink": "2.2.1", "hexo-renderer-marked": "7.0.1"}}
JSON
npm install --ignore-scripts --no-audit --no-fund --loglevel=error > npm.log 2>&1 ||
    { echo "cannot run: npm install failed"; tail -n 3 npm.log; exit 2; }
printf 'title: t\nurl: http://site.example.cn\npermalink: :abbrlink/\ntimezone: Asia/Shanghai\n' > _config.yml
mkdir -p source/_posts
post() { printf -- '---\ntitle: 甲\ndate: 2024-05-18T01:00:00+08:00\n%s---\n正文。\n' "$1"; }
post '' > source/_posts/without.md
post $'abbrlink: "1a2b3c"\n' > source/_posts/with.md
cp source/_posts/with.md with.before

npx hexo generate > hexo.log 2>&1
date=$(grep '^date:' source/_posts/without.md)
same=$(cmp -s with.before source/_posts/with.md && echo unchanged || echo changed)
echo "hexo 8.1.2, hexo-abbrlink 2.2.1"
echo "expected: the plugin adds the line abbrlink, and leaves date: 2024-05-18T01:00:00+08:00 alone"
echo "seen: $date (eight hours early in a site with timezone: Asia/Shanghai)"
echo "      a post that has an abbrlink: $same"
[ "$date" = "date: 2024-05-17 17:00:00" ] && [ "$same" = unchanged ]
