"""The figures of deduplication on labelled sets, and the readers of those."""
