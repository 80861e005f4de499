"""Plans with goals and actions in versions, the reviews that judge them, and the child’s own wishes.

Not here: best-interest decisions (`decisions`); visits (`cases`); where a child lives (`placements`).
"""
