"""Leaving: the decision to close, what goes with the child, the visits after a return, after-care, the open door.

Not here: how a stay in care ends (`placements`); closing a case before work began, and opening it again (`cases`).
"""
