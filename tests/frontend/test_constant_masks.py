"""Boolean buffers that select elements, and buffers of repeats."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from frontend_checks import Function, check_model
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch.capture import capture

COLUMNS = torch.tensor([True, False, True, True, False, True])
IMAGE_MASK = torch.arange(24).reshape(4, 6) % 5 == 0
NONE_TWICE = torch.tensor([0, 2, 1, 0, 3, 1])

CASES: list[tuple[str, Callable]] = [
    ("columns", lambda m, x: x[..., m.columns]),
    ("all_of_an_image", lambda m, x: x[:, m.image]),
    ("beside_a_slice", lambda m, x: x[:, 1:3, m.columns]),
    ("beside_an_index", lambda m, x: x[:, 2, m.columns]),
    ("repeats", lambda m, x: torch.repeat_interleave(x, m.repeats, dim=2)),
    ("repeats_as_a_method", lambda m, x: x.repeat_interleave(m.repeats, -1)),
    ("repeats_of_all", lambda m, x: x[0, 0].repeat_interleave(m.repeats)),
]


@pytest.mark.parametrize("body", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_constant_masks(body: Callable) -> None:
    model = Function(body, columns=COLUMNS, image=IMAGE_MASK, repeats=NONE_TWICE)
    check_model(model, ((1, 4, 6),), exact=1.0)


class Inner(nn.Module):
    mask: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mask", COLUMNS)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.mask]


def test_a_mask_of_a_module_inside() -> None:
    check_model(nn.Sequential(nn.Linear(6, 6), Inner(), nn.Linear(4, 2)), ((1, 6),))


class Changing(Inner):
    """Its mask is what the last input was like."""

    def forward(self, x: Tensor) -> Tensor:
        selected = x[:, self.mask]
        self.mask.copy_(x[0] > 0)
        return selected


class Computed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[:, x[0] > 0]


@pytest.mark.parametrize(
    ("model", "where"), [(Changing(), "mask"), (Computed(), "test_constant_masks.py")]
)
def test_masks_that_change_are_refused(model: nn.Module, where: str) -> None:
    with pytest.raises(TcmError, match="depend on the values of its inputs") as caught:
        capture(model, (torch.randn(1, 6),))
    assert where in (caught.value.where or "")
