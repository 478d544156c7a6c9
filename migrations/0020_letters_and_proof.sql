-- Letters that an organisation does not send.
create table silent_letters (
    issuer_id text not null references issuers (issuer_id),
    -- Which letter, as in letters.kind.
    kind text not null,
    primary key (issuer_id, kind)
);

-- When somebody showed that they read the mailbox of an account's address, and everything that lets
-- into the account was chosen by them since; null: nobody has shown it yet.
alter table accounts add column proven_at timestamptz;

-- How a link went out: 'letter' (only ever to the account's own address: whoever has it reads that
-- mailbox), 'shown' to a colleague, who handed it on, or 'operator': whoever runs the service did.
alter table invitations add column way text not null default 'shown'
    check (way in ('letter', 'shown', 'operator'));

-- Of who was removed: HMAC-SHA-256 of the address they had, so that whoever is invited again is the
-- same member as before. Null for everybody else.
alter table members add column former_hash bytea;
create unique index members_former on members (issuer_id, former_hash);
