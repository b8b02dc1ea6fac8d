"""Benchmarks: ours against a peer or a limit, on the same data, in the same run."""
