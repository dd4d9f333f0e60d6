"""PyTorch's operators that move data: the right graph, and the very elements."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, check_model, operators
from torch import Tensor, nn

from torch_cortex_m.passes import run_passes

IMAGE = (1, 4, 6, 8)


def assigned(x: Tensor, index: tuple) -> Tensor:
    y = x.clone()
    y[index] = 0
    return y


def exchanged(x: Tensor) -> Tensor:
    y = x.clone()
    y[..., 2:] = x[..., :-2]
    return y


def grid(x: Tensor) -> Tensor:
    """Positions as channels, as CoordConv has them."""
    axes = (torch.linspace(-1, 1, size) for size in x.shape[2:])
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))[None]


PLACES = torch.tensor([2, 0, 1, 1])

CASES: list[tuple[str, Callable, list[str]]] = [
    ("slice", lambda m, x: x[:, 1:3], ["slice"]),
    ("slice_to_the_end", lambda m, x: x[:, 2:], ["slice"]),
    ("slice_of_all", lambda m, x: x[:, 0:99], []),
    ("slice_with_steps", lambda m, x: x[:, ::2, 1::3, :-1:2], ["slice"] * 3),
    ("slice_with_an_ellipsis", lambda m, x: x[..., None, :2], ["slice"]),
    ("slice_copy", lambda m, x: torch.slice_copy(x, 2, 1, 5, 2), ["slice"]),
    ("select", lambda m, x: x[:, 1], ["slice"]),
    ("select_from_the_end", lambda m, x: x[..., -1], ["slice"]),
    ("narrow", lambda m, x: x.narrow(-1, 2, 3), ["slice"]),
    ("split", lambda m, x: x.split(4, 2), ["slice"] * 2),
    ("split_with_sizes", lambda m, x: x.split([1, 3], 1), ["slice"] * 2),
    ("split_in_part", lambda m, x: torch.split(x, [1, 2, 1], dim=1)[1], ["slice"]),
    ("chunk", lambda m, x: x.chunk(3, -1), ["slice"] * 3),
    ("unbind", lambda m, x: x.unbind(1), ["slice"] * 4),
    ("tensor_split", lambda m, x: x.tensor_split(4, 2), ["slice"] * 4),
    ("tensor_split_at", lambda m, x: x.tensor_split([1, 5], 3), ["slice"] * 3),
    ("hsplit", lambda m, x: torch.hsplit(x, 2), ["slice"] * 2),
    ("expand", lambda m, x: x[:, :1].expand(2, 4, -1, -1), ["slice"] * 2),
    ("expand_as", lambda m, x: x[:, :, :1].expand_as(x), ["slice"] * 2),
    ("broadcast_to", lambda m, x: x[0, 0].broadcast_to(3, 6, 8), ["slice"] * 2),
    ("broadcast_tensors", lambda m, x: torch.broadcast_tensors(x, x[:, :1]), ["slice"] * 2),
    ("flip", lambda m, x: x.flip(1, 3), ["slice"]),
    ("fliplr", lambda m, x: torch.fliplr(x), ["slice"]),
    ("flipud", lambda m, x: torch.flipud(x[0]), ["slice"]),
    ("rot90", lambda m, x: x.rot90(1, (2, 3)), ["slice"]),
    ("rot180", lambda m, x: x.rot90(2, (2, 3)), ["slice"]),
    ("roll", lambda m, x: x.roll((1, -2), (2, 3)), ["gather"] * 2),
    ("roll_of_all", lambda m, x: x.roll(16), ["gather"]),
    ("repeat", lambda m, x: x.repeat(1, 2, 1, 1), ["gather"]),
    (
        "repeat_to_more_dimensions",
        lambda m, x: x[0, 0].repeat(2, 1, 3),
        ["slice", "gather", "slice"],
    ),
    ("tile", lambda m, x: x.tile(2, 1), ["gather"]),
    ("repeat_interleave", lambda m, x: x.repeat_interleave(2, 2), ["gather"]),
    ("index", lambda m, x: x[:, m.places], ["gather"]),
    ("index_of_two", lambda m, x: x[:, m.places, m.places], ["gather"]),
    ("index_of_a_grid", lambda m, x: x[0, :, m.places[:, None], m.places], ["gather"] * 2),
    ("index_by_a_list", lambda m, x: x[:, [3, 1]], ["slice"]),
    ("index_select", lambda m, x: x.index_select(2, m.places), ["gather"]),
    ("gather", lambda m, x: x.gather(1, m.places.reshape(1, 4, 1, 1)), ["slice", "gather"]),
    ("take", lambda m, x: x.take(m.places), ["slice", "gather"]),
    ("take_along_dim", lambda m, x: x.take_along_dim(m.places.reshape(1, 4, 1, 1), 1), ["gather"]),
    ("unfold_of_a_tensor", lambda m, x: x.unfold(3, 4, 2), ["gather"]),
    ("im2col", lambda m, x: functional.unfold(x, 3, padding=1), ["pad", "gather"]),
    ("diagonal", lambda m, x: x.diagonal(1, 2, 3), ["gather"]),
    ("tril", lambda m, x: x.tril(), ["pad", "gather"]),
    ("triu", lambda m, x: x.triu(2), ["pad", "gather"]),
    ("channel_shuffle", lambda m, x: functional.channel_shuffle(x, 2), ["gather"]),
    ("nearest", lambda m, x: functional.interpolate(x, scale_factor=2), ["gather"] * 2),
    ("nearest_of_a_size", lambda m, x: functional.interpolate(x, size=(11, 5)), ["gather"] * 2),
    (
        "nearest_exact",
        lambda m, x: functional.interpolate(x, size=(11, 5), mode="nearest-exact"),
        ["gather"] * 2,
    ),
    ("nearest_1d", lambda m, x: functional.interpolate(x[0], scale_factor=1.5), None),
    ("upsample", lambda m, x: nn.Upsample(scale_factor=(1, 3))(x), ["gather"]),
    ("pad_reflect", lambda m, x: functional.pad(x, (1, 2, 3, 1), "reflect"), ["gather"] * 2),
    ("pad_replicate", lambda m, x: functional.pad(x, (1, 2, 3, 1), "replicate"), ["gather"] * 2),
    ("pad_circular", lambda m, x: functional.pad(x, (1, 2, 3, 1), "circular"), ["gather"] * 2),
    ("pad_modules", lambda m, x: nn.ReflectionPad1d(2)(nn.ReplicationPad2d(1)(x)[0]), None),
    ("pad_crops", lambda m, x: functional.pad(x, (-1, 2, 1, -3)), ["slice", "pad"]),
    ("pad_only_crops", lambda m, x: functional.pad(x, (-1, 0, 0, -3)), ["slice"]),
    ("pixel_shuffle", lambda m, x: functional.pixel_shuffle(x, 2), []),
    ("pixel_unshuffle", lambda m, x: functional.pixel_unshuffle(x, 2), []),
    ("pixel_unshuffle_unbatched", lambda m, x: nn.PixelUnshuffle(2)(x[0]), []),
    ("pixel_shuffle_of_rank_5", lambda m, x: functional.pixel_shuffle(x[None], 2), []),
    ("fold", lambda m, x: functional.fold(x.reshape(1, 16, 12), (6, 8), 2, stride=2), ["gather"]),
    (
        "fold_with_gaps",
        lambda m, x: functional.fold(x.reshape(1, 32, 6), (5, 7), 2, stride=3, padding=1),
        None,
    ),
    ("diag", lambda m, x: torch.diag(x[0, 0, 0]), None),
    ("diag_embed", lambda m, x: torch.diag_embed(x), None),
    ("cat_with_zeros_like", lambda m, x: torch.cat([x, torch.zeros_like(x)], 1), None),
    ("cat_with_new_zeros", lambda m, x: torch.cat([x, x.new_full((1, 1, 6, 8), 0.5)], 1), None),
    ("in_place", lambda m, x: assigned(x, (slice(None), slice(1, 3))), None),
    ("in_place_index", lambda m, x: assigned(x, (slice(None), slice(None), -1)), None),
    ("in_place_from_another_part", lambda m, x: exchanged(x), None),
    ("meshgrid", lambda m, x: torch.cat([x, grid(x)], 1), None),
    ("cat", lambda m, x: torch.cat([x, x[:, :1]], 1), ["slice", "concatenate"]),
    ("cat_of_three", lambda m, x: torch.cat([x, x.flip(1), x], -1), None),
    ("cat_of_one", lambda m, x: torch.cat([x], 1), []),
    ("concat", lambda m, x: torch.concat([x, x], 2), ["concatenate"]),
    ("stack", lambda m, x: torch.stack([x, x.flip(1)], -1), ["slice", "concatenate"]),
    ("hstack", lambda m, x: torch.hstack([x, x]), ["concatenate"]),
    ("vstack", lambda m, x: torch.vstack([x, x]), ["concatenate"]),
    ("vstack_of_rows", lambda m, x: torch.vstack([x[0, 0, 0], x[0, 1, 1]]), None),
    ("dstack", lambda m, x: torch.dstack([x[0, 0], x[0, 1]]), None),
    ("column_stack", lambda m, x: torch.column_stack([x[0, 0, 0], x[0, 1, 1]]), None),
    ("cat_with_a_constant", lambda m, x: torch.cat([x, torch.zeros(1, 2, 6, 8)], 1), None),
    ("permute_copy", lambda m, x: torch.permute_copy(x, (0, 2, 3, 1)), []),
    ("movedim", lambda m, x: x.movedim(1, -1), []),
    ("swapaxes", lambda m, x: x.swapaxes(1, 2), []),
]


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_movement(body: Callable, expected: list[str] | None) -> None:
    graph = check_model(Function(body, places=PLACES), (IMAGE,), exact=1.0)
    if expected is not None:
        assert operators(graph) == expected
    run_passes(graph)


def dense_block(m: nn.Module, x: Tensor) -> Tensor:
    first = m.first(x).relu()
    joined = torch.cat([x, first], 1)
    second = m.second(joined)
    return m.last(torch.cat([joined, second], 1))


def test_concatenations_share_the_scale_of_what_only_they_read() -> None:
    """The results of the convolutions; what others read, too, is requantized."""
    model = Function(
        lambda m, x: torch.cat([m.first(x), torch.cat([m.second(x) * 50, x], 1)], 1),
        first=nn.Conv2d(4, 5, 1),
        second=nn.Conv2d(4, 3, 1),
    )
    graph = check_model(model, (IMAGE,))
    kinds = operators(graph)
    assert kinds.count("requantize") == 1
    assert kinds.count("concatenate") == 2


def test_layouts_go_through_concatenations_and_slices() -> None:
    """Between convolutions nothing is transposed, and parts are computed where they belong."""
    model = Function(
        lambda m, x: m.last(
            torch.cat([m.first(x[:, :2]), functional.interpolate(m.second(x[:, 2:]), (6, 8))], 1)
        ),
        first=nn.Conv2d(2, 4, 3, padding=1),
        second=nn.Conv2d(2, 3, 2, stride=2),
        last=nn.Conv2d(7, 2, 1),
    )
    graph = run_passes(check_model(model, (IMAGE,)))
    assert "transpose" not in [node.op.name for node in graph.nodes]


def test_dense_block() -> None:
    model = Function(
        dense_block,
        first=nn.Conv2d(4, 5, 3, padding=1),
        second=nn.Conv2d(9, 5, 3, padding=1),
        last=nn.Conv2d(14, 2, 1),
    )
    graph = run_passes(check_model(model, (IMAGE,)))
    assert "transpose" not in [node.op.name for node in graph.nodes]
