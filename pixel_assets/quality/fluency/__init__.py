"""How fluent, readable and free of noise the replies of a conversation are."""
