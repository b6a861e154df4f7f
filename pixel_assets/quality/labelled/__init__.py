"""Labelled sets on the quality of replies and conversations, and made-up failures of replies that are known to be good."""
