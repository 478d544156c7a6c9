-- Links by which a guardian reads what is kept for a learner. A new one takes the place of the old
-- one; the learner's own link stands apart.
create table guardian_links (
    issuer_id text not null,
    person_id text not null,
    -- SHA-256 of the secret in the link (256 random bits): 32 bytes.
    token_hash bytea not null,
    -- Keyed hash of what is known of the guardian: the link ends when that changes.
    contact_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (issuer_id, person_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create unique index guardian_links_token on guardian_links (token_hash);

-- What was returned and not handed in again, and what waits longer than was promised: for the look
-- of each day.
create index attempts_decided_at on attempts (issuer_id, state, decided_at);
create index attempts_due on attempts (issuer_id, state, due_at);
-- Invitations that are still open.
create index invitations_open on invitations (issuer_id, expires_at) where used_at is null;
