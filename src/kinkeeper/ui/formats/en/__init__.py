"""English as written by an international association: day before month, 24 hours."""
