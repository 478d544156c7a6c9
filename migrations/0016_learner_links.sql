-- Links that let a learner in, without an account. A new one takes the place of the old one.
create table learner_links (
    issuer_id text not null,
    person_id text not null,
    -- SHA-256 of the secret in the link (256 random bits): 32 bytes.
    token_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (issuer_id, person_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create unique index learner_links_token on learner_links (token_hash);
