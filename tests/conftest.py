import pytest
@pytest.fixture(params=["sqlite"])
def database_url(request, tmp_path): return f"sqlite:///{tmp_path}/guidang.db"
@pytest.fixture
def sqlite_url(tmp_path): return f"sqlite:///{tmp_path}/guidang.db"
