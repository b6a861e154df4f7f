"""What all labelled sets have in common: their files, the half that may be fitted on, and measures with their intervals."""
