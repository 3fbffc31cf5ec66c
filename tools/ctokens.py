"""Reads C just far enough for the house-rule checker: tokens, functions, declarations.

Not a compiler: macros are not expanded, and of #if/#else only the first branch shapes the code (the
words of every branch are still looked at). That suffices for sources laid out by clang-format; the
checker's own tests say where its limits are.
"""
import bisect
import re
from collections import namedtuple

TOKEN = re.compile(r"""
  (?P<comment> //[^\n]* | /\*.*?(?:\*/|\Z) )
| (?P<directive> ^[ \t]*\#(?: \\\n | /\*.*?\*/ | //[^\n]* | [^\n] )* )
| (?P<string> (?:u8|u|U|L)?"(?:\\.|[^"\\\n])*" )
| (?P<char> (?:u|U|L)?'(?:\\.|[^'\\\n])*' )
| (?P<word> [A-Za-z_]\w* )
| (?P<number> \.?\d(?:[eEpP][+-]|[\w.])* )
| (?P<mark> -> | \+\+ | -- | <<=? | >>=? | && | \|\| | \.\.\. | [-+*/%&|^!=<>]= | [^\s] )
""", re.X | re.S | re.M)

CLOSING = {"(": ")", "[": "]", "{": "}"}
CONTROL = ("if", "for", "while", "switch")

# kind: string, char, word, number, mark; macro: stands in a #define; other: in an #else branch
Token = namedtuple("Token", "kind text line macro other")
Comment = namedtuple("Comment", "first last text")
# tokens of one file-scope declaration, braces and all, without its ";"
Declaration = namedtuple("Declaration", "tokens first last")
# depth: control statements around the deepest statement; statics: declarations of static locals
Function = namedtuple("Function", "name head body first last depth statics")


class Source:
    """One C file, taken apart."""

    def __init__(self, path, text):
        self.path = path
        self.lines = text.split("\n")
        self.starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.tokens, self.comments, self.directives = [], [], []
        self._branches = []
        for m in TOKEN.finditer(text):
            self._take(m.lastgroup, m.group(), self.line(m.start()))
        self.comment_ends = {c.last for c in self.comments}
        self.declarations, self.functions = [], []
        self._outline([t for t in self.tokens if not t.macro and not t.other])

    def line(self, offset):
        return bisect.bisect_right(self.starts, offset)

    def _take(self, kind, text, line):
        if kind == "comment":
            self.comments.append(Comment(line, line + text.count("\n"), text))
        elif kind == "directive":
            self._directive(text, line)
        else:
            self.tokens.append(Token(kind, text, line, False, any(self._branches)))

    def _directive(self, text, line):
        self.directives.append((line, text))
        word = re.match(r"\s*#\s*(\w*)", text).group(1)
        if word in ("if", "ifdef", "ifndef"):
            self._branches.append(False)
        elif word in ("else", "elif") and self._branches:
            self._branches[-1] = True
        elif word == "endif" and self._branches:
            self._branches.pop()
        head = r"^\s*#\s*define\s+\w*|^\s*#\s*\w*"
        body = re.sub(head, lambda m: re.sub(r"[^\n]", " ", m.group()), text, count=1)
        for m in TOKEN.finditer(body):
            at = line + body.count("\n", 0, m.start())
            if m.lastgroup == "comment":
                self.comments.append(Comment(at, at + m.group().count("\n"), m.group()))
            elif m.lastgroup != "directive" and m.group() != "\\" and word == "define":
                self.tokens.append(Token(m.lastgroup, m.group(), at, True, any(self._branches)))

    def _outline(self, tokens):
        """Splits file scope into declarations and functions."""
        start = i = 0
        while i < len(tokens):
            text = tokens[i].text
            if text == ";":
                if i > start:
                    self._declare(tokens[start:i], tokens[i].line)
                start = i + 1
            elif text == "{" and is_function_head(tokens[start:i]):
                end = match(tokens, i)
                self.functions.append(function(tokens[start:i], tokens[i:end + 1]))
                start, i = end + 1, end
            elif text in CLOSING:
                i = match(tokens, i)
            i += 1

    def _declare(self, tokens, last):
        self.declarations.append(Declaration(tokens, tokens[0].line, last))


