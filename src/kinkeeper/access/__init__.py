"""Who works here and what they may reach: association, programmes, units, users, seats, openings, and the gate.

Not here: children, families and their records (rooms above); what was done and who looked (`journal`).
"""
