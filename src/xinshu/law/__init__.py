"""The law, pure: nouns, the catalogue, and one question a file. Knows nothing but Python and kit."""
