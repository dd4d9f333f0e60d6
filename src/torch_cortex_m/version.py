"""The version of this package, which its tags in git say."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """As pip has it, such as 1.2.3 or, between two releases, 1.2.4.dev5+g0123abcd; 0+unknown
    for a folder of sources that is not installed."""
    try:
        return version("torch-cortex-m")
    except PackageNotFoundError:
        return "0+unknown"


def release_of(version: str) -> str:
    """The three numbers of a version, which is all that other package managers take: 1.2.4 of
    1.2.4.dev5+g0123abcd."""
    found = re.match(r"\d+(\.\d+)*", version)
    assert found is not None, version
    return ".".join([*found.group().split("."), "0", "0"][:3])
