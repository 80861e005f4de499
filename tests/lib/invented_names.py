"""Invented people for the tests of name search: how one sound is written in three scripts, with chance deciding.

Given names are common words of their languages; family names are strung together from sounds. Nobody real is meant.
The spellings stand here by hand and know nothing of the module under test.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Latin spellings, Cyrillic, Arabic.
GIVEN = [
    line.split("|")
    for line in """
Muhammad Mohammed Mukhammad Mohamed|Мухаммад|محمد
Fatima Fatma Fatimah Fotima|Фатима|فاطمة
Yusuf Youssef Yousuf Iusuf|Юсуф|يوسف
Maryam Mariam Maryam Mariyam|Марьям|مريم
Ali Aly|Али|علي
Hussein Husain Husayn Khusein|Хусейн|حسين
Khalid Khaled Xalid Halid|Халид|خالد
Aisha Aysha Ayesha Oysha|Айша|عائشة
Ibrahim Ibrohim Ibrahem|Ибрагим|إبراهيم
Ahmad Ahmed Axmad Akhmad|Ахмад|أحمد
Omar Umar Omer|Умар|عمر
Zainab Zaynab Zeinab|Зайнаб|زينب
Mahmoud Mahmud Makhmud Maxmud|Махмуд|محمود
Karim Kareem Karem|Карим|كريم
Jamil Djamil Jameel Zhamil|Джамиль|جميل
Rashid Rasheed Rachid|Рашид|رشيد
Samira Sameera|Самира|سميرة
Nour Noor Nur|Нур|نور
Salim Saleem Selim|Салим|سليم
Layla Leila Laila|Лейла|ليلى
Tariq Tarek Tarik|Тарик|طارق
Hasan Hassan Khasan Xasan|Хасан|حسن
Amina Aminah Ameena|Амина|أمينة
Yasmin Yasmeen Jasmin Iasmin|Ясмин|ياسمين
Sherzod Šerzod Shirzod|Шерзод|شيرزاد
Bakhtiyor Baxtiyor Bahtiyor Bakhtier|Бахтиёр|بختيار
Shahnoza Shakhnoza Šahnoza|Шахноза|شهنازه
Gulnora Gulnara Gulnoora|Гулнора|گلناره
Javohir Djavohir Zhavohir Javokhir|Жавохир|جواهر
Dilshod Dilšod Dilshad|Дилшод|دلشاد
Oʻtkir O'tkir Utkir Otkir|Ўткир|اوتكير
Husan Khusan Xusan|Хусан|حسان
Zuhra Zukhra Zuxra|Зухра|زهرة
Yulia Julia Iuliia Yuliya|Юлия|يوليا
Dasha Daša Dacha|Даша|داشا
Tatiana Tatyana Tatjana|Татьяна|تاتيانا
Sergey Sergei Sergej Serhey|Сергей|سيرغي
Alexey Aleksei Alexei Aleksey|Алексей|اليكسي
Dmitry Dmitri Dmitrii Dmitriy|Дмитрий|ديمتري
Ekaterina Yekaterina Jekaterina|Екатерина|ايكاترينا
Fyodor Fedor Fjodor|Фёдор|فيودور
Zhanna Žanna Janna|Жанна|جانا
Mikhail Mihail Michail|Михаил|ميخائيل
Ksenia Xenia Kseniya Ksenija|Ксения|كسينيا
Olga Ol'ga|Ольга|اولغا
Natalia Nataliya Natalya Natalija|Наталья|ناتاليا
Vladimir Wladimir|Владимир|فلاديمير
Svetlana Swetlana|Светлана|سفيتلانا
Ilya Ilia Ilja|Илья|ايليا
Sofia Sophia Sofiya Sofija|София|صوفيا
Anna Ana Hanna|Анна|انا
Maria Mariya Marija|Мария|ماريا
Elira Ëlira|Элира|اليرا
Besnik|Бесник|بسنيك
Shpëtim Shpetim|Шпетим|شبتيم
Çlirim Clirim|Члирим|تشليريم
Ardita|Ардита|ارديتا
Georgios Giorgos Yiorgos|Георгиос|جورجيوس
Eleni Elenē|Элени|ايليني
Dimitris Dhimitris|Димитрис|ديميتريس
Stephan Stefan Štefan|Стефан|ستيفان
Victor Viktor|Виктор|فيكتور
Noor|Ноор|نور
""".strip().splitlines()
]
CONSONANTS = [
    line.split("|")
    for line in """
b|б|ب
d|д|د
f|ф|ف
g|г|غ
k c|к|ك
kh h x|х|خ
l|л|ل
m|м|م
n|н|ن
p|п|ب
q k|қ|ق
r|р|ر
s|с|س
sh š sh|ш|ش
t|т|ت
v w|в|ف
z|з|ز
ch č|ч|تش
zh j ž|ж|ج
ts c|ц|تس
""".strip().splitlines()
]
# A short vowel is not written in Arabic, a long one is.
VOWELS = [
    line.split("|")
    for line in """
a|а|
a|а|ا
e|е|
i ee|и|ي
i|и|
o|о|و
u ou oo|у|و
u|у|
""".strip().splitlines()
]
ENDINGS = [
    line.split("|")
    for line in """
ov ow off|ов|وف
ova|ова|وفا
in|ин|ين
enko|енко|ينكو
yan ian jan|ян|يان
iy y i ij|ий|ي
|
""".strip().splitlines()
]
ENDINGS[-1] = ["", "", ""]

Spelling = list[str]


@dataclass(frozen=True)
class Invented:
    """One invented person: the spellings of each of two words."""

    given: Spelling
    family: tuple[Spelling, ...]

    def written(self, script: str, random: Random) -> str:
        """The name in a script, in one of the spellings that people use."""
        column = ("Latn", "Cyrl", "Arab").index(script)
        given = random.choice(self.given[column].split())
        sounds = [random.choice(sound[column].split(" ")) for sound in self.family]
        return f"{given} {''.join(sounds).capitalize()}"


def invent(number: int, random: Random) -> list[Invented]:
    """So many people; as in life some given and family names are much commoner than others."""
    families: list[tuple[Spelling, ...]] = []
    while len(families) < number // 6:
        stem: list[Spelling] = []
        for _syllable in range(random.choice((2, 2, 3))):
            stem += [random.choice(CONSONANTS), random.choice(VOWELS)]
        families.append(
            (*stem[: random.choice((-1, len(stem)))], random.choice(CONSONANTS[:16]), random.choice(ENDINGS))
        )
    return [
        Invented(GIVEN[int(random.random() ** 1.5 * len(GIVEN))], families[int(random.random() ** 1.5 * len(families))])
        for _person in range(number)
    ]


LETTERS = {
    "Latn": "abcdefghijklmnopqrstuvwxyz",
    "Cyrl": "абвгдежзийклмнопрстуфхцчшыэюя",
    "Arab": "ابتثجحخدرزسشصطعغفقكلمنهوي",
}


def misspell(name: str, script: str, random: Random) -> str:
    """The name with one slip in one of its words: a letter left out, doubled, swapped, wrong or too many."""
    words = name.split()
    which = random.randrange(len(words))
    word, place = words[which], random.randrange(len(words[which]))
    letter = random.choice(LETTERS[script])
    before, hit, after = word[:place], word[place], word[place + 1 :]
    words[which] = random.choice(
        [
            before + after,
            before + hit + hit + after,
            before + letter + after,
            before + hit + letter + after,
            before + after[:1] + hit + after[1:],
        ]
    )
    return " ".join(words)
