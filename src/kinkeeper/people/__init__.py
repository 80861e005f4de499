"""Persons: names in several scripts, birth, identity, languages, legal status over time, documents and photos.

Not here: kin and households (`families`); cases and notes (`cases`); where somebody lives (`placements`).
"""
