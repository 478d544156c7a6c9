-- Programs: what a provider runs with a school over a term.
create table programs (
    issuer_id text not null references issuers (issuer_id),
    program_id text not null,
    name text not null,
    -- Such as 'Spring 2026'.
    term text not null,
    school text not null,
    -- Such as '6-8'.
    grade_band text not null,
    -- The pathway that is followed, and which version of it; null: none. No foreign key: a program
    -- may be written down before its pathway is.
    pathway_id text,
    pathway_version bigint,
    -- Who looks after it: a member's id.
    owner text,
    -- Which money pays for it, such as 'Title I'; empty: not said.
    funding_stream text not null,
    -- How many days after handing in a learner has an answer.
    turnaround_days bigint not null check (turnaround_days between 1 and 90),
    -- Of a hundred decisions, how many somebody else reads again.
    second_percent bigint not null check (second_percent between 0 and 100),
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (issuer_id, program_id)
);

-- Who is in a program. Who left keeps a row: what they did there happened.
create table program_learners (
    issuer_id text not null,
    program_id text not null,
    person_id text not null,
    joined_at timestamptz not null,
    left_at timestamptz,
    primary key (issuer_id, program_id, person_id),
    foreign key (issuer_id, program_id) references programs (issuer_id, program_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create index program_learners_person on program_learners (issuer_id, person_id);

-- Labs: sessions of a program, with who comes and what can be earned.
create table labs (
    issuer_id text not null,
    lab_id text not null,
    program_id text not null,
    name text not null,
    held_at timestamptz not null,
    created_at timestamptz not null,
    closed_at timestamptz,
    primary key (issuer_id, lab_id),
    foreign key (issuer_id, program_id) references programs (issuer_id, program_id)
);
create index labs_program on labs (issuer_id, program_id);

create table lab_learners (
    issuer_id text not null,
    lab_id text not null,
    person_id text not null,
    primary key (issuer_id, lab_id, person_id),
    foreign key (issuer_id, lab_id) references labs (issuer_id, lab_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create index lab_learners_person on lab_learners (issuer_id, person_id);

create table lab_offers (
    issuer_id text not null,
    lab_id text not null,
    achievement_id text not null,
    position bigint not null,
    primary key (issuer_id, lab_id, achievement_id),
    foreign key (issuer_id, lab_id) references labs (issuer_id, lab_id),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id)
);

-- Attempts: what a learner tried, in rounds. A return begins the next round.
create table attempts (
    issuer_id text not null references issuers (issuer_id),
    attempt_id text not null,
    person_id text not null,
    -- Whose key opens what is sealed under this attempt: the person it was opened for, who after a
    -- merge is known as person_id.
    sealed_for text not null,
    achievement_id text not null,
    program_id text,
    lab_id text,
    -- Only a performance can be awarded.
    kind text not null check (kind in ('practice', 'diagnostic', 'performance')),
    state text not null
        check (state in ('open', 'submitted', 'returned', 'approved', 'withdrawn')),
    -- 1, and one more with each return.
    round bigint not null check (round >= 1),
    opened_at timestamptz not null,
    -- An actor of the audit log; 'learner' for the learner.
    opened_by text not null,
    -- The last time it was handed in, and until when an answer is promised.
    submitted_at timestamptz,
    due_at timestamptz,
    decided_at timestamptz,
    decided_by text,
    -- Why somebody reads it again: 'sample', 'again' (their rights lapsed); null: nobody does.
    second_reading text check (second_reading in ('sample', 'again')),
    -- The credential that came of it.
    credential_id text,
    -- Counts changes, so that of two at the same time the later one notices.
    edition bigint not null,
    primary key (issuer_id, attempt_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id),
    foreign key (issuer_id, sealed_for) references people (issuer_id, person_id),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id),
    foreign key (issuer_id, program_id) references programs (issuer_id, program_id),
    foreign key (issuer_id, lab_id) references labs (issuer_id, lab_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id),
    check (credential_id is null or (kind = 'performance' and state = 'approved')),
    check ((state = 'open') or (submitted_at is not null) or (state = 'withdrawn'))
);
create index attempts_queue on attempts (issuer_id, state, submitted_at);
create index attempts_person on attempts (issuer_id, person_id);
create index attempts_lab on attempts (issuer_id, lab_id);
create index attempts_decided on attempts (issuer_id, decided_by);
-- One at a time, however often a station is scanned.
create unique index attempts_running on attempts (issuer_id, person_id, achievement_id, kind)
    where state in ('open', 'submitted', 'returned');

-- The level somebody gave one criterion in one round.
create table attempt_scores (
    issuer_id text not null,
    attempt_id text not null,
    round bigint not null,
    -- The learner, the tutor who proposes, the reviewer who decides, the second reader.
    voice text not null check (voice in ('self', 'proposed', 'first', 'second')),
    -- The id of the result description and of the level, or a plain value.
    criterion text not null,
    level text not null,
    actor text not null,
    at timestamptz not null,
    -- What is written about it, under the learner's key.
    note_sealed bytea,
    primary key (issuer_id, attempt_id, round, voice, criterion),
    foreign key (issuer_id, attempt_id) references attempts (issuer_id, attempt_id)
);

-- Decisions: one of the reviewer in each round, and perhaps a second reading.
create table attempt_reviews (
    issuer_id text not null,
    attempt_id text not null,
    round bigint not null,
    reading text not null check (reading in ('first', 'second')),
    decision text not null check (decision in ('approve', 'return')),
    reviewer text not null,
    -- Under the learner's key.
    feedback_sealed bytea,
    decided_at timestamptz not null,
    primary key (issuer_id, attempt_id, round, reading),
    foreign key (issuer_id, attempt_id) references attempts (issuer_id, attempt_id)
);

-- What a learner handed in.
create table attempt_evidence (
    issuer_id text not null,
    evidence_id text not null,
    attempt_id text not null,
    round bigint not null,
    kind text not null check (kind in ('link', 'note', 'file')),
    -- Its name, and the link or note, as JSON under the learner's key.
    body_sealed bytea not null,
    -- Of a file: where it is kept (never what it was called), what it is, how long, and the
    -- SHA-256 of what can be downloaded.
    file text,
    media_type text,
    bytes bigint,
    sha256 bytea,
    added_by text not null,
    added_at timestamptz not null,
    primary key (issuer_id, evidence_id),
    foreign key (issuer_id, attempt_id) references attempts (issuer_id, attempt_id),
    check ((kind = 'file') = (file is not null)),
    check (file is null or (media_type is not null and bytes is not null and sha256 is not null))
);
create index attempt_evidence_attempt on attempt_evidence (issuer_id, attempt_id);

-- Files that nothing refers to any more, until they are deleted.
create table forgotten_files (
    issuer_id text not null references issuers (issuer_id),
    file text not null,
    primary key (issuer_id, file)
);

-- With what right somebody reviews. Records stay when they have ended.
create table qualifications (
    issuer_id text not null references issuers (issuer_id),
    qualification_id text not null,
    -- A member's id, or an API key's.
    reviewer text not null,
    -- In which role they assess and with which qualification: both are signed into credentials.
    role text not null,
    title text not null,
    valid_until timestamptz,
    created_at timestamptz not null,
    primary key (issuer_id, qualification_id)
);
create index qualifications_reviewer on qualifications (issuer_id, reviewer);

-- Reviewers who may not decide for now.
create table suspended_reviewers (
    issuer_id text not null references issuers (issuer_id),
    reviewer text not null,
    suspended_at timestamptz not null,
    suspended_by text not null,
    primary key (issuer_id, reviewer)
);

-- Two records that turned out to be one learner: the first is found as the second.
create table merged_people (
    issuer_id text not null,
    person_id text not null,
    into_person_id text not null,
    merged_at timestamptz not null,
    primary key (issuer_id, person_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id),
    foreign key (issuer_id, into_person_id) references people (issuer_id, person_id),
    check (person_id <> into_person_id)
);
create index merged_people_into on merged_people (issuer_id, into_person_id);

-- Credentials with a mistake, and the one that took each one's place.
create table superseded (
    issuer_id text not null,
    credential_id text not null,
    by_credential_id text not null,
    superseded_at timestamptz not null,
    primary key (issuer_id, credential_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id),
    foreign key (issuer_id, by_credential_id) references credentials (issuer_id, credential_id),
    check (credential_id <> by_credential_id)
);
create unique index superseded_by on superseded (issuer_id, by_credential_id);

-- Why a credential's status was changed. Private: nothing public ever says it.
create table status_reasons (
    issuer_id text not null,
    -- The id of the audit line that says who did it.
    audit_id text not null,
    credential_id text not null,
    change text not null,
    -- Under the key of sealed_for, the learner; where none is known, under the organisation's.
    reason_sealed bytea,
    sealed_for text,
    changed_at timestamptz not null,
    primary key (issuer_id, audit_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id)
);
create index status_reasons_credential on status_reasons (issuer_id, credential_id);

-- Changes of many credentials at once that wait for a second person.
create table bulk_changes (
    issuer_id text not null references issuers (issuer_id),
    bulk_id text not null,
    change text not null check (change in ('suspend', 'reinstate', 'revoke')),
    reason_sealed bytea,
    state text not null check (state in ('waiting', 'done', 'declined')),
    asked_by text not null,
    asked_at timestamptz not null,
    decided_by text,
    decided_at timestamptz,
    primary key (issuer_id, bulk_id),
    check ((state = 'waiting') = (decided_by is null)),
    -- The second person is another one.
    check (state <> 'done' or decided_by <> asked_by)
);

create table bulk_change_credentials (
    issuer_id text not null,
    bulk_id text not null,
    credential_id text not null,
    primary key (issuer_id, bulk_id, credential_id),
    foreign key (issuer_id, bulk_id) references bulk_changes (issuer_id, bulk_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id)
);
