"""Given and family names for the demo, by language and script. They are common names, combined by chance: nobody is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of families: its tag, and its names as (own script, Latin letters); both are one where it is Latin.

    `family_of_women` says how a family name changes for women, as (ending, ending), for each script.
    """

    tag: str
    women: tuple[Pair, ...]
    men: tuple[Pair, ...]
    families: tuple[Pair, ...]
    family_of_women: tuple[Pair, ...] = ()


def _latin(text: str) -> tuple[Pair, ...]:
    return tuple((name, name) for name in text.split())


def _paired(text: str) -> tuple[Pair, ...]:
    pairs = (pair.partition("/") for pair in text.split())
    return tuple((own, latin) for own, _slash, latin in pairs)


ENGLISH = Tongue(
    "en",
    _latin(
        "Abigail Alice Amber Bethany Caitlin Charlotte Chloe Daisy Eleanor Ellie Emily Esme Evie Faith Freya Georgia Grace "
        "Hannah Holly Imogen Isla Jasmine Jessica Katie Keira Lacey Layla Lexi Lucy Maisie Megan Millie Molly Niamh Olivia "
        "Phoebe Poppy Rosie Ruby Scarlett Skye Summer Tilly Willow"
    ),
    _latin(
        "Aaron Adam Alfie Archie Ben Bradley Callum Charlie Connor Daniel Dylan Edward Ethan Finley Frankie George Harley Harry "
        "Harvey Henry Jack Jacob Jake Jamie Jayden Joe Joshua Kai Kieran Leo Lewis Liam Logan Luke Mason Max Nathan Noah Oliver "
        "Owen Reece Riley Ryan Sam Tyler Zac"
    ),
    _latin(
        "Ainsworth Appleyard Ashworth Barraclough Bramley Burrows Calvert Clegg Crossley Denton Duffield Eastwood Fairburn "
        "Farrar Garside Greenwood Haigh Hartley Hepworth Hinchliffe Holroyd Illingworth Jagger Kershaw Lockwood Lumb Mellor "
        "Midgley Naylor Ogden Oldroyd Pickles Priestley Ramsden Robertshaw Rushworth Shackleton Stansfield Sutcliffe Sykes "
        "Thackray Tordoff Uttley Varley Wadsworth Whiteley Womersley Yeadon"
    ),
)
ALBANIAN = Tongue(
    "sq",
    _latin(
        "Ajla Albana Arbnora Besa Blerta Dafina Drita Elira Era Fjolla Genta Hana Jehona Kaltrina Lira Mimoza Nora Rina Teuta Vlora"
    ),
    _latin(
        "Agron Arben Ardit Bekim Besnik Blerim Driton Enis Fatos Flamur Gent Ilir Kushtrim Leart Luan Rron Shpend Valon Ylli Zef"
    ),
    _latin(
        "Berisha Bytyqi Dervishi Gashi Hoxha Islami Kelmendi Krasniqi Lleshi Marku Morina Osmani Prifti Rexhepi Shala Thaçi Zeka Zogaj"
    ),
)
DUTCH = Tongue(
    "nl",
    _latin("Anouk Eline Femke Fleur Iris Janneke Lieke Lotte Maaike Marieke Noor Sanne Silke Tess Veerle Yara"),
    _latin("Bram Daan Floris Gijs Hugo Jasper Joris Lars Mees Niels Pieter Ruben Sander Stijn Thijs Wout"),
    tuple((name, name) for name in ("Bakker", "Claes", "de Wit", "Dekker", "Hendriks", "Jansen", "Kuipers", "Maes", "Mulder",
        "Peeters", "Smeets", "van Dam", "van den Berg", "Verhoeven", "Vos", "Willems")),
)  # fmt: skip
FRENCH = Tongue(
    "fr",
    _latin(
        "Aïcha Amélie Awa Camille Chloé Clémence Élodie Fatou Inès Jeanne Léa Manon Margaux Noémie Océane Salomé Sidonie Zoé"
    ),
    _latin(
        "Adrien Amadou Antoine Bastien Cédric Désiré Étienne Florian Gaël Hugo Jérémie Loïc Mathis Ousmane Raphaël Rémi Théo Yanis"
    ),
    _latin(
        "Bâ Baptiste Bonnet Camara Cissé Diallo Dubois Fontaine Garnier Keïta Lambert Lefèvre Mbemba Moreau Ndiaye Petit Rousseau Traoré"
    ),
)
RUSSIAN = Tongue(
    "ru",
    _paired(
        "Алина/Alina Анна/Anna Вера/Vera Виктория/Viktoria Дарья/Darya Ева/Yeva Екатерина/Yekaterina Зоя/Zoya Ирина/Irina "
        "Ксения/Ksenia Лидия/Lidia Мария/Maria Надежда/Nadezhda Ольга/Olga Полина/Polina Софья/Sofya Таисия/Taisia Юлия/Yulia"
    ),
    _paired(
        "Алексей/Alexey Антон/Anton Богдан/Bogdan Василий/Vasily Глеб/Gleb Денис/Denis Егор/Yegor Иван/Ivan Кирилл/Kirill "
        "Лев/Lev Максим/Maxim Никита/Nikita Олег/Oleg Пётр/Pyotr Роман/Roman Семён/Semyon Тимофей/Timofey Фёдор/Fyodor"
    ),
    _paired(
        "Белов/Belov Волков/Volkov Громов/Gromov Данилов/Danilov Егоров/Yegorov Жуков/Zhukov Зайцев/Zaytsev Калинин/Kalinin "
        "Лебедев/Lebedev Морозов/Morozov Никитин/Nikitin Орлов/Orlov Рябов/Ryabov Соколов/Sokolov Тихонов/Tikhonov Фомин/Fomin"
    ),
    (("в", "ва"), ("н", "на"), ("v", "va"), ("n", "na")),
)
UZBEK = Tongue(
    "uz-Latn",
    _latin(
        "Barno Dildora Feruza Gulnora Hulkar Kamola Lola Madina Malika Mohira Nargiza Nilufar Oydin Sevara Shahnoza Umida Zarina Zulfiya"
    ),
    _latin(
        "Akmal Alisher Aziz Bahodir Botir Doniyor Elyor Farruh Jasur Kamol Muzaffar Nodir Otabek Rustam Sardor Sherzod Temur Ulugʻbek"
    ),
    _latin(
        "Abdullayev Ergashev Gʻofurov Hakimov Ismoilov Joʻrayev Karimov Mirzayev Nazarov Olimov Qodirov Rahimov Saidov Toʻrayev Umarov Yoʻldoshev"
    ),
    (("v", "va"),),
)
UZBEK_CYRILLIC = Tongue(
    "uz-Cyrl",
    _paired("Барно/Barno Дилдора/Dildora Гулнора/Gulnora Камола/Kamola Лола/Lola Мадина/Madina Наргиза/Nargiza Нилуфар/Nilufar Севара/Sevara Умида/Umida Зулфия/Zulfiya Шаҳноза/Shahnoza"),
    _paired("Алишер/Alisher Азиз/Aziz Баҳодир/Bahodir Ботир/Botir Жасур/Jasur Нодир/Nodir Отабек/Otabek Рустам/Rustam Сардор/Sardor Темур/Temur Улуғбек/Ulugʻbek Фаррух/Farruh"),
    _paired("Абдуллаев/Abdullayev Ғофуров/Gʻofurov Жўраев/Joʻrayev Каримов/Karimov Мирзаев/Mirzayev Назаров/Nazarov Қодиров/Qodirov Раҳимов/Rahimov Саидов/Saidov Тўраев/Toʻrayev Умаров/Umarov Йўлдошев/Yoʻldoshev"),
    (("в", "ва"), ("v", "va")),
)  # fmt: skip
ARABIC = Tongue(
    "ar",
    _paired("آمنة/Amina إيمان/Iman حنان/Hanan دلال/Dalal ريم/Reem زينب/Zainab سارة/Sara سلمى/Salma عائشة/Aisha فاطمة/Fatima ليلى/Layla مريم/Maryam منى/Mona نور/Noor هدى/Huda ياسمين/Yasmin"),
    _paired("أحمد/Ahmad آدم/Adam بلال/Bilal حسن/Hasan خالد/Khaled رامي/Rami زياد/Ziad سامر/Samer طارق/Tariq عمر/Omar فارس/Faris كريم/Karim مالك/Malek نبيل/Nabil ياسر/Yasser يوسف/Yusuf"),
    _paired("الأحمد/Al-Ahmad الحسن/Al-Hasan الخطيب/Al-Khatib الشامي/Al-Shami العلي/Al-Ali المصري/Al-Masri النجار/Al-Najjar حداد/Haddad حمدان/Hamdan خليل/Khalil صالح/Saleh عثمان/Othman قاسم/Qasim منصور/Mansour ناصر/Nasser يعقوب/Yaqoub"),
)  # fmt: skip

