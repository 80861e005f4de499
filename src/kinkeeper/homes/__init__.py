"""Homes and their carers: families, houses, groups and flats where children live, and how many places they have.

Not here: which child lives there (`placements`); a family we strengthen (`families`).
"""
