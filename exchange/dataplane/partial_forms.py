"""Which part of a number, name or address is shown, as SQL over a text column."""

from collections.abc import Callable

from exchange.dataplane.engine import literal

# What stands for a value that shows nothing of itself.
STARS = "'***'"

# Surnames of two characters still in use (百家姓 and the census lists of the registration offices).
COMPOUND_SURNAMES = (
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
    "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
    "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
    "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
    "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "东门", "西门", "第五",
)  # fmt: skip

# Down to the county; a level that is not written as one is left away.
_PROVINCE = r"(?:[^省市县区旗盟\s]{2,8}(?:省|自治区|特别行政区))?"
_CITY = r"(?:[^省市县区旗盟\s]{1,12}?(?:市|自治州|地区|盟))?"
_COUNTY = r"(?:[^省市县区旗盟路街巷号\s]{1,14}?(?:自治县|自治旗|县|区|旗|市))?"
ADDRESS = f"{_PROVINCE}{_CITY}{_COUNTY}"
# Ends like a county and is none: what stands before it may be the house of one family.
NO_COUNTY = r"[^省市县区旗盟路街巷号\s]*(?:[小社园校街院厂库景营]区|开发区|高新区|保税区)$"


def identity_sql(value: str) -> str:
    """The division and the sequence of a number of 18 or 15 digits; the day of birth hidden."""
    return (
        f"CASE WHEN regexp_full_match({value}, '[0-9]{{17}}[0-9Xx]') "
        f"THEN left({value}, 6) || '********' || right({value}, 4) "
        f"WHEN regexp_full_match({value}, '[0-9]{{15}}') "
        f"THEN left({value}, 6) || '******' || right({value}, 3) ELSE {STARS} END"
    )


def telephone_sql(value: str) -> str:
    """The first three and the last four digits of a number with eleven or more."""
    return f"CASE WHEN length({value}) >= 11 THEN {ends_sql(value, 3, 4)} ELSE {STARS} END"


def ends_sql(value: str, head: int, tail: int) -> str:
    """The first ``head`` and last ``tail`` characters of a text that has more than these."""
    stars = f"repeat('*', length({value}) - {head + tail})"
    return (
        f"CASE WHEN length({value}) > {head + tail} "
        f"THEN left({value}, {head}) || {stars} || right({value}, {tail}) ELSE {STARS} END"
    )


def name_sql(value: str) -> str:
    """The surname and two stars; a name of one character is hidden whole."""
    surnames = ", ".join(map(literal, COMPOUND_SURNAMES))
    return (
        f"CASE WHEN length({value}) > 2 AND left({value}, 2) IN ({surnames}) "
        f"THEN left({value}, 2) || '**' "
        f"WHEN length({value}) > 1 THEN left({value}, 1) || '**' ELSE '**' END"
    )


def address_sql(value: str) -> str:
    """Province, city and county as written, then three stars."""
    down = f"regexp_extract({value}, {literal(f'^{ADDRESS}')})"
    return f"regexp_replace({down}, {literal(NO_COUNTY)}, '') || {STARS}"


FORMS: dict[str, Callable[[str], str]] = {
    "identity": identity_sql,
    "telephone": telephone_sql,
    "name": name_sql,
    "address": address_sql,
}
