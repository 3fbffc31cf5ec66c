#!/usr/bin/env python3
"""The house-rule checker: fails the build where a rule of CONTRIBUTING.md is broken.

    check.py [--stamp FILE] [ROOT]

Prints "file:line: rule: message" for each breach; the exit code is 1 if there is any. Without one,
FILE is written (for the build).

Where breaking a rule is right, the line itself or the line above says so and why:
    /* check: allow exit — the child may not run the parent's exit handlers */
An allowance without a reason, or one that nothing needs any more, is an error as well.
"""
import os
import re
import sys
from collections import namedtuple

import ctokens
import reachrules
import sqlrules

# The floors. A file includes headers of its own room and of lower floors.
FLOORS = {
    "picture": 0,  # a program of its own: includes nothing of other rooms
    "base": 0,
    "crypto": 1,
    "ids": 2, "regions": 2, "tlog": 2, "draw": 2, "sheet": 2,
    "db": 3, "vault": 3, "model": 3,
    "store": 4,
    "office": 5,
    "web": 6,
    "api": 7, "page": 7, "job": 7,
    "cmd": 8,
}

# A library that only one room knows.
OWNERS = {"sqlite3.h": "db", "libpq-fe.h": "db", "openssl/": "crypto"}

# Never, anywhere: no bounds, hidden state, or a shell.
BANNED = {name: why for names, why in (
    ("strcpy strcat stpcpy strncpy strncat sprintf vsprintf gets", "knows no bounds"),
    ("atoi atol atoll atof", "cannot tell an error: str_u64, str_i64"),
    ("strtok", "keeps hidden state: str_cut"),
    ("alloca", "cannot fail, only crash"),
    ("tmpnam tempnam mktemp", "races: mkstemp"),
    ("setjmp longjmp", "jumps over what must be released"),
) for name in names.split()}
# Not in src/: tests and benchmarks may.
BANNED_IN_SRC = {name: why for names, why in (
    ("system popen", "a shell reads the text: posix_spawn with arguments"),
    ("rand srand random srandom drand48 lrand48", "not fit to draw with: crypto_random"),
    ("localtime gmtime ctime asctime", "returns hidden state: the _r form"),
    ("assert", "aborts: return an error"),
) for name in names.split()}
# Not in test/.
BANNED_IN_TESTS = {"skip": "Meson takes cmocka's skip() for a failure: print a message and pass"}
# Not in src/ outside the rooms that are programs: these concern the whole program.
PROGRAMS = ("cmd", "picture")
BANNED_OUTSIDE_CMD = {name: why for names, why in (
    ("exit abort _exit _Exit quick_exit atexit", "only cmd/ ends the program: return an error"),
    ("setlocale", "changes the whole program"),
) for name in names.split()}

# What reads and writes names that a sealed draw drew, and the one file that may call it.
VEIL = "src/office/veil.c"
BEHIND_VEIL = {name: "names of sealed draws are veiled: its namesake of office/veil.h" for name in (
    "store_visits store_visit_get store_visits_add store_seats store_seats_add store_seats_move "
    "store_seat_change store_recusals store_recusal_add store_visited_veiled").split()}

# Functions whose arguments of these numbers are SQL and must be fixed when the program is compiled.
DOORS = {"db_run": [2], "db_query": [2], "db_stream": [2], "db_upsert": [1, 2],
         "db_bulk_open": [2, 3]}

LONGEST_FUNCTION = 120
LONGEST_FILE = 900
DEEPEST = 3
MOST_PARAMETERS = 5
COMPANIONS = (["struct", "arena"], ["struct", "db_tx"], ["struct", "fault"])
SIZE = re.compile(r"(?:^|_)(?:len|size|count|cap|n)$")
# Returns the error it makes: always, so that there is nothing to check.
NO_MUST = re.compile(r"^err_errno$|_fail$|_differs$")

ALLOW = re.compile(r"check:\s*allow\s+([\w-]+)\s*(.*?)\s*(?:\*/)?\s*$", re.S)
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
PROSE = (".py", ".sh", ".md", ".sql", ".def", ".build", ".mustache", ".html", ".js", ".css", "do")

Finding = namedtuple("Finding", "path line rule text")


