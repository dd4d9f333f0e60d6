"""Names of a model become identifiers of C and names of files."""

from __future__ import annotations

import pytest

from torch_cortex_m import TcmError
from torch_cortex_m.emit.names import identifier, unique_identifiers
from torch_cortex_m.emit.prefix import LONGEST, check_prefix


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
        *("1st", "a-b", "", 5, None, "a b", "modèle", "a" * (LONGEST + 1), "_x", "1" * 300),
        *(
            "main",
            "Main",
            "arduino",
            "Arduino",
            "int",
            "class",
            "NULL",
            "INT8_MAX",
            "printf",
            "memcpy",
        ),
        *("c", "M", "gcc", "all", "test", "ALL_BUILD"),
    ],
)
def test_names_that_files_cannot_have(name: str) -> None:
    with pytest.raises(TcmError, match="prefix of C files") as error:
        check_prefix(name)
    proposed = str(error.value.hint).rpartition("such as ")[2]
    check_prefix(proposed)


def test_another_name_is_proposed() -> None:
    names = {"main": "main_model", "1st": "model_1st", "key words": "key_words", "é": "model"}
    for name, proposed in names.items():
        with pytest.raises(TcmError) as error:
            check_prefix(name)
        assert str(error.value.hint).endswith(f"such as {proposed}")


def test_names_that_files_can_have() -> None:
    for name in ("model", "tcm2", "my_string", "timer", "arm_pose", "Class", "a" * LONGEST):
        check_prefix(name)


def test_identifiers_differ_also_in_capitals() -> None:
    names = unique_identifiers(["a.b", "a_b", "A_B", "c"], taken=["C"])
    assert len({name.upper() for name in names.values()} | {"C"}) == 5
