"""The staff's home: signing in, one's posts, and the batches of one's organ."""