class Tree:
    """All files to look at, and what several rules need to know of all of them."""

    def __init__(self, root):
        self.root = root
        self.files = {path: read(os.path.join(root, path)) for path in list_files(root)}
        self.sources = {path: ctokens.Source(path, text) for path, text in self.files.items()
                        if path.endswith((".c", ".h"))}
        self.macros = {}
        for source in self.sources.values():
            if source.path.startswith("src/"):
                self.macros.update(string_macros(source))
        self.function_types = {name for source in self.sources.values()
                               for name in function_types(source)}
        self.doors = dict(DOORS)
        for source in self.sources.values():
            self.doors.update(wrappers(source))


def function_types(source):
    """Names that a typedef gives to a kind of function: `typedef enum err db_work(...)`."""
    for declaration in source.declarations:
        name = ctokens.called_name(declaration.tokens)
        if declaration.tokens[0].text == "typedef" and name is not None:
            yield name.text


def list_files(root):
    """Files under the folders we own, by relative path."""
    found = [name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name))]
    for top in ("src", "test", "bench", "schema", "ui", "tools", "docs", ".ci"):
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if f not in ("corpus", "__pycache__", "node_modules")]
            found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(p for p in found if p.endswith((".c", ".h", ".mustache") + PROSE))


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def room_of(path):
    """The room of a file under src/, or None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


# ---- includes: the floors -----------------------------------------------------------------------

def check_includes(tree, source):
    room = room_of(source.path)
    if room is None:
        return
    if room not in FLOORS:
        yield Finding(source.path, 1, "floor", "the room %s has no floor in tools/check.py" % room)
        return
    for line, text in source.directives:
        m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', text)
        if not m:
            continue
        name = m.group(2)
        for prefix, owner in OWNERS.items():
            if name.startswith(prefix) and room != owner:
                yield Finding(source.path, line, "floor", "only %s/ knows <%s>" % (owner, name))
        if m.group(1) == '"':
            yield from include_faults(source.path, line, room, name)


def include_faults(path, line, room, name):
    target = name.split("/")[0]
    if "/" not in name or target not in FLOORS:
        yield Finding(path, line, "floor", 'write the include as "room/file.h", not "%s"' % name)
    elif target != room and FLOORS[target] >= FLOORS[room]:
        way = "sideways" if FLOORS[target] == FLOORS[room] else "upward"
        yield Finding(path, line, "floor", '%s (floor %d) may not include "%s" (floor %d): %s'
                      % (room, FLOORS[room], name, FLOORS[target], way))


# ---- words: banned calls ------------------------------------------------------------------------

def banned_words(path):
    words = dict(BANNED)
    room = room_of(path)
    if room is not None:
        words.update(BANNED_IN_SRC)
        if room not in PROGRAMS:
            words.update(BANNED_OUTSIDE_CMD)
        if path != VEIL:
            words.update(BEHIND_VEIL)
    elif path.startswith("test/"):
        words.update(BANNED_IN_TESTS)
    return words


def check_calls(tree, source):
    words = banned_words(source.path)
    tokens = source.tokens
    for i, token in enumerate(tokens[:-1]):
        if token.kind != "word" or token.text not in words or tokens[i + 1].text != "(":
            continue
        before = tokens[i - 1] if i else None
        if before and (before.text in (".", "->") or is_type_before(before)):
            continue
        yield Finding(source.path, token.line, token.text, "banned: " + words[token.text])


def is_type_before(token):
    """A word straight before a name makes it a declaration, unless it is a statement's word."""
    return token.kind == "word" and token.text not in ("return", "else", "do", "case", "sizeof")


# ---- variables ----------------------------------------------------------------------------------

def check_variables(tree, source):
    room = room_of(source.path)
    if room is None or room == "cmd":
        return
    for declaration in source.declarations:
        if declaration.tokens[0].text in tree.function_types:
            continue  # declares functions of that type
        if is_mutable(declaration.tokens):
            yield Finding(source.path, declaration.first, "global",
                          "a mutable file-scope variable outside cmd/")
    for function in source.functions:
        for declaration in function.statics:
            if is_mutable(declaration.tokens):
                yield Finding(source.path, declaration.first, "global",
                              "a static local that is not const")


