-- Links that let a learner in: several work at once, each until its own end, so that a new letter does
-- not end the link of the one before.
create table several_learner_links (
    issuer_id text not null,
    -- SHA-256 of the secret in the link (256 random bits): 32 bytes.
    token_hash bytea not null,
    person_id text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (issuer_id, token_hash),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
insert into several_learner_links (issuer_id, token_hash, person_id, created_at, expires_at)
    select issuer_id, token_hash, person_id, created_at, expires_at from learner_links;
drop table learner_links;
alter table several_learner_links rename to learner_links;
create unique index learner_links_token on learner_links (token_hash);
create index learner_links_person on learner_links (issuer_id, person_id);
