"""A real nginx before the web pages, which it shows below the path `/archive/`."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.pages import Pages

_CONFIGURATION = """\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location /archive/ {{
            proxy_pass http://127.0.0.1:{target};
            {fields}
        }}
        location / {{ return 418; }}
    }}
}}
"""


def find_nginx() -> str:
    """Return the path of nginx; raise RuntimeError if it is not installed."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        raise RuntimeError(
            "the tests of proxies need nginx: install it (Debian: apt install nginx)"
        )
    return found


@contextlib.contextmanager
def nginx(folder: Path, port: int, target: str, *fields: str) -> Iterator[Pages]:
    """Run nginx on a port; `target` is what follows the host in proxy_pass.

    `fields` are the header fields that it sets.
    """
    settings = "".join(f"proxy_set_header {field};" for field in fields)
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(port=port, target=target, fields=settings))
    command = [find_nginx(), "-p", str(folder), "-c", str(file), "-e", "stderr"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait_for(Pages(port), process)
            yield Pages(port)
        finally:
            process.terminate()


def _wait_for(pages: Pages, process: subprocess.Popen[bytes]) -> None:
    """Wait until nginx answers for itself."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, "nginx has ended"
        with contextlib.suppress(OSError):
            assert pages.get("/").status == 418
            return
    raise AssertionError("nginx does not answer")
