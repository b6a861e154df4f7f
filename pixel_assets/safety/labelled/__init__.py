"""Sets with labels by which the detectors are fitted and measured, each split by group into a half to fit and one to report."""
