"""Identifiers of people: found in two passes, replaced without a way back."""
