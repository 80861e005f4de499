"""Cases: who is responsible for a child since when, and the contacts and visits on the way.

Not here: where the child lives (`placements`); plans and reviews (`plans`); the person (`people`).
"""
