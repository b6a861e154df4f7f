"""A corpus with planted truth: one large file, and beside it what was put where."""