def is_mutable(tokens):
    """Does this declaration make a variable that can change? The pointer itself must be const."""
    marks = ctokens.outer(tokens)
    words = [t.text for t in marks]
    if not words or words[0] in ("typedef", "extern", "_Static_assert", "static_assert"):
        return False
    if "=" in words:
        words = words[:words.index("=")]
    if ctokens.called_name(tokens) is not None and "=" not in [t.text for t in marks]:
        inner = tokens_in_first_bracket(tokens)
        return inner[:1] == ["*"] and "const" not in inner
    if words[-1] in ("{", ";") or len(words) == 2 and words[0] in ("struct", "union", "enum"):
        return False  # a type, no variable
    if "(" in words:  # a pointer to a function with a value
        inner = tokens_in_first_bracket(tokens)
        return "const" not in inner
    if "*" in words:
        words = words[len(words) - words[::-1].index("*"):]
    return "const" not in words


def tokens_in_first_bracket(tokens):
    opening = next(i for i, t in enumerate(tokens) if t.text == "(")
    return [t.text for t in tokens[opening + 1:ctokens.match(tokens, opening)]]


def check_extern(tree, source):
    """A name taken from elsewhere without its header would pass by the floors. The room's own names
    (made by the build) may be taken."""
    room = room_of(source.path)
    if room is None or not source.path.endswith(".c"):
        return
    for declaration in source.declarations:
        own = any(t.text.startswith(room + "_") for t in ctokens.outer(declaration.tokens))
        if declaration.tokens[0].text == "extern" and not own:
            yield Finding(source.path, declaration.first, "extern", "include the header instead")


# ---- headers and functions ----------------------------------------------------------------------

def is_prototype(declaration):
    words = [t.text for t in ctokens.outer(declaration.tokens)]
    return words[0] not in ("typedef", "_Static_assert", "static_assert") and "=" not in words and \
        ctokens.called_name(declaration.tokens) is not None and \
        tokens_in_first_bracket(declaration.tokens)[:1] != ["*"]


def check_headers(tree, source):
    """Every prototype has a comment right above it, or above the group of declarations it belongs
    to: lines without a blank one between."""
    if room_of(source.path) is None or not source.path.endswith(".h"):
        return
    covered = {c.last for c in source.comments
               if source.lines[c.first - 1].lstrip().startswith(("/*", "//"))}
    parts = source.declarations + source.functions
    for part in sorted(parts, key=lambda d: d.first):
        name = ctokens.called_name(part.head if part in source.functions else part.tokens)
        prototype = part in source.declarations and is_prototype(part)
        beside = prototype and any(part.first <= n <= part.last for n in source.comment_ends)
        if part.first - 1 in covered or beside:
            covered.add(part.last)
        elif prototype:
            yield Finding(source.path, part.first, "comment", "%s has no comment above it" % name.text)
        if prototype and lacks_must(part.tokens, name.text):
            yield Finding(source.path, part.first, "must", "%s can fail: prefix it with MUST" % name.text)


def lacks_must(tokens, name):
    """Does it return an error of its own? One that was given an error only hands it back."""
    handed = any(p[0].text == "enum" and p[1].text == "err" and "*" not in [t.text for t in p]
                 for p in ctokens.parameters(tokens) if len(p) > 1)
    return [t.text for t in tokens[:2]] == ["enum", "err"] and not NO_MUST.search(name) and not handed


def count_parameters(head):
    """A pointer and the size that stands next to it are one; what goes along everywhere (arena,
    transaction, fault) is none."""
    count, pointer = 0, False
    for parameter in ctokens.parameters(head):
        words = [t.text for t in parameter]
        if not (pointer and SIZE.search(words[-1])) and words[:2] not in COMPANIONS:
            count += 1
        pointer = "*" in words or "[" in words
    return count


