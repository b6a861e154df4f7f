"""What can be said of one conversation alone: traits (and, later, scores)."""
