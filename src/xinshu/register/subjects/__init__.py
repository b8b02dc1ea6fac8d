"""信用主体: organisations, government bodies and courts; their codes and names over time.

Serves Opinions arts. 1-3 and 19. Matching is by code only (G24); a natural person is never kept here.
Asked by intake (resolve, open) and disclosure (find, describe).
"""