def check_shape(tree, source):
    if len(source.lines) - 1 > LONGEST_FILE:
        yield Finding(source.path, LONGEST_FILE + 1, "long-file",
                      "%d lines, at most %d" % (len(source.lines) - 1, LONGEST_FILE))
    for function in source.functions:
        length = function.last - function.first + 1
        if length > LONGEST_FUNCTION:
            yield Finding(source.path, function.first, "long-function", "%s has %d lines, at most %d"
                          % (function.name, length, LONGEST_FUNCTION))
        if function.depth > DEEPEST and room_of(source.path):
            yield Finding(source.path, function.first, "nesting", "%s nests %d deep, at most %d"
                          % (function.name, function.depth, DEEPEST))


def check_manners(tree, source):
    """Opening comment, no typedef of a struct, few parameters."""
    if source.path.split("/")[0] in ("src", "test", "bench"):
        if not re.match(r"\s*/[*/]", source.lines[0]):
            yield Finding(source.path, 1, "opening", "a file opens with a comment: why it exists")
    if room_of(source.path) is None:
        return
    heads = [d.tokens for d in source.declarations if is_prototype(d)]
    for head in heads + [f.head for f in source.functions]:
        if count_parameters(head) > MOST_PARAMETERS:
            yield Finding(source.path, head[0].line, "parameters", "%s has more than %d parameters"
                          % (ctokens.called_name(head).text, MOST_PARAMETERS))
    for declaration in source.declarations:
        words = [t.text for t in ctokens.outer(declaration.tokens)]
        if words[0] == "typedef" and "(" not in words and words[1] in ("struct", "union", "enum"):
            yield Finding(source.path, declaration.first, "typedef", "no typedef of a struct or enum")


# ---- SQL ----------------------------------------------------------------------------------------

def unquote(text):
    """The bytes a string literal stands for, near enough to look at SQL."""
    text = text[text.index('"') + 1:-1]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m.group(1), m.group(1)), text)


# parameters: their names, None for a macro that is written without a bracket
Macro = namedtuple("Macro", "parameters words")
WORDS = re.compile(r'"(?:\\.|[^"\\])*"|\w+|[^\s]')


def string_macros(source):
    """Macros of this file that are made of strings, of their parameters and of other such macros:
    {name: Macro}."""
    found = {}
    for _, text in source.directives:
        m = re.match(r"\s*#\s*define\s+(\w+)(\([\w\s,]*\))?\s+(.*)$", text.replace("\\\n", " "), re.S)
        if not m:
            continue
        parameters = re.findall(r"\w+", m.group(2)) if m.group(2) else None
        words = WORDS.findall(m.group(3))
        if words and is_text(words, parameters or []) and (parameters is None or '"' in m.group(3)):
            found[m.group(1)] = Macro(parameters, words)
    return found


def is_text(words, parameters):
    """Nothing but literals, parameters, names of macros, and brackets behind such names that hold
    the same?"""
    for unit in units(words):
        name = re.fullmatch(r"[A-Z_][A-Z0-9_]*", unit[0]) is not None
        if not (name or len(unit) == 1 and (unit[0].endswith('"') or unit[0] in parameters)):
            return False
        if not all(is_text(value, parameters) for value in values_of(unit)):
            return False
    return True


def units(words):
    """The words taken apart: each with the bracket that stands behind it."""
    i = 0
    while i < len(words):
        end = unit_end(words, i)
        yield words[i:end]
        i = end


def unit_end(words, i):
    """Index behind the word at i and the bracket behind it."""
    depth, end = 0, i + 1
    while end < len(words) and (depth > 0 or end == i + 1 and words[end] == "("):
        depth += {"(": 1, ")": -1}.get(words[end], 0)
        end += 1
    return end


def values_of(unit):
    """What stands between the commas of a unit's bracket."""
    values, depth = [[]] if len(unit) > 1 else [], 0
    for word in unit[2:-1]:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "," and depth == 0:
            values.append([])
        else:
            values[-1].append(word)
    return values


def text_of(tree, unit, given=None, depth=0):
    """What a literal, a macro or the call of one stands for; a macro that we do not know is some
    word. given: what the parameters stand for, where the unit is of a macro's own words."""
    if unit[0].endswith('"'):
        return unquote(unit[0])
    if given and unit[0] in given:
        return given[unit[0]]
    macro = tree.macros.get(unit[0])
    if macro is None or depth > 8:
        return " unknown "
    values = ["".join(text_of(tree, u, given, depth + 1) for u in units(v)) for v in values_of(unit)]
    inside = dict(zip(macro.parameters or [], values))
    return "".join(text_of(tree, u, inside, depth + 1) for u in units(macro.words))


