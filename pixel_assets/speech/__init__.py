"""Speech: audio files become measured recordings, recordings become transcripts, and transcripts become turns."""
