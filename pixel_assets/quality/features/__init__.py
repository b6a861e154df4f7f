"""Features of replies and of conversations that all scores of quality share."""
