-- :cases cases of the only tenant: one in thirty is open, a few are stuck or late; each with a line or two, four in five with a refund.
create temporary table made as
select n,
       '01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as id,
       case when n % 30 > 0 then (array['resolved', 'resolved', 'resolved', 'closed', 'rejected'])[1 + n % 5]
            else (array['requested', 'requested', 'approved', 'in_transit', 'inspected', 'resolving'])[1 + n / 30 % 6]
       end as status,
       timestamptz '2025-01-01' + n * interval '30 seconds' as at
from generate_series(1, :cases) as n;

insert into cases (id, tenant_id, kind, sequence, number, status, version, saleor_order_id, order_number, channel_slug, currency,
                   email, customer_id, customer_name, language, opened_through, opened_by, is_withdrawal, terms, decided_by, spot_check,
                   assignee_id, assignee, escalated_to, escalated_at, unread, rejection, return_address,
                   due_at, due_by, attention, attention_detail, attention_reported, expected_minor, first_approval, return_recorded, holds_goods, created_at,
                   updated_at)
select id, (select id from tenants), 'return', n, 'R-2026-' || lpad(n::text, 7, '0'), status, 3, 'T3JkZXI6' || n, n::text,
       'channel-' || n % 8, 'USD', 'shopper' || n % 300000 || '@example.com', 'VXNlcjo' || n % 300000, 'Rita Example', 'en', 'portal',
       '', false, '{}', '', false, '', '', case when n % 1500 = 0 then 'admin' else '' end,
       case when n % 1500 = 0 then at + interval '14 days' end, false,
       '', 'Returns, 1 Dock Road',
       -- What is open is due within weeks around today, one in ten of it late; who owes it goes by the state.
       case when n % 30 = 0 then now() + (n / 30 % 300 - 30) * interval '90 minutes' end,
       case when n % 30 > 0 then '' else (array['staff', 'staff', 'shopper', 'system', 'staff', 'system'])[1 + n / 30 % 6] end,
       case when n % 3000 = 0 then 'DECLINED' else '' end, '{}', '', 4000, '{}', n % 30 > 0, false, at, at
from made;

insert into deadlines (id, tenant_id, case_id, waits_for, owner, begun_at, due_at, next_at, state, outcome)
select '01900004' || substr(id, 9), tenant_id, id,
       (array['review', 'review', 'goods_sent', 'parcel', 'approval', 'refund'])[1 + sequence / 30 % 6],
       due_by, created_at, due_at, due_at, case when due_at <= now() then 'passed' else 'open' end,
       case when due_at <= now() then 'escalated' else '' end
from cases where due_at is not null;

insert into return_lines (id, tenant_id, case_id, position, order_line_id, sku, product_name, variant_name, image_url, quantity, reason,
                          description, resolution, condition, verdict, reception, acceptance, received, accepted, settled, refusal)
select '01900001-' || to_char(position, 'FM0000') || substr(id, 14), (select id from tenants), id, position, 'T3JkZXJMaW5lOj' || n || position,
       'SKU-' || lpad((n % 5000)::text, 4, '0'), 'A product of the shop', 'M', '', 1, 'size_or_fit', 'Too small for me', 'refund', '', '{}',
       'announced', 'undecided', 0, 0, 0, ''
from made, generate_series(0, 1) as position
where position <= n % 2;

insert into quotes (id, tenant_id, case_id, fingerprint, total_minor, currency, data, created_at, created_by)
select '01900002' || substr(id, 9), (select id from tenants), id, 'f', 4000, 'USD',
       '{"currency": "USD", "lines": [], "tenders": [], "notes": [], "fingerprint": "f"}', at, 'Sam' from made where n % 5 > 0;

insert into refunds (id, tenant_id, case_id, quote_id, number, saleor_order_id, way, label, reference, status, amount_minor, paid_minor, granted_paid_minor,
                     currency,
                     units, includes_shipping, marker, message, concern, proof, approved_by, checks, created_at, version)
select '01900003' || substr(id, 9), (select id from tenants), id, '01900002' || substr(id, 9), 1, 'T3JkZXI6' || n, 'transaction', 'Card', 'psp',
       'succeeded', 4000, 4000, 4000, 'USD', '{}', false, 'R-2026-' || n || '/1', '', '', '', 'Sam', 0, at, 2
from made where n % 5 > 0;

insert into parcels (id, tenant_id, case_id, number, direction, status, method, carrier, tracking_number, tracking_key, pickup_window,
                     pickup_address, units, created_at)
select '01900005' || substr(id, 9), (select id from tenants), id, 1, 'back', 'announced', '', 'UPS', '1Z 999 AA1 ' || lpad(n::text, 10, '0'),
       '1Z999AA1' || lpad(n::text, 10, '0'), '', '', '{}', at
from made where n % 3 = 0;

drop table made;
vacuum analyze;
