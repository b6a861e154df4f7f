"""Stage dedup: which conversations repeat each other, word by word or in other words, and which give away an evaluation."""