Literal = namedtuple("Literal", "text lines macro")  # lines: [(offset in text, line)]


def literals(tree, source):
    """Each run of adjacent string literals and macros that stand for such, as one text."""
    tokens, words, i = source.tokens, [t.text for t in source.tokens], 0
    while i < len(tokens):
        end = i
        text, lines = "", []
        while end < len(tokens) and tokens[end].macro == tokens[i].macro and in_run(tree, tokens, end):
            start = end
            macro = tree.macros.get(words[start])
            end = unit_end(words, start) if macro and macro.parameters else start + 1
            lines.append((len(text), tokens[start].line))
            text += text_of(tree, words[start:end])
        if text:
            yield Literal(text, lines, tokens[i].macro)
        i = max(end, i + 1)


def in_run(tree, tokens, i):
    """A literal, a macro that is text, or a word beside a literal that can only be such a macro."""
    if tokens[i].kind == "string" or tokens[i].text in tree.macros:
        return True
    beside = [t for t in tokens[max(0, i - 1):i + 2] if t.kind == "string"]
    return tokens[i].kind == "word" and bool(beside) and tokens[i].text.isupper()


def check_sql(tree, source):
    room = room_of(source.path)
    if room is None:
        return
    for literal in literals(tree, source):
        if not sqlrules.is_sql(literal.text):
            continue
        line = literal.lines[0][1]
        if room == "store":
            for offset, why in sqlrules.faults(literal.text, not literal.macro):
                at = max(line for start, line in literal.lines if start <= offset)
                yield Finding(source.path, at, "sql", why)
        elif room != "db":
            yield Finding(source.path, line, "sql", "SQL stands in store/ only")
        elif not sqlrules.allowed_in_db(literal.text):
            yield Finding(source.path, line, "sql", "db/ knows no table but its own: move it to store/")


# ---- the reach -----------------------------------------------------------------------------------

REACH_HEADER = "src/store/reach.h"
View = namedtuple("View", "macros")


def reach_view(tree, source):
    """The macros as this file sees them, those of headers and its own, with a mark for the clause."""
    macros = {}
    for other in tree.sources.values():
        if room_of(other.path) is not None and other.path.endswith(".h"):
            macros.update(string_macros(other))
    own = {d.tokens[i - 1].text for d in source.declarations for i, t in enumerate(d.tokens)
           if t.text == "["}
    macros.update(string_macros(source))
    macros["STORE_REACH"] = Macro(["column"], ['"%s"' % reachrules.CLAUSE])
    return View({name: macro for name, macro in macros.items() if name not in own})


def owner_of(source, line):
    """The constant or the function() that a statement stands in."""
    for function in source.functions:
        if function.first <= line <= function.last:
            inside = [d for d in function.statics if d.first <= line <= d.tokens[-1].line]
            return named(inside[0]) if inside else function.name + "()"
    for declaration in source.declarations:
        if declaration.first <= line <= declaration.tokens[-1].line:
            return named(declaration)
    return ""


def named(declaration):
    words = [t.text for t in ctokens.outer(declaration.tokens)]
    return [w for w in words[:words.index("=")] if re.fullmatch(r"\w+", w)][-1]


def check_reach(tree, source):
    """Statements of store/ over business rows hold the clause of store/reach.h, or stand in the list."""
    if room_of(source.path) != "store" or REACH_HEADER not in tree.files or not source.path.endswith(".c"):
        return
    view, file, held = reach_view(tree, source), os.path.basename(source.path), {}
    both = set(reachrules.BOTH.get(file, {}))
    for literal in literals(view, source):
        if literal.macro or not sqlrules.is_sql(literal.text):
            continue
        yield from whole_faults(source, file, literal)
        if reachrules.CLAUSE in literal.text:
            both.discard(owner_of(source, literal.lines[0][1]))
            continue
        wrong, line = reachrules.judge(sqlrules.masked(literal.text)), literal.lines[0][1]
        if wrong == "write":
            yield Finding(source.path, line, "reach", "changes business rows without naming them by key")
        elif wrong == "read":
            held.setdefault(owner_of(source, line), []).append(line)
    yield from reach_faults(source.path, file, held)
    for name in sorted(both):
        yield Finding(source.path, 1, "reach", "tools/reachrules.py lists %s under BOTH, which has no clause here" % name)


