"""Sample shops: a made-up catalogue at any size, and an HTTP server that shows it, or any listings file, as several different shops."""
