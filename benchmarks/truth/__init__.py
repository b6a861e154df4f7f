"""The figures of detectors on labelled sets, one module a section."""
