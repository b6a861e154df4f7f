"""What a person sees in the terminal: tables, progress, errors; and JSON for programs."""
