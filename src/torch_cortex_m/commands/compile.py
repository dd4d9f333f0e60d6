"""tcm compile."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler import DEFAULT_TUNING, check_stream, check_tuning
from ..compiler import compile as compile_model
from ..emit.prefix import check_prefix
from ..errors import TcmError
from ..generate import LEAST, Generated, check_io, checked_place, read_kernels
from ..model.storage import PLAN
from ..schedule import RowRules
from ..select import check_objective
from ..stages import stage
from ..staging import check_replaceable
from ..target import find_target
from ..tools import require_torch
from .arrays import for_inputs, read_arrays
from .source import Source, is_factory, load_source
from .stages import StagesShown, stages_shown

MUCH = 1.2
"""How many more cycles than without budgets are worth a line."""

LARGE = 8 * 1024
"""Bytes of an arena that is worth a line."""


def compile_source(
    source: str,
    out: Path,
    calibration: Path | None,
    *,
    state: Sequence[str],
    kernel: Sequence[str],
    verbose: bool = False,
    **options: Any,
) -> None:
    """Compiles SOURCE and saves it in ``out``; raises TcmError."""
    # What can be wrong in the options is found before the factory, which may train the model.
    find_target(options["target"])
    check_objective(options["optimize"])
    check_io(options["io"])
    check_prefix(options["name"])
    check_stream(options["stream"], options["hop"])
    checked_place(options["place"])
    check_tuning(options["tuning"], options["tune"])
    check_replaceable(out, PLAN)
    states, own = _states(state), _kernels(kernel)
    read_kernels(own)
    given = None if calibration is None else _samples(calibration)
    with stages_shown(verbose=verbose) as shown:
        loaded = _loaded(source, shown)
        samples = loaded.calibration if given is None else given
        compiled = compile_model(
            loaded.model,
            loaded.example_inputs,
            calibration=samples,
            state=states,
            kernel=own,
            **options,
        )
        compiled.save(out)
    report = compiled.report
    kept = f"states {report.state_bytes} bytes, " if report.states else ""
    print(
        f"{out}: {_layers(len(report.layers))} for {compiled.target.title}, "
        f"arena {report.arena_bytes} bytes, {kept}constants {report.constant_bytes} bytes"
    )
    print(f"arena: {report.arena_proof}")
    if options["ram"] is not None:
        limit = "the least" if options["ram"] == LEAST else f"{options['ram']} bytes"
        print(f"RAM budget: {limit} for the arena; states and stack are beside it")
        if (cost := cost_of_budget(compiled.generated, out)) is not None:
            print(cost)
    elif may_take_less(compiled.generated):
        print(f"what less memory would cost: {_plan_command(out)}")
    if options["tune"]:
        print(f"measurements in {Path(options['tuning'] or DEFAULT_TUNING).resolve()}")
    if report.folding is not None:
        print(f"constant channels folded: {report.folding}")
    if report.stream is not None:
        print(f"stream: {report.stream.summary}")
    for line in report.own_kernels:
        print(f"kernel of your own: {line}")
    providers = sorted({layer.kernel.partition("__")[2] for layer in report.layers})
    print(f"kernels: {', '.join(providers) or 'none'}; details in {out / 'plan.json'}")


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"


def cost_of_budget(generated: Generated, out: Path) -> str | None:
    """A line that says how many more cycles a model takes than without budgets, if it is many."""
    fastest, cycles = generated.fastest_cycles, generated.estimated_cycles
    if not fastest or cycles <= MUCH * fastest:
        return None
    more = 100 * (cycles - fastest) / fastest
    others = f"what others take: {_plan_command(out)}"
    return f"that takes {more:.0f} % more cycles, by estimate; {others}"


def may_take_less(generated: Generated) -> bool:
    """Whether the arena is large, and its largest value need not lie whole: what computes it and
    what reads it can go by rows. Nothing is searched for."""
    graph, plan = generated.graph, generated.plan
    if plan.arena_bytes < LARGE or generated.library is not None:
        return False
    computing = graph.computing_nodes()
    inside = [node for node in computing if plan.locations[node.name].kind == "arena"]
    if not inside:
        return False
    largest, rules = max(inside, key=lambda node: graph.types[node.name].bytes), RowRules(graph)
    readers = [node for node in graph.users(largest.name) if node in computing]
    return all(rules.rule(node.name) for node in (largest, *readers))


def _plan_command(out: Path) -> str:
    return f"tcm plan {shlex.quote(str(out))}"


def _loaded(source: str, shown: StagesShown) -> Source:
    if is_factory(source):
        require_torch("models of PyTorch")
        with stage("loading PyTorch"):
            importlib.import_module("torch")
    with shown.hidden(), stage("loading the model"):
        return load_source(source)


def _states(options: Sequence[str]) -> dict[str, str]:
    """Input -> output. Raises TcmError for what is not IN=OUT, or two outputs for one input."""

    def refused(option: str, twice: str | None) -> TcmError:
        return TcmError(
            "a state is not understood",
            where=f"--state {option}",
            expected="INPUT=OUTPUT, once for each input",
            got=option if twice is None else f"another output for '{twice}'",
            hint="for example --state h=h_out, or --state h=1 for the second output",
        )

    return _pairs(options, refused)


def _kernels(options: Sequence[str]) -> dict[str, str]:
    """Layers -> header and function. Raises TcmError for what is not LAYERS=FILE.h:FUNCTION."""

    def refused(option: str, twice: str | None) -> TcmError:
        return TcmError(
            "a kernel is not understood",
            where=f"--kernel {option}",
            expected="LAYERS=FILE.h:FUNCTION, once for each layer or pattern",
            got=option if twice is None else f"another kernel for '{twice}'",
            hint="for example --kernel classifier=classifier_s8__mine.h:classifier_s8__mine",
        )

    return _pairs(options, refused)


def _pairs(
    options: Sequence[str], refused: Callable[[str, str | None], TcmError]
) -> dict[str, str]:
    """What stands before = and behind it. refused: the error of an option without one of both, or
    with a name (its second argument) that was there before."""
    found: dict[str, str] = {}
    for option in options:
        name, _, text = option.partition("=")
        if not name or not text or name in found:
            raise refused(option, name if name in found else None)
        found[name] = text
    return found


def _samples(path: Path) -> Callable[[Sequence[str]], Iterable[Any]]:
    """Tuples of tensors of batch 1, one for each row of the arrays, for inputs of some names.

    Raises TcmError for a file that has no such arrays.
    """
    arrays = read_arrays(path)
    numbers = all(array.dtype.kind in "biuf" and array.ndim > 0 for array in arrays.values())
    if not numbers or len({len(array) for array in arrays.values()}) != 1:
        shapes = (f"{array.dtype}{list(array.shape)}" for array in arrays.values())
        raise TcmError(
            "the calibration data is not understood",
            where=str(path),
            expected="one array of numbers an input, with as many samples in each",
            got=", ".join(shapes) or "no arrays",
            hint="write it with numpy.savez, samples along the first dimension of each array",
        )
    return lambda names: _rows(for_inputs(arrays, names, path))


def _rows(arrays: Sequence[np.ndarray]) -> list[tuple[Any, ...]]:
    import torch

    return list(zip(*(torch.from_numpy(array).split(1) for array in arrays), strict=True))
