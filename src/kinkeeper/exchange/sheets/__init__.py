"""Adapter for an association's own spreadsheets: the declared columns, the template, reading, matching, spooling.

Not here: tables of Kinkeeper's own, and who may import. Of other rooms this folder knows the choices of their fields alone.
"""
