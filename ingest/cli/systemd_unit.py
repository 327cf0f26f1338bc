"""`guidang systemd-unit`: the units that run this installation under systemd."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.run import check_roles
from ingest.messages import _

CONFIG = Path("/etc/guidang/config.toml")
_ELSEWHERE = _("move it, for example to /opt or /etc, or remove ProtectHome=yes")
_PLAIN_WORD = re.compile(r"[\w%./@+:=,-]+")

# systemd.exec(5) explains the settings that have no comment here.
SERVICE = """\
# Made by: guidang systemd-unit{option}
[Unit]
Description=Guidang keeps what feeds publish{what}
Documentation=https://github.com/guidang/guidang
Wants=network-online.target
After=network-online.target postgresql.service
# No limit: systemd restarts the service after every failure.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={program} --config {config} run{option}
# The kill of the shell: small systems have no other.
ExecReload=/bin/sh -c 'kill -HUP $MAINPID'
Restart=always
RestartSec=5s
# But do not restart it with mistakes in its configuration (exit code 2).
RestartPreventExitStatus=2
# One poll may take minutes, but no progress at all for this long is a fault.
WatchdogSec=3min
TimeoutStartSec=10min
TimeoutStopSec=60s
# Signal only the main process; it ends its own child processes.
KillMode=mixed

{sandbox}

[Install]
WantedBy=multi-user.target
"""

# The unit's name has the feed after the @. If the unit was stopped, its next start continues the
# backfill.
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
# Exit code 1: documents are missing. The journal names them; the next run retries them.
SuccessExitStatus=1
TimeoutStartSec=infinity
KillMode=mixed

{sandbox}
"""

# All units run as the same user, so that they can share the database and the archive.
SANDBOX = """\
DynamicUser=yes
User=guidang
StateDirectory=guidang
WorkingDirectory=/var/lib/guidang
{database}Environment=GUIDANG_ARCHIVE__PATH=/var/lib/guidang/posts
# Secrets that only this service can read, by the name of the setting:
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
_SQLITE = "Environment=GUIDANG_DATABASE__URL=sqlite:////var/lib/guidang/guidang.db\n"


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
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="Print the template unit for processes with this role instead.",
        ),
    ] = None,
) -> None:
    """Print a systemd unit that runs this installation."""
    if role is not None:
        check_roles([role])
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
    print(unit_of(program, config.absolute(), backfill=backfill, role=role), end="")


def _is_at_home(path: Path) -> bool:
    """Return whether `ProtectHome=yes` hides a path (systemd.exec(5))."""
    return any(path.is_relative_to(home) for home in ("/home", "/root", "/run/user"))


def unit_of(program: Path, config: Path, *, backfill: bool = False, role: str | None = None) -> str:
    """Return the unit of the service, or a template unit: for backfills, or for a role.

    A role needs PostgreSQL, so its unit does not name the SQLite file.
    """
    return (BACKFILL if backfill else SERVICE).format(
        program=_as_word(program),
        config=_as_word(config),
        option=f" --role {role}" if role else "",
        what=f" ({role} %I)" if role else "",
        sandbox=SANDBOX.format(database="" if role else _SQLITE).rstrip(),
    )


def _as_word(path: Path) -> str:
    """Quote a path for a command line (systemd.service(5), "Command lines")."""
    word = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
    return word if _PLAIN_WORD.fullmatch(word) else f'"{word}"'
