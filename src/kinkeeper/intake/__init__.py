"""The door: referrals, whoever they come from, their screening, and the registration with which a case begins.

Not here: the case itself (`cases`); the person and the consents (`people`); the assessment that follows (`assessments`).
"""
