"""Decisions about one child: best interests, necessity and suitability, the decision itself, siblings who live apart.

Not here: the plan that follows (`plans`); where the child then lives (`placements`).
"""
