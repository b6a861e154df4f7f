"""The psychology knowledge base: written entries, open sets, the graph that both make, and scores of instruments."""
