"""Collect what people read, and bring the catalogues in ingest/locale up to date.

    .venv/bin/python .ci/messages.py            update the .po files, compile the .mo files
    .venv/bin/python .ci/messages.py --missing  only list what has no translation; exit 1 if any

Only zh_CN is translated by hand. zh_TW is made from it with OpenCC (s2twp).
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer.main
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from opencc import OpenCC

from ingest.cli import app
from ingest.cli.help import texts_of
from ingest.config import Config, FeedConfig
from ingest.messages import LOCALE, SIMPLIFIED, TRADITIONAL

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ingest"
ERRORS = {
    *("Unreachable", "BadStatus", "Gone", "BadRedirect", "MissingSecret", "Unreadable", "Refused"),
    *("Damaged", "StoreFull", "StoreBusy", "StoreConflict", "ArchiveFull"),
}
NOT_FOR_PEOPLE = {"TypeError", "AttributeError", "RuntimeError", "OverflowError", "KeyError"}
# Sentences of typer, pydantic and the system that reach people through us.
FOREIGN = """\
Options:
Commands:
Arguments:
required
default: {default}
Show this message and exit.
Missing command.
Missing argument {name}.
Missing option {name}.
No such command {name}.
No such option: {name}
No such option: {name} (Possible options: {others})
Invalid value for {name}: {reason}
Option {name} does not take a value.
Option {name} requires an argument.
Got unexpected extra argument(s) ({names})
{value} is not a valid integer.
{value} is not a valid int.
{value} is not in the range {range}.
{value} is not one of {choices}.
input should be a valid string
input should be a valid integer
input should be a valid boolean
input should be a valid list
input should be a valid tuple
input should be a valid dictionary
input should be {choices}
input should be greater than {limit}
input should be greater than or equal to {limit}
input should be less than or equal to {limit}
No such file or directory
Permission denied
Is a directory
Not a directory
File exists
No space left on device
Read-only file system
Connection refused
"""


def collect() -> Catalog:
    """Everything that needs a translation, as a catalogue without translations."""
    catalog = Catalog(project="Guidang", domain="guidang", charset="utf-8")
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(ROOT).as_posix()
        for text in texts_in(ast.parse(file.read_text("utf-8"))):
            catalog.add(text, locations=[(where, None)])
    for text in texts_of(typer.main.get_command(app)):
        catalog.add(text, locations=[("--help", None)])
    for text in settings():
        catalog.add(text, locations=[("config.toml", None)])
    for text in ["Usage: ", *FOREIGN.splitlines()]:
        catalog.add(text, locations=[(".ci/messages.py", None)])
    return catalog


def settings() -> Iterator[str]:
    """The comments of config.toml."""
    for name, field in Config.model_fields.items():
        model = FeedConfig if name == "feeds" else type(field.default)
        if name != "feeds":
            yield " ".join((model.__doc__ or "").split())
        for setting in model.model_fields.values():
            yield " ".join((setting.description or "").split())


def texts_in(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The marked texts of a module, and the sentences of the errors that it makes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        texts = [one.value for one in given[:2] if isinstance(one, ast.Constant)]
        if name == "ngettext" and isinstance(node.func, ast.Name):
            yield (texts[0], texts[1])
        elif name == "_" and texts:
            yield texts[0]
        elif name == "message" and isinstance(node.func, ast.Name):
            yield from sentences(node.args[0])
        elif name in ERRORS or (name.endswith("Error") and name not in NOT_FOR_PEOPLE):
            yield from (text for argument in given for text in sentences(argument) if " " in text)


def sentences(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be; an f-string becomes a template with named fields."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            template = template_of(node)
            if re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", template)):
                yield template
        case ast.IfExp():
            yield from sentences(node.body)
            yield from sentences(node.orelse)
        case ast.Tuple():
            for element in node.elts:
                yield from sentences(element)
        case ast.BinOp(op=ast.Add()):
            yield from sentences(node.left)
            yield from sentences(node.right)


def template_of(node: ast.JoinedStr) -> str:
    """Name each field after the expression in it; fields side by side are one."""
    text, names, after_field = "", [], False
    for part in node.values:
        if isinstance(part, ast.Constant):
            text, after_field = text + part.value, False
        elif not after_field:
            name = name_of(part.value)
            names.append(name)
            text += "{" + (f"{name}{names.count(name)}" if names.count(name) > 1 else name) + "}"
            after_field = True
    return text


def name_of(node: ast.AST) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
        case ast.Call(args=[]):
            return name_of(node.func)
        case ast.Call():
            return name_of(node.args[0])
    return "value"


def path_of(language: str, suffix: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"guidang.{suffix}"


def read(language: str) -> Catalog:
    with path_of(language, "po").open("rb") as file:
        return read_po(file, locale=language, domain="guidang")


def updated() -> Catalog:
    """The catalogue of zh_CN with what is new in the code, and without what is gone."""
    catalog = read(SIMPLIFIED)
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def traditional(simplified: Catalog) -> Catalog:
    """The same catalogue in the words of Taiwan."""
    convert = OpenCC("s2twp").convert
    catalog = Catalog(locale=TRADITIONAL, project="Guidang", domain="guidang", charset="utf-8")
    for message in simplified:
        if message.id:
            texts = message.string if isinstance(message.string, tuple) else [message.string or ""]
            translated = tuple(map(convert, texts))
            one = translated if isinstance(message.id, tuple) else translated[0]
            catalog.add(message.id, one, message.locations)
    return catalog


def write(language: str, catalog: Catalog) -> None:
    po, mo = path_of(language, "po"), path_of(language, "mo")
    catalog.header_comment = f"# {language} of Guidang's messages; updated by: make messages"
    catalog.creation_date = catalog.revision_date = datetime(2026, 11, 28, tzinfo=UTC)
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalog, sort_output=True, include_lineno=False, width=100)
    with mo.open("wb") as file:
        write_mo(file, read(language))


def missing(catalog: Catalog) -> list[str]:
    """What has no translation."""
    texts = ((m.id, m.string) for m in catalog if m.id)
    return [str(i) for i, s in texts if not all(s if isinstance(s, tuple) else [s])]


def main() -> int:
    catalog = updated()
    if "--missing" not in sys.argv:
        write(SIMPLIFIED, catalog)
        write(TRADITIONAL, traditional(catalog))
    lacking = missing(catalog)
    for text in lacking:
        print(f"no translation: {text}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
