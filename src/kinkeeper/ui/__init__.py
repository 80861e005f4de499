"""Page frame, components, style and charts. Knows nothing of children, users or permissions.

Not here: what a page says (each room's templates); who may press a button (`access`).
"""
