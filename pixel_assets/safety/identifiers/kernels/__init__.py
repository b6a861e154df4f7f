"""Compiled loops of the fast pass; importing any of them loads numba."""
