"""Safety: what is found in conversations (crisis, identifiers, bias, content), and one verdict on each."""
