"""Python that names datasets, a few lines for each idiom: what is written comes out by name."""

from textwrap import dedent

import pytest

from tests.pyspark_code import HEAD, lowered, scanned, written

# What a job says, and what it writes; with other files of its repository where it needs them.

IDIOMS = [
    (
        "a pattern replaced",
        """
        import re
        df.write.saveAsTable("g." + re.sub(r"[^a-z]", "_", "a-b"))
        """,
        ["g.a_b"],
        [],
    ),
    (
        "a group of a match",
        """
        import re
        m = re.match(r"(\\w+)_(\\w+)", "foo_bar")
        df.write.saveAsTable("g." + m.group(2))
        """,
        ["g.bar"],
        [],
    ),
    (
        "a split by a pattern",
        """
        import re
        for x in re.split(r",\\s*", "a, b"):
            df.write.saveAsTable("g." + x)
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "itertools.product",
        """
        import itertools
        for a,b in itertools.product(["x","y"],["1","2"]):
            df.write.saveAsTable(f"g.{a}{b}")
        """,
        ["g.x1", "g.x2", "g.y1", "g.y2"],
        [],
    ),
    (
        "zip_longest",
        """
        from itertools import zip_longest
        for a,b in zip_longest(["x","y"],["1"],fillvalue="z"):
            df.write.saveAsTable(f"g.{a}{b}")
        """,
        ["g.x1", "g.yz"],
        [],
    ),
    (
        "islice accumulate starmap",
        """
        from itertools import islice, starmap, accumulate
        for a in islice(["x","y","z"],2):
            df.write.saveAsTable(f"g.{a}")
        for a in starmap(lambda p,q:p+q,[("a","b")]):
            df.write.saveAsTable(f"g.{a}")
        for a in accumulate(["m","n"]):
            df.write.saveAsTable(f"g.{a}")
        """,
        ["g.ab", "g.m", "g.mn", "g.x", "g.y"],
        [],
    ),
    (
        "operator",
        """
        import operator
        from operator import itemgetter, attrgetter
        from functools import reduce
        x = reduce(operator.add, ["a","b"])
        df.write.saveAsTable("g."+x+itemgetter("k")({"k":"z"}))
        """,
        ["g.abz"],
        [],
    ),
    (
        "conditions joined by operator.and_",
        """
        import operator
        from functools import reduce
        c = reduce(operator.and_, [F.col("a")>1, F.col("b")<2])
        df.filter(c).select("a").write.saveAsTable("g.x")
        """,
        ["g.x"],
        [],
    ),
    (
        "dataclass",
        """
        from dataclasses import dataclass, field, replace, asdict
        @dataclass(frozen=True)
        class C:
            name: str
            schema: str = "g"
            cols: list = field(default_factory=lambda: ["a"])
            full: str = ""
            def __post_init__(self):
                object.__setattr__(self, "full", f"{self.schema}.{self.name}")
        c = C("x")
        d = replace(c, name="y")
        df.select(*c.cols).write.saveAsTable(c.full)
        df.write.saveAsTable(d.full)
        df.write.saveAsTable("g." + asdict(d)["name"] + "2")
        """,
        ["g.x", "g.y", "g.y2"],
        [],
    ),
    (
        "enum",
        """
        from enum import Enum, auto
        class E(str, Enum):
            A = "ta"
            B = "tb"
        for e in E:
            df.write.saveAsTable(f"g.{e.value}")
        df.write.saveAsTable("g." + E["A"].value + E("tb").name)
        df.write.saveAsTable("h."+E.A)
        """,
        ["g.ta", "g.tab", "g.tb", "h.ta"],
        [],
    ),
    (
        "namedtuple",
        """
        from typing import NamedTuple
        from collections import namedtuple
        class N(NamedTuple):
            src: str
            dst: str = "g.d"
        P = namedtuple("P", "a b")
        n = N("raw.z")
        s, d = n
        spark.table(n.src).write.saveAsTable(d)
        p = P("q", b="g.r")
        df.write.saveAsTable(p.b)
        df.write.saveAsTable(n[1]+"2")
        df.write.saveAsTable(n._replace(dst="g.v").dst)
        """,
        ["g.d", "g.d2", "g.r", "g.v"],
        [],
    ),
    (
        "typeddict",
        """
        from typing import TypedDict
        class T(TypedDict):
            a: str
        x = T(a="g.x")
        df.write.saveAsTable(x["a"])
        y: T = {"a": "g.y"}
        df.write.saveAsTable(y["a"])
        """,
        ["g.x", "g.y"],
        [],
    ),
    (
        "format specifications",
        """
        n=3
        df.write.saveAsTable(f"g.t{n:03d}_{'x':>3}".replace(" ","_"))
        df.write.saveAsTable("g.{0}_{b:02}".format("q", b=1))
        df.write.saveAsTable("g.%s_%02d" % ("p", 4))
        """,
        ["g.p_04", "g.q_01", "g.t003___x"],
        [],
    ),
    (
        "datetime",
        """
        from datetime import datetime, timedelta, date
        d = datetime.now().strftime("%Y-%m-%d")
        df.write.parquet(f"s3://b/x/dt={d}")
        run = date.today() - timedelta(days=1)
        df.write.parquet(f"s3://b/y/{run.year}/{run:%Y%m}")
        df.write.saveAsTable("g.t_" + datetime(2020,1,5).strftime("%Y%m%d"))
        """,
        ["g.t_20200105", "s3://b/x/dt={d}", "s3://b/y/{year}/{run}"],
        [],
    ),
    (
        "argparse",
        """
        import argparse
        p = argparse.ArgumentParser()
        p.add_argument("--out", required=True)
        p.add_argument("-s","--src-table", default="raw.z")
        a = p.parse_args()
        spark.table(a.src_table).write.saveAsTable(a.out)
        """,
        ["{out}"],
        ["raw.t", "raw.z"],
    ),
    (
        "click",
        """
        import click
        @click.command()
        @click.option("--out", default="g.x")
        @click.argument("src")
        def main(out, src):
            spark.table(src).write.saveAsTable(out)
        if __name__ == "__main__":
            main()
        """,
        ["g.x"],
        ["{src}"],
    ),
    (
        "typer",
        """
        import typer
        app = typer.Typer()
        @app.command()
        def run(src: str, out: str = typer.Option("g.x"), n: int = 3):
            spark.table(src).write.saveAsTable(out)
        if __name__ == "__main__":
            app()
        """,
        ["g.x"],
        ["{src}"],
    ),
    (
        "typer.run",
        """
        import typer
        def main(src: str, out: str = typer.Argument(...)):
            spark.table(src).write.saveAsTable(out)
        if __name__ == "__main__":
            typer.run(main)
        """,
        ["{out}"],
        ["{src}"],
    ),
    (
        "fire",
        """
        import fire
        def main(src, out="g.x"):
            spark.table(src).write.saveAsTable(out)
        if __name__ == "__main__":
            fire.Fire(main)
        """,
        ["g.x"],
        ["{src}"],
    ),
    (
        "a context manager of one function",
        """
        from contextlib import contextmanager
        @contextmanager
        def session(n):
            s = spark
            try:
                yield s, n
            finally:
                pass
        with session("g.x") as (s, n):
            s.table("raw.z").write.saveAsTable(n)
        """,
        ["g.x"],
        [],
    ),
    (
        "a class with __enter__ and __call__",
        """
        class S:
            def __init__(self, n): self.n=n
            def __enter__(self): return self
            def __exit__(self,*a): df.write.saveAsTable("g.exit")
            def __call__(self, d): d.write.saveAsTable(self.n)
        with S("g.x") as s:
            s(df)
        """,
        ["g.exit", "g.x"],
        [],
    ),
    (
        "match",
        """
        def pick(k):
            match k:
                case "a" | "b":
                    return "g.ab"
                case {"t": name, **rest}:
                    return name
                case [x, *ys]:
                    return "g."+x
                case int(n) if n > 3:
                    return f"g.n{n}"
                case _:
                    return "g.other"
        for k in ["b", {"t":"g.map"}, ["seq","q"], 7, 1]:
            df.write.saveAsTable(pick(k))
        """,
        ["g.ab", "g.map", "g.n7", "g.other", "g.seq"],
        [],
    ),
    (
        "classes in a match",
        """
        from dataclasses import dataclass
        @dataclass
        class A:
            n: str
        @dataclass
        class B:
            n: str
        def go(x):
            match x:
                case A(n=v): return "g.a"+v
                case B(v): return "g.b"+v
        for x in [A("1"),B("2")]:
            df.write.saveAsTable(go(x))
        """,
        ["g.a1", "g.b2"],
        [],
    ),
    (
        "early returns and the walrus",
        """
        def f(x):
            if (n := x.get("t")) is None:
                return None
            return n
        if r := f({"t":"g.x"}):
            df.write.saveAsTable(r)
        while (n := None):
            pass
        """,
        ["g.x"],
        [],
    ),
    (
        "a generator and an iterator",
        """
        def gen():
            for i in range(2):
                yield f"g.t{i}"
            yield from ["g.z"]
        for n in gen():
            df.write.saveAsTable(n)
        it = iter(["g.a","g.b"])
        df.write.saveAsTable(next(it))
        df.write.saveAsTable(next(it))
        """,
        ["g.a", "g.b", "g.t0", "g.t1", "g.z"],
        [],
    ),
    (
        "a decorator with arguments",
        """
        import functools
        def dec(prefix):
            def outer(fn):
                @functools.wraps(fn)
                def inner(*a, **k):
                    r = fn(*a, **k)
                    return r.withColumn("p", F.lit(prefix))
                return inner
            return outer
        @dec("q")
        def load(n): return spark.table(n)
        load("raw.z").write.saveAsTable("g.x")
        """,
        ["g.x"],
        ["raw.z"],
    ),
    (
        "functions registered by a decorator",
        """
        class Reg:
            def __init__(self): self.f = {}
            def register(self, name):
                def d(fn):
                    self.f[name] = fn
                    return fn
                return d
        reg = Reg()
        @reg.register("a")
        def a(): df.write.saveAsTable("g.a")
        @reg.register("b")
        def b(): df.write.saveAsTable("g.b")
        import sys
        reg.f[sys.argv[1]]()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "unknown deco",
        """
        from dagster import asset, op
        @op(config={"a":1})
        def f():
            df.write.saveAsTable("g.x")
        f()
        """,
        ["g.x"],
        [],
    ),
    (
        "getattr",
        """
        class C:
            t = "g.x"
            def run_a(self): df.write.saveAsTable("g.a")
        c = C()
        df.write.saveAsTable(getattr(c,"t"))
        getattr(c, "run_" + "a")()
        setattr(c, "z", "g.z")
        if hasattr(c,"z"): df.write.saveAsTable(c.z)
        df.write.saveAsTable(getattr(c,"nope","g.d"))
        """,
        ["g.a", "g.d", "g.x", "g.z"],
        [],
    ),
    (
        "globals",
        """
        def run_a(): df.write.saveAsTable("g.a")
        globals()["run_a"]()
        globals()["zz"] = "g.z"
        df.write.saveAsTable(zz)
        """,
        ["g.a", "g.z"],
        [],
    ),
    (
        "a table of functions",
        """
        import argparse
        def a(): df.write.saveAsTable("g.a")
        def b(): df.write.saveAsTable("g.b")
        JOBS = {"a": a, "b": b}
        p = argparse.ArgumentParser()
        p.add_argument("job", choices=list(JOBS))
        args = p.parse_args()
        JOBS[args.job]()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "a table of classes asked by get",
        """
        import argparse
        class A:
            def run(self): df.write.saveAsTable("g.a")
        class B:
            def run(self): df.write.saveAsTable("g.b")
        JOBS = {"a": A, "b": B}
        p = argparse.ArgumentParser()
        p.add_argument("--job")
        args = p.parse_args()
        cls = JOBS.get(args.job)
        if cls is None:
            raise ValueError(args.job)
        cls().run()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "a table of functions with arguments",
        """
        import sys
        def a(n): df.write.saveAsTable(n)
        JOBS = {"a": (a, "g.a"), "b": (a, "g.b")}
        f, n = JOBS[sys.argv[1]]
        f(n)
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "__subclasses__",
        """
        class Base:
            def run(self): df.write.saveAsTable(self.t)
        class A(Base):
            t="g.a"
        class B(Base):
            t="g.b"
        for c in Base.__subclasses__():
            c().run()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "__init_subclass__",
        """
        class Base:
            reg = {}
            def __init_subclass__(cls, **kw):
                super().__init_subclass__(**kw)
                Base.reg[cls.__name__] = cls
            def run(self): df.write.saveAsTable(self.t)
        class A(Base):
            t="g.a"
        class B(Base):
            t="g.b"
        for n, c in Base.reg.items():
            c().run()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "inheritance",
        """
        from abc import ABC, abstractmethod
        class Log:
            def __init__(self, *a, **k):
                super().__init__(*a, **k)
        class Base(ABC):
            def __init__(self, n): self.n = n
            @abstractmethod
            def t(self, d): ...
            @classmethod
            def make(cls, n): return cls(n)
            @staticmethod
            def name(x): return "g." + x
            @property
            def target(self): return self.name(self.n)
            def run(self): self.t(spark.table("raw.z")).write.saveAsTable(self.target)
        class J(Log, Base):
            def t(self, d): return d.select("a")
        J.make("x").run()
        """,
        ["g.x"],
        ["raw.z"],
    ),
    (
        "an object with special methods",
        """
        class Cfg:
            def __init__(self, d): self._d = d
            def __getattr__(self, k): return self._d[k]
            def __getitem__(self, k): return self._d[k]
            def __len__(self): return 2
            def __contains__(self, k): return k in self._d
            def __add__(self, o): return "g.add" + o
            def __str__(self): return "g.str"
            def __iter__(self): return iter(["g.i1"])
            def __eq__(self, o): return True
        c = Cfg({"t":"g.x"})
        df.write.saveAsTable(c.t)
        df.write.saveAsTable(c["t"] + "2")
        df.write.saveAsTable(c + "3")
        df.write.saveAsTable(str(c))
        df.write.saveAsTable(f"{c}f")
        for x in c: df.write.saveAsTable(x)
        if "t" in c: df.write.saveAsTable("g.in")
        df.write.saveAsTable(f"g.len{len(c)}")
        """,
        ["g.add3", "g.i1", "g.in", "g.len2", "g.str", "g.strf", "g.x", "g.x2"],
        [],
    ),
    (
        "closures and keyword arguments",
        """
        def mk(prefix, *parts, sep="_", **kw):
            def inner(n): return prefix + sep.join([*parts, n]) + kw.get("suffix","")
            return inner
        f = mk("g.", "a", suffix="z")
        df.write.saveAsTable(f("b"))
        from functools import partial
        g = partial(mk, "h.", sep="-")
        df.write.saveAsTable(g("q")("r").replace("-","_"))
        """,
        ["g.a_bz", "h.q_r"],
        [],
    ),
    (
        "cached functions",
        """
        from functools import lru_cache, cache, cached_property
        @lru_cache(maxsize=None)
        def n(): return "g.x"
        @cache
        def m(): return "g.y"
        class C:
            @cached_property
            def z(self): return "g.z"
        for x in [n(), m(), C().z]: df.write.saveAsTable(x)
        """,
        ["g.x", "g.y", "g.z"],
        [],
    ),
    (
        "singledispatch",
        """
        from functools import singledispatch, singledispatchmethod
        @singledispatch
        def f(x): return "g.o"
        @f.register
        def _(x: str): return "g.s"
        @f.register(int)
        def _(x): return "g.i"
        for v in ["a", 1, 2.0]: df.write.saveAsTable(f(v))
        """,
        ["g.i", "g.o", "g.s"],
        [],
    ),
    (
        "try",
        """
        try:
            import fancy
            T = "g.a"
        except ImportError:
            T = "g.b"
        df.write.saveAsTable(T)
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "imports for type checkers",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from nowhere import X
        def f(x: "X"): return x
        df.write.saveAsTable(f("g.x"))
        """,
        ["g.x"],
        [],
    ),
    (
        "collections",
        """
        from collections import ChainMap, Counter, defaultdict, OrderedDict, deque
        c = ChainMap({"a":"g.x"},{"b":"g.y"})
        df.write.saveAsTable(c["b"])
        d = defaultdict(list)
        d["q"].append("g.z")
        for k,v in d.items():
            for n in v: df.write.saveAsTable(n)
        q = deque(["g.w"])
        df.write.saveAsTable(q.popleft())
        """,
        ["g.w", "g.y", "g.z"],
        [],
    ),
    (
        "threads",
        """
        from concurrent.futures import ThreadPoolExecutor, as_completed
        def w(n): df.write.saveAsTable(f"g.{n}")
        with ThreadPoolExecutor(4) as ex:
            list(ex.map(w, ["a","b"]))
            fs = [ex.submit(w, n) for n in ["c"]]
            for f in as_completed(fs): f.result()
        """,
        ["g.a", "g.b", "g.c"],
        [],
    ),
    (
        "threading",
        """
        import threading
        def w(n): df.write.saveAsTable(f"g.{n}")
        ts = [threading.Thread(target=w, args=(n,)) for n in ["a","b"]]
        for x in ts: x.start()
        from multiprocessing.pool import ThreadPool
        ThreadPool(3).map(w, ["c"])
        from joblib import Parallel, delayed
        Parallel(n_jobs=2)(delayed(w)(n) for n in ["d"])
        import asyncio
        async def m(): w("e")
        asyncio.run(m())
        """,
        ["g.a", "g.b", "g.c", "g.d", "g.e"],
        [],
    ),
    (
        "pydantic",
        """
        from pydantic import BaseModel, BaseSettings, Field
        class C(BaseModel):
            t: str = "g.x"
            u: str = Field("g.y", description="d")
            class Config: pass
        c = C()
        df.write.saveAsTable(c.t)
        df.write.saveAsTable(c.u)
        df.write.saveAsTable(C(**{"t":"g.z"}).t)
        df.write.saveAsTable(C.parse_obj({"t":"g.v"}).t)
        """,
        ["g.v", "g.x", "g.y", "g.z"],
        [],
    ),
    (
        "attrs",
        """
        import attr
        @attr.s
        class C:
            t = attr.ib(default="g.x")
        from attrs import define, field
        @define
        class D:
            u: str = field(default="g.y")
            v: str = "g.z"
        c = C()
        d=D()
        for n in [c.t,d.u,d.v]: df.write.saveAsTable(n)
        """,
        ["g.x", "g.y", "g.z"],
        [],
    ),
    (
        "string methods and templates",
        """
        import string
        from string import Template
        df.write.saveAsTable(Template("g.$n").substitute(n="x"))
        df.write.saveAsTable("g." + "Ab Cd".lower().replace(" ","_").title().swapcase().strip("_"))
        df.write.saveAsTable("g." + "-".join(reversed(["a","b"])).translate(str.maketrans("-","_")))
        """,
        ["g.ab_cd", "g.b_a", "g.x"],
        [],
    ),
    (
        "sorted, max, any, unpacking",
        """
        names = {"b": 2, "a": 1}
        for k, v in sorted(names.items(), key=lambda kv: kv[1], reverse=True):
            df.write.saveAsTable(f"g.{k}{v}")
        df.write.saveAsTable(max(names, key=names.get) + ".m")
        any_ = any(x == "a" for x in names)
        if any_: df.write.saveAsTable("g.any")
        a, *rest = ["g.p","g.q","g.r"]
        for r in rest: df.write.saveAsTable(r)
        df.write.saveAsTable({**{"z":"g.s"}}["z"])
        m = {"x": 1} | {"y": 2}
        df.write.saveAsTable("g." + "".join(m))
        """,
        ["b.m", "g.a1", "g.any", "g.b2", "g.q", "g.r", "g.s", "g.xy"],
        [],
    ),
    (
        "arguments spread out",
        """
        def w(df, table, mode="append", **kw): df.write.mode(mode).saveAsTable(f"g.{table}")
        cfg = {"table": "x"}
        w(df, **cfg)
        w(**{"df": df, "table": "y"})
        """,
        ["g.x", "g.y"],
        [],
    ),
    (
        "a step that nobody calls",
        """
        class OrdersStep:
            def __init__(self, session, source_path: str, target_path: str):
                session.read.parquet(source_path).select("a").write.parquet(target_path)
        """,
        ["{target_path}"],
        ["{source_path}"],
    ),
    (
        "logging wrapper",
        """
        import logging, time, functools
        log = logging.getLogger(__name__)
        def timed(fn):
            @functools.wraps(fn)
            def w(*a, **k):
                t = time.time()
                try:
                    return fn(*a, **k)
                finally:
                    log.info(time.time() - t)
            return w
        @timed
        def go(): df.write.saveAsTable("g.x")
        go()
        """,
        ["g.x"],
        [],
    ),
    (
        "retry deco unknown",
        """
        from tenacity import retry, stop_after_attempt
        @retry(stop=stop_after_attempt(3))
        def go(): df.write.saveAsTable("g.x")
        go()
        """,
        ["g.x"],
        [],
    ),
    (
        "jinja",
        """
        from jinja2 import Template, Environment, FileSystemLoader
        df.write.saveAsTable(Template("g.{{ n }}").render(n="x"))
        """,
        ["g.x"],
        [],
    ),
    (
        "a metaclass and __new__",
        """
        class Sing(type):
            _i = {}
            def __call__(cls, *a, **k):
                if cls not in cls._i:
                    cls._i[cls] = super().__call__(*a, **k)
                return cls._i[cls]
        class C(metaclass=Sing):
            def __init__(self): self.t = "g.x"
        df.write.saveAsTable(C().t)
        class D:
            _inst = None
            def __new__(cls, *a):
                if cls._inst is None:
                    cls._inst = super().__new__(cls)
                return cls._inst
            def __init__(self, n): self.n = n
        df.write.saveAsTable(D("g.y").n)
        """,
        ["g.x", "g.y"],
        [],
    ),
    (
        "builtin functions",
        """
        df.write.saveAsTable("g." + chr(97) + format(3, "02d") + str(pow(2,3)) + hex(10) + bin(2) + oct(8) + str(divmod(7,2)[0]) + str(int("7")) + str(round(2.5)) + ascii("q")[1:-1])
        """,
        ["g.a0380xa0b100o10372q"],
        [],
    ),
    (
        "a main that nobody calls",
        """
        def main(spark, source: str, target: str):
            spark.table(source).select("a").write.saveAsTable(target)
        """,
        ["{target}"],
        ["{source}"],
    ),
    (
        "comprehensions in one another",
        """
        T = {k: f"g.{k}" for k in ("a","b")}
        for (k, v), i in zip(T.items(), range(9)):
            df.write.saveAsTable(v + str(i))
        X = [[j for j in range(i)] for i in range(3)]
        for r in X:
            for c in r: df.write.saveAsTable(f"h.{len(r)}{c}")
        """,
        ["g.a0", "g.b1", "h.10", "h.20", "h.21"],
        [],
    ),
    (
        "a secret in JSON",
        """
        import boto3, json
        sm = boto3.client("secretsmanager")
        cfg = json.loads(sm.get_secret_value(SecretId="x")["SecretString"])
        df.write.parquet(cfg["bucket"] + "/x")
        """,
        ["{bucket}/x"],
        [],
    ),
    (
        "a factory by name",
        """
        import sys
        class A:
            name = "a"
            def run(self): df.write.saveAsTable("g.a")
        class B:
            name = "b"
            def run(self): df.write.saveAsTable("g.b")
        def make(name):
            for c in [A, B]:
                if c.name == name:
                    return c()
            raise ValueError(name)
        make(sys.argv[1]).run()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "the first class that fits",
        """
        import sys
        class A:
            name = "a"
            def run(self): df.write.saveAsTable("g.a")
        class B:
            name = "b"
            def run(self): df.write.saveAsTable("g.b")
        job = next(c for c in (A, B) if c.name == sys.argv[1])()
        job.run()
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "a factory of branches",
        """
        import sys
        def get(n):
            if n == "a": return "g.a"
            elif n == "b": return "g.b"
            else: raise ValueError(n)
        df.write.saveAsTable(get(sys.argv[1]))
        """,
        ["g.a", "g.b"],
        [],
    ),
    (
        "asyncio",
        """
        import asyncio
        async def load(n): return spark.table(n)
        async def main():
            a, b = await asyncio.gather(load("raw.a"), load("raw.b"))
            a.join(b, "id").write.saveAsTable("g.x")
        if __name__ == "__main__":
            asyncio.run(main())
        """,
        ["g.x"],
        ["raw.a", "raw.b"],
    ),
]  # fmt: skip

PROGRAMS = [
    (
        "a step that a docstring elsewhere names",
        {
            "job.py": """
                class IngestStep:
                    def __init__(self, spark, target: str):
                        spark.table("raw.t").write.parquet(target)
            """,
            "docs.py": '''
                """How it goes: first `IngestStep`, then the rest."""
                import job
            ''',
        },
        ["{target}"],
        ["raw.t"],
    ),
    (
        "a configuration's value that only a run gives",
        {
            "job.py": """
                from config import StepConfig
                class IngestStep:
                    def __init__(self, spark, source: str = StepConfig().source, target: str = StepConfig().target):
                        if not isinstance(source, str):
                            raise ValueError("no path")
                        spark.read.parquet(source).write.parquet(target)
            """,
            "config.py": """
                from dataclasses import dataclass
                from omegaconf import MISSING
                @dataclass
                class StepConfig:
                    source: str = MISSING
                    target: str = "s3://lake/out"
            """,
        },
        ["s3://lake/out"],
        ["{source}"],
    ),
    (
        "hydra",
        {
            "job.py": """
                import hydra
                from omegaconf import DictConfig
                @hydra.main(config_path="conf", config_name="config", version_base=None)
                def main(cfg: DictConfig) -> None:
                    spark.table(cfg.input.table).write.saveAsTable(cfg["output"]["table"])
                if __name__ == "__main__":
                    main()
            """,
            "conf/config.yaml": """
                input:
                  table: raw.z
                output:
                  table: g.x
            """,
        },
        ["g.x"],
        ["raw.z"],
    ),
    (
        "omegaconf",
        {
            "job.py": """
                from omegaconf import OmegaConf
                cfg = OmegaConf.load("conf.yaml")
                spark.table(cfg.input).write.saveAsTable(cfg.out.name)
            """,
            "conf.yaml": """
                input: raw.z
                out: {name: g.x}
            """,
        },
        ["g.x"],
        ["raw.z"],
    ),
    (
        "configparser",
        {
            "job.py": """
                import configparser
                c = configparser.ConfigParser()
                c.read("job.ini")
                df.write.saveAsTable(c["out"]["table"])
                df.write.saveAsTable(c.get("out","table2"))
                df.write.saveAsTable("h." + c.get("out","nope", fallback="zz"))
            """,
            "job.ini": """
                [DEFAULT]
                schema = g
                [out]
                table = %(schema)s.x
                table2=g.y
            """,
        },
        ["g.x", "g.y", "h.zz"],
        [],
    ),
    (
        "toml",
        {
            "job.py": """
                import tomllib
                with open("job.toml","rb") as f:
                    c = tomllib.load(f)
                df.write.saveAsTable(c["out"]["table"])
            """,
            "job.toml": """
                [out]
                table = "g.x"
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "JSON beside the file",
        {
            "jobs/job.py": """
                import json
                from pathlib import Path
                c = json.loads((Path(__file__).parent / "conf" / "a.json").read_text())
                df.write.saveAsTable(c["t"])
            """,
            "jobs/conf/a.json": """
                {"t":"g.x"}
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "modules by name",
        {
            "job.py": """
                import importlib
                m = importlib.import_module("jobs.a")
                m.run(spark)
                __import__("jobs.b")
                mod = importlib.import_module(f"jobs.{'c'}")
                getattr(mod,"main")(spark)
            """,
            "jobs/a.py": """
                def run(spark):
                    spark.table("raw.a").write.saveAsTable("g.a")
            """,
            "jobs/b.py": "",
            "jobs/c.py": """
                def main(spark):
                    spark.table("raw.a").write.saveAsTable("g.c")
            """,
            "jobs/__init__.py": "",
        },
        ["g.a", "g.c"],
        [],
    ),
    (
        "a module of a package by an unknown name",
        {
            "job.py": """
                import importlib, sys
                name = sys.argv[1]
                m = importlib.import_module(f"jobs.{name}")
                m.run(spark)
            """,
            "jobs/a.py": """
                def run(spark):
                    spark.table("raw.a").write.saveAsTable("g.a")
            """,
            "jobs/c.py": """
                def run(spark):
                    spark.table("raw.a").write.saveAsTable("g.c")
            """,
            "jobs/__init__.py": "",
        },
        ["g.a", "g.c"],
        [],
    ),
    (
        "a function of a module by an unknown name",
        {
            "job.py": """
                import jobs_mod, sys
                getattr(jobs_mod, sys.argv[1])(spark)
            """,
            "jobs_mod.py": """
                def a(spark):
                    spark.table("raw.a").write.saveAsTable("g.a")
                def c(spark):
                    spark.table("raw.a").write.saveAsTable("g.c")
            """,
        },
        ["g.a", "g.c"],
        [],
    ),
    (
        "a folder on sys.path",
        {
            "jobs/deep/job.py": """
                import sys, os
                sys.path.append(os.path.join(os.path.dirname(__file__), "..", "shared", "py"))
                from common.io import save
                save(df, "x")
            """,
            "shared/py/common/io.py": """
                def save(d, n):
                    d.write.saveAsTable("g." + n)
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "two packages of one name",
        {
            "jobs/job.py": """
                from utils import io
                io.save(df, "x")
            """,
            "jobs/utils/other.py": """
                X=1
            """,
            "utils/io.py": """
                def save(d, n):
                    d.write.saveAsTable("g." + n)
            """,
            "utils/__init__.py": "",
        },
        ["g.x"],
        [],
    ),
    (
        "star imports through packages",
        {
            "job.py": """
                from lib import *
                save(df, NAME)
            """,
            "lib/__init__.py": """
                from .io import *
                from . import consts
                from .consts import NAME
            """,
            "lib/io.py": """
                __all__=["save"]
                def save(d, n):
                    d.write.saveAsTable("g." + n)
            """,
            "lib/consts.py": """
                NAME="x"
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "relative imports",
        {
            "pkg/jobs/job.py": """
                from ..common import save
                from .names import NAME as N
                save(df, N)
            """,
            "pkg/__init__.py": "",
            "pkg/jobs/__init__.py": "",
            "pkg/common.py": """
                def save(d, n):
                    d.write.saveAsTable("g." + n)
            """,
            "pkg/jobs/names.py": """
                NAME="x"
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "a step with a session of the repository",
        {
            "job.py": """
                from session import Session
                class OrdersStep:
                    def __init__(self, session: Session, src: str):
                        session.load(src).select("a").write.mode(session.mode).parquet(session.base + "/x")
            """,
            "session.py": """
                from pyspark.sql import SparkSession
                class Session:
                    base="s3://b"
                    def __init__(self, mode="overwrite"):
                        self.spark = SparkSession.builder.getOrCreate()
                        self.mode = mode
                    def load(self, p): return self.spark.read.parquet(p)
            """,
        },
        ["s3://b/x"],
        [],
    ),
    (
        "a step of a base class",
        {
            "job.py": """
                from base import Base
                class Orders(Base):
                    def transform(self, d): return d.select("a")
                    target = "g.x"
                    source = "raw.z"
            """,
            "base.py": """
                from abc import ABC, abstractmethod
                from pyspark.sql import SparkSession
                class Base(ABC):
                    def __init__(self): self.spark = SparkSession.builder.getOrCreate()
                    @abstractmethod
                    def transform(self, d): ...
                    def run(self):
                        self.transform(self.spark.table(self.source)).write.saveAsTable(self.target)
            """,
        },
        ["g.x"],
        [],
    ),
    (
        "files of a folder",
        {
            "job.py": """
                import os
                from pathlib import Path
                for p in sorted(Path(__file__).parent.glob("sql/*.sql")):
                    spark.sql(p.read_text()).write.saveAsTable(f"g.{p.stem}")
                for f in sorted(os.listdir("sql")):
                    with open(os.path.join("sql", f)) as h:
                        spark.sql(h.read()).write.saveAsTable("h." + f.split(".")[0])
            """,
            "sql/a.sql": """
                select x from raw.z
            """,
            "sql/b.sql": """
                select y from raw.z
            """,
        },
        ["g.a", "g.b", "h.a", "h.b"],
        [],
    ),
    (
        "data of a package",
        {
            "job.py": """
                from importlib import resources
                import conf
                q = resources.files(conf).joinpath("q.sql").read_text()
                spark.sql(q).write.saveAsTable("g.x")
                q2 = resources.read_text("conf","q.sql")
                spark.sql(q2).write.saveAsTable("g.y")
                import pkgutil
                spark.sql(pkgutil.get_data("conf","q.sql").decode()).write.saveAsTable("g.z")
            """,
            "conf/__init__.py": "",
            "conf/q.sql": """
                select x from raw.z
            """,
        },
        ["g.x", "g.y", "g.z"],
        ["raw.z"],
    ),
    (
        "csv",
        {
            "job.py": """
                import csv
                with open("tables.csv") as f:
                    for row in csv.DictReader(f):
                        df.write.saveAsTable(row["schema"] + "." + row["name"])
            """,
            "tables.csv": """
                schema,name
                g,a
                g,b
            """,
        },
        ["g.a", "g.b"],
        [],
    ),
    (
        "an entry point of a package",
        {
            "job.py": """
                from pyspark.sql import SparkSession
                from pkg.core import run
                def entrypoint():
                    run(SparkSession.builder.getOrCreate(), "x")
            """,
            "pkg/core.py": """
                def run(spark, n):
                    spark.table("raw.z").write.saveAsTable("g." + n)
            """,
        },
        ["g.x"],
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "writes", "reads"), [entry[1:] for entry in IDIOMS], ids=[entry[0] for entry in IDIOMS]
)
def test_an_idiom_names_what_a_run_would(code: str, writes: list[str], reads: list[str]) -> None:
    found = lowered(HEAD + dedent(code))
    assert sorted(set(written(found))) == writes
    assert set(reads) <= scanned(found)


@pytest.mark.parametrize(
    ("files", "writes", "reads"),
    [entry[1:] for entry in PROGRAMS],
    ids=[entry[0] for entry in PROGRAMS],
)
def test_a_program_is_followed_through_its_files(
    files: dict[str, str], writes: list[str], reads: list[str]
) -> None:
    path, *_ = files
    others = {name: dedent(text).lstrip() for name, text in files.items() if name != path}
    found = lowered(HEAD + dedent(files[path]), others, path)
    assert sorted(set(written(found))) == writes
    assert set(reads) <= scanned(found)
