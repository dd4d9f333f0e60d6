"""The emitted C as what other build systems take: a library, a module, a crate."""

from .linking import link_models, write_linked
from .projects import (
    KINDS,
    SERIAL,
    check_kind,
    check_version,
    firmware_files,
    project_files,
    tuning_files,
    write_project,
)
from .serial import BoardModel, board_model

__all__ = [
    "KINDS",
    "SERIAL",
    "BoardModel",
    "board_model",
    "check_kind",
    "check_version",
    "firmware_files",
    "link_models",
    "project_files",
    "tuning_files",
    "write_linked",
    "write_project",
]
