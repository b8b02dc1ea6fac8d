"""What was shown and what ended, as a transparency log that nobody can rewrite. Serves Opinions arts. 7, 8 and 10.

Keeps entries that tell outsiders nothing, and what is needed to prove them for as long as the content itself is kept.
Asked by records and catalogues, which write entries, and by whoever serves the log or proves something by it.
"""
