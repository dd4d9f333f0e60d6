"""Candidates as the models of a firmware, in as many images as the flash of a part asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from ..build import KernelLibrary
from ..generate import Generated, Preferences, generate_all
from ..measured.measurements import Measurement
from ..ops.rules.case_graph import case_graph
from ..target import Target
from .candidates import Candidate

BYTES_BESIDE = 256
"""Of flash, at most, that a candidate takes beside its layer: what calls it and describes it."""


def candidate_models(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None = None
) -> list[Generated]:
    """A model of one layer for each candidate. The same candidates give the same C. Inputs and
    outputs lie in the arena, which all models of a firmware share."""
    graphs = {f"candidate_{i}_{c.kernel}": case_graph(c.case) for i, c in enumerate(candidates)}
    forced = {name: {"output": c.kernel} for name, c in zip(graphs, candidates, strict=True)}
    preferences = Preferences(io="arena")
    return generate_all(graphs, target, library=library, forced=forced, preferences=preferences)


class Sized(NamedTuple):
    """A candidate's model, and what was measured of it on the emulated core."""

    candidate: Candidate
    model: Generated
    measurement: Measurement


@dataclass
class Image:
    """Models of one firmware; ``bytes``: their code and constants, equal ones once."""

    models: list[Generated] = field(default_factory=list[Generated])
    constants: set[bytes] = field(default_factory=set[bytes])
    code_bytes: int = 0

    @property
    def bytes(self) -> int:
        return self.code_bytes + sum(map(len, self.constants))

    def with_more(self, others: Sequence[Sized]) -> Image:
        packed = [_packed(each.model) for each in others]
        code = (
            each.measurement.flash_bytes - sum(map(len, constants)) + BYTES_BESIDE
            for each, constants in zip(others, packed, strict=True)
        )
        return Image(
            [*self.models, *(each.model for each in others)],
            self.constants.union(*packed),
            self.code_bytes + sum(code),
        )


def _packed(model: Generated) -> list[bytes]:
    """The constants of its only layer, as its kernel wants them."""
    return [
        data.tobytes()
        for name, kernel in model.selection.items()
        for data in kernel.pack(model.layers[name]).values()
    ]


def images_of(sized: Sequence[Sized], limit: int) -> tuple[list[Image], list[Candidate]]:
    """The images, each of at most ``limit`` bytes, and the candidates that alone take more. All
    kernels of a layer are in one image where they fit."""
    fitting: list[Sized] = []
    too_large: list[Candidate] = []
    for each in sized:
        if Image().with_more([each]).bytes <= limit:
            fitting.append(each)
        else:
            too_large.append(each.candidate)
    images: list[Image] = []
    for part in _parts(fitting, limit):
        more = images[-1].with_more(part) if images else None
        if more is not None and more.bytes <= limit:
            images[-1] = more
        else:
            images.append(Image().with_more(part))
    return images, too_large


def _parts(sized: Sequence[Sized], limit: int) -> Iterator[list[Sized]]:
    """The kernels of each layer, or each alone where these do not fit together."""
    for _, group in groupby(sized, key=lambda each: each.candidate.layer):
        layer = list(group)
        if Image().with_more(layer).bytes <= limit:
            yield layer
        else:
            yield from ([each] for each in layer)
