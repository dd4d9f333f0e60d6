"""A compiled folder beside the measurements of a tuning file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..measured.measurements import load_measurements, measurements_for
from ..model.compiled import CompiledModel
from ..model.load import load
from ..target import cores_like


def load_tuned(folder: Path, tuning: Path | None) -> CompiledModel:
    """The model of a folder, whose further choices go by ``tuning``, too. Raises TcmError."""
    compiled = load(folder)
    if tuning is None:
        return compiled
    own = load_measurements(tuning)
    generated = compiled.generated
    measurements = measurements_for(cores_like(generated.target), own)
    preferences = replace(generated.preferences, measurements=measurements)
    return CompiledModel(replace(generated, preferences=preferences))
