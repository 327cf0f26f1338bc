"""Translate the help of commands to the user's language; typer itself has only English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from typer._click.core import Context
from typer._click.formatting import HelpFormatter

from ingest.messages import _, recognized
from ingest.wrapping import wrap

if TYPE_CHECKING:
    from typer._click.core import Command


def paragraphs(text: str | None) -> list[str]:
    """Split a help text at empty lines; each paragraph becomes one line."""
    parts = (" ".join(part.split()) for part in (text or "").split("\n\n"))
    return [part for part in parts if part]


def texts_of(command: Command) -> Iterator[str]:
    """Yield every help text of a command and of its subcommands, for the catalogue."""
    yield from paragraphs(command.help)
    yield from (text for parameter in command.params if (text := _help_of(parameter)))
    for inner in _inner(command):
        yield from texts_of(inner)


def translate_help(command: Command) -> None:
    """Translate the help of a command and of its subcommands."""
    translated = [_(paragraph) for paragraph in paragraphs(command.help)]
    command.help = "\n\n".join(translated)
    command.short_help = translated[0] if translated else ""
    command.context_class = _TranslatedContext
    for parameter in command.params:
        if text := _help_of(parameter):
            parameter.help = _(text)  # type: ignore[attr-defined]
    for inner in _inner(command):
        translate_help(inner)


def _help_of(parameter: Any) -> str | None:
    return getattr(parameter, "help", None)


def _inner(command: Any) -> Sequence[Command]:
    return list(getattr(command, "commands", {}).values())


class _TranslatedFormatter(HelpFormatter):
    """A help formatter with translated headings, which counts wide characters as two cells."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_(f'{heading}:')}\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        blocks = (wrap(block, self.width - len(indent)) for block in paragraphs(text))
        self.write("\n\n".join("\n".join(indent + line for line in block) for block in blocks))
        self.write("\n")

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        indent = " " * self.current_indent
        first = min(max(len(name) for name, _text in rows), col_max) + col_spacing
        for name, text in rows:
            lines = wrap(_with_translated_extra(text), max(self.width - first - 2, 10))
            if len(name) > first - col_spacing:
                lines.insert(0, "")
            heads = [name.ljust(first), *[" " * first] * (len(lines) - 1)]
            for head, line in zip(heads, lines or [""], strict=False):
                self.write(f"{indent}{head}{line}".rstrip() + "\n")


class _TranslatedContext(Context):
    formatter_class = _TranslatedFormatter


def _with_translated_extra(text: str) -> str:
    """Translate the part that typer adds to a help text, such as `[default: auto]`."""
    text, bracket, extra = _(text).rpartition("  [") if "  [" in text else (_(text), "", "")
    parts = "; ".join(map(recognized, extra.removesuffix("]").split("; ")))
    return f"{text}{bracket}{parts}]" if bracket else text
