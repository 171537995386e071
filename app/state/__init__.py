"""What belongs to the reader at the screen: language, words, number formats, settings."""
