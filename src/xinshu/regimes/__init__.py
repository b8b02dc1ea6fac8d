"""专项: special regimes, which stand beside one another and know nothing of each other."""
