"""CompiledModel: what ``compile`` and ``load`` give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TcmError
from ..generate import Generated, generate
from ..ir import Graph
from ..ir.regions import rows_by_node
from ..ops.rules.case_data import random_data
from ..paths import as_path
from ..run import Board, Execution, is_board, open_board
from ..runner import Runner
from ..target import HOST, Target, find_part
from ..tools import require_torch
from .board_report import board_report
from .copies import copied_bytes
from .exact import exact_reference
from .losses import output_sqnr
from .part_report import check_part
from .ports import as_array, as_run, from_port, split_batch, to_port, to_port_as_given
from .profile import profile_sample
from .ranges import value_ranges
from .report import LayerReport, Report, StateReport
from .sessions import HostSession, ReferenceSession, ReplayingSession, Session
from .storage import save_generated
from .verify import verify_sequences

BUILT = ("host", "emulator")
PLACES = (*BUILT, "reference")

RANDOM_SAMPLES, RANDOM_CALLS = 2, 16
"""What is verified unless the caller says how much; the second where a model has states."""


class CompiledModel:
    """A model compiled for one target: run it, prove it, measure it, save it.

    Inputs and outputs are in the layout and shape of the user's model. A leading dimension that is
    a multiple of the compiled one counts as so many inferences.

    A model with states remembers: ``run`` is one sequence of calls, which begins with the initial
    states, whatever ran before; ``stream`` goes on where the last one ended, until ``reset``.
    """

    def __init__(self, generated: Generated) -> None:
        self.generated = generated
        self._runners: dict[tuple[str, bool], Runner] = {}
        self._boards: dict[str, Board] = {}
        self._measured: Report | None = None
        self._sessions: dict[str, Session] = {}

    @property
    def graph(self) -> Graph:
        return self.generated.graph

    @property
    def target(self) -> Target:
        return self.generated.target

    @property
    def places(self) -> tuple[str, ...]:
        """Where the C can run: on this machine and, for a core, on that emulated."""
        return BUILT if self.target.machine is not None else BUILT[:1]

    def run(self, *inputs: Any, on: str = "host", raw: bool = False) -> Any:
        """Runs the model and returns a torch tensor, or a tuple where it has several outputs.

        inputs: one tensor or array an input, in the order of ``forward``, float32 where the
            model's numbers are real, or quantized with ``raw``; each of the compiled shape, or all
            with the same multiple of it in the first dimension.
        on: "host" (C for this computer: the same graph with the portable kernels), "emulator" (the
            emitted C on the emulated core), "reference" (the exact reference in torch) or
            "serial:PORT" (the emitted C on a board: docs/board.md). All give the same values.
        raw: every input and output in the type that the C has (a quantized one, float32 or any
            other; int4 in int8) instead of float32 for what is quantized, and of int64 for the
            indices that a PyTorch model gives.

        The outputs have the types of the inputs' rule and the shapes of the model's results; their
        first dimension is multiplied as that of the inputs. An output that is a scalar is that of
        the first sample. In a model with states, several samples are calls one after the other,
        the first of which finds the initial states.

        Raises TcmError if the inputs do not fit or have NaN, or a tool is missing.
        """
        require_torch("tensors; run_arrays gives arrays")
        import torch

        outputs = self.run_arrays([as_array(value) for value in inputs], on=on, raw=raw)
        tensors = tuple(torch.from_numpy(array) for array in outputs)
        return tensors[0] if len(tensors) == 1 else tensors

    def run_arrays(
        self, inputs: Sequence[np.ndarray], *, on: str = "host", raw: bool = False
    ) -> list[np.ndarray]:
        """``run`` with NumPy arrays in and out, one an output; needs no torch except for
        the reference."""
        self._check_place(on, PLACES)
        ports = [self._to_ports(sample, raw) for sample in split_batch(self.graph, inputs)]
        results = self._outputs(ports, on)
        return [
            np.concatenate([from_port(self.graph, port, result[i], raw) for result in results])
            if self.graph.outputs[i].shape
            else from_port(self.graph, port, results[0][i], raw)
            for i, port in enumerate(self.graph.outputs)
        ]

    def _to_ports(self, sample: Sequence[np.ndarray], raw: bool) -> list[np.ndarray]:
        """One call's arrays in the form of the graph's ports."""
        inputs = zip(self.graph.inputs, sample, strict=True)
        return [to_port(self.graph, port, array, raw) for port, array in inputs]

    def stream(
        self, frames: Iterable[Any], *, on: str = "host", raw: bool = False
    ) -> Iterator[Any]:
        """Yields the result of one call for each frame, as soon as it is there.

        frames: of each call the input, or a tuple where the model has several; as for ``run``, of
            the compiled shape. They may come one by one, as from a microphone.
        on, raw: as for ``run``. Each place has states of its own. "emulator" and a board take all
            frames before they give the first result, and compute those since the last ``reset``
            again.

        The first frame finds what the last one of an earlier ``stream`` left, or the initial
        states, if there was none since the last ``reset``.

        Raises TcmError as ``run`` does.
        """
        require_torch("streams of tensors")
        import torch

        self._check_place(on, PLACES)
        if on not in self._sessions:
            self._sessions[on] = self._session(on)
        samples = (self._to_ports(self._one_call(frame), raw) for frame in frames)
        for outputs in self._sessions[on].run(samples):
            ports = zip(self.graph.outputs, outputs, strict=True)
            arrays = [from_port(self.graph, port, array, raw) for port, array in ports]
            tensors = tuple(torch.from_numpy(array) for array in arrays)
            yield tensors[0] if len(tensors) == 1 else tensors

    def reset(self) -> None:
        """Lets the next ``stream`` begin with the initial states."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _one_call(self, frame: Any) -> list[np.ndarray]:
        inputs = frame if isinstance(frame, tuple | list) else (frame,)
        calls = list(split_batch(self.graph, [as_array(value) for value in inputs]))
        if len(calls) != 1:
            raise TcmError(
                "a frame of a stream is one call",
                expected="the shapes that the model was compiled for",
                got=f"{len(calls)} calls",
                hint="give them one by one, for example stream(frames.split(1))",
            )
        return calls[0]

    def _session(self, on: str) -> Session:
        if on == "reference":
            return ReferenceSession(exact_reference(self.graph).run)
        if on == "emulator" or is_board(on):
            return ReplayingSession(lambda samples: self._outputs(samples, on))
        return HostSession(self.runner(on), self._arrays)

    def _check_place(self, on: str, places: Sequence[str]) -> None:
        if is_board(on):
            return
        if on not in places:
            raise TcmError(
                "unknown place to run",
                expected=f"{', '.join(places)}, or serial:PORT for a board",
                got=on,
                hint=f"emulator runs the C on the core that it is for, here {self.target.name}",
            )
        if on == "emulator":
            self.target.check_emulated()

    def _outputs(self, samples: list[list[np.ndarray]], on: str) -> list[list[np.ndarray]]:
        if on == "reference":
            reference = exact_reference(self.graph)
            return [reference.run(sample) for sample in samples]
        place = self.board(on) if is_board(on) else self.runner(on)
        executions = place.run(map(as_run, samples))
        return [self._arrays(execution) for execution in executions]

    def _arrays(self, execution: Execution) -> list[np.ndarray]:
        types = (self.graph.types[port.value] for port in self.graph.outputs)
        return [
            np.frombuffer(bytearray(data), type_.storage).reshape(type_.shape)
            for data, type_ in zip(execution.outputs, types, strict=True)
        ]

    def runner(self, on: str, trace: bool = False) -> Runner:
        """What runs the emitted C on the emulated core ("emulator"), or the same graph with the
        portable kernels on this computer ("host"); with ``trace`` layer by layer.

        Raises TcmError for an unknown place, or if the target is no core that can be emulated.
        """
        self._check_place(on, BUILT)
        key = (on, trace)
        if key not in self._runners:
            generated = self.generated
            if on == "host":
                preferences = generated.preferences.on_host()
                prefix = generated.program.prefix
                regions = [rows_by_node(region) for region in generated.plan.regions]
                generated = generate(
                    self.graph, HOST, prefix=prefix, regions=regions, preferences=preferences
                )
            self._runners[key] = Runner(
                [generated.program], generated.target, library=generated.library, trace=trace
            )
        return self._runners[key]

    def board(self, on: str) -> Board:
        """The board at ``serial:PORT`` or ``serial:PORT@BITS_PER_SECOND``; the port stays open as
        long as the model lives, or until ``Board.close``.

        Raises TcmError if pyserial is missing, nothing answers there, or the firmware has another
        model.
        """
        if on not in self._boards or not self._boards[on].is_open:
            self._boards[on] = open_board(on, self.generated.program)
        return self._boards[on]

    @property
    def report(self) -> Report:
        """Memory and layers; instructions, flash and stack once ``profile`` has measured them."""
        return self._static_report() if self._measured is None else self._measured

    def _static_report(self) -> Report:
        """What is known without building: equal models save equal bytes, measured or not."""
        program, plan = self.generated.program, self.generated.plan
        copied = copied_bytes(self.generated)
        layers = tuple(
            LayerReport(
                layer.name,
                layer.op,
                layer.kernel,
                layer.macs,
                source=layer.source,
                copied_bytes=copied.get(layer.name, 0),
            )
            for layer in program.layers
        )
        return Report(
            self.target.name,
            layers,
            plan.arena_bytes,
            plan.lower_bound,
            program.constant_bytes,
            folding=self.generated.folding,
            states=tuple(
                StateReport(name, self.graph.types[name].bytes) for name in self.graph.states
            ),
            state_bytes=plan.state_bytes,
            stream=self.graph.stream,
            losses=self.generated.losses,
            sqnr=output_sqnr(self.generated),
            generated=self.generated,
        )

    def profile(self, *inputs: Any, part: str | None = None, on: str | None = None) -> Report:
        """Measures one inference on the emulated core: exact instructions and estimated cycles,
        in total and by layer, and the stack.

        inputs: as for ``run``, raw or not; of several samples the first is measured. Without
        inputs, seeded random ones are used. ``Report.cycles_model`` says what the
        estimate is worth; for cores without a model, cycles are None.
        part: a microcontroller's name, such as "stm32f411": ``Report.part`` then has what the
        inference takes there, behind its caches of flash.
        on: a board, such as "serial:/dev/ttyACM0": ``Report.board`` then has what the same
        inference took there.

        Raises TcmError if a tool is missing, or the part is not known or has another core, or the
        board does not answer or has another model.
        """
        found = None if part is None else find_part(part)
        if found is not None:
            check_part(found, self.target)
        board = None if on is None else self._measuring(on)
        plain, traced = (self.runner("emulator", trace) for trace in (False, True))
        sample = self._one_sample(inputs)
        report = profile_sample(self.report, plain, traced, sample, found)
        if on is not None and board is not None:
            _, data = as_run(sample)
            report = replace(report, board=board_report(on, board, board.measure(data)))
        self._measured = report
        return report

    def _measuring(self, on: str) -> Board:
        if not is_board(on):
            raise TcmError(
                "only the emulated core and boards are measured",
                expected="serial:PORT, or nothing for the emulated core alone",
                got=on,
                hint="name the port of a board (docs/board.md), or leave out on",
            )
        return self.board(on)

    def _one_sample(self, inputs: Sequence[Any]) -> list[np.ndarray]:
        if not inputs:
            return next(self.random_samples(1))
        arrays = [as_array(value) for value in inputs]
        first = next(split_batch(self.graph, arrays))
        return [
            to_port_as_given(self.graph, port, array)
            for port, array in zip(self.graph.inputs, first, strict=True)
        ]

    def random_samples(self, count: int, seed: int = 0) -> Iterator[list[np.ndarray]]:
        """Random inputs in the form of the graph's ports."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            sample = []
            for port in self.graph.inputs:
                sample.append(random_data(rng, self.graph.types[port.value]))
            yield sample

    @property
    def random_count(self) -> int:
        """How many random samples ``verify`` draws unless the caller says it."""
        if not self.graph.states:
            return RANDOM_SAMPLES
        stream = self.graph.stream
        return RANDOM_CALLS if stream is None else stream.first_result + RANDOM_CALLS

    def verify(
        self,
        *inputs: Any,
        random: int | None = None,
        seed: int = 0,
        on: str | Sequence[str] | None = None,
        layers: bool = False,
    ) -> int:
        """Proves reference = host = emulated core, byte for byte; returns the calls compared.

        inputs: samples as for ``run``, raw or not; ``random`` more are drawn from ``seed``, by
            default 2. In a model with states these are calls in a row, by default 16 (of a stream
            behind those without results), and so are the inputs; both begin with the initial
            states.
        on: "host" (the graph with the portable kernels), "emulator" (the emitted C), "serial:PORT"
            (the same on a board); None: the first two, where the target is a core.
        layers: compare after every layer, so that the first one that differs is named; not on a
            board, which gives no layers.

        Raises TcmError that names the sample and the first difference.
        """
        if on is None:
            places = self.places
        else:
            places = (on,) if isinstance(on, str) or not isinstance(on, Iterable) else on
        runners = {place: self._verified(place, layers) for place in places}
        count = self.random_count if random is None else random
        given = self._given_samples(inputs) if inputs else []
        sequences = [list(self.random_samples(count, seed)), given]
        if not any(sequences):
            raise TcmError(
                "there is nothing to verify",
                expected="inputs, or at least one random sample",
                got=f"no inputs, random={random}",
                hint="give inputs, or random=1 or more (--random)",
            )
        own = ", ".join(each.layer for each in self.generated.preferences.own_kernels)
        verify_sequences(self.graph, sequences, runners, own)
        return sum(map(len, sequences))

    def _verified(self, on: str, layers: bool) -> Runner | Board:
        if not is_board(on):
            return self.runner(on, layers)
        if layers:
            raise TcmError(
                "a board gives no outputs of layers",
                where=on,
                expected="host or emulator",
                hint="leave out layers (--layers), or the board",
            )
        return self.board(on)

    def value_ranges(self, *inputs: Any) -> dict[str, dict[str, Any]]:
        """How much of their types' range the values use in these inputs, which are as for ``run``:
        value -> its least and largest integer, and the share at an end of the type that is not
        zero, by the reference. Many there may mean that calibration saw less. For
        ``Report.save``."""
        return value_ranges(self.graph, self._given_samples(inputs))

    def _given_samples(self, inputs: Sequence[Any]) -> list[list[np.ndarray]]:
        arrays = [as_array(value) for value in inputs]
        return [
            [
                to_port_as_given(self.graph, port, array)
                for port, array in zip(self.graph.inputs, sample, strict=True)
            ]
            for sample in split_batch(self.graph, arrays)
        ]

    def save(self, folder: str | Path) -> Path:
        """Writes the C, CMakeLists.txt, plan.json and the graph's constants; returns the folder.

        The folder may exist if it is empty or was written by ``save``. Raises TcmError if it
        cannot be written; nothing half-written stays behind.
        """
        path = as_path(folder, "folder", "a folder to write")
        return save_generated(self.generated, self._static_report(), path)

    def __repr__(self) -> str:
        program = self.generated.program
        return f"<CompiledModel {program.prefix}: {len(program.layers)} layers, {self.target.name}>"
