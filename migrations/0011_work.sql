-- Work promised for later: put here in the transaction of its cause, taken by a worker, done at
-- least once. The row stays when it is done, so that whoever asked can read what came of it.
create table jobs (
    issuer_id text not null references issuers (issuer_id),
    job_id text not null,
    -- Which kind of work: a line of the program's list of them.
    kind text not null,
    -- The id of what it is about; never anything of a person.
    about text not null,
    -- What else the work needs to know, as JSON; never anything of a person.
    details text not null,
    -- Who asked for it, as in the audit log.
    actor text not null,
    -- 'waiting' (also while somebody works on it), 'paused', 'done', 'failed' (given up), 'cancelled'.
    state text not null check (state in ('waiting', 'paused', 'done', 'failed', 'cancelled')),
    -- How often it was begun since it last came a step further.
    attempts bigint not null,
    -- Not before this.
    run_after timestamptz not null,
    -- Who works on it: a random word; null while nobody does.
    lease text,
    -- Until when that worker must say that it still does.
    leased_until timestamptz,
    -- Of work with many parts: how many there are, and how many came out in each way.
    total bigint not null,
    done bigint not null,
    failed bigint not null,
    cancelled bigint not null,
    -- How many were there before, and are not counted in total.
    repeated bigint not null,
    -- What went wrong the last time, in words without anything of a person.
    problem text,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (issuer_id, job_id),
    check ((lease is null) = (leased_until is null)),
    check ((finished_at is null) = (state in ('waiting', 'paused')))
);
-- What is due, of all organisations: only what waits is in it, however much was done.
create index jobs_due on jobs (run_after) where state = 'waiting';
create index jobs_newest on jobs (issuer_id, kind, created_at);
create index jobs_about on jobs (issuer_id, about);

-- Rows of a batch that are still to be signed, so that finding them does not read those that are.
create index credentials_pending on credentials (issuer_id, batch, credential_id)
    where state = 'pending';

-- Letters: written down in the transaction of their cause, sent at least once, always with the
-- same Message-ID.
create table letters (
    issuer_id text not null references issuers (issuer_id),
    -- The first part of the Message-ID; of a letter about a credential, the credential's id.
    letter_id text not null,
    -- Which letter: 'invitation', 'earned' and so on.
    kind text not null,
    -- Whose it is, if it is a learner's: the letter is sealed with that person's key.
    person_id text,
    -- The address and the words as JSON, sealed; null once it was sent, given up or erased.
    letter_sealed bytea,
    -- 'waiting', 'sent' or 'failed'.
    state text not null check (state in ('waiting', 'sent', 'failed')),
    -- Why it failed: never the address.
    problem text,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (issuer_id, letter_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id),
    check (letter_sealed is null or state = 'waiting')
);
create index letters_newest on letters (issuer_id, created_at);
create index letters_person on letters (issuer_id, person_id);

-- What an organisation says in a letter instead of our words.
create table letter_texts (
    issuer_id text not null references issuers (issuer_id),
    kind text not null,
    subject text not null,
    body text not null,
    changed_at timestamptz not null,
    primary key (issuer_id, kind)
);

-- Addresses that are told of what happens here.
create table webhooks (
    issuer_id text not null references issuers (issuer_id),
    webhook_id text not null,
    url text not null,
    -- Which events: words with a space between.
    events text not null,
    -- The secret that signs, sealed.
    secret_sealed bytea not null,
    -- 'on' or 'off'.
    state text not null check (state in ('on', 'off')),
    created_at timestamptz not null,
    primary key (issuer_id, webhook_id)
);

-- What was or is to be told, and how that went. Nothing of a learner: events name ids.
create table deliveries (
    issuer_id text not null,
    -- The message's id, the same at every try: 'webhook-id'.
    delivery_id text not null,
    webhook_id text not null,
    event text not null,
    about text not null,
    -- The body, byte for byte the same at every try.
    body text not null,
    -- 'waiting', 'delivered' or 'failed'.
    state text not null check (state in ('waiting', 'delivered', 'failed')),
    attempts bigint not null,
    -- How the last try was answered, or why it was not.
    status bigint,
    problem text,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (issuer_id, delivery_id),
    foreign key (issuer_id, webhook_id) references webhooks (issuer_id, webhook_id)
);
create index deliveries_newest on deliveries (issuer_id, webhook_id, created_at);
