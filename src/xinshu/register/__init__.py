"""Wing 'register': what is known. Staff and organs, subjects, the catalogue in force, the records and their gate."""
