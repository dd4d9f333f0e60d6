"""The story: a PyTorch or TensorFlow Lite model in, a CompiledModel out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .build import KernelLibrary, open_library
from .emit.prefix import check_prefix
from .errors import TcmError, warn
from .frontend.bindings import Binding, States, read_bindings
from .generate import (
    LEAST,
    Preferences,
    check_io,
    checked_place,
    generate,
    own_kernels_of,
    read_kernels,
)
from .ir import Graph
from .ir.artifacts import Loss
from .measured.measurements import Measurements, load_measurements, measurements_for
from .model.compiled import CompiledModel
from .model.folding import FoldingObserver
from .model.known_kernels import remember
from .model.losses import LossObserver
from .model.own_check import checked_kernels
from .model.removals import RemovalObserver
from .passes import Pass, run_passes, stream_window
from .paths import as_path, optional_path
from .select import check_objective, layer_of
from .stages import progress, stage
from .target import Target, cores_like, find_target
from .tools import require_torch

DEFAULT_TUNING = "tuning.json"
"""The tuning file of ``tune=True``, in the current folder."""

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram


def compile(
    model: nn.Module | ExportedProgram | str | Path,
    example_inputs: Any = None,
    *,
    target: str | Target = "cortex-m4",
    calibration: Iterable[Any] | Callable[[Sequence[str]], Iterable[Any]] | None = None,
    state: States | None = None,
    name: str = "model",
    kernels: str = "ours",
    cmsis_nn_include: str | Path | Sequence[str | Path] = (),
    cmsis_nn_library: str | Path | None = None,
    float_io: bool = False,
    optimize: str = "speed",
    flash: int | None = None,
    ram: int | str | None = None,
    io: str = "caller",
    stream: str | None = None,
    hop: int | None = None,
    tuning: str | Path | None = None,
    tune: bool = False,
    dump_ir: str | Path | None = None,
    place: str | Sequence[str] = (),
    prefetch: bool = False,
    kernel: Mapping[str, str] | None = None,
) -> CompiledModel:
    """Compiles a model for a core.

    model: an nn.Module (float, or already PT2E-quantized), an ExportedProgram, or the path of a
        .pt2 file or of a fully quantized .tflite file. The last needs no example_inputs and takes
        no calibration.
    example_inputs: a tuple of float32 tensors in the model's own layout (a single tensor counts
        as a tuple of one); an ExportedProgram may carry its own.
    target: a core's name ("cortex-m0" ... "cortex-m85"), "host" for portable C without a core, or
        a tcm.Target.
    calibration: an iterable of input tuples that show the range of every activation, or a function
        that gives one for the list of the inputs' names; without it example_inputs calibrate, with
        a warning. Not used if the model is already quantized. Of a model that keeps states, such
        as buffers that forward changes, the tuples are calls one after the other, the first of
        which finds the initial states.
    state: inputs that become states: {"h": "h_out"} lets the next call find in input h what output
        h_out is in this one, so that the caller neither gives nor gets them. An output is meant by
        the key under which forward returns it, by the name that the C has for it, or by its place
        (an int). The first call finds zero, or the array of {"h": ("h_out", array)}.
        example_inputs have these inputs, too; calibration has not.
    name: prefix of the emitted files and C functions.
    kernels: "ours", "cmsis-nn" to call a linked CMSIS-NN wherever it can compute a layer, or "any"
        to let both compete; cmsis_nn_include (one or more folders) and cmsis_nn_library (a static
        library) say where it is.
    float_io: the emitted C takes and gives float32 instead of int8.
    optimize: "speed" (fewest estimated cycles), "balanced" (little time given for much flash) or
        "size" (the least flash within twice the cycles of that).
    flash, ram: budgets in bytes for the model's code and constants, and for its working memory, the
        arena. States, stack, and inputs and outputs that are the caller's are beside it and not
        counted. Where leaner kernels do not keep the second, layers compute a few rows at a time;
        "min" takes the least memory that is found.
    io: "caller": the emitted C takes pointers to inputs and outputs; "arena": they lie in the
        working memory, where the header says, so that it is used again when an input is read;
        "rows": the only input comes a few rows a call and never exists whole.
    stream, hop: compile a model of a whole window so that a call takes its ``hop`` newest frames:
        "INPUT" or "INPUT:AXIS" says which input's axis they lie along, without AXIS its longest.
        Results are those of the whole window as soon as all frames that they depend on have come;
        see docs/streaming-windows.md.
    tuning: a tuning file, whose measurements count more than those that ship with the package.
    tune: measure every kernel on every layer first, for a part with the waiting for its flash, and
        keep that in the tuning file ("tuning.json" unless ``tuning`` names another).
    dump_ir: a folder for the graph after every pass.
    place: which sections of the linker layers, the arena and the states lie in: "LAYERS=SECTION"
        for layers by name or pattern (as of fnmatch), their code and their weights, "code:LAYERS=
        SECTION" or "weights:LAYERS=SECTION" for one of both, "arena=SECTION", "state=SECTION"; one
        or several, the last that matches counts. See docs/placement.md.
    prefetch: the macro <NAME>_PREFETCH stands before every layer, not only before those whose
        weights are placed.
    kernel: a C function of yours for single layers: {"classifier": "FILE.h:FUNCTION"}, with layers
        by name or pattern as in ``place``. Each is compared with the reference first. Nothing else
        computes these layers, whatever was measured and whatever the budgets. See
        docs/custom-operators.md.

    Raises TcmError for every mistake in the arguments or the model.
    """
    core = find_target(target)
    if tune:
        core.check_emulated()
    check_objective(optimize)
    check_io(io)
    check_prefix(name)
    _check_budget("flash", flash)
    _check_budget("ram", ram)
    check_stream(stream, hop)
    place = checked_place(place)
    given_kernels = read_kernels(kernel)
    library = _library(kernels, cmsis_nn_include, cmsis_nn_library)
    dump = optional_path(dump_ir, "dump_ir", "a folder")
    own = optional_path(tuning, "tuning", "a tuning file")
    check_tuning(own, tune)
    if isinstance(model, str | os.PathLike):
        model = as_path(model, "model", "a .pt2 or .tflite file")
    bindings = read_bindings(state)
    folding, removals, losses = FoldingObserver(), RemovalObserver(), LossObserver()
    graph = _imported(model, example_inputs, calibration, bindings, name, float_io, losses.add)

    def observe(each: Pass, before: Graph, after: Graph) -> None:
        folding(each, before, after)
        removals(each, before, after)
        losses(each, before, after)

    graph = run_passes(graph, float_io=float_io, dump=dump, observe=observe)
    if stream is not None and hop is not None:
        with stage("stream window"):
            graph = stream_window(graph, *_streamed(graph, stream), hop)
        graph = run_passes(graph, float_io=float_io, dump=dump and dump / "streamed")
    own_kernels = checked_kernels(graph, core, own_kernels_of(graph, given_kernels))
    remember(own_kernels)
    measurements = _measurements(graph, core, library, own, tune)
    preferences = Preferences(
        optimize, flash, ram, measurements, kernels != "any", io, place, prefetch, own_kernels
    )
    generated = generate(graph, core, prefix=name, library=library, preferences=preferences)
    return CompiledModel(
        replace(
            generated,
            folding=folding.folding,
            removed=removals.removed,
            losses=losses.of(generated.graph),
        )
    )


def _check_budget(name: str, value: Any) -> None:
    bytes_ = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0
    least = name == "ram" and value == LEAST
    if value is not None and not least and not bytes_:
        or_least = ', "min" for the least' if name == "ram" else ""
        raise TcmError(
            "a budget is a number of bytes",
            where=name,
            expected=f"an int, such as 64 * 1024{or_least}, or None for no limit",
            got=repr(value),
            hint="give a whole number, or leave it out",
        )


def check_tuning(tuning: Path | None, tune: bool) -> None:
    """Raises TcmError unless it can be read; what is measured first may make it."""
    if tuning is not None and (tuning.exists() or not tune):
        load_measurements(tuning)


def check_stream(stream: Any, hop: Any) -> None:
    """Raises TcmError unless both are given, or none."""
    given = isinstance(hop, Integral) and not isinstance(hop, bool)
    if (isinstance(stream, str) and given) or (stream is None and hop is None):
        return
    raise TcmError(
        "a stream needs an input and a hop",
        where="stream and hop",
        expected='both, such as stream="input:1" and hop=2, the new frames a call',
        got=f"stream={stream!r}, hop={hop!r}",
        hint="give both, or neither",
    )


def _streamed(graph: Graph, stream: str) -> tuple[str, int | None]:
    """The name of the input and the axis; names of inputs may end like an axis."""
    name, _, axis = stream.rpartition(":")
    named = any(port.value == stream for port in graph.inputs)
    if named or not name or not axis.removeprefix("-").isdecimal():
        return stream, None
    return name, int(axis)


def _measurements(
    graph: Graph,
    target: Target,
    library: KernelLibrary | None,
    tuning: Path | None,
    tune: bool,
) -> Measurements | None:
    """What ships with the package and, above it, the user's tuning file; None where there is none
    and what ships counts alone."""
    if tune:
        from .tune import tune_graph

        path = tuning or Path(DEFAULT_TUNING)
        with stage("measuring kernels"):
            own = tune_graph(graph, target, path, library=library, progress=progress)
    elif tuning is not None:
        own = load_measurements(tuning)
        _warn_of_others(own, graph, target, tuning)
    else:
        return None
    with stage("measurements"):
        return measurements_for(cores_like(target), own)


def _warn_of_others(own: Measurements, graph: Graph, target: Target, tuning: Path) -> None:
    known = own.for_core(target.name) | own.on_part(target.name, target.part)
    layers = {layer_of(graph, node).signature.text for node in graph.computing_nodes()}
    if known.keys().isdisjoint(layers):
        warn(
            f"{tuning} has no measurement of a layer of this model on {target.name}: kernels are "
            "chosen as without it (tcm tune measures)"
        )


def _imported(
    model: Any,
    example_inputs: Any,
    calibration: Any,
    bindings: Sequence[Binding],
    name: str,
    float_io: bool,
    lost: Callable[[str, Loss], None],
) -> Graph:
    if isinstance(model, Path) and model.name.endswith(".tflite"):
        from .frontend.tflite import import_tflite

        _check_no_calibration(calibration)
        _check_no_states(bindings)
        return import_tflite(model, name=name, float_io=float_io)
    require_torch("models of PyTorch")
    with stage("loading PyTorch"):
        from .frontend.pytorch import import_pytorch
    return import_pytorch(model, example_inputs, calibration, states=bindings, name=name, lost=lost)


def _check_no_calibration(calibration: Iterable[Any] | None) -> None:
    if calibration is not None:
        raise TcmError(
            "a .tflite file cannot be calibrated",
            where="calibration",
            expected="no calibration data: the file brings the scales of all its tensors",
            hint="leave the calibration data out; for other scales, convert the model again with "
            "another representative dataset",
        )


def _check_no_states(bindings: Sequence[Binding]) -> None:
    if bindings:
        raise TcmError(
            "inputs of a .tflite file cannot become states",
            where="state",
            expected="no states: the file brings its own, as variables",
            got=", ".join(binding.input for binding in bindings),
            hint="convert the model with variables (VAR_HANDLE), or compile it from PyTorch",
        )


def _library(kernels: str, include: Any, path: str | Path | None):
    if kernels not in ("ours", "cmsis-nn", "any"):
        raise TcmError(
            "unknown kernels",
            expected="ours, cmsis-nn or any",
            got=kernels,
            hint="choose one of them (--kernels, kernels=); a kernel of your own for one layer is "
            "--kernel LAYER=FILE.h:FUNCTION, or kernel={...} in Python",
        )
    if kernels == "ours":
        return None
    if path is None:
        raise TcmError(
            f"kernels '{kernels}' need a library",
            expected="cmsis_nn_library and cmsis_nn_include",
            got="no library",
            hint="build CMSIS-NN for the target as a static library and pass it",
        )
    several = isinstance(include, Iterable) and not isinstance(include, str | bytes | os.PathLike)
    folders = include if several else [include]
    return open_library(
        [as_path(folder, "cmsis_nn_include", "a folder of headers") for folder in folders],
        as_path(path, "cmsis_nn_library", "a static library"),
    )
