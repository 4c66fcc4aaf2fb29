"""Python that nobody should write: each text is read within limits, and nothing of it is run."""

# ruff: noqa: RUF001 - hostile lines are as long and as odd as they like

HEAD = (
    "from pyspark.sql import SparkSession, functions as F\n"
    "spark = SparkSession.builder.getOrCreate()\ndf = spark.table('raw.orders')\n"
)
WRITE = "df.write.saveAsTable('mart.odd')\n"


def job(body: str) -> str:
    """Return a job around `body`."""
    return f"{HEAD}{body}\n{WRITE}"


def nested(opening: str, inner: str, closing: str, times: int) -> str:
    """Return `inner` in so many layers."""
    return opening * times + inner + closing * times


BLOCKS = "\n".join(f"{'    ' * depth}if x{depth}:" for depth in range(99)) + f"\n{'    ' * 99}pass"
CLASSES = "\n".join(f"class C{n}(C{n - 1}, C{n // 2}): a{n} = {n}" for n in range(1, 200))
# What is read without a word of warning, or with one: it ends in time, and the write is known.
FOLLOWED = {
    "ten thousand elifs": "x = 1\nif n == 0: pass\n"
    + "".join(f"elif n == {n}: x = {n}\n" for n in range(3_000)),
    "a million elements": f"x = [{'1, ' * 600_000}]",
    "a list of lists": f"x = [{'[1, 2], ' * 200_000}]",
    "a long string": f"x = '{'a' * 1_500_000}'\ny = x * 9\nz = [x] * 9999",
    "a long line": "x = 1;" * 150_000,
    "a billion rounds": "for i in range(10 ** 9): df = df.withColumn('x', F.lit(i))",
    "rounds in rounds": "for a in range(999):\n  for b in range(999):\n    for c in range(999): x = 1",
    "no end": "while True: x = 1",
    "no end, growing": "x = [1]\nwhile True: x = x + x",
    "growing text": "x = 'ab'\nwhile True: x = f'{x}{x}'",
    "growing by formats": "x = 'ab'\nfor i in range(400): x = '{0}{0}'.format(x)",
    "growing by percent": "x = 'ab'\nfor i in range(400): x = '%s%s' % (x, x)",
    "growing by replace": "x = 'a' * 1000\nfor i in range(400): x = x.replace('a', x)",
    "growing by join": "x = 'ab'\nfor i in range(400): x = x.join([x] * 9)",
    "growing lists": "x = [1]\nfor i in range(400): x.extend(x)",
    "growing by plus": "x = [1]\nfor i in range(400): x += x",
    "growing tuples": "x = (1,)\nfor i in range(400): x = (*x, *x)",
    "growing dicts": "x = {}\nfor i in range(400): x = {'a': x, 'b': x}\ny = str(x)",
    "growing lists of lists": "x = []\nfor i in range(400): x = [x, x]\ny = f'{x}'",
    "lists that hold themselves": "x = []\nx.append(x)\ny = str(x)\nz = {'a': x}\nz['b'] = z\nw = f'{z}'\nif x == [x]: pass",
    "numbers": "a = 10 ** 10 ** 10\nb = 9 ** 9 ** 9 ** 9\nc = 1 << 10 ** 12\nd = 2 ** -10 ** 9",
    "growing numbers": "x = 2\nfor i in range(400): x = x * x\ny = str(x)",
    "copies": "a = 'a' * 10 ** 9\nb = [0] * 10 ** 9\nc = (0,) * 10 ** 9\nd = 10 ** 9 * 'b'\ne = b'x' * 10 ** 10",
    "widths": "a = f'{1:>999999999}'\nb = '%0999999999d' % 1\nc = 'x'.zfill(10 ** 9)\n"
    "d = '{:>999999999}'.format(1)\ne = format(1, '999999999')\nf = 'x'.center(10 ** 9)",
    "comprehensions": "x = [a for a in range(9999) for b in range(9999) for c in range(9999)]",
    "comprehensions of comprehensions": "x = " + nested("[", "1", " for i in range(99)]", 60),
    "sums": "x = sum(range(10 ** 9))\ny = list(range(10 ** 12))\nz = sorted(range(10 ** 9))",
    "generators without end": "def g():\n  while True:\n    yield 1\nx = list(g())\ny = sum(g())\nz = next(g())",
    "generators of generators": "def g():\n  yield from g()\nx = list(g())",
    "itertools": "import itertools\nx = list(itertools.count())\ny = list(itertools.product(range(999), repeat=9))\n"
    "z = list(itertools.permutations(range(99)))\nw = list(itertools.repeat(1))",
    "calls of each other": "def a(n): return b(n) + b(n)\ndef b(n): return a(n) + a(n)\nx = a(1)",
    "a class of itself": "class A(A): pass\nclass B(C): pass\nclass C(B): pass\nx = A().x, B().y",
    "many classes": f"class C0: pass\n{CLASSES}\nx = C199().a1",
    "attributes without end": "class A:\n  def __getattr__(self, n): return getattr(self, n + 'x')\nx = A().b",
    "attributes of each other": "class A:\n  def __getattr__(self, n): return self.other\nx = A().b.c.d",
    "properties of themselves": "class A:\n  @property\n  def a(self): return self.a\nx = A().a",
    "a metaclass": "class M(type):\n  def __call__(cls, *a): return cls(*a)\n  def __getattr__(cls, n): return getattr(cls, n)\n"
    "class A(metaclass=M): pass\nx = A().b, A.c",
    "decorators": "def d(f): return d\n@d\n@d\ndef g(): pass\nx = g(g)(g)(g)\nclass E:\n  def __call__(self, *a): return self(*a)\n"
    "@E()\ndef h(): pass\nh()",
    "new and init": "class A:\n  def __new__(cls): return A()\n  def __init__(self): self.a = A()\nx = A()",
    "iterating itself": "class A:\n  def __iter__(self): return self\n  def __next__(self): return self\nx = list(A())\nfor y in A(): pass",
    "context managers": "class A:\n  def __enter__(self): return A().__enter__()\n  def __exit__(self, *a): return self.__exit__(*a)\nwith A() as x: pass",
    "reduce": "from functools import reduce\nx = reduce(lambda a, b: a + a, range(999), 'ab')\ny = reduce(lambda a, b: [a, a], range(9999), [])",
    "lambdas": "f = lambda x: x(x)\ny = f(f)\nz = (lambda: z())()",
    "deep blocks": BLOCKS,
    "many branches": "\n".join(f"if unknown_{n}: x = {n}" for n in range(2_000)),
    "many tries": nested("try:\n  x = 1\nexcept E:\n  x = 2\n", "", "", 500),
    "names of all kinds": "ｆｏｏ = 1\nª = 2\ndf = df.withColumn('\\u202ename', F.lit('\\ud800'))\nx = '\\N{BELL}'",
    "patterns": "import re\nx = re.match('(a+)+$', 'a' * 40 + 'b')\ny = re.sub('(a|a)*b', '', 'a' * 60)",
    "exec": "exec('x = 1' * 9)\neval('__import__(\"os\").system(\"true\")')\ncompile('x', '', 'exec')",
    "json": "import json\nx = json.loads('[' * 100_000)\ny = json.loads('{\"a\":' * 9_999 + '1' + '}' * 9_999)",
    "yaml": "import yaml\nx = yaml.safe_load('a: &a [1,1]\\nb: &b [*a,*a]\\n' + ''.join(f'{chr(99+i)}: &{chr(99+i)} [*{chr(98+i)},*{chr(98+i)},*{chr(98+i)},*{chr(98+i)}]\\n' for i in range(20)))",
    "a chain of attributes": "x = a" + ".b" * 5_000,
    "a chain of calls": "x = a" + ".b()" * 5_000,
    "a chain of elements": "x = a" + "[0]" * 5_000,
    "a sum": "x = " + " + ".join(["1"] * 5_000),
    "a chain of comparisons": "x = " + " < ".join(["1"] * 5_000),
    "many operands": "x = " + " and ".join(["a"] * 5_000),
    "a tower of powers": "x = " + " ** ".join(["2"] * 90),
    "many nots": "x = " + "not " * 90 + "a",
    "many arguments": f"f({'1, ' * 100_000})\nf({', '.join(f'a{n}=1' for n in range(9_999))})",
    "columns on columns": "c = F.lit(1)\nfor i in range(400): c = c + c\ndf = df.withColumn('x', c)",
    "joins of itself": "for i in range(60): df = df.join(df, 'id')",
    "unions of itself": "for i in range(60): df = df.union(df)",
}  # fmt: skip
# What is not read: one warning names the file.
REFUSED = {
    "brackets": f"x = {nested('(', '1', ')', 10_000)}",
    "lists": f"x = {nested('[', '1', ']', 10_000)}",
    "dicts": f"x = {nested('{1: ', '1', '}', 1_000)}",
    "calls": f"x = {nested('f(', '1', ')', 1_000)}",
    "null bytes": "x = 1\0",
    "more than two million characters": "x = 1\n" * 400_000,
    "five million on one line": f"x = '{'a' * 5_000_000}'",
    "many signs": "x = " + "-" * 100_000 + "1",
    "many nots": "x = " + "not " * 100_000 + "a",
    "many lambdas": "x = " + "lambda: " * 50_000 + "1",
    "many conditions": "x = " + "1 if a else " * 50_000 + "1",
    "an attribute chain without end": "x = a" + ".b" * 200_000,
}
