"""`guidang systemd-unit`: the units that run this installation under systemd."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.messages import _

CONFIG = Path("/etc/guidang/config.toml")
_ELSEWHERE = _("move it, for example to /opt or /etc, or remove ProtectHome=yes")
_PLAIN_WORD = re.compile(r"[\w%./@+:=,-]+")

# What is not commented says what it does by its name; systemd.exec(5) tells the rest.
SERVICE = """\
# Made by: guidang systemd-unit
[Unit]
Description=Guidang keeps what feeds publish
Documentation=https://github.com/guidang/guidang
Wants=network-online.target
After=network-online.target postgresql.service
# It is started again however often it fails,
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={program} --config {config} run
# A shell's own kill: small systems have no other.
ExecReload=/bin/sh -c 'kill -HUP $MAINPID'
Restart=always
RestartSec=5s
# but not with a configuration that is wrong.
RestartPreventExitStatus=2
# A look may take minutes; that nothing at all gets on for so long is a fault.
WatchdogSec=3min
TimeoutStartSec=10min
TimeoutStopSec=60s
# Only the main process is told; it ends its readers itself.
KillMode=mixed

{sandbox}

[Install]
WantedBy=multi-user.target
"""

# One run for the feed whose number or name is behind the @; it goes on where it was stopped.
BACKFILL = """\
# Made by: guidang systemd-unit --backfill
[Unit]
Description=Guidang brings in the past of feed %I
Documentation=https://github.com/guidang/guidang
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=oneshot
ExecStart={program} --config {config} backfill "%I"
# Something was missing: it is told in the journal, and asked for by the next run.
SuccessExitStatus=1
TimeoutStartSec=infinity
KillMode=mixed

{sandbox}
"""

# Both run as the same user, so that they share database and archive.
SANDBOX = """\
DynamicUser=yes
User=guidang
StateDirectory=guidang
WorkingDirectory=/var/lib/guidang
Environment=GUIDANG_DATABASE__URL=sqlite:////var/lib/guidang/guidang.db
Environment=GUIDANG_ARCHIVE__PATH=/var/lib/guidang/posts
# Secrets, readable by this service alone; the name is that of the setting:
#LoadCredential=rsshub.access_key:/etc/guidang/rsshub.access_key
#LoadCredential=database.url:/etc/guidang/database.url

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
UMask=0027
MemoryMax=1G
TasksMax=256
"""


def systemd_unit(
    config: Annotated[
        Path,
        typer.Option(
            "--for", metavar="FILE", help="The configuration file that the service reads."
        ),
    ] = CONFIG,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Print the template unit for backfills instead.")
    ] = False,
) -> None:
    """Print a systemd unit that runs this installation."""
    program = Path(sys.argv[0]).absolute()
    if program.name != "guidang":
        program = Path(sys.executable).with_name("guidang")
    for path in filter(_is_at_home, (program, config.absolute())):
        print(
            "guidang: "
            + _("the service cannot read home folders such as {path}", path=path)
            + f"; {_ELSEWHERE}",
            file=sys.stderr,
        )
    print(unit_of(program, config.absolute(), backfill=backfill), end="")


def _is_at_home(path: Path) -> bool:
    """Whether `ProtectHome=yes` hides a path (systemd.exec(5))."""
    return any(path.is_relative_to(home) for home in ("/home", "/root", "/run/user"))


def unit_of(program: Path, config: Path, *, backfill: bool = False) -> str:
    """The text of the service's unit, or of the template for backfills."""
    unit = BACKFILL if backfill else SERVICE
    return unit.format(program=_as_word(program), config=_as_word(config), sandbox=SANDBOX.rstrip())


def _as_word(path: Path) -> str:
    """A path as one word of a command line (systemd.service(5), "Command lines")."""
    word = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
    return word if _PLAIN_WORD.fullmatch(word) else f'"{word}"'