def whole_faults(source, file, literal):
    """STORE_WHOLE stands before the statements that tools/reachrules.py says, and before no other."""
    name, line = owner_of(source, literal.lines[0][1]), literal.lines[0][1]
    clause = reachrules.CLAUSE in literal.text
    if clause:
        want = name in reachrules.BOTH.get(file, {})
    else:
        business = reachrules.judge(sqlrules.masked(literal.text)) == "read"
        want = business and reachrules.marked().get((file, name), False)
    if want != literal.text.startswith(reachrules.WHOLE_MARK):
        yield Finding(source.path, line, "reach", "%s %s STORE_WHOLE: tools/reachrules.py says who reads beyond the reach"
                      % (name, "begins without" if want else "may not begin with"))


def reach_faults(path, file, held):
    may = {name: count for (of, name), count in reachrules.allowed().items() if of == file}
    for name, lines in held.items():
        if "*" not in may and len(lines) > may.get(name, 0):
            yield Finding(path, lines[-1], "reach", "%s reads business rows without the clause of store/reach.h: "
                          "bind it, or say in tools/reachrules.py why it needs none" % name)
    for name, count in may.items():
        if len(held.get(name, [])) < (count or 1) and name != "*":
            yield Finding(path, 1, "reach", "tools/reachrules.py lists %s, which is not there so often" % name)


def check_guards(tree, source):
    """Row-level security of PostgreSQL covers the tables of business rows, each once."""
    if source.path != "src/store/guard.c":
        return
    names = reachrules.guarded(tree.files[source.path])
    for name in sorted(set(names) ^ reachrules.BUSINESS | {n for n in names if names.count(n) > 1}):
        yield Finding(source.path, 1, "reach", "%s: tables here and business rows of tools/reachrules.py are the same" % name)


def check_schema(tree, path, text):
    """A migration: statements that end with ";" at the end of a line."""
    line, clean = 1, sqlrules.masked(text)
    start = 0
    for name in reachrules.unknown_tables(clean) if REACH_HEADER in tree.files else ():
        yield Finding(path, 1, "reach", "%s: business rows or not? Say it in tools/reachrules.py" % name)
    for m in re.finditer(r";[ \t]*(?:\n|\Z)", clean):
        statement = text[start:m.start()]
        for offset, why in sqlrules.faults(statement):
            yield Finding(path, line + statement.count("\n", 0, offset), "sql", why)
        line += text.count("\n", start, m.end())
        start = m.end()
    if clean[start:].strip():
        yield Finding(path, line, "sql", "a statement without its ;")


def wrappers(source):
    """Functions of ours that hand a parameter called sql on: they are doors as well."""
    found = {}
    for function in source.functions:
        for number, parameter in enumerate(ctokens.parameters(function.head)):
            words = [t.text for t in parameter]
            if words[-1] == "sql" and "char" in words:
                found.setdefault(function.name, []).append(number)
    return found


def fixed_names(source):
    """Names whose value is fixed when the program is compiled: const arrays and tables."""
    declarations = source.declarations + [d for f in source.functions for d in f.statics]
    names = set()
    for declaration in declarations:
        marks = ctokens.outer(declaration.tokens)
        words = [t.text for t in marks]
        if "=" in words and not is_mutable(declaration.tokens):
            named = [t.text for t in marks[:words.index("=")] if t.kind == "word"]
            names.add(named[-1])
    return names


def check_doors(tree, source):
    if room_of(source.path) in (None, "db"):
        return
    fixed = fixed_names(source)
    spans = [(f.name, f.head, f.body) for f in source.functions]
    for name, head, body in spans:
        own = {"sql"} if name in tree.doors and name not in DOORS else set()
        for i, token in enumerate(body):
            if token.text not in tree.doors or i + 1 >= len(body) or body[i + 1].text != "(":
                continue
            pieces = ctokens.arguments(body, i + 1)
            for number in tree.doors[token.text]:
                if number < len(pieces) and not is_fixed(pieces[number], fixed | own):
                    yield Finding(source.path, token.line, "sql",
                                  "%s: the statement must be a literal or a file-scope constant"
                                  % token.text)


