"""rescale from PyTorch: states of recurrent layers as int8, and such as they are."""

from __future__ import annotations

from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Result
from ..pytorch.recurrent import NARROW, PAIRED


def _lower_narrow(call: PytorchCall) -> str:
    return call.rescale(call.input(), call.output, "int8")


def _lower_paired(call: PytorchCall) -> str:
    return call.value()


PATTERNS = [
    Pattern((NARROW,), _lower_narrow),
    Pattern((PAIRED,), _lower_paired, result=Result.SHARED),
]
