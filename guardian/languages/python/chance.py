"""Python's own chance: `random`, `numpy.random`, `uuid`, and the seeds that take it away."""

from guardian.languages.python.spark_state import state_of
from guardian.languages.python.values import MISSING, Call, Unknown, Value

_SEEDS = frozenset({
    "random.seed", "numpy.random.seed", "np.random.seed", "torch.manual_seed",
    "torch.random.manual_seed",
})  # fmt: skip
_MODULES = ("random.", "numpy.random.", "np.random.")
_DRAWS = frozenset({
    "random", "randint", "randrange", "uniform", "choice", "choices", "sample", "gauss", "normal",
    "normalvariate", "rand", "randn", "random_sample", "permutation", "getrandbits", "integers",
})  # fmt: skip
_NEVER_SEEDED = frozenset({
    "uuid.uuid1", "uuid.uuid4", "secrets.token_hex", "secrets.randbelow", "os.urandom",
})  # fmt: skip
_SEEDED = "python's random seed"


def drawn(path: str, call: Call) -> Value:
    """Return what a function of chance gives, under a name that says so; else `MISSING`.

    After a seed the same program draws the same, so that it is merely not known.
    """
    if path in _SEEDS:
        state_of(call.machine).configuration[_SEEDED] = True
        return None
    name = path.rpartition(".")[2]
    if path in _NEVER_SEEDED:
        return Unknown(f"{name}()", weak=True)
    if name not in _DRAWS or not path.startswith(_MODULES):
        return MISSING
    seeded = state_of(call.machine).configuration.get(_SEEDED)
    return Unknown(name if seeded else f"{name}()", weak=True)
