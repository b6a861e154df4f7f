"""The gate: one verdict on a conversation from all that was found in it, under a policy that has a version."""
