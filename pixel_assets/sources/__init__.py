"""Where the data comes from: the registry, what lies upstream, and how files become records."""
