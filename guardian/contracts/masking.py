"""What a function leaves of a classified value: all, a part, or nothing that tells whose it is."""

import re
from collections.abc import Mapping

from guardian.model.expression import Expression, is_const, name_of

WHOLE = 1.0
PART = 0.7  # half an address may still tell whose it is
UNREAD = 0.5  # nobody knows what the function does

# Each with the reason why what it gives needs no classification any more.
ENDING: Mapping[str, str] = {
    **dict.fromkeys(
        ("md5", "sha1", "sha2", "sha256", "sha512", "sha224", "sha384", "hash", "xxhash64",
         "murmur3", "farm_fingerprint", "crc32", "hashbytes", "checksum", "binary_checksum",
         "hmac", "hash_agg", "fnv_hash", "digest", "standard_hash", "ora_hash"),
        "a hash cannot be read back",
    ),
    **dict.fromkeys(("mask", "mask_first_n", "mask_last_n", "mask_hash", "redact"), "it is masked"),
    **dict.fromkeys(
        ("aes_encrypt", "encrypt", "encrypt_raw", "encryptbykey", "encryptbypassphrase",
         "pgp_sym_encrypt", "aead_encrypt"),
        "nobody reads it without the key",
    ),
    **dict.fromkeys(
        ("length", "char_length", "octet_length", "bit_length", "size", "cardinality", "datediff",
         "extract", "date_diff", "sign", "soundex", "ascii", "ntile", "width_bucket",
         "months_between"),
        "it tells a measure of the value, not the value",
    ),
    **dict.fromkeys(
        ("eq", "neq", "lt", "le", "is", "is_null", "and", "or", "not", "in", "like", "ilike",
         "rlike", "starts_with", "ends_with", "contains"),
        "a yes or a no is left",
    ),
}  # fmt: skip
# Aggregates that give one value, or all; every other one mixes the values of many rows.
GIVING_VALUES = frozenset({
    "min", "max", "any_value", "first", "last", "mode", "array_agg", "string_agg", "listagg",
    "collect_list", "collect_set", "group_concat", "max_by", "min_by", "arg_max", "arg_min",
    "object_agg", "map_agg", "first_value", "last_value", "nth_value", "lag", "lead",
})  # fmt: skip
_KEEPING = frozenset({
    "cast", "try_cast", "upper", "lower", "initcap", "trim", "ltrim", "rtrim", "concat",
    "concat_ws", "coalesce", "greatest", "least", "replace", "reverse", "lpad", "rpad", "add",
    "sub", "mul", "div", "neg", "abs", "round", "struct", "array", "map", "field", "to_json",
    "base64", "unbase64", "to_base64", "from_base64", "hex", "unhex", "to_hex", "from_hex",
    "encode", "decode", "translate", "to_date",
    "to_timestamp", "date_add", "format", "quote", "at_time_zone", "pad", "var_map", "from_json",
    "from_csv", "json_format", "json_parse", "explode",
})  # fmt: skip
_CUTTING = frozenset({
    "substring", "split", "regexp_split", "split_part", "regexp_extract", "index", "element_at",
    "regexp_replace", "date_trunc", "substring_index", "json_extract", "get_json_object", "left",
    "right", "time_to_str", "date_part",
})  # fmt: skip
_SAYS_SO = re.compile(
    r"mask|hash|anonymi|pseudonymi|tokeni|encrypt|redact|scrub|obfuscat|digest", re.IGNORECASE
)
_EVERYTHING = frozenset({".", ".*", ".+", "(.)", "(.*)", "(.+)", "^.*$", "^.+$", r"\S", r"[\s\S]"})
_COARSE = frozenset({"year", "decade", "century", "millennium"})
_INITIAL = 1


def left_by(node: Expression) -> float:
    """Return how much a call leaves of what it is given: 0 nothing, 1 all of it."""
    name = name_of(node) if node.op == "call" else str(node.value[0])
    if name in ENDING or _SAYS_SO.search(name):
        return 0.0
    if name in _KEEPING:
        return WHOLE
    if name in _CUTTING:
        return 0.0 if _cut_away(name, node) else PART
    return UNREAD


def _cut_away(name: str, node: Expression) -> bool:
    """Return whether a function that cuts leaves next to nothing: an initial, a year, dots."""
    constants = [str(arg.value[1]) if is_const(arg) else "" for arg in node.args]
    if name == "regexp_replace":
        return len(constants) > 1 and constants[1] in _EVERYTHING
    if name == "substring" and len(constants) == 3:
        return constants[2].isdigit() and len(constants[2]) < 9 and int(constants[2]) <= _INITIAL
    return name == "date_trunc" and str(node.value[1]).lower() in _COARSE
