"""pixel_assets: a data build system for therapeutic-conversation training sets."""

__version__ = "0.1.0"
