"""What each command does; `__main__` only reads the words."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

from sqlalchemy import select

from saleor_returns_app.app import build_context, create_app
from saleor_returns_app.checking import Finding, check_settings, check_storage
from saleor_returns_app.config import Settings
from saleor_returns_app.errors import ConfigurationError
from saleor_returns_app.jobs.engine import migrate_jobs
from saleor_returns_app.jobs.worker import run_worker
from saleor_returns_app.logs import set_up_logs
from saleor_returns_app.models.base import make_engine
from saleor_returns_app.models.migrating import migrate_database
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.audit import verify_chain
from saleor_returns_app.services.inbound_mail import LARGEST, receive_mail
from saleor_returns_app.web.install.manifest import build_manifest
from saleor_returns_app.web.mail import renderer
from saleor_returns_app.web.serving import serve


def web(settings: Settings) -> int:
    _refuse_faults(settings)
    set_up_logs(settings)
    serve(lambda: create_app(settings), settings)
    return 0


def worker(settings: Settings) -> int:
    _refuse_faults(settings)
    set_up_logs(settings)
    return 0 if run_worker(build_context(settings), renderer(settings.base_url)) else 1


def migrate(settings: Settings) -> int:
    engine = make_engine(settings.database_url.get_secret_value())
    migrate_database(engine)
    engine.dispose()
    migrate_jobs(settings)
    print("The database is up to date.")
    return 0


def manifest(settings: Settings) -> int:
    print(json.dumps(build_manifest(settings, schema_version=None), indent=2))
    return 0


def mail_in(settings: Settings) -> int:
    """Take in the mail on standard input. 0 also for what is not for us: a bounce would go to whoever the mail names."""
    raw = sys.stdin.buffer.read(LARGEST + 1)
    print(receive_mail(build_context(settings), raw))
    return 0


def list_tenants(settings: Settings) -> int:
    context = build_context(settings)
    with context.db.everyone() as session:
        tenants = session.scalars(select(Tenant).order_by(Tenant.installed_at)).all()
    for tenant in tenants:
        print(
            f"{tenant.state:13} {tenant.slug:24} {tenant.saleor_version:10} {tenant.last_case:8} cases  {tenant.api_url}"
        )
    if not tenants:
        print("No shop has installed the app yet.")
    return 0


def verify_audit(settings: Settings, *, shop: str, expect: str) -> int:
    """Check the audit log of every shop, or of one; 1 when a row does not hold. `expect` is `number:hash` of a row kept elsewhere."""
    number, _, kept = expect.partition(":")
    if expect and not (number.isascii() and number.isdigit() and len(kept) == 64 and shop):
        print("Write --expect as number:hash, as this command printed it, and name the shop with --shop.")
        return 2
    context = build_context(settings)
    with context.db.everyone() as session:
        tenants = session.scalars(select(Tenant).order_by(Tenant.installed_at)).all()
    chosen = [tenant for tenant in tenants if shop in ("", tenant.slug, tenant.api_url)]
    if shop and not chosen:
        print(f"No shop is called {shop}. The command tenants lists them.")
        return 2
    broken = 0
    for tenant in chosen:
        found = verify_chain(context, tenant.id, expected=(int(number), kept) if expect else None)
        if found.broken is None:
            print(f"holds   {tenant.slug}  {found.sequence}:{found.hash}")
        else:
            broken += 1
            print(f"BROKEN  {tenant.slug}  {found.broken.reason}")
    return 1 if broken else 0


def check(settings: Settings) -> int:
    """Print every finding; 1 when something has to be mended before the app can work."""
    findings = check_settings(settings)
    if all(finding.setting != "RETURNS_STORAGE_URL" or not finding.fatal for finding in findings):
        findings += check_storage(settings)
    for finding in findings:
        print(f"{'fault' if finding.fatal else 'note':5}  {finding.setting}: {finding.text}")
    if not any(finding.fatal for finding in findings):
        print("ok: the app can start with this configuration.")
        return 0
    return 1


def check_health(settings: Settings) -> int:
    url = f"http://127.0.0.1:{settings.web_port}/ready"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        print(f"not ready: {error}")
        return 1


def _refuse_faults(settings: Settings) -> None:
    faults: list[Finding] = [finding for finding in check_settings(settings) if finding.fatal]
    if faults:
        said = "\n".join(f"{fault.setting}: {fault.text}" for fault in faults)
        raise ConfigurationError("The configuration cannot work:\n%(said)s", said=said)
