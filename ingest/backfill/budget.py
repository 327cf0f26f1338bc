"""How many documents a run may still take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Budget:
    """How many documents may still be taken, of all feeds together; None: any number."""

    left: int | None = None

    def take(self) -> bool:
        """Whether one more may be taken; then it counts as taken."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    def give_back(self) -> None:
        """Let a document that has to wait for others not count."""
        if self.left is not None:
            self.left += 1

    @property
    def is_spent(self) -> bool:
        """Whether no more may be taken."""
        return self.left is not None and self.left <= 0
