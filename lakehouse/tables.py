"""Every table of the lake, declared once. Standard library only, so that a DAG file may import it.

Jobs, gates, tests, DAGs and docs/tables.md all follow from here; nothing names a table by a loose string.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter

from lakehouse.errors import UnknownTable


class Schema(StrEnum):
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    OPS = "ops"


class Origin(StrEnum):
    """Who writes a table, which decides what `mep3m build` does with it."""

    LANDED = "landed"       # crawlers and imports append through delta-rs; audited per crawl afterwards
    BUILT = "built"         # a Spark job, whole: a row that the inputs no longer give is deleted
    SCORED = "scored"       # a Spark job, rows added or updated by key and never deleted
    DECIDED = "decided"     # people, by command or CSV file; rows added or updated by key
    RECORDED = "recorded"   # as it is: by the frame, or by an import that replaces it whole; audited in place


@dataclass(frozen=True)
class Column:
    name: str
    type: str               # as Spark prints it: string, int, bigint, double, boolean, timestamp, array<...>, struct<...>
    description: str        # with the unit, where there is one
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    schema: Schema
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    origin: Origin = Origin.BUILT
    built_from: tuple[Table, ...] = ()
    remembers_itself: bool = False          # the job's last input is the table as it stands, empty at first
    partition_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.column_names
        repeated = sorted({n for n in names if names.count(n) > 1})
        strangers = [n for n in (*self.key, *self.partition_by) if n not in names]
        if repeated or strangers or not self.key:
            raise ValueError(f"table {self.name}: repeated columns {repeated}, keys that name no column {strangers}, key {self.key}")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


C = Column

# ---------------------------------------------------------------------------------------------------------------- bronze

CRAWL_RUNS = Table(
    "crawl_runs", Schema.BRONZE,
    "One run of one spider or import over one shop.",
    (
        C("crawl_id", "string", "Shop and start time; a resumed crawl keeps it."),
        C("shop", "string", "The shop that was read."),
        C("spider", "string", "The spider, or import, that read it."),
        C("source", "string", "The start URL or the file's name."),
        C("started_at", "timestamp", "First start."),
        C("finished_at", "timestamp", "End; null while it runs or after it died.", nullable=True),
        C("finish_reason", "string", "Scrapy's reason (`finished`, `shutdown`, ...); null while it runs.", nullable=True),
        C("listings", "bigint", "Listings landed."),
        C("images", "bigint", "Pictures landed."),
        C("rejects", "bigint", "Listings that could not be used."),
        C("counters", "map<string,bigint>", "Everything counted on the way, by name; `option/...` is what it was asked for, kept for `--resume`."),
        C("audit", "string", "`pending`, `passed` or `failed`; only a passed crawl is read further."),
        C("audit_notes", "array<string>", "What the audit and the monitors found wrong."),
    ),
    key=("crawl_id",), origin=Origin.LANDED,
)

RAW_LISTINGS = Table(
    "raw_listings", Schema.BRONZE,
    "A product page as one crawl saw it.",
    (
        C("shop", "string", "The shop."),
        C("listing_id", "string", "The shop's own id."),
        C("crawl_id", "string", "The crawl that saw it."),
        C("url", "string", "The page's canonical URL, or file:line for an import."),
        C("fetched_at", "timestamp", "When the page arrived."),
        C("title", "string", "The product's name as the page gives it."),
        C("breadcrumbs", "array<string>", "The shop's category path, first level first, without the home page and the product."),
        C("subsub_class_name", "string", "A third level that the source sets apart from the breadcrumb.", nullable=True),
        C("image_urls", "array<string>", "Every candidate picture, main picture first."),
        C("image_url", "string", "The candidate chosen by the listing's seed.", nullable=True),
        C("image_sha256", "string", "The chosen picture's content, where it could be fetched.", nullable=True),
        C("rules", "map<string,string>", "The rule that found each field."),
    ),
    key=("shop", "listing_id", "crawl_id"), origin=Origin.LANDED, built_from=(CRAWL_RUNS,),
)

RAW_IMAGES = Table(
    "raw_images", Schema.BRONZE,
    "A picture fetched; one row a content, whatever number of listings show it.",
    (
        C("image_sha256", "string", "SHA-256 of the bytes, in hexadecimal."),
        C("crawl_id", "string", "The crawl that fetched it first."),
        C("url", "string", "Where it was fetched first."),
        C("fetched_at", "timestamp", "When it arrived."),
        C("path", "string", "Where the bytes lie, relative to the lake's root."),
        C("format", "string", "jpeg, png, webp, gif, ..."),
        C("width", "int", "Pixels."),
        C("height", "int", "Pixels."),
        C("channels", "int", "3 for colour, 1 for grey, 4 with transparency."),
        C("size_bytes", "bigint", "Length of the bytes."),
        C("verdict", "string", "`usable`, `animated`, `tiny` or `placeholder`."),
    ),
    key=("image_sha256",), origin=Origin.LANDED, built_from=(CRAWL_RUNS,),
)

CRAWL_PAGES = Table(
    "crawl_pages", Schema.BRONZE,
    "What a crawl has seen, fetched and failed: the memory that a resumed or repeated crawl starts from.",
    (
        C("crawl_id", "string", "The crawl."),
        C("url", "string", "The request's URL."),
        C("kind", "string", "`sitemap`, `category`, `product` or `image`."),
        C("status", "string", "`seen`, `fetched`, `unchanged` or `failed`."),
        C("http_status", "int", "The response's status; null where there was none.", nullable=True),
        C("reason", "string", "Why it failed; `folded` where the page showed a listing that another page had shown.", nullable=True),
        C("etag", "string", "The response's ETag.", nullable=True),
        C("last_modified", "string", "The response's Last-Modified.", nullable=True),
        C("listing_id", "string", "The listing that the page gave.", nullable=True),
        C("image_sha256", "string", "The picture that the URL gave.", nullable=True),
        C("at", "timestamp", "When."),
    ),
    key=("crawl_id", "url", "status"), origin=Origin.LANDED, built_from=(CRAWL_RUNS,),
)

# ---------------------------------------------------------------------------------------------------------------- silver

LISTINGS = Table(
    "listings", Schema.SILVER,
    "A listing in its newest version, title cleaned, native levels apart.",
    (
        C("shop", "string", "The shop."),
        C("listing_id", "string", "The shop's own id."),
        C("crawl_id", "string", "The crawl that saw this version."),
        C("url", "string", "The page."),
        C("title", "string", "The title after NFKC, without control characters, white space folded."),
        C("native_class", "string", "First level of the shop's own path."),
        C("native_sub_class", "string", "Last level of the shop's own path."),
        C("native_subsub_class", "string", "A third level that the source sets apart.", nullable=True),
        C("native_path", "string", "The whole path, levels joined by `>`."),
        C("image_sha256", "string", "The chosen picture, where it is usable.", nullable=True),
        C("fetched_at", "timestamp", "When this version was seen."),
    ),
    key=("shop", "listing_id"), built_from=(RAW_LISTINGS, CRAWL_RUNS, RAW_IMAGES),
)

LISTING_TOKENS = Table(
    "listing_tokens", Schema.SILVER,
    "A listing's title cut into words.",
    (
        C("shop", "string", "The shop."),
        C("listing_id", "string", "The shop's own id."),
        C("tokens", "array<string>", "Words in title order, punctuation left out."),
    ),
    key=("shop", "listing_id"), built_from=(LISTINGS,),
)

CLASS_MAP = Table(
    "class_map", Schema.SILVER,
    "A shop's first-level class and the curated class that a person put it in (paper, Table 2).",
    (
        C("shop", "string", "The shop."),
        C("native_class", "string", "The shop's first-level class."),
        C("class_id", "int", "The curated class; 1 to 14 are the paper's."),
        C("class_name", "string", "Its name."),
        C("decided_by", "string", "Who decided."),
    ),
    key=("shop", "native_class"), origin=Origin.DECIDED, remembers_itself=True,
)

NATIVE_SUB_CLASSES = Table(
    "native_sub_classes", Schema.SILVER,
    "A shop's own sub-class with the term counts of its first 22,000 title characters (paper, section 3.1).",
    (
        C("shop", "string", "The shop."),
        C("native_path", "string", "The shop's own path, levels joined by `>`."),
        C("native_class", "string", "First level of the path."),
        C("native_sub_class", "string", "Last level: the name that is aligned."),
        C("class_id", "int", "The curated class; null while nobody has mapped the native class.", nullable=True),
        C("class_name", "string", "Its name.", nullable=True),
        C("listings", "bigint", "Listings under the path."),
        C("titles_used", "bigint", "Titles that the counts were made from."),
        C("characters_used", "bigint", "Their characters, at most 22,000."),
        C("term_counts", "array<struct<term:string,count:int>>", "Words and their numbers of occurrences, by word."),
    ),
    key=("shop", "native_path"), built_from=(LISTINGS, LISTING_TOKENS, CLASS_MAP),
)

PAIR_KEY = ("shop_a", "native_path_a", "shop_b", "native_path_b")
PAIR_COLUMNS = (
    C("shop_a", "string", "The shop of one side; (shop_a, native_path_a) sorts before (shop_b, native_path_b)."),
    C("native_path_a", "string", "Its path."),
    C("shop_b", "string", "The shop of the other side."),
    C("native_path_b", "string", "Its path."),
)

SUB_CLASS_PAIRS = Table(
    "sub_class_pairs", Schema.SILVER,
    "Two native sub-classes worth comparing, of two shops or doubles of one, with every score.",
    (
        *PAIR_COLUMNS,
        C("name_a", "string", "Last level of path a."),
        C("name_b", "string", "Last level of path b."),
        C("class_id", "int", "The curated class that both share; null where they do not.", nullable=True),
        C("label_similarity", "double", "S_label (Eq. 1), 0 to 1."),
        C("content_similarity", "double", "S_content (Eq. 2), 0 to 1."),
        C("score", "double", "The strategy's own score of equivalence, 0 to 1."),
        C("contained_a_in_b", "double", "Share of a's content that lies in b, 0 to 1; null where the strategy has none.", nullable=True),
        C("contained_b_in_a", "double", "Share of b's content that lies in a, 0 to 1; null where the strategy has none.", nullable=True),
        C("features", "array<struct<name:string,value:double>>", "Every single score behind `score`, by name."),
        C("strategy", "string", "`paper` or `curated`."),
    ),
    key=PAIR_KEY, built_from=(NATIVE_SUB_CLASSES, LISTINGS),
)

NAMING_DECISIONS = Table(
    "naming_decisions", Schema.SILVER,
    "A person's choice, anchored on native categories so that it outlives every rebuild.",
    (
        C("decision_id", "string", "Hash of what is decided on, a category's name or how two categories relate: another answer meets the first."),
        C("kind", "string", "`name`, `merge`, `separate` or `third_level`."),
        C("shop", "string", "The shop of the native category that the decision is anchored on."),
        C("native_path", "string", "Its path."),
        C("other_shop", "string", "The second category of a merge or separation; the parent of a third level.", nullable=True),
        C("other_native_path", "string", "Its path.", nullable=True),
        C("value", "string", "The chosen name.", nullable=True),
        C("decided_by", "string", "Who decided."),
        C("note", "string", "Why.", nullable=True),
    ),
    key=("decision_id",), origin=Origin.DECIDED, remembers_itself=True,
)

ALIGNMENTS = Table(
    "alignments", Schema.SILVER,
    "What was decided of a pair, by which strategy or person, and why.",
    (
        *PAIR_COLUMNS,
        C("relation", "string", "a is `equivalent` to, `broader` than, `narrower` than, `overlapping` with b, or `none`."),
        C("zone", "string", "`merged` by itself, shown to a person (`review`), or left `apart`."),
        C("confidence", "double", "Of the relation, 0 to 1."),
        C("strategy", "string", "`paper` or `curated`."),
        C("decided_by", "string", "The strategy, or the person."),
        C("evidence", "string", "Why, in words and numbers."),
    ),
    key=PAIR_KEY, built_from=(SUB_CLASS_PAIRS, NATIVE_SUB_CLASSES, NAMING_DECISIONS),
)

# ------------------------------------------------------------------------------------------------------------------ gold

TAXONOMY = Table(
    "taxonomy", Schema.GOLD,
    "A node of the curated tree. An id is never reused within its level.",
    (
        C("level", "int", "1 class, 2 sub-class, 3 subsub-class."),
        C("node_id", "int", "class_id, sub_class_id or subsub_class_id; levels 2 and 3 share one sequence, as in the paper."),
        C("name", "string", "Its name."),
        C("parent_id", "int", "The node above, one level up; null for a class.", nullable=True),
        C("provisional", "boolean", "Members' names differ and nobody has chosen one yet."),
        C("retired", "boolean", "No member is in the shops; kept so that the id is given to nothing else."),
        C("members", "array<struct<shop:string,native_path:string>>",
          "Native categories merged here, of a retired node those that are gone and may come back; empty for a class."),
        C("predecessors", "array<int>", "Nodes that this one was split from or merged of."),
    ),
    key=("level", "node_id"),
    built_from=(ALIGNMENTS, NATIVE_SUB_CLASSES, NAMING_DECISIONS, LISTINGS), remembers_itself=True,
)

LABELS = (
    C("class_id", "int", "First level."),
    C("class_name", "string", "Its name."),
    C("sub_class_id", "int", "Second level."),
    C("sub_class_name", "string", "Its name."),
    C("subsub_class_id", "int", "Third level, where there is one.", nullable=True),
    C("subsub_class_name", "string", "Its name.", nullable=True),
)

LABEL_MAPPING = Table(
    "label_mapping", Schema.GOLD,
    "Which node each native category went to, and on what evidence.",
    (
        C("shop", "string", "The shop."),
        C("native_path", "string", "The shop's own path."),
        *LABELS,
        C("evidence", "string", "The alignments that put it there, or that it stands alone."),
        C("decided_by", "string", "The strategies and persons behind them."),
    ),
    key=("shop", "native_path"), built_from=(TAXONOMY, ALIGNMENTS, NATIVE_SUB_CLASSES),
)

PRODUCTS = Table(
    "products", Schema.GOLD,
    "The data set: an image-title pair with its labels and its split (paper, section 3).",
    (
        C("product_id", "string", "Hash of shop and listing_id."),
        C("shop", "string", "The shop."),
        C("listing_id", "string", "The shop's own id."),
        *LABELS,
        C("img_path", "string", "Where the picture lies, relative to the lake's root; null where there is none.", nullable=True),
        C("img_resolution", "array<int>", "Height, width, channels.", nullable=True),
        C("title", "string", "The title."),
        C("split", "string", "`train` or `test`, 8:2 by a hash of product_id."),
    ),
    key=("product_id",), built_from=(LISTINGS, LABEL_MAPPING, RAW_IMAGES),
)

LABELLED_PRODUCTS = Table(
    "labelled_products", Schema.GOLD,
    "A data set that people labelled, taken as it is beside the lake's own taxonomy: the columns of `products`, other ids.",
    PRODUCTS.columns,
    key=("product_id",), origin=Origin.RECORDED,
)

DATASET_STATISTICS = Table(
    "dataset_statistics", Schema.GOLD,
    "The numbers behind the paper's tables and figures.",
    (
        C("statistic", "string", "What was measured, such as `products_by_class` (Table 2)."),
        C("group", "string", "Of what, such as a class's name; `all` for the whole."),
        C("value", "double", "The number."),
        C("unit", "string", "Of the number."),
    ),
    key=("statistic", "group"), built_from=(PRODUCTS, TAXONOMY, RAW_IMAGES),
)

PREDICTIONS = Table(
    "predictions", Schema.GOLD,
    "A model version's top labels for a product.",
    (
        C("product_id", "string", "The product."),
        C("model", "string", "The registered model's name."),
        C("version", "int", "Its version."),
        C("labels", "array<struct<sub_class_id:int,sub_class_name:string,probability:double>>", "Best first, five at most."),
    ),
    key=("product_id", "model", "version"), origin=Origin.SCORED, built_from=(PRODUCTS,),
)

# ------------------------------------------------------------------------------------------------------------------- ops

REJECTS = Table(
    "rejects", Schema.OPS,
    "A row that could not be used, with the reason.",
    (
        C("table", "string", "The table that it was meant for."),
        C("key", "string", "Its key, values joined by `|`."),
        C("reason", "string", "Why, by name."),
        C("row", "string", "The row, as JSON, cut at 10,000 characters."),
        C("run_id", "string", "The run, crawl, import or file that refused it first."),
    ),
    key=("table", "key", "reason"), origin=Origin.RECORDED,
)

QUALITY_RESULTS = Table(
    "quality_results", Schema.OPS,
    "What an expectation said of a batch.",
    (
        C("run_id", "string", "The run that was audited."),
        C("table", "string", "The table."),
        C("expectation", "string", "Great Expectations' name of it."),
        C("column", "string", "The column or columns; empty for a whole table."),
        C("success", "boolean", "Whether it held."),
        C("rows", "bigint", "Rows looked at."),
        C("unexpected", "bigint", "Rows that did not hold."),
        C("details", "string", "Parameters and examples, as JSON."),
        C("checked_at", "timestamp", "When."),
    ),
    key=("run_id", "table", "expectation", "column", "details"), origin=Origin.RECORDED,
)

ALL: tuple[Table, ...] = (
    CRAWL_RUNS, RAW_LISTINGS, RAW_IMAGES, CRAWL_PAGES,
    LISTINGS, LISTING_TOKENS, CLASS_MAP, NATIVE_SUB_CLASSES, SUB_CLASS_PAIRS, NAMING_DECISIONS, ALIGNMENTS,
    TAXONOMY, LABEL_MAPPING, PRODUCTS, LABELLED_PRODUCTS, DATASET_STATISTICS, PREDICTIONS,
    REJECTS, QUALITY_RESULTS,
)


def find(name: str) -> Table:
    """The table of that name, with or without its schema.

    Raises:
        UnknownTable: none is declared so.

    >>> find("listings") is find("silver.listings") is LISTINGS
    True
    """
    for table in ALL:
        if name in (table.name, table.full_name):
            return table
    raise UnknownTable(f"No table is called {name!r}; `mep3m tables` lists them.")


def in_build_order(wanted: tuple[Table, ...] = ALL) -> tuple[Table, ...]:
    """The wanted tables, each after those it is built from; ties in the order of declaration."""
    graph = {table.name: [source.name for source in table.built_from] for table in ALL}
    order = {name: position for position, name in enumerate(TopologicalSorter(graph).static_order())}
    return tuple(sorted(wanted, key=lambda table: order[table.name]))
