"""Crisis: who is in danger, of what, how grave and how near, and whether the reply meets it."""