TONGUES: Mapping[str, Tongue] = {
    tongue.tag: tongue for tongue in (ENGLISH, ALBANIAN, DUTCH, FRENCH, RUSSIAN, UZBEK, UZBEK_CYRILLIC, ARABIC)
}

# Which families come with which ethnic code of the return, as weights by language tag.
BY_ETHNIC: Mapping[str, Mapping[str, int]] = {
    "WBRI": {"en": 62, "fr": 6, "nl": 8, "sq": 12, "ru": 12},
    "WIRI": {"en": 1},
    "WOTH": {"sq": 4, "ru": 4, "nl": 1, "fr": 1},
    "WROM": {"sq": 1, "ru": 1},
    "MWBC": {"en": 3, "fr": 1},
    "MWBA": {"en": 2, "fr": 1},
    "MWAS": {"en": 2, "uz-Latn": 1},
    "MOTH": {"en": 1, "sq": 1, "ar": 1, "ru": 1},
    "APKN": {"ar": 3, "uz-Latn": 1},
    "ABAN": {"ar": 1},
    "AIND": {"en": 1},
    "AOTH": {"uz-Latn": 1, "uz-Cyrl": 1},
    "BAFR": {"fr": 3, "ar": 1},
    "BCRB": {"en": 1, "fr": 1},
    "OOTH": {"ar": 3, "uz-Latn": 1, "uz-Cyrl": 1},
}


