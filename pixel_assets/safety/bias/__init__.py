"""Bias: which groups are spoken of, how, beside what, and what may be done about it."""
