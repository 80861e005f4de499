"""Data in and out: imports with preview and quarantine, exports, adapters to other systems' formats.

Not here: what the data mean (each room below). An adapter is a folder of pure functions named after its format.
"""
