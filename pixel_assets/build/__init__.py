"""What is stale and why: the declared graph, code versions, fingerprints, the plan, one step."""
