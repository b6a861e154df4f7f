"""The second backend: conversations written by a language model behind an OpenAI-compatible server."""
