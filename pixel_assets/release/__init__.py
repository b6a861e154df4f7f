"""What leaves the warehouse: exports that other tools read."""
