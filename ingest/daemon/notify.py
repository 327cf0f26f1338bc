"""Send messages to the service manager, in the protocol of sd_notify(3)."""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta


def notify(*lines: str) -> None:
    """Send a message to the service manager, if there is one.

    The messages are `READY=1`, `STOPPING=1`, `WATCHDOG=1` and `STATUS=…`.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as datagram:
        datagram.sendto("\n".join(lines).encode(), address)


def notify_reloading() -> None:
    """Report that a reload of the configuration begins; `READY=1` reports its end."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_interval() -> timedelta | None:
    """Return the interval of systemd's watchdog, or None if it does not watch this process."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    meant_for = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdigit() or meant_for != str(os.getpid()):
        return None
    return timedelta(microseconds=int(microseconds))
