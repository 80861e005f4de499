"""Assessments of a child and the family: what was seen, who told it, risks and strengths, and the child’s own view.

Not here: what is decided because of it (`decisions`); questionnaires (`instruments`, when built).
"""
