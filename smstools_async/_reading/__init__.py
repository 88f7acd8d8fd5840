"""Where walks meet requests."""
