"""The tests of the package, read from their sources: checks need not build to know which there are."""
import pathlib
import re

TYPE = re.compile(r"^(\s*)(?:(?:public|package|private|fileprivate|final|indirect)\s+)*(?:struct|class|enum|actor|extension)\s+(\w+)")
ATTRIBUTE = re.compile(r"^\s*@Test\b")
FUNCTION = re.compile(r"\bfunc\s+(\w+)\s*(\(.*)")


class Test:
    """A test: its target, the types around it, its function with the labels of its parameters, and its display name."""

    def __init__(self, target, suites, function, labels, name):
        self.target, self.suites, self.function, self.name = target, suites, function, name
        self.id = f"{target}.{'/'.join(suites)}/{function}({labels})"
        self.short = f"{suites[-1]}/{function}" if suites else function


def all_tests(root):
    """All tests below Tests, in the order of their files."""
    tests = []
    for path in sorted((pathlib.Path(root) / "Tests").rglob("*Tests/**/*.swift")):
        tests += tests_of(path.relative_to(pathlib.Path(root) / "Tests").parts[0], path.read_text())
    return tests


def tests_of(target, text):
    tests, types = [], []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = TYPE.match(line)
        # A type on one line holds no tests.
        if found and not (line.rstrip().endswith("}") and line.count("{") == line.count("}")):
            indent = len(found.group(1))
            types = [known for known in types if known[0] < indent] + [(indent, found.group(2))]
        if not ATTRIBUTE.match(line):
            continue
        # From the attribute to the function's parameters.
        text = "\n".join(lines[number:number + 40])
        function = FUNCTION.search(text)
        if not function:
            raise ValueError(f"{target}: a test without a function: {line.strip()}")
        attribute = text[:function.start()]
        name = re.search(r'@Test\(\s*"((?:[^"\\]|\\.)*)"', attribute)
        indent = len(line) - len(line.lstrip())
        suites = [known for depth, known in types if depth < indent]
        tests.append(Test(target, suites, function.group(1), labels_of(text[function.start(2):]),
                          name.group(1) if name else ""))
    return tests


def labels_of(text):
    """The labels of a list of parameters, as a test's id has them: `a:_:`."""
    depth, part, parts = 0, "", []
    for character in text:
        if character in "([{":
            depth += 1
            if depth == 1:
                continue
        if character in ")]}":
            depth -= 1
            if depth == 0:
                break
        if character == "," and depth == 1:
            parts.append(part)
            part = ""
        else:
            part += character
    parts = [known.strip() for known in parts + [part] if known.strip()]
    return "".join(re.match(r"\w+", known).group(0) + ":" for known in parts)
