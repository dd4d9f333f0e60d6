"""Emitted C -> an executable image for the host or an emulated core."""

from .image import Image, ImageSizeError, build_image
from .toolchain import COMPILERS, Toolchain, toolchain_for

__all__ = ["COMPILERS", "Image", "ImageSizeError", "Toolchain", "build_image", "toolchain_for"]
