"""Safety: what is found in conversations (crisis, identifiers, bias, content), and one verdict on each."""

import pyarrow as _pyarrow  # noqa: F401  before hyperscan, which brings a C++ runtime that pyarrow cannot be loaded after
