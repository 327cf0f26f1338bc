"""What is ignored inside a file: how much of each kind, and where some of it was."""

from __future__ import annotations

from dataclasses import dataclass, field

_MOST_KINDS, _MOST_EXAMPLES = 40, 3


@dataclass(slots=True)
class LeftOut:
    """How many things of each kind were ignored, and the addresses of some."""

    kinds: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def add(self, kind: str, url: str) -> None:
        """Count one more."""
        kind = kind if kind in self.kinds or len(self.kinds) < _MOST_KINDS else "of other kinds"
        count, examples = self.kinds.get(kind, (0, []))
        self.kinds[kind] = (count + 1, [*examples, url][:_MOST_EXAMPLES])

    def __str__(self) -> str:
        return "; ".join(
            f"{count} × {kind} ({', '.join(examples)}{', …' if count > len(examples) else ''})"
            for kind, (count, examples) in sorted(self.kinds.items())
        )
