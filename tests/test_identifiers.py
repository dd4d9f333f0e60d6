"""Names of a model become identifiers of C and names of files."""

from __future__ import annotations

import pytest

from torch_cortex_m import TcmError
from torch_cortex_m.emit.names import check_prefix, identifier, unique_identifiers


@pytest.mark.parametrize(
    ("name", "expected"),
    [("features.0.weight", "features_0_weight"), ("3x", "v3x"), ("int", "int_"), ("é/", "value")],
)
def test_identifiers(name: str, expected: str) -> None:
    assert identifier(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("string", "Math", "stdio", "stddef", "arm_nnfunctions"),
        *("tcm_dsp", "TCM_x", "linear_s8__matrix_dsp", "weights"),
        *("1st", "a-b", "", 5, None),
    ],
)
def test_names_that_files_cannot_have(name: str) -> None:
    with pytest.raises(TcmError, match="prefix of C files"):
        check_prefix(name)


def test_names_that_files_can_have() -> None:
    for name in ("model", "tcm2", "my_string", "timer", "arm_pose"):
        check_prefix(name)


def test_identifiers_differ_also_in_capitals() -> None:
    names = unique_identifiers(["a.b", "a_b", "A_B", "c"], taken=["C"])
    assert len({name.upper() for name in names.values()} | {"C"}) == 5
