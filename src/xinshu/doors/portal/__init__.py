"""The public site: home, search, the subject page, a record's page, and the catalogue as readable pages."""
