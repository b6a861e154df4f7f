"""Judging every generated conversation against the knowledge base, by rules that each have an id and a reason."""
