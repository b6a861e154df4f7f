"""How the heads of quality are fitted on labelled sets: ``python -m pixel_assets.quality.fitting --data DIR``."""