@dataclass(frozen=True, slots=True)
class Called:
    """A name as it is written here first, and as it is written in the other script, where there is one."""

    given: str
    family: str
    other: Pair | None = None


def tongue_of(rng: Random, ethnic: str) -> Tongue:
    """The language of a family of this ethnic background."""
    weights = BY_ETHNIC.get(ethnic, {"en": 1})
    return TONGUES[rng.choices(list(weights), list(weights.values()))[0]]


def name_of(rng: Random, tongue: Tongue, sex: str, family: Pair, *, own_script: bool) -> Called:
    """Somebody’s name; `own_script` says whether the family writes its own letters first."""
    given = rng.choice(tongue.women if sex == "F" else tongue.men)
    mine = _for_sex(tongue, family, sex)
    own, latin = (given[0], mine[0]), (given[1], mine[1])
    if own == latin:
        return Called(*own)
    return Called(*own, latin) if own_script else Called(*latin, own)


def _for_sex(tongue: Tongue, family: Pair, sex: str) -> Pair:
    if sex != "F":
        return family
    return _woman(tongue, family[0]), _woman(tongue, family[1])


def _woman(tongue: Tongue, family: str) -> str:
    for ending, woman in tongue.family_of_women:
        if family.endswith(ending):
            return family.removesuffix(ending) + woman
    return family