def is_fixed(tokens, fixed):
    """A literal, a macro, a constant of this file (or a member of a constant table), or a choice
    between such."""
    words = [t.text for t in tokens]
    if "?" in words:
        i = words.index("?")
        j = words.index(":", i) if ":" in words[i:] else len(words)
        return is_fixed(tokens[i + 1:j], fixed) and is_fixed(tokens[j + 1:], fixed)
    first = tokens[0] if tokens else None
    return first is not None and (first.kind == "string" or first.text in fixed or
                                  re.fullmatch(r"[A-Z][A-Z0-9_]*", first.text) is not None)


# ---- text files ---------------------------------------------------------------------------------

def check_template(tree, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if "{{{" in line or re.search(r"\{\{\s*&", line):
            yield Finding(path, number, "escape", "template output that is not escaped")


def check_unfinished(tree, path, text):
    source = tree.sources.get(path)
    if source is None:
        places = enumerate(text.split("\n"), 1)
    else:
        places = [(c.first + n, line) for c in source.comments
                  for n, line in enumerate(c.text.split("\n"))]
    for number, line in places:
        m = UNFINISHED.search(line)
        if m:
            yield Finding(path, number, "unfinished", "%s: do it, or open an issue" % m.group())


# ---- allowances and the whole -------------------------------------------------------------------

Allowance = namedtuple("Allowance", "rule at first last reason")


def allowances(source):
    """Each with the lines it speaks of: its own, or, if it stands on lines of its own, those below
    it to the end of the statement, the declaration or the function's head."""
    for comment in source.comments:
        m = ALLOW.search(comment.text)
        if not m:
            continue
        first = last = comment.last
        if source.lines[comment.first - 1].lstrip().startswith(("/*", "//")):
            first = last = comment.last + 1
            while last < len(source.lines) and not re.search(r"[;{}]\s*$|^\s*$", source.lines[last - 1]):
                last += 1
        reason = re.sub(r"^[\s*—–:-]+|[\s*]+$", "", m.group(2))
        yield Allowance(m.group(1), comment.first, first, last, reason)


def without_allowed(source, findings):
    allowed, used = list(allowances(source)), set()
    for finding in findings:
        right = [a for a in allowed if a.rule == finding.rule and a.first <= finding.line <= a.last]
        used.update(right)
        if not right:
            yield finding
    for allowance in allowed:
        if allowance not in used:
            yield Finding(source.path, allowance.at, "allow",
                          "nothing here needs to be allowed: %s" % allowance.rule)
        elif len(allowance.reason) < 10:
            yield Finding(source.path, allowance.at, "allow", "say why %s is right here" % allowance.rule)


C_RULES = (check_includes, check_calls, check_variables, check_extern, check_headers, check_shape,
           check_manners, check_sql, check_doors, check_reach, check_guards)


def check_tree(root):
    tree = Tree(root)
    for path, source in tree.sources.items():
        findings = [f for rule in C_RULES for f in rule(tree, source)]
        yield from without_allowed(source, findings)
    for path, text in tree.files.items():
        yield from check_unfinished(tree, path, text)
        if path.startswith("schema/") and path.endswith(".sql"):
            yield from check_schema(tree, path, text)
        if path.startswith("ui/"):
            yield from check_template(tree, path, text)


def main(arguments):
    here = os.path.dirname(os.path.abspath(__file__))
    stamp = arguments[1] if arguments[:1] == ["--stamp"] else None
    rest = arguments[2:] if stamp else arguments
    root = rest[0] if rest else os.path.dirname(here)
    findings = sorted(set(check_tree(root)))
    for finding in findings:
        print("%s:%d: %s: %s" % finding)
    if findings:
        print("%d broken house rules; CONTRIBUTING.md says what each is for" % len(findings))
    elif stamp:
        with open(stamp, "w", encoding="utf-8"):
            pass
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
