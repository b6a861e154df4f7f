"""Hate: text that attacks people for what they are, told from text that only speaks of it."""
