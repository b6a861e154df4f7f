"""Linear models of quality: how one is applied, fitted and calibrated, and how it is kept as a table."""
