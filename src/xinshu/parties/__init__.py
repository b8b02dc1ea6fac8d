"""Wing 'parties': with whom we deal. Who may act for a subject, and what a subject is told; no fact about it."""
