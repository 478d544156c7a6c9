-- What is taught and what counts: competency maps, rubrics, achievements that are being written,
-- their editions, pathways, and what employers say.

-- Competency maps, in versions. A version may be rewritten until something rests on it; from then
-- on (pinned_at) it never changes, and the next change makes the next version.
create table competency_maps (
    issuer_id text not null references issuers (issuer_id),
    map_id text not null,
    version bigint not null check (version > 0),
    name text not null,
    -- The map as JSON text: skills, standards, job tasks.
    document text not null,
    -- Counts the writings of this version, so that nobody overwrites what they have not seen.
    changes bigint not null,
    changed_at timestamptz not null,
    -- Since when something rests on this version.
    pinned_at timestamptz,
    primary key (issuer_id, map_id, version)
);

-- Rubrics, in versions: as competency maps.
create table rubrics (
    issuer_id text not null references issuers (issuer_id),
    rubric_id text not null,
    version bigint not null check (version > 0),
    name text not null,
    document text not null,
    changes bigint not null,
    changed_at timestamptz not null,
    pinned_at timestamptz,
    primary key (issuer_id, rubric_id, version)
);

-- Pathways, in versions: as competency maps. Activating a version pins it.
create table pathways (
    issuer_id text not null references issuers (issuer_id),
    pathway_id text not null,
    version bigint not null check (version > 0),
    name text not null,
    document text not null,
    changes bigint not null,
    changed_at timestamptz not null,
    pinned_at timestamptz,
    primary key (issuer_id, pathway_id, version)
);

-- Achievements that are being written. What is published of them are rows of achievements.
create table achievement_drafts (
    issuer_id text not null references issuers (issuer_id),
    draft_id text not null,
    name text not null,
    document text not null,
    changes bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (issuer_id, draft_id)
);

-- Which published achievement is which edition of a draft, and what is promised with it beside
-- the document that is signed.
create table achievement_editions (
    issuer_id text not null,
    achievement_id text not null,
    draft_id text not null,
    -- 1, 2, 3 …
    edition bigint not null check (edition > 0),
    -- The draft as it was when it was published.
    draft text not null,
    -- How often somebody may try; null: as often as they like.
    tries bigint check (tries > 0),
    -- Days between one try and the next.
    cool_down_days bigint not null check (cool_down_days >= 0),
    -- Months after which a credential ends; null: it does not.
    valid_months bigint check (valid_months > 0),
    published_at timestamptz not null,
    primary key (issuer_id, achievement_id),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id),
    foreign key (issuer_id, draft_id) references achievement_drafts (issuer_id, draft_id)
);
create unique index achievement_editions_draft
    on achievement_editions (issuer_id, draft_id, edition);

-- Pictures of achievements, re-encoded by us. The id is the SHA-256 of the bytes in hexadecimal.
create table pictures (
    issuer_id text not null references issuers (issuer_id),
    picture_id text not null,
    bytes bytea not null,
    created_at timestamptz not null,
    primary key (issuer_id, picture_id)
);
create index pictures_id on pictures (picture_id);

-- Employers who were asked about an edition of an achievement, and what they said.
create table endorsements (
    issuer_id text not null,
    endorsement_id text not null,
    achievement_id text not null,
    -- 'invited', 'started', 'commented', 'endorsed', 'declined' or 'withdrawn'.
    state text not null check
        (state in ('invited', 'started', 'commented', 'endorsed', 'declined', 'withdrawn')),
    -- SHA-256 of the link's token, which starts once.
    token_hash bytea not null,
    -- SHA-256 of what the browser that started with the link holds.
    visit_hash bytea,
    -- Whether the link went to the address in a letter of ours, and was shown to nobody else.
    by_letter boolean not null,
    -- When link and visit stop working.
    expires_at timestamptz not null,
    -- Name, address, organisation and words as JSON, sealed for the organisation; null: forgotten.
    details_sealed bytea,
    -- The signed EndorsementCredential, byte for byte.
    document text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (issuer_id, endorsement_id),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id),
    check ((state in ('endorsed', 'withdrawn')) or document is null)
);
create unique index endorsements_token on endorsements (token_hash);
create unique index endorsements_visit on endorsements (visit_hash);
create index endorsements_achievement on endorsements (issuer_id, achievement_id);

-- Pathways in force: the version that awards, and the stack credential it awards.
create table pathway_stacks (
    issuer_id text not null,
    pathway_id text not null,
    version bigint not null,
    -- The achievement of the stack credential.
    achievement_id text not null,
    activated_at timestamptz not null,
    -- Since when it awards nothing new.
    ended_at timestamptz,
    primary key (issuer_id, pathway_id, version),
    foreign key (issuer_id, pathway_id, version)
        references pathways (issuer_id, pathway_id, version),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id)
);
-- One version of a pathway awards at a time.
create unique index pathway_stacks_in_force
    on pathway_stacks (issuer_id, pathway_id) where ended_at is null;

-- Who was awarded the stack of a pathway: once each, whatever the version.
create table pathway_awards (
    issuer_id text not null,
    pathway_id text not null,
    person_id text not null,
    version bigint not null,
    credential_id text not null,
    -- 'held', 'waiting' (a part was taken back: suspended until somebody decides) or 'ended'.
    state text not null check (state in ('held', 'waiting', 'ended')),
    -- Why it waits or ended, in words without anything of a person.
    reason text,
    changed_at timestamptz not null,
    primary key (issuer_id, pathway_id, person_id),
    foreign key (issuer_id, pathway_id, version)
        references pathways (issuer_id, pathway_id, version),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id)
);
create index pathway_awards_person on pathway_awards (issuer_id, person_id);
