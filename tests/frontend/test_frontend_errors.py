"""Everything a user can get wrong ends in one TcmError that says where, what and what to do."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, calibration, random_tensors
from torch import Tensor, nn
from torch._higher_order_ops.while_loop import while_loop

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError, TcmWarning
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.frontend.pytorch.instead import instead_of
from torch_cortex_m.frontend.pytorch.support import supported_functions

IMAGE = (1, 4, 8, 8)


def error_of(model: Any, inputs: Any, data: Any = None, *, given: bool = True) -> TcmError:
    """The TcmError that the import raises; it must not have another exception behind it."""
    with pytest.raises(TcmError) as caught:
        import_pytorch(model, inputs, [inputs] if data is None and given else data)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


class Unsupported(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(4, 4, 3), nn.RReLU())

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        return torch.lgamma(y) + torch.digamma(y)


def test_all_unsupported_operators_are_named_at_once() -> None:
    text = str(error_of(Unsupported(), random_tensors((IMAGE,))))
    for expected in ("rrelu at block.1 (", "lgamma at ", "digamma at ", "3 operators"):
        assert expected in text
    assert text.count("(test_frontend_errors.py:") == 3
    assert "conv2d" not in text.partition("got:")[2]


def test_one_unsupported_operator_says_where() -> None:
    error = error_of(nn.Sequential(nn.Linear(4, 4), nn.RReLU()), random_tensors(((1, 4),)))
    assert error.where == "1"
    assert str(error.got).startswith("rrelu at 1: not supported")


def test_a_refusal_says_what_to_write_instead() -> None:
    error = error_of(nn.Conv3d(1, 2, 3), random_tensors(((1, 1, 4, 4, 4),)))
    assert "conv3d at conv3d" in str(error.got)
    assert "the batch of a conv2d" in str(error.got)
    error = error_of(Function(lambda m, x: torch.special.i0e(x)), random_tensors(((1, 4),)))
    assert str(error.got).endswith(": not supported")


def test_a_refusal_is_short() -> None:
    """What is refused, and where the list of what is not lies; and not that list."""
    error = error_of(nn.RReLU(), random_tensors(((1, 4),)))
    assert str(error.got).endswith(
        "rrelu at rrelu: not supported; instead: leaky_relu, which it is in evaluation mode"
    )
    assert "`tcm ops`" in str(error.expected)
    assert len(str(error)) < 600


def test_near_names_are_those_of_pytorch() -> None:
    supported = supported_functions()
    assert {"conv2d", "linear", "softmax", "batch_norm", "clamp", "permute"} <= set(supported)
    assert not {"remainder", "pad"} & set(supported)
    for name in supported:
        assert any(hasattr(place, name) for place in (functional, Tensor, torch))
    assert instead_of("leaky_relus", supported) == "near are leaky_relu"


def test_complex_numbers_are_the_reason_themselves() -> None:
    error = error_of(Function(lambda m, x: torch.fft.fft(x).abs()), random_tensors(((1, 4),)))
    lines = str(error.got).strip().splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["complex numbers are not supported"] * 2


def many_sines(model: nn.Module, x: Tensor) -> Tensor:
    for _ in range(20):
        x = torch.lgamma(x)
    return torch.digamma(x) + torch.i0(torch.digamma(x + 1))


def test_uses_of_an_operator_share_a_line() -> None:
    error = error_of(Function(many_sines), random_tensors(((1, 4),)))
    assert error.what == "the model has 3 operators that cannot be compiled, in 23 places"
    lines = [line.strip() for line in str(error.got).strip().splitlines()]
    assert [line.partition(" at ")[0] for line in lines] == ["lgamma", "digamma", "i0"]
    assert lines[0].endswith("and others (20 uses): not supported")
    assert lines[0].count("(frontend_checks.py:") == 3


def test_a_line_has_the_first_places_of_an_operator() -> None:
    model = nn.Sequential(*[nn.RReLU() for _ in range(5)])
    got = str(error_of(model, random_tensors(((1, 4),))).got)
    assert got.startswith("rrelu at 0, 1, 2 and others (5 uses): not supported")


def chosen(model: nn.Module, x: Tensor) -> Tensor:
    return torch.cond(x.sum() > 0, lambda x: x + 1, lambda x: x - 1, (x,))


def repeated(model: nn.Module, x: Tensor) -> Tensor:
    steps = torch.zeros((), dtype=torch.int64)
    return while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 0.5), (steps, x))[1]


@pytest.mark.parametrize(("body", "name"), [(chosen, "cond"), (repeated, "while_loop")])
def test_operators_that_call_functions(body: Callable, name: str) -> None:
    model = nn.Sequential(nn.Linear(4, 4), Function(body))
    error = error_of(model, random_tensors(((2, 4),)))
    assert error.what == "the model has one operator that cannot be compiled"
    assert f"{name} at 1 (frontend_checks.py:" in str(error.got)
    assert str(error.where).startswith("1 (frontend_checks.py:")


def test_integers_are_not_to_be_made_float() -> None:
    error = error_of(nn.Embedding(3, 4), (torch.zeros(1, 4, dtype=torch.int16),))
    assert "indices as int32 or int64" in str(error.hint)
    assert ".float()" not in str(error)


def test_unsupported_operators_are_found_before_calibration_begins() -> None:
    def never():
        raise AssertionError("calibration has begun")
        yield

    with pytest.raises(TcmError, match="cannot be compiled"):
        import_pytorch(Unsupported(), random_tensors((IMAGE,)), never())


UNSUPPORTED: list[tuple[str, Callable[..., Any], tuple[tuple[int, ...], ...], str]] = [
    (
        "grid_sample",
        lambda m, x: functional.grid_sample(x, x.permute(0, 2, 3, 1)[..., :2]),
        (IMAGE,),
        "instead: sample at fixed places",
    ),
    (
        "pad_infinite",
        lambda m, x: functional.pad(x, (1, 1), value=float("-inf")),
        (IMAGE,),
        "not finite",
    ),
    ("index", lambda m, x, y: x[y.to(torch.int64)], (IMAGE, (2,)), "to_copy at "),
    (
        "conv_weight",
        lambda m, x, w: functional.conv2d(x, w),
        (IMAGE, (2, 4, 3, 3)),
        "not a constant",
    ),
    ("conv3d", lambda m, x: functional.conv3d(x, m.w), ((1, 1, 4, 4, 4),), "conv3d at "),
    ("double", lambda m, x: x.double().mean((2, 3)).float(), (IMAGE,), "float64"),
    ("half", lambda m, x: x.half(), (IMAGE,), "float16"),
]


@pytest.mark.parametrize(
    ("body", "shapes", "expected"),
    [case[1:] for case in UNSUPPORTED],
    ids=[case[0] for case in UNSUPPORTED],
)
def test_unsupported_use(
    body: Callable, shapes: tuple[tuple[int, ...], ...], expected: str
) -> None:
    model = Function(body, w=torch.randn(2, 1, 3, 3, 3), t=torch.randn(4, 2, 3, 3))
    text = str(error_of(model, random_tensors(shapes)))
    assert expected in text
    assert "(frontend_checks.py:" in text
    assert "what to do:" in text


def branch(model: nn.Module, x: Tensor) -> Tensor:
    if x.sum() > 0:
        return x
    return x + 1


CAPTURE: list[tuple[str, Callable[..., Any], str]] = [
    ("branch", branch, "depend on the values"),
    ("nonzero", lambda m, x: x.nonzero(), "depend on the values"),
    ("mask", lambda m, x: x[x > 0], "depend on the values"),
    ("item", lambda m, x: x.repeat(int(x.sum().item()), 1), "depend on the values"),
    ("numpy", lambda m, x: torch.from_numpy(x.numpy() + 1), "cannot capture the model"),
    ("broken", lambda m, x: x @ x, "does not run on its example inputs"),
    ("empty", lambda m, x: x[:0], "no elements"),
    ("text", lambda m, x: (x, "text"), "not a tensor"),
]


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in CAPTURE], ids=[case[0] for case in CAPTURE]
)
def test_models_that_cannot_be_captured(
    body: Callable, expected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    error = error_of(Function(body), random_tensors(((2, 4),)))
    assert expected in str(error)
    assert error.where is not None
    assert "Traceback" not in str(error)
    assert capfd.readouterr() == ("", "")


def test_a_branch_on_values_names_the_line() -> None:
    where = error_of(Function(branch), random_tensors(((2, 4),))).where
    assert where is not None
    assert where.startswith("test_frontend_errors.py:")


FLOATS = torch.ones(2, 4)
INPUTS: list[tuple[str, Any, str]] = [
    ("float64", (FLOATS.double(),), "float64"),
    ("float16", (FLOATS.half(),), "float16"),
    ("complex", (FLOATS.to(torch.complex64),), "complex64"),
    ("int16", (FLOATS.short(),), "int16"),
    ("indices", (FLOATS.long(),), "does not run on its inputs"),
    ("number", (FLOATS, 3), "must be a tensor"),
    ("list_of_lists", ([FLOATS],), "must be a tensor"),
    ("none", None, "tuple of tensors"),
    ("dict", {"x": FLOATS}, "tuple of tensors"),
    ("sparse", (FLOATS.to_sparse(),), "not a dense tensor"),
    ("meta", (FLOATS.to("meta"),), "not a dense tensor"),
    ("zero_size", (torch.ones(0, 4),), "no elements"),
    ("too_many", (FLOATS, FLOATS), "example inputs"),
    ("none_at_all", (), "example inputs"),
    ("wrong_shape", (torch.ones(2, 5),), "example inputs"),
]


@pytest.mark.parametrize(
    ("inputs", "expected"), [case[1:] for case in INPUTS], ids=[case[0] for case in INPUTS]
)
def test_example_inputs(inputs: Any, expected: str) -> None:
    assert expected in str(error_of(nn.Linear(4, 3), inputs))


SAMPLE = (FLOATS,)
CALIBRATION: list[tuple[str, Any, str]] = [
    ("empty", [], "calibration data is empty"),
    ("empty_generator", iter(()), "calibration data is empty"),
    ("nan", [SAMPLE, (FLOATS * float("nan"),)], "calibration sample 1, input 0"),
    ("infinite", [(FLOATS / 0.0,)], "not finite"),
    ("wrong_shape", [SAMPLE, (torch.ones(3, 4),)], "float32 [3, 4]"),
    ("wrong_type", [(FLOATS.double(),)], "float64"),
    ("with_labels", [(FLOATS, torch.tensor([1.0]))], "without labels"),
    ("no_tensors", [3], "tuple of tensors"),
    ("no_iterable", 3, "iterable"),
    ("bare_tensor", FLOATS, "iterable"),
    ("array", FLOATS.numpy()[None], "iterable"),
    ("file", "data.npz", "iterable"),
    ("dict", {"x": FLOATS}, "iterable"),
    ("arrays", [(FLOATS.numpy(),)], "torch.from_numpy"),
]


@pytest.mark.parametrize(
    ("data", "expected"), [case[1:] for case in CALIBRATION], ids=[case[0] for case in CALIBRATION]
)
def test_calibration_data(data: Any, expected: str) -> None:
    assert expected in str(error_of(nn.Linear(4, 3), SAMPLE, data))


def test_constant_calibration_data_is_a_warning() -> None:
    zeros = [(torch.zeros(2, 4),)] * 3
    with pytest.warns(TcmWarning, match=r"degenerate.*input 'input' \(always 0\)"):
        import_pytorch(nn.Linear(4, 3), SAMPLE, zeros)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import_pytorch(nn.Linear(4, 3), SAMPLE, calibration(((2, 4),)))


def test_warnings_point_at_the_users_line() -> None:
    with pytest.warns(TcmWarning, match="no calibration data") as caught:
        tcm.compile(nn.Linear(4, 3), random_tensors(((2, 4),)))
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]


def test_errors_of_the_calibration_iterable_pass_through() -> None:
    def broken():
        yield SAMPLE
        raise ValueError("my own")

    with pytest.raises(ValueError, match="my own"):
        import_pytorch(nn.Linear(4, 3), SAMPLE, broken())


def test_overflow_within_the_model() -> None:
    model = Function(lambda m, x: x + m.c + m.c, c=torch.tensor([3e38]))
    assert "not finite in calibration" in str(error_of(model, SAMPLE))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["0.weight", "0.bias", "1.running_var"])
def test_parameters_that_are_not_finite(value: float, name: str) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    with torch.no_grad():
        model.state_dict()[name].view(-1)[0] = value
    error = error_of(model, SAMPLE)
    assert error.where == name


def test_float64_models() -> None:
    error = error_of(nn.Linear(4, 3).double(), SAMPLE)
    assert error.where == "weight"
    assert "float64" in str(error)


def test_batch_norm_without_statistics() -> None:
    error = error_of(nn.BatchNorm1d(4, track_running_stats=False), SAMPLE)
    assert "running statistics" in str(error)


def test_int8_inputs_of_a_float_model() -> None:
    model = Function(lambda m, x: x.reshape(4, 2))
    assert "int8" in str(error_of(model, (FLOATS.to(torch.int8),)))


def test_dynamic_shapes() -> None:
    batch = torch.export.Dim("batch")
    program = torch.export.export(nn.Linear(4, 3), SAMPLE, dynamic_shapes=({0: batch},))
    assert "dynamic shapes" in str(error_of(program, SAMPLE))


def test_example_inputs_that_do_not_fit_a_program() -> None:
    program = torch.export.export(nn.Linear(4, 3), SAMPLE)
    assert "[3, 4]" in str(error_of(program, (torch.ones(3, 4),)))


def test_files(tmp_path: Path) -> None:
    missing, text = tmp_path / "missing.pt2", tmp_path / "text.pt2"
    text.write_text("this is not a program")
    weights = tmp_path / "weights.pt2"
    torch.save(nn.Linear(2, 2).state_dict(), weights)
    assert "no such file" in str(error_of(missing, SAMPLE))
    for path in (text, weights):
        error = error_of(str(path), SAMPLE)
        assert error.where == str(path)
        assert "torch.export.save" in str(error)


def test_a_text_that_is_no_file_says_what_a_model_is() -> None:
    error = error_of("resnet18", SAMPLE)
    assert "torch.nn.Module" in str(error.expected)
    assert "'resnet18'" in str(error.got)


@pytest.mark.parametrize(
    "model", [None, 3, {"weight": FLOATS}, nn.Linear, torch.jit.ScriptModule()]
)
def test_what_is_not_a_model(model: Any) -> None:
    assert "not a model" in str(error_of(model, SAMPLE))


def test_padding_that_the_fixed_range_of_softmax_cannot_hold() -> None:
    model = Function(lambda m, x: functional.pad(x.softmax(-1), (1, 1), value=-1.0))
    assert "cannot hold" in str(error_of(model, SAMPLE, calibration(((2, 4),))))
