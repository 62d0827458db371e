"""Croissant metadata: what the files of a release are, for machines (mlcommons.org/croissant, 1.0)."""

from __future__ import annotations

from dataclasses import dataclass

from release.summary import Summary

CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator",
    "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}
FIELDS = (
    ("class_id", "First level of the label."), ("class_name", "Its name, in simplified Chinese."),
    ("sub_class_id", "Second level of the label."), ("sub_class_name", "Its name."),
    ("subsub_class_id", "Third level of the label, where there is one; else FALSE."), ("subsub_class_name", "Its name; else FALSE."),
    ("img_path", "The picture's file, relative to this one; FALSE where there is none."), ("title", "The product's title."),
)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class About:
    """What people say of the data set; the rest is counted."""

    name: str
    version: str
    date: str           # of the products' version, ISO 8601
    license: str
    url: str


def metadata(about: About, summary: Summary, digests: dict[str, str], sizes: dict[str, int]) -> dict:
    """JSON-LD of the release.

    Args:
        digests: SHA-256 by file name.
        sizes: Bytes by file name.
    """
    def file(name: str, media_type: str, text: str) -> dict:
        return {"@type": "cr:FileObject", "@id": name, "name": name, "description": text, "contentUrl": name, "contentSize": f"{sizes[name]} B",
                "encodingFormat": media_type, "sha256": digests[name]}

    distribution = [
        file("annotation.json", "application/json", "A list with one record a product."),
        file("dataset_info.xlsx", SHEET, "The taxonomy: ids and names of all three levels."),
        file("splits/train.txt", "text/plain", "sub_class_id/number of the products of the training split, one a line."),
        file("splits/test.txt", "text/plain", "sub_class_id/number of the products of the test split, one a line."),
    ]
    record_sets = [{
        "@type": "cr:RecordSet", "@id": "products", "name": "products", "description": "A record a product.",
        "field": [{
            "@type": "cr:Field", "@id": f"products/{name}", "name": name, "description": text, "dataType": "sc:Text",
            "source": {"fileObject": {"@id": "annotation.json"}, "extract": {"jsonPath": f"$[*].{name}"}},
        } for name, text in FIELDS],
    }]
    if summary.pictures:
        distribution.append({"@type": "cr:FileSet", "@id": "pictures", "name": "pictures",
                             "description": "One picture a product, one folder a sub-class.",
                             "encodingFormat": ["image/jpeg", "image/png"], "includes": "Images/*/*"})
    what = "a title, a picture and" if summary.pictures else "a title and"
    return {
        "@context": CONTEXT, "@type": "sc:Dataset", "name": about.name, "conformsTo": "http://mlcommons.org/croissant/1.0",
        "description": f"{summary.products:,} products of Chinese shops: {what} a label of up to three levels "
                       f"({len(summary.by_class)} classes, {len(summary.by_sub_class)} sub-classes, {summary.divided} of them with a third level).",
        "license": about.license, "url": about.url, "version": about.version, "datePublished": about.date, "inLanguage": "zh-CN",
        "citeAs": "Chen, Liu, Du, Gao, Xu: MEP-3M: A Large-scale Multi-modal E-Commerce Products Dataset, 2021 (the method).",
        "distribution": distribution, "recordSet": record_sets,
    }
