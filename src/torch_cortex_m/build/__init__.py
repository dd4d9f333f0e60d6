"""Emitted C -> an executable image for the host or an emulated core."""

from .image import Image, build_image
from .toolchain import Toolchain, toolchain_for

__all__ = ["Image", "Toolchain", "build_image", "toolchain_for"]
