"""Edge cases: moments in which a reply must be safe, with what it must and must not contain, for generation and evaluation."""
