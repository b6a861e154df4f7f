"""Sections of ``benchmarks/quality.py``: labelled sets on the quality of replies and conversations."""
