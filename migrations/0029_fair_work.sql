-- Messages wait with the address that they are for, and one piece of work tells an address all that
-- waits for it: an address that does not answer holds up nobody else.
alter table deliveries add column next_try timestamptz;
-- After this a message that was not taken is given up; null: as long as it has tries left.
alter table deliveries add column no_later_than timestamptz;
-- How often in a row an address could not be told, and until when it is left alone.
alter table webhooks add column failures bigint not null default 0;
alter table webhooks add column rests_until timestamptz;

-- What waits already is tried until its tries are used up.
update deliveries set next_try = created_at where state = 'waiting';
delete from jobs where kind = 'webhook.deliver';
insert into jobs (issuer_id, job_id, kind, about, details, actor, state, attempts, run_after,
        total, done, failed, cancelled, repeated, created_at)
    select issuer_id, webhook_id, 'webhook.deliver', webhook_id, '{}', 'service', 'waiting', 0,
        min(next_try), 0, 0, 0, 0, 0, min(next_try)
    from deliveries where state = 'waiting' group by issuer_id, webhook_id;
create index deliveries_due on deliveries (issuer_id, webhook_id, next_try)
    where state = 'waiting';

-- Each worker looks for work of its own kinds, and passes over an organisation that is served.
drop index jobs_due;
create index jobs_due on jobs (kind, run_after) where state = 'waiting';
create index jobs_held on jobs (kind, issuer_id) where lease is not null;
