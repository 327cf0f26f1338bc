#!/usr/bin/env bash
# newsboat 2.21 with urls-source "feedhq": the starred items of a server of one's own are requested
# from feedhq.org.
#
# Expected: `feedhq-url` names the server for everything that newsboat asks.
# Seen: the subscriptions come from that server, but newsboat adds three feeds (starred, shared, people
# you follow) with addresses at feedhq.org, whatever the setting says. On each reload it asks that host,
# and shows three feeds that never have an item. `feedhq-show-special-feeds no` removes them.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
command -v newsboat > /dev/null || { echo "needs newsboat 2.21 (Debian 12: apt install newsboat)"; exit 2; }
version=$(newsboat --version | head -n 1)
case $version in *" 2.21."*) ;; *) echo "needs newsboat 2.21, not $version"; exit 2 ;; esac
cat > server.py <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

LIST = {"subscriptions": [{"id": "feed/1", "title": "one", "categories": []}]}


class Reader(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.answer("SID=x\nLSID=x\nAuth=reader/token\n")

    def do_GET(self):
        self.answer(json.dumps(LIST))

    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Reader)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
python3 server.py > port &
server=$!
until [ -s port ]; do sleep 0.1; done
printf '%s\n' 'urls-source "feedhq"' "feedhq-url \"http://127.0.0.1:$(cat port)\"" \
    'feedhq-login "reader"' 'feedhq-password "password"' > config
touch urls
newsboat -C config -u urls -c cache.db -e > feeds.opml
own=$(grep -c 'xmlUrl="http://127.0.0.1' feeds.opml)
others=$(grep -c 'xmlUrl="http://feedhq.org/' feeds.opml)
echo "$version: feeds at the server of feedhq-url: $own, at feedhq.org: $others"
[ "$own $others" = "1 3" ] || { echo "the behaviour has changed"; exit 1; }
