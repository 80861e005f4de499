"""The worker's desk: my day, caseload, the child's page, a home's and a unit's page, search. It owns no facts.

Not here: tables or rules; every deed lives in the room it is about.
"""