def match(tokens, i):
    """Index of the bracket that closes tokens[i]; the last index where there is none."""
    depth = 0
    for j in range(i, len(tokens)):
        if tokens[j].text in CLOSING:
            depth += 1
        elif tokens[j].text in CLOSING.values():
            depth -= 1
            if depth == 0:
                return j
    return len(tokens) - 1


def outer(tokens):
    """The tokens that stand in no bracket, each bracketed group shortened to its opening mark;
    attributes are left out."""
    out, i = [], 0
    while i < len(tokens):
        token = tokens[i]
        if token.text in ("__attribute__", "_Alignas", "alignas"):
            i = match(tokens, i + 1) if i + 1 < len(tokens) else i
        else:
            out.append(token)
            if token.text in CLOSING:
                i = match(tokens, i)
        i += 1
    return out


def called_name(tokens):
    """Token of the name a declaration gives to a function, or None: the first word before "("."""
    marks = outer(tokens)
    for a, b in zip(marks, marks[1:]):
        if a.text == "=":
            return None
        if b.text == "(" and a.kind == "word":
            return a
    return None


def is_function_head(tokens):
    return bool(tokens) and called_name(tokens) is not None and \
        not any(t.text in ("=", "typedef") for t in outer(tokens))


def parameters(head):
    """The parameters of a function's head, each as a list of tokens; (void) gives none."""
    name = called_name(head)
    if name is None:
        return []
    opening = next(i for i, t in enumerate(head) if t is name) + 1
    return [p for p in arguments(head, opening) if [t.text for t in p] != ["void"]]


def arguments(tokens, opening):
    """The comma-separated pieces inside the bracket tokens[opening]."""
    end, pieces, piece, i = match(tokens, opening), [], [], opening + 1
    while i < end:
        if tokens[i].text == ",":
            pieces.append(piece)
            piece = []
        else:
            stop = match(tokens, i) if tokens[i].text in CLOSING else i
            piece += tokens[i:stop + 1]
            i = stop
        i += 1
    return pieces + [piece] if piece or pieces else []


def function(head, body):
    walk = Walk(body)
    walk.statement(0, 0)
    return Function(called_name(head).text, head, body, head[0].line, body[-1].line,
                    walk.depth, walk.statics)


class Walk:
    """Goes through the statements of a body; an else-if chain counts as one level."""

    def __init__(self, tokens):
        self.tokens, self.depth, self.statics = tokens, 0, []

    def text(self, i):
        return self.tokens[i].text if i < len(self.tokens) else ""

    def statement(self, i, depth):
        """Reads the statement at i, which stands in `depth` control statements; returns the index
        behind it."""
        text = self.text(i)
        self.depth = max(self.depth, depth)
        if text == "{":
            return self.block(i, depth)
        if text in CONTROL:
            return self.control(i, depth)
        if text == "do":
            return self.simple(self.statement(i + 1, depth + 1))
        if text in ("case", "default") or self.text(i + 1) == ":" and self.tokens[i].kind == "word":
            while self.text(i) not in (":", ""):
                i += 1
            return i + 1
        return self.simple(i, depth)

    def block(self, i, depth):
        end = match(self.tokens, i)
        i += 1
        while i < end:
            i = self.statement(i, depth)
        return end + 1

    def control(self, i, depth):
        chain = self.text(i) == "if"
        i = self.statement(match(self.tokens, i + 1) + 1, depth + 1)
        if chain and self.text(i) == "else":
            if self.text(i + 1) == "if":
                return self.control(i + 1, depth)
            return self.statement(i + 1, depth + 1)
        return i

    def simple(self, i, depth=0):
        """An expression or a declaration up to its ";". A word with brackets straight before "{" is
        a macro that loops."""
        start = i
        while i < len(self.tokens) and self.text(i) not in (";", "}"):
            if self.text(i) == "{" and i > start + 1 and self.text(i - 1) == ")" and \
                    self.tokens[start].kind == "word" and self.text(start + 1) == "(" and \
                    match(self.tokens, start + 1) == i - 1:
                return self.block(i, depth + 1)
            i = match(self.tokens, i) + 1 if self.text(i) in CLOSING else i + 1
        if self.text(start) == "static":
            self.statics.append(Declaration(self.tokens[start:i], self.tokens[start].line, 0))
        return i + 1
