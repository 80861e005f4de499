"""Reviews of a child’s care, in their first form: when, how the child took part, and when the next one is due.

Not here: best-interest decisions (`decisions`, when built); visits (`cases`).
"""
