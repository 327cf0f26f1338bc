"""Collect the texts that users read, and update the catalogues in ingest/locale.

    .venv/bin/python .ci/messages.py            update the .po files, compile the .mo files
    .venv/bin/python .ci/messages.py --missing  list untranslated texts; exit 1 if there are any

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
from jinja2 import Environment, nodes
from opencc import OpenCC

from ingest.cli import app
from ingest.cli.help import texts_of
from ingest.config import Config
from ingest.config.tables import SEVERAL, model_of
from ingest.messages import LOCALE, SIMPLIFIED, TRADITIONAL

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ingest"
ERRORS = {
    *("Unreachable", "BadStatus", "Gone", "BadRedirect", "MissingSecret", "Unreadable", "Refused"),
    *("Damaged", "StoreFull", "StoreBusy", "StoreConflict", "StoreSlow", "ArchiveFull"),
}
NOT_FOR_PEOPLE = {"TypeError", "AttributeError", "RuntimeError", "OverflowError", "KeyError"}
# Modules without messages for users; their strings are names, patterns and file contents.
SILENT = (
    *("cli", "config", "locale", "layouts", "outputs", "reading/dates", "reading/dedupe"),
    *("reading/extract", "reading/html", "reading/language", "reading/shortcuts", "reading/titles"),
    *(
        "reading/xml",
        "reading/links.py",
        "urls.py",
        "web/metrics.py",
        "web/access",
        "logs.py",
        "fetch/http1.py",
    ),
    *(
        "exports/card.py",
        "exports/atom.py",
        "exports/warc.py",
        "exports/wacz.py",
        "exports/epub.py",
    ),
    *(
        "reading/plain",
        "store/statements.py",
        "publish/commit_message.py",
        "demo/run.py",
        "daemon",
        "reading/documents/split",
    ),
)
# Strings that are not for users: messages of databases and programs, and words in documents.
NO_SENTENCES = {
    *("file is not a database", "readonly database", "deadlock detected", "no such table"),
    *(
        ".* expression-based index",
        "unable to open database file",
        "database is locked",
        "lock timeout",
        "statement timeout",
        "disk is full",
    ),
    *(
        "not a git repository",
        "No space left",
        "without sending a response",
        "no article",
        "(no path yet)",
    ),
}
LISTS = ("draft private", "md mdx", "key guid link", "application/")
_NO_SENTENCE = re.compile(r"[<>|\\^=@]|\w/\w+[;,]|SELECT|INSERT|STATUS|^[a-z -]+ [a-z -]{60,}$")
# Messages of typer, pydantic and the system that Guidang passes on to users.
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
Input should be greater than or equal to {limit}
Input should be less than or equal to {limit}
Input should be {choices}
Input should be a valid integer, unable to parse string as an integer
input should be a valid integer, unable to parse string as an integer
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
    """Return a catalogue, without translations, of all texts that need a translation."""
    catalog = Catalog(project="Guidang", domain="guidang", charset="utf-8")
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(ROOT).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        place = where.removeprefix("ingest/")
        if not place.startswith(("cli", "config", "sources")):
            tree = WithoutOwnMistakes().visit(tree)
        texts = [*marked(tree)]
        if not place.startswith(SILENT):
            texts += sentences_below(tree)
        if not place.startswith(SILENT) or place.startswith(("cli", "config")):
            texts += sentences_of_errors(tree)
        for text in texts:
            catalog.add(text, locations=[(where, None)])
    for text, where in in_templates():
        catalog.add(text, locations=[(where, None)])
    for text in texts_of(typer.main.get_command(app)):
        catalog.add(text, locations=[("--help", None)])
    for text in settings():
        catalog.add(text, locations=[("config.toml", None)])
    for text in ["Usage: ", *FOREIGN.splitlines()]:
        catalog.add(text, locations=[(".ci/messages.py", None)])
    return catalog


def settings() -> Iterator[str]:
    """Yield the comments of config.toml."""
    for name in Config.model_fields:
        model = model_of(name)
        if name not in SEVERAL:
            yield " ".join((model.__doc__ or "").split())
        for setting in model.model_fields.values():
            yield " ".join((setting.description or "").split())


def marked(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """Yield the texts in calls of `_`, `ngettext` and `message`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            if node.func.id == "ngettext":
                yield (texts[0], texts[1])
            elif node.func.id == "_" and texts:
                yield texts[0]
            elif node.func.id == "message":
                yield from sentences(node.args[0])


def in_templates() -> Iterator[tuple[str | tuple[str, str], str]]:
    """The texts in the templates of the pages, each with its file."""
    for file in sorted(PACKAGE.rglob("*.html")):
        for text in marked_in_template(file.read_text("utf-8")):
            yield text, file.relative_to(ROOT).as_posix()


def marked_in_template(source: str) -> Iterator[str | tuple[str, str]]:
    """The texts in calls of `_` and `ngettext` in a template of Jinja."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        texts = [one.value for one in call.args[:2] if isinstance(one, nodes.Const)]
        name = getattr(call.node, "name", "")
        if name == "ngettext":
            yield (texts[0], texts[1])
        elif name == "_" and texts:
            yield texts[0]


class WithoutOwnMistakes(ast.NodeTransformer):
    """Removes statements that raise an exception for programmers: `raise ValueError("…")`."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Replace such a statement by `pass`."""
        name = getattr(getattr(node.exc, "func", None), "id", "")
        return ast.Pass() if name in {"ValueError", *NOT_FOR_PEOPLE} else node


def sentences_of_errors(tree: ast.AST) -> Iterator[str]:
    """Yield the sentences in the errors that a module creates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if name in ERRORS or (name.endswith("Error") and name not in NOT_FOR_PEOPLE):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                texts = (text for one in given for text in sentences(one))
                yield from (text for text in texts if " " in text and text not in NO_SENTENCES)


def sentences_below(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a module that look like sentences: reasons, warnings, notes.

    They are stored and logged in English, and translated when the command line shows them.
    """
    silent = {id(inner) for node in ast.walk(tree) if is_silent(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(inner) for inner in ast.walk(node) if inner is not node}
        if id(node) not in silent and isinstance(node, ast.Constant | ast.JoinedStr):
            yield from (text for text in sentences(node) if is_sentence(text))


def is_silent(node: ast.AST) -> bool:
    """Return whether a part of a module is a docstring, a log message or a list of words."""
    names = {"debug", "info", "warning", "error", "exception", "split"}
    is_silent_call = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in names
    return is_silent_call or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def is_sentence(text: str) -> bool:
    words = re.findall(r"\b[a-z]{2,}\b", re.sub(r"\{\w+\}", " ", text))
    is_noise = (
        text in NO_SENTENCES
        or text.startswith(LISTS)
        or _NO_SENTENCE.search(text)
        or len(text) > 300
    )
    return len(words) >= 2 and " " in text.strip() and not is_noise


def sentences(node: ast.AST) -> Iterator[str]:
    """Yield the possible texts of an expression; an f-string becomes a template with fields."""
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
    """Return an f-string as a template; each field is named after its expression.

    Adjacent fields become one field.
    """
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
    """Return the catalogue of zh_CN with the new texts of the code, and without removed texts."""
    catalog = read(SIMPLIFIED)
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def traditional(simplified: Catalog) -> Catalog:
    """Return the catalogue in Traditional characters, with the words that Taiwan uses."""
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
    """Return the texts that have no translation."""
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
