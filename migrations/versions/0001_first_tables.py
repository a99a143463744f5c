"""First tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("api_url", sa.String(length=500), nullable=False),
        sa.Column("app_id", sa.String(length=100), nullable=False),
        sa.Column("token_secret", sa.String(length=1000), nullable=False),
        sa.Column("carrier_secret", sa.String(length=2000), nullable=False),
        sa.Column("jwks", DOCUMENT, nullable=False),
        sa.Column("jwks_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saleor_version", sa.String(length=40), nullable=False),
        sa.Column("settings", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uninstalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erase_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_case", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("api_url", name=op.f("uq_tenants_api_url")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_heads_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=120), nullable=False),
        sa.Column("params", DOCUMENT, nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_log_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index("ix_audit_log_actor", ["tenant_id", "actor_id", "sequence"], unique=False)
        batch_op.create_index("ix_audit_log_subject", ["tenant_id", "subject_id", "sequence"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_erasures_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index("ix_erasures_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_erasures_tenant", ["tenant_id", "id"], unique=False)

    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("typed", DOCUMENT, nullable=False),
        sa.Column("actor", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_bulk_runs_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_runs")),
    )
    with op.batch_alter_table("bulk_runs", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_runs_state", ["state", "created_at"], unique=False)
        batch_op.create_index("ix_bulk_runs_tenant", ["tenant_id", "id"], unique=False)

    op.create_table(
        "canned_replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_canned_replies_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("tenant_id", "name", "language", name=op.f("uq_canned_replies_tenant_id_name_language")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", PLAIN_TEXT, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("order_number", PLAIN_TEXT, nullable=False),
        sa.Column("channel_slug", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("email", PLAIN_TEXT, nullable=False),
        sa.Column("customer_id", sa.String(length=120), nullable=True),
        sa.Column("customer_name", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("opened_through", sa.String(length=20), nullable=False),
        sa.Column("opened_by", sa.String(length=300), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False),
        sa.Column("terms", DOCUMENT, nullable=False),
        sa.Column("first_approval", DOCUMENT, nullable=False),
        sa.Column("decided_by", sa.String(length=20), nullable=False),
        sa.Column("spot_check", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.String(length=120), nullable=False),
        sa.Column("assignee", sa.String(length=320), nullable=False),
        sa.Column("escalated_to", sa.String(length=120), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.String(length=36), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("holds_goods", sa.Boolean(), nullable=False),
        sa.Column("begun_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection", sa.Text(), nullable=False),
        sa.Column("return_address", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_by", sa.String(length=20), nullable=False),
        sa.Column("attention", sa.String(length=40), nullable=False),
        sa.Column("attention_detail", DOCUMENT, nullable=False),
        sa.Column("attention_reported", sa.String(length=40), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("return_recorded", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_cases_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_cases_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "sequence", name=op.f("uq_cases_tenant_id_sequence")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_tenant_assignee", ["tenant_id", "assignee_id", "id"], unique=False)
        batch_op.create_index("ix_cases_tenant_attention", ["tenant_id", "attention", "id"], unique=False)
        batch_op.create_index(
            "ix_cases_tenant_channel_due", ["tenant_id", "channel_slug", "due_by", "due_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_cases_tenant_channel_status", ["tenant_id", "channel_slug", "status", "id"], unique=False
        )
        batch_op.create_index("ix_cases_tenant_customer", ["tenant_id", "customer_id", "id"], unique=False)
        batch_op.create_index("ix_cases_tenant_due", ["tenant_id", "due_by", "due_at", "id"], unique=False)
        batch_op.create_index("ix_cases_tenant_email", ["tenant_id", "email", "id"], unique=False)
        batch_op.create_index("ix_cases_tenant_escalated", ["tenant_id", "escalated_to", "id"], unique=False)
        batch_op.create_index(
            "ix_cases_tenant_complaints",
            ["tenant_id", "status", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'complaint'"),
            postgresql_where=sa.text("kind = 'complaint'"),
        )
        batch_op.create_index(
            "ix_cases_tenant_holds",
            ["tenant_id", "id"],
            unique=False,
            sqlite_where=sa.text("holds_goods"),
            postgresql_where=sa.text("holds_goods"),
        )
        batch_op.create_index("ix_cases_tenant_id", ["tenant_id", "id"], unique=False)
        batch_op.create_index("ix_cases_tenant_order", ["tenant_id", "saleor_order_id"], unique=False)
        batch_op.create_index("ix_cases_tenant_order_number", ["tenant_id", "order_number"], unique=False)
        batch_op.create_index("ix_cases_tenant_status", ["tenant_id", "status", "id"], unique=False)
        batch_op.create_index(
            "ix_cases_tenant_status_due", ["tenant_id", "status", "due_by", "due_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_cases_tenant_unread",
            ["tenant_id", "id"],
            unique=False,
            sqlite_where=sa.text("unread"),
            postgresql_where=sa.text("unread"),
        )

    op.create_table(
        "credit_note_counters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_credit_note_counters_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note_counters")),
        sa.UniqueConstraint("tenant_id", "year", name=op.f("uq_credit_note_counters_tenant_id_year")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", DOCUMENT, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_idempotency_keys_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("tenant_id", "subject", "key", name=op.f("uq_idempotency_keys_tenant_id_subject_key")),
    )
    op.create_table(
        "login_codes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=True),
        sa.Column("email_digest", sa.String(length=64), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_login_codes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_codes")),
        sa.UniqueConstraint("handle", name=op.f("uq_login_codes_handle")),
    )
    with op.batch_alter_table("login_codes", schema=None) as batch_op:
        batch_op.create_index("ix_login_codes_email", ["tenant_id", "email_digest", "created_at"], unique=False)

    op.create_table(
        "order_backfills",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_order_backfills_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_backfills")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_order_backfills_tenant_id")),
    )
    with op.batch_alter_table("order_backfills", schema=None) as batch_op:
        batch_op.create_index("ix_order_backfills_due", ["state", "due_at"], unique=False)

    op.create_table(
        "order_lanes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_order_lanes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lanes")),
        sa.UniqueConstraint("tenant_id", "saleor_order_id", name=op.f("uq_order_lanes_tenant_id_saleor_order_id")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("saleor_id", sa.String(length=120), nullable=False),
        sa.Column("number", PLAIN_TEXT, nullable=False),
        sa.Column("email", PLAIN_TEXT, nullable=False),
        sa.Column("channel_slug", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("snapshot", DOCUMENT, nullable=False),
        sa.Column("saleor_created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saleor_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_orders_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("tenant_id", "saleor_id", name=op.f("uq_orders_tenant_id_saleor_id")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_tenant_created", ["tenant_id", "saleor_created_at", "id"], unique=False)
        batch_op.create_index("ix_orders_tenant_email", ["tenant_id", "email"], unique=False)
        batch_op.create_index("ix_orders_tenant_number", ["tenant_id", "number"], unique=False)

    op.create_table(
        "orders_to_read",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_orders_to_read_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders_to_read")),
        sa.UniqueConstraint("tenant_id", "saleor_order_id", name=op.f("uq_orders_to_read_tenant_id_saleor_order_id")),
    )
    with op.batch_alter_table("orders_to_read", schema=None) as batch_op:
        batch_op.create_index("ix_orders_to_read_due", ["due_at"], unique=False)

    op.create_table(
        "policies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=300), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=300), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_policies_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_policies_tenant_id_version")),
    )
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.create_index("ix_policies_in_force", ["tenant_id", "state", "effective_from"], unique=False)

    op.create_table(
        "portal_links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_portal_links_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_portal_links_digest")),
    )
    op.create_table(
        "portal_sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft", DOCUMENT, nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_portal_sessions_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_portal_sessions_digest")),
    )
    op.create_table(
        "staff_members",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("roles", DOCUMENT, nullable=False),
        sa.Column("group", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_staff_members_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_members")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_staff_members_tenant_id_user_id")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_webhook_deliveries_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_deliveries_key")),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_deliveries_waiting", ["processed_at", "id"], unique=False)

    op.create_table(
        "bulk_items",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seen", sa.String(length=30), nullable=False),
        sa.Column("shown", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("params", DOCUMENT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_bulk_items_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_items_run_id_bulk_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_bulk_items_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_items")),
        sa.UniqueConstraint("run_id", "case_id", name=op.f("uq_bulk_items_run_id_case_id")),
    )
    with op.batch_alter_table("bulk_items", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_items_run", ["tenant_id", "run_id", "position"], unique=False)

    op.create_table(
        "case_events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_case_events_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index("ix_case_events_case", ["tenant_id", "case_id", "id"], unique=False)

    op.create_table(
        "case_links",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("other_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["cases.id"], name=op.f("fk_case_links_other_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_case_links_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
        sa.UniqueConstraint("case_id", "other_id", name=op.f("uq_case_links_case_id_other_id")),
    )
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.create_index("ix_case_links_other", ["tenant_id", "other_id"], unique=False)

    op.create_table(
        "case_tags",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_tags_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_case_tags_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_tags")),
        sa.UniqueConstraint("case_id", "tag", name=op.f("uq_case_tags_case_id_tag")),
    )
    with op.batch_alter_table("case_tags", schema=None) as batch_op:
        batch_op.create_index("ix_case_tags_tag", ["tenant_id", "tag", "case_id"], unique=False)

    op.create_table(
        "case_watchers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_watchers_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_case_watchers_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_watchers")),
        sa.UniqueConstraint("case_id", "user_id", name=op.f("uq_case_watchers_case_id_user_id")),
    )
    with op.batch_alter_table("case_watchers", schema=None) as batch_op:
        batch_op.create_index("ix_case_watchers_user", ["tenant_id", "user_id"], unique=False)

    op.create_table(
        "complaints",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("about_id", sa.String(length=36), nullable=True),
        sa.Column("order_line_id", sa.String(length=120), nullable=False),
        sa.Column("item", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("dangerous", sa.Boolean(), nullable=False),
        sa.Column("danger_handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("root_cause", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=300), nullable=False),
        sa.Column("deciders", DOCUMENT, nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_id"], ["cases.id"], name=op.f("fk_complaints_about_id_cases"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_complaints_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_complaints_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_complaints")),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index("ix_complaints_about", ["tenant_id", "about_id"], unique=False)

    op.create_table(
        "surveys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.String(length=20), nullable=False),
        sa.Column("followed_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_surveys_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_surveys_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("case_id", name=op.f("uq_surveys_case_id")),
    )
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.create_index("ix_surveys_asked", ["tenant_id", "asked_at"], unique=False)
        batch_op.create_index("ix_surveys_follow_up", ["tenant_id", "follow_up", "case_id"], unique=False)

    op.create_table(
        "deadlines",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("waits_for", sa.String(length=30), nullable=False),
        sa.Column("owner", sa.String(length=20), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_deadlines_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_deadlines_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.create_index("ix_deadlines_case", ["tenant_id", "case_id", "id"], unique=False)
        batch_op.create_index("ix_deadlines_next", ["state", "next_at"], unique=False)
        batch_op.create_index(
            "uq_deadlines_open",
            ["case_id", "waits_for"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "effects",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("lane", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("what", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("seen", DOCUMENT, nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("running_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_effects_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_effects_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effects")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_effects_tenant_id_key")),
    )
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.create_index("ix_effects_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_effects_lane", ["tenant_id", "lane", "state"], unique=False)
        batch_op.create_index("ix_effects_state", ["state", "check_at"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=True),
        sa.Column("order_line_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("thumbnail_key", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("uploaded_by", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_evidence_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_evidence_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_case", ["tenant_id", "case_id", "id"], unique=False)
        batch_op.create_index("ix_evidence_holder", ["tenant_id", "holder", "id"], unique=False)
        batch_op.create_index("ix_evidence_state", ["state", "created_at"], unique=False)

    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sent", DOCUMENT, nullable=False),
        sa.Column("settles", DOCUMENT, nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("advance", sa.Boolean(), nullable=False),
        sa.Column("replacement_id", sa.String(length=120), nullable=False),
        sa.Column("replacement_number", sa.String(length=60), nullable=False),
        sa.Column("tracking", sa.String(length=300), nullable=False),
        sa.Column("missing", sa.String(length=500), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exchanges_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_exchanges_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
    )
    with op.batch_alter_table("exchanges", schema=None) as batch_op:
        batch_op.create_index("ix_exchanges_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_exchanges_order", ["tenant_id", "saleor_order_id"], unique=False)
        batch_op.create_index("ix_exchanges_replacement", ["tenant_id", "replacement_id"], unique=False)
        batch_op.create_index("ix_exchanges_state", ["state", "check_at"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.String(length=120), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("through", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.String(length=300), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_messages_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_messages_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("tenant_id", "source_id", name=op.f("uq_messages_tenant_id_source_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_case", ["tenant_id", "case_id", "id"], unique=False)

    op.create_table(
        "notification_outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("params", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("resent_from", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_notification_outbox_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_notification_outbox_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_outbox")),
    )
    with op.batch_alter_table("notification_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notification_outbox_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_notification_outbox_next", ["state", "next_at"], unique=False)
        batch_op.create_index("ix_notification_outbox_tenant", ["tenant_id", "state", "id"], unique=False)

    op.create_table(
        "offers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=False),
        sa.Column("resolution", sa.String(length=30), nullable=False),
        sa.Column("keeps_item", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("postage_bearer", sa.String(length=20), nullable=False),
        sa.Column("merchant_percent", sa.Integer(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("counters", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=300), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_offers_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_offers_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_offers_case_id_number")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index("ix_offers_case", ["tenant_id", "case_id", "number"], unique=False)
        batch_op.create_index(
            "uq_offers_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "order_notes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_order_notes_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_order_notes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_notes")),
    )
    with op.batch_alter_table("order_notes", schema=None) as batch_op:
        batch_op.create_index("ix_order_notes_due", ["sent_at", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_notes_saleor_order_id"), ["saleor_order_id"], unique=False)

    op.create_table(
        "parcels",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.Column("tracking_number", sa.String(length=100), nullable=False),
        sa.Column("tracking_key", sa.String(length=100), nullable=False),
        sa.Column("pickup_day", sa.Date(), nullable=True),
        sa.Column("pickup_window", sa.String(length=20), nullable=False),
        sa.Column("pickup_address", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("postage_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipment_id", sa.String(length=60), nullable=False),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("units", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_parcels_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_parcels_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
        sa.UniqueConstraint("case_id", "direction", "number", name=op.f("uq_parcels_case_id_direction_number")),
    )
    with op.batch_alter_table("parcels", schema=None) as batch_op:
        batch_op.create_index("ix_parcels_tracking", ["tenant_id", "tracking_key"], unique=False)

    op.create_table(
        "policy_simulations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("policy_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("result", DOCUMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=300), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_policy_simulations_policy_id_policies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_policy_simulations_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_simulations")),
    )
    with op.batch_alter_table("policy_simulations", schema=None) as batch_op:
        batch_op.create_index("ix_policy_simulations_policy", ["tenant_id", "policy_id", "id"], unique=False)
        batch_op.create_index("ix_policy_simulations_state", ["state", "started_at"], unique=False)

    op.create_table(
        "quotes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_quotes_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_quotes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    with op.batch_alter_table("quotes", schema=None) as batch_op:
        batch_op.create_index("ix_quotes_case", ["tenant_id", "case_id"], unique=False)

    op.create_table(
        "read_marks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("reader", sa.String(length=120), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_read_marks_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_read_marks_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_marks")),
        sa.UniqueConstraint("case_id", "reader", name=op.f("uq_read_marks_case_id_reader")),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("found", DOCUMENT, nullable=False),
        sa.Column("more_to_come", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("by", DOCUMENT, nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_receipts_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_receipts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("tenant_id", "operation", name=op.f("uq_receipts_tenant_id_operation")),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index("ix_receipts_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_receipts_held", ["state", "held_until"], unique=False)
        batch_op.create_index("ix_receipts_person", ["tenant_id", "actor_id", "id"], unique=False)

    op.create_table(
        "recorded_returns",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("units", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("known", DOCUMENT, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("running_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fulfillment_id", sa.String(length=120), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_recorded_returns_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_recorded_returns_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_returns")),
    )
    with op.batch_alter_table("recorded_returns", schema=None) as batch_op:
        batch_op.create_index("ix_recorded_returns_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_recorded_returns_state", ["state", "check_at"], unique=False)

    op.create_table(
        "repairs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("payment", DOCUMENT, nullable=False),
        sa.Column("repayment", DOCUMENT, nullable=False),
        sa.Column("parcel_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_repairs_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_repairs_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repairs")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_repairs_case_id_number")),
    )
    with op.batch_alter_table("repairs", schema=None) as batch_op:
        batch_op.create_index("ix_repairs_case", ["tenant_id", "case_id", "number"], unique=False)

    op.create_table(
        "return_lines",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.String(length=120), nullable=False),
        sa.Column("sku", PLAIN_TEXT, nullable=False),
        sa.Column("product_name", sa.String(length=300), nullable=False),
        sa.Column("variant_name", sa.String(length=300), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("resolution", sa.String(length=30), nullable=False),
        sa.Column("condition", sa.String(length=20), nullable=False),
        sa.Column("verdict", DOCUMENT, nullable=False),
        sa.Column("reception", sa.String(length=20), nullable=False),
        sa.Column("acceptance", sa.String(length=20), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_return_lines_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_return_lines_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_lines")),
        sa.UniqueConstraint("case_id", "order_line_id", name=op.f("uq_return_lines_case_id_order_line_id")),
    )
    with op.batch_alter_table("return_lines", schema=None) as batch_op:
        batch_op.create_index("ix_return_lines_order_line", ["tenant_id", "order_line_id"], unique=False)
        batch_op.create_index("ix_return_lines_tenant_sku", ["tenant_id", "sku", "case_id"], unique=False)

    op.create_table(
        "stray_goods",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("found_by", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.String(length=300), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_stray_goods_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_stray_goods_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_goods")),
    )
    with op.batch_alter_table("stray_goods", schema=None) as batch_op:
        batch_op.create_index("ix_stray_goods_open", ["tenant_id", "settled_at", "id"], unique=False)

    op.create_table(
        "withdrawals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("units", DOCUMENT, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.String(length=300), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_withdrawals_case_id_cases"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_withdrawals_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
    )
    with op.batch_alter_table("withdrawals", schema=None) as batch_op:
        batch_op.create_index("ix_withdrawals_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_withdrawals_state", ["state", "next_at"], unique=False)
        batch_op.create_index("ix_withdrawals_tenant_state", ["tenant_id", "state", "id"], unique=False)

    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("line_id", sa.String(length=36), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_by", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stocked", sa.Boolean(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_findings_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["line_id"], ["return_lines.id"], name=op.f("fk_findings_line_id_return_lines"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_findings_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index("ix_findings_case", ["tenant_id", "case_id", "id"], unique=False)
        batch_op.create_index("ix_findings_disposition", ["tenant_id", "disposition", "id"], unique=False)

    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("quote_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("saleor_order_id", sa.String(length=120), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("transaction_id", sa.String(length=120), nullable=True),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("granted_paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rest_of", sa.String(length=36), nullable=True),
        sa.Column("units", DOCUMENT, nullable=False),
        sa.Column("includes_shipping", sa.Boolean(), nullable=False),
        sa.Column("grant_id", sa.String(length=120), nullable=True),
        sa.Column("marker", sa.String(length=60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("concern", sa.String(length=40), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(length=300), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_refunds_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_refunds_quote_id_quotes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_refunds_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_refunds_case_id_number")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index("ix_refunds_order", ["tenant_id", "saleor_order_id"], unique=False)
        batch_op.create_index("ix_refunds_watched", ["status", "check_at"], unique=False)

    op.create_table(
        "credit_notes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("quote_id", sa.String(length=36), nullable=False),
        sa.Column("refund_id", sa.String(length=36), nullable=False),
        sa.Column("number", PLAIN_TEXT, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_credit_notes_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_credit_notes_quote_id_quotes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_credit_notes_refund_id_refunds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_credit_notes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_credit_notes_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "refund_id", name=op.f("uq_credit_notes_tenant_id_refund_id")),
    )
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.create_index("ix_credit_notes_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_credit_notes_quote", ["tenant_id", "quote_id"], unique=False)

    op.create_table(
        "payouts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("refund_id", sa.String(length=36), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("proposed_by", sa.String(length=300), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("ending", sa.String(length=4), nullable=False),
        sa.Column("agreed_by", sa.String(length=300), nullable=False),
        sa.Column("agreed_who", sa.String(length=20), nullable=False),
        sa.Column("agreed_how", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("proof_id", sa.String(length=36), nullable=True),
        sa.Column("recorded_by_id", sa.String(length=120), nullable=False),
        sa.Column("recorded_by", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=300), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payouts_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_payouts_refund_id_refunds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_payouts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
    )
    with op.batch_alter_table("payouts", schema=None) as batch_op:
        batch_op.create_index("ix_payouts_case", ["tenant_id", "case_id"], unique=False)
        batch_op.create_index("ix_payouts_forget", ["settled_at"], unique=False)
        batch_op.create_index(
            "uq_payouts_standing",
            ["refund_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('proposed', 'agreed', 'paid')"),
            postgresql_where=sa.text("status IN ('proposed', 'agreed', 'paid')"),
        )

    op.create_table(
        "refund_attempts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("refund_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("baseline", DOCUMENT, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("running_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_refund_attempts_refund_id_refunds"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_refund_attempts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_attempts")),
        sa.UniqueConstraint("refund_id", "step", "number", name=op.f("uq_refund_attempts_refund_id_step_number")),
    )
    op.create_table(
        "counted_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("variant", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_counted_facts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_facts")),
    )
    with op.batch_alter_table("counted_facts", schema=None) as batch_op:
        batch_op.create_index("ix_counted_facts_day", ["tenant_id", "day", "measure"], unique=False)
        batch_op.create_index("ix_counted_facts_source", ["tenant_id", "source_id"], unique=False)
        batch_op.create_index(
            "ix_counted_facts_cases",
            ["tenant_id", "measure", "source_id"],
            unique=False,
            sqlite_where=sa.text("measure <> 'sold'"),
            postgresql_where=sa.text("measure <> 'sold'"),
        )
        batch_op.create_index(
            "ix_counted_facts_product",
            ["tenant_id", "product", "measure", "day"],
            unique=False,
            sqlite_where=sa.text("measure <> 'sold'"),
            postgresql_where=sa.text("measure <> 'sold'"),
        )
        batch_op.create_index(
            "ix_counted_facts_variant",
            ["tenant_id", "variant", "measure", "day"],
            unique=False,
            sqlite_where=sa.text("measure <> 'sold'"),
            postgresql_where=sa.text("measure <> 'sold'"),
        )

    op.create_table(
        "countings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("cursor", sa.String(length=36), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_countings_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countings")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_countings_tenant_id")),
    )
    op.create_table(
        "daily_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_daily_facts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_facts")),
    )
    with op.batch_alter_table("daily_facts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_daily_facts_place",
            ["tenant_id", "measure", "dimension", "day", "channel", "key", "currency"],
            unique=True,
            postgresql_include=["units", "amount"],
        )

    op.create_table(
        "fact_names",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_fact_names_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_names")),
        sa.UniqueConstraint("tenant_id", "dimension", "key", name=op.f("uq_fact_names_tenant_id_dimension_key")),
    )
    op.create_table(
        "monthly_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_monthly_facts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_facts")),
    )
    with op.batch_alter_table("monthly_facts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_monthly_facts_place",
            ["tenant_id", "measure", "dimension", "day", "channel", "key", "currency"],
            unique=True,
            postgresql_include=["units", "amount"],
        )

    op.create_table(
        "signals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("numbers", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=320), nullable=False),
        sa.Column("settled_how", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_signals_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("tenant_id", "kind", "key", name=op.f("uq_signals_tenant_id_kind_key")),
    )
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.create_index("ix_signals_state", ["tenant_id", "state", "found_at"], unique=False)

    op.create_table(
        "sources_to_count",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source_id", sa.String(length=120), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sources_to_count_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources_to_count")),
    )
    with op.batch_alter_table("sources_to_count", schema=None) as batch_op:
        batch_op.create_index("ix_sources_to_count_tenant", ["tenant_id", "id"], unique=False)

    op.create_table(
        "times_to_roll",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("grain", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_times_to_roll_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_times_to_roll")),
        sa.UniqueConstraint("tenant_id", "grain", "day", name=op.f("uq_times_to_roll_tenant_id_grain_day")),
    )
    with op.batch_alter_table("times_to_roll", schema=None) as batch_op:
        batch_op.create_index("ix_times_to_roll_due", ["due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("times_to_roll", schema=None) as batch_op:
        batch_op.drop_index("ix_times_to_roll_due")

    op.drop_table("times_to_roll")
    with op.batch_alter_table("signals", schema=None) as batch_op:
        batch_op.drop_index("ix_signals_state")

    op.drop_table("signals")
    with op.batch_alter_table("sources_to_count", schema=None) as batch_op:
        batch_op.drop_index("ix_sources_to_count_tenant")

    op.drop_table("sources_to_count")
    with op.batch_alter_table("monthly_facts", schema=None) as batch_op:
        batch_op.drop_index("uq_monthly_facts_place", postgresql_include=["units", "amount"])

    op.drop_table("monthly_facts")
    op.drop_table("fact_names")
    with op.batch_alter_table("daily_facts", schema=None) as batch_op:
        batch_op.drop_index("uq_daily_facts_place", postgresql_include=["units", "amount"])

    op.drop_table("daily_facts")
    op.drop_table("countings")
    with op.batch_alter_table("counted_facts", schema=None) as batch_op:
        batch_op.drop_index("ix_counted_facts_source")
        batch_op.drop_index("ix_counted_facts_product")
        batch_op.drop_index("ix_counted_facts_cases")
        batch_op.drop_index("ix_counted_facts_variant")
        batch_op.drop_index("ix_counted_facts_day")

    op.drop_table("counted_facts")
    op.drop_table("refund_attempts")
    with op.batch_alter_table("payouts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payouts_standing",
            sqlite_where=sa.text("status IN ('proposed', 'agreed', 'paid')"),
            postgresql_where=sa.text("status IN ('proposed', 'agreed', 'paid')"),
        )
        batch_op.drop_index("ix_payouts_forget")
        batch_op.drop_index("ix_payouts_case")

    op.drop_table("payouts")
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_notes_quote")
        batch_op.drop_index("ix_credit_notes_case")

    op.drop_table("credit_notes")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_index("ix_refunds_watched")
        batch_op.drop_index("ix_refunds_order")

    op.drop_table("refunds")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index("ix_findings_disposition")
        batch_op.drop_index("ix_findings_case")

    op.drop_table("findings")
    with op.batch_alter_table("withdrawals", schema=None) as batch_op:
        batch_op.drop_index("ix_withdrawals_tenant_state")
        batch_op.drop_index("ix_withdrawals_state")
        batch_op.drop_index("ix_withdrawals_case")

    op.drop_table("withdrawals")
    with op.batch_alter_table("stray_goods", schema=None) as batch_op:
        batch_op.drop_index("ix_stray_goods_open")

    op.drop_table("stray_goods")
    with op.batch_alter_table("return_lines", schema=None) as batch_op:
        batch_op.drop_index("ix_return_lines_tenant_sku")
        batch_op.drop_index("ix_return_lines_order_line")

    op.drop_table("return_lines")
    with op.batch_alter_table("repairs", schema=None) as batch_op:
        batch_op.drop_index("ix_repairs_case")

    op.drop_table("repairs")
    with op.batch_alter_table("recorded_returns", schema=None) as batch_op:
        batch_op.drop_index("ix_recorded_returns_state")
        batch_op.drop_index("ix_recorded_returns_case")

    op.drop_table("recorded_returns")
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.drop_index("ix_receipts_person")
        batch_op.drop_index("ix_receipts_held")
        batch_op.drop_index("ix_receipts_case")

    op.drop_table("receipts")
    op.drop_table("read_marks")
    with op.batch_alter_table("quotes", schema=None) as batch_op:
        batch_op.drop_index("ix_quotes_case")

    op.drop_table("quotes")
    with op.batch_alter_table("policy_simulations", schema=None) as batch_op:
        batch_op.drop_index("ix_policy_simulations_state")
        batch_op.drop_index("ix_policy_simulations_policy")

    op.drop_table("policy_simulations")
    with op.batch_alter_table("parcels", schema=None) as batch_op:
        batch_op.drop_index("ix_parcels_tracking")

    op.drop_table("parcels")
    with op.batch_alter_table("order_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_notes_saleor_order_id"))
        batch_op.drop_index("ix_order_notes_due")

    op.drop_table("order_notes")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_offers_open", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )
        batch_op.drop_index("ix_offers_case")

    op.drop_table("offers")
    with op.batch_alter_table("notification_outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_outbox_tenant")
        batch_op.drop_index("ix_notification_outbox_next")
        batch_op.drop_index(batch_op.f("ix_notification_outbox_case_id"))

    op.drop_table("notification_outbox")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_case")

    op.drop_table("messages")
    with op.batch_alter_table("exchanges", schema=None) as batch_op:
        batch_op.drop_index("ix_exchanges_state")
        batch_op.drop_index("ix_exchanges_replacement")
        batch_op.drop_index("ix_exchanges_order")
        batch_op.drop_index("ix_exchanges_case")

    op.drop_table("exchanges")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_state")
        batch_op.drop_index("ix_evidence_holder")
        batch_op.drop_index("ix_evidence_case")

    op.drop_table("evidence")
    with op.batch_alter_table("effects", schema=None) as batch_op:
        batch_op.drop_index("ix_effects_state")
        batch_op.drop_index("ix_effects_lane")
        batch_op.drop_index("ix_effects_case")

    op.drop_table("effects")
    with op.batch_alter_table("surveys", schema=None) as batch_op:
        batch_op.drop_index("ix_surveys_follow_up")
        batch_op.drop_index("ix_surveys_asked")

    op.drop_table("surveys")
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.drop_index("ix_complaints_about")

    op.drop_table("complaints")
    with op.batch_alter_table("deadlines", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deadlines_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index("ix_deadlines_next")
        batch_op.drop_index("ix_deadlines_case")

    op.drop_table("deadlines")
    with op.batch_alter_table("case_watchers", schema=None) as batch_op:
        batch_op.drop_index("ix_case_watchers_user")

    op.drop_table("case_watchers")
    with op.batch_alter_table("case_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_case_tags_tag")

    op.drop_table("case_tags")
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.drop_index("ix_case_links_other")

    op.drop_table("case_links")
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.drop_index("ix_case_events_case")

    op.drop_table("case_events")
    with op.batch_alter_table("bulk_items", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_items_run")

    op.drop_table("bulk_items")
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_deliveries_waiting")

    op.drop_table("webhook_deliveries")
    op.drop_table("staff_members")
    op.drop_table("portal_sessions")
    op.drop_table("portal_links")
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.drop_index("ix_policies_in_force")

    op.drop_table("policies")
    with op.batch_alter_table("orders_to_read", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_to_read_due")

    op.drop_table("orders_to_read")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_tenant_number")
        batch_op.drop_index("ix_orders_tenant_email")
        batch_op.drop_index("ix_orders_tenant_created")

    op.drop_table("orders")
    op.drop_table("order_lanes")
    with op.batch_alter_table("order_backfills", schema=None) as batch_op:
        batch_op.drop_index("ix_order_backfills_due")

    op.drop_table("order_backfills")
    with op.batch_alter_table("login_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_login_codes_email")

    op.drop_table("login_codes")
    op.drop_table("idempotency_keys")
    op.drop_table("credit_note_counters")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_cases_tenant_unread", sqlite_where=sa.text("unread"), postgresql_where=sa.text("unread")
        )
        batch_op.drop_index("ix_cases_tenant_status_due")
        batch_op.drop_index("ix_cases_tenant_status")
        batch_op.drop_index("ix_cases_tenant_order_number")
        batch_op.drop_index("ix_cases_tenant_order")
        batch_op.drop_index("ix_cases_tenant_id")
        batch_op.drop_index(
            "ix_cases_tenant_holds", sqlite_where=sa.text("holds_goods"), postgresql_where=sa.text("holds_goods")
        )
        batch_op.drop_index(
            "ix_cases_tenant_complaints",
            sqlite_where=sa.text("kind = 'complaint'"),
            postgresql_where=sa.text("kind = 'complaint'"),
        )
        batch_op.drop_index("ix_cases_tenant_escalated")
        batch_op.drop_index("ix_cases_tenant_email")
        batch_op.drop_index("ix_cases_tenant_due")
        batch_op.drop_index("ix_cases_tenant_customer")
        batch_op.drop_index("ix_cases_tenant_channel_status")
        batch_op.drop_index("ix_cases_tenant_channel_due")
        batch_op.drop_index("ix_cases_tenant_attention")
        batch_op.drop_index("ix_cases_tenant_assignee")

    op.drop_table("cases")
    op.drop_table("canned_replies")
    with op.batch_alter_table("bulk_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_bulk_runs_tenant")
        batch_op.drop_index("ix_bulk_runs_state")

    op.drop_table("bulk_runs")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_log_subject")
        batch_op.drop_index("ix_audit_log_actor")

    op.drop_table("audit_log")
    op.drop_table("audit_heads")
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.drop_index("ix_erasures_tenant")
        batch_op.drop_index("ix_erasures_due")

    op.drop_table("erasures")
    op.drop_table("tenants")
