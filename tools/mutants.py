"""Mutants of C code: every small change of a list of operators that a source file allows.

A tokenizer is enough: comments, strings and preprocessor lines other than constants are blanked
first, so that what is left is code. Asserts are no code of the product and are blanked, too.
"""
import re

RELATIONS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
             "==": ("!=",), "!=": ("==",)}
ARITHMETIC = {"+": "-", "-": "+", "*": "+", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "&": "|",
              "|": "&", "^": "&", "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "^=": "|=",
              "++": "--", "--": "++", ">>=": "<<=", "<<=": ">>="}
LOGIC = {"&&": "||", "||": "&&"}
WORDS = {"true": "false", "false": "true"}
KEYWORDS = {"return", "if", "for", "while", "do", "else", "switch", "case", "default", "goto",
            "static", "const", "struct", "enum", "union", "typedef", "extern", "sizeof",
            "_Static_assert", "void", "bool", "int", "char", "uint8_t", "uint16_t", "uint32_t",
            "uint64_t", "int32_t", "int64_t", "float", "volatile", "size_t", "int8_t", "int16_t"}
TOKEN = re.compile(r"[A-Za-z_]\w*|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|"
                   r"<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w]")
BLANKED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
CONSTANT = re.compile(r"^([ \t]*#[ \t]*define[ \t]+\w+(?:\([^)\n]*\))?)"
                      r"((?:[^\n]*\\\n)*[^\n]*)", re.M)
ASSERT = re.compile(r"\b(?:NACRE_ASSERT|_Static_assert)\s*\(")


class Mutant:
    def __init__(self, start, end, new, line, change):
        self.start = start
        self.end = end
        self.new = new
        self.line = line
        self.change = change

    def apply(self, text):
        return text[:self.start] + self.new + text[self.end:]


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def close_of(text, opening):
    """The position of the bracket that closes the one at a position; -1 if none does."""
    depth = 0
    for at in range(opening, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    return -1


def code_of(text):
    """The text with all that is no code blanked; places and lines stay."""
    code = BLANKED.sub(blank, text)

    def directive(match):
        constant = CONSTANT.match(match.group(0))
        if not constant:
            return blank(match)
        return blank(re.match(r".*", constant.group(1), re.S)) + constant.group(2)
    code = DIRECTIVE.sub(directive, code)
    for match in reversed(list(ASSERT.finditer(code))):
        end = close_of(code, match.end() - 1) + 1
        code = code[:match.start()] + re.sub(r"[^\n]", " ", code[match.start():end]) + code[end:]
    return code


def is_binary(tokens, i):
    """Does an operand stand before token i, so that it is no sign, no address and no pointer?"""
    if i == 0:
        return False
    before = tokens[i - 1][0]
    if before in (")", "]"):
        # (uint8_t *)x and sizeof (x) * n look alike; types end in a word of the list or a star.
        return not (before == ")" and tokens[i - 2][0] in KEYWORDS | {"*"})
    if before in KEYWORDS:
        return False
    return bool(re.match(r"\w", before))


def is_pointer(tokens, i):
    """Is the star at token i part of a declaration: `struct x *y`, `uint8_t *const y`?"""
    after = tokens[i + 1][0] if i + 1 < len(tokens) else ""
    if after in ("const", ")", ",", "*"):
        return True
    if i >= 2 and tokens[i - 2][0] in ("struct", "enum", "union"):
        return True
    return i >= 1 and tokens[i - 1][0] in KEYWORDS


def of_token(tokens, i):
    """[(text instead of token i, name of the change)]"""
    word, _, _ = tokens[i]
    if word in RELATIONS:
        return [(new, "%s -> %s" % (word, new)) for new in RELATIONS[word]]
    if word in LOGIC:
        return [(LOGIC[word], "%s -> %s" % (word, LOGIC[word]))]
    if word in WORDS:
        return [(WORDS[word], "%s -> %s" % (word, WORDS[word]))]
    if word in ARITHMETIC:
        single = len(word) == 1
        if single and (not is_binary(tokens, i) or word == "*" and is_pointer(tokens, i)):
            return []
        return [(ARITHMETIC[word], "%s -> %s" % (word, ARITHMETIC[word]))]
    if re.match(r"\d", word):
        digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", word).group(0)
        suffix = word[len(digits):]
        value = int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
        return [("(%d%s %s 1%s)" % (value, suffix, sign, suffix), "%s -> %s %s 1" %
                 (word, word, sign)) for sign in "+-"]
    return []


def statements(tokens):
    """[(first token, last token)] of what ends in a semicolon, brackets of `for` left out."""
    found = []
    start = 0
    depth = 0
    for i, (word, _, _) in enumerate(tokens):
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        if depth:
            continue
        if word in "{}":
            start = i + 1
        elif word == ";":
            found.append((start, i))
            start = i + 1
    return found


def body_start(tokens, first, last):
    """Where the statement proper starts behind `if (...)`, `else`, `for (...)` and labels."""
    i = first
    while i < last:
        word = tokens[i][0]
        if word in ("if", "for", "while", "switch"):
            depth = 0
            for k in range(i + 1, last + 1):
                depth += (tokens[k][0] == "(") - (tokens[k][0] == ")")
                if depth == 0:
                    break
            i = k + 1
        elif word == "else":
            i += 1
        elif word in ("case", "default"):
            while i < last and tokens[i][0] != ":":
                i += 1
            i += 1
        else:
            break
    return i


def is_expression(tokens, i, last):
    """A call or an assignment, and no declaration."""
    word = tokens[i][0]
    if word in KEYWORDS or not (re.match(r"[A-Za-z_(*+-]", word)):
        return False
    if word == "(":
        return True
    after = tokens[i + 1][0] if i + 1 < last else ""
    return word in ("++", "--", "*") or not re.match(r"[A-Za-z_*]", after)


def of_statements(text, tokens):
    found = []
    for first, last in statements(tokens):
        i = body_start(tokens, first, last)
        word, start, line = tokens[i]
        end = tokens[last][1]
        said = " ".join(text[start:end].split())
        if word in ("break", "continue") or is_expression(tokens, i, last):
            found.append(Mutant(start, end, "", line, "removed: " + said))
        elif word == "return" and i > first:
            found.append(Mutant(start, end, "", line, "removed: " + said))
    return found


def of_conditions(text, code, tokens):
    found = []
    for word, start, line in tokens:
        if word not in ("if", "while"):
            continue
        opening = code.index("(", start)
        closing = close_of(code, opening)
        said = text[opening + 1:closing]
        found.append(Mutant(opening, closing + 1, "(!(%s))" % said, line,
                            "negated: " + " ".join(said.split())))
    return found


def all_of(text):
    """Every mutant of a C source text, in order of its lines."""
    code = code_of(text)
    tokens = []
    for match in TOKEN.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        tokens.append((match.group(0), match.start(), line))
    found = of_statements(text, tokens) + of_conditions(text, code, tokens)
    for i, (word, start, line) in enumerate(tokens):
        for new, change in of_token(tokens, i):
            found.append(Mutant(start, start + len(word), new, line, change))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.start, mutant.change))
