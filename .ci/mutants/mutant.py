"""A bug to be planted: where, what stands there, what is put in its place, and the suites that must notice."""
import re

STORAGE = "Sources/PanjeonStorage/"
TRANSACTIONS = "Sources/PanjeonTransactions/"
WIDE_COLUMN = "Sources/WideColumn/"

# How what is put in its place can be turned on while the tests run, so that many mutants share one build: `old` and `new` are
# expressions, or statements; or `new` says it by itself, by the word PLANTED for a condition.
EXPRESSION = "expression"
STATEMENT = "statement"
TEMPLATE = "template"
# It cannot: the mutant has a build of its own.
ALONE = "alone"


class Mutant:
    def __init__(self, name, file, old, new, suites, form=None):
        self.name, self.file, self.old, self.new, self.suites = name, file, old, new, suites
        self.form = form or self.known_form()

    @property
    def place(self):
        """Equal for mutants that differ in the suites alone."""
        return (self.file, self.old, self.new)

    @property
    def parts(self):
        """The suites, each by itself."""
        return self.suites.split("|")

    def sought_by(self, suites, addition=""):
        """The same mutant, to be found by other suites."""
        return Mutant(self.name + addition, self.file, self.old, self.new, suites, self.form)

    def known_form(self):
        if "PLANTED" in self.new:
            return TEMPLATE
        # A line that is left out is a statement, unless it belongs to another one.
        if self.new == "" and re.fullmatch(r"( +(?! |case |guard |let |var |default|&& |\|\| |[)}\]]).*\n)+", self.old):
            return STATEMENT
        return ALONE

    def planted(self, source, condition):
        """The source with the mutant in it, in force where the condition holds."""
        new = {
            EXPRESSION: f"({condition} ? ({self.new}) : ({self.old}))",
            STATEMENT: f"if {condition} {{\n{self.new}\n}} else {{\n{self.old}\n}}\n",
            TEMPLATE: self.new.replace("PLANTED", condition),
            ALONE: self.new,
        }[self.form]
        return source.replace(self.old, new)
