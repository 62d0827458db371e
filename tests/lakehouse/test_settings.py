import pytest

from lakehouse import settings
from lakehouse.errors import LakehouseError


def test_a_variable_overrides_its_field(monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_SPARK_SHUFFLE_PARTITIONS", "7")
    assert settings.load().spark_shuffle_partitions == 7


def test_a_number_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_SPARK_SHUFFLE_PARTITIONS", "many")
    with pytest.raises(LakehouseError, match="SHUFFLE_PARTITIONS is 'many'"):
        settings.load()


@pytest.mark.parametrize("root", ["file", "file/below"])
def test_a_root_that_is_a_file_is_named(tmp_path, monkeypatch, root):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(tmp_path / root))
    with pytest.raises(LakehouseError, match=f"{root}, but {tmp_path / 'file'} is a file; set it to a folder"):
        settings.load().location("gold", "products")


def test_an_object_store_keeps_its_scheme(monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_ROOT", "s3a://bucket/lake/")
    chosen = settings.load()
    assert chosen.location("gold", "products") == "s3a://bucket/lake/gold/products"
    with pytest.raises(LakehouseError, match="local folder"):
        _ = chosen.path
