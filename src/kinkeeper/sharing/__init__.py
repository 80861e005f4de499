"""What leaves the team of a case: shares with a purpose, referrals to partners, and transfers to another owner.

Not here: consents (`people`); exports of many records (`exchange`).
"""
