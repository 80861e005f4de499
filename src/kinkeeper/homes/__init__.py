"""Homes and their carers: families, houses, groups and flats where children live, how many places they have, and
on what grounds they may care: approvals, background checks, trainings.

Not here: which child lives there (`placements`); a family we strengthen (`families`).
"""
