#!/usr/bin/env bash
# npm feed 6.0.0: the required `date` of an item is the date of publication in RSS, but the date of the
# last change in Atom and JSON Feed. A JSON item without `id` gets none.
#
# Expected: the three forms say the same: all have a date of publication and an id. JSON Feed 1.1
# requires `id`; RSS and Atom use the link.
# Seen: RSS has <pubDate>; Atom has <updated> and no <published>; JSON has `date_modified` and neither
# `date_published` nor `id`. A reader that uses only dates of publication sees entries without a date.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v npm > /dev/null || { echo "needs Node.js and npm"; exit 2; }
npm install --silent --ignore-scripts --no-audit --no-fund --prefix . feed@6.0.0 ||
    { echo "cannot install feed"; exit 2; }
cat > look.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { Feed } from "feed";

const link = "https://blog.example.org/";
const feed = new Feed({ title: "c", id: link, link, copyright: "" });
feed.addItem({ title: "t", link: link + "1", date: new Date("2024-02-29T15:30:00Z"), content: "<p>x</p>" });
const [rss, atom, json] = [feed.rss2(), feed.atom1(), JSON.parse(feed.json1()).items[0]];
const entry = atom.slice(atom.indexOf("<entry>"));
const seen = {
  "RSS pubDate": rss.includes("<pubDate>Thu, 29 Feb 2024"),
  "RSS guid": rss.includes("<guid"),
  "Atom published": entry.includes("<published>"),
  "Atom updated": entry.includes("<updated>2024-02-29"),
  "JSON date_published": "date_published" in json,
  "JSON date_modified": "date_modified" in json,
  "JSON id": "id" in json,
};
console.log("feed", JSON.parse(readFileSync("node_modules/feed/package.json")).version, seen);
const wanted = [true, true, false, true, false, true, false];
if (Object.values(seen).join() !== wanted.join()) {
  console.error("the behaviour has changed");
  process.exit(1);
}
NODE
node look.mjs
