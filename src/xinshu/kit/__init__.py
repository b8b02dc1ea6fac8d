"""Small tools that know no credit law: periods, identifiers, dates, the clock. Standard library only."""
