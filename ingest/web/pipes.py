"""The pipes between the service and the process of the pages, and how the process asks."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from typing import Any, NamedTuple


class Pipes(NamedTuple):
    """The pipes between the service and the process: for its health, and for finding feeds."""

    health: Connection
    finding: Connection


class Asker:
    """Asks the service over a pipe, one question after the other."""

    def __init__(self, pipe: Connection, within: float) -> None:
        self._pipe = pipe
        self._within = within  # seconds
        self._turn = threading.Lock()
        self._number = 0

    def ask(self, question: str) -> Any:
        """Return the service's answer; None if it does not answer in time."""
        if not self._turn.acquire(timeout=self._within):
            return None
        try:
            return self._ask(question)
        except (EOFError, OSError):  # the service has just ended
            return None
        finally:
            self._turn.release()

    def _ask(self, question: str) -> Any:
        """Ask, and skip late answers to earlier questions."""
        self._number += 1
        self._pipe.send((self._number, question))
        while self._pipe.poll(self._within):
            number, answer = self._pipe.recv()
            if number == self._number:
                return answer
        return None
