"""What case workers of the demo wrote after visits, in the languages they share with the families. Every note is invented."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

VISITS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "We baked together in the kitchen. {name} was relaxed and told me about school. The room is tidy and {name} sleeps well.",
        "{name} showed me the bike that was mended at the weekend. Reading has become easier. We agreed on the next visit.",
        "Quiet visit. {name} missed football this week because of a cold. The carers would like help with the evenings.",
        "We looked at photos of the family. {name} asked when the brothers and sisters can come to stay. I will find out.",
        "{name} had a hard week after the call with mum. The carers stayed calm and kept to the usual evening.",
        "We went for a walk by the canal. {name} would like to join the choir. The school agrees.",
        "The carers asked about help with maths. {name} is proud of the new glasses and wears them.",
    ),
    "ru": (
        "Пили чай и говорили о школе. {name} спокойна за сестру. В комнате чисто, сон хороший.",
        "Встретились дома. {name} показывает тетради: по русскому стало легче. Договорились о следующей встрече.",
        "Разговор был коротким: простуда. Опекуны просят помочь с занятиями вечером.",
        "Рассматривали семейные фотографии. {name} спрашивает, когда можно увидеться с бабушкой.",
        "Гуляли в парке. {name} хочет ходить в секцию плавания. Школа не против.",
    ),
    "sq": (
        "Biseduam në kuzhinë. {name} është mirë dhe flet për shkollën. Dhoma është e rregullt.",
        "{name} më tregoi vizatimet e reja. Leximi po ecën më mirë. Caktuam vizitën tjetër.",
        "Shikuam fotografi të familjes. {name} pyeti kur do të takohet me vëllain.",
        "Javë e vështirë pas telefonatës me nënën. Kujdestarët qëndruan të qetë.",
        "Bëmë një shëtitje. {name} dëshiron të luajë futboll me shokët e klasës.",
    ),
    "nl": (
        "We hebben samen pannenkoeken gebakken. {name} vertelde over school en slaapt goed.",
        "{name} liet de nieuwe fiets zien. Lezen gaat beter. Volgend bezoek is afgesproken.",
        "Rustig bezoek. De pleegouders vragen hulp bij het huiswerk.",
        "We bekeken foto’s van de familie. {name} wil graag vaker naar oma.",
        "Een moeilijke week na het telefoontje met mama. De avonden blijven zoals altijd.",
    ),
    "fr": (
        "Nous avons fait un gâteau ensemble. {name} parle volontiers de l’école et dort bien.",
        "{name} m’a montré son cahier : la lecture devient plus facile. Prochaine visite fixée.",
        "Visite calme. La famille d’accueil souhaite de l’aide pour les devoirs.",
        "Nous avons regardé des photos de la famille. {name} demande quand voir ses frères et sœurs.",
        "Promenade au parc. {name} voudrait s’inscrire à la chorale.",
    ),
    "uz-Latn": (
        "Oshxonada choy ichib gaplashdik. {name} maktabi haqida gapirib berdi. Uyqusi yaxshi.",
        "{name} yangi rasmlarini koʻrsatdi. Oʻqishi yaxshilandi. Keyingi uchrashuvni kelishdik.",
        "Oilaviy suratlarni koʻrdik. {name} ukasi bilan qachon uchrashishini soʻradi.",
        "Bogʻda sayr qildik. {name} futbol toʻgaragiga bormoqchi.",
    ),
    "uz-Cyrl": (
        "Ошхонада чой ичиб гаплашдик. {name} мактаби ҳақида гапириб берди. Уйқуси яхши.",
        "{name} янги расмларини кўрсатди. Ўқиши яхшиланди. Кейинги учрашувни келишдик.",
        "Оилавий суратларни кўрдик. {name} укаси билан қачон учрашишини сўради.",
    ),
    "ar": (
        "جلسنا في المطبخ وتحدثنا عن المدرسة. {name} بخير وينام جيدًا.",
        "عرض عليّ {name} رسوماته الجديدة. القراءة أصبحت أسهل. اتفقنا على موعد الزيارة القادمة.",
        "شاهدنا صور العائلة معًا. سأل {name} متى يزور إخوته.",
        "أسبوع صعب بعد المكالمة مع الأم. بقي مقدمو الرعاية هادئين.",
    ),
}  # fmt: skip
SAID: Mapping[str, tuple[str, ...]] = {
    "en": (
        "I like it when we eat together.",
        "I want to see my brother more often.",
        "Can I keep the dog when I move?",
        "Nobody told me why I had to change school.",
        "I am good at drawing dragons.",
    ),
    "ru": ("Мне нравится, когда мы ужинаем вместе.", "Я хочу чаще видеть сестру.", "Мне никто не объяснил, почему мы переехали."),
    "sq": ("Më pëlqen kur hamë bashkë.", "Dua ta shoh vëllain më shpesh."),
    "nl": ("Ik vind het fijn als we samen eten.", "Ik wil vaker naar mijn zus."),
    "fr": ("J’aime quand on mange ensemble.", "Je veux voir mon frère plus souvent."),
    "uz-Latn": ("Birga ovqatlanishni yaxshi koʻraman.", "Ukamni tez-tez koʻrgim keladi."),
    "uz-Cyrl": ("Бирга овқатланишни яхши кўраман.",),
    "ar": ("أحب أن نأكل معًا.", "أريد أن أرى أخي أكثر."),
}  # fmt: skip
PRESENT: Mapping[str, tuple[str, ...]] = {
    "en": ("carer", "both carers", "carer and a neighbour", "teacher"),
    "ru": ("опекун", "опекуны"),
    "sq": ("kujdestarja",),
    "nl": ("pleegmoeder", "beide pleegouders"),
    "fr": ("la mère d’accueil", "les deux parents d’accueil"),
    "uz-Latn": ("tarbiyachi ona",),
    "uz-Cyrl": ("тарбиячи она",),
    "ar": ("مقدمة الرعاية",),
}


def note(rng: Random, tag: str, name: str) -> str:
    """A short note of a visit."""
    return rng.choice(VISITS.get(tag, VISITS["en"])).format(name=name)


def said(rng: Random, tag: str) -> str:
    """Words of a child."""
    return rng.choice(SAID.get(tag, SAID["en"]))


def present(rng: Random, tag: str) -> str:
    """Who else was there."""
    return rng.choice(PRESENT.get(tag, PRESENT["en"]))
