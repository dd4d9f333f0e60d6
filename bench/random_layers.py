"""What choosing without tuning costs on layers that nobody has measured, and what is behind.

    python -m bench.random_layers [--core NAME ...] [--count N] [--seed N] [--jobs N] [--library]
                                  [--keep FOLDER]

Draws layers as networks for microcontrollers have them (drawn_layers.py), measures every kernel
that applies, and compares the one that is chosen without tuning with the fastest. Prints, for each
core, how often they agree within 2 %, the mean and the largest loss of time, and the layers with
the largest. A layer with a single kernel does not count for these.

With --library CMSIS-NN is measured, too, in all builds that variants.py finds: in how many layers
the fastest of them is faster than what is chosen, and each layer in which it takes less than 1.5
times as long. It computes the layer as it was drawn, our kernels what the compiler makes of it by
itself (trim_windows).
With --keep measurements are kept in a folder, a file a core and one for each of its builds of
CMSIS-NN, and are not made again. After a change of a kernel remove its lines from the files, or the
files; after one of a library its files.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from torch_cortex_m.build import KernelLibrary
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.measured.measurements import Measurement
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.passes.trim_windows import trim_windows
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES
from torch_cortex_m.tune import Candidate, candidates_of, table_name, tune_candidates

from . import SAME_TIME
from .drawn_layers import random_layers
from .variants import LIBRARIES, Library, cmsis_nn_libraries, library_candidates

MOST_LISTED = 8
NEAR = 1.5
"""CMSIS-NN is near where it takes less than this much of our time."""

Key = tuple[str, str]
"""Signature, kernel."""


@dataclass(frozen=True)
class Outcome:
    """What was chosen for a layer, and what else there was.

    choices: how many kernels of ours compute it. loss: measured time of the chosen kernel over that
    of the best one of ours, less 1. ratio: measured time of CMSIS-NN's best function over that of
    the chosen kernel; None where it was not measured or has none.
    """

    layer: str
    operator: str
    chosen: str
    best: str
    choices: int
    loss: float
    ratio: float | None


def key_of(candidate: Candidate) -> Key:
    return candidate.layer, candidate.kernel


@dataclass(frozen=True)
class Contest:
    """A layer as it was drawn, which CMSIS-NN computes, and what is compiled of it, which our
    kernels do."""

    drawn: Graph
    compiled: Graph
    ours: Sequence[Candidate]

    @property
    def layer(self) -> str:
        """Signature of what was drawn."""
        return layer_of(self.drawn, self.drawn.nodes[0]).signature.text


def contest(graph: Graph, core: str) -> Contest:
    compiled = trim_windows(graph)
    return Contest(graph, compiled, candidates_of(compiled, CORES[core]))


def outcome(
    contest: Contest, core: str, measured: Mapping[Key, Measurement], theirs: int | None
) -> Outcome:
    """measured: of all our candidates. theirs: the time of CMSIS-NN."""
    (chosen,) = (k.name for k in generate(contest.compiled, CORES[core]).selection.values())
    ours = {each.kernel: measured[key_of(each)].time[0] for each in contest.ours}
    best = min(ours, key=ours.__getitem__)
    return Outcome(
        layer=contest.layer,
        operator=contest.compiled.nodes[0].op.name,
        chosen=chosen,
        best=best,
        choices=len(ours),
        loss=ours[chosen] / ours[best] - 1,
        ratio=None if theirs is None else theirs / ours[chosen],
    )


def outcomes(
    graphs: Sequence[Graph],
    core: str,
    libraries: Sequence[Library],
    folder: Path,
    executor: Executor,
) -> Iterator[Outcome]:
    """Of each graph, which has one layer. Measures what ``folder`` does not have."""
    contests = [contest(graph, core) for graph in graphs]
    candidates = [candidate for each in contests for candidate in each.ours]
    measured = _measured(candidates, core, folder / f"{core}.json", executor)
    theirs: dict[str, int] = {}
    for library in libraries:
        for layer, time in _fastest(contests, core, library, folder, executor):
            theirs[layer] = min(time, theirs.get(layer, time))
    for each in contests:
        yield outcome(each, core, measured, theirs.get(each.layer))


def _fastest(
    contests: Sequence[Contest], core: str, build: Library, folder: Path, executor: Executor
) -> Iterator[tuple[str, int]]:
    """Signature of what was drawn, and the time of each function of a library that computes it,
    measured beside a kernel of ours: their outputs are compared."""
    assert build.library is not None
    theirs = [library_candidates(each.drawn, CORES[core], build.library) for each in contests]
    candidates = [
        candidate
        for each, functions in zip(contests, theirs, strict=True)
        if functions
        for candidate in (candidates_of(each.drawn, CORES[core])[-1], *functions)
    ]
    path = folder / f"{core}-{zlib.crc32(build.origin.encode()):08x}.json"
    measured = _measured(candidates, core, path, executor, build.library)
    for candidate in (function for functions in theirs for function in functions):
        yield candidate.layer, measured[key_of(candidate)].time[0]


def _measured(
    candidates: Sequence[Candidate],
    core: str,
    path: Path,
    executor: Executor,
    library: KernelLibrary | None = None,
) -> dict[Key, Measurement]:
    distinct = {key_of(each): each for each in candidates}
    found = tune_candidates(
        list(distinct.values()), CORES[core], path, library=library, executor=executor
    )
    table = found.tables.get(table_name(CORES[core]), {})
    return {(layer, kernel): table[layer][kernel] for layer, kernel in distinct}


def main() -> int:
    parser = argparse.ArgumentParser(description="What choosing without tuning costs")
    parser.add_argument("--core", action="append", choices=list(CORES), help="default: all")
    parser.add_argument("--count", type=_at_least_one, default=100, help="layers (default: 100)")
    parser.add_argument("--seed", type=_seed, default=0, help="default: 0")
    parser.add_argument("--jobs", type=_at_least_one, default=2, help="processes (default: 2)")
    parser.add_argument("--library", action="store_true", help="measure CMSIS-NN, too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep measurements here")
    arguments = parser.parse_args()
    graphs = [case_graph(case) for case in random_layers(arguments.seed, arguments.count)]
    rows: list[str] = []
    with TemporaryDirectory() as temporary, ProcessPoolExecutor(arguments.jobs) as pool:
        folder = arguments.keep or Path(temporary)
        for core in arguments.core or CORES:
            libraries = list(cmsis_nn_libraries(core, LIBRARIES)) if arguments.library else []
            built = [each for each in libraries if each.library is not None]
            found = list(outcomes(graphs, core, built, folder, pool))
            print(report(core, found), flush=True)
            for each in libraries:
                print(f"  CMSIS-NN: {each.origin}")
            rows.append(table_row(core, found))
    print("", *TABLE_HEAD, *rows, sep="\n")
    return 0


def _at_least_one(text: str) -> int:
    return _number(text, 1)


def _seed(text: str) -> int:
    return _number(text, 0)


def _number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
    return int(text)


def report(core: str, found: Sequence[Outcome]) -> str:
    return "\n".join([f"{core}:", *_losses(found), *_behind(found)])


def _losses(found: Sequence[Outcome]) -> Iterator[str]:
    """How good the choices are, and the worst ones."""
    open_to_choice = [each for each in found if each.choices > 1]
    if not open_to_choice:
        yield "  no layer has a choice"
        return
    agreed = mean(each.loss <= SAME_TIME - 1 for each in open_to_choice)
    worst = sorted(open_to_choice, key=lambda each: each.loss, reverse=True)
    yield (
        f"  {len(open_to_choice)} layers, {agreed:.0%} agree, "
        f"mean loss {mean(each.loss for each in open_to_choice):.1%}, worst {worst[0].loss:.0%}"
    )
    for each in worst[:MOST_LISTED]:
        if each.loss > SAME_TIME - 1:
            yield f"  +{each.loss:.0%} {each.chosen} instead of {each.best}: {each.layer}"


def _behind(found: Sequence[Outcome]) -> Iterator[str]:
    """How CMSIS-NN does, by operators, and the layers in which it is near or ahead."""
    by_operator: dict[str, list[float]] = {}
    for each in found:
        if each.ratio is not None:
            by_operator.setdefault(each.operator, []).append(each.ratio)
    for operator, ratios in sorted(by_operator.items()):
        yield (
            f"  {operator}: {len(ratios)} layers, CMSIS-NN takes {median(ratios):.2f} times as "
            f"long (median), less than {NEAR} times in {_below(ratios, NEAR)}, "
            f"is faster in {_below(ratios, 1)}"
        )
    for ratio, each in sorted(_near_ones(found), key=lambda pair: pair[0]):
        rest = f" ({each.best}: {ratio * (1 + each.loss):.2f})" if each.loss > 0 else ""
        yield f"  {ratio:.2f} {each.chosen}{rest}: {each.layer}"


def _near_ones(found: Sequence[Outcome]) -> Iterator[tuple[float, Outcome]]:
    for each in found:
        if each.ratio is not None and each.ratio < NEAR:
            yield each.ratio, each


def _below(ratios: Sequence[float], limit: float) -> int:
    return sum(ratio < limit for ratio in ratios)


TABLE_HEAD = (
    "| core | layers with a choice | agree | mean loss | worst "
    f"| layers of CMSIS-NN | median ratio | below {NEAR} | below 1 |",
    "|---|---|---|---|---|---|---|---|---|",
)


def table_row(core: str, found: Sequence[Outcome]) -> str:
    """For docs/performance.md."""
    losses = [each.loss for each in found if each.choices > 1] or [0.0]
    agreed = mean(loss <= SAME_TIME - 1 for loss in losses)
    cells = [core, len(losses), f"{agreed:.0%}", f"{mean(losses):.1%}", f"{max(losses):.0%}"]
    ratios = [each.ratio for each in found if each.ratio is not None]
    cells += [len(ratios)]
    if ratios:
        cells += [f"{median(ratios):.2f}", _below(ratios, NEAR), _below(ratios, 1)]
    else:
        cells += ["", "", ""]
    return "| " + " | ".join(str(cell).replace("%", " %") for cell in cells) + " |"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TcmError as error:
        sys.exit(f"bench: error: {error}")
