"""The one standard form of a conversation, and how any record becomes it."""
