-- :lines facts of the only tenant over two years that end today: of twenty, sixteen units were sold, one asked for, one came back, and two are
-- money, times and deadlines. 5,000 products, 20,000 variants, 60 categories, 4 sales channels, 12 countries.
insert into counted_facts (tenant_id, source_id, measure, day, channel, country, currency, product, variant, category, reason, name, number, units,
                           amount)
select (select id from tenants), '01900000-0000-7000-8000-' || lpad(to_hex(n / 20), 12, '0'),
       measure, current_date - (730 - n::bigint * 730 / :lines)::int, 'channel-' || n / 20 % 4, (array['DE', 'FR', 'PL', 'ES', 'IT', 'NL', 'BE', 'AT', 'CZ', 'DK', 'SE', 'US'])[1 + n / 80 % 12],
       case when measure in ('step', 'deadline') then '' else 'EUR' end,
       case when kind < 18 then 'product-' || spread / 4 else '' end, case when kind < 18 then 'variant-' || spread else '' end,
       case when kind < 18 then 'category-' || spread % 60 else '' end,
       case when kind in (16, 17) then (array['size_or_fit', 'size_or_fit', 'changed_mind', 'damaged', 'quality', 'late'])[1 + n / 20 % 6] else '' end,
       case measure when 'requested' then (array['refund', 'refund', 'refund', 'exchange', 'store_credit'])[1 + n / 20 % 5] when 'returned' then 'restock'
                    when 'paid' then 'refund' when 'step' then (array['requested', 'approved', 'in_transit', 'received', 'inspected', 'resolving'])[1 + n / 20 % 6]
                    when 'deadline' then (array['review', 'inspection', 'refund'])[1 + n / 20 % 3] else '' end,
       case measure when 'step' then (n / 20)::bigint * 7919 % 400 when 'deadline' then (n / 20 % 9 > 0)::int else 0 end,
       1, case when measure in ('step', 'deadline') then 0 else 4900 end
from (select n, n % 20 as kind, (n::bigint * 7919 % 20000) as spread,
             case when n % 20 < 16 then 'sold' when n % 20 = 16 then 'requested' when n % 20 = 17 then 'returned'
                  when n % 20 = 18 then (array['paid', 'opened'])[1 + n / 20 % 2] else (array['step', 'deadline'])[1 + n / 20 % 2] end as measure
      from generate_series(0, :lines - 1) as n) as made;

-- The rollups as `roll_day` and `roll_month` make them; the bench has one day rolled anew and finds nothing to change.
insert into daily_facts (tenant_id, measure, dimension, day, channel, key, currency, units, amount)
select tenant_id, measure, dimension, day, channel, key, currency, sum(units), sum(amount)
from counted_facts, lateral (values
    ('all', '', measure in ('sold', 'opened', 'requested', 'returned', 'paid')),
    ('name', name, measure in ('opened', 'requested', 'returned', 'paid')),
    ('product', product, measure in ('sold', 'requested', 'returned')),
    ('variant', variant, measure in ('sold', 'requested', 'returned')),
    ('category', category, measure in ('sold', 'requested', 'returned')),
    ('country', country, measure in ('sold', 'opened', 'requested', 'returned')),
    ('reason', reason, measure in ('requested', 'returned')),
    ('product_reason', product || '|' || reason, measure = 'requested'),
    ('name_number', name || '|' || number, measure in ('step', 'deadline'))
) as place (dimension, key, kept)
where kept
group by tenant_id, measure, dimension, day, channel, key, currency;

insert into monthly_facts (tenant_id, measure, dimension, day, channel, key, currency, units, amount)
select tenant_id, measure, dimension, date_trunc('month', day)::date, channel, key, currency, sum(units), sum(amount)
from daily_facts group by 1, 2, 3, 4, 5, 6, 7;

vacuum analyze;
