"""How the record of a child in the SSDA903 return is kept in the house’s own tables, and told from them again.

Not here: asking tables (`queries.py`) and writing to them (`actions.py`); this is arithmetic on rows in hand.
"""
