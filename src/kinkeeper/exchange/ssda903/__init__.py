"""Adapter for SSDA903, England's yearly return on looked-after children: its codes, tables, rules, and how to read and write it.

Not here: tables of Kinkeeper's own and who may import; the rest of the exchange room knows those. Everything here is pure.
"""
