"""What was done, who looked and what it was before; how a deed is done at all (`acts.py`) and its page (`pages.py`); the outbox that carries news upstairs.

`history.py` has the database keep what a row held before, `chain.py` seals it all in one chain, and `anchors.py` carries the
signed head of the chain outside. Not here: messages to people (`notices`); who may do what (each room’s `policy.py`).
"""
