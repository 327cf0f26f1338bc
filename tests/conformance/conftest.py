"""Scores of the public suites: each has a floor in floors.toml, which a run may only raise.

Without the environment variable GUIDANG_CORPORA, pytest collects nothing here and reports that.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

FOLDER = os.environ.get("GUIDANG_CORPORA")
HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["floors"]
EXPLAINED = {
    suite: {document for group in groups for document in group["documents"]}
    for suite, groups in tomllib.loads((HERE / "explained.toml").read_text("utf-8")).items()
}
SHOWN = 10  # differences that are listed for a suite

collect_ignore_glob = [] if FOLDER else ["test_*.py"]

Score = Callable[[str, int, Sequence[str]], None]
Mean = Callable[[str, dict[str, float]], None]


def pytest_report_header() -> str:
    return f"conformance: {FOLDER or 'not collected, GUIDANG_CORPORA names no folder'}"


@pytest.fixture(scope="session")
def corpora() -> Path:
    assert FOLDER is not None
    return Path(FOLDER)


@pytest.fixture
def score(record_property: Callable[[str, object], None]) -> Score:
    """Return a function that records the score of a suite and fails if it is below its floor.

    Each difference begins with the document's name and `: `. If explained.toml lists a suite, it
    must list exactly the documents that differ.
    """

    def note(suite: str, checks: int, differences: Sequence[str]) -> None:
        reached = 1 - len(differences) / checks
        record_property("conformance", (suite, reached, FLOORS[suite], checks, differences[:SHOWN]))
        listed = "\n".join(differences[:SHOWN])
        assert reached >= FLOORS[suite], f"{suite}: {reached:.4f} < {FLOORS[suite]}\n{listed}"
        if suite in EXPLAINED:
            different = {difference.partition(": ")[0] for difference in differences}
            assert different == EXPLAINED[suite]

    return note


@pytest.fixture
def mean(record_property: Callable[[str, object], None]) -> Mean:
    """Return a function that records a suite's mean value and fails if it is below its floor.

    Each document has a value from 0 to 1; the worst documents are listed.
    """

    def note(suite: str, values: dict[str, float]) -> None:
        reached = sum(values.values()) / len(values)
        worst = sorted(values, key=values.__getitem__)[:SHOWN]
        listed = [f"{document}: {values[document]:.3f}" for document in worst]
        record_property("conformance", (suite, reached, FLOORS[suite], len(values), listed))
        shown = "\n".join(listed)
        assert reached >= FLOORS[suite], f"{suite}: {reached:.4f} < {FLOORS[suite]}\n{shown}"

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FOLDER is None:
        terminalreporter.write_line(pytest_report_header())
        return
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    noted = [v for r in reports for name, v in r.user_properties if name == "conformance"]
    for suite, reached, floor, checks, differences in sorted(noted):
        terminalreporter.write_line(f"{suite:<24} {reached:8.2%}  floor {floor:.2%}  of {checks}")
        for difference in differences if terminalreporter.verbosity > 0 else ():
            terminalreporter.write_line(f"    {difference[:200]}")
