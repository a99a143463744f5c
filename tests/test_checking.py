"""`check` says in plain words what of the configuration is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from saleor_returns_app.__main__ import main
from saleor_returns_app.checking import check_settings, check_storage
from saleor_returns_app.config import Settings, load_settings


def settings(tmp_path: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "base_url": "https://returns.example.com",
        "database_url": SecretStr(f"sqlite:///{tmp_path / 'check.db'}"),
        "secret_keys": SecretStr(Fernet.generate_key().decode()),
        "smtp_url": SecretStr("smtp://mail.example.com:587"),
        "mail_from": "returns@example.com",
        "storage_url": SecretStr(f"file:{tmp_path / 'files'}"),
    }
    return Settings(**{**values, **changes})


def faults(given: Settings) -> set[str]:
    return {finding.setting for finding in check_settings(given) if finding.fatal}


def test_only_the_missing_tables_are_a_fault_of_a_good_configuration(tmp_path: Path) -> None:
    assert faults(settings(tmp_path)) == {"database"}


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"base_url": "returns"}, "RETURNS_BASE_URL"),
        ({"secret_keys": SecretStr("")}, "RETURNS_SECRET_KEYS"),
        ({"storage_url": SecretStr("/data/files")}, "RETURNS_STORAGE_URL"),
        ({"storage_url": SecretStr("file:/proc/nowhere")}, "RETURNS_STORAGE_URL"),
        ({"storage_url": SecretStr("s3://bucket"), "storage_options": SecretStr("[]")}, "RETURNS_STORAGE_URL"),
        ({"secret_keys": SecretStr("short")}, "RETURNS_SECRET_KEYS"),
        ({"smtp_url": SecretStr("mail.example.com")}, "RETURNS_SMTP_URL"),
        ({"mail_from": "nobody"}, "RETURNS_MAIL_FROM"),
        ({"allowed_domains": "("}, "RETURNS_ALLOWED_DOMAINS"),
        ({"database_url": SecretStr("sqlite:////nowhere/at/all.db")}, "RETURNS_DATABASE_URL"),
        ({"database_url": SecretStr("nonsense")}, "RETURNS_DATABASE_URL"),
    ],
)
def test_each_fault_names_its_setting(tmp_path: Path, changes: dict[str, Any], setting: str) -> None:
    assert setting in faults(settings(tmp_path, **changes))


def test_no_finding_shows_a_secret(tmp_path: Path) -> None:
    given = settings(tmp_path, database_url=SecretStr("postgresql+psycopg://u:hunter2@127.0.0.1:1/x"))
    assert "hunter2" not in " ".join(finding.text for finding in check_settings(given))


def test_the_command_line_migrates_and_then_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key"
    key.write_text(Fernet.generate_key().decode() + "\n", encoding="utf-8")
    monkeypatch.setenv("RETURNS_DATABASE_URL", f"sqlite:///{tmp_path / 'cli.db'}")
    monkeypatch.setenv("RETURNS_SECRET_KEYS_FILE", str(key))
    assert main(["check"]) == 1
    assert main(["migrate"]) == 0
    assert main(["check"]) == 0
    assert "ok: the app can start" in capsys.readouterr().out


def test_a_wrong_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETURNS_WEB_PORT", "eight")
    assert main(["check"]) == 2
    assert "RETURNS_WEB_PORT" in capsys.readouterr().err


def test_a_secret_file_that_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETURNS_SECRET_KEYS_FILE", "/nowhere/key")
    assert main(["check"]) == 2
    assert "/nowhere/key" in capsys.readouterr().err


def test_settings_never_show_their_secrets(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert given.secret_keys.get_secret_value() not in repr(given)


def test_only_the_settings_read_the_environment() -> None:
    package = Path(__file__).parent.parent / "saleor_returns_app"
    readers = [
        path.name for path in package.rglob("*.py") if "os.environ" in path.read_text() or "getenv" in path.read_text()
    ]
    assert readers == ["config.py"]


def test_loading_prefers_what_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURNS_WEB_PORT", "1")
    assert load_settings(web_port=2).web_port == 2


def test_the_start_of_a_web_process_leaves_the_storage_s_threads_to_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def touched(*_: object) -> None:
        raise AssertionError("the storage was opened before the fork")

    monkeypatch.setattr("saleor_returns_app.adapters.storage.objects._open", touched)
    assert "RETURNS_STORAGE_URL" not in faults(settings(tmp_path))


def test_an_option_that_no_bucket_knows_is_a_fault(tmp_path: Path) -> None:
    given = settings(tmp_path, storage_url=SecretStr("s3://b"), storage_options=SecretStr('{"endpont": "x"}'))
    assert [(finding.fatal, "endpont" in finding.text) for finding in check_storage(given)] == [(True, True)]


def test_a_bucket_that_does_not_answer_is_told_and_keeps_nothing_from_starting(tmp_path: Path) -> None:
    options = (
        '{"endpoint": "http://127.0.0.1:9", "allow_http": true, "access_key_id": "a", "secret_access_key": "hush"}'
    )
    given = settings(tmp_path, storage_url=SecretStr("s3://bucket/folder"), storage_options=SecretStr(options))
    found = check_storage(given)
    assert [finding.fatal for finding in found] == [False]
    assert "does not work now" in found[0].text
    assert "hush" not in found[0].text
