"""Families and households: who is kin to whom, who lives with whom, brothers and sisters. Every tie is dated.

Not here: persons themselves (`people`); the home of a carer as a place of care (`homes`).
"""
