"""Sets with labels by which the detectors are fitted and measured."""
