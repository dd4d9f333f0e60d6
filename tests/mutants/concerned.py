"""Which tests execute a line, and how long they take."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from coverage import Coverage

from .trial import PACKAGE, ROOT, run_tests

LONGEST_FILE = 300.0
"""Seconds: tests of a file that come later are not asked."""

LONGEST_TEST = 60.0
"""Seconds: longer ones are not asked."""

Lines = dict[str, dict[str, list[int]]]
"""File in the package -> text of a line -> tests."""


@dataclass(frozen=True)
class Record:
    """Of one file of tests, those that passed: their seconds by name, and what each executes.

    Lines go by their text, so that they are found again when others come before them.
    """

    seconds: dict[str, float]
    lines: Lines

    def executing(self, path: str, texts: Iterable[str]) -> set[str]:
        """Tests that execute one of these lines."""
        known = self.lines.get(path, {})
        names = list(self.seconds)
        return {names[index] for text in texts for index in known.get(text.strip(), ())}


class Concerned:
    """Records of files of tests, kept in a folder until the file of tests changes."""

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        self.files, self.folder = files, folder
        self.records: list[Record] = []
        self.seconds: dict[str, float] = {}

    def read(self, *, fresh: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in self.files:
            digest = sha256(file.read_bytes()).hexdigest()[:16]
            kept = self.folder / f"{file.stem}-{digest}.json"
            if fresh or not kept.exists():
                start = time.monotonic()
                record = _recorded(file)
                taken = time.monotonic() - start
                print(f"{file.name}: {len(record.seconds)} tests, {taken:.0f} s", flush=True)
                kept.write_text(json.dumps({"seconds": record.seconds, "lines": record.lines}))
            self.records.append(Record(**json.loads(kept.read_text())))
            self.seconds |= self.records[-1].seconds

    def tests(self, path: str, texts: Sequence[str], seconds: float) -> list[str]:
        """The fastest tests that execute one of these lines, for at most so many seconds.

        Lines that begin at the margin, or that none executes, run when the file is imported: then
        those that execute anything in it.
        """
        found = {name for record in self.records for name in record.executing(path, texts)}
        if not found or not texts[0].startswith(" "):
            found = {
                name
                for record in self.records
                for name in record.executing(path, record.lines.get(path, {}))
            }
        chosen: list[str] = []
        for name in sorted(found, key=lambda name: (self.seconds[name], name)):
            seconds -= self.seconds[name]
            if seconds < 0 or self.seconds[name] > LONGEST_TEST:
                break
            chosen.append(name)
        return chosen


def _recorded(file: Path) -> Record:
    with TemporaryDirectory(prefix="tcm-record-") as temporary:
        folder = Path(temporary)
        recorder = Recorder(folder)
        run_tests(PACKAGE, [str(file)], 3 * LONGEST_FILE, recorder)
        kept = folder / "record.json"
        return Record(**json.loads(kept.read_text())) if kept.exists() else Record({}, {})


class Recorder:
    """Tells coverage which test runs. Writes record.json into the folder in the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_configure(self) -> None:
        self.end = time.monotonic() + LONGEST_FILE
        data = str(self.folder / "coverage")
        self.coverage = Coverage(data, source=[str(PACKAGE)], config_file=False)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.coverage.switch_context(item.nodeid)
        if time.monotonic() > self.end:
            item.session.shouldstop = "enough"
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        names = [name for name in self.seconds if name not in self.failed]
        lines = _lines(self.coverage, {name: index for index, name in enumerate(names)})
        seconds = {name: self.seconds[name] for name in names}
        text = json.dumps({"seconds": seconds, "lines": lines})
        (self.folder / "record.json").write_text(text)


def _lines(coverage: Coverage, tests: Mapping[str, int]) -> Lines:
    result: Lines = {}
    data = coverage.get_data()
    for file in data.measured_files():
        texts = dict(enumerate(Path(file).read_text().splitlines(), start=1))
        found: dict[str, set[int]] = defaultdict(set)
        for line, contexts in data.contexts_by_lineno(file).items():
            text = texts.get(line, "").strip()  # an empty file is executed, too
            found[text].update(tests[context] for context in contexts if context in tests)
        path = os.path.relpath(file, PACKAGE)
        result[path] = {text: sorted(own) for text, own in found.items() if own}
    return result


def test_files(selected: Sequence[str]) -> list[Path]:
    """Files and folders, from the root of the repository."""
    paths = [ROOT / each for each in selected]
    nested = (sorted(path.rglob("test_*.py")) if path.is_dir() else [path] for path in paths)
    return [file for files in nested for file in files]
