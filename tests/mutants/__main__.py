"""Mistakes put into the code one at a time: which of them does no test notice?

    python -m tests.mutants [--count 60] [--seed 1] [--module plan] [--module passes/rewrite.py:30]

Draws mistakes from those that can be made in the modules (of files and folders of the package, or a
single line), puts each into a copy of the package, and runs the tests that execute its line, the
fast ones first. Prints what became of each: killed by a test, or survived. The exit status is 1 if
any survived. The files of the repository stay as they are.

Which test executes what is recorded once, file by file, and kept in out/mutants/ until the file of
tests changes; --fresh records anew.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.mutants.concerned import Concerned, test_files
from tests.mutants.mutants import MODULES, Mutant, mutants
from tests.mutants.trial import ROOT, SLOWER, START, Alarm, Copy, run_tests

OUTCOMES = {0: "SURVIVED", 1: "killed", None: "killed (time)", 2: "killed (import)",
            4: "killed (import)"}  # fmt: skip
"""By pytest's exit code: the tests of a file that cannot be imported are not found."""


class Trials:
    """Copies of the package, one for each process."""

    def __init__(self, folder: Path, count: int, concerned: Concerned, seconds: float) -> None:
        self.concerned, self.seconds = concerned, seconds
        self.copies: SimpleQueue[Copy] = SimpleQueue()
        for index in range(count):
            self.copies.put(Copy(folder / str(index)))

    def survives(self, mutant: Mutant) -> bool:
        start = time.monotonic()
        tests = self.concerned.tests(mutant.path, mutant.lines, self.seconds)
        copy = self.copies.get()
        with copy.changed(mutant.path, mutant.mutation.applied(mutant.source)):
            code = self._run(copy, tests) if tests else 0
        self.copies.put(copy)
        what = OUTCOMES[code]
        taken = time.monotonic() - start
        print(f"{what} {mutant} ({len(tests)} tests, {taken:.0f} s)", flush=True)
        return code == 0

    def _run(self, copy: Copy, tests: list[str]) -> int | None:
        alarm = Alarm({name: self.concerned.seconds[name] for name in tests})
        return run_tests(copy.package, tests, START + SLOWER * sum(alarm.seconds.values()), alarm)


def main() -> int:
    arguments = _arguments()
    concerned = Concerned(test_files(arguments.tests), ROOT / "out" / "mutants")
    concerned.read(fresh=arguments.fresh)
    every = [mutant for module in arguments.module for mutant in mutants(module)]
    count = min(arguments.count, len(every))
    sample = random.Random(arguments.seed).sample(every, count)
    with TemporaryDirectory(prefix="tcm-mutants-") as temporary:
        trials = Trials(Path(temporary), arguments.jobs, concerned, arguments.seconds)
        with ThreadPoolExecutor(arguments.jobs) as pool:
            survived = list(pool.map(trials.survives, sample))
    print(f"{sum(survived)} of {count} survived, of {len(every)} that can be made")
    return int(any(survived))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--count", type=int, default=60, metavar="N", help="mutants to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", metavar="PATH[:LINE]")
    parser.add_argument("--tests", action="append", metavar="PATH")
    parser.add_argument("--seconds", type=float, default=90, help="of tests for each mutant")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--fresh", action="store_true", help="record anew what tests execute")
    arguments = parser.parse_args()
    arguments.module = arguments.module or MODULES
    arguments.tests = arguments.tests or ["tests"]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
