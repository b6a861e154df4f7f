"""Which conversations are used: decisions, the ratio-balanced mix, leak-free stable splits."""
