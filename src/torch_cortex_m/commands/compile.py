"""tcm compile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from ..compiler import compile as compile_model
from ..storage import check_replaceable
from ..target import find_target
from .arrays import read_arrays
from .source import load_source


def compile_source(source: str, out: Path, calibration: Path | None, **options: Any) -> None:
    """Compiles SOURCE and saves it in ``out``; raises TcmError."""
    find_target(options["target"])
    check_replaceable(out)
    loaded = load_source(source)
    samples = loaded.calibration if calibration is None else _samples(calibration)
    console = Console(stderr=True)
    if samples is not None:
        samples = track(
            list(samples),
            "calibrating",
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
    compiled = compile_model(loaded.model, loaded.example_inputs, calibration=samples, **options)
    compiled.save(out)
    report = compiled.report
    print(
        f"{out}: {len(report.layers)} layers for {report.target}, "
        f"arena {report.arena_bytes} bytes, constants {report.constant_bytes} bytes"
    )
    providers = sorted({layer.kernel.partition("__")[2] for layer in report.layers})
    print(f"kernels: {', '.join(providers)}; details in {out / 'plan.json'}")


def _samples(path: Path) -> Iterator[tuple[Any, ...]]:
    """Tuples of tensors of batch 1, one for each row of the arrays."""
    import torch

    tensors = [torch.from_numpy(array) for array in read_arrays(path)]
    for rows in zip(*(tensor.split(1) for tensor in tensors), strict=True):
        yield tuple(rows)
