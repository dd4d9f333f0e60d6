"""Measures what a tuning file does not have yet, in batches, on any number of processes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import groupby, islice
from multiprocessing import active_children
from pathlib import Path
from typing import Any, TypeVar

from ..build import KernelLibrary
from ..ir import Graph
from ..measured.measurements import Measurements, load_measurements
from ..paths import as_path
from ..target import Target
from .candidates import Candidate, candidates_of
from .measure import measure_for_tables, table_names

BATCH = 8
"""From so many candidates an image is full: enough to share its start, few enough to lose little
at a stop."""

Progress = Callable[[int, int], None]

T = TypeVar("T")


def tune_graph(
    graph: Graph,
    target: Target,
    path: str | Path,
    *,
    library: KernelLibrary | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
) -> Measurements:
    """Measures every kernel that applies to every distinct layer and keeps the results in ``path``:
    for a part, too, with its waiting for flash, where the target is one.

    What the file has already is not measured again, and it is written after every batch: an
    interrupted run goes on where it stopped. ``executor`` is any concurrent.futures.Executor (its
    workers need this package, the Arm compiler and QEMU); without one, ``jobs`` local processes.
    ``progress`` is called with the number of candidates done and their total.

    Raises TcmError if a tool is missing, if kernels of one layer give different outputs, or if the
    file cannot be read or written.
    """
    candidates = candidates_of(graph, target, library.symbols if library else frozenset())
    return tune_candidates(
        candidates,
        target,
        path,
        library=library,
        jobs=jobs,
        executor=executor,
        progress=progress,
    )


def tune_candidates(
    candidates: Sequence[Candidate],
    target: Target,
    path: str | Path,
    *,
    library: KernelLibrary | None = None,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress = lambda done, total: None,
) -> Measurements:
    """``tune_graph`` for candidates of any origin, such as those of many graphs."""
    path = as_path(path, "path", "a tuning file")
    measurements = load_measurements(path) if path.exists() else Measurements()
    tables = table_names(target)
    missing = [c for c in candidates if not _is_in_all(measurements, tables, c)]
    done = len(candidates) - len(missing)
    progress(done, len(candidates))
    work = list(batches(missing, lambda candidate: candidate.layer))
    with _workers(executor, jobs, len(work)) as pool:
        at_once = len(work) if executor else jobs
        for batch, results in _run(pool, work, target, library, at_once):
            for candidate, result in zip(batch, results, strict=True):
                for table, measurement in result.items():
                    measurements.add(table, candidate.layer, candidate.kernel, measurement)
            measurements.save(path)
            done += len(batch)
            progress(done, len(candidates))
    return measurements


def _is_in_all(measurements: Measurements, tables: Iterable[str], candidate: Candidate) -> bool:
    layer, kernel = candidate.layer, candidate.kernel
    return all(measurements.find(table, layer, kernel) is not None for table in tables)


def batches(candidates: Iterable[T], layer_of: Callable[[T], str]) -> Iterator[list[T]]:
    """All kernels of a layer go together, so that their outputs are compared."""
    batch: list[T] = []
    for _, layer in groupby(candidates, key=layer_of):
        batch += layer
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _workers(executor: Executor | None, jobs: int, count: int) -> Iterator[Executor | None]:
    """The given executor, a pool of ``jobs`` processes, or None to work in this process."""
    if executor is not None or jobs <= 1 or count <= 1:
        yield executor
        return
    others = active_children()
    with ProcessPoolExecutor(min(jobs, count), initializer=_end_when_asked) as pool:
        try:
            yield pool
        except BaseException:
            for worker in active_children():
                if worker not in others:
                    worker.terminate()
            raise


def _end_when_asked() -> None:
    """An exception ends the compiler or emulator that a worker waits for, and removes its files."""
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: Any) -> None:
    sys.exit(number)


def _run(
    pool: Executor | None,
    work: Sequence[Sequence[Candidate]],
    target: Target,
    library: KernelLibrary | None,
    at_once: int,
) -> Iterator[tuple[Sequence[Candidate], list]]:
    """at_once: batches that a pool has, as it cannot take back what it has begun or is about to."""
    if pool is None:
        for batch in work:
            yield batch, measure_for_tables(batch, target, library)
        return
    left = iter(work)
    running: dict[Future[list], Sequence[Candidate]] = {}
    try:
        while True:
            for batch in islice(left, at_once - len(running)):
                running[pool.submit(measure_for_tables, batch, target, library)] = batch
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()
