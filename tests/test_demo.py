"""The bundled lakehouse is a sound repository, the same one everywhere."""

from pathlib import Path

import pytest
import yaml
from git import Repo

from guardian import demo
from guardian.errors import ConfigError
from guardian.sources.configuration import Options
from guardian.workspace import Workspace

HARMLESS = {
    "contracts/silver.customers.odcs.yaml",
    "dbt/models/marts/monthly_recurring_revenue.sql",
    "jobs/silver_subscriptions.py",
    "sql/gold/refund_rate.sql",
    "sql/rates/fx_daily.sql",
}


@pytest.fixture(scope="module")
def lakehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo.run(tmp_path_factory.mktemp("demo") / "lakehouse")


def test_the_branch_is_checked_out_and_clean(lakehouse: Path) -> None:
    repo = Repo(lakehouse)
    assert repo.active_branch.name == demo.BRANCH
    assert not repo.is_dirty(untracked_files=True)
    assert repo.merge_base("main", demo.BRANCH) == [repo.commit("main")]


def test_hashes_are_the_same_each_time(lakehouse: Path, tmp_path: Path) -> None:
    again = demo.run(tmp_path / "again")
    assert Repo(again).head.commit.hexsha == Repo(lakehouse).head.commit.hexsha


def test_harmless_and_telling_changes_are_both_there(lakehouse: Path) -> None:
    repo = Repo(lakehouse)
    changed = {diff.b_path for diff in repo.commit("main").diff(repo.head.commit) if diff.b_path}
    assert changed >= HARMLESS
    assert changed - HARMLESS >= {"jobs/lake.py", "jobs/silver_orders.py"}


def test_every_file_can_be_read(lakehouse: Path) -> None:
    for path in lakehouse.rglob("*.py"):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
    for path in [*lakehouse.rglob("*.yml"), *lakehouse.rglob("*.yaml")]:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="empty folder"):
        demo.run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_next_steps_name_the_folder(lakehouse: Path) -> None:
    assert f"cd {lakehouse}" in demo.next_steps(lakehouse)


def test_the_report_names_what_breaks_and_nothing_else(lakehouse: Path) -> None:
    options = Options(directory=lakehouse, cache=False)
    report = Workspace.of_repository(options).report("main", demo.BRANCH)
    assert {(change.rule, change.dataset, change.column) for change in report.changes} == {
        ("column-renamed", "silver.customers", "country_code"),
        ("column-logic-changed", "silver.orders", "net_amount"),
        ("column-logic-changed", "gold.customer_value", "tier"),
        ("rows-changed", "gold.customer_value", None),
        ("rows-changed", "gold.daily_revenue", None),
        ("write-changed", "silver.payments", None),
        # the contract of the customers is laid out anew, and says nothing else
        ("contract-column-missing", "silver.customers", "country"),
        ("contract-column-unlisted", "silver.customers", "country_code"),
        ("contract-nullability-loosened", "silver.orders", "currency"),
        ("contract-version", "silver.orders", None),
    }
    assert report.severity == "critical"
    assert report.impact.dashboards == ("Customer health", "Revenue overview", "Subscriber churn")
    assert report.impact.kpis == ("Net revenue in EUR", "Refund rate")


@pytest.mark.parametrize("number", range(6))
def test_each_commit_says_its_part(lakehouse: Path, number: int) -> None:
    workspace = Workspace.of_repository(Options(directory=lakehouse, cache=False))
    told = workspace.report(f"HEAD~{number + 1}", f"HEAD~{number}").changes
    assert len(told) == (0, 2, 1, 2, 3, 2)[number]
