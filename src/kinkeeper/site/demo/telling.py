"""What is told in the demo of assessments, decisions, plans and reviews. Every word is invented."""

from __future__ import annotations

from collections.abc import Mapping

# By domain of the pack: what an assessment found, well and not so well.
FOUND: Mapping[str, tuple[str, str]] = {
    "CARE": (
        "Seeks comfort with the adults who care, and gets it.",
        "Turns to nobody when sad; hides under the table.",
    ),
    "FOOD": ("Eats well, and likes to cook.", "Keeps bread under the pillow; was often hungry before."),
    "HOME": ("A room of their own, warm and tidy.", "Moved three times within a year."),
    "HEALTH": ("Vaccinated, sleeps through the night.", "The dentist has not been seen for two years."),
    "EMOTIONAL": ("Laughs, sings, makes friends easily.", "Nightmares after every telephone call."),
    "PROTECTION": ("Knows whom to call, and does.", "Flinches when a voice is raised."),
    "EDUCATION": (
        "Goes to school gladly; reads at the level of the class.",
        "Missed a third of the lessons last term.",
    ),
    "LIVELIHOOD": ("Manages pocket money, takes the bus alone.", "Has never been asked to decide anything."),
}
VIEWS = (
    "I want to stay where I am until Mum is well again.",
    "I do not want to change school. All my friends are there.",
    "Please nobody shout. That is all I want.",
    "I want to live with my brother. It is not important where.",
    "I like the garden. Can the cat come too?",
)
STRENGTHS = (
    "Humour, and a sharp eye for injustice.",
    "Patience with smaller children.",
    "Draws, and explains the drawings.",
)
FAMILY_STRENGTHS = ("Grandmother calls every Sunday.", "The parents came to every meeting.", "They sing together.")
RISKS = ("Could run home when a visit is called off.", "A quarrel between the parents in front of the door.")
SUPPORTS = (
    ("Family support worker, twice a week", "Helped for some weeks, then the door stayed shut."),
    ("Parenting course", "Begun twice, not finished."),
    ("Place at a nursery paid", "Kept up, not enough by itself."),
)
KIN_ASKED = (("Grandmother", "Too ill to take a child, wants visits."), ("Aunt", "No room, would take the holidays."))
REASONS = "At home nobody can keep this child safe now, also with the support that was tried."
# Domain, the goal in the child’s words, how one knows, how it is now, what is done, who does it.
GOALS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("EDUCATION", "I want to read the big wizard book by myself.", "Reads twenty pages aloud.", "Reads single words.",
     "Reading together for a quarter of an hour", "carer"),
    ("FAMILY", "I want to see Mum every month, not only when it fits.", "Six meetings in half a year.", "Two in half a year.",
     "A calendar of the meetings on the fridge", "worker"),
    ("HEALTH", "I want my tooth to stop hurting.", "The dentist says that all is well.", "Pain since spring.",
     "An appointment at the dentist", "carer"),
    ("EMOTIONAL", "I want to sleep without the light on.", "A week of quiet nights.", "Awake most nights.",
     "Talks with a therapist every second week", "worker"),
    ("PLAY", "I want to play in a real team.", "Trains every week.", "Plays alone in the yard.",
     "Joining the club, shoes, a lift on Tuesdays", "carer"),
    ("LIVELIHOOD", "I want to cook for everybody once.", "A dinner for the whole house.", "Was never let near the stove.",
     "Saturday is cooking day", "carer"),
)  # fmt: skip
ABOUT_ME = (
    "I like dogs, the sea, and when it rains at night. I do not like peas, and questions at breakfast.",
    "I am fast. I am the eldest, so I look after the others. I want to be asked first.",
    "My favourite place is the top of the stairs, where one hears everything. I like cake without raisins.",
)
WISHES = (
    ("May I stay up longer on Fridays?", "granted", ""),
    ("I want to see my old teacher.", "granted", ""),
    ("A dog.", "refused", "The carers cannot have one in this flat; a Saturday job at the shelter was found instead."),
    ("I want to choose the colour of my room.", "granted", ""),
    ("A telephone of my own.", "later", "From the next birthday on, as for the others in the house."),
)
HEARD = (
    "I like it here. The dog is mine in the mornings.",
    "It is better than last time. Nobody shouts.",
    "School is hard.",
)
SUMMARIES = (
    "The placement goes well; contact becomes monthly; the school gives an hour of support more.",
    "Everybody sees the progress. The plan goes on, with one new goal about sport.",
)
CHAIRS = ("Ruth Ellery", "Gareth Pym", "Sunita Rao")
YOUTH_GOALS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("LIVELIHOOD", "I want to finish my training and be paid for it.", "The certificate.", "Second year of three.",
     "Practice with the mock test", "worker"),
    ("HOME", "I want a flat where I can lock my own door.", "A contract in my name.", "A sofa at a friend’s.",
     "The housing list, and the deposit", "worker"),
)  # fmt: skip
