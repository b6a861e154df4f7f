"""Sentence vectors that need no network and are the same on every machine."""
