"""归集: an organ's batch comes in, is checked against the catalogue, and every row is accounted for.

Serves Opinions arts. 6-7. Asked by the command line (later: desk and API); writes through records and subjects.
"""
