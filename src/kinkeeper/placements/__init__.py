"""Where a child lives, with whom, since when and under which law: periods of care, placements, care episodes, absences.

An episode carries only the day it begins; it ends when the next one begins or the period ends. A gap or an overlap
inside a period of care can therefore not be written down at all; two periods of one child are kept apart by the database.

Not here: homes and carers (`homes`); the legal status itself (`people`); matching (later, in this room).
"""
