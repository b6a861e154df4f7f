"""Rules on content, as data: what no training row may teach."""
